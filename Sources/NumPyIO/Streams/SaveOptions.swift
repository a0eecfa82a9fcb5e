package import NPZFormat
internal import ArrayDeflate
package import PickledArrays
internal import ArrayBytes
internal import NPYFormat
public import TextTables
public import ByteIO
internal import NDArrays
internal import PythonPickle

/// How a file is written, whatever its format.
public struct SaveOptions {
  /// What the file becomes; `nil` for what its extension says.
  public var format: FileFormat?
  /// Whether an existing file may be replaced.
  public var replacing = true
  /// What the file survives when the system stops.
  public var durability = Durability.consistent
  /// The name of a single array in an archive; `nil` for that of the member it comes from, or NumPy's `arr_0`.
  public var name: String?
  /// How the members of an archive are compressed.
  public var compression = NPZCompression.none
  /// How an archive is laid out: for mapping and for reading parts, or byte for byte as NumPy.
  public var layout = NPZLayout.aligned
  /// How text is written: formats, delimiter, header.
  public var text = SaveTextOptions()
  /// Whether columns are separated as the extension says: by a comma for `.csv`, a tab for `.tsv`.
  public var usesDelimiterOfExtension = true
  /// Whether raw bytes are in Fortran order; else in C order, as by NumPy's `tofile`.
  public var rawIsFortranOrder = false
  /// The protocol of a pickle; `nil` for that of the pickle that is converted, else Python's default of 4.
  public var pickleProtocol: Int?
  /// Whose module names arrays get in a pickle; `nil` for those of the pickle that is converted, else NumPy 2's.
  public var numPyModules: NumPyModules?
  /// Called with NumPy's warnings, such as that old versions of NumPy cannot read the file.
  public var onWarning: ((FileWarning) -> Void)?

  /// What the extension says, replacing what is there.
  public init(format: FileFormat? = nil) { self.format = format }

  /// The format of a file.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` if neither the options nor the extension tell.
  public func format(of path: String) throws(FormatError) -> FileFormat {
    if let known = format ?? FileFormat(extensionOf: path) {
      guard known != .gguf else {
        throw FormatError(.unsupported, "GGUF is read, but not written", file: path)
      }
      guard !known.isArchive || CompressionFormat(path: path) == nil else {
        var error = FormatError(
          .badArgument, "a .\(known.rawValue) is not written compressed as a whole, but its members may be", file: path)
        error.commandHint = "--compress does that in a .npz"
        throw error
      }
      return known
    }
    throw FormatError(.badArgument, "the extension of '\(path)' does not name a format", file: path)
  }

  /// The options of a pickle.
  ///
  /// - Parameter source: The protocol of the pickle that is converted: one that keeps its protocol and names stays as it
  ///   is, byte for byte.
  func pickleOptions(keeping source: Int?) -> PickleWriter.Options {
    let version = pickleProtocol ?? source ?? 4
    var options =
      version == source && numPyModules == nil
      ? PickleWriter.Options(protocolVersion: version) : .numPy(protocolVersion: version)
    if let numPyModules { options.userInfo[NumPyModules.userInfoKey] = numPyModules }
    return options
  }

  /// Reports that what a model's file says beside its tensors has no place where they go.
  func warnOfMetadata(_ metadata: [(key: String, value: String)]) {
    // What wrote a file is not what writes the next.
    let lost = metadata.map(\.key).filter { $0 != "format" }
    guard !lost.isEmpty else { return }
    onWarning?("left out the metadata, for which there is no place: \(lost.listed())")
  }

  /// Reports that a header needs a version of the format that NumPy's first releases do not know, in NumPy's words.
  func warnOfVersion(_ dtype: DType, _ shape: [Int]) {
    // Only the names of fields can be long (format 2.0), or outside of Latin-1 (3.0).
    guard dtype.isStructured, let header = try? NPYHeader.encode(dtype: dtype, shape: shape).header,
      header.version.major > 1
    else { return }
    let first = header.version.major == 2 ? "1.9" : "1.17"
    onWarning?("Stored array in format \(header.version). It can only be read by NumPy >= \(first)")
  }
}

extension LazyArray {
  /// Saves the array in the format that the options or the extension say, in bounded memory.
  ///
  /// The file appears whole or not at all. Pickles hold the array in memory while they are written.
  ///
  /// - Throws: ``FormatError`` if the array cannot be read, the format cannot hold it, or the file cannot be written;
  ///   the path then names what it named before.
  public func save(to path: String, options: SaveOptions = SaveOptions()) throws(FormatError) {
    let format = try options.format(of: path)
    switch format {
    case .npy: try Conversion.run(self, into: NPYSink(path: path, options: options))
    case .npz, .safetensors, .pt:
      try ArchiveSink.write(to: path, options) { (archive: ArchiveSink) throws(FormatError) in
        try archive.add(options.name ?? "arr_0", self)
      }
    case .gguf: throw FormatError(.unsupported, "GGUF is read, but not written", file: path)
    case .pkl: try Conversion.run(self, into: PickleSink(path: path, options: options))
    case .json: try Conversion.run(self, into: JSONSink(path: path, options: options))
    case .raw: try Conversion.run(self, into: RawSink(path: path, options: options))
    case .txt, .csv, .tsv: try Conversion.run(self, into: TextSink(path: path, options: options, format: format))
    }
  }

  /// Saves the array with transforms applied; the warnings are those of NumPy's casts as well.
  package func save(
    applying transforms: [ArrayTransform], to path: String, options: SaveOptions
  ) throws(FormatError) {
    let losses = options.onWarning.map { _ in CastLosses() }
    try applying(transforms, noting: losses).save(to: path, options: options)
    losses?.tell(options.onWarning)
  }
}
