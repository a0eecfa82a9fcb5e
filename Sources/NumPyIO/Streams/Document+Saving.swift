internal import NPZFormat
internal import PickledArrays
internal import ArrayBytes
internal import NPYFormat
internal import TextTables
public import ByteIO
internal import NDArrays
internal import PythonPickle
internal import ZipArchives

extension Document {
  /// Something that a document holds under a name.
  package struct Entry {
    /// The name in an archive.
    package let name: String
    package let content: Content

    /// Whether it is an array, and not another file.
    package var isArray: Bool { if case .array = content { true } else { false } }

    package enum Content {
      /// An array; of objects that need not be decoded the bytes of its file.
      case array(LazyArray, raw: (() throws(FormatError) -> [UInt8])?)
      /// A file that is not an array, under its whole name.
      case file(() throws(FormatError) -> [UInt8])
    }
  }

  /// Saves the document in the format that the options or the extension say.
  ///
  /// - Archives keep their members, arrays or not, in their order; in a pickle they are a dictionary.
  /// - Pickles are rewritten in another protocol, or give an archive of the arrays in them under their paths.
  /// - Everything else is one array.
  ///
  /// Arrays are taken from file to file in bounded memory, but for pickles; the file appears whole or not at all.
  ///
  /// The transforms are done to each array on its way.
  ///
  /// - Throws: ``FormatError`` if the document cannot be read, the format cannot hold it, or the file not be written.
  public func save(
    to path: String, applying transforms: [ArrayTransform] = [], options: SaveOptions = SaveOptions()
  ) throws(FormatError) {
    let format = try options.format(of: path)
    if let archive, archive.count != 1 || format.isArchive {
      return try save(archive, to: path, as: format, transforms, options)
    }
    switch content {
    case .pickle: try value().save(to: path, applying: transforms, options: options)
    case .value(let value, let version):
      try save(value, version, to: path, as: format, transforms, options)
    case .text(let source, let textFormat) where reading(textFormat).usesMask && format != .txt:
      try saveMasked(source, reading(textFormat), to: path, as: format, options)
    case .text where format.isArchive: try saveTable(to: path, transforms, options)
    case .npy(let file) where file.header.dtype.kind == .object && file.header.shape.isEmpty && format.isArchive:
      let value = try objects(at: "")?.value ?? .none
      if value.children.isEmpty {
        try saveArray(to: path, transforms, options)
      } else {
        try save(value, nil, to: path, as: format, transforms, options)
      }
    case .npy(let file) where format.isArchive && options.name == nil: try saveAll(file, to: path, transforms, options)
    default: try saveArray(to: path, transforms, options)
    }
  }

  /// Whether the document is one array, and not an archive of several or a pickle of something else.
  package var isSingleArray: Bool {
    get throws(FormatError) {
      switch content {
      case .npz, .tensors: archive?.names.count == 1
      case .value(let value, _): try value.arrayDescription() != nil
      case .npy, .text, .raw, .pickle: true
      }
    }
  }

  func saveArray(
    to path: String, _ transforms: [ArrayTransform], _ options: SaveOptions
  ) throws(FormatError) {
    let (name, array) = try item()
    var options = options
    options.name = options.name ?? name
    try array.save(applying: transforms, to: path, options: options)
    try warnOfRestOfStream()
  }

  /// All arrays of one `.npy` file, under the names that `np.savez` would give them.
  private func saveAll(
    _ first: NPYFile, to path: String, _ transforms: [ArrayTransform], _ options: SaveOptions
  ) throws(FormatError) {
    try ArchiveSink.write(to: path, options) { (sink: ArchiveSink) throws(FormatError) in
      var file: NPYFile? = first
      var index = 0
      while let current = file {
        try sink.add("arr_\(index)", lazy(current), applying: transforms)
        file = try next(after: current)
        index += 1
      }
    }
  }

  // MARK: Archives

  /// What an archive of NumPy's holds, in its order.
  func entries(of archive: NPZArchive) throws(FormatError) -> [Entry] {
    var entries: [Entry] = []
    var repeated: Set<String> = []
    for member in archive.zip.members where !member.isFolder {
      if let report = options.onUnreadable {
        do throws(FormatError) { try verify(member, of: archive) } catch {
          if error.code == .cancelled { throw error }
          // Of several members of one name there is one thing to say.
          if error.code != .ambiguous || repeated.insert(member.name).inserted { report(error.at(file: path)) }
          continue
        }
      }
      do throws(FormatError) { entries.append(try entry(member, of: archive)) } catch {
        // What the file's end cuts before its first row has nothing that is whole.
        guard options.recovers, member.isCut, error.code != .cancelled else { throw error }
        options.onWarning?("\(path):\(NPZArchive.withoutExtension(member.name)) is left out: \(error.message)")
      }
    }
    return entries
  }

  private func entry(_ member: ZipMember, of archive: NPZArchive) throws(FormatError) -> Entry {
    let name = member.name
    let bytes = { () throws(FormatError) in try archive.data(of: name) }
    guard try archive.isArray(member) else { return Entry(name: name, content: .file(bytes)) }
    let array = try lazy(name, of: archive)
    let isRaw = array.dtype.hasObjects && !options.decodesObjects
    return Entry(name: NPZArchive.withoutExtension(name), content: .array(array, raw: isRaw ? bytes : nil))
  }

  /// Reads all of a member, before anything of it is written.
  private func verify(_ member: ZipMember, of archive: NPZArchive) throws(FormatError) {
    _ = try archive.member(member.name)
    let contents = try archive.contents(of: member)
    do throws(FormatError) {
      try archive.verify(member, contents) { (_: [UInt8]) throws(FormatError) in }
    } catch { throw archive.located(error, member) }
    if try archive.isArray(member) {
      let file = try archive.file(of: member)
      // Of what is cut short the whole rows are there.
      if options.recovers, !file.header.dtype.hasObjects { return }
      do throws(FormatError) { try file.requireComplete() } catch { throw archive.located(error, member) }
    }
  }

  private func save(
    _ archive: ArchiveContents, to path: String, as format: FileFormat, _ transforms: [ArrayTransform],
    _ options: SaveOptions
  ) throws(FormatError) {
    // An archive of several arrays is not a single array: the error names them.
    guard format.isArchive || format == .pkl else { return try saveArray(to: path, transforms, options) }
    let entries = try entries(of: archive)
    guard !entries.isEmpty || archive.count == 0 else {
      throw FormatError(.corrupt, "no member of the archive can be read", file: self.path)
    }
    guard options.name == nil || entries.count == 1 else {
      throw FormatError(.badArgument, "a name is for a single array, not for \(entries.count)", file: self.path)
    }
    if format == .pkl { return try saveDictionary(of: entries, to: path, transforms, options) }
    try ArchiveSink.write(to: path, options) { (sink: ArchiveSink) throws(FormatError) in
      for entry in entries { try sink.add(entry, as: options.name, applying: transforms) }
      try sink.add(metadata: archive.metadata)
    }
  }

  /// A dictionary of the arrays, as `dict(np.load(…))` would be.
  private func saveDictionary(
    of entries: [Entry], to path: String, _ transforms: [ArrayTransform], _ options: SaveOptions
  ) throws(FormatError) {
    let dict = PickleDict()
    let losses = options.onWarning.map { _ in CastLosses() }
    defer { losses?.tell(options.onWarning) }
    for entry in entries {
      guard dict[.string(entry.name)] == nil else {
        throw FormatError(
          .alreadyExists, "two members have this name: one of them, with or without .npy, can be converted by itself",
          file: self.path, member: entry.name)
      }
      let value: PickleValue
      switch entry.content {
      case .file(let bytes): value = .bytes(PickleBytes(try bytes()))
      case .array(let array, _):
        let array = try array.applying(transforms, noting: losses)
        value = array.dtype.hasObjects ? .array(try array.read()) : try array.blocks().pickled()
      }
      try dict.set(.string(entry.name), to: value)
    }
    try PickleSink(path: path, options: options).write(.dict(dict), keeping: nil)
  }

  // MARK: Text

  /// A table in an archive; records that are unpacked give an array per field, as NumPy's `unpack`.
  private func saveTable(
    to path: String, _ transforms: [ArrayTransform], _ options: SaveOptions
  ) throws(FormatError) {
    guard case .text(_, let format) = content, reading(format).unpacks else {
      return try saveArray(to: path, transforms, options)
    }
    let table = try array()
    guard let fields = table.dtype.fields else { return try saveArray(to: path, transforms, options) }
    guard options.name == nil else {
      throw FormatError(.badArgument, "a name is for a single array, not for the fields of records", file: self.path)
    }
    let blocks = try table.addressableBlocks()
    try ArchiveSink.write(to: path, options) { (sink: ArchiveSink) throws(FormatError) in
      for field in fields {
        let array = try LazyArray(blocks, spool: spool).applying(.field(field.name))
        try sink.add(field.name, array, applying: transforms)
      }
    }
  }

  /// A table and which of its values are missing: a masked array in a pickle, two members in an archive.
  private func saveMasked(
    _ source: any ByteSource, _ reading: TextReading, to path: String, as format: FileFormat, _ options: SaveOptions
  ) throws(FormatError) {
    guard format.isArchive || format == .pkl, case .genFromText(let text) = reading else {
      throw FormatError(.badArgument, "a masked array is written to a pickle or an archive", file: path)
    }
    let values: any ArrayBlockSource
    let mask: any ArrayBlockSource
    if format.isArchive, let table = try TextTableBlocks.open(source, reading) as? TextTableBlocks {
      var maskDescriptor = table.descriptor
      maskDescriptor.dtype = try table.maskDType
      var valueWriter = SpoolWriter(spool, table.descriptor, name: self.path)
      var maskWriter = SpoolWriter(spool, maskDescriptor, name: self.path)
      try table.forEachMaskedRun { (run: AnyNDArray, missing: AnyNDArray) throws(FormatError) in
        try valueWriter.append(run)
        try maskWriter.append(missing)
      }
      (values, mask) = (try valueWriter.finish(), try maskWriter.finish())
    } else {
      let result = try AnyNDArray.genFromText(from: source, options: text)
      let missing = try FormatError.wrapping(.limitExceeded, file: self.path) { () throws(ArrayError) in
        if let mask = result.mask { return mask }
        return try AnyNDArray(zeros: result.array.shape, dtype: .bool)
      }
      guard format.isArchive else {
        return try PickleSink(path: path, options: options).write(
          .maskedArray(result.array, mask: missing), keeping: nil)
      }
      (values, mask) = (MemoryBlocks(result.array, name: self.path), MemoryBlocks(missing, name: self.path))
    }
    try ArchiveSink.write(to: path, options) { (sink: ArchiveSink) throws(FormatError) in
      try sink.add("data", LazyArray(values, spool: spool))
      try sink.add("mask", LazyArray(mask, spool: spool))
    }
  }
}
