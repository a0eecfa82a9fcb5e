package import NPZFormat
internal import PickledArrays
internal import ArrayBytes
package import ByteIO
internal import NDArrays
package import PythonPickle
internal import ZipArchives

/// A PyTorch file since 1.6: a zip archive of `NAME/data.pkl` and `NAME/data/KEY` for each storage.
package struct TorchArchive {
  private let archive: NPZArchive
  /// `NAME/`, or nothing.
  private let prefix: String
  /// Whether any member has a checksum: PyTorch can be told to write none (`set_crc32_options`), and says 0 then.
  package let hasChecksums: Bool

  /// The layout of PyTorch in an archive; `nil` if it is none of PyTorch's.
  package init?(_ archive: NPZArchive) {
    let ending = "data.pkl"
    let found = archive.zip.members.first { member in
      guard member.name.hasSuffix(ending) else { return false }
      let prefix = member.name.dropLast(ending.count)
      return prefix.isEmpty || prefix.firstIndex(of: "/") == prefix.index(before: prefix.endIndex)
    }
    guard let found else { return nil }
    self.archive = archive
    hasChecksums = archive.zip.members.contains { $0.crc32 != 0 }
    prefix = String(found.name.dropLast(ending.count))
  }

  /// The name of the member that holds the pickle.
  package var pickleName: String { prefix + "data.pkl" }

  /// The bytes of the member that holds the pickle.
  package func pickleBytes() throws(FormatError) -> any ByteSource { try bytes(of: pickleName) }

  private func bytes(of name: String) throws(FormatError) -> any ByteSource {
    MemorySource(try data(of: name), name: archive.zip.source.name)
  }

  /// Reads the pickle; tensors become arrays when they are asked for.
  ///
  /// - Returns: What it holds, its protocol, and where in its member it ends.
  package func read(
    _ base: PickleReader.Options, map: MappedFile?
  ) throws(FormatError) -> (value: PickleValue, version: Int, end: Int) {
    try read("data", base, map)
  }

  /// The pickles that TorchScript puts beside that of the model, if they hold anything: the tensors of its code, and the inputs by which
  /// it was traced (`torch/csrc/jit/serialization/export_module.cpp`).
  package func besides(_ base: PickleReader.Options, map: MappedFile?) throws(FormatError) -> [PickleValue] {
    var values: [PickleValue] = []
    for part in ["constants", "traced_inputs"] where archive.zip.contains(prefix + part + ".pkl") {
      do throws(FormatError) {
        let value = try read(part, base, map).value
        if (value.tuple ?? value.items)?.isEmpty != true { values.append(value) }
      } catch {
        // The model is whole without them.
        if error.code == .cancelled { throw error }
      }
    }
    return values
  }

  /// Reads `PART.pkl`, whose storages are `PART/KEY`.
  private func read(
    _ part: String, _ base: PickleReader.Options, _ map: MappedFile?
  ) throws(FormatError) -> (value: PickleValue, version: Int, end: Int) {
    let storages = TorchStorages(byteOrder: try byteOrder()) { key throws(FormatError) in
      try bytes(of: prefix + part + "/" + key, map)
    }
    var reader = PickleReader(try bytes(of: prefix + part + ".pkl"), options: Torch.options(base, storages))
    do throws(FormatError) {
      let value = try reader.read()
      return (value, reader.protocolVersion, reader.position)
    } catch { throw error.at(member: prefix + part + ".pkl") }
  }

  private func byteOrder() throws(FormatError) -> DType.ByteOrder {
    guard archive.zip.contains(prefix + "byteorder") else { return .little }
    switch try data(of: prefix + "byteorder") {
    case Array("little".utf8): return .little
    case Array("big".utf8): return .big
    default:
      throw FormatError(
        .malformed, "an unknown byte order", file: archive.zip.source.name, member: prefix + "byteorder")
    }
  }

  private func data(of name: String) throws(FormatError) -> [UInt8] {
    guard !hasChecksums else { return try archive.data(of: name) }
    let member = try archive.member(name)
    do throws(FormatError) {
      return try archive.contents(of: member).readBytes(at: 0, count: member.uncompressedSize, "the member")
    } catch { throw archive.located(error, member) }
  }

  /// The bytes of a storage.
  private func bytes(of name: String, _ map: MappedFile?) throws(FormatError) -> TorchStorages.Bytes {
    guard archive.zip.contains(name) else {
      throw FormatError(.notFound, "the file has no such storage", file: archive.zip.source.name, member: name)
    }
    let array = try archive.bytes(of: name, map: map, isChecked: hasChecksums)
    return TorchStorages.Bytes(memory: array.storage, offset: array.offset, count: array.count)
  }
}

/// What PyTorch's files have in common.
enum Torch {
  /// Options with which a reader makes tensors of what PyTorch pickles.
  static func options(_ base: PickleReader.Options, _ storages: TorchStorages) -> PickleReader.Options {
    var options = base
    options.persistentLoad = { id throws(FormatError) in
      // A module's class, with its source, which is for a warning (`legacy_load` of torch/serialization.py).
      if let parts = id.tuple, parts.count == 4, PickledArray.text(parts[0]) == "module" { return parts[1] }
      return .object(PickleObject(try TorchStorage(id: id, storages: storages)))
    }
    options.replaceCall = { object throws(FormatError) in
      if let found = try base.replaceCall?(object) { return found }
      return try TorchTensor(object).map { .object(PickleObject($0)) }
    }
    return options
  }
}
