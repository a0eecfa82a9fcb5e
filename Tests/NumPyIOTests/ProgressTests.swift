import NumPyIO
import Synchronization
import TestSupport
import Testing

/// What everything that loads and saves tells of its progress, and that all of it can be stopped.
@Suite struct ProgressTests {
  /// Collects what is told, and cancels after so many steps.
  private final class Watcher: Sendable {
    let states = Mutex<[ByteProgress.State]>([])
    let limit: Int
    init(limit: Int = .max) { self.limit = limit }

    var progress: ByteProgress {
      ByteProgress { state in
        self.states.withLock { states in
          states.append(state)
          return states.count < self.limit
        }
      }
    }
    var all: [ByteProgress.State] { states.withLock { $0 } }
  }

  /// Something that reads or writes in a folder, and how many bytes it tells of: `nil` for a number that nobody knows
  /// beforehand.
  struct Work: Sendable, CustomTestStringConvertible {
    let name: String
    let activity: ByteProgress.Activity
    let total: Int?
    /// The file that is written; `nil` for what reads.
    let output: String?
    let run: @Sendable (String) throws -> Void
    var testDescription: String { name }
  }

  /// 24 MB: more than two steps.
  private static let count = 3_000_000
  private static let bytes = count * 8
  private static func array() throws -> NDArray<Double> {
    try NDArray((0..<count).map { Double($0 % 1000) }, shape: [count / 10, 10])
  }

  static let works: [Work] = {
    let header = 128
    func load(_ name: String, _ total: Int?, _ run: @escaping @Sendable (String) throws -> Void) -> Work {
      Work(name: name, activity: .reading, total: total, output: nil, run: run)
    }
    func save(_ name: String, _ file: String, _ total: Int?, _ body: @escaping @Sendable (String) throws -> Void)
      -> Work
    {
      Work(name: name, activity: .writing, total: total, output: file) { try body($0 + "/" + file) }
    }
    return [
      load("npy", bytes) { _ = try AnyNDArray(contentsOf: $0 + "/a.npy") },
      load("chunks", bytes) {
        try NPYFile(opening: $0 + "/a.npy").forEachChunk { _, _ in }
      },
      load("document", bytes) { _ = try Document(opening: $0 + "/a.npy").array().read() },
      load("npz", bytes + header) { _ = try NPZArchive(opening: $0 + "/a.npz").arrays() },
      load("member", bytes + header) { _ = try NPZArchive(opening: $0 + "/a.npz")["x"] },
      load("check", nil) { _ = try FileCheck(path: $0 + "/a.npz") },
      load("pickle", nil) { _ = try Pickle.load(from: $0 + "/a.pkl") },
      load("text", nil) { _ = try AnyNDArray.loadText(from: $0 + "/a.txt") },
      load("genfromtxt", nil) { _ = try AnyNDArray.genFromText(from: $0 + "/a.txt") },
      save("npy out", "b.npy", bytes) { try array().save(to: $0) },
      save("npz out", "b.npz", bytes) { try NPZArchive.save(["x": array()], to: $0) },
      save("fast", "b.npz", bytes) { try NPZArchive.save(["x": array()], to: $0, compression: .fast) },
      save("zlib", "b.npz", bytes) { try NPZArchive.save(["x": array()], to: $0, compression: .zlib) },
      save("pickle out", "b.pkl", nil) { try Pickle.save(.array(array()), to: $0) },
      save("text out", "b.txt", bytes) { try array().saveText(to: $0, format: "%g") },
    ]
  }()

  private static func withFiles(_ body: (String) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      let array = try array()
      try array.save(to: folder + "/a.npy")
      try NPZArchive.save(["x": array], to: folder + "/a.npz")
      try Pickle.save(.array(array), to: folder + "/a.pkl")
      try array.saveText(to: folder + "/a.txt", format: "%g")
      try body(folder)
    }
  }

  @Test(arguments: works)
  func progressRunsToTheEnd(_ work: Work) throws {
    try ProgressTests.withFiles { folder in
      let watcher = Watcher()
      try watcher.progress.observe { try work.run(folder) }
      let states = watcher.all
      #expect(states.count > 1)
      #expect(states.allSatisfy { $0.activity == work.activity && $0.number == states[0].number })
      #expect(zip(states, states.dropFirst()).allSatisfy { $0.completed <= $1.completed })
      if let total = work.total { #expect(states.allSatisfy { $0.total == total }) }
      if let last = states.last, let total = last.total {
        // All but what buffers and other threads have kept to themselves.
        #expect(last.completed >= total - (2 << 20))
        #expect(last.completed <= total + (1 << 20))
      }
    }
  }

  @Test(arguments: works)
  func everythingCanBeCancelled(_ work: Work) throws {
    try ProgressTests.withFiles { folder in
      if let output = work.output { try Bytes.write([1, 2, 3], to: folder + "/" + output) }
      let before = SystemCall.names(in: folder).sorted()
      let watcher = Watcher(limit: 2)
      let progress = watcher.progress
      #expect(throws: FormatError(.cancelled, "")) { try progress.observe { try work.run(folder) } }
      #expect(progress.isCancelled)
      // The old file, and no temporary.
      if let output = work.output { #expect(try Bytes.read(folder + "/" + output) == [1, 2, 3]) }
      #expect(SystemCall.names(in: folder).sorted() == before)
      // What is cancelled stays so; what is not observed by it goes on.
      #expect(throws: FormatError(.cancelled, "")) { try progress.observe { try work.run(folder) } }
      try work.run(folder)
    }
  }

  @Test func compressedTablesTellOfCompressedBytes() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/people.csv.gz"
      let program = """
        import gzip, sys, random
        random.seed(1)
        with gzip.open(sys.argv[1], 'wt') as f:
            f.write('name,x,n\\n')
            for i in range(150_000): f.write(f'p{i},{random.random()},{i}\\n')
        """
      #expect(try Python.run(["-c", program, path]).exitCode == 0)
      let size = try Bytes.read(path).count
      for work in [
        { _ = try AnyNDArray(csv: path) }, { try Document(opening: path).save(to: folder + "/people.npy") },
      ] as [@Sendable () throws -> Void] {
        let watcher = Watcher()
        try watcher.progress.observe { try work() }
        // The types are found, then the values are read: each by compressed bytes.
        for number in Set(watcher.all.filter { $0.activity == .reading }.map(\.number)) {
          let reading = watcher.all.filter { $0.number == number }
          #expect(reading.count > 5 && reading.last?.fraction == 1)
          #expect(reading.allSatisfy { $0.total == size && $0.completed <= size })
          #expect(reading.contains { (0.2..<0.8).contains($0.fraction ?? 0) })
        }
        #expect(watcher.all.contains { $0.activity == .reading })
      }
    }
  }

  @Test func appendsThatAreCancelledLeaveTheOldFile() throws {
    try TemporaryFolder.with { folder in
      let (npy, npz) = (folder + "/a.npy", folder + "/a.npz")
      let small = NDArray<Double>(zeros: 3, 10)
      try small.save(to: npy)
      try NPZArchive.save(["y": small], to: npz)
      let old = (try Bytes.read(npy), try Bytes.read(npz))
      let array = try ProgressTests.array().untyped
      #expect(throws: FormatError(.cancelled, "")) {
        try Watcher(limit: 2).progress.observe { try NPYFile.append(array, to: npy) }
      }
      #expect(throws: FormatError(.cancelled, "")) {
        try Watcher(limit: 2).progress.observe { try NPZArchive.append([("x", array)], to: npz) }
      }
      #expect(try Bytes.read(npy) == old.0)
      #expect(try Bytes.read(npz) == old.1)
      try NPYFile.append(array, to: npy)
      #expect(try NPYFile(opening: npy).header.shape == [3 + ProgressTests.count / 10, 10])
    }
  }

  @Test func observersSeeTheirOwnWorkOnly() async throws {
    let (first, second) = (Watcher(), Watcher())
    try TemporaryFolder.with { folder in
      let array = NDArray<Double>(zeros: 100)
      try first.progress.observe {
        try array.save(to: folder + "/a.npy")
        // Of observations within each other the innermost counts.
        try second.progress.observe { try array.save(to: folder + "/b.npy") }
      }
      try array.save(to: folder + "/c.npy")
    }
    #expect(first.all.map { $0.file.suffix(5) } == ["a.npy"])
    #expect(second.all.map { $0.file.suffix(5) } == ["b.npy"])
    #expect(first.progress.state == nil)
  }

  @Test func tasksCanCancel() async throws {
    let task = Task {
      let progress = ByteProgress()
      try await withTaskCancellationHandler {
        while !Task.isCancelled { await Task.yield() }
        try progress.observe { _ = try NDArray<Double>(zeros: 10).save(to: "/dev/null") }
      } onCancel: {
        progress.cancel()
      }
    }
    task.cancel()
    await #expect(throws: FormatError(.cancelled, "")) { try await task.value }
  }
}
