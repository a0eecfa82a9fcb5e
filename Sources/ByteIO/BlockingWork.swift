internal import ParallelLoops

/// Work that blocks, from async code.
///
/// What loads and saves a file in one call has an async form of the same name, which Swift chooses where it can be
/// awaited. This is for all else: several calls, a slice of a file, a reader.
///
/// ```swift
/// let corner = try await BlockingWork.run { try NPYFile(opening: "arr.npy").read(0..<2, 0..<2) }
/// ```
public enum BlockingWork {
  /// Does the work on a thread that is not one of those that tasks run on, which are as many as there are cores; the
  /// task is suspended, and all others go on. More than 64 at a time wait their turn.
  ///
  /// The task's cancellation cancels the work at its next step, at most 8 MiB of bytes later. A ``ByteProgress`` that
  /// observes the task sees the work. Costs some 20 microseconds.
  ///
  /// - Throws: What `body` throws; ``FormatError`` with code `cancelled` if the task was cancelled.
  public static func run<Value, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> sending Value
  ) async throws(Failure) -> sending Value {
    let part = ByteProgress(within: ByteProgress.current)
    let outcome = await withTaskCancellationHandler {
      await Parallel.offloading(inheriting: part, body)
    } onCancel: {
      part.cancel()
    }
    return try outcome.get()
  }

  /// Does work on a value that the task hands over, whatever its type: see ``run(_:)``.
  ///
  /// ```swift
  /// try await BlockingWork.run(with: document) { try $0.save(to: "all.npz") }
  /// ```
  ///
  /// - Throws: What `body` throws, and nothing else.
  public static func run<Input, Value, Failure: Error>(
    with input: sending Input, _ body: @escaping @Sendable (sending Input) throws(Failure) -> sending Value
  ) async throws(Failure) -> sending Value {
    let parcel = Parcel(input)
    return try await run { () throws(Failure) -> sending Value in try body(parcel.open()) }
  }

  /// A value on its way from one thread to another.
  ///
  /// Safe: it is `sending`, so nobody else has a reference to it, and it is taken out once, by the thread that it goes to.
  private final class Parcel<Input>: @unchecked Sendable {
    private nonisolated(unsafe) var input: Input?

    init(_ input: sending Input) {
      // Safe: see the type.
      unsafe self.input = input
    }

    func open() -> sending Input {
      // Safe: see the type.
      let taken = unsafe input.take()
      guard let taken else { preconditionFailure("work is done once") }
      return taken
    }
  }
}
