public import ByteIO

/// Where the independent pieces of a deflate stream begin: what makes it seekable and its inflating parallel.
///
/// ```
/// input    |--- segment 0 ---|--- segment 1 ---| ... |
/// stream   [deflate blocks | flush][blocks | flush]...[final block]
/// ```
/// No segment refers to bytes of another, and each but the last ends with a full flush (an empty stored block) at
/// a byte boundary; so the stream as a whole is plain deflate, and any run of segments can be inflated alone.
public struct SegmentIndex: Sendable, Hashable {
  /// One piece of the stream, which can be inflated alone.
  public struct Segment: Sendable, Hashable {
    /// How many bytes of input the piece has.
    public var uncompressedCount: Int
    /// How many bytes of the stream they take, the flush at the end included.
    public var compressedCount: Int
    /// The CRC-32 of the piece's input.
    public var crc32: UInt32

    /// A segment, by its bytes before and after compression and the checksum of the former.
    public init(uncompressedCount: Int, compressedCount: Int, crc32: UInt32) {
      self.uncompressedCount = uncompressedCount
      self.compressedCount = compressedCount
      self.crc32 = crc32
    }

    /// This piece and the next one as one. The totals of an index fit, so their sums fit.
    func joined(with next: Segment) -> Segment {
      Segment(
        uncompressedCount: uncompressedCount + next.uncompressedCount,
        compressedCount: compressedCount + next.compressedCount,
        crc32: CRC32.combine(crc32, next.crc32, secondCount: next.uncompressedCount))
    }
  }

  /// The pieces of the stream, in order: each can be inflated without those before it.
  public private(set) var segments: [Segment]
  /// Where each piece's input begins, and after the last the total.
  public private(set) var uncompressedOffsets: [Int]
  /// Where each piece's stream begins, and after the last the total.
  public private(set) var compressedOffsets: [Int]

  /// The index of segments that follow each other in a stream.
  ///
  /// - Throws: ``FormatError`` with code `malformed` if a count is negative, larger than deflate can reach from its
  ///   stream (1032 to 1), or the totals overflow.
  public init(_ segments: [Segment]) throws(FormatError) {
    self.segments = segments
    uncompressedOffsets = [0]
    compressedOffsets = [0]
    uncompressedOffsets.reserveCapacity(segments.count + 1)
    compressedOffsets.reserveCapacity(segments.count + 1)
    var input = 0
    var stream = 0
    for segment in segments {
      guard segment.uncompressedCount >= 0, segment.compressedCount >= 0,
        DeflateAlphabet.isPlausible(
          uncompressedCount: segment.uncompressedCount, compressedCount: segment.compressedCount)
      else { throw FormatError(.malformed, "the index of compressed segments contradicts itself") }
      input = try input.checkedAdding(segment.uncompressedCount)
      stream = try stream.checkedAdding(segment.compressedCount)
      uncompressedOffsets.append(input)
      compressedOffsets.append(stream)
    }
    checkInvariants()
  }

  /// The bytes of input in all.
  public var uncompressedCount: Int { uncompressedOffsets[segments.count] }
  /// How many bytes the stream has in all.
  public var compressedCount: Int { compressedOffsets[segments.count] }
  /// The CRC-32 of the whole input, from those of the pieces.
  public var crc32: UInt32 {
    segments.reduce(0) { CRC32.combine($0, $1.crc32, secondCount: $1.uncompressedCount) }
  }

  /// The indices of the segments that hold a range of the input, found by bisection.
  public func segments(covering range: Range<Int>) -> Range<Int> {
    let range = range.clamped(to: 0..<uncompressedCount)
    guard !range.isEmpty else { return 0..<0 }
    // The last segment that begins at or before the range, the first that begins at or after its end.
    let first = firstIndex { $0 > range.lowerBound } - 1
    let end = firstIndex { $0 >= range.upperBound }
    return first..<end
  }

  private func firstIndex(where belongs: (Int) -> Bool) -> Int {
    var low = 0
    var high = uncompressedOffsets.count
    while low < high {
      let middle = (low + high) / 2
      if belongs(uncompressedOffsets[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The same stream with neighbouring segments counted as one: half as many.
  public func coarsened() -> SegmentIndex {
    var joined: [Segment] = []
    joined.reserveCapacity(segments.count / 2 + 1)
    for first in stride(from: 0, to: segments.count, by: 2) {
      let isLast = first + 1 == segments.count
      joined.append(isLast ? segments[first] : segments[first].joined(with: segments[first + 1]))
    }
    return (try? SegmentIndex(joined)) ?? self
  }
}

extension SegmentIndex {
  private static let version: UInt8 = 1

  /// The index as bytes, for a private field next to the stream; neighbours are joined until it fits.
  ///
  /// Layout: version (1), number of segments, then runs of equal input sizes (repeats, size) until all segments
  /// are covered, then for each segment the size of its stream; all of these in base 128, low digits first, the
  /// high bit set on all but the last. Then four bytes of CRC-32 for each segment, little-endian.
  public func encoded(atMost limit: Int) -> [UInt8] {
    var index = self
    while true {
      let bytes = index.encodedWhole()
      if bytes.count <= limit || index.segments.count <= 1 { return bytes }
      index = index.coarsened()
    }
  }

  private func encodedWhole() -> [UInt8] {
    var bytes = [SegmentIndex.version]
    func append(_ number: Int) {
      var rest = UInt(number)
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
    append(segments.count)
    var first = 0
    while first < segments.count {
      let size = segments[first].uncompressedCount
      var next = first + 1
      while next < segments.count, segments[next].uncompressedCount == size { next += 1 }
      append(next - first)
      append(size)
      first = next
    }
    for segment in segments { append(segment.compressedCount) }
    for segment in segments {
      for shift in stride(from: 0, to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: segment.crc32 >> UInt32(shift)))
      }
    }
    return bytes
  }

  /// Reads an index back.
  ///
  /// - Throws: ``FormatError`` with code `malformed` unless the bytes are exactly one index whose totals are those
  ///   given: an index is used only where it agrees with the stream it describes.
  public init(decoding bytes: some Collection<UInt8>, uncompressedCount: Int, compressedCount: Int)
    throws(FormatError)
  {
    var cursor = VarintCursor(bytes: Array(bytes))
    guard try cursor.byte() == SegmentIndex.version else { throw VarintCursor.broken }
    let count = try cursor.number()
    // A segment takes five bytes at least, so the bytes at hand bound the memory.
    guard count <= cursor.bytes.count / 5 else { throw VarintCursor.broken }
    var segments: [Segment] = []
    segments.reserveCapacity(count)
    while segments.count < count {
      let repeats = try cursor.number()
      let size = try cursor.number()
      guard repeats > 0, repeats <= count - segments.count else { throw VarintCursor.broken }
      let segment = Segment(uncompressedCount: size, compressedCount: 0, crc32: 0)
      segments.append(contentsOf: repeatElement(segment, count: repeats))
    }
    for index in segments.indices { segments[index].compressedCount = try cursor.number() }
    for index in segments.indices {
      for shift in stride(from: 0, to: 32, by: 8) {
        segments[index].crc32 |= UInt32(try cursor.byte()) << UInt32(shift)
      }
    }
    guard cursor.position == cursor.bytes.count else { throw VarintCursor.broken }
    try self.init(segments)
    guard self.uncompressedCount == uncompressedCount, self.compressedCount == compressedCount else {
      throw VarintCursor.broken
    }
  }
}

/// Reads numbers of base 128 from bytes that may be anything.
private struct VarintCursor {
  let bytes: [UInt8]
  var position = 0

  static var broken: FormatError { FormatError(.malformed, "the index of compressed segments is broken") }

  mutating func byte() throws(FormatError) -> UInt8 {
    guard position < bytes.count else { throw VarintCursor.broken }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func number() throws(FormatError) -> Int {
    var value: UInt = 0
    for shift in stride(from: 0, to: 63, by: 7) {
      let next = try byte()
      value |= UInt(next & 0x7F) << UInt(shift)
      if next & 0x80 == 0 { return Int(value) }
    }
    throw VarintCursor.broken
  }
}
