public import ByteIO
internal import ParallelLoops
internal import Synchronization

extension Inflate {
  /// Inflates a segmented stream, or only a part of what it holds, on all cores.
  ///
  /// Only the segments that the range touches are read. Those that lie within it are inflated straight to their
  /// place, the one or two at its ends beside it. Every segment that is read is held against its checksum.
  ///
  /// - Parameters:
  ///   - range: The bytes of output that are wanted.
  ///   - index: Where the segments are; its totals must be those of the stream.
  ///   - source: What holds the stream, beginning at `offset`.
  ///   - target: Memory of exactly `range.count` bytes.
  /// - Throws: ``FormatError``: `corrupt` if a segment is broken or fails its checksum, `truncated` if the source
  ///   ends within one, `bad_argument` if range, index and memory do not fit each other.
  public static func inflate(
    _ range: Range<Int>, of index: SegmentIndex, from source: any ByteSource, at offset: Int,
    into target: UnsafeMutableRawBufferPointer
  ) throws(FormatError) {
    guard target.count == range.count, range.lowerBound >= 0, range.upperBound <= index.uncompressedCount
    else {
      throw FormatError(.badArgument, "the range to inflate does not fit the memory given or the data")
    }
    let wanted = index.segments(covering: range)
    let shared = unsafe SharedTarget(target)
    let spares = BufferPool()
    try Parallel.forEach(wanted.count) { (position: Int) throws(FormatError) in
      let number = wanted.lowerBound + position
      let segment = index.segments[number]
      let start = index.uncompressedOffsets[number]
      let place = start..<(start + segment.uncompressedCount)
      let isLast = number == index.segments.count - 1
      let input = spares.take()
      defer { spares.give(input) }
      let streamOffset = try offset.checkedAdding(index.compressedOffsets[number])
      // The final empty block makes a segment that ends with a flush a stream of its own.
      let count = try input.fill(
        from: source, at: streamOffset, count: segment.compressedCount, ending: [3, 0])
      let used = isLast ? count - 2 : count
      if place.lowerBound >= range.lowerBound, place.upperBound <= range.upperBound {
        let local = (place.lowerBound - range.lowerBound)..<(place.upperBound - range.lowerBound)
        try unsafe shared.withRange(local) { (memory) throws(FormatError) in
          try unsafe inflate(input.bytes(used), into: memory, matching: segment.crc32, number)
        }
        return
      }
      let whole = spares.take()
      defer { spares.give(whole) }
      try whole.reserve(segment.uncompressedCount)
      let memory = unsafe whole.mutableBytes(segment.uncompressedCount)
      try unsafe inflate(input.bytes(used), into: memory, matching: segment.crc32, number)
      let part = place.clamped(to: range)
      let local = (part.lowerBound - range.lowerBound)..<(part.upperBound - range.lowerBound)
      unsafe shared.withRange(local) { destination in
        // Safe: `part` lies within both the segment and the range.
        let from = part.lowerBound - place.lowerBound
        unsafe destination.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: memory[from..<(from + part.count)]))
      }
    }
  }

  private static func inflate(
    _ stream: UnsafeRawBufferPointer, into memory: UnsafeMutableRawBufferPointer, matching crc32: UInt32,
    _ number: Int
  ) throws(FormatError) {
    try unsafe inflate(stream, into: memory)
    guard unsafe CRC32.checksum(UnsafeRawBufferPointer(memory)) == crc32 else {
      throw FormatError(
        .corrupt, "the checksum (CRC-32) of compressed segment \(number) does not match its data")
    }
  }
}
