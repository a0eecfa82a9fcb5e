internal import ArrayDeflate
internal import NPYFormat
internal import ByteIO
internal import ZipArchives

/// `.npy` files that are compressed as a whole, such as `x.npy.gz`, which Python's users read by `gzip.open`.
enum CompressedNPY {
  /// The array's file, inflated as it is read; `nil` if the source is not compressed, or holds something else.
  ///
  /// Streams are let alone: looking into one would consume what joblib has compressed.
  ///
  /// - Parameters:
  ///   - recovering: Whether a stream that is cut or broken ends where it can be read no further.
  ///   - onWarning: Is told of one that is broken; of one that is cut the array tells.
  static func open(
    _ source: any ByteSource, recovering: Bool = false, onWarning: ((FileWarning) -> Void)? = nil
  ) throws(FormatError) -> (any ByteSource)? {
    guard source.isSeekable, let plain = try? CompressedSource.opening(source),
      let prefix = try? plain.readBytes(at: 0, upTo: NPYHeader.magic.count), prefix == NPYHeader.magic,
      // A new source: what has been looked at is not read backwards.
      let array = try CompressedSource.opening(source)
    else { return nil }
    guard recovering else { return array }
    let (count, error) = try array.readable()
    // Nothing came before a checksum that is wrong: what is within is not known to be what was written.
    if let error, count < NPYHeader.magic.count { throw error.at(file: source.name) }
    if let error, error.code == .corrupt {
      onWarning?(FileWarning("\(error.message); what can be inflated is read all the same", file: source.name))
    }
    return PartOfSource(array, 0..<count, name: source.name)
  }
}
