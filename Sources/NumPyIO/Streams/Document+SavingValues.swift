internal import ByteIO
internal import NDArrays
internal import NPZFormat
internal import PandasPickles
internal import PickledArrays
package import PythonPickle
internal import TorchFiles

extension Document {
  /// Saves what a pickle holds: as it is, as a table, or as an archive of the arrays in it.
  func save(
    _ value: PickleValue, _ version: Int?, to path: String, as format: FileFormat, _ transforms: [ArrayTransform],
    _ options: SaveOptions
  ) throws(FormatError) {
    if format == .json, transforms.isEmpty, try value.storedArray() == nil {
      return try JSONSink.write(value, to: path, options)
    }
    if format == .pkl, transforms.isEmpty {
      return try PickleSink(path: path, options: options).write(value, keeping: version)
    }
    if format.isText, transforms.isEmpty, let frame = try PandasFrame(value) {
      let delimiter = options.usesDelimiterOfExtension ? format.delimiter ?? " " : options.text.delimiter
      return try FrameTable(frame, delimiter: delimiter).write(to: path, options)
    }
    guard format.isArchive else { return try saveArray(to: path, transforms, options) }
    var members: [(name: String, array: LazyArray)]
    if let array = try PickledArray(value) {
      guard let mask = array.mask, options.name == nil, transforms.isEmpty else {
        return try saveArray(to: path, transforms, options)
      }
      members = [("data", try lazy(array.content)), ("mask", try lazy(.values(mask)))]
    } else {
      guard let found = try self.members(of: value) else { return try saveArray(to: path, transforms, options) }
      members = found
    }
    guard options.name == nil else {
      throw FormatError(.badArgument, "a name is for a single array, not for a dictionary", file: self.path)
    }
    makeUnique(&members)
    try ArchiveSink.write(to: path, options) { (sink: ArchiveSink) throws(FormatError) in
      for (name, array) in members {
        try sink.add(name, array.applying(transforms))
      }
    }
  }

  /// The arrays of a dictionary by their keys, or of nested ones by their paths; `nil` if there are none.
  ///
  /// - Parameter isQuiet: Whether nothing is said of what is left out, or written twice.
  package func members(
    of value: PickleValue, isQuiet: Bool = false
  ) throws(FormatError) -> [(name: String, array: LazyArray)]? {
    var leftOut: [String] = []
    let isMapping = value.dict != nil || value.object != nil
    // What has been made of lists to see whether they are arrays.
    var made: [ObjectIdentifier: AnyNDArray] = [:]
    func isTaken(_ value: PickleValue) -> Bool {
      guard isMapping, let array = (try? value.arrayLike()) ?? nil else { return false }
      if let identity = value.identity { made[identity] = array }
      return true
    }
    let arrays = try value.arrayPaths(alsoTaking: isTaken) { path, value in
      leftOut.append("\(path) (\(value.typeName))")
    }
    guard !arrays.isEmpty else { return nil }
    if !leftOut.isEmpty, !isQuiet {
      options.onWarning?("left out what is not an array: \(leftOut.listed())")
    }
    var members: [(name: String, array: LazyArray)] = []
    var first: [ObjectIdentifier: String] = [:]
    var again: [String] = []
    for (path, value) in arrays {
      if let identity = value.identity {
        if let name = first[identity] { again.append("\(path) is \(name)") } else { first[identity] = path }
      }
      if let tensor = try foreignTensor(value) {
        members.append((path, tensor))
      } else if let pickled = try PickledArray(value) {
        members.append((path, try lazy(pickled.content)))
        if let mask = pickled.mask { members.append((path + ".mask", try lazy(.values(mask)))) }
      } else if let array = value.identity.flatMap({ made[$0] }) {
        members.append((path, try lazy(.values(array))))
      } else if let array = try value.arrayLike() {
        members.append((path, try lazy(.values(array))))
      }
    }
    if !again.isEmpty, !isQuiet {
      options.onWarning?("written more than once, as archives have no references: \(again.listed())")
    }
    return members
  }

  private func lazy(_ array: StoredArray) throws(FormatError) -> LazyArray {
    try LazyArray(array, name: path, spool: spool)
  }

  /// A tensor of a type that NumPy lacks, as numbers behind which its bytes stay; `nil` for any other value.
  func foreignTensor(_ value: PickleValue) throws(FormatError) -> LazyArray? {
    guard let (bytes, format) = try TorchTensor(of: value)?.foreignElements() else { return nil }
    return try lazy(.values(bytes)).applying(.view(.format(format)))
  }

  /// Gives members that have the same name in an archive others, and says so.
  private func makeUnique(_ members: inout [(name: String, array: LazyArray)]) {
    var taken: Set<String> = []
    for index in members.indices {
      var name = NPZArchive.withoutExtension(members[index].name)
      if name.isEmpty { name = "arr_\(index)" }
      let wanted = name
      name = PartNames.unused(wanted, &taken)
      if name != wanted {
        options.onWarning?("the name \(wanted) stands for several arrays: one of them is written as \(name)")
      }
      members[index].name = name
    }
  }
}
