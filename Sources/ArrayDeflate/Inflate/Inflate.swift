public import ByteIO
internal import CNumPyIOZlib

#if canImport(CNumPyIOLibdeflate)
  internal import CNumPyIOLibdeflate
#endif

/// Raw deflate back to bytes, where all of the stream is in memory.
///
/// On Linux the work is done by libdeflate, measured at 1.9 (doubles) to 12 times (sparse data) zlib's speed;
/// elsewhere by the system's zlib. For a stream that comes piece by piece, or of which only the beginning is
/// wanted, see ``InflatingStream``.
public enum Inflate {
  /// Whether a stream of `compressedCount` bytes can possibly inflate to `uncompressedCount`: deflate reaches
  /// 1032 to 1 and no more. To be asked before memory is taken on the word of a file.
  public static func isPlausible(uncompressedCount: Int, compressedCount: Int) -> Bool {
    guard uncompressedCount >= 0, compressedCount >= 0 else { return false }
    return uncompressedCount / 1032 <= compressedCount
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
    #if canImport(CNumPyIOLibdeflate)
      return try unsafe LibdeflateDecoder.inflate(stream, into: target)
    #else
      return try unsafe inflateByZlib(stream, into: target)
    #endif
  }

  /// The same by zlib: the only way where libdeflate is absent, and the tests' second opinion where it is not.
  static func inflateByZlib(
    _ stream: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(FormatError) -> Int {
    let decoder = try ZlibDecoder(.raw)
    var consumed = 0
    var produced = 0
    while true {
      // Safe: the rests of two buffers that the caller owns for the duration of the call.
      let step = try unsafe decoder.decode(
        UnsafeRawBufferPointer(rebasing: stream[consumed...]),
        into: UnsafeMutableRawBufferPointer(rebasing: target[produced...]), isLast: true)
      consumed += step.consumed
      produced += step.produced
      if step.isFinished { break }
      if step.consumed == 0, step.produced == 0 { break }
    }
    guard decoder.isFinished else {
      // One byte more than declared tells a stream that is too long from one that is cut.
      var extra: UInt8 = 0
      let more = try unsafe withUnsafeMutableBytes(of: &extra) { (buffer) throws(FormatError) in
        try unsafe decoder.decode(
          UnsafeRawBufferPointer(rebasing: stream[consumed...]), into: buffer, isLast: true)
      }
      if more.isFinished, more.produced == 0, produced == target.count { return consumed + more.consumed }
      throw more.produced > 0 ? tooLong(target.count) : cutShort(target.count, produced)
    }
    guard produced == target.count else { throw tooShort(target.count, produced) }
    return consumed
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

#if canImport(CNumPyIOLibdeflate)
  /// libdeflate's decoder. One is kept for each call: it is small (about 11 KB), and making it costs a microsecond.
  enum LibdeflateDecoder {
    static func inflate(
      _ stream: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws(FormatError) -> Int {
      // Safe: the decompressor is made, used and freed on this thread; the library reads at most `stream.count`
      // bytes and writes at most `target.count`, of buffers that the caller owns for the duration of the call.
      guard let decompressor = unsafe libdeflate_alloc_decompressor() else {
        throw FormatError(.io, "no memory is left to inflate")
      }
      defer { unsafe libdeflate_free_decompressor(decompressor) }
      var consumed = 0
      var produced = 0
      var nothing: UInt8 = 0
      let result = unsafe withUnsafeMutableBytes(of: &nothing) { spare in
        // An empty buffer has no address; the library wants one all the same, and does not use it.
        let source = unsafe stream.baseAddress ?? UnsafeRawPointer(spare.baseAddress)
        let destination = unsafe target.baseAddress ?? spare.baseAddress
        return unsafe libdeflate_deflate_decompress_ex(
          decompressor, source, stream.count, destination, target.count, &consumed, &produced)
      }
      switch result {
      case LIBDEFLATE_SUCCESS:
        guard produced == target.count else { throw Inflate.tooShort(target.count, produced) }
        return consumed
      case LIBDEFLATE_INSUFFICIENT_SPACE: throw Inflate.tooLong(target.count)
      case LIBDEFLATE_SHORT_OUTPUT: throw Inflate.tooShort(target.count)
      default: throw Inflate.broken
      }
    }
  }
#endif
