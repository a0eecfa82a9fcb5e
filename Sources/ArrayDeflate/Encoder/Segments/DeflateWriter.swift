public import ByteIO
internal import ParallelLoops

/// What has been compressed: checksum and sizes, as a zip directory or a gzip trailer wants them.
public struct DeflateSummary: Sendable {
  /// The CRC-32 of the input.
  public var crc32: UInt32
  /// How many bytes went in.
  public var uncompressedCount: Int
  /// How many bytes came out.
  public var compressedCount: Int
  /// Where the stream's segments are; `nil` for ``DeflateLevel/zlib``, which has none.
  public var index: SegmentIndex?
}

/// Writes one raw deflate stream to a sink, from any number of pieces of input.
///
/// Each piece is cut into segments of about 1 MiB (up to 4 MiB at ``DeflateLevel/best``, and where it is one value again and
/// again), which are compressed on all cores and written in order; see ``SegmentIndex``. Where the data has a long period, such as a
/// row again and again, up to 8 MiB of them refer each to the one before, and count as one in the index. The bytes depend on the
/// pieces, the level and the layouts only, not on the number of cores. Memory: about 12 MB a core (40 at ``DeflateLevel/best``),
/// whatever the size of the input.
///
/// ```swift
/// let writer = try DeflateWriter(to: sink, level: .default)
/// try writer.write(header)
/// try writer.write(payload, layout: ItemLayout(itemSize: 8))
/// let summary = try writer.finish()
/// ```
public final class DeflateWriter {
  /// The usual length of a segment in bytes of input.
  public static let segmentSize = 1 << 20
  /// The most at ``DeflateLevel/best``, where a piece is cut into at least two: each segment begins without anything to refer
  /// to, which costs 0.1 to 0.4% where one begins every MiB.
  public static let largeSegmentSize = 4 << 20

  /// About the most bytes of segments of which each refers to the one before, two of them at least: what is read at once for a
  /// part of an array stays small.
  static let chainedBytes = 8 << 20

  /// Up to this number of segments are made equal.
  private static let fewSegments = 6

  private let sink: any ByteSink
  private let level: DeflateLevel
  private let start: Int
  private let zlib: ZlibEncoder?
  private var crc32: UInt32 = 0
  private var uncompressedCount = 0
  private let order: SegmentQueue

  /// A writer of a stream that begins at the sink's current position.
  ///
  /// - Throws: ``FormatError`` if no memory is left.
  public init(to sink: any ByteSink, level: DeflateLevel) throws(FormatError) {
    self.sink = sink
    self.level = level
    start = sink.position
    order = SegmentQueue(sink)
    zlib = level == .zlib ? try ZlibEncoder(.raw, level: 6) : nil
  }

  /// Compresses more input.
  ///
  /// - Parameters:
  ///   - bytes: The input; not kept beyond the call.
  ///   - layout: What the bytes are; pieces should begin at an item's start.
  /// - Throws: What the sink throws.
  public func write(_ bytes: UnsafeRawBufferPointer, layout: ItemLayout = .bytes) throws(FormatError) {
    guard bytes.count > 0 else { return }
    // Safe: the caller's bytes, in parts, which no thread uses after the call.
    uncompressedCount = try uncompressedCount.checkedAdding(bytes.count)
    if let zlib {
      crc32 = unsafe CRC32.checksum(bytes, following: crc32)
      try unsafe pump(zlib, bytes, isLast: false)
      return
    }
    let size = unsafe segmentSize(of: bytes, layout)
    let count = (bytes.count - 1) / size + 1
    let shared = unsafe SharedBytes(bytes)
    let (level, order) = (level, order)
    let chained = max(2, DeflateWriter.chainedBytes / size)
    let (progress, name) = (ByteProgress.current, sink.name)
    let encoders = SegmentEncoder.pool
    try Parallel.ordered(
      count,
      produce: { (index: Int) throws(FormatError) -> EncodedSegment? in
        let lower = index * size
        let window = index % chained == 0 ? 0 : min(lower, DeflateAlphabet.maxDistance)
        let range = lower - window..<min(shared.count, lower + size)
        let encoder = encoders.take()
        defer { encoders.give(encoder) }
        let output = order.spares.take()
        do throws(FormatError) {
          return try unsafe shared.withRange(range) { (part) throws(FormatError) in
            let crc32 = unsafe CRC32.checksum(UnsafeRawBufferPointer(rebasing: part[window...]))
            let (end, refersBack) = try unsafe encoder.encode(
              part, after: window, layout: layout, level: level, into: output)
            return EncodedSegment(
              output: output, end: end, refersBack: refersBack, uncompressedCount: part.count - window, crc32: crc32)
          }
        } catch { throw error.at(file: name) }
      },
      consume: { (_: Int, segment: EncodedSegment) throws(FormatError) in
        let count = segment.uncompressedCount
        try order.append(segment)
        try progress?.advance(.array, by: count, file: name)
      })
  }

  /// Compresses the bytes of an array.
  ///
  /// - Throws: What the target throws.
  public func write(_ bytes: [UInt8], layout: ItemLayout = .bytes) throws(FormatError) {
    // Safe: the buffer is not kept beyond the call.
    try unsafe bytes.span.bytes.withUnsafeBytes { (buffer) throws(FormatError) in
      try unsafe write(buffer, layout: layout)
    }
  }

  /// Ends the stream and returns what it holds. Nothing may be written afterwards.
  ///
  /// - Throws: What the target throws.
  public func finish() throws(FormatError) -> DeflateSummary {
    if let zlib {
      // Safe: no bytes.
      try unsafe pump(zlib, UnsafeRawBufferPointer(start: nil, count: 0), isLast: true)
      return DeflateSummary(
        crc32: crc32, uncompressedCount: uncompressedCount, compressedCount: sink.position - start, index: nil
      )
    }
    let index = try SegmentIndex(try order.finish())
    return DeflateSummary(
      crc32: index.crc32, uncompressedCount: uncompressedCount, compressedCount: index.compressedCount,
      index: index)
  }

  /// The length of the segments that a piece is cut into: whole items. Input that comes in pieces whose length is a multiple
  /// of that of an endless one is cut as long input in one piece would be, except at its end.
  public static func segmentSize(
    ofPiece count: Int = .max, layout: ItemLayout, level: DeflateLevel
  ) -> Int {
    let item = layout.itemSize
    if level != .best, count > segmentSize, count <= fewSegments * segmentSize, item < segmentSize {
      // Few segments: an even number of the same length, so that two or four cores end at the same time. Of five segments
      // one core of two would have three; this made text 1.14 times as fast, and images of 3 MB 1.17 times.
      let segments = ((count - 1) / segmentSize + 2) & ~1
      let size = (count - 1) / segments + 1
      return min(size + (item - size % item) % item, segmentSize - segmentSize % item)
    }
    // Halves where that is less, so that two cores have work.
    let size =
      level == .best
      ? max(segmentSize, min(largeSegmentSize, count / 2 + min(item, largeSegmentSize))) : segmentSize
    return item < size ? size - size % item : size
  }

  /// The length of the segments that some bytes are cut into: large ones of one value again and again.
  private func segmentSize(of bytes: UnsafeRawBufferPointer, _ layout: ItemLayout) -> Int {
    // Safe: the caller's bytes, for the duration of its call.
    if level != .best, bytes.count > 3 * DeflateWriter.segmentSize, let input = unsafe InputBytes(bytes),
      ShortPeriods.fill(input, layout)
    {
      let (item, large) = (layout.itemSize, DeflateWriter.largeSegmentSize)
      return item < large ? large - large % item : large
    }
    return DeflateWriter.segmentSize(ofPiece: bytes.count, layout: layout, level: level)
  }

  private func pump(_ encoder: ZlibEncoder, _ bytes: UnsafeRawBufferPointer, isLast: Bool) throws(FormatError) {
    let output = order.spares.take()
    defer { order.spares.give(output) }
    try output.reserve(1 << 17)
    let progress = ByteProgress.current
    var done = 0
    while true {
      let memory = unsafe output.mutableBytes(1 << 17)
      // Safe: the rest of the caller's bytes.
      let step = try unsafe encoder.encode(
        UnsafeRawBufferPointer(rebasing: bytes[done...]), into: memory, isLast: isLast)
      done += step.consumed
      try unsafe sink.write(output.bytes(step.produced))
      try progress?.advance(.array, by: step.consumed, file: sink.name)
      if isLast ? step.isFinished : done == bytes.count { return }
    }
  }
}
