package import NPZFormat
package import PickledArrays
package import ArrayBytes
package import NPYFormat
internal import ByteIO
internal import NDArrays
internal import PandasPickles
internal import PythonPickle
internal import ZipArchives

// The arrays of each format.

extension Document {
  // MARK: .npy

  func array(of file: NPYFile, _ name: String?) throws(FormatError) -> LazyArray {
    var file = file
    guard var rest = name?[...] else {
      if file.source.isSeekable { try warnIfMoreFollows(file) }
      return try lazy(file)
    }
    if let (value, path) = try objects(at: String(rest)) { return try array(in: value, path) }
    let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    // A field of that name comes before the array of that number, which is #0 as well.
    let isField = file.header.dtype.field(String(parts[0])) != nil
    if !isField, let index = Int(parts[0].hasPrefix("#") ? parts[0].dropFirst() : parts[0]), index >= 0 {
      file = try self.file(index)
      rest = parts.count > 1 ? parts[1] : ""
    } else if file.header.dtype.fields == nil {
      throw FormatError(.notFound, "a .npy file has no members, and its elements no fields", file: path, member: name)
    }
    return try fields(of: lazy(file), rest)
  }

  /// What an array of objects holds that a name reaches into: of a `.npy` file, or of a member of an archive.
  ///
  /// - Returns: The array, or the one object of an array without axes, and the path within it; `nil` if the name is that of
  ///   an array, or of a field.
  package func objects(at name: String) throws(FormatError) -> (value: PickleValue, path: String)? {
    let file: NPYFile
    let path: String
    switch content {
    case .npy(let first):
      guard first.header.dtype.kind == .object else { return nil }
      (file, path) = (first, name)
    case .npz(let archive):
      guard !archive.contains(name) else { return nil }
      if name == "toarray", let sparse = try SparseArchive.value(of: archive) { return (sparse, name) }
      var end = name.endIndex
      while !archive.contains(String(name[..<end])) {
        guard let place = name[..<end].lastIndex(where: { $0 == "." || $0 == "[" }), place > name.startIndex else {
          return nil
        }
        end = place
      }
      guard try archive.isArray(archive.member(String(name[..<end]))) else { return nil }
      file = try archive.file(String(name[..<end]))
      guard file.header.dtype.kind == .object else { return nil }
      path = String(name[end...].drop { $0 == "." })
    default: return nil
    }
    let array = try file.readObjects(options: pickleOptions)
    return (array.shape.isEmpty ? array.items[0] : .array(array), path)
  }

  /// An array of an open file.
  package func lazy(_ file: NPYFile) throws(FormatError) -> LazyArray {
    warnOfPython2(file)
    guard file.header.dtype.hasObjects else {
      return try viewed(LazyArray(StoredBlocks(file), spool: spool), file.header)
    }
    return try viewed(deferred(file) { () throws(FormatError) in try file.readStored(options: pickleOptions) })
  }

  /// An array seen as the options say.
  func viewed(_ array: LazyArray, _ header: NPYHeader? = nil) throws(FormatError) -> LazyArray {
    try viewed(array, as: header?.elementFormat)
  }

  /// An array seen as the options say, or else as what its bytes are.
  func viewed(_ array: LazyArray, as format: ElementFormat?) throws(FormatError) -> LazyArray {
    guard let view = options.view ?? format.map(ElementView.format) else { return array }
    return try array.applying(.view(view))
  }

  private func deferred(_ file: NPYFile, _ load: @escaping () throws(FormatError) -> StoredArray) -> LazyArray {
    LazyArray(
      LazyArray.Deferred(name: path, dtype: file.header.dtype, shape: file.header.shape, load: load), spool: spool)
  }

  /// Reports a header that only a slow reading understands, in NumPy's words.
  package func warnOfPython2(_ file: NPYFile) {
    guard file.header.isFromPython2 else { return }
    options.onWarning?(
      FileWarning(
        "Reading `.npy` or `.npz` file required additional header parsing as it was created on Python 2. "
          + "Save the file again to speed up loading and avoid this warning."))
  }

  /// A field of records, and of records within it, by names joined by points; the longest name that is there is taken.
  func fields(of array: LazyArray, _ path: Substring) throws(FormatError) -> LazyArray {
    var (array, rest) = (array, path)
    while !rest.isEmpty {
      var end = rest.endIndex
      while array.dtype.field(String(rest[..<end])) == nil, let point = rest[..<end].lastIndex(of: ".") { end = point }
      do throws(FormatError) { array = try array.applying(.field(String(rest[..<end]))) } catch {
        // What holds the elements may have a name of its own.
        var error = error
        (error.file, error.member) = (self.path, error.member ?? String(path))
        throw error
      }
      rest = end == rest.endIndex ? "" : rest[rest.index(after: end)...]
    }
    return array
  }

  // MARK: .npz

  func member(
    of archive: NPZArchive, _ name: String?
  ) throws(FormatError) -> (name: String?, array: LazyArray) {
    if let name, let (value, path) = try objects(at: name) { return (nil, try array(in: value, path)) }
    guard let name else {
      let only = try onlyName(of: archive)
      return (NPZArchive.withoutExtension(only), try lazy(only, of: archive))
    }
    // A name that is there wins over a field of another member.
    var end = name.endIndex
    while !archive.contains(String(name[..<end])), let point = name[..<end].lastIndex(of: ".") { end = point }
    guard archive.contains(String(name[..<end])) else {
      _ = try archive.member(name)
      return (nil, try lazy(name, of: archive))
    }
    let short = String(name[..<end])
    let rest = end == name.endIndex ? "" : name[name.index(after: end)...]
    return (NPZArchive.withoutExtension(short), try fields(of: lazy(short, of: archive), rest))
  }

  /// The one array of an archive that has no more.
  package func onlyName(of archive: NPZArchive) throws(FormatError) -> String {
    let names = archive.names
    let shown = names.first { archive.zip.contains($0 + ".npy") }
    if names.count > 1, shown == nil {
      var hasArray = false
      for member in archive.zip.members where !hasArray { hasArray = try archive.isArray(member) }
      if !hasArray { throw ArchiveContents.npz(archive).holdsNoArrays.at(file: path) }
    }
    return try only(of: names, shown: shown)
  }

  /// The only name; if there are others, an error that shows one.
  private func only(of names: [String], shown: String? = nil) throws(FormatError) -> String {
    if names.count == 1 { return names[0] }
    guard let first = shown ?? names.first else {
      throw FormatError(.notFound, "the archive holds no arrays", file: path)
    }
    throw FormatError(.ambiguous, "holds \(names.count) arrays; name one: \(path):\(first)", file: path)
  }

  /// The bytes of a member of an archive that is no array, as `np.load` gives them; `nil` for an array, and for a document
  /// that is no archive.
  ///
  /// - Throws: ``FormatError`` if the member is damaged.
  public func bytes(of name: String) throws(FormatError) -> [UInt8]? {
    guard case .npz(let archive) = content, archive.contains(name), try !archive.isArray(archive.member(name)) else {
      return nil
    }
    return try archive.data(of: name)
  }

  func lazy(_ name: String, of archive: NPZArchive) throws(FormatError) -> LazyArray {
    let member = try archive.member(name)
    guard try archive.isArray(member) || member.name.hasSuffix(".npy") else {
      throw FormatError(
        .wrongKind, "the member is no array, but a file of \(member.uncompressedSize) bytes", file: path, member: name)
    }
    let file = try archive.file(name)
    warnOfPython2(file)
    // As several `np.save` to one file leave it, that was put into an archive then.
    if !file.header.dtype.hasObjects, let rest = file.trailingByteCount, rest > 0 {
      options.onWarning?(
        FileWarning(
          "\(path):\(NPZArchive.withoutExtension(name)): only the first array of the member is read; npy unpack writes all of "
            + "it, with the \(rest) bytes that follow, as a file"))
    }
    guard file.header.dtype.hasObjects else {
      let isCut = options.recovers && !file.isComplete
      let blocks = try isCut ? StoredBlocks(Document.recovered(file, options)) : archive.blocks(name)
      return try viewed(LazyArray(blocks, spool: spool), file.header)
    }
    return try viewed(
      deferred(file) { () throws(FormatError) in try archive.storedArray(name, options: pickleOptions) })
  }

  // MARK: Tensors

  /// The tensor of a name; without one the only one.
  package func tensor(named name: String?, of file: any TensorFile) throws(FormatError) -> StoredTensor {
    guard let name else { return try file.tensor(only(of: file.tensors.map(\.name))) }
    return try file.tensor(name)
  }

  func tensor(of file: any TensorFile, _ name: String?) throws(FormatError) -> (name: String?, array: LazyArray) {
    let tensor = try tensor(named: name, of: file)
    return (tensor.name, try lazy(tensor))
  }

  func lazy(_ tensor: StoredTensor) throws(FormatError) -> LazyArray {
    try viewed(LazyArray(tensor.storedBlocks(), spool: spool), as: tensor.format)
  }

  // MARK: Pickles

  func array(in value: PickleValue, _ name: String?) throws(FormatError) -> LazyArray {
    do throws(FormatError) {
      let found = try name.map { (name) throws(FormatError) in try value.value(at: name) } ?? value
      if let tensor = try foreignTensor(found) { return tensor }
      let pickled = try PickledArray(found)
      if pickled?.mask != nil { warnOfMask(name) }
      var stored = pickled?.content
      if stored == nil, let array = try found.arrayLike() { stored = .values(array) }
      if stored == nil { stored = try PandasFrame.array(ofSingle: found) }
      if stored == nil, name == nil, let listTrouble { throw listTrouble }
      guard let array = stored else {
        throw FormatError(
          .badArgument, "this is a \(found.typeName), not an array\(hint(found, self.name(inFile: name)))", file: path,
          member: self.name(inFile: name))
      }
      return try viewed(LazyArray(array, name: path, spool: spool))
    } catch { throw error.at(file: path, member: self.name(inFile: name)) }
  }

  /// Says that the values beneath a mask are taken as they are.
  func warnOfMask(_ name: String?) {
    let name = self.name(inFile: name)
    let place = name.map { path + ":" + $0 } ?? path
    options.onWarning?(
      "\(place) is a masked array: this takes the values beneath the mask as well, which is \(place)\(name == nil ? ":" : ".")mask"
    )
  }

  /// Which keys could be asked for.
  private func hint(_ value: PickleValue, _ member: String?) -> String {
    if let frame = (try? PandasFrame(value)) ?? nil, let label = frame.columns.first?.label.string {
      let column = path + ":" + (member.map { $0 + "." } ?? "") + label
      return "; name one of its columns, such as \(column), or convert it to .npz or .csv, which hold all of them"
    }
    guard let dict = value.dict, let key = dict.entries.lazy.compactMap(\.key.string).first else { return "" }
    return "; name what it holds: \(path):\(member.map { $0 + "." } ?? "")\(key)"
  }
}

extension PickleValue {
  /// The array that the value is, of values or of objects; `nil` for every other value, lists of numbers among them.
  package func storedArray() throws(FormatError) -> StoredArray? { try PickledArray(self)?.content }
}
