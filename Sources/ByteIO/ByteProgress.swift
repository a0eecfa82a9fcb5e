internal import ParallelLoops
internal import Locks
internal import Synchronization

/// How far loading or saving has come, for all that is done within ``observe(_:)``; and the way to stop it.
///
/// Nothing has to be passed along: every function of this package that moves bytes looks for a progress in the task
/// (or thread) that calls it, also on the threads that it starts itself. Without one, that look is all it costs.
///
/// ```swift
/// let progress = ByteProgress { state in
///   print(state.activity, state.file, state.completed, state.total ?? 0)
///   return true                              // false cancels
/// }
/// try progress.observe { try array.save(to: "arr.npy") }
/// ```
///
/// What is cancelled throws a ``FormatError`` with code `cancelled` at its next step, at most 8 MiB of bytes later; a
/// save then leaves the file that was there, and no temporary. In async code, ``states`` is the same as a sequence, and
/// what is awaited follows the task's cancellation by itself (``BlockingWork``).
public final class ByteProgress: Sendable {
  /// What is being done.
  public enum Activity: String, Sendable {
    case reading, writing
  }

  /// How far one operation has come: the load or save of one file. Several in a row follow each other.
  public struct State: Sendable {
    /// What is being done.
    public var activity: Activity
    /// With which file, as the caller named it.
    public var file: String
    /// How many bytes are done: of the file where it is read or written as it is, of the arrays where they are
    /// compressed or made text on their way out.
    public var completed: Int
    /// How many there will be; `nil` where nobody knows beforehand.
    public var total: Int?
    /// Counts the operations from 1: tells whether this is still the one that was seen before.
    public var number: Int

    /// How much of the whole is done, from 0 to 1.
    public var fraction: Double? { total.map { $0 > 0 ? min(1, Double(completed) / Double($0)) : 1 } }
  }

  /// Which bytes an operation counts; those that others move in its course are not counted twice.
  package enum Measure: Sendable {
    /// Those that come from a file or stream.
    case source
    /// Those that go to one.
    case sink
    /// Those of arrays, on their way into a compressed or textual form.
    case array
  }

  private struct Operation {
    var state: State
    var measure: Measure
    /// How many operations are open within each other; only the outermost is reported.
    var depth: Int
  }

  /// The most bytes between two steps.
  package static let step = 8 << 20

  private let operation = Lock<Operation?>(nil)
  private let count = Atomic<Int>(0)
  private let cancelled = Atomic<Bool>(false)
  private let onChange: (@Sendable (State) -> Bool)?
  /// The progress that this one is a part of: it is told the same, and its cancelling counts here.
  private let whole: ByteProgress?
  let followers = Followers()
  /// Held while `onChange` runs: it is never called twice at a time.
  private let telling = Lock(())

  /// A progress of what is yet to be done.
  ///
  /// - Parameter onChange: Called after every step, on whichever thread has done it, never twice at a time; returns
  ///   whether to go on. A call that would have to wait for another is left out.
  public init(onChange: (@Sendable (State) -> Bool)? = nil) {
    self.onChange = onChange
    whole = nil
  }

  /// A progress of a part of the work that another one observes, which can be cancelled without the rest.
  init(within whole: ByteProgress?) {
    onChange = nil
    self.whole = whole
  }

  /// Where things stand; `nil` between operations.
  public var state: State? { operation.withLock { $0?.state } }

  /// Whether ``cancel()`` was called, or the callback has said so.
  public var isCancelled: Bool { cancelled.load(ordering: .relaxed) || whole?.isCancelled ?? false }

  /// Stops what is being done, and all that is yet to be done within ``observe(_:)``. May be called from any thread.
  public func cancel() { cancelled.store(true, ordering: .relaxed) }

  /// Runs `body` and follows all loading and saving in it. Of observations within each other the innermost counts.
  ///
  /// - Throws: What `body` throws; ``FormatError`` with code `cancelled` comes from what was cancelled in it.
  public func observe<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    followers.begin()
    defer { followers.end() }
    let outcome: Swift.Result<Result, Failure> = Parallel.$inherited.withValue(self) {
      do throws(Failure) { return .success(try body()) } catch { return .failure(error) }
    }
    return try outcome.get()
  }

  // MARK: For those who move bytes

  /// The progress that this thread's work belongs to.
  package static var current: ByteProgress? {
    guard let inherited = Parallel.inherited else { return nil }
    return inherited as? ByteProgress
  }

  /// Runs an operation: the part of the work that is reported as one, of that many bytes. Within another operation it
  /// is a part of that one.
  package static func operation<Result, Failure: Error>(
    _ activity: Activity, _ file: String, total: @autoclosure () -> Int?, counting measure: Measure,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let current else { return try body() }
    current.begin(activity, file, total(), measure)
    defer { current.end() }
    return try body()
  }

  /// An operation that reads a source.
  package static func reading<Result, Failure: Error>(
    _ source: any ByteSource, total: @autoclosure () -> Int?, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try operation(.reading, source.name, total: total(), counting: .source, body)
  }

  private func begin(_ activity: Activity, _ file: String, _ total: Int?, _ measure: Measure) {
    whole?.begin(activity, file, total, measure)
    operation.withLock { operation in
      guard operation == nil else {
        operation?.depth += 1
        return
      }
      let number = count.wrappingAdd(1, ordering: .relaxed).newValue
      let state = State(activity: activity, file: file, completed: 0, total: total, number: number)
      operation = Operation(state: state, measure: measure, depth: 1)
    }
  }

  private func end() {
    whole?.end()
    operation.withLock { operation in
      operation?.depth -= 1
      if operation?.depth == 0 { operation = nil }
    }
  }

  /// Reports bytes that are done.
  ///
  /// - Throws: ``FormatError`` with code `cancelled` if no more shall be done.
  package func advance(_ measure: Measure, by count: Int, file: String) throws(FormatError) {
    try whole?.advance(measure, by: count, file: file)
    let hasAdvanced = operation.withLock { operation in
      guard operation?.measure == measure else { return false }
      operation?.state.completed &+= count
      return true
    }
    if hasAdvanced { tell() }
    try check(file: file)
  }

  /// Tells how things stand, unless another thread is telling: that one looks again when it has.
  private func tell() {
    var told: State?
    while let latest = state, latest.number != told?.number || latest.completed != told?.completed {
      let outcome: (state: State, goesOn: Bool)?? = telling.withLockIfAvailable { _ in
        // Looked at under the lock, so that what is told never goes back.
        guard let state else { return nil }
        followers.tell(state)
        return (state, onChange?(state) ?? true)
      }
      guard let outcome else { return }
      if outcome?.goesOn == false { cancel() }
      told = outcome?.state
    }
  }

  /// - Throws: ``FormatError`` with code `cancelled` if no more shall be done.
  package func check(file: String) throws(FormatError) {
    if isCancelled { throw FormatError(.cancelled, "cancelled", file: file) }
  }
}
