internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import PythonPickle
internal import ZipArchives

/// A PyTorch file since 1.6: a zip archive of `NAME/data.pkl` and `NAME/data/KEY` for each storage.
struct TorchArchive {
  private let archive: NPZArchive
  /// `NAME/`, or nothing.
  private let prefix: String
  /// Whether any member has a checksum: PyTorch can be told to write none (`set_crc32_options`), and says 0 then.
  let hasChecksums: Bool

  /// The layout of PyTorch in an archive; `nil` if it is none of PyTorch's.
  init?(_ archive: NPZArchive) {
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
  var pickleName: String { prefix + "data.pkl" }

  /// Reads the pickle; tensors become arrays when they are asked for.
  func read(_ base: PickleReader.Options, map: MappedFile?) throws(FormatError) -> (value: PickleValue, version: Int) {
    var order = DType.ByteOrder.little
    if archive.zip.contains(prefix + "byteorder") {
      let text = try data(of: prefix + "byteorder")
      guard text == Array("little".utf8) || text == Array("big".utf8) else {
        throw FormatError(
          .malformed, "an unknown byte order", file: archive.zip.source.name, member: prefix + "byteorder")
      }
      if text == Array("big".utf8) { order = .big }
    }
    let storages = TorchStorages(byteOrder: order) { key throws(FormatError) in try bytes(key, map) }
    let data = try data(of: pickleName)
    let source = MemorySource(data, name: archive.zip.source.name)
    var reader = PickleReader(source, options: Torch.options(base, storages))
    do throws(FormatError) {
      let value = try reader.read()
      return (value, reader.protocolVersion)
    } catch { throw error.at(member: pickleName) }
  }

  private func data(of name: String) throws(FormatError) -> [UInt8] {
    guard !hasChecksums else { return try archive.data(of: name) }
    let member = try archive.member(name)
    do throws(FormatError) {
      return try archive.contents(of: member).readBytes(at: 0, count: member.uncompressedSize, "the member")
    } catch { throw archive.located(error, member) }
  }

  private func bytes(_ key: String, _ map: MappedFile?) throws(FormatError) -> TorchStorages.Bytes {
    let name = prefix + "data/" + key
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
      .object(PickleObject(try TorchStorage(id: id, storages: storages)))
    }
    options.replaceCall = { object throws(FormatError) in
      if let found = try base.replaceCall?(object) { return found }
      return try TorchTensor(object).map { .object(PickleObject($0)) }
    }
    return options
  }
}

extension NPZArchive {
  /// A member's content as an array of bytes: within the map of the file, if there is one and the member is stored;
  /// else read, and checked against its checksum if it has one.
  func bytes(of name: String, map: MappedFile?, isChecked: Bool) throws(FormatError) -> AnyNDArray {
    let member = try member(name)
    do throws(FormatError) {
      if let map, member.method == .stored {
        let range = try zip.dataRange(of: member)
        return try AnyNDArray(
          mapped: map, offset: range.lowerBound, dtype: .uint8, shape: [range.count], fortran: false)
      }
      let contents = try openedContents(of: member)
      if !isChecked {
        var reader = ByteReader(contents.source, at: 0)
        return try AnyNDArray(readingFrom: &reader, dtype: .uint8, shape: [member.uncompressedSize], fortran: false)
      }
      let storage = ArrayStorage(uninitializedByteCount: member.uncompressedSize)
      try fill(storage, with: member, contents)
      return AnyNDArray(
        uncheckedDType: .uint8, shape: [storage.byteCount], strides: [1], offset: 0, storage: storage)
    } catch { throw located(error, member) }
  }
}
