internal import ByteIO

/// The system's liblzma. Names, types and numbers are those of lzma/base.h and lzma/container.h, stable since 5.0.
@safe private struct LzmaLibrary: @unchecked Sendable {
  // Unchecked: pointers to functions, which do not change once they are found.

  /// `lzma_stream`.
  @safe struct Stream {
    var nextIn: UnsafePointer<UInt8>?
    var availableIn = 0
    var totalIn: UInt64 = 0
    var nextOut: UnsafeMutablePointer<UInt8>?
    var availableOut = 0
    var totalOut: UInt64 = 0
    var allocator: UnsafeRawPointer?
    var state: UnsafeMutableRawPointer?
    /// The members that are reserved: four pointers, two numbers of 64 bits, two sizes, two enumerations.
    var reserved: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0, 0, 0)
  }

  static let ok: Int32 = 0
  static let streamEnd: Int32 = 1
  static let noMemory: Int32 = 5
  static let memoryLimited: Int32 = 6
  static let noProgress: Int32 = 10
  static let run: Int32 = 0
  static let finish: Int32 = 3
  static let crc64: Int32 = 4
  /// More than `lzma_options_lzma` takes.
  static let optionsSize = 512

  typealias BeginDecoding = @convention(c) (UnsafeMutableRawPointer, UInt64, UInt32) -> Int32
  typealias BeginDecodingAlone = @convention(c) (UnsafeMutableRawPointer, UInt64) -> Int32
  typealias BeginEncoding = @convention(c) (UnsafeMutableRawPointer, UInt32, Int32) -> Int32
  typealias BeginEncodingAlone = @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Int32
  typealias Preset = @convention(c) (UnsafeMutableRawPointer, UInt32) -> UInt8
  typealias Code = @convention(c) (UnsafeMutableRawPointer, Int32) -> Int32
  typealias End = @convention(c) (UnsafeMutableRawPointer) -> Void

  let beginDecoding: BeginDecoding
  let beginDecodingAlone: BeginDecodingAlone
  let beginEncoding: BeginEncoding
  let beginEncodingAlone: BeginEncodingAlone
  let preset: Preset
  let code: Code
  let end: End

  /// `nil` where the library is missing.
  static let shared: LzmaLibrary? = LoadedLibrary([
    "liblzma.so.5", "liblzma.5.dylib", "/opt/homebrew/lib/liblzma.5.dylib", "/usr/local/lib/liblzma.5.dylib",
  ]).flatMap { LzmaLibrary($0) }

  private init?(_ library: LoadedLibrary) {
    // Safe: each function has the type that the header declares.
    guard let beginDecoding = unsafe library.function("lzma_stream_decoder", as: BeginDecoding.self),
      let beginDecodingAlone = unsafe library.function("lzma_alone_decoder", as: BeginDecodingAlone.self),
      let beginEncoding = unsafe library.function("lzma_easy_encoder", as: BeginEncoding.self),
      let beginEncodingAlone = unsafe library.function("lzma_alone_encoder", as: BeginEncodingAlone.self),
      let preset = unsafe library.function("lzma_lzma_preset", as: Preset.self),
      let code = unsafe library.function("lzma_code", as: Code.self),
      let end = unsafe library.function("lzma_end", as: End.self)
    else { return nil }
    unsafe self.beginDecoding = beginDecoding
    unsafe self.beginDecodingAlone = beginDecodingAlone
    unsafe self.beginEncoding = beginEncoding
    unsafe self.beginEncodingAlone = beginEncodingAlone
    unsafe self.preset = preset
    unsafe self.code = code
    unsafe self.end = end
  }

  static func required(_ format: CompressionFormat) throws(FormatError) -> LzmaLibrary {
    if let shared { return shared }
    throw LoadedLibrary.missing("liblzma", for: format.rawValue, orUse: "xz -d")
  }
}

/// Whether this system has liblzma.
var hasLzma: Bool { LzmaLibrary.shared != nil }

/// The most memory that a stream may make the decoder take: what the strongest preset's dictionary needs, and
/// then some. A stream's header can ask for 4 GiB.
private let memoryLimit: UInt64 = 512 << 20

/// LZMA in either container, decoded by liblzma.
@safe final class LzmaDecoder: StreamDecoder {
  private let library: LzmaLibrary
  private let stream: UnsafeMutablePointer<LzmaLibrary.Stream>
  private let format: CompressionFormat
  let mayRepeat: Bool
  private var isFinished = false

  init(_ format: CompressionFormat) throws(FormatError) {
    self.format = format
    library = try LzmaLibrary.required(format)
    mayRepeat = format == .xz
    // Safe: a zeroed stream is LZMA_STREAM_INIT; given back in `deinit`.
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: LzmaLibrary.Stream())
    try begin()
  }

  deinit {
    // Safe: initialised in `init`, freed here only.
    unsafe library.end(stream)
    unsafe stream.deallocate()
  }

  private func begin() throws(FormatError) {
    // Safe: the library accepts a stream that is new or has been used.
    let result =
      unsafe format == .xz
      ? library.beginDecoding(stream, memoryLimit, 0) : library.beginDecodingAlone(stream, memoryLimit)
    guard result == LzmaLibrary.ok else { throw FormatError(.io, "no memory is left to read \(format.rawValue)") }
  }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(FormatError) -> CodecStep {
    if isFinished { return CodecStep(consumed: 0, produced: 0, isFinished: true) }
    // Safe: the library reads and writes within buffers that live as long as the call.
    unsafe stream.pointee.nextIn = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.availableIn = input.count
    unsafe stream.pointee.nextOut = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.availableOut = output.count
    let result = unsafe library.code(stream, LzmaLibrary.run)
    let consumed = unsafe input.count - stream.pointee.availableIn
    let produced = unsafe output.count - stream.pointee.availableOut
    switch result {
    case LzmaLibrary.ok, LzmaLibrary.noProgress: break
    case LzmaLibrary.streamEnd: isFinished = true
    case LzmaLibrary.noMemory: throw FormatError(.io, "no memory is left to read \(format.rawValue)")
    case LzmaLibrary.memoryLimited:
      throw FormatError(
        .limitExceeded, "the \(format.rawValue) stream asks for more than 512 MiB of memory")
    default:
      return try .failed(
        FormatError(.corrupt, "the compressed data is not a valid \(format.rawValue) stream"), consumed: consumed,
        produced: produced)
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
  private let library: LzmaLibrary
  private let stream: UnsafeMutablePointer<LzmaLibrary.Stream>

  /// - Parameter level: 0 to 9; `nil` is 6, as in Python.
  init(_ format: CompressionFormat, level: Int?) throws(FormatError) {
    let level = level ?? 6
    guard (0...9).contains(level) else {
      throw FormatError(.badArgument, "\(format.rawValue) cannot compress at level \(level)")
    }
    library = try LzmaLibrary.required(format)
    // Safe: as in LzmaDecoder.
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: LzmaLibrary.Stream())
    let result: Int32
    if format == .xz {
      result = unsafe library.beginEncoding(stream, UInt32(level), LzmaLibrary.crc64)
    } else {
      result = unsafe withUnsafeTemporaryAllocation(byteCount: LzmaLibrary.optionsSize, alignment: 16) { options in
        // Safe: the library fills the options, for which there is room, and copies them.
        guard let start = options.baseAddress else { return LzmaLibrary.noMemory }
        _ = unsafe library.preset(start, UInt32(level))
        return unsafe library.beginEncodingAlone(stream, start)
      }
    }
    guard result == LzmaLibrary.ok else { throw FormatError(.io, "no memory is left to write \(format.rawValue)") }
  }

  deinit {
    // Safe: initialised in `init`, freed here only.
    unsafe library.end(stream)
    unsafe stream.deallocate()
  }

  func encode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(FormatError) -> CodecStep {
    // Safe: as in LzmaDecoder.decode.
    unsafe stream.pointee.nextIn = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.availableIn = input.count
    unsafe stream.pointee.nextOut = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.availableOut = output.count
    let result = unsafe library.code(stream, isLast ? LzmaLibrary.finish : LzmaLibrary.run)
    let consumed = unsafe input.count - stream.pointee.availableIn
    let produced = unsafe output.count - stream.pointee.availableOut
    guard result == LzmaLibrary.ok || result == LzmaLibrary.noProgress || result == LzmaLibrary.streamEnd else {
      throw FormatError(.io, "LZMA failed to compress")
    }
    return CodecStep(consumed: consumed, produced: produced, isFinished: result == LzmaLibrary.streamEnd)
  }
}
