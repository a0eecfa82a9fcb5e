public import ByteIO

/// Compresses what is written to it on the way to another sink: for text in `.gz`, `.bz2`, `.xz` files.
///
/// The stream is complete only after ``finish()``.
public final class CompressingSink: ByteSink {
  /// The name of the sink that is written to.
  public let name: String
  /// How many bytes have been written, before compression.
  public private(set) var position = 0
  private let sink: any ByteSink
  private let encoder: any StreamEncoder
  private var output = [UInt8](repeating: 0, count: 1 << 16)
  private var isFinished = false

  /// A sink in front of another.
  ///
  /// Levels are 0 or 1 to 9; `nil` is what Python's `gzip.open` (9), `bz2.open` (9) and `lzma.open` (6) use.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` where the system lacks the format's library, `badArgument` for a level
  ///   that it has not.
  public init(to sink: any ByteSink, format: CompressionFormat, level: Int? = nil) throws(FormatError) {
    name = sink.name
    self.sink = sink
    encoder = try format.makeEncoder(level: level)
  }

  /// Compresses bytes; what comes of them may be written at once or later.
  ///
  /// - Throws: ``FormatError`` if the target cannot be written to, or with code `badArgument` after the stream has ended.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    guard !isFinished else { throw FormatError(.badArgument, "the compressed stream has ended", file: name) }
    var done = 0
    while done < bytes.count {
      // Safe: the rest of the caller's bytes.
      done += try unsafe step(UnsafeRawBufferPointer(rebasing: bytes[done...]), isLast: false).consumed
    }
    position += bytes.count
  }

  /// Flushes what has been compressed so far; what the encoder still holds comes with ``finish()``.
  ///
  /// - Throws: What the target throws.
  public func flush() throws(FormatError) { try sink.flush() }

  /// Ends the stream. What is written afterwards is an error.
  ///
  /// - Throws: ``FormatError`` if the target cannot be written to, or with code `badArgument` after the stream has ended.
  public func finish() throws(FormatError) {
    guard !isFinished else { return }
    var ended = false
    while !ended {
      // Safe: no bytes.
      ended = try unsafe step(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true).isFinished
    }
    isFinished = true
    try sink.flush()
  }

  private func step(_ input: UnsafeRawBufferPointer, isLast: Bool) throws(FormatError) -> CodecStep {
    do throws(FormatError) {
      return try unsafe output.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
        let buffer = UnsafeMutableRawBufferPointer(buffer)
        let step = try unsafe encoder.encode(input, into: buffer, isLast: isLast)
        // Safe: the encoder filled that much of the buffer.
        try unsafe sink.write(UnsafeRawBufferPointer(rebasing: buffer[..<step.produced]))
        return step
      }
    } catch { throw error.at(file: name) }
  }
}
