internal import NPZFormat
internal import NPYFormat
public import ByteIO
internal import GGUFFiles
internal import SafetensorsFiles
internal import ZipArchives

/// What a file is, told by its first bytes, as `np.load` tells it where it knows the kind.
public enum FileKind: String, Sendable, Hashable, CaseIterable {
  /// One array.
  case npy
  /// A zip archive of arrays.
  case npz
  /// Tensors of a model, and their names.
  case safetensors
  /// Tensors of a model of llama.cpp's.
  case gguf
  /// Neither: NumPy takes it for a pickle.
  case pickle

  /// Whether files of the kind hold a model's tensors.
  package var holdsTensors: Bool { self == .safetensors || self == .gguf }

  /// The kind of what a source holds.
  ///
  /// - Throws: ``FormatError`` with code `empty` if it holds nothing.
  public init(of source: any ByteSource) throws(FormatError) {
    let prefix = try source.readBytes(at: 0, upTo: 9)
    guard !prefix.isEmpty else { throw FormatError(.empty, "the file is empty", file: source.name, offset: 0) }
    if prefix.starts(with: NPYHeader.magic) {
      self = .npy
    } else if prefix.starts(with: [0x50, 0x4B, 0x03, 0x04]) || prefix.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
      self = .npz
    } else if prefix.count < 6, NPYHeader.magic.starts(with: prefix) {
      // The beginning of the magic string, and then nothing.
      self = .npy
    } else if prefix.starts(with: GGUFFile.magic) {
      self = .gguf
    } else if SafetensorsFile.begins(prefix) {
      self = .safetensors
    } else {
      self = .pickle
    }
  }
  /// The kind of what a source holds, whose file's name helps where the first bytes say nothing: bytes may precede an
  /// archive, as in one that unpacks itself.
  ///
  /// - Throws: ``FormatError`` with code `empty` if it holds nothing.
  public init(of source: any ByteSource, named path: String) throws(FormatError) {
    // Where each read costs a round trip, the end that is read of an archive anyway tells as much as its beginning.
    if source.seekCost == .perRead, path.hasSuffix(".npz"), NPZArchive.beginsWithMember(source) {
      self = .npz
      return
    }
    let kind = try FileKind(of: source)
    guard kind == .pickle else {
      self = kind
      return
    }
    if path.hasSuffix(".safetensors") {
      self = .safetensors
      return
    }
    let prefix = try source.readBytes(at: 0, upTo: TarDirectory.blockSize)
    // PyTorch's first files are tar archives too, of these members.
    let torchNames = ["storages", "tensors", "pickle", "storages/", "tensors/"]
    if TarDirectory.begins(prefix) {
      let first = String(decoding: prefix.prefix { $0 != 0 }, as: UTF8.self)
      self = torchNames.contains(first) ? .pickle : .npz
      return
    }
    let mayBeArchive = source.isSeekable && path.hasSuffix(".npz")
    self = mayBeArchive && (try? NPZArchive(source)) != nil ? .npz : kind
  }
}
