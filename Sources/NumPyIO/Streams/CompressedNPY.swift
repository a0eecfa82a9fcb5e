internal import ArrayDeflate
internal import NPYFormat
internal import ByteIO
internal import ZipArchives

/// `.npy` files that are compressed as a whole, such as `x.npy.gz`, which Python's users read by `gzip.open`.
enum CompressedNPY {
  /// The array's file, inflated as it is read; `nil` if the source is not compressed by gzip, bzip2, xz or Zstandard, or holds
  /// something else.
  ///
  /// Streams are left to the readers of pickles: looking into one would consume what joblib has compressed.
  ///
  /// - Parameter recovering: Whether a stream that is cut or broken ends where it can be read no further.
  static func open(
    _ source: any ByteSource, recovering: Bool = false
  ) throws(FormatError) -> (any ByteSource)? {
    guard source.isSeekable,
      let format = CompressionFormat(signature: try source.readBytes(at: 0, upTo: NPYHeader.magic.count)),
      format.isSupported
    else { return nil }
    let plain = try CompressedSource(source, format: format)
    guard let prefix = try? plain.readBytes(at: 0, upTo: NPYHeader.magic.count), prefix == NPYHeader.magic else {
      return nil
    }
    // A new source: what has been looked at is not read backwards.
    let array = try CompressedSource(source, format: format)
    guard recovering else { return array }
    return PartOfSource(array, 0..<(try array.readableCount()), name: source.name)
  }
}
