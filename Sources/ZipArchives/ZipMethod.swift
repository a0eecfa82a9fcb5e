/// How a member's bytes are compressed, by the number that zip files use.
public struct ZipMethod: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The number within the file: 0 is stored, 8 deflate.
  public let rawValue: UInt16

  /// The method of that number.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Not compressed; Python's `ZIP_STORED`.
  public static let stored = ZipMethod(rawValue: 0)
  /// Deflate; Python's `ZIP_DEFLATED`.
  public static let deflate = ZipMethod(rawValue: 8)
  /// A bzip2 stream; Python's `ZIP_BZIP2`.
  public static let bzip2 = ZipMethod(rawValue: 12)
  /// LZMA with an end marker; Python's `ZIP_LZMA`.
  public static let lzma = ZipMethod(rawValue: 14)

  /// Whether members of this method can be read: the four that Python's `zipfile` knows.
  public var isKnown: Bool { [.stored, .deflate, .bzip2, .lzma].contains(self) }

  /// The most bytes that one compressed byte can represent; what declares more is a lie.
  ///
  /// Deflate: a match of 258 bytes takes two bits at least, 1032 bytes each byte. Bzip2: a block of 900,000 bytes
  /// is preceded by runs of 255 in 5 bytes and takes some 40 bytes. LZMA: a match of 273 bytes takes a dozen binary
  /// decisions of at least a fiftieth of a bit.
  public var largestRatio: Int {
    switch self {
    case .stored: 1
    case .deflate: 1032
    case .bzip2: 1 << 21
    default: 1 << 14
    }
  }

  /// The version of the zip specification that a reader needs for this method, in tenths.
  var versionNeeded: UInt16 {
    switch self {
    case .bzip2: 46
    case .lzma: 63
    default: 20
    }
  }

  /// The method's usual name.
  public var description: String {
    switch rawValue {
    case 0: "stored"
    case 8: "deflate"
    case 9: "deflate64"
    case 12: "bzip2"
    case 14: "lzma"
    case 93: "zstd"
    case 95: "xz"
    default: "method \(rawValue)"
    }
  }
}
