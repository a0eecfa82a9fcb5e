internal import ByteIO
internal import PlatformC

/// The system's libzstd, loaded when a stream of its format is first met: it is not a part of every system, and most
/// programs never meet one.
@safe private struct ZstdLibrary: @unchecked Sendable {
  // Unchecked: pointers to functions, which do not change once they are found.

  /// `ZSTD_inBuffer` and `ZSTD_outBuffer`, which are laid out alike (zstd.h).
  @safe struct Buffer {
    var start: UnsafeMutableRawPointer?
    var size: Int
    var position: Int
  }

  typealias Make = @convention(c) () -> UnsafeMutableRawPointer?
  typealias Free = @convention(c) (UnsafeMutableRawPointer?) -> Int
  typealias Set = @convention(c) (UnsafeMutableRawPointer?, Int32, Int32) -> Int
  typealias Step = @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Int
  typealias DirectedStep =
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafeMutableRawPointer, UnsafeMutableRawPointer, Int32
    ) -> Int
  typealias IsError = @convention(c) (Int) -> UInt32

  let makeDecoder: Make
  let freeDecoder: Free
  let decode: Step
  let makeEncoder: Make
  let freeEncoder: Free
  let setParameter: Set
  let encode: DirectedStep
  let isError: IsError

  /// `nil` where the library is missing, or too old.
  static let shared: ZstdLibrary? = {
    let names = [
      "libzstd.so.1", "libzstd.1.dylib", "/opt/homebrew/lib/libzstd.1.dylib", "/usr/local/lib/libzstd.1.dylib",
    ]
    return LoadedLibrary(names).flatMap { ZstdLibrary($0) }
  }()

  // The types are those of zstd.h, stable since 1.4.0.
  private init?(_ library: LoadedLibrary) {
    // Safe: each function has the type that the header declares.
    guard let makeDecoder = unsafe library.function("ZSTD_createDStream", as: Make.self),
      let freeDecoder = unsafe library.function("ZSTD_freeDStream", as: Free.self),
      let decode = unsafe library.function("ZSTD_decompressStream", as: Step.self),
      let makeEncoder = unsafe library.function("ZSTD_createCStream", as: Make.self),
      let freeEncoder = unsafe library.function("ZSTD_freeCStream", as: Free.self),
      let setParameter = unsafe library.function("ZSTD_CCtx_setParameter", as: Set.self),
      let encode = unsafe library.function("ZSTD_compressStream2", as: DirectedStep.self),
      let isError = library.function("ZSTD_isError", as: IsError.self)
    else { return nil }
    unsafe self.makeDecoder = makeDecoder
    unsafe self.freeDecoder = freeDecoder
    unsafe self.decode = decode
    unsafe self.makeEncoder = makeEncoder
    unsafe self.freeEncoder = freeEncoder
    unsafe self.setParameter = setParameter
    unsafe self.encode = encode
    self.isError = isError
  }

  static func required() throws(FormatError) -> ZstdLibrary {
    if let shared { return shared }
    throw LoadedLibrary.missing("libzstd", for: "Zstandard", orUse: "zstd -d")
  }
}

/// Whether this system has libzstd.
var hasZstd: Bool { ZstdLibrary.shared != nil }

/// Zstandard (RFC 8878), decoded by libzstd.
@safe final class ZstdDecoder: StreamDecoder {
  let mayRepeat = true
  private let library: ZstdLibrary
  private let stream: UnsafeMutableRawPointer
  private var isFinished = false

  init() throws(FormatError) {
    library = try ZstdLibrary.required()
    // Safe: made here, freed in `deinit` only.
    guard let stream = unsafe library.makeDecoder() else { throw FormatError(.io, "no memory is left to read zstd") }
    unsafe self.stream = stream
  }

  deinit {
    // Safe: made in `init`.
    _ = unsafe library.freeDecoder(stream)
  }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(FormatError) -> CodecStep {
    if isFinished { return CodecStep(consumed: 0, produced: 0, isFinished: true) }
    // Safe: the library reads and writes within buffers that live as long as the call.
    var from = unsafe ZstdLibrary.Buffer(
      start: UnsafeMutableRawPointer(mutating: input.baseAddress), size: input.count, position: 0)
    var to = unsafe ZstdLibrary.Buffer(start: output.baseAddress, size: output.count, position: 0)
    let result = unsafe library.decode(stream, &to, &from)
    guard library.isError(result) == 0 else {
      // `ZSTD_error_frameParameter_windowTooLarge`, stable since 1.3.1: libzstd keeps 128 MB of what it has decoded at most.
      guard result == -16 else { throw FormatError(.corrupt, "the compressed data is not a valid zstd stream") }
      var error = FormatError(.limitExceeded, "the zstd stream refers to more than 128 MB of what it holds")
      error.commandHint = "zstd -d --long=31 decompresses it"
      throw error
    }
    // What is left to do: nothing at the end of a frame, all of which has been given out.
    isFinished = result == 0
    return CodecStep(consumed: from.position, produced: to.position, isFinished: isFinished)
  }

  func restart() throws(FormatError) { isFinished = false }
}

/// Zstandard (RFC 8878), encoded by libzstd.
@safe final class ZstdEncoder: StreamEncoder {
  private let library: ZstdLibrary
  private let stream: UnsafeMutableRawPointer

  /// - Parameter level: 1 to 22; `nil` is 3, as of the command `zstd`.
  init(level: Int?) throws(FormatError) {
    guard (1...22).contains(level ?? 3) else {
      throw FormatError(.badArgument, "zstd cannot compress at level \(level ?? 3)")
    }
    library = try ZstdLibrary.required()
    // Safe: made here, freed in `deinit` only.
    guard let stream = unsafe library.makeEncoder() else { throw FormatError(.io, "no memory is left to write zstd") }
    unsafe self.stream = stream
    // ZSTD_c_compressionLevel and ZSTD_c_checksumFlag; what the library does not know of these it leaves.
    _ = unsafe library.setParameter(stream, 100, Int32(level ?? 3))
    _ = unsafe library.setParameter(stream, 201, 1)
  }

  deinit {
    // Safe: made in `init`.
    _ = unsafe library.freeEncoder(stream)
  }

  func encode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(FormatError) -> CodecStep {
    // Safe: as in ZstdDecoder.decode.
    var from = unsafe ZstdLibrary.Buffer(
      start: UnsafeMutableRawPointer(mutating: input.baseAddress), size: input.count, position: 0)
    var to = unsafe ZstdLibrary.Buffer(start: output.baseAddress, size: output.count, position: 0)
    // ZSTD_e_continue and ZSTD_e_end.
    let result = unsafe library.encode(stream, &to, &from, isLast ? 2 : 0)
    guard library.isError(result) == 0 else { throw FormatError(.io, "zstd failed to compress") }
    return CodecStep(consumed: from.position, produced: to.position, isFinished: isLast && result == 0)
  }
}
