internal import Dispatch
internal import Locks

/// Work that the caller does together with as many other threads as come in time.
final class SharedWork: Sendable {
  private struct State {
    /// What is done; `nil` once no more threads shall begin it.
    var body: (@Sendable () -> Void)?
    /// How many threads other than the caller's are at it.
    var running = 0
    /// Whether the caller waits for them.
    var isAwaited = false
  }

  private let state: Lock<State>
  private let isOver = DispatchSemaphore(value: 0)

  private init(_ body: @escaping @Sendable () -> Void) { state = Lock(State(body: body)) }

  /// Calls `body` on the caller's thread and on up to `helpers` others, and returns when all of those calls have.
  ///
  /// A thread that has not begun when the caller is done does not begin: `body` must be such that one call does all
  /// that is left.
  ///
  /// - Parameter limit: How many threads may be at work, for this or for others, for one more to be asked.
  static func run(helpers: Int, below limit: Int, _ body: @Sendable () -> Void) {
    withoutActuallyEscaping(body) { body in
      let work = SharedWork(body)
      let threads = WorkerThreads.shared
      var asked = 0
      while asked < helpers, threads.offer({ work.join() }, below: limit) { asked += 1 }
      body()
      work.finish()
    }
  }

  /// What another thread does when it has come.
  private func join() {
    var body = state.withLock { state in
      if state.body != nil { state.running += 1 }
      return state.body
    }
    guard body != nil else { return }
    body?()
    // The closure is the caller's to destroy: nobody else may hold it when the caller goes on.
    body = nil
    let isLast = state.withLock { state in
      state.running -= 1
      return state.running == 0 && state.isAwaited
    }
    if isLast { isOver.signal() }
  }

  /// Keeps other threads from beginning, and waits for those that have begun.
  private func finish() {
    let mustWait = state.withLock { state in
      state.body = nil
      state.isAwaited = state.running > 0
      return state.isAwaited
    }
    if mustWait { isOver.wait() }
  }
}
