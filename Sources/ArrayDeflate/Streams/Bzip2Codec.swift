#if canImport(CNumPyIOBzip2)
  internal import ByteIO
  internal import CNumPyIOBzip2

  let hasBzip2 = true
  private let maxChunk = 1 << 30

  /// bzip2, decoded by libbz2.
  @safe final class Bzip2Decoder: StreamDecoder {
    private let stream: UnsafeMutablePointer<bz_stream>
    let mayRepeat = true
    private var isFinished = false

    init() throws(FormatError) {
      // Safe: a zeroed bz_stream is what the library asks for; given back in `deinit`.
      unsafe stream = .allocate(capacity: 1)
      unsafe stream.initialize(to: bz_stream())
      try begin()
    }

    deinit {
      // Safe: initialised in `init`; the library ignores a stream without state.
      unsafe BZ2_bzDecompressEnd(stream)
      unsafe stream.deallocate()
    }

    private func begin() throws(FormatError) {
      // Safe: the stream is zeroed or was ended just before.
      guard unsafe BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else {
        throw FormatError(.io, "no memory is left to read bzip2")
      }
    }

    func decode(
      _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(FormatError) -> CodecStep {
      if isFinished { return CodecStep(consumed: 0, produced: 0, isFinished: true) }
      let given = min(input.count, maxChunk)
      let room = min(output.count, maxChunk)
      // Safe: the library reads `given` and writes `room` bytes of buffers that live as long as the call; it does
      // not write through `next_in`.
      unsafe stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress?.assumingMemoryBound(to: CChar.self))
      unsafe stream.pointee.avail_in = UInt32(given)
      unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
      unsafe stream.pointee.avail_out = UInt32(room)
      let result = unsafe BZ2_bzDecompress(stream)
      let consumed = unsafe given - Int(stream.pointee.avail_in)
      let produced = unsafe room - Int(stream.pointee.avail_out)
      guard result == BZ_OK || result == BZ_STREAM_END else {
        throw FormatError(
          result == BZ_MEM_ERROR ? .io : .corrupt, "the compressed data is not a valid bzip2 stream")
      }
      isFinished = result == BZ_STREAM_END
      return CodecStep(consumed: consumed, produced: produced, isFinished: isFinished)
    }

    func restart() throws(FormatError) {
      // Safe: ends the state that `begin` made.
      unsafe BZ2_bzDecompressEnd(stream)
      unsafe stream.pointee = bz_stream()
      isFinished = false
      try begin()
    }
  }

  /// bzip2, encoded by libbz2.
  @safe final class Bzip2Encoder: StreamEncoder {
    private let stream: UnsafeMutablePointer<bz_stream>
    private var isFinished = false

    /// - Parameter level: 1 to 9; `nil` is 9, as in Python.
    init(level: Int?) throws(FormatError) {
      let level = level ?? 9
      // Safe: as in Bzip2Decoder.
      unsafe stream = .allocate(capacity: 1)
      unsafe stream.initialize(to: bz_stream())
      let result = unsafe BZ2_bzCompressInit(stream, Int32(clamping: level), 0, 0)
      guard result == BZ_OK else {
        throw FormatError(
          result == BZ_PARAM_ERROR ? .badArgument : .io, "bzip2 cannot compress at level \(level)")
      }
    }

    deinit {
      // Safe: initialised in `init`; the library ignores a stream without state.
      unsafe BZ2_bzCompressEnd(stream)
      unsafe stream.deallocate()
    }

    func encode(
      _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(FormatError) -> CodecStep {
      let given = min(input.count, maxChunk)
      let room = min(output.count, maxChunk)
      let finishing = isLast && given == input.count
      // With nothing to do the library reports an error, which this is not.
      if !finishing, given == 0 { return CodecStep(consumed: 0, produced: 0, isFinished: false) }
      // Safe: as in Bzip2Decoder.decode.
      unsafe stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress?.assumingMemoryBound(to: CChar.self))
      unsafe stream.pointee.avail_in = UInt32(given)
      unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
      unsafe stream.pointee.avail_out = UInt32(room)
      let result = unsafe BZ2_bzCompress(stream, finishing ? BZ_FINISH : BZ_RUN)
      let consumed = unsafe given - Int(stream.pointee.avail_in)
      let produced = unsafe room - Int(stream.pointee.avail_out)
      guard result == BZ_RUN_OK || result == BZ_FINISH_OK || result == BZ_STREAM_END else {
        throw FormatError(.io, "bzip2 failed to compress (\(result))")
      }
      return CodecStep(consumed: consumed, produced: produced, isFinished: result == BZ_STREAM_END)
    }
  }
#else
  let hasBzip2 = false
#endif
