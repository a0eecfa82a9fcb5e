package import ByteIO

extension CompressionFormat {
  /// The format of a stream without a signature, as far as its first bytes can tell: zlib, or LZMA in its old container.
  /// Other bytes may begin like that.
  package init?(unsigned prefix: [UInt8]) {
    guard prefix.count >= 2 else { return nil }
    if prefix[0] == 0x78, (Int(prefix[0]) << 8 | Int(prefix[1])) % 31 == 0 {
      // zlib (RFC 1950): the method deflate, a window of 32 KiB, and a multiple of 31.
      self = .zlib
    } else if prefix[0] == 0x5D, prefix[1] == 0 {
      // A `.lzma` file begins with its properties, which Python always writes as 5D, and a dictionary's size.
      self = .lzma
    } else {
      return nil
    }
  }
}

extension CompressedSource {
  /// How many bytes tell that a source is compressed.
  package static let prefixLength = 64

  /// What a source holds, inflated as it is read, if its first bytes are those of a compressed stream; `nil` for any other.
  ///
  /// A stream without a signature counts if the source can be read again, does not begin as text, and can be inflated as
  /// far as it was tried.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` if there is no decoder for it, and what reading the source throws.
  package static func opening(_ source: any ByteSource) throws(FormatError) -> CompressedSource? {
    let prefix = try source.readBytes(at: 0, upTo: prefixLength)
    if let format = CompressionFormat(signature: prefix) { return try CompressedSource(source, format: format) }
    guard source.isSeekable, let format = CompressionFormat(unsigned: prefix), format.isSupported,
      prefix.contains(where: { $0 < 0x20 && !(0x09...0x0D).contains($0) })
    else { return nil }
    let tried = try CompressedSource(source, format: format)
    guard let start = try? tried.readBytes(at: 0, upTo: 1), !start.isEmpty else { return nil }
    return try CompressedSource(source, format: format)
  }
}
