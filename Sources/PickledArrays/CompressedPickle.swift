package import ArrayDeflate
package import ByteIO
internal import NDArrays

/// Pickles that joblib has compressed.
package enum CompressedPickle {
  /// What a source holds, inflated; `nil` if it is not compressed, as far as its first bytes say.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` for a compression that is not known here.
  ///
  /// - Parameter inflatedBytes: The most bytes that it may be inflated to; `nil` for what its size justifies: all that a
  ///   pickle holds is kept in memory.
  package static func open(
    _ source: any ByteSource, inflatedBytes: Int? = nil
  ) throws(FormatError) -> (any ByteSource)? {
    let prefix = try source.readBytes(at: 0, upTo: 64)
    guard let (format, start) = try compression(prefix, source.name) else { return nil }
    let limit = InflationLimit.bytes(for: source.byteCount, given: inflatedBytes)
    return BoundedSource(
      try CompressedSource(source, at: start, format: format), maxBytes: limit)
  }

  /// joblib up to 0.9 put `ZF` and the length in hexadecimal digits, padded to 19, in front of a zlib stream.
  private static let oldHeader = Array("ZF".utf8)
  private static let oldHeaderLength = 2 + 19

  /// How a file is compressed; `nil` if it is not. No pickle begins as these formats do.
  private static func compression(
    _ prefix: [UInt8], _ name: String
  ) throws(FormatError) -> (format: CompressionFormat, start: Int)? {
    if let format = CompressionFormat(signature: prefix) { return (format, 0) }
    if let found = unsignedFormat(prefix) { return found }
    if prefix.starts(with: [0x04, 0x22, 0x4D, 0x18]) {
      throw FormatError(.unsupported, "lz4 is not supported: save it again with zlib, gzip, bz2 or xz", file: name)
    }
    return nil
  }

  /// How a file is compressed by a format without a signature, as far as its first bytes can tell, and where its stream
  /// begins.
  package static func unsignedFormat(_ prefix: [UInt8]) -> (format: CompressionFormat, start: Int)? {
    if prefix.starts(with: oldHeader) {
      // Up to joblib 0.8.4 in Python 2 the header was one space longer.
      let isLonger = prefix.count > oldHeaderLength && prefix[oldHeaderLength] == 0x20
      return (.zlib, oldHeaderLength + (isLonger ? 1 : 0))
    }
    return CompressionFormat(unsigned: prefix).map { ($0, 0) }
  }
}
