public import ByteIO
internal import CNumPyIOZlib

/// Bytes in memory, compressed and back, in one call: plain deflate (RFC 1951), alone or in the frames of zlib and gzip.
///
/// ```swift
/// import ArrayDeflate
///
/// let packed = try Deflate.compress(bytes, format: .gzip)          // Python's gzip.decompress reads it
/// let again = try Deflate.decompress(packed, limit: 1 << 30)       // which format it is, its first bytes tell
///
/// // Who says that these are doubles gets them smaller, and sooner.
/// let doubles = try Deflate.compress(payload, format: .zlib, layout: ItemLayout(itemSize: 8))
/// ```
///
/// For what is larger than memory, or comes piece by piece, see ``DeflateWriter``, ``CompressingSink`` and
/// ``InflatingStream``.
public enum Deflate {
  /// What stands around the stream of deflate.
  public enum Format: String, Sendable, Hashable, CaseIterable {
    /// Nothing: as in the members of zip archives. Damage is found where it breaks the stream, and no checksum finds the rest.
    case deflate
    /// Two bytes before it and a checksum (Adler-32) behind: Python's `zlib.compress`.
    case zlib
    /// A header before it, a checksum (CRC-32) and the length behind: `.gz` files, Python's `gzip.compress`.
    case gzip

    var codec: CompressionFormat {
      switch self {
      case .deflate: .raw
      case .zlib: .zlib
      case .gzip: .gzip
      }
    }

    /// What first bytes are those of. A stream of deflate begins with no byte that zlib's frame begins with, unless it were
    /// written with bits that mean nothing.
    init(of bytes: [UInt8]) {
      guard bytes.count >= 2 else { self = .deflate; return }
      if bytes[0] == 0x1F, bytes[1] == 0x8B {
        self = .gzip
      } else {
        let isZlib = bytes[0] & 0x8F == 8 && (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0
        self = isZlib ? .zlib : .deflate
      }
    }
  }

  /// Compresses bytes, on all cores if they are more than a megabyte.
  ///
  /// - Parameters:
  ///   - bytes: What is to be compressed.
  ///   - format: What stands around the stream.
  ///   - level: How hard to look for redundancy.
  ///   - layout: What the bytes are: an array of items of some size becomes smaller if that is known.
  /// - Throws: ``FormatError`` with code `cancelled`, or if no memory is left.
  public static func compress(
    _ bytes: [UInt8], format: Format, level: DeflateLevel = .default, layout: ItemLayout = .bytes
  ) throws(FormatError) -> [UInt8] {
    // Safe: the bytes are held during the call.
    try unsafe compress(bytes.span.bytes, format: format, level: level, layout: layout)
  }

  /// Compresses bytes, on all cores if they are more than a megabyte.
  ///
  /// - Parameters:
  ///   - bytes: What is to be compressed.
  ///   - format: What stands around the stream.
  ///   - level: How hard to look for redundancy.
  ///   - layout: What the bytes are: an array of items of some size becomes smaller if that is known.
  /// - Throws: ``FormatError`` with code `cancelled`, or if no memory is left.
  public static func compress(
    _ bytes: RawSpan, format: Format, level: DeflateLevel = .default, layout: ItemLayout = .bytes
  ) throws(FormatError) -> [UInt8] {
    let sink = MemorySink()
    switch format {
    case .deflate: break
    // A window of 32 KiB, the usual level, no dictionary; a multiple of 31: RFC 1950.
    case .zlib: try sink.write([0x78, 0x9C])
    // Deflate, no name, no time, no system: RFC 1952.
    case .gzip: try sink.write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
    }
    let writer = try DeflateWriter(to: sink, level: level)
    // Safe: the buffer is not kept beyond the call.
    let checksum = try unsafe bytes.withUnsafeBytes { (buffer) throws(FormatError) -> UInt32 in
      try unsafe writer.write(buffer, layout: layout)
      return unsafe format == .zlib ? adler32(buffer) : 0
    }
    let summary = try writer.finish()
    switch format {
    case .deflate: break
    case .zlib: try sink.write(littleEndian(checksum.byteSwapped))
    case .gzip:
      try sink.write(littleEndian(summary.crc32) + littleEndian(UInt32(truncatingIfNeeded: summary.uncompressedCount)))
    }
    return sink.bytes
  }

  /// The bytes that were compressed, of a stream that is checked to its end.
  ///
  /// - Parameters:
  ///   - bytes: A stream of deflate, in its frame if it has one; gzip's may be several in a row.
  ///   - format: What stands around the stream; found from the first bytes if left out.
  ///   - limit: How many bytes it may hold: a few may stand for very many.
  /// - Throws: ``FormatError`` with code `limitExceeded` if it holds more, `corrupt` or `truncated` if it is damaged.
  public static func decompress(
    _ bytes: [UInt8], format: Format? = nil, limit: Int
  ) throws(FormatError) -> [UInt8] {
    let source = MemorySource(bytes, name: "the compressed data")
    let stream = try InflatingStream(source, format: (format ?? Format(of: bytes)).codec)
    let limit = max(0, limit)
    let plain = try stream.readBytes(upTo: limit)
    var rest: [UInt8] = []
    if plain.count == limit { rest = try stream.readBytes(upTo: 1) }
    guard rest.isEmpty else {
      throw FormatError(.limitExceeded, "the compressed data holds more than the \(limit) bytes that are allowed")
    }
    guard stream.sourcePosition == bytes.count else {
      throw FormatError(
        .corrupt, "bytes follow the compressed data that are no part of it", offset: stream.sourcePosition)
    }
    return plain
  }

  /// Compresses a span of bytes, on all cores if they are more than a megabyte.
  ///
  /// - Throws: ``FormatError`` with code `cancelled`, or if no memory is left.
  public static func compress(
    _ bytes: Span<UInt8>, format: Format, level: DeflateLevel = .default, layout: ItemLayout = .bytes
  ) throws(FormatError) -> [UInt8] {
    // Safe: the bytes are lent for the call.
    try unsafe compress(bytes.bytes, format: format, level: level, layout: layout)
  }

  /// The bytes that were compressed, of a stream that is checked to its end.
  ///
  /// - Throws: ``FormatError`` as of an array of bytes.
  public static func decompress(
    _ bytes: Span<UInt8>, format: Format? = nil, limit: Int
  ) throws(FormatError) -> [UInt8] {
    // Safe: the bytes are lent for the call.
    try unsafe decompress(bytes.bytes, format: format, limit: limit)
  }

  /// The bytes that were compressed, of a stream that is checked to its end.
  ///
  /// - Throws: ``FormatError`` as of an array of bytes.
  public static func decompress(
    _ bytes: RawSpan, format: Format? = nil, limit: Int
  ) throws(FormatError) -> [UInt8] {
    // Safe: the bytes are copied within the call.
    try decompress(unsafe bytes.withUnsafeBytes { unsafe Array($0) }, format: format, limit: limit)
  }

  private static func littleEndian(_ value: UInt32) -> [UInt8] {
    [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func adler32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    // Safe: zlib reads the caller's bytes, for the duration of the call.
    UInt32(truncatingIfNeeded: unsafe adler32_z(1, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
  }
}
