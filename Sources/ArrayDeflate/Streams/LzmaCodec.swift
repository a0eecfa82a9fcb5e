#if canImport(CNumPyIOLzma)
  internal import ByteIO
  internal import CNumPyIOLzma

  let hasLzma = true

  /// The most memory that a stream may make the decoder take: what the strongest preset's dictionary needs, and
  /// then some. A stream's header can ask for 4 GiB.
  private let memoryLimit: UInt64 = 512 << 20

  /// LZMA in either container, decoded by liblzma.
  @safe final class LzmaDecoder: StreamDecoder {
    private let stream: UnsafeMutablePointer<lzma_stream>
    private let format: CompressionFormat
    let mayRepeat: Bool
    private var isFinished = false

    init(_ format: CompressionFormat) throws(FormatError) {
      self.format = format
      mayRepeat = format == .xz
      // Safe: a zeroed lzma_stream is LZMA_STREAM_INIT; given back in `deinit`.
      unsafe stream = .allocate(capacity: 1)
      unsafe stream.initialize(to: lzma_stream())
      try begin()
    }

    deinit {
      // Safe: initialised in `init`, freed here only.
      unsafe lzma_end(stream)
      unsafe stream.deallocate()
    }

    private func begin() throws(FormatError) {
      // Safe: the library accepts a stream that is new or has been used.
      let result =
        unsafe format == .xz
        ? lzma_stream_decoder(stream, memoryLimit, 0) : lzma_alone_decoder(stream, memoryLimit)
      guard result == LZMA_OK else { throw FormatError(.io, "no memory is left to read \(format.rawValue)") }
    }

    func decode(
      _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(FormatError) -> CodecStep {
      if isFinished { return CodecStep(consumed: 0, produced: 0, isFinished: true) }
      // Safe: the library reads and writes within buffers that live as long as the call.
      unsafe stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.avail_in = input.count
      unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.avail_out = output.count
      let result = unsafe lzma_code(stream, LZMA_RUN)
      let consumed = unsafe input.count - stream.pointee.avail_in
      let produced = unsafe output.count - stream.pointee.avail_out
      switch result {
      case LZMA_OK, LZMA_BUF_ERROR: break
      case LZMA_STREAM_END: isFinished = true
      case LZMA_MEM_ERROR: throw FormatError(.io, "no memory is left to read \(format.rawValue)")
      case LZMA_MEMLIMIT_ERROR:
        throw FormatError(
          .limitExceeded, "the \(format.rawValue) stream asks for more than 512 MiB of memory")
      default: throw FormatError(.corrupt, "the compressed data is not a valid \(format.rawValue) stream")
      }
      return CodecStep(consumed: consumed, produced: produced, isFinished: isFinished)
    }

    func restart() throws(FormatError) {
      isFinished = false
      try begin()
    }
  }

  /// LZMA in either container, encoded by liblzma.
  @safe final class LzmaEncoder: StreamEncoder {
    private let stream: UnsafeMutablePointer<lzma_stream>

    /// - Parameter level: 0 to 9; `nil` is 6, as in Python.
    init(_ format: CompressionFormat, level: Int?) throws(FormatError) {
      let level = level ?? 6
      guard (0...9).contains(level) else {
        throw FormatError(.badArgument, "\(format.rawValue) cannot compress at level \(level)")
      }
      // Safe: as in LzmaDecoder.
      unsafe stream = .allocate(capacity: 1)
      unsafe stream.initialize(to: lzma_stream())
      let result: lzma_ret
      if format == .xz {
        result = unsafe lzma_easy_encoder(stream, UInt32(level), LZMA_CHECK_CRC64)
      } else {
        var options = unsafe lzma_options_lzma()
        unsafe lzma_lzma_preset(&options, UInt32(level))
        result = unsafe lzma_alone_encoder(stream, &options)
      }
      guard result == LZMA_OK else { throw FormatError(.io, "no memory is left to write \(format.rawValue)") }
    }

    deinit {
      // Safe: initialised in `init`, freed here only.
      unsafe lzma_end(stream)
      unsafe stream.deallocate()
    }

    func encode(
      _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(FormatError) -> CodecStep {
      // Safe: as in LzmaDecoder.decode.
      unsafe stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.avail_in = input.count
      unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.avail_out = output.count
      let result = unsafe lzma_code(stream, isLast ? LZMA_FINISH : LZMA_RUN)
      let consumed = unsafe input.count - stream.pointee.avail_in
      let produced = unsafe output.count - stream.pointee.avail_out
      guard result == LZMA_OK || result == LZMA_BUF_ERROR || result == LZMA_STREAM_END else {
        throw FormatError(.io, "LZMA failed to compress")
      }
      return CodecStep(consumed: consumed, produced: produced, isFinished: result == LZMA_STREAM_END)
    }
  }
#else
  let hasLzma = false
#endif
