internal import ByteIO

/// The system's libbz2. Names, types and numbers are those of bzlib.h, stable since 1.0.
@safe private struct Bzip2Library: @unchecked Sendable {
  // Unchecked: pointers to functions, which do not change once they are found.

  /// `bz_stream`.
  @safe struct Stream {
    var nextIn: UnsafePointer<UInt8>?
    var availableIn: UInt32 = 0
    var totalInLow: UInt32 = 0
    var totalInHigh: UInt32 = 0
    var nextOut: UnsafeMutablePointer<UInt8>?
    var availableOut: UInt32 = 0
    var totalOutLow: UInt32 = 0
    var totalOutHigh: UInt32 = 0
    var state: UnsafeMutableRawPointer?
    var allocate: UnsafeRawPointer?
    var free: UnsafeRawPointer?
    var context: UnsafeMutableRawPointer?
  }

  static let ok: Int32 = 0
  static let runOK: Int32 = 1
  static let finishOK: Int32 = 3
  static let streamEnd: Int32 = 4
  static let badParameter: Int32 = -2
  static let noMemory: Int32 = -3
  static let run: Int32 = 0
  static let finish: Int32 = 2

  typealias BeginDecoding = @convention(c) (UnsafeMutableRawPointer, Int32, Int32) -> Int32
  typealias BeginEncoding = @convention(c) (UnsafeMutableRawPointer, Int32, Int32, Int32) -> Int32
  typealias Call = @convention(c) (UnsafeMutableRawPointer) -> Int32
  typealias Encode = @convention(c) (UnsafeMutableRawPointer, Int32) -> Int32

  let beginDecoding: BeginDecoding
  let decode: Call
  let endDecoding: Call
  let beginEncoding: BeginEncoding
  let encode: Encode
  let endEncoding: Call

  /// `nil` where the library is missing.
  static let shared: Bzip2Library? = LoadedLibrary(["libbz2.so.1.0", "libbz2.so.1", "libbz2.1.0.dylib"])
    .flatMap { Bzip2Library($0) }

  private init?(_ library: LoadedLibrary) {
    // Safe: each function has the type that the header declares.
    guard let beginDecoding = unsafe library.function("BZ2_bzDecompressInit", as: BeginDecoding.self),
      let decode = unsafe library.function("BZ2_bzDecompress", as: Call.self),
      let endDecoding = unsafe library.function("BZ2_bzDecompressEnd", as: Call.self),
      let beginEncoding = unsafe library.function("BZ2_bzCompressInit", as: BeginEncoding.self),
      let encode = unsafe library.function("BZ2_bzCompress", as: Encode.self),
      let endEncoding = unsafe library.function("BZ2_bzCompressEnd", as: Call.self)
    else { return nil }
    unsafe self.beginDecoding = beginDecoding
    unsafe self.decode = decode
    unsafe self.endDecoding = endDecoding
    unsafe self.beginEncoding = beginEncoding
    unsafe self.encode = encode
    unsafe self.endEncoding = endEncoding
  }

  static func required() throws(FormatError) -> Bzip2Library {
    if let shared { return shared }
    throw LoadedLibrary.missing("libbz2", for: "bzip2", orUse: "bzip2 -d")
  }
}

/// Whether this system has libbz2.
var hasBzip2: Bool { Bzip2Library.shared != nil }
private let maxChunk = 1 << 30

/// bzip2, decoded by libbz2.
@safe final class Bzip2Decoder: StreamDecoder {
  private let library: Bzip2Library
  private let stream: UnsafeMutablePointer<Bzip2Library.Stream>
  let mayRepeat = true
  private var isFinished = false

  init() throws(FormatError) {
    library = try Bzip2Library.required()
    // Safe: a zeroed stream is what the library asks for; given back in `deinit`.
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: Bzip2Library.Stream())
    try begin()
  }

  deinit {
    // Safe: initialised in `init`; the library ignores a stream without state.
    _ = unsafe library.endDecoding(stream)
    unsafe stream.deallocate()
  }

  private func begin() throws(FormatError) {
    // Safe: the stream is zeroed or was ended just before.
    guard unsafe library.beginDecoding(stream, 0, 0) == Bzip2Library.ok else {
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
    // not write through `nextIn`.
    unsafe stream.pointee.nextIn = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.availableIn = UInt32(given)
    unsafe stream.pointee.nextOut = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.availableOut = UInt32(room)
    let result = unsafe library.decode(stream)
    let consumed = unsafe given - Int(stream.pointee.availableIn)
    let produced = unsafe room - Int(stream.pointee.availableOut)
    guard result == Bzip2Library.ok || result == Bzip2Library.streamEnd else {
      let code: FormatError.Code = result == Bzip2Library.noMemory ? .io : .corrupt
      return try .failed(
        FormatError(code, "the compressed data is not a valid bzip2 stream"), consumed: consumed, produced: produced)
    }
    isFinished = result == Bzip2Library.streamEnd
    return CodecStep(consumed: consumed, produced: produced, isFinished: isFinished)
  }

  func restart() throws(FormatError) {
    // Safe: ends the state that `begin` made.
    _ = unsafe library.endDecoding(stream)
    unsafe stream.pointee = Bzip2Library.Stream()
    isFinished = false
    try begin()
  }
}

/// bzip2, encoded by libbz2.
@safe final class Bzip2Encoder: StreamEncoder {
  private let library: Bzip2Library
  private let stream: UnsafeMutablePointer<Bzip2Library.Stream>
  private var isFinished = false

  /// - Parameter level: 1 to 9; `nil` is 9, as in Python.
  init(level: Int?) throws(FormatError) {
    let level = level ?? 9
    library = try Bzip2Library.required()
    // Safe: as in Bzip2Decoder.
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: Bzip2Library.Stream())
    let result = unsafe library.beginEncoding(stream, Int32(clamping: level), 0, 0)
    guard result == Bzip2Library.ok else {
      throw FormatError(
        result == Bzip2Library.badParameter ? .badArgument : .io, "bzip2 cannot compress at level \(level)")
    }
  }

  deinit {
    // Safe: initialised in `init`; the library ignores a stream without state.
    _ = unsafe library.endEncoding(stream)
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
    unsafe stream.pointee.nextIn = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.availableIn = UInt32(given)
    unsafe stream.pointee.nextOut = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.availableOut = UInt32(room)
    let result = unsafe library.encode(stream, finishing ? Bzip2Library.finish : Bzip2Library.run)
    let consumed = unsafe given - Int(stream.pointee.availableIn)
    let produced = unsafe room - Int(stream.pointee.availableOut)
    guard result == Bzip2Library.runOK || result == Bzip2Library.finishOK || result == Bzip2Library.streamEnd else {
      throw FormatError(.io, "bzip2 failed to compress (\(result))")
    }
    return CodecStep(consumed: consumed, produced: produced, isFinished: result == Bzip2Library.streamEnd)
  }
}
