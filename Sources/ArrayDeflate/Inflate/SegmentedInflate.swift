public import ByteIO
internal import ParallelLoops

extension Inflate {
  /// Inflates a segmented stream, or only a part of what it holds, on all cores.
  ///
  /// As ``inflate(_:of:from:at:)`` with one piece.
  ///
  /// - Parameters:
  ///   - range: The bytes of output that are wanted.
  ///   - index: Where the segments are; its totals must be those of the stream.
  ///   - source: What holds the stream.
  ///   - offset: Where in the source the stream begins.
  ///   - target: Memory of exactly `range.count` bytes.
  /// - Throws: ``FormatError``: `corrupt` if a segment is broken or fails its checksum, `truncated` if the source
  ///   ends within one, `bad_argument` if range, index and memory do not fit each other.
  public static func inflate(
    _ range: Range<Int>, of index: SegmentIndex, from source: any ByteSource, at offset: Int,
    into target: UnsafeMutableRawBufferPointer
  ) throws(FormatError) {
    guard target.count == range.count else {
      throw FormatError(.badArgument, "the range to inflate does not fit the memory given")
    }
    // Safe: the caller keeps the memory for the duration of the call.
    try unsafe inflate([SourcePiece(offset: range.lowerBound, memory: target)], of: index, from: source, at: offset)
  }

  /// Inflates several parts of what a segmented stream holds, on all cores.
  ///
  /// Only the segments that the parts touch are read, each once, and of each no more is inflated than up to the last
  /// byte that is wanted. A segment that is wanted whole is inflated straight into its place and verified by its
  /// checksum; a part has none.
  ///
  /// - Parameters:
  ///   - pieces: Which bytes of the output are wanted, and where they go; none may overlap in memory.
  ///   - index: Where the segments are; its totals must be those of the stream.
  ///   - source: What holds the stream.
  ///   - offset: Where in the source the stream begins.
  /// - Throws: As above.
  public static func inflate(
    _ pieces: [SourcePiece], of index: SegmentIndex, from source: any ByteSource, at offset: Int
  ) throws(FormatError) {
    for piece in pieces where piece.offset < 0 || piece.count > index.uncompressedCount - piece.offset {
      throw FormatError(.badArgument, "the part to inflate does not lie within the data")
    }
    let tasks = SegmentTask.tasks(for: pieces, of: index)
    if source.seekCost == .perRead {
      var streams: [Range<Int>] = []
      for task in tasks { streams.append(try task.input(for: pieces, of: index, at: offset)) }
      try source.willRead(streams)
    }
    try Parallel.forEach(tasks.count) { (number: Int) throws(FormatError) in
      try tasks[number].run(pieces, of: index, from: source, at: offset)
    }
  }
}

/// What is wanted of one segment.
private struct SegmentTask {
  /// The segment.
  let segment: Int
  /// Which pieces touch it.
  var pieces: [Int]

  static func tasks(for pieces: [SourcePiece], of index: SegmentIndex) -> [SegmentTask] {
    var tasks: [SegmentTask] = []
    // By their offset: those of one segment come one after the other.
    let order = pieces.indices.sorted { pieces[$0].offset < pieces[$1].offset }
    for number in order where pieces[number].count > 0 {
      let piece = pieces[number]
      for segment in index.segments(covering: piece.offset..<(piece.offset + piece.count)) {
        if let last = tasks.lastIndex(where: { $0.segment <= segment }), tasks[last].segment == segment {
          tasks[last].pieces.append(number)
        } else {
          tasks.append(SegmentTask(segment: segment, pieces: [number]))
        }
      }
    }
    return tasks
  }

  /// Where the segment lies in the source.
  func stream(of index: SegmentIndex, at offset: Int) throws(FormatError) -> Range<Int> {
    let start = try offset.checkedAdding(index.compressedOffsets[segment])
    return start..<(try start.checkedAdding(index.segments[segment].compressedCount))
  }

  /// How many bytes of the segment are wanted: up to the last that a piece asks for.
  private func wantedCount(_ all: [SourcePiece], of index: SegmentIndex) -> Int {
    let start = index.uncompressedOffsets[segment]
    let ends = pieces.map { all[$0].offset + all[$0].count - start }
    return min(ends.max() ?? 0, index.segments[segment].uncompressedCount)
  }

  /// What is read of the segment first: of a few bytes at its start, such as a header, not all of it.
  func input(
    for all: [SourcePiece], of index: SegmentIndex, at offset: Int
  ) throws(FormatError) -> Range<Int> {
    let stream = try stream(of: index, at: offset)
    let wanted = wantedCount(all, of: index)
    // A byte takes at most 15 bits; the tables of blocks come on top of that.
    guard wanted <= SegmentTask.mostOfPrefix else { return stream }
    return stream.lowerBound..<min(stream.upperBound, stream.lowerBound + 2 * wanted + 4096)
  }

  private static let mostOfPrefix = 16 << 10

  func run(
    _ all: [SourcePiece], of index: SegmentIndex, from source: any ByteSource, at offset: Int
  ) throws(FormatError) {
    let stream = try stream(of: index, at: offset)
    let first = try input(for: all, of: index, at: offset)
    do throws(FormatError) { try inflate(first, for: all, of: index, from: source) } catch {
      guard first != stream else { throw error }
      // More than that was needed, or the segment is broken.
      try inflate(stream, for: all, of: index, from: source)
    }
  }

  private func inflate(
    _ stream: Range<Int>, for all: [SourcePiece], of index: SegmentIndex, from source: any ByteSource
  ) throws(FormatError) {
    let facts = index.segments[segment]
    let start = index.uncompressedOffsets[segment]
    let place = start..<(start + facts.uncompressedCount)
    let streamOffset = stream.lowerBound
    let wanted = wantedCount(all, of: index)
    let input = ScratchBuffer.pool.take()
    defer { ScratchBuffer.pool.give(input) }
    let count = try input.fill(from: source, at: streamOffset, count: stream.count)
    do throws(FormatError) {
      if pieces.count == 1, all[pieces[0]].offset <= place.lowerBound, wanted == place.count {
        // Safe: the part of the caller's memory that is this segment's alone.
        let target = unsafe all[pieces[0]].memory(place)
        try unsafe inflate(input.bytes(count), into: target, upTo: nil, matching: facts.crc32)
        return
      }
      let whole = ScratchBuffer.pool.take()
      defer { ScratchBuffer.pool.give(whole) }
      try whole.reserve(facts.uncompressedCount)
      let memory = unsafe whole.mutableBytes(facts.uncompressedCount)
      try unsafe inflate(
        input.bytes(count), into: memory, upTo: wanted == place.count ? nil : wanted, matching: facts.crc32)
      for number in pieces {
        let part = place.clamped(to: all[number].offset..<(all[number].offset + all[number].count))
        // Safe: `part` lies within both the segment, up to what is wanted, and the piece.
        unsafe all[number].memory(part).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: memory[(part.lowerBound - start)..<(part.upperBound - start)]))
      }
    } catch {
      throw error.shifted(by: streamOffset).at(file: source.name, offset: streamOffset)
    }
  }

  private func inflate(
    _ stream: UnsafeRawBufferPointer, into memory: UnsafeMutableRawBufferPointer, upTo wanted: Int?,
    matching crc: UInt32
  ) throws(FormatError) {
    // Safe: memory that `run` has reserved, or the caller's.
    _ = try unsafe DeflateDecoder.decode(stream, into: memory, upTo: wanted, isSegment: true)
    guard wanted == nil else { return }
    guard unsafe CRC32.checksum(UnsafeRawBufferPointer(memory)) == crc else {
      throw FormatError(.corrupt, "the checksum (CRC-32) of compressed segment \(segment) does not match its data")
    }
  }
}
