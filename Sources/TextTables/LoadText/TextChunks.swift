internal import ByteIO
internal import NDArrays
internal import ParallelLoops
internal import Locks

/// The rest of a large file of text in chunks, each of which one core reads and parses while others do the same with the
/// next: memory is a chunk per core, and stays warm.
///
/// A chunk has the lines that begin within it. Only what is the same in every chunk can be read so: no quotes, which may
/// contain line ends, and no encoding whose state goes from one chunk to the next.
struct TextChunks: Sendable {
  /// What stays in the cache of a core while it is looked at several times.
  static let size = 512 << 10
  /// How far a line may reach beyond its chunk. Longer ones are left to ``TextBlocks``.
  private static let overhang = 64 << 10

  let source: any ByteSource
  let encoding: TextEncoding
  let plan: RowPlan
  /// Where in the file the first line begins, and where the file ends.
  let bytes: Range<Int>

  init(_ source: any ByteSource, _ encoding: TextEncoding, _ plan: RowPlan, _ bytes: Range<Int>) {
    self.source = source
    self.encoding = encoding
    self.plan = plan
    self.bytes = bytes
  }

  /// Whether text in an encoding can be cut between any two lines.
  static func canCut(_ encoding: TextEncoding) -> Bool {
    encoding == .utf8 || encoding == .ascii || encoding == .latin1
  }

  /// How many chunks there are.
  var count: Int { (bytes.count + TextChunks.size - 1) / TextChunks.size }

  /// What came of a run of chunks.
  struct Result {
    /// What came of each chunk, and the row at which its rows were stored.
    var outcomes: [(outcome: RowParser.Outcome, offset: Int)] = []
    /// Where in the file the first line begins that was not read.
    var end: Int
    /// Whether a chunk was met that cannot be read so, or has more rows than are wanted.
    var isOdd = false
  }

  /// Reads chunks until they, the room or the wanted rows end.
  ///
  /// - Parameters:
  ///   - chunkCount: How many chunks to read at most.
  ///   - target: Room for `capacity` rows.
  ///   - limit: How many rows are wanted at most.
  func read(
    _ chunkCount: Int, into target: UnsafeMutableRawPointer, capacity: Int, limit: Int
  ) throws(FormatError) -> Result {
    let chunkCount = min(count, chunkCount)
    let progress = ChunkProgress(start: bytes.lowerBound, capacity: capacity, limit: limit)
    let shared = unsafe SharedMemory(target)
    let rowSize = plan.rowSize
    let outcomes = try Parallel.staged(
      chunkCount,
      prepare: { (index: Int) throws(FormatError) -> ChunkLines in try lines(of: index) },
      settle: { (_: Int, lines: ChunkLines) throws(FormatError) -> Int? in
        progress.settle(count: lines.count, end: lines.fileEnd, isOdd: lines.isOdd)
      },
      finish: {
        (_: Int, lines: ChunkLines, offset: Int) throws(FormatError) -> (outcome: RowParser.Outcome, offset: Int) in
        // Safe: the buffer is held; each chunk writes to rows of its own, for which there is room.
        let memory = unsafe SharedMemory(lines.buffer.baseAddress)
        var outcome = unsafe parse(
          memory, lines.start..<lines.end, into: shared.address + offset * rowSize, capacity: lines.count)
        if let failure = outcome.failure, lines.isVerbatim {
          outcome.filePlace = lines.fileEnd - lines.end + failure.place
        }
        return (outcome, offset)
      })
    let final = progress.state
    var result = Result(end: final.end, isOdd: final.isOdd)
    result.outcomes = outcomes.prefix(final.settled).compactMap { $0 }
    return result
  }

  /// Parses the lines that lie in a range of memory.
  private func parse(
    _ memory: SharedMemory, _ range: Range<Int>, into target: UnsafeMutableRawPointer, capacity: Int
  ) -> RowParser.Outcome {
    var parser = RowParser(plan)
    // Safe: the caller holds the memory.
    let text = unsafe RawSpan(_unsafeStart: memory.address, byteCount: range.upperBound)
    return unsafe parser.read(text, from: range.lowerBound, isLast: true, into: target, capacity: capacity)
  }

  /// Reads the lines that begin within a chunk.
  private func lines(of index: Int) throws(FormatError) -> ChunkLines {
    let lower = bytes.lowerBound + index * TextChunks.size
    let upper = min(lower + TextChunks.size, bytes.upperBound)
    // The byte before the chunk tells whether a line begins with it.
    let lead = index == 0 ? 0 : 1
    // The memory is that of a chunk read before: freed blocks of this size are kept for the next.
    let buffer = ArrayStorage(uninitializedByteCount: TextChunks.size + TextChunks.overhang + 1)
    var filled = 0
    func fill(to count: Int) throws(FormatError) -> Bool {
      let wanted = min(count, bytes.upperBound - (lower - lead)) - filled
      // Safe: the buffer has a chunk's and the overhang's bytes.
      let part = unsafe UnsafeMutableRawBufferPointer(start: buffer.baseAddress + filled, count: wanted)
      let got = try unsafe source.read(into: part, at: lower - lead + filled)
      filled += got
      return got == wanted
    }
    let memory = unsafe SharedMemory(buffer.baseAddress)
    func feed(from place: Int) -> Int? {
      // Safe: the first `filled` bytes were read, and the buffer is held.
      let text = unsafe RawSpan(_unsafeStart: memory.address, byteCount: filled)
      return TextScanning.position(of: 10, in: text, from: place)
    }
    let size = upper - lower + lead
    guard try fill(to: size + 4096) else { return ChunkLines(odd: buffer) }
    var end = filled
    if upper < bytes.upperBound {
      var last = feed(from: size - 1)
      if last == nil {
        guard try fill(to: size + TextChunks.overhang) else { return ChunkLines(odd: buffer) }
        last = feed(from: size - 1)
      }
      guard let last else { return ChunkLines(odd: buffer) }
      end = last + 1
    }
    var start = 0
    if lead == 1 {
      guard let first = feed(from: 0) else { return ChunkLines(odd: buffer) }
      start = min(first + 1, end)
    }
    return ChunkLines(buffer, start..<end, fileEnd: lower - lead + end, encoding, plan)
  }
}

/// Where the chunks stand that are read at the moment.
private final class ChunkProgress: Sendable {
  struct State {
    var rows = 0
    var end: Int
    var settled = 0
    var hasStopped = false
    var isOdd = false
  }
  private let current: Lock<State>
  private let capacity: Int
  private let limit: Int

  init(start: Int, capacity: Int, limit: Int) {
    current = Lock(State(end: start))
    self.capacity = capacity
    self.limit = limit
  }

  var state: State { current.withLock { $0 } }

  /// Gives the next chunk its place; `nil` if it is not to be parsed, nor any after it.
  func settle(count: Int, end: Int, isOdd: Bool) -> Int? {
    current.withLock { state in
      if state.hasStopped { return nil }
      let isLast = isOdd || count > limit - state.rows
      guard !isLast, count <= capacity - state.rows else {
        state.hasStopped = true
        state.isOdd = isLast
        return nil
      }
      let offset = state.rows
      state.rows += count
      state.end = end
      state.settled += 1
      return offset
    }
  }
}

/// The lines of a chunk in memory. Held by one thread at a time.
private final class ChunkLines: @unchecked Sendable {
  /// The lines in UTF-8.
  let buffer: ArrayStorage
  /// Where they begin in the buffer.
  let start: Int
  /// How many rows they may have.
  let count: Int
  /// Where in the file they end.
  let fileEnd: Int
  /// Where they end in the buffer.
  let end: Int

  /// Whether the lines are not to be read so: too long, or no text in the encoding. Reading on reports what is wrong.
  let isOdd: Bool
  /// Whether the text is, byte for byte, what the file holds.
  let isVerbatim: Bool

  init(odd buffer: ArrayStorage) {
    self.buffer = buffer
    (start, end, count, fileEnd, isOdd, isVerbatim) = (0, 0, 0, 0, true, false)
  }

  init(_ buffer: ArrayStorage, _ range: Range<Int>, fileEnd: Int, _ encoding: TextEncoding, _ plan: RowPlan) {
    // Safe: the range was filled; the span is used within the initialiser only.
    let memory = unsafe SharedMemory(buffer.baseAddress)
    let text = unsafe RawSpan(_unsafeStart: memory.address + range.lowerBound, byteCount: range.count)
    let scan = TextScan(text)
    self.fileEnd = fileEnd
    count = min(scan.lineCount(of: text), range.count / plan.leastTextPerRow + 1)
    guard !scan.isASCII else {
      self.buffer = buffer
      (isOdd, isVerbatim) = (false, true)
      (start, end) = (range.lowerBound, range.upperBound)
      return
    }
    var decoder = TextDecoder(encoding)
    // A byte order mark stands at the start of a file only.
    decoder.restart(at: 1)
    isVerbatim = decoder.keepsBytes
    var decoded: [UInt8] = []
    isOdd = (try? decoder.decode(text.bytes(0..<text.byteCount), isLast: true, into: &decoded)) == nil
    let copy = ArrayStorage(uninitializedByteCount: decoded.count)
    // Safe: the copy has room for the bytes, and nobody else holds it.
    unsafe decoded.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress {
        unsafe copy.baseAddress.copyMemory(from: base, byteCount: bytes.count)
      }
    }
    self.buffer = copy
    (start, end) = (0, decoded.count)
  }
}
