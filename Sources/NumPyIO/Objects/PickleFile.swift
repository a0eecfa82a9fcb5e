internal import TorchFiles
internal import ArrayDeflate
public import NPZFormat
public import PickledArrays
public import NPYFormat
public import ByteIO
public import PythonPickle
internal import ZipArchives

/// A file that holds Python's objects, in whatever way: a pickle, a file of joblib's (compressed or not), a file of
/// PyTorch's. Nothing in it is run.
///
/// ```swift
/// let file = try PickleFile(opening: "model.pt")
/// for (path, value) in try file.value.arrayPaths() { print(path, try value.array()?.shape ?? []) }
/// ```
public struct PickleFile {
  /// How the file holds its objects.
  public enum Format: String, Sendable {
    /// A pickle, in which joblib may have put the bytes of arrays.
    case pickle
    /// A pickle compressed as joblib does: zlib, gzip, bzip2, xz or lzma.
    case compressedPickle = "compressed pickle"
    /// A zip archive of PyTorch's.
    case torch = "PyTorch"
    /// PyTorch's files before 1.6.
    case torchStream = "PyTorch (legacy)"
    /// PyTorch's files before 0.1.10.
    case torchTar = "PyTorch (tar)"
  }

  /// How the file holds its objects.
  public let format: Format
  /// The object that the file holds, the first where there are several.
  public let value: PickleValue
  /// What further pickles in the same file hold, as several `pickle.dump` to one file leave them; of TorchScript's archives the tensors of
  /// the code, and the traced inputs.
  public let following: [PickleValue]
  /// The protocol that the pickle declares.
  public let protocolVersion: Int

  /// Whether an archive is a file of PyTorch's, not one of arrays.
  public static func isTorch(_ archive: NPZArchive) -> Bool { TorchArchive(archive) != nil }

  /// Whether an archive is no more than a pickle that was compressed.
  package static func isZipped(_ archive: NPZArchive) -> Bool { PickleContainer.onlyPickle(of: archive) != nil }

  /// Where the pickles of a file lie one behind the other, out of what surrounds them: an archive of PyTorch's, a compression.
  ///
  /// - Throws: ``FormatError`` with code `wrongKind` for an archive without one.
  package static func pickles(in source: any ByteSource) throws(FormatError) -> any ByteSource {
    switch try PickleContainer(source) {
    case .torch(let archive): return try archive.pickleBytes()
    case .torchStream(let stream): return stream
    case .torchTar(let archive):
      throw FormatError(
        .unsupported, "the pickles of this file of PyTorch's are members of a tar archive: npy unpack writes them",
        file: archive.name)
    case .pickle(let plain, _): return plain
    }
  }

  /// Opens a file and reads its objects; the bytes of PyTorch's tensors are read when they are asked for.
  ///
  /// The mode says whether the storages of tensors, and large bytes in pickles, are read or mapped.
  ///
  /// - Throws: ``FormatError``: `unsupported` for lz4, else what ``PickleReader/read()`` throws.
  public init(
    opening path: String, options: PickleReader.Options = PickleReader.Options(), mode: LoadMode = .whole
  ) throws(FormatError) {
    let source = try FileSource.openSource(path: path)
    try self.init(source, path: source.isSeekable ? path : nil, options: options, mode: mode)
  }

  /// Reads the objects that a source holds.
  ///
  /// The path is where the file lies: arrays that joblib before 0.10 has put into files beside it are found there, and nowhere
  /// else.
  ///
  /// - Throws: ``FormatError`` if it is no pickle, or damaged, or asks for more than the limits: `malformed`, `truncated`,
  ///   `unsupported`, `limitExceeded`.
  public init(
    _ source: any ByteSource, path: String? = nil, options: PickleReader.Options = PickleReader.Options(),
    mode: LoadMode = .whole
  ) throws(FormatError) {
    try self.init(source, path: path, options: options, mode: mode, recovering: false)
  }

  /// - Parameter recovering: Whether an archive of PyTorch's whose directory is lost is searched for its members.
  package init(
    _ source: any ByteSource, path: String?, options: PickleReader.Options, mode: LoadMode, recovering: Bool
  ) throws(FormatError) {
    // The first bytes of a stream must still be there when it proves to be something else.
    let source = source.isSeekable ? source : try PeekableSource(source, keeping: ForeignFile.prefixLength)
    do throws(FormatError) {
      try self.init(
        container: PickleContainer(source, inflatedBytes: options.limits.inflatedBytes, recovering: recovering), source,
        path: path, options: options, mode: mode)
    } catch {
      var error = PickleContainer.explained(error, source)
      // What limits it is how far the file may be inflated.
      if error.code == .limitExceeded, options.limits.inflatedBytes != nil || !source.isSeekable {
        error.commandHint = InflationLimit.advice
      }
      throw error
    }
  }

  private init(
    container: PickleContainer, _ source: any ByteSource, path: String?, options: PickleReader.Options, mode: LoadMode
  ) throws(FormatError) {
    var map: MappedFile?
    if mode != .whole { map = try source.mapped(mode == .mapped ? .readOnly : .copyOnWrite) }
    switch container {
    case .torch(let archive):
      format = .torch
      (value, protocolVersion, _) = try archive.read(options, map: map)
      following = try archive.besides(options, map: map)
      return
    case .torchStream(let source):
      format = .torchStream
      (value, protocolVersion, _) = try TorchStream.read(source, options, map: map)
    case .torchTar(let source):
      format = .torchTar
      (value, protocolVersion, _) = try TorchTar.read(source, options)
    case .pickle(let plain, let isCompressed):
      format = isCompressed ? .compressedPickle : .pickle
      let folder = path.map { JoblibFolder(of: $0) }
      var options = options
      if isCompressed {
        // What a value declares is refused before it is inflated.
        let limit = InflationLimit.bytes(for: source.byteCount, given: options.limits.inflatedBytes)
        options.limits.valueBytes = min(options.limits.valueBytes, limit)
        options.limits.totalBytes = min(options.limits.totalBytes, limit)
      }
      if !source.isSeekable {
        // An endless stream declares what it likes.
        options.limits.totalBytes = min(
          options.limits.totalBytes, InflationLimit.bytes(for: nil, given: options.limits.inflatedBytes))
      }
      var reader = PickleReader(
        plain, lending: isCompressed ? nil : map, options: Joblib.options(options, folder: folder))
      value = try reader.read()
      protocolVersion = reader.protocolVersion
      // Python reads no further by itself: what is no pickle there is nothing to it.
      var more: [PickleValue] = []
      while (try? reader.isAtEnd()) == false, let next = try? reader.read() { more.append(next) }
      following = more
      return
    }
    following = []
  }

  /// The value that a path names: `#1.weights` is within the second pickle of the file, all else within the first.
  ///
  /// - Returns: The pickle's value, and the path within it.
  /// - Throws: ``FormatError`` with code `notFound` for a number beyond the last.
  package func pickle(at path: String?) throws(FormatError) -> (value: PickleValue, path: String?) {
    guard let path, path.hasPrefix("#") else { return (value, path) }
    let digits = path.dropFirst().prefix { $0.isNumber }
    let rest = path.dropFirst(1 + digits.count)
    guard let number = Int(digits), rest.isEmpty || rest.first == "." else { return (value, path) }
    guard number <= following.count else {
      throw FormatError(.notFound, "there is no pickle \(number): the file holds \(following.count + 1)", member: path)
    }
    return (number == 0 ? value : following[number - 1], rest.isEmpty ? nil : String(rest.dropFirst()))
  }
}

/// What surrounds the pickle in a file, told by the first bytes.
enum PickleContainer {
  case pickle(any ByteSource, isCompressed: Bool)
  case torch(TorchArchive)
  case torchStream(any ByteSource)
  case torchTar(any ByteSource)

  init(_ source: any ByteSource, inflatedBytes: Int? = nil, recovering: Bool = false) throws(FormatError) {
    let source = source.isSeekable ? source : try PeekableSource(source, keeping: 512)
    let prefix = try source.readBytes(at: 0, upTo: 512)
    if prefix.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      let archived =
        source.isSeekable
        ? source : MemorySource(try source.readWhole(limit: inflatedBytes), name: source.name)
      let archive = try NPZArchive(archived, recovering: recovering)
      if let torch = TorchArchive(archive) {
        self = .torch(torch)
      } else if let member = PickleContainer.onlyPickle(of: archive) {
        self = .pickle(try archive.contents(of: member), isCompressed: true)
      } else {
        throw FormatError(.wrongKind, "a zip archive without a pickle", file: source.name)
      }
    } else if prefix.starts(with: TorchStream.magic) {
      self = .torchStream(source)
    } else if TarDirectory.begins(prefix) {
      self = .torchTar(source)
    } else if let plain = try CompressedPickle.open(source, inflatedBytes: inflatedBytes) {
      self = .pickle(plain, isCompressed: true)
    } else {
      self = .pickle(source, isCompressed: false)
    }
  }

  /// The only member of an archive, if it is a pickle: pandas' `to_pickle("x.pkl.zip")`.
  static func onlyPickle(of archive: NPZArchive) -> ZipMember? {
    // What is called an array is one: looking at it might be a request to a server.
    guard let member = archive.onlyMember, !member.name.hasSuffix(".npy"),
      let bytes = try? archive.contents(of: member).readBytes(at: 0, upTo: 2), bytes.count == 2, bytes[0] == 0x80,
      (2...5).contains(bytes[1])
    else { return nil }
    return member
  }

  /// The error of reading a pickle, or what says that the file is not a pickle but something else.
  static func explained(_ error: FormatError, _ source: any ByteSource) -> FormatError {
    guard let prefix = try? source.readBytes(at: 0, upTo: ForeignFile.prefixLength) else { return error }
    // A tar archive that PyTorch wrote, and that is damaged, is not another kind of file.
    if TarDirectory.begins(prefix), error.code != .wrongKind { return error }
    guard let format = CompressionFormat(signature: prefix) else {
      return error.explained(by: source, isOfPickle: true)
    }
    guard source.isSeekable, let plain = try? CompressedSource(source, format: format),
      let inner = try? plain.readBytes(at: 0, upTo: ForeignFile.prefixLength)
    else { return error }
    let file = error.file ?? source.name
    let outside = "compressed with \(format.rawValue), and within: "
    guard !inner.starts(with: [0x50, 0x4B, 0x03, 0x04]) else {
      return FormatError(
        .wrongKind, outside + "this is a zip archive, such as .npz; decompress it first", file: file)
    }
    guard var found = ForeignFile(inner)?.error(file: file) else { return error }
    found.message = outside + found.message
    return found
  }
}

extension Joblib {
  /// Reads a joblib file's value, compressed or not.
  ///
  /// - Throws: ``FormatError``: see ``PickleFile/init(opening:options:mode:)``.
  public static func load(from source: any ByteSource) throws(FormatError) -> PickleValue {
    var options = PickleReader.Options()
    options.encoding = .latin1
    return try PickleFile(source, options: options).value
  }
}

extension PickleFile: CustomStringConvertible {
  /// What the file holds in a line: `a dict of a pickle file of protocol 4`.
  public var description: String {
    "a \(value.typeName) of a \(format.rawValue) file of protocol \(protocolVersion)"
  }
}
