internal import ByteIO
internal import Dispatch
internal import Locks
internal import ParallelLoops

/// Fetches what will be read next, on a thread of its own, while what came before is used.
///
/// ```
///        position                            next             end
///  ─────────┬──────────────┬──────────────┬────┴───────────────┤
///   dropped │ chunk, in use │ chunk, coming │  not asked for yet │
/// ```
///
/// Used by one thread at a time. The thread that fetches ends when there is nothing to do, and another begins when there is
/// room again.
final class ReadAhead: Sendable {
  /// The bytes of one request.
  static let chunkSize = 8 << 20
  /// As many chunks are in memory at most: threads that share the work may each be at another.
  fileprivate static let mostChunks = max(4, min(16, Parallel.workers + 2))
  /// As many bytes of what was read stay, for readers that go back a little.
  fileprivate static let keptBehind = 1 << 20

  fileprivate struct State {
    /// One after the other, without gaps.
    var chunks: [Chunk] = []
    /// Where the next chunk begins.
    var next: Int
    var end: Int
    var isRunning = false
    var isStopped = false
    var error: FormatError?
    /// Who waits until the bytes before an offset have come; for the thread's end, if it is `nil`.
    var waiter: (offset: Int?, semaphore: DispatchSemaphore)?
  }

  /// A part of the file of which the first bytes have come.
  fileprivate struct Chunk {
    let start: Int
    let bytes: FetchedBytes
    var received = 0
    /// How many bytes were handed out.
    var used = 0
    var isAskedFor = false
    var end: Int { start + bytes.count }
    var isWhole: Bool { received == bytes.count }
  }

  private let state: Lock<State>
  private let fetcher: Fetcher

  /// Unchecked: used by the thread that fetches only, as long as there is one; its owner does not use it meanwhile.
  private struct Fetcher: @unchecked Sendable {
    let value: RangeFetcher
  }

  /// Begins to fetch.
  ///
  /// - Parameter fetcher: Nobody else may use it before ``stop()``.
  init(_ range: Range<Int>, _ fetcher: RangeFetcher) {
    state = Lock(State(next: range.lowerBound, end: range.upperBound))
    self.fetcher = Fetcher(value: fetcher)
    startIfNeeded()
  }

  /// Whether ranges are among what is there or will come.
  func isFetching(_ ranges: [Range<Int>]) -> Bool {
    state.withLock { state in
      let start = state.chunks.first?.start ?? state.next
      return state.error == nil && ranges.allSatisfy { start <= $0.lowerBound && $0.upperBound <= state.end }
    }
  }

  /// Copies bytes from an offset on, as many as there are in one chunk; waits for them if they are on their way.
  ///
  /// - Returns: How many bytes; 0 if reading does not go on where it was.
  /// - Throws: ``FormatError`` of fetching what is wanted, or `cancelled`; then nothing is fetched any more.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    guard let chunk = state.withLock({ $0.chunk(holding: offset) }) else { return 0 }
    let count = min(buffer.count, chunk.end - offset)
    try wait(until: offset + count)
    // Safe: these bytes have come, and nobody writes to them any more.
    let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
    _ = unsafe chunk.bytes.copy(from: offset - chunk.start, into: part)
    state.withLock { $0.use(count, at: offset) }
    startIfNeeded()
    try ByteProgress.current?.advance(.source, by: count, file: fetcher.value.name)
    return count
  }

  /// Ends fetching. When it returns, no thread uses the fetcher any more.
  ///
  /// - Returns: What has come, by where it begins.
  @discardableResult
  func stop() -> [(start: Int, bytes: FetchedBytes)] {
    while true {
      let semaphore = DispatchSemaphore(value: 0)
      let isRunning = state.withLock { state in
        state.isStopped = true
        if state.isRunning { state.waiter = (nil, semaphore) }
        return state.isRunning
      }
      guard isRunning else { break }
      semaphore.wait()
    }
    return state.withLock { $0.chunks.filter(\.isWhole).map { ($0.start, $0.bytes) } }
  }

  private func wait(until offset: Int) throws(FormatError) {
    while true {
      startIfNeeded()
      let semaphore = DispatchSemaphore(value: 0)
      let hasCome: Result<Bool, FormatError> = state.withLock { state in
        if state.hasCome(before: offset) { return .success(true) }
        if let error = state.error { return .failure(error) }
        // Without a thread nobody would signal: the loop begins another.
        if state.isRunning { state.waiter = (offset, semaphore) } else { semaphore.signal() }
        return .success(false)
      }
      if try hasCome.get() { return }
      if semaphore.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
        do throws(FormatError) { try ByteProgress.current?.check(file: fetcher.value.name) } catch {
          stop()
          throw error
        }
      }
    }
  }

  // MARK: The thread that fetches

  private func startIfNeeded() {
    let starts = state.withLock { state in
      guard !state.isRunning, !state.isStopped, state.error == nil, state.isWorthStarting else { return false }
      state.isRunning = true
      return true
    }
    if starts, !SystemThread.start(fetch) { fetch() }
  }

  private func fetch() {
    var goesOn = true
    while goesOn {
      var failure: FormatError?
      do throws(FormatError) {
        try fetcher.value.fetch(next: nextPart, isStopped: { self.state.withLock { $0.isStopped } })
      } catch { failure = error }
      goesOn = state.withLock { state in
        state.error = failure
        // What was added meanwhile.
        if failure == nil, !state.isStopped, state.chunks.contains(where: { !$0.isAskedFor }) { return true }
        state.isRunning = false
        state.wakeWaiter()
        return false
      }
    }
  }

  /// The next part that is to be fetched, if there is room for it, and what is called as its bytes come.
  private func nextPart() -> RangeFetcher.Part? {
    state.withLock { state in
      guard let chunk = state.nextToAskFor() else { return nil }
      return RangeFetcher.Part(start: chunk.start, bytes: chunk.bytes) { count in
        self.state.withLock { $0.receive(count, of: chunk.start) }
      }
    }
  }
}

extension ReadAhead.State {
  /// Drops what has been read, and finds the chunk that holds an offset; adds it, if it is one of the next.
  mutating func chunk(holding offset: Int) -> ReadAhead.Chunk? {
    while let first = chunks.first, first.isDone(at: offset) { chunks.removeFirst() }
    while offset >= next, addChunk() {}
    return chunks.first { $0.start <= offset && offset < $0.end }
  }

  private mutating func addChunk() -> Bool {
    guard next < end, chunks.count < ReadAhead.mostChunks else { return false }
    let chunk = ReadAhead.Chunk(start: next, bytes: FetchedBytes(count: min(ReadAhead.chunkSize, end - next)))
    chunks.append(chunk)
    next = chunk.end
    return true
  }

  /// Whether there is enough to do for a new thread.
  var isWorthStarting: Bool {
    if chunks.contains(where: { !$0.isAskedFor }) { return true }
    return next < end && chunks.count <= ReadAhead.mostChunks / 2
  }

  mutating func nextToAskFor() -> ReadAhead.Chunk? {
    guard !isStopped else { return nil }
    if !chunks.contains(where: { !$0.isAskedFor }), !addChunk() { return nil }
    guard let index = chunks.firstIndex(where: { !$0.isAskedFor }) else { return nil }
    chunks[index].isAskedFor = true
    return chunks[index]
  }

  /// Notes how many bytes of a chunk have come.
  mutating func receive(_ count: Int, of start: Int) {
    guard let index = chunks.firstIndex(where: { $0.start == start }) else { return }
    chunks[index].received = count
    if let offset = waiter?.offset, hasCome(before: offset) { wakeWaiter() }
  }

  mutating func wakeWaiter() {
    waiter?.semaphore.signal()
    waiter = nil
  }

  /// Whether the last byte before an offset has come; those before it in its chunk have come earlier.
  func hasCome(before offset: Int) -> Bool {
    chunks.contains { $0.start < offset && offset <= $0.start + $0.received }
  }

  mutating func use(_ count: Int, at offset: Int) {
    guard let index = chunks.firstIndex(where: { $0.start <= offset && offset < $0.end }) else { return }
    chunks[index].used += count
    while let first = chunks.first, first.isDone(at: offset + count) { chunks.removeFirst() }
  }
}

extension ReadAhead.Chunk {
  /// Whether nobody will ask for it any more, when somebody reads at an offset.
  func isDone(at offset: Int) -> Bool {
    guard isWhole else { return false }
    return used >= bytes.count && offset >= end + ReadAhead.keptBehind || offset >= end + 2 * ReadAhead.chunkSize
  }
}
