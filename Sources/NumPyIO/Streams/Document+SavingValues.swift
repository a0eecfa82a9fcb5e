internal import ByteIO
internal import NDArrays
internal import NPZFormat
internal import PandasPickles
internal import PickledArrays
package import PythonPickle
internal import TorchFiles
internal import ZipArchives

extension Document {
  /// Saves what a pickle holds: as it is, as a table, or as an archive of the arrays in it.
  func save(
    _ value: PickleValue, _ version: Int?, to path: String, as format: FileFormat, _ transforms: [ArrayTransform],
    _ options: SaveOptions
  ) throws(FormatError) {
    // Only arrays can be seen as something else.
    if self.options.view != nil {
      let isArray = try value.storedArray() != nil
      if isArray || !format.isArchive { return try saveArray(to: path, transforms, options) }
    }
    if !transforms.isEmpty, format != .npy, format != .txt, let masked = try PickledArray(value)?.applying(transforms) {
      return try save(masked, version, to: path, as: format, [], options)
    }
    if format == .json, transforms.isEmpty {
      if let masked = try PickledArray(value), masked.mask != nil {
        return try masked.saveJSON(to: path, from: self.path, options)
      }
      if try value.storedArray() == nil {
        do throws(FormatError) { return try JSONSink.write(value, to: path, options) } catch {
          throw error.at(file: self.path)
        }
      }
    }
    if format == .pkl, transforms.isEmpty {
      return try PickleSink(path: path, options: options).write(value, keeping: version)
    }
    if format.isText, transforms.isEmpty, let table = try table(value, format, options) {
      let delimiter = options.usesDelimiterOfExtension ? format.delimiter ?? " " : options.text.delimiter
      return try FrameTable(table, delimiter: delimiter).write(to: path, options)
    }
    guard format.isArchive else { return try saveArray(to: path, transforms, options) }
    let members: [(name: String, array: LazyArray)]
    if let array = try PickledArray(value) {
      guard let mask = array.mask, options.name == nil, transforms.isEmpty else {
        return try saveArray(to: path, transforms, options)
      }
      members = [("data", try lazy(array.content)), ("mask", try lazy(.values(mask)))]
    } else {
      guard let found = try arrays(in: value) else { return try saveArray(to: path, transforms, options) }
      try found.checkRepetitions(limit: self.options.pickle.limits.inflatedBytes, file: self.path)
      warn(of: found)
      members = found.arrays.map { (found.plainName(of: $0.name), $0.array) }
    }
    guard options.name == nil else {
      throw FormatError(.badArgument, "a name is for a single array, not for a dictionary", file: self.path)
    }
    try ArchiveSink.write(to: path, options) { (sink: ArchiveSink) throws(FormatError) in
      for (name, array) in members {
        try sink.add(name, array, applying: transforms)
      }
    }
  }

  /// A pandas frame, a masked array on its way to CSV, or objects that are a table and no array.
  private func table(
    _ value: PickleValue, _ format: FileFormat, _ options: SaveOptions
  ) throws(FormatError) -> FrameColumns? {
    if let frame = try PandasFrame(value) { return try FrameColumns(frame) }
    if let array = try PickledArray(value) {
      // A format for the values is one for all of them.
      let isPlain = options.text.format == SaveTextOptions().format || options.text.format == "%s"
      return format != .txt && isPlain ? try FrameColumns(ofMasked: array) : nil
    }
    guard try value.arrayLike() == nil, try only(in: value) == nil else { return nil }
    return try FrameColumns(ofObjects: value)
  }

  /// What a pickle, or JSON, holds under names, as ``archive`` has it of an archive; `nil` for every file that is one array.
  ///
  /// - Parameter isQuiet: Whether nothing is said of what is left out, or written twice.
  package func collection(isQuiet: Bool = false) throws(FormatError) -> ArchiveContents? {
    switch content {
    case .npz, .tensors: return archive
    case .text, .raw: return nil
    case .pickle: return try value().collection(isQuiet: isQuiet)
    case .npy(let file):
      guard file.header.dtype.kind == .object, file.header.shape.isEmpty, let object = try objects(at: "")?.value else {
        return nil
      }
      return try collection(of: object, isQuiet)
    case .value(let value, _): return try collection(of: value, isQuiet)
    }
  }

  /// The only array of a dictionary that has nothing else, and its path, as the only member of an archive is taken; `nil` for
  /// what is an array itself, or holds anything else.
  func only(in value: PickleValue) throws(FormatError) -> (name: String?, array: LazyArray)? {
    let entries = value.dict?.entries ?? value.object?.pairs.filter { $0.key.string != "_metadata" }
    guard entries?.count == 1, try value.storedArray() == nil, let found = try arrays(in: value),
      found.arrays.count == 1, found.others.isEmpty, let only = found.arrays.first
    else { return nil }
    return (only.name, only.array)
  }

  private func collection(of value: PickleValue, _ isQuiet: Bool) throws(FormatError) -> ArchiveContents? {
    guard try value.storedArray() == nil, try PandasFrame.array(ofSingle: value) == nil,
      let found = try arrays(in: value)
    else { return nil }
    if !isQuiet { warn(of: found) }
    return .values(found)
  }

  /// The arrays of a dictionary by their keys, or of nested ones by their paths; `nil` if there are none.
  private func arrays(in value: PickleValue) throws(FormatError) -> ValueMembers? {
    var result = ValueMembers()
    let isMapping = value.dict != nil || value.object != nil
    // What has been made of lists to see whether they are arrays.
    var made: [ObjectIdentifier: AnyNDArray] = [:]
    func isTaken(_ value: PickleValue) -> Bool {
      guard isMapping, let array = (try? value.arrayLike()) ?? nil else { return false }
      if let identity = value.identity { made[identity] = array }
      return true
    }
    let found = try value.arrayPaths(alsoTaking: isTaken) { path, value in result.others.append((path, value)) }
    guard !found.isEmpty else { return nil }
    let entries = value.dict?.entries ?? value.object?.pairs ?? []
    result.quoted = PartNames.quoted(of: entries.map(\.key))
    var first: [ObjectIdentifier: String] = [:]
    for (path, value) in found {
      if let identity = value.identity {
        if let name = first[identity] {
          result.repeated.append((path, name))
          result.addRepetition(of: try value.arrayDescription())
        } else {
          first[identity] = path
        }
      }
      let tensor: LazyArray?
      let pickled: PickledArray?
      do throws(FormatError) {
        tensor = try foreignTensor(value)
        pickled = tensor == nil ? try PickledArray(value) : nil
      } catch {
        try addUnreadable(path, value, error, to: &result)
        continue
      }
      if let tensor {
        result.add(path, tensor)
      } else if let pickled {
        result.add(path, try viewed(lazy(pickled.content)))
        if let mask = pickled.mask { result.add(path + ".mask", try lazy(.values(mask)), masking: pickled) }
      } else if let array = value.identity.flatMap({ made[$0] }) {
        result.add(path, try viewed(lazy(.values(array))))
      } else if let array = try value.arrayLike() {
        result.add(path, try viewed(lazy(.values(array))))
      }
    }
    return result
  }

  /// Adds an array that cannot be made, of which its type and shape are known: the error is that of whoever reads it, and does not hide
  /// the others.
  private func addUnreadable(
    _ name: String, _ value: PickleValue, _ error: FormatError, to members: inout ValueMembers
  ) throws(FormatError) {
    let error = error.at(file: path, member: name)
    if error.code != .cancelled, let report = options.onUnreadable { return report(error) }
    guard error.code != .cancelled, let (dtype, shape) = try value.arrayDescription() else { throw error }
    let load = { () throws(FormatError) -> StoredArray in throw error }
    members.add(
      name, LazyArray(LazyArray.Deferred(name: path, dtype: dtype, shape: shape, load: load), spool: spool))
  }

  /// Says what an archive of a pickle's arrays lacks.
  private func warn(of members: ValueMembers) {
    guard let warn = options.onWarning else { return }
    if !members.others.isEmpty {
      warn("left out what is not an array: \(members.others.map { "\($0.path) (\($0.value.typeName))" }.listed())")
    }
    if !members.repeated.isEmpty {
      let repeated = members.repeated.map { "\($0.path) is \($0.first)" }.listed()
      warn("written more than once, as archives have no references: \(repeated)")
    }
    for (wanted, name) in members.renamed {
      warn("the name \(wanted) stands for several arrays: one of them is written as \(name)")
    }
  }

  private func lazy(_ array: StoredArray) throws(FormatError) -> LazyArray {
    try LazyArray(array, name: path, spool: spool)
  }

  /// A tensor of a type that NumPy lacks, as numbers behind which its bytes stay; `nil` for any other value.
  func foreignTensor(_ value: PickleValue) throws(FormatError) -> LazyArray? {
    guard let (bytes, format) = try TorchTensor(of: value)?.foreignElements() else { return nil }
    return try viewed(lazy(.values(bytes)), as: format)
  }
}

/// The arrays that a pickle holds, under the names that they have in an archive.
package struct ValueMembers {
  /// The arrays in the order in which they are met.
  package private(set) var arrays: [(name: String, array: LazyArray)] = []
  /// What is neither an array nor holds any, by its path.
  package fileprivate(set) var others: [(path: String, value: PickleValue)] = []
  /// Paths to arrays that have been met before, and the first paths to them.
  fileprivate(set) var repeated: [(path: String, first: String)] = []
  /// How many bytes these have together.
  fileprivate(set) var repeatedByteCount = 0
  /// As many bytes of them are written unless a limit is given: a few references can stand for more than a disk has.
  private static let mostRepeatedBytes = 1 << 30
  /// Paths that have other names in an archive, as several arrays would have the same.
  private(set) var renamed: [(path: String, name: String)] = []
  /// The masked arrays, by the names of their masks.
  private var masked: [NameKey: PickledArray] = [:]
  private var places: [NameKey: Int] = [:]
  private var taken: Set<String> = []
  /// The keys that stand in quotes as parts of paths, by these.
  fileprivate var quoted: [String: String] = [:]

  /// The name of an array in an archive: the key itself where the path to it is that key in quotes.
  func plainName(of name: String) -> String {
    let isMask = masked[NameKey(name)] != nil && name.hasSuffix(".mask")
    guard let key = quoted[isMask ? String(name.dropLast(5)) : name] else { return name }
    let plain = NPZArchive.withoutExtension(key) + (isMask ? ".mask" : "")
    return taken.contains(plain) ? name : plain
  }

  /// - Parameter masked: The array that the last one is a part of, if this is its mask.
  fileprivate mutating func add(_ path: String, _ array: LazyArray, masking masked: PickledArray? = nil) {
    var wanted = NPZArchive.withoutExtension(path)
    if wanted.isEmpty { wanted = "arr_\(arrays.count)" }
    let name = PartNames.unused(wanted, &taken)
    if name != wanted { renamed.append((wanted, name)) }
    self.masked[NameKey(name)] = masked
    places[NameKey(name)] = arrays.count
    arrays.append((name, array))
  }

  /// The masked array whose values, or whose mask, an array is.
  package func masked(_ name: String) -> (array: PickledArray, isMask: Bool)? {
    guard let place = places[NameKey(name)] else { return nil }
    if let array = masked[NameKey(name)] { return (array, true) }
    guard place + 1 < arrays.count, let array = masked[NameKey(arrays[place + 1].name)] else { return nil }
    return (array, false)
  }

  fileprivate mutating func addRepetition(of array: (dtype: DType, shape: [Int])?) {
    guard let array, let count = Layout.elementCount(array.shape) else { return }
    let size = count.multipliedReportingOverflow(by: array.dtype.itemSize)
    let sum = repeatedByteCount.addingReportingOverflow(size.overflow ? .max : size.partialValue)
    repeatedByteCount = sum.overflow ? .max : sum.partialValue
  }

  /// Makes sure that what is written more than once does not add up to more than anybody means.
  ///
  /// - Throws: ``FormatError`` with code `limitExceeded`.
  package func checkRepetitions(limit given: Int?, file: String? = nil) throws(FormatError) {
    let limit = given ?? ValueMembers.mostRepeatedBytes
    guard repeatedByteCount > limit else { return }
    var error = FormatError(
      .limitExceeded,
      "arrays that stand at several places would be written \(repeated.count) times more, \(repeatedByteCount) bytes in all; "
        + "the limit is \(limit)", file: file)
    error.commandHint = "--memory raises the limit"
    throw error
  }

  /// The array of a name; `nil` if there is none.
  package func array(_ name: String) -> LazyArray? { places[NameKey(name)].map { arrays[$0].array } }
}
