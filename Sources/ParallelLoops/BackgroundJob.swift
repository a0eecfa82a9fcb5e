internal import Dispatch
internal import Synchronization

/// A piece of work that another thread does while the caller goes on to something else: for a pipeline whose input comes
/// bit by bit.
///
/// With one worker (see ``Parallel/workers``) the caller does it at once.
package final class BackgroundJob<Value: Sendable>: Sendable {
  private let result = Mutex<Value?>(nil)
  private let isDone = DispatchSemaphore(value: 0)

  /// Begins the work.
  package init(_ body: @escaping @Sendable () -> Value) {
    guard Parallel.workers > 1 else {
      let value = body()
      result.withLock { $0 = value }
      isDone.signal()
      return
    }
    WorkerThreads.shared.run {
      let value = body()
      self.result.withLock { $0 = value }
      self.isDone.signal()
    }
  }

  /// Waits for what came of it; `nil` to anyone who asks a second time.
  package func take() -> Value? {
    isDone.wait()
    defer { isDone.signal() }
    return result.withLock { $0.take() }
  }
}
