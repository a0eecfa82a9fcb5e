internal import ParallelLoops
internal import Locks

extension ByteProgress {
  /// The states as they change, for a task that shows them:
  ///
  /// ```swift
  /// let progress = ByteProgress()
  /// async let saved: Void = progress.observe { try await array.save(to: "arr.npy") }
  /// for await state in progress.states { print(state.fraction ?? 0) }
  /// try await saved
  /// ```
  ///
  /// A task that is slower than the work sees the latest state only. The sequence ends when the outermost
  /// `observe(_:)` does; it is empty if that has ended already.
  public var states: AsyncStream<State> { followers.stream() }

  /// Runs async work and follows all loading and saving that it awaits, as the form of it that blocks does.
  ///
  /// - Throws: What `body` throws; ``FormatError`` with code `cancelled` comes from what was cancelled in it.
  public func observe<Result, Failure: Error>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    followers.begin()
    defer { followers.end() }
    let outcome: Swift.Result<Result, Failure> = await Parallel.$inherited.withValue(self) {
      do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
    }
    return try outcome.get()
  }

  /// Those who iterate over ``ByteProgress/states``.
  final class Followers: Sendable {
    private struct Known {
      var continuations: [AsyncStream<State>.Continuation] = []
      /// How many observations are open within each other, or side by side.
      var open = 0
      var hasEnded = false
    }

    private let known = Lock(Known())

    func stream() -> AsyncStream<State> {
      let (stream, continuation) = AsyncStream.makeStream(of: State.self, bufferingPolicy: .bufferingNewest(1))
      let isOver = known.withLock { known in
        if known.open == 0 && known.hasEnded { return true }
        known.continuations.append(continuation)
        return false
      }
      if isOver { continuation.finish() }
      return stream
    }

    func begin() { known.withLock { $0.open += 1 } }

    func end() {
      let finished = known.withLock { known in
        known.open -= 1
        known.hasEnded = true
        guard known.open == 0 else { return [AsyncStream<State>.Continuation]() }
        defer { known.continuations = [] }
        return known.continuations
      }
      for continuation in finished { continuation.finish() }
    }

    func tell(_ state: State) {
      let all = known.withLock { $0.continuations }
      for continuation in all { continuation.yield(state) }
    }
  }
}
