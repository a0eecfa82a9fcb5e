internal import Dispatch
internal import PlatformC
internal import Locks

/// Threads that work blocks as it likes: the loops of ``Parallel``, and what is done in the background.
///
/// They are threads of this package's own. Those of Swift's tasks are as many as there are cores, and so are those of
/// Dispatch's global queues, which they are taken from on Linux: a loop that held them would stall every task of the
/// program. A thread that has nothing to do is kept for the next piece of work for a while.
final class WorkerThreads: Sendable {
  /// What a thread sleeps on, and what it does next.
  private final class Worker: Sendable {
    let wake = DispatchSemaphore(value: 0)
    let work = Lock<(@Sendable () -> Void)?>(nil)
  }

  private struct State {
    /// The threads that sleep; the last has slept least, and its caches are warm.
    var idle: [Worker] = []
    /// How many threads there are, asleep or not.
    var count = 0
    /// Work that no thread is left for.
    var waiting: ArraySlice<@Sendable () -> Void> = []
  }

  /// The threads of this process.
  ///
  /// Safe: written only in the child of a fork, before it has a second thread (see `watchForks`).
  static var shared: WorkerThreads { unsafe current }

  nonisolated(unsafe) private static var current: WorkerThreads = {
    watchForks()
    return WorkerThreads()
  }()

  /// The most threads that exist at a time. Work beyond them waits its turn.
  static let limit = max(64, 4 * Parallel.workers)
  /// How long a thread without work is kept, in seconds.
  private static let patience = 10

  private let state = Lock(State())

  /// Does a piece of work on a thread of its own: at once if fewer than `limit` are at work, else when one of them has
  /// nothing else to do.
  ///
  /// If the system gives no thread at all, the caller's does it.
  func run(_ work: @escaping @Sendable () -> Void, below limit: Int = WorkerThreads.limit) {
    if offer(work, below: limit) { return }
    let mayWait = state.withLock { state in
      guard state.count > 0 else { return false }
      state.waiting.append(work)
      return true
    }
    if !mayWait { work() }
  }

  /// Gives a piece of work to a thread that has nothing to do, or to a new one, if fewer than `limit` are at work.
  ///
  /// - Returns: False if there is none.
  func offer(_ work: @escaping @Sendable () -> Void, below limit: Int) -> Bool {
    var sleeping: Worker?
    let isNew = state.withLock { state in
      guard state.count - state.idle.count < limit else { return false }
      sleeping = state.idle.popLast()
      if sleeping == nil { state.count += 1 }
      return sleeping == nil
    }
    if let sleeping {
      sleeping.work.withLock { $0 = work }
      sleeping.wake.signal()
      return true
    }
    guard isNew else { return false }
    let worker = Worker()
    worker.work.withLock { $0 = work }
    if SystemThread.start({ self.serve(worker) }) { return true }
    state.withLock { $0.count -= 1 }
    return false
  }

  /// What a thread does until it has had nothing to do for a while.
  private func serve(_ worker: Worker) {
    while true {
      let work = worker.work.withLock { work in
        defer { work = nil }
        return work
      }
      work?()
      let next = state.withLock { state in
        guard let next = state.waiting.popFirst() else {
          state.idle.append(worker)
          return nil as (@Sendable () -> Void)?
        }
        return next
      }
      if let next {
        worker.work.withLock { $0 = next }
        continue
      }
      while worker.wake.wait(timeout: .now() + .seconds(WorkerThreads.patience)) == .timedOut {
        let isLeaving = state.withLock { state in
          // Who is no longer listed has been chosen just now, and will be woken.
          guard let place = state.idle.firstIndex(where: { $0 === worker }) else { return false }
          state.idle.remove(at: place)
          state.count -= 1
          return true
        }
        if isLeaving { return }
      }
    }
  }

  /// A forked child has none of its parent's threads, and their lock may be held by one of them for ever: the child
  /// begins with new ones. (Python's `multiprocessing` forks; so does a web server that forks its workers.)
  private static func watchForks() {
    // Safe: the handler captures nothing and runs where there is one thread only; the old object is leaked, for its
    // lock must not be touched.
    pthread_atfork(nil, nil) {
      unsafe _ = Unmanaged.passRetained(WorkerThreads.current)
      unsafe WorkerThreads.current = WorkerThreads()
    }
  }
}
