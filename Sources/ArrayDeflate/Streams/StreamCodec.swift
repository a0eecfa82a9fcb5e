internal import ByteIO

/// The kinds of compressed stream that are read and written besides deflate in zip archives.
public enum CompressionFormat: String, Sendable, Hashable, CaseIterable {
  /// Deflate without a frame, as in zip members.
  case raw
  /// gzip (`.gz`), one member or several in a row.
  case gzip
  /// Deflate in zlib's frame (Python's `zlib.compress`).
  case zlib
  /// bzip2 (`.bz2`), one stream or several in a row.
  case bzip2
  /// LZMA in its xz container (`.xz`), one stream or several in a row.
  case xz
  /// LZMA in its old container (`.lzma`).
  case lzma
  /// Zstandard (`.zst`), one frame or several in a row; by the system's libzstd, where it is installed.
  case zstd

  /// The format that a file's first bytes announce, or `nil`: gzip, bzip2, xz and Zstandard have signatures.
  public init?(signature bytes: some Collection<UInt8>) {
    let start = Array(bytes.prefix(6))
    if start.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if start.count >= 4, start.starts(with: [0x42, 0x5A, 0x68]), (0x31...0x39).contains(start[3]) {
      self = .bzip2
    } else if start == [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0] {
      self = .xz
    } else if start.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) || CompressionFormat.isSkippable(start) {
      self = .zstd
    } else {
      return nil
    }
  }

  /// Whether a frame begins that Zstandard's readers skip, as pzstd writes one first (RFC 8878, 3.1.2).
  private static func isSkippable(_ start: [UInt8]) -> Bool {
    start.count >= 4 && (0x50...0x5F).contains(start[0]) && start[1...3] == [0x2A, 0x4D, 0x18]
  }

  /// The format that a path's extension means in NumPy's `_datasource`: `.gz`, `.bz2`, `.xz`, and `.lzma`, which it opens
  /// by Python's `lzma.open` as well, so that the container is that of xz; and `.zst`. In any case: NumPy writes `x.csv.GZ` as
  /// plain text.
  public init?(path: String) {
    let path = path.lowercased()
    if path.hasSuffix(".gz") {
      self = .gzip
    } else if path.hasSuffix(".bz2") {
      self = .bzip2
    } else if path.hasSuffix(".xz") || path.hasSuffix(".lzma") {
      self = .xz
    } else if path.hasSuffix(".zst") {
      self = .zstd
    } else {
      return nil
    }
  }

  /// Whether this system has the library: those of bzip2, LZMA and Zstandard are looked for when they are needed.
  public var isSupported: Bool {
    switch self {
    case .raw, .gzip, .zlib: true
    case .bzip2: hasBzip2
    case .xz, .lzma: hasLzma
    case .zstd: hasZstd
    }
  }

  func makeDecoder() throws(FormatError) -> any StreamDecoder {
    switch self {
    case .raw, .gzip, .zlib: return try ZlibDecoder(self)
    case .zstd: return try ZstdDecoder()
    case .bzip2: return try Bzip2Decoder()
    case .xz, .lzma: return try LzmaDecoder(self)
    }
  }

  func makeEncoder(level: Int?) throws(FormatError) -> any StreamEncoder {
    switch self {
    case .raw, .gzip, .zlib: return try ZlibEncoder(self, level: level)
    case .zstd: return try ZstdEncoder(level: level)
    case .bzip2: return try Bzip2Encoder(level: level)
    case .xz, .lzma: return try LzmaEncoder(self, level: level)
    }
  }
}

/// What one call of a decoder or encoder did.
struct CodecStep {
  /// The bytes of input it took.
  var consumed: Int
  /// The bytes of output it gave.
  var produced: Int
  /// Whether the stream has ended.
  var isFinished: Bool
  /// Why the stream ends behind what was given: of a decoder, which has no more of it.
  var failure: FormatError?

  /// What a decoder gave before it met what is wrong.
  ///
  /// - Throws: The failure, if it gave nothing.
  static func failed(
    _ failure: FormatError, consumed: Int, produced: Int
  ) throws(FormatError) -> CodecStep {
    guard produced > 0 else { throw failure }
    return CodecStep(consumed: consumed, produced: produced, isFinished: false, failure: failure)
  }
}

/// Turns compressed bytes into bytes, a piece at a time.
protocol StreamDecoder: AnyObject {
  /// Whether another stream may follow where one ends (gzip, bzip2, xz).
  var mayRepeat: Bool { get }

  /// Takes some of the input, gives some output. `isLast`: no input follows this.
  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(FormatError) -> CodecStep

  /// Prepares for a stream that follows one that has ended.
  func restart() throws(FormatError)
}

/// Turns bytes into compressed bytes, a piece at a time.
protocol StreamEncoder: AnyObject {
  /// Takes some of the input, gives some output; with `isLast`, no input follows, and the stream is brought to
  /// its end by calls until ``CodecStep/isFinished``.
  func encode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(FormatError) -> CodecStep
}
