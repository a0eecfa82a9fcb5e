internal import Dispatch
internal import Locks

/// A piece of work that another thread does while the caller goes on to something else: for a pipeline whose input comes
/// bit by bit.
///
/// No more are at work at a time than there are workers (see ``Parallel/workers``): more would only take memory. With one
/// worker the caller does it at once.
package final class BackgroundJob<Value: Sendable>: Sendable {
  private enum State {
    case waiting(@Sendable () -> Value)
    case running
    case done(Value)
    case taken
  }

  private let state: Lock<State>
  private let isDone = DispatchSemaphore(value: 0)

  /// Begins the work.
  package init(_ body: @escaping @Sendable () -> Value) {
    state = Lock(.waiting(body))
    if Parallel.workers > 1 {
      WorkerThreads.shared.run({ self.work() }, below: Parallel.workers)
    } else {
      work()
    }
  }

  /// Does the work, unless another thread does.
  private func work() {
    let body: (@Sendable () -> Value)? = state.withLock { state in
      guard case .waiting(let body) = state else { return nil }
      state = .running
      return body
    }
    guard let body else { return }
    let value = body()
    state.withLock { $0 = .done(value) }
    isDone.signal()
  }

  /// Waits for what came of it, or does it if no thread has come to do it; `nil` to anyone who asks a second time.
  package func take() -> Value? {
    work()
    isDone.wait()
    defer { isDone.signal() }
    return state.withLock { state in
      guard case .done(let value) = state else { return nil }
      state = .taken
      return value
    }
  }
}
