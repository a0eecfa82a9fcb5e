internal import TorchFiles
internal import PickledArrays
internal import NPYFormat
internal import ByteIO
internal import PythonPickle

extension FileCheck {
  /// Names what a pickle would have Python import and call, without doing it; several pickles may follow each other.
  /// Compressed files of joblib's and PyTorch's streams are looked into.
  mutating func checkPickle(_ source: any ByteSource, path: String) throws(FormatError) {
    switch try PickleContainer(source) {
    case .pickle(let plain, _):
      try checkPickle(plain, at: 0, member: nil, folder: source.isSeekable ? JoblibFolder(of: path) : nil)
    case .torchStream(let stream):
      let seen = SeenGlobals()
      do throws(FormatError) { _ = try TorchStream.read(stream, options(seen), map: nil) } catch {
        noteGlobals(seen, nil)
        throw error.at(file: source.name)
      }
      noteGlobals(seen, nil)
    case .torchTar(let archive):
      let seen = SeenGlobals()
      do throws(FormatError) { _ = try TorchTar.read(archive, options(seen)) } catch {
        noteGlobals(seen, nil)
        throw error.at(file: source.name)
      }
      noteGlobals(seen, nil)
    case .torch: break
    }
  }

  /// The pickle within an array of objects.
  mutating func checkObjects(_ file: NPYFile, member: String?) throws(FormatError) {
    try checkPickle(file.source, at: file.dataOffset, member: member, isAlone: true)
    var options = PickleReader.Options()
    options.encoding = pickleEncoding
    _ = try file.readObjects(options: options)
  }

  /// A pickle that is a member of an archive: PyTorch's.
  mutating func checkPickle(_ contents: any ByteSource, member: String) throws(FormatError) {
    try checkPickle(contents, at: 0, member: member, isAlone: true)
  }

  private func options(_ seen: SeenGlobals) -> PickleReader.Options {
    var options = PickleReader.Options()
    options.encoding = .bytes
    options.onGlobal = { seen.add($0) }
    options.replaceCall = { object throws(FormatError) in
      try FileCheck.checkStorage(object, seen, depth: 0)
      return Optional<PickleValue>.none
    }
    return options
  }

  /// Looks into the bytes of a storage in a plain pickle of a tensor: PyTorch would unpickle these too.
  private static func checkStorage(_ object: PickleObject, _ seen: SeenGlobals, depth: Int) throws(FormatError) {
    guard object.isCall("torch.storage", "_load_from_bytes") else { return }
    guard object.arguments.count == 1, case .bytes(let bytes) = object.arguments[0], depth < 8,
      bytes.array.starts(with: TorchStream.magic)
    else {
      throw FormatError(.unsupported, "a storage whose bytes are no stream of PyTorch's: what they do is not known")
    }
    var inner = PickleReader.Options()
    inner.encoding = .bytes
    inner.onGlobal = { seen.add($0) }
    inner.replaceCall = { object throws(FormatError) in
      try checkStorage(object, seen, depth: depth + 1)
      return Optional<PickleValue>.none
    }
    _ = try TorchStream.read(MemorySource(bytes.array, name: "storage"), inner, map: nil)
  }

  private mutating func checkPickle(
    _ source: any ByteSource, at offset: Int, member: String?, folder: JoblibFolder? = nil, isAlone: Bool = false
  ) throws(FormatError) {
    let seen = SeenGlobals()
    var options = options(seen)
    if !isAlone { options = Joblib.options(options, folder: folder) }
    var reader = PickleReader(source, at: offset, options: options)
    do throws(FormatError) {
      var goesOn = true
      while goesOn {
        _ = try reader.read()
        if isAlone { goesOn = false } else { goesOn = try !reader.isAtEnd() }
      }
    } catch {
      noteGlobals(seen, member)
      throw error.at(file: source.name, member: member)
    }
    noteGlobals(seen, member)
    if isAlone, try !reader.isAtEnd() {
      note(
        .warning,
        FormatError(.malformed, "bytes follow the pickle", file: path, member: member, offset: reader.position))
    }
  }

  private mutating func noteGlobals(_ seen: SeenGlobals, _ member: String?) {
    for global in seen.all {
      let isKnown = KnownGlobals.contains(global)
      let text =
        "the pickle names \(global.qualifiedName), "
        + (isKnown ? "which is known to make plain data" : "which Python would import and may call")
      note(isKnown ? .note : .error, FormatError(.unsupported, text, file: path, member: member))
    }
  }
}

/// The globals that a pickle has named, each once.
private final class SeenGlobals {
  private(set) var all: [PickleGlobal] = []
  private var names: Set<String> = []

  func add(_ global: PickleGlobal) {
    if names.insert(global.qualifiedName).inserted { all.append(global) }
  }
}
