internal import ArrayDeflate
public import ByteIO

/// Text files as they are opened: plain, or compressed.
public enum TextFile {
  /// Opens a file of text for reading. What is compressed is told by its first bytes, whatever
  /// its name.
  ///
  /// - Throws: ``FormatError`` if there is no such file, or no decoder for its compression.
  public static func open(_ path: String) throws(FormatError) -> any ByteSource {
    try decompressing(FileSource.openSource(path: path))
  }

  /// What a source holds, inflated if it is compressed.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` where the system lacks the format's library, and what the source throws.
  public static func decompressing(_ source: any ByteSource) throws(FormatError) -> any ByteSource {
    let source = source.isSeekable ? source : try PeekableSource(source, keeping: CompressedSource.prefixLength)
    if let plain = try CompressedSource.opening(source) { return plain }
    // It has no signature; where the source cannot be read again its name must tell.
    guard source.name.lowercased().hasSuffix(".lzma") else { return source }
    return try CompressedSource(source, format: .lzma)
  }

  /// Writes a file of text, whole or not at all, compressed if its extension is `.gz`, `.bz2`, `.xz` or `.lzma`, as
  /// NumPy does.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written, and what `body` throws.
  public static func write(
    to path: String, replacing: Bool = true, durability: Durability = .consistent,
    _ body: (any ByteSink) throws(FormatError) -> Void
  ) throws(FormatError) {
    try AtomicFile.write(to: path, replacing: replacing, durability: durability) {
      (sink: any ByteSink) throws(FormatError) in
      guard let format = CompressionFormat(path: path) else { return try body(sink) }
      guard format != .gzip else {
        // Python's gzip takes level 9, which costs two or three times the time of 6 for a hundredth of the bytes.
        let compressed = try GzipSink(to: sink)
        try body(compressed)
        return try compressed.finish()
      }
      let compressed = try CompressingSink(to: sink, format: format)
      try body(compressed)
      try compressed.finish()
    }
  }
}
