import ByteIO
import NumPyIO
import ZipArchives

/// A file that a command works on, opened as what it is.
enum OpenedFile {
  case npy(NPYFile)
  case npz(NPZArchive)
  case text(any ByteSource, FileKindName)
  case pickle(any ByteSource)

  /// Opens a file, told apart by its first bytes unless a kind is given.
  ///
  /// - Throws: ``FormatError`` if there is no such file, or it is not what it seems.
  init(_ path: String, kind: FileKindName? = nil, limits: LoadLimits = .default) throws(FormatError) {
    var source = try FileSource.openSource(path: path)
    if !source.isSeekable { source = try PrefixedSource(source, keeping: 6) }
    let actual: FileKindName
    if let kind { actual = kind } else { actual = try OpenedFile.kind(of: source, path) }
    switch actual {
    case .npy: self = .npy(try NPYFile(source, limits: limits))
    case .npz:
      let archive = try NPZArchive(source, limits: limits)
      // PyTorch's files are archives too, of a pickle and what it refers to.
      self = kind == nil && PickleFile.isTorch(archive) ? .pickle(archive.zip.source) : .npz(archive)
    case .pkl: self = .pickle(source)
    case .txt, .csv, .tsv: self = .text(OpenedFile.rereadable(try TextFile.decompressing(source)), actual)
    }
  }

  /// Text that can be read twice, as types and sizes are found so.
  private static func rereadable(_ source: any ByteSource) -> any ByteSource {
    source.isSeekable ? source : KeptStream(source, folder: Folders.temporaryBase)
  }

  /// The kind by the first bytes; what is neither an array nor an archive is text if its extension says so, else a
  /// pickle.
  private static func kind(of source: any ByteSource, _ path: String) throws(FormatError) -> FileKindName {
    let named = FileKindName(extensionOf: path)
    let isNamedText = named == .txt || named == .csv || named == .tsv
    // An empty text is an empty table; an empty file of another kind is an error.
    if isNamedText, let named, try source.readBytes(at: 0, upTo: 1).isEmpty { return named }
    return switch try FileKind(of: source, named: path) {
    case .npy: .npy
    case .npz: .npz
    case .pickle: isNamedText ? named ?? .txt : .pkl
    }
  }
}
