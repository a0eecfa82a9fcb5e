internal import ArrayBytes
internal import ArrayDeflate
internal import ByteIO
internal import GGUFFiles
internal import NPYFormat
internal import NPZFormat
internal import PickledArrays
internal import SafetensorsFiles
internal import TextTables
internal import ZipArchives

/// Finds what a source holds: by its first bytes, its name and the options, in this order.
struct DocumentOpening {
  private let source: any ByteSource
  private let path: String
  private let options: OpenOptions
  private let format: FileFormat
  /// Whether the source can be read only once.
  private let isStream: Bool
  /// Whether it is the member of an archive.
  private var isMember = false
  /// Why a list in JSON is no array.
  private(set) var listTrouble: FormatError?

  init(_ given: any ByteSource, _ path: String, _ options: OpenOptions) throws(FormatError) {
    var source = given
    isStream = !source.isSeekable
    if isStream { source = try DocumentOpening.peekable(source, options) }
    var format: FileFormat
    if let known = options.format {
      format = known
    } else {
      format = try DocumentOpening.format(of: source, path)
      // What a name promises to be an array, and is not, is told rather than read.
      if format == .pkl, FileFormat(extensionOf: path) == nil {
        // The beginning of a stream must still be there for whoever reads it.
        if !source.isSeekable { source = try PeekableSource(source, keeping: TextBeginning.length) }
        if try TextBeginning.isText(source, expectedSize: TextBeginning.textLength) {
          format = .txt
        } else if try TextBeginning.isJSON(source) {
          format = .json
        }
      }
    }
    // What is known by its first bytes is not looked at again: each look is a request to a server.
    let mayBeCompressed = options.format == nil && (format == .pkl || format == .json || format.isText)
    if options.format == .npy || mayBeCompressed,
      let array = try CompressedNPY.open(
        source, recovering: options.recovers, onWarning: options.onWarning)
    {
      (format, source) = (.npy, array)
    }
    // A stream is not read from its end.
    if !source.isSeekable, [.npz, .gguf, .safetensors].contains(format) {
      source = try DocumentOpening.addressable(source, options)
    }
    (self.source, self.path, self.options, self.format) = (source, path, options, format)
  }

  /// Opens the source as what it is.
  mutating func content() throws(FormatError) -> Document.Content {
    switch format {
    case .npy: return .npy(try DocumentOpening.file(source, options))
    case .npz:
      let archive = try NPZArchive(source, limits: options.limits, recovering: options.recovers)
      Document.warnOfLoss(archive, options)
      if options.format == nil { try DocumentOpening.refuseOthers(archive, path) }
      // PyTorch's files are archives too, of a pickle and what it refers to; and pandas compresses pickles as one.
      guard options.format == nil else { return .npz(archive) }
      if PickleFile.isTorch(archive) || PickleFile.isZipped(archive) { return .pickle(archive.zip.source) }
      return try zippedText(archive) ?? .npz(archive)
    case .pkl, .pt: return .pickle(source)
    case .gguf:
      return .tensors(try GGUFFile(source, recovering: options.recovers, onWarning: options.onWarning))
    case .safetensors:
      return .tensors(
        try SafetensorsFile(source, recovering: options.recovers, onWarning: options.onWarning))
    case .json where options.format == nil && SafetensorsFile.isIndex(path):
      return .tensors(try SafetensorsFile(index: source, path: path, opening: options.openPart))
    case .json:
      do throws(FormatError) {
        let (value, trouble) = try JSONParser.value(
          of: source, dtype: options.jsonDType, memory: options.pickle.limits.inflatedBytes)
        listTrouble = trouble
        return .value(value, protocolVersion: nil)
      } catch { throw TextBeginning.explained(error, source, path) }
    case .raw:
      guard let raw = options.raw else {
        throw FormatError(.badArgument, "raw bytes do not say what they are: a dtype is needed", file: path)
      }
      // A stream tells its length at its end only.
      let plain = try TextFile.decompressing(source)
      return .raw(try raw.blocks(plain.byteCount == nil ? DocumentOpening.addressable(plain, options) : plain))
    case .txt, .csv, .tsv:
      if let content = try textWithin() { return content }
      try TextBeginning.refuseForeign(
        source, path, mayBeText: options.format != nil || options.isTextChosen, isEncoded: options.text.encoding != nil)
      let text = try wholeLines(of: TextFile.decompressing(source))
      // Types and sizes are found by a first reading.
      let kept = text.isSeekable && !isStream ? text : ReplayableStream(text, folder: options.scratchFolder)
      return .text(kept, format)
    }
  }

  /// Of compressed text that is cut short, if that was asked for, what comes before the last end of a line.
  private func wholeLines(of text: any ByteSource) throws(FormatError) -> any ByteSource {
    guard options.recovers, let compressed = text as? CompressedSource, compressed.seekCost != .impossible,
      case let (count, error) = try compressed.readable(), let error
    else { return text }
    var end = 0
    var place = 0
    while place < count, case let piece = try text.readBytes(at: place, upTo: min(1 << 18, count - place)),
      !piece.isEmpty
    {
      if let last = piece.lastIndex(of: 10) { end = place + last + 1 }
      place += piece.count
    }
    options.onWarning?(
      "\(path) is cut short, or damaged (\(error.message)): the \(end) bytes of text that are whole lines are read")
    return PartOfSource(text, 0..<end, name: text.name)
  }

  /// What the only member of an archive holds, if that is called a table of text, or JSON: pandas' `to_csv("x.csv.zip")`.
  ///
  /// - Parameter given: What it is, if that is told, whatever it is called.
  private mutating func zippedText(
    _ archive: NPZArchive, as given: FileFormat? = nil
  ) throws(FormatError) -> Document.Content? {
    guard FileFormat(extensionOf: path) != .npz, let member = archive.onlyMember,
      let format = given ?? FileFormat(extensionOf: member.name), format.isText || format == .json
    else { return nil }
    // Whoever reads a table may stop at a row.
    try archive.verify(member)
    let contents = try archive.contents(of: member)
    var options = options
    options.format = format
    let text = contents.seekCost == .free ? contents : ReplayableStream(contents, folder: options.scratchFolder)
    var opening = try DocumentOpening(text, path, options)
    opening.isMember = true
    defer { listTrouble = opening.listTrouble }
    return try opening.content()
  }

  /// What the only member of an archive holds, where a text is asked for; `nil` for what is no archive. One within a member is
  /// not opened: it may be the same again.
  private mutating func textWithin() throws(FormatError) -> Document.Content? {
    guard !isMember, options.format != nil, try source.readBytes(at: 0, upTo: 4) == Array("PK\u{3}\u{4}".utf8) else {
      return nil
    }
    let whole = source.isSeekable ? source : try DocumentOpening.addressable(source, options)
    let archive = try NPZArchive(whole, limits: options.limits, recovering: options.recovers)
    if let content = try zippedText(archive, as: format) { return content }
    throw FormatError(.wrongKind, "this is a zip archive, and not of one text alone", file: path)
  }

  /// A stream whose beginning can be looked at; a compressed one is kept as it is read, so that this is true for what is within
  /// as well.
  private static func peekable(_ stream: any ByteSource, _ options: OpenOptions) throws(FormatError) -> any ByteSource {
    let source = try PeekableSource(stream, keeping: ForeignFile.prefixLength)
    let prefix = try source.readBytes(at: 0, upTo: CompressedSource.prefixLength)
    let format = CompressionFormat(signature: prefix) ?? CompressionFormat(unsigned: prefix)
    return format == nil ? source : ReplayableStream(source, folder: options.scratchFolder)
  }

  /// All of a stream: a short one in memory, another in a file without a name. There is a limit to it, as streams may be endless.
  private static func addressable(
    _ stream: any ByteSource, _ options: OpenOptions
  ) throws(FormatError) -> any ByteSource {
    let budget = MemoryBudget(given: options.pickle.limits.inflatedBytes)
    var count = 0
    return try stream.addressableCopy(
      keptInMemory: min(keptInMemory, budget.limit + 1), folder: options.scratchFolder, name: stream.name
    ) { (read: Int) throws(FormatError) in
      count += read
      guard count <= budget.limit else {
        throw budget.exceeded("all of it has to be read, and it is longer").at(file: stream.name)
      }
    }
  }

  /// As much of a stream is kept in memory.
  private static let keptInMemory = 16 << 20

  private static func inMemory(
    _ stream: any ByteSource, _ options: OpenOptions
  ) throws(FormatError) -> any ByteSource {
    MemorySource(try stream.readWhole(limit: options.pickle.limits.inflatedBytes), name: stream.name)
  }

  /// The first array of a `.npy` file; of one that is cut short, and not to be recovered, what is there can be read.
  private static func file(_ source: any ByteSource, _ options: OpenOptions) throws(FormatError) -> NPYFile {
    let isCounted = source.byteCount != nil || !options.recovers
    let counted = isCounted ? source : try inMemory(source, options)
    let file = try NPYFile(counted, limits: options.limits, allowingTruncation: true)
    return try Document.recovered(file, options)
  }

  /// Files of other programs that are archives too, told by members that they must have.
  private static let otherArchives: [(members: [String], message: String)] = [
    (["xl/workbook.xml"], "this is an Excel file: \(tables)"),
    (["xl/workbook.bin"], "this is an Excel file: \(tables)"),
    (["[Content_Types].xml"], "this is an office's document: \(tables)"),
    (["mimetype", "content.xml"], "this is an office's document: \(tables)"),
    (["content.xml", "META-INF/manifest.xml"], "this is an office's document: \(tables)"),
    (["mimetype", "META-INF/container.xml"], "this is a book (EPUB), not an array: look for the file that was meant"),
    (["META-INF/MANIFEST.MF"], "this is a program of Java's (JAR), not an array: look for the file that was meant"),
    (["AndroidManifest.xml"], "this is a program of Android's, not an array: look for the file that was meant"),
    (["model.weights.h5", "config.json"], "this is a model of Keras's: keras.models.load_model reads it"),
    ([".zgroup"], zarr), ([".zarray"], zarr), (["zarr.json"], zarr),
  ]

  private static let tables = "read its tables with pandas.read_excel, or save them as CSV there"
  private static let zarr = "this is a Zarr store: read it with zarr and save its arrays with np.save"

  private static func refuseOthers(_ archive: NPZArchive, _ path: String) throws(FormatError) {
    for (members, message) in otherArchives where members.allSatisfy(archive.zip.contains) {
      throw FormatError(.wrongKind, message, file: path)
    }
  }

  /// The format by the first bytes; what is neither an array, an archive nor clearly a pickle is text if its extension says
  /// so, else what looks like a pickle.
  private static func format(of source: any ByteSource, _ path: String) throws(FormatError) -> FileFormat {
    let named = FileFormat(extensionOf: path)
    // An empty text is an empty table; an empty file of another format is an error.
    if let named, named.isText, try source.readBytes(at: 0, upTo: 1).isEmpty { return named }
    return switch try FileKind(of: source, named: path) {
    case .npy: .npy
    case .npz: .npz
    case .safetensors: .safetensors
    case .gguf: .gguf
    case .pickle: try textFormat(named, of: source) ?? .pkl
    }
  }

  /// The format that a name promises if it is one of text, and the source does not clearly hold a pickle.
  private static func textFormat(_ named: FileFormat?, of source: any ByteSource) throws(FormatError) -> FileFormat? {
    guard let named, named.isText || named == .json else { return nil }
    return try TextBeginning.isBinaryPickle(source) ? nil : named
  }
}

extension Document {
  /// The whole rows of a file that is cut short, if that was asked for; else the file.
  static func recovered(_ file: NPYFile, _ options: OpenOptions) throws(FormatError) -> NPYFile {
    guard options.recovers, !file.isComplete else { return file }
    let whole = try file.recovered()
    options.onWarning?(
      "\(file.source.name) is cut short: \(file.wholeRowCount) of \(file.rowCount) \(file.rowName) are whole and were recovered"
    )
    return whole
  }

  /// Says what an archive lacks that was read without its directory, and what of a tar archive is no file.
  package static func warnOfLoss(_ archive: NPZArchive, _ options: OpenOptions) {
    if !archive.zip.others.isEmpty {
      let names = archive.zip.others.lazy.map { $0.prefix(40) }.listed()
      options.onWarning?(FileWarning("links and devices are left out: \(names)", file: archive.zip.source.name))
    }
    guard archive.zip.form == .headers || archive.zip.isDamaged else { return }
    let name = archive.zip.source.name
    let damage = archive.zip.isDamaged ? "\(name) is cut or damaged" : "the directory of \(name) is lost"
    options.onWarning?(
      "\(damage): \(archive.count) member\(archive.count == 1 ? " was" : "s were") found by their headers"
    )
    for member in archive.zip.members where member.isCut {
      let short = NPZArchive.withoutExtension(member.name)
      guard let file = try? NPYFile(archive.contents(of: member), limits: options.limits, allowingTruncation: true)
      else {
        continue
      }
      options.onWarning?(
        "\(name):\(short) is cut short: \(file.wholeRowCount) of \(file.rowCount) \(file.rowName) are whole")
    }
  }
}
