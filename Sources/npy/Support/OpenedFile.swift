import ByteIO
import NumPyIO

/// A file that a command works on, opened as what it is.
enum OpenedFile {
  case npy(NPYFile)
  case npz(NPZArchive)

  /// Opens a file, told apart by its first bytes unless a kind is given.
  ///
  /// - Throws: ``FormatError`` if there is no such file, or it is not what it seems.
  init(_ path: String, kind: FileKindName? = nil, limits: LoadLimits = .default) throws(FormatError) {
    var source = try FileSource.openSource(path: path)
    if !source.isSeekable { source = try PrefixedSource(source, keeping: 6) }
    let actual: FileKindName
    if let kind { actual = kind } else { actual = try OpenedFile.kind(of: source) }
    switch actual {
    case .npy: self = .npy(try NPYFile(source, limits: limits))
    case .npz: self = .npz(try OpenedFile.archive(path, source, limits))
    case .pkl: throw FormatError(.unsupported, "pickles cannot be read yet", file: path)
    case .txt, .csv, .tsv: throw FormatError(.unsupported, "text cannot be read yet", file: path)
    }
  }

  /// An archive by its path, so that members can be mapped.
  private static func archive(
    _ path: String, _ source: any ByteSource, _ limits: LoadLimits
  ) throws(FormatError) -> NPZArchive {
    source.isSeekable ? try NPZArchive(opening: path, limits: limits) : try NPZArchive(source, limits: limits)
  }

  private static func kind(of source: any ByteSource) throws(FormatError) -> FileKindName {
    switch try FileKind(of: source) {
    case .npy: .npy
    case .npz: .npz
    case .pickle: .pkl
    }
  }
}
