public import ByteIO
internal import ParallelLoops

/// Compresses what is written to it into one gzip member, on all cores: for text in `.gz` files.
///
/// The input is cut into blocks of 1 MiB. Each is compressed by zlib with the 32 KiB before it as its dictionary, and ends
/// on a whole byte, so that the blocks are one stream of deflate; pigz does the same. What that costs in bytes is a few
/// parts in ten thousand.
///
/// The member is complete only after ``finish()``.
public final class GzipSink: ByteSink {
  /// The name of the sink that is written to.
  public let name: String
  /// How many bytes have been written, before compression.
  public private(set) var position = 0

  private static let blockSize = 1 << 20
  private static let windowSize = 32 << 10

  private let sink: any ByteSink
  private let level: Int
  private var block: [UInt8] = []
  private var window: ArraySlice<UInt8> = []
  /// The blocks that are being compressed, the oldest first.
  private var jobs: [BackgroundJob<Result<Encoded, FormatError>>] = []
  private var crc32: UInt32 = 0
  private var isFinished = false

  /// A block that has been compressed.
  private struct Encoded: Sendable {
    var bytes: [UInt8]
    var crc32: UInt32
    var inputCount: Int
  }

  /// A sink in front of another.
  ///
  /// The level is zlib's, 1 to 9.
  ///
  /// - Throws: ``FormatError`` if that sink fails.
  public init(to sink: any ByteSink, level: Int = 6) throws(FormatError) {
    name = sink.name
    self.sink = sink
    self.level = level
    // Deflate, no name, no time, by Unix: RFC 1952.
    try sink.write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, level == 9 ? 2 : 0, 3])
  }

  /// Compresses bytes; what comes of them may be written at once or later.
  ///
  /// - Throws: ``FormatError`` if the target cannot be written to, or with code `badArgument` after the stream has ended.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    guard !isFinished else { throw FormatError(.badArgument, "the compressed stream has ended", file: name) }
    var done = 0
    while done < bytes.count {
      let count = min(bytes.count - done, GzipSink.blockSize - block.count)
      if block.isEmpty { block.reserveCapacity(GzipSink.blockSize) }
      // Safe: a part of the caller's bytes.
      unsafe block.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[done..<(done + count)]))
      done += count
      if block.count == GzipSink.blockSize { try compressBlock(isLast: false) }
    }
    position += bytes.count
  }

  /// Flushes what has been compressed so far; what waits for the rest of its block comes with ``finish()``.
  ///
  /// - Throws: What the target throws.
  public func flush() throws(FormatError) { try sink.flush() }

  /// Ends the member. What is written afterwards is an error.
  ///
  /// - Throws: ``FormatError`` if the target cannot be written to, or with code `badArgument` after the stream has ended.
  public func finish() throws(FormatError) {
    guard !isFinished else { return }
    isFinished = true
    try compressBlock(isLast: true)
    while !jobs.isEmpty { try writeOldest() }
    var trailer: [UInt8] = []
    for value in [crc32, UInt32(truncatingIfNeeded: position)] {
      for shift: UInt32 in [0, 8, 16, 24] { trailer.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
    try sink.write(trailer)
    try sink.flush()
  }

  private func compressBlock(isLast: Bool) throws(FormatError) {
    let (block, window, level) = (block, window, level)
    jobs.append(
      BackgroundJob {
        do throws(FormatError) {
          let bytes = try GzipSink.deflate(block, after: window, level: level, isLast: isLast)
          // Safe: the buffer is not kept beyond the call.
          let crc = unsafe block.withUnsafeBytes { unsafe CRC32.checksum($0) }
          return .success(Encoded(bytes: bytes, crc32: crc, inputCount: block.count))
        } catch { return .failure(error) }
      })
    self.window = block.suffix(GzipSink.windowSize)
    self.block = []
    // As many more as there are workers, so that none waits for the thread that writes.
    while jobs.count > 2 * Parallel.workers { try writeOldest() }
  }

  private func writeOldest() throws(FormatError) {
    guard let result = jobs.removeFirst().take() else { return }
    let encoded = try result.get()
    crc32 = CRC32.combine(crc32, encoded.crc32, secondCount: encoded.inputCount)
    try sink.write(encoded.bytes)
  }

  /// The bytes of a block that follows others in a stream of deflate.
  private static func deflate(
    _ block: [UInt8], after window: ArraySlice<UInt8>, level: Int, isLast: Bool
  ) throws(FormatError) -> [UInt8] {
    let encoder = try ZlibEncoder(.raw, level: level, dictionary: window)
    var output = [UInt8](repeating: 0, count: encoder.bound(of: block.count))
    let step = try unsafe block.span.bytes.withUnsafeBytes { (input) throws(FormatError) in
      try unsafe output.withUnsafeMutableBufferPointer { (target) throws(FormatError) in
        // Safe: neither buffer is kept beyond the call.
        try unsafe encoder.encodeBlock(input, into: UnsafeMutableRawBufferPointer(target), isLast: isLast)
      }
    }
    let left = output.count - step.produced
    guard step.consumed == block.count, step.isFinished == isLast, left > 0 || isLast else {
      throw FormatError(.io, "zlib failed to compress")
    }
    // What waits to be written takes no more memory than it needs.
    return Array(output[..<step.produced])
  }
}
