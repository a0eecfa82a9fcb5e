package import ArrayBytes
package import ByteIO
package import NPZFormat
internal import SafetensorsFiles
internal import ZipArchives

/// What a file holds under names: the members of an archive, the tensors of a model, or the arrays in a pickle.
package enum ArchiveContents {
  case npz(NPZArchive)
  case tensors(any TensorFile)
  case values(ValueMembers)

  /// The names, those of arrays as NumPy gives them.
  package var names: [String] {
    switch self {
    case .npz(let archive): archive.names
    case .tensors(let file): file.tensors.map(\.name)
    case .values(let members): members.arrays.map(\.name)
    }
  }

  /// How many names there are.
  package var count: Int {
    switch self {
    case .npz(let archive): archive.count
    case .tensors(let file): file.tensors.count
    case .values(let members): members.arrays.count
    }
  }

  /// The names that addresses take, and the whole ones, by which what they name is found whatever else there is.
  package var keys: [(name: String, key: String)] {
    switch self {
    case .npz(let archive): archive.zip.members.filter { !$0.isFolder }.map { (archive.uniqueName(of: $0), $0.name) }
    case .tensors(let file): file.tensors.map { ($0.name, $0.name) }
    case .values(let members): members.arrays.map { ($0.name, $0.name) }
    }
  }

  /// The name of what a key finds as other formats have it too: of a key of a dictionary the text itself, without the quotes
  /// that it has as a part of a path.
  package func plainName(of key: String) -> String {
    switch self {
    case .npz(let archive): (try? archive.member(key)).map(archive.uniqueName) ?? NPZArchive.withoutExtension(key)
    case .tensors: key
    case .values(let members): members.plainName(of: key)
    }
  }

  /// What the file says beside its arrays.
  package var metadata: [(key: String, value: String)] {
    switch self {
    case .npz, .values: []
    case .tensors(let file): file.metadata
    }
  }

  package func contains(_ name: String) -> Bool {
    switch self {
    case .npz(let archive): archive.contains(name)
    case .tensors(let file): file.index[name] != nil
    case .values(let members): members.array(name) != nil
    }
  }

  /// Whether what a name stands for is an array.
  package func isArray(_ name: String) throws(FormatError) -> Bool {
    switch self {
    case .npz(let archive): try archive.isArray(archive.member(name))
    case .tensors, .values: true
    }
  }

  /// The error where arrays are wanted, and there are other members only.
  package var holdsNoArrays: FormatError {
    FormatError(
      .notFound,
      count == 1
        ? "the archive's one member is no array: npy unpack writes it as a file"
        : "none of the archive's \(count) members is an array: npy unpack writes them as files")
  }

  /// Whether a name promises an array, so that it is an error that it is none.
  package func isCalledArray(_ key: String) throws(FormatError) -> Bool {
    guard key.hasSuffix(".npy"), case .npz(let archive) = self else { return false }
    return try !archive.isOfMacOS(archive.member(key))
  }

  /// The bytes of what is no array.
  package func data(of name: String) throws(FormatError) -> [UInt8] {
    switch self {
    case .npz(let archive): try archive.data(of: name)
    case .tensors, .values: throw FormatError(.wrongKind, "this is an array", member: name)
    }
  }
}

extension Document {
  /// Whether a file is the index of a model in several files, by its name.
  package static func isIndex(_ path: String) -> Bool { SafetensorsFile.isIndex(path) }

  /// What the file holds under names; `nil` for every other file.
  package var archive: ArchiveContents? {
    switch content {
    case .npz(let archive): .npz(archive)
    case .tensors(let file): .tensors(file)
    case .npy, .text, .raw, .pickle, .value: nil
    }
  }

  /// The array of a name that an archive, or what stands for one, has.
  package func array(_ name: String, of archive: ArchiveContents) throws(FormatError) -> LazyArray {
    if case .values(let members) = archive, let array = members.array(name) { return array }
    return try array(name)
  }

  /// What an archive holds, in its order.
  package func entries(of archive: ArchiveContents) throws(FormatError) -> [Entry] {
    switch archive {
    case .npz(let archive): return try entries(of: archive)
    case .values(let members):
      return members.arrays.map {
        Entry(name: members.plainName(of: $0.name), content: .array($0.array, raw: nil))
      }
    case .tensors(let file):
      var entries: [Entry] = []
      for tensor in file.tensors {
        do throws(FormatError) {
          entries.append(Entry(name: tensor.name, content: .array(try lazy(tensor), raw: nil)))
        } catch {
          guard let report = options.onUnreadable, error.code != .cancelled else { throw error }
          report(error.at(file: path))
        }
      }
      return entries
    }
  }
}
