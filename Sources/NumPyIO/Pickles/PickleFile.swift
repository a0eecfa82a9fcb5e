public import NPYFormat
internal import ArrayDeflate
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
  /// What it holds.
  public let value: PickleValue
  /// The protocol that the pickle declares.
  public let protocolVersion: Int

  /// Whether an archive is a file of PyTorch's, not one of arrays.
  public static func isTorch(_ archive: NPZArchive) -> Bool { TorchArchive(archive) != nil }

  /// Opens a file and reads its objects; the bytes of PyTorch's tensors are read when they are asked for.
  ///
  /// - Parameters:
  ///   - mode: Whether the storages of tensors, and large bytes in pickles, are read or mapped.
  /// - Throws: ``FormatError``: `unsupported` for lz4, else what ``PickleReader/read()`` throws.
  public init(
    opening path: String, options: PickleReader.Options = PickleReader.Options(), mode: LoadMode = .whole
  ) throws(FormatError) {
    let source = try FileSource.openSource(path: path)
    try self.init(source, path: source.isSeekable ? path : nil, options: options, mode: mode)
  }

  /// Reads the objects that a source holds.
  ///
  /// - Parameter path: Where the file lies: arrays that joblib before 0.10 has put into files beside it are found
  ///   there, and nowhere else.
  public init(
    _ source: any ByteSource, path: String? = nil, options: PickleReader.Options = PickleReader.Options(),
    mode: LoadMode = .whole
  ) throws(FormatError) {
    let container = try PickleContainer(source)
    var map: MappedFile?
    if mode != .whole { map = try source.mapped(mode == .mapped ? .readOnly : .copyOnWrite) }
    switch container {
    case .torch(let archive):
      format = .torch
      (value, protocolVersion) = try archive.read(options, map: map)
    case .torchStream(let source):
      format = .torchStream
      (value, protocolVersion) = try TorchStream.read(source, options, map: map)
    case .torchTar(let source):
      format = .torchTar
      (value, protocolVersion) = try TorchTar.read(source, options)
    case .pickle(let plain, let isCompressed):
      format = isCompressed ? .compressedPickle : .pickle
      let folder = path.map { JoblibFolder(of: $0) }
      var reader = PickleReader(
        isCompressed ? plain : map ?? plain, options: Joblib.options(options, folder: folder))
      value = try reader.read()
      protocolVersion = reader.protocolVersion
    }
  }
}

/// What surrounds the pickle in a file, told by the first bytes.
enum PickleContainer {
  case pickle(any ByteSource, isCompressed: Bool)
  case torch(TorchArchive)
  case torchStream(any ByteSource)
  case torchTar(any ByteSource)

  init(_ source: any ByteSource) throws(FormatError) {
    let source = source.isSeekable ? source : try PrefixedSource(source, keeping: 512)
    let prefix = try source.readBytes(at: 0, upTo: 512)
    if prefix.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      guard let archive = TorchArchive(try NPZArchive(source)) else {
        throw FormatError(.wrongKind, "a zip archive without a pickle", file: source.name)
      }
      self = .torch(archive)
    } else if prefix.starts(with: TorchStream.magic) {
      self = .torchStream(source)
    } else if TorchTar.begins(prefix) {
      self = .torchTar(source)
    } else if let format = try PickleContainer.compression(prefix, source.name) {
      var start = prefix.starts(with: PickleContainer.oldHeader) ? PickleContainer.oldHeaderLength : 0
      // Up to joblib 0.8.4 in Python 2 the header was one space longer.
      if start > 0, prefix.count > start, prefix[start] == 0x20 { start += 1 }
      self = .pickle(try CompressedSource(source, at: start, format: format), isCompressed: true)
    } else {
      self = .pickle(source, isCompressed: false)
    }
  }

  /// joblib up to 0.9 put `ZF` and the length in hexadecimal digits, padded to 19, in front of a zlib stream.
  private static let oldHeader = Array("ZF".utf8)
  private static let oldHeaderLength = 2 + 19

  /// How a file is compressed; `nil` if it is not. No pickle begins as these formats do.
  private static func compression(_ prefix: [UInt8], _ name: String) throws(FormatError) -> CompressionFormat? {
    if let format = CompressionFormat(signature: prefix) { return format }
    if prefix.starts(with: oldHeader) { return .zlib }
    if prefix.starts(with: [0x04, 0x22, 0x4D, 0x18]) {
      throw FormatError(.unsupported, "lz4 is not supported: save it again with zlib, gzip, bz2 or xz", file: name)
    }
    guard prefix.count >= 2 else { return nil }
    // zlib (RFC 1950): the method deflate, a window of 32 KiB, and a multiple of 31.
    if prefix[0] == 0x78, (Int(prefix[0]) << 8 | Int(prefix[1])) % 31 == 0 { return .zlib }
    // A `.lzma` file begins with its properties, which Python always writes as 5D, and a dictionary's size; a pickle
    // with an empty list in front of a NUL would be none.
    if prefix[0] == 0x5D, prefix[1] == 0 { return .lzma }
    return nil
  }
}
