import Dispatch
import Foundation
import NumPyIO
import Synchronization
import TestSupport
import Testing

/// Files in async code: other tasks go on, and cancelling a task stops its work.
@Suite(.timeLimit(.minutes(1))) struct TasksTests {
  /// Many more pieces of work than there are cores wait for a task that begins after them: it must find a thread.
  @Test func blockingWorkLeavesTheThreadsOfTasks() async throws {
    let gate = DispatchSemaphore(value: 0)
    let results = await withTaskGroup(of: Int.self) { group in
      for index in 0..<32 {
        group.addTask {
          await BlockingWork.run {
            gate.wait()
            gate.signal()
            return index
          }
        }
      }
      group.addTask {
        gate.signal()
        return -1
      }
      return await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(results == Set(-1..<32))
  }

  /// A source whose reader waits until a task has run between its blocks.
  private final class GatedSource: ByteSource {
    let name = "gated"
    let bytes: [UInt8]
    let gate = DispatchSemaphore(value: 0)
    init(_ bytes: [UInt8]) { self.bytes = bytes }
    var byteCount: Int? { bytes.count }
    var seekCost: SeekCost { .free }
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
      gate.wait()
      gate.signal()
      let count = min(buffer.count, bytes.count - offset)
      unsafe buffer.copyBytes(from: bytes[offset..<offset + count])
      return count
    }
  }

  @Test func loadsOfManyTasksAtOnce() async throws {
    let array = NDArray<Int32>(Array(0..<10_000))
    let source = GatedSource(try array.untyped.npyBytes())
    Task {
      await Task.yield()
      source.gate.signal()
    }
    let loaded = try await withThrowingTaskGroup(of: AnyNDArray.self) { group in
      for _ in 0..<16 {
        group.addTask { try await BlockingWork.run { try NPYFile(source).read() } }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(loaded.count == 16)
    for one in loaded { #expect(try NDArray<Int32>(one).elements == array.elements) }
  }

  @Test func everyFormHasItsAsyncOne() async throws {
    try await TemporaryFolder.with { folder in
      let array = NDArray<Double>([1.5, -2, 3])
      let path = folder + "/a.npy"
      try await array.save(to: path)
      #expect(try await NDArray<Double>(contentsOf: path).elements == array.elements)
      #expect(try await AnyNDArray(contentsOf: path, mode: .mapped).shape == [3])

      let archive = folder + "/a.npz"
      try await NPZArchive.save(["x": array], arrays: [array, array], to: archive, compression: .default)
      try await NPZArchive.append([(name: "y", array: array)], to: archive)
      let opened = try NPZArchive(opening: archive)
      #expect(opened.names == ["x", "arr_0", "arr_1", "y"])
      let typed: NDArray<Double> = try await opened.array("y")
      #expect(typed.elements == array.elements)
      #expect(try await opened.arrays().count == 4)
      #expect(try await opened.slice("x", [.index(1)]).description == "-2.0")

      let text = folder + "/a.txt"
      try await array.untyped.saveText(to: text)
      #expect(try await AnyNDArray.loadText(from: text).description == "[ 1.5 -2.   3. ]")
      #expect(try await AnyNDArray.genFromText(from: text).array.description == "[ 1.5 -2.   3. ]")

      let pickle = folder + "/a.pkl"
      try await Pickle.save(["x": 1], to: pickle)
      #expect(try await Pickle.load(from: pickle).description == "{'x': 1}")

      try await Document.convert(archive, to: folder + "/b.pkl", applying: [.cast(.int16)])
      let dictionary = try await Pickle.load(from: folder + "/b.pkl")
      #expect(try dictionary.value(at: "x").array()?.description == "[ 1 -2  3]")
    }
  }

  /// The task is cancelled in the middle of a save; what was there stays.
  @Test func cancellingATaskCancelsItsSave() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder + "/a.npy"
      try await NDArray<Int8>([1, 2, 3]).save(to: path)
      let large = try AnyNDArray(zeros: [64 << 20], dtype: .uint8)
      let saving = Mutex<Task<Void, any Error>?>(nil)
      let hasBegun = DispatchSemaphore(value: 0)
      let progress = ByteProgress { _ in
        // Only when the task is known can it be cancelled.
        hasBegun.wait()
        saving.withLock { $0 }?.cancel()
        hasBegun.signal()
        return true
      }
      let task = Task { try await progress.observe { try await large.save(to: path) } }
      saving.withLock { $0 = task }
      hasBegun.signal()
      let outcome = await task.result
      #expect(throws: FormatError(.cancelled, "")) { try outcome.get() }
      #expect(!progress.isCancelled, "only the task was")
      #expect(try await NDArray<Int8>(contentsOf: path).elements == [1, 2, 3])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.npy"])
    }
  }

  @Test func workOfACancelledTaskDoesNotBegin() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder + "/a.npy"
      let task = Task {
        while !Task.isCancelled { await Task.yield() }
        try await NDArray<Int8>([1]).save(to: path)
      }
      task.cancel()
      let outcome = await task.result
      #expect(throws: FormatError(.cancelled, "")) { try outcome.get() }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names == [])
    }
  }

  @Test func progressAsASequence() async throws {
    try await TemporaryFolder.with { folder in
      let large = try AnyNDArray(zeros: [32 << 20], dtype: .uint8)
      let progress = ByteProgress()
      let states = progress.states
      async let saved: Void = progress.observe { try await large.save(to: folder + "/a.npy") }
      var last: ByteProgress.State?
      for await state in states {
        #expect(state.completed >= last?.completed ?? 0)
        last = state
      }
      try await saved
      #expect(last?.fraction == 1)
      #expect(last?.activity == .writing)
      // After the end there is nothing to wait for.
      for await _ in progress.states { Issue.record("a state after the end") }
    }
  }
}
