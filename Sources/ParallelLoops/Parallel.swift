internal import Locks
internal import Synchronization
internal import PlatformC

/// Spreads independent work over all cores: the one helper that every module uses.
///
/// The environment variable `NPY_THREADS` limits the number of workers, as `OMP_NUM_THREADS` does for NumPy's
/// linear algebra.
package enum Parallel {
  /// How many workers a loop may use: the cores that are online, or `NPY_THREADS` if that is set and smaller.
  package static let workers: Int = {
    let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    // Safe: `getenv` returns null or a null-terminated string, which is copied at once; nothing here changes the environment.
    guard let text = unsafe getenv("NPY_THREADS"), let limit = unsafe Int(String(cString: text)), limit > 0
    else { return cores }
    return min(limit, cores)
  }()

  /// Calls `body` once for every index in `0..<count`, in no particular order, on up to ``workers`` threads.
  ///
  /// Once a call has thrown, indices that have not begun are left out; of the errors thrown, that of the lowest
  /// index is rethrown. With one worker, or one index, everything runs on the calling thread.
  package static func forEach<Failure: Error>(
    _ count: Int, _ body: @Sendable (Int) throws(Failure) -> Void
  ) throws(Failure) {
    let threads = min(workers, count)
    if threads <= 1 {
      for index in 0..<max(0, count) { try body(index) }
      return
    }
    let next = Atomic<Int>(0)
    let firstFailure = Lock<(index: Int, error: Failure)?>(nil)
    onThreads(threads) {
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        do throws(Failure) {
          try body(index)
        } catch {
          next.store(count, ordering: .relaxed)
          firstFailure.withLock { known in
            if let present = known, present.index < index { return }
            known = (index, error)
          }
        }
      }
    }
    if let failure = firstFailure.withLock({ $0 }) { throw failure.error }
  }

  /// The results of `body` for every index in `0..<count`, in the order of the indices; otherwise as
  /// ``forEach(_:_:)``.
  package static func map<Value: Sendable, Failure: Error>(
    _ count: Int, _ body: @Sendable (Int) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    let results = Lock([Value?](repeating: nil, count: max(0, count)))
    try forEach(count) { (index: Int) throws(Failure) in
      let value = try body(index)
      results.withLock { $0[index] = value }
    }
    // None is missing, or `forEach` would have thrown.
    return results.withLock { $0.compactMap { $0 } }
  }

  /// Cuts `0..<count` into ranges of at least `grain` items and calls `body` for each, on all cores.
  ///
  /// - Parameter grain: The fewest items that are worth a thread's while.
  package static func forEachRange<Failure: Error>(
    of count: Int, grain: Int, _ body: @Sendable (Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    guard count > 0 else { return }
    let pieces = max(1, min(workers * 4, count / max(1, grain)))
    if pieces == 1 || workers == 1 {
      try body(0..<count)
      return
    }
    try forEach(pieces) { (piece: Int) throws(Failure) in
      // Computed without the product count * piece, which could overflow.
      let size = count / pieces
      let rest = count % pieces
      let lower = piece * size + min(piece, rest)
      try body(lower..<(lower + size + (piece < rest ? 1 : 0)))
    }
  }

  /// Makes results in parallel and hands them over in order: `consume` sees index 0, then 1, and so on, never two
  /// at a time, while other workers go on making later ones. At most twice as many results as there are ``workers``
  /// exist at any moment.
  ///
  /// - Parameters:
  ///   - count: The number of indices, or `Int.max` if only `produce` knows where the end is.
  ///   - produce: Makes the result of an index; `nil` says that there are no more from this index on.
  ///   - consume: Takes the results in order.
  package static func ordered<Value: Sendable, Failure: Error>(
    _ count: Int,
    produce: @Sendable (Int) throws(Failure) -> Value?,
    consume: @Sendable (Int, Value) throws(Failure) -> Void
  ) throws(Failure) {
    let threads = min(workers, count)
    if threads <= 1 {
      var index = 0
      while index < count, let value = try produce(index) {
        try consume(index, value)
        index += 1
      }
      return
    }
    let results = OrderedResults<Value, Failure>(count: count, atMost: 2 * threads)
    onThreads(threads) {
      while let index = results.begin() {
        do throws(Failure) {
          guard let value = try produce(index) else {
            results.end(before: index)
            return
          }
          results.deliver(index, value)
        } catch {
          results.fail(at: index, with: error)
          return
        }
        // The thread that delivers what is due hands on all that is ready; nobody waits for that.
        while let (index, value) = results.takeDue() {
          do throws(Failure) {
            try consume(index, value)
          } catch {
            results.fail(at: index, with: error)
            return
          }
          results.pass(index)
        }
      }
    }
    if let error = results.failure { throw error }
  }

  /// Works on indices in three steps: `prepare` in parallel, `settle` in order and never two at a time, `finish` in
  /// parallel again. So what one index needs to know of all before it is handed on, and nothing else waits.
  ///
  /// - Parameters:
  ///   - prepare: The first step of an index.
  ///   - settle: The step in between; `nil` leaves out the last step of this index, and all of those that have not begun.
  ///   - finish: The last step.
  /// - Returns: What the last step returned, for each index; `nil` for those that it was left out of.
  package static func staged<Prepared, Settled, Value: Sendable, Failure: Error>(
    _ count: Int,
    prepare: @Sendable (Int) throws(Failure) -> Prepared,
    settle: @Sendable (Int, Prepared) throws(Failure) -> Settled?,
    finish: @Sendable (Int, Prepared, Settled) throws(Failure) -> Value
  ) throws(Failure) -> [Value?] {
    let threads = min(workers, count)
    let results = Lock([Value?](repeating: nil, count: max(0, count)))
    if threads <= 1 {
      for index in 0..<max(0, count) {
        let prepared = try prepare(index)
        guard let settled = try settle(index, prepared) else { break }
        let value = try finish(index, prepared, settled)
        results.withLock { $0[index] = value }
      }
      return results.withLock { $0 }
    }
    let turn = OrderedTurns<Failure>()
    onThreads(threads) {
      while let index = turn.begin(below: count) {
        do throws(Failure) {
          let prepared = try prepare(index)
          guard turn.wait(for: index) else { return }
          let settled = try settle(index, prepared)
          if settled == nil { turn.finish() }
          turn.pass(index)
          if let settled {
            let value = try finish(index, prepared, settled)
            results.withLock { $0[index] = value }
          }
        } catch {
          turn.fail(at: index, with: error)
          return
        }
      }
    }
    if let error = turn.failure { throw error }
    return results.withLock { $0 }
  }

  /// What the threads of a loop take over from the thread that started it; they cannot see its task-local values by
  /// themselves. What works in the background of a loop (progress, for one) puts itself here.
  @TaskLocal package static var inherited: (any Sendable)?

  /// Whether this is the body of a loop: a loop within it takes only threads that have nothing to do.
  @TaskLocal private static var isInLoop = false

  /// Runs `body` on the caller's thread and up to `count - 1` others at once, each with what the caller has
  /// ``inherited``; on fewer if others have work, so one call must do all that is left.
  static func onThreads(_ count: Int, _ body: @Sendable () -> Void) {
    // Loops side by side share the cores by the system's scheduler, as those of several processes do.
    let limit = isInLoop ? workers - 1 : 4 * workers
    let inherited = inherited
    SharedWork.run(helpers: count - 1, below: limit) {
      $isInLoop.withValue(true) {
        guard let inherited else { return body() }
        $inherited.withValue(inherited, operation: body)
      }
    }
  }
}
