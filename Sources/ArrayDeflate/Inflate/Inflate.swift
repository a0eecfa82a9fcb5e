public import ByteIO

/// Raw deflate back to bytes, where all of the stream is in memory.
///
/// The work is done by a decoder of our own, `DeflateDecoder`: as strict as zlib, and about as fast as libdeflate, whoever
/// wrote the stream (docs/deflate.md has the figures). For a stream that comes piece by piece, see
/// ``InflatingStream``.
public enum Inflate {
  /// Whether a stream of `compressedCount` bytes can possibly inflate to `uncompressedCount`: deflate reaches
  /// 1032 to 1 and no more. To be asked before memory is taken on the word of a file.
  public static func isPlausible(uncompressedCount: Int, compressedCount: Int) -> Bool {
    DeflateAlphabet.isPlausible(uncompressedCount: uncompressedCount, compressedCount: compressedCount)
  }

  /// Inflates a whole stream into memory of exactly its size.
  ///
  /// - Parameters:
  ///   - stream: A raw deflate stream, up to and including its final block.
  ///   - target: Memory for all of the output.
  /// - Returns: How many bytes of `stream` were used: what follows its final block is not looked at.
  /// - Throws: ``FormatError`` with code `corrupt` if the stream is broken or gives more or fewer bytes than
  ///   `target` holds. Nothing is ever written outside `target`, whose content is then undefined.
  @discardableResult
  public static func inflate(
    _ stream: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(FormatError) -> Int {
    // Safe: the caller's buffers, for the duration of the call.
    try unsafe DeflateDecoder.decode(stream, into: target)
  }

  @inline(never)
  static func tooLong(_ expected: Int) -> FormatError {
    FormatError(.corrupt, "the compressed data holds more than the \(expected) bytes declared")
  }

  @inline(never)
  static func tooShort(_ expected: Int, _ found: Int? = nil) -> FormatError {
    let found = found.map { ", found \($0)" } ?? ""
    return FormatError(
      .corrupt, "the compressed data holds fewer bytes than declared: expected \(expected)\(found)")
  }

  @inline(never)
  static func cutShort(_ expected: Int, _ found: Int) -> FormatError {
    FormatError(.corrupt, "the compressed data ends too early: expected \(expected) bytes, found \(found)")
  }

  @inline(never)
  static var broken: FormatError {
    FormatError(.corrupt, "the compressed data is not a valid deflate stream")
  }
}
