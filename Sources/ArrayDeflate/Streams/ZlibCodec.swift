internal import ByteIO
internal import CNumPyIOZlib

/// The most bytes that zlib is given at once: it counts in 32 bits.
private let maxChunk = 1 << 30

extension CompressionFormat {
  /// zlib's number for the frame around 32 KiB windows.
  fileprivate var windowBits: Int32 {
    switch self {
    case .gzip: 15 + 16
    case .zlib: 15
    default: -15
    }
  }
}

/// Deflate, bare or in the frame of zlib or gzip, decoded by zlib.
@safe final class ZlibDecoder: StreamDecoder {
  // On the heap because zlib's state points back at it: it must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  let mayRepeat: Bool
  private(set) var isFinished = false

  init(_ format: CompressionFormat) throws(FormatError) {
    mayRepeat = format == .gzip
    // Safe: a zeroed z_stream is what inflateInit2 asks for; both are given back in `deinit`.
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: unsafe z_stream())
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    let result = unsafe inflateInit2_(stream, format.windowBits, ZLIB_VERSION, size)
    guard result == Z_OK else {
      // `deinit` runs for this fully initialised object; inflateEnd on a stream without state does nothing.
      throw FormatError(.io, "no memory is left to inflate")
    }
  }

  deinit {
    // Safe: initialised in `init`, freed here only.
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(FormatError) -> CodecStep {
    if isFinished { return CodecStep(consumed: 0, produced: 0, isFinished: true) }
    let given = min(input.count, maxChunk)
    let room = min(output.count, maxChunk)
    var nothing: UInt8 = 0
    // Safe: zlib reads `given` and writes `room` bytes of buffers that live as long as the call; it does not
    // write through `next_in`. An empty buffer may have no address: it gets that of a byte that is not used.
    let result = unsafe withUnsafeMutablePointer(to: &nothing) { spare in
      unsafe stream.pointee.next_in =
        UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: Bytef.self)) ?? spare
      unsafe stream.pointee.avail_in = uInt(given)
      unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self) ?? spare
      unsafe stream.pointee.avail_out = uInt(room)
      return unsafe CNumPyIOZlib.inflate(stream, Z_NO_FLUSH)
    }
    let consumed = unsafe given - Int(stream.pointee.avail_in)
    let produced = unsafe room - Int(stream.pointee.avail_out)
    unsafe stream.pointee.next_in = nil
    unsafe stream.pointee.next_out = nil
    switch result {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isFinished = true
    case Z_MEM_ERROR: throw FormatError(.io, "no memory is left to inflate")
    default: return try .failed(failure, consumed: consumed, produced: produced)
    }
    return CodecStep(consumed: consumed, produced: produced, isFinished: isFinished)
  }

  /// What is wrong: zlib tells data that is broken from data that is not what its end says.
  private var failure: FormatError {
    // Safe: a text of zlib's own, which stays; read at once.
    let message = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
    switch message {
    case "incorrect data check":
      return FormatError(.corrupt, "the data does not have the checksum that stands after it: the file is damaged")
    case "incorrect length check":
      return FormatError(.corrupt, "the data does not have the length that stands after it: the file is damaged")
    default: return Inflate.broken
    }
  }

  func restart() throws(FormatError) {
    // Safe: a stream made by `init`.
    guard unsafe inflateReset(stream) == Z_OK else { throw Inflate.broken }
    isFinished = false
  }
}

/// Deflate, bare or in the frame of zlib or gzip, encoded by stock zlib.
@safe final class ZlibEncoder: StreamEncoder {
  private let stream: UnsafeMutablePointer<z_stream>

  /// - Parameters:
  ///   - level: 0 to 9; `nil` is Python's default for the format: 9 for gzip files, 6 elsewhere.
  ///   - window: What the decoder will have seen before, of which 32 KiB count: for bare deflate.
  init(_ format: CompressionFormat, level: Int?, dictionary window: ArraySlice<UInt8> = []) throws(FormatError) {
    let level = level ?? (format == .gzip ? 9 : 6)
    // Safe: as in ZlibDecoder.
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: unsafe z_stream())
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    let result = unsafe deflateInit2_(
      stream, Int32(clamping: level), Z_DEFLATED, format.windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size
    )
    guard result == Z_OK else {
      throw FormatError(
        result == Z_STREAM_ERROR ? .badArgument : .io, "zlib cannot compress at level \(level)")
    }
    guard !window.isEmpty else { return }
    let known = unsafe window.withUnsafeBytes { bytes in
      // Safe: zlib copies the window.
      unsafe deflateSetDictionary(stream, bytes.bindMemory(to: Bytef.self).baseAddress, uInt(bytes.count))
    }
    guard known == Z_OK else { throw FormatError(.io, "zlib failed to compress (\(known))") }
  }

  /// The most bytes that the rest of a stream takes, `count` bytes of input, in one call.
  func bound(of count: Int) -> Int {
    // Safe: a stream made by `init`. The bound is for a stream that ends; one that goes on takes a few bytes more.
    unsafe Int(deflateBound(stream, uLong(count))) + 64
  }

  deinit {
    // Safe: initialised in `init`, freed here only.
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  func encode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(FormatError) -> CodecStep {
    // Safe: the caller's buffers, for the duration of the call.
    try unsafe encode(input, into: output, isLast && input.count <= maxChunk ? Z_FINISH : Z_NO_FLUSH)
  }

  /// Encodes so that all input is in the output, which ends on a whole byte: other bytes of deflate may follow, unless
  /// it is the last.
  func encodeBlock(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(FormatError) -> CodecStep {
    // Safe: the caller's buffers, for the duration of the call.
    try unsafe encode(input, into: output, isLast ? Z_FINISH : Z_SYNC_FLUSH)
  }

  private func encode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, _ flush: Int32
  ) throws(FormatError) -> CodecStep {
    let given = min(input.count, maxChunk)
    let room = min(output.count, maxChunk)
    var nothing: UInt8 = 0
    // Safe: as in ZlibDecoder.decode.
    let result = unsafe withUnsafeMutablePointer(to: &nothing) { spare in
      unsafe stream.pointee.next_in =
        UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: Bytef.self)) ?? spare
      unsafe stream.pointee.avail_in = uInt(given)
      unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self) ?? spare
      unsafe stream.pointee.avail_out = uInt(room)
      return unsafe deflate(stream, flush)
    }
    let consumed = unsafe given - Int(stream.pointee.avail_in)
    let produced = unsafe room - Int(stream.pointee.avail_out)
    unsafe stream.pointee.next_in = nil
    unsafe stream.pointee.next_out = nil
    guard result == Z_OK || result == Z_BUF_ERROR || result == Z_STREAM_END else {
      throw FormatError(.io, "zlib failed to compress (\(result))")
    }
    return CodecStep(consumed: consumed, produced: produced, isFinished: result == Z_STREAM_END)
  }
}
