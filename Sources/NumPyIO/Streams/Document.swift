package import NPZFormat
internal import PickledArrays
package import ArrayBytes
package import NPYFormat
internal import ArrayDeflate
internal import TextTables
public import ByteIO
internal import NDArrays
public import PythonPickle
internal import GGUFFiles
internal import SafetensorsFiles
internal import ZipArchives

/// How a file is opened, whatever its format.
public struct OpenOptions {
  /// What the file is; `nil` to tell by its first bytes, and for text by its extension.
  public var format: FileFormat?
  /// What the file may ask for.
  public var limits = LoadLimits.default
  /// Whether of files that are cut short what is whole is read: the whole rows of an array, the members of an archive whose
  /// directory is lost. ``onWarning`` tells what is missing.
  public var recovers = false
  /// Called for each member of an archive that is left out since it cannot be read, all of whose bytes are looked at first;
  /// `nil` lets the first such member be an error.
  public var onUnreadable: ((FormatError) -> Void)?
  /// How the bytes of a file of format ``FileFormat/raw`` are read.
  public var raw: RawReading?
  /// What arrays in JSON become; `nil` for what their values tell.
  public var jsonDType: DType?
  /// What the elements of arrays that are raw bytes to NumPy are seen as.
  public var view: ElementView?
  /// How text is read. `.csv` and `.tsv` files that begin with more than numbers are read as
  /// ``NDArrays/AnyNDArray/init(csv:options:)`` reads them, unless this says more than how the table is cut and its fields are
  /// spelled: a dtype, names, converters. All else is read as by `np.loadtxt`.
  public var text = TextReading.loadText(LoadTextOptions()) {
    didSet { isTextChosen = true }
  }
  /// Whether ``text`` is what the user asked for.
  package var isTextChosen = false
  /// Whether columns are separated as the extension says, where ``text`` has no delimiter: by a comma for `.csv`, a tab
  /// for `.tsv`.
  public var usesDelimiterOfExtension = true
  /// Whether the types of columns that are asked for by name are found from the data, rather than told by ``text``.
  public var findsColumnTypes = true
  /// How pickles are read, those within `.npy` and `.npz` included.
  public var pickle = PickleReader.Options()
  /// Whether ``pickle``'s encoding is what the user asked for, so that no other will do.
  public var isPickleEncodingChosen = false
  /// Whether arrays of objects are decoded, and so changed by ``pickle``'s options, where their bytes could be copied.
  public var decodesObjects = false
  /// The folder for what does not fit into memory on its way, in files without names.
  public var scratchFolder = ScratchFile.defaultFolder
  /// Opens files that one of several parts names, such as the index of a model: those beside it, wherever it is.
  public var openPart: (_ path: String) throws(FormatError) -> any ByteSource = { path throws(FormatError) in
    try FileSource.openSource(path: path)
  }
  /// Called with NumPy's warnings.
  public var onWarning: ((String) -> Void)?
  /// What ``csv`` was before ``text`` was limited to the rows that a slice needs: the types of a table are those of all rows.
  var keptCSV: (options: CSVOptions, dialect: TextDialect)?
  /// Up to how many bytes an array is taken whole.
  package var wholeArrayLimit = Spool.defaultThreshold

  /// What the file itself says.
  public init(format: FileFormat? = nil) { self.format = format }

  /// How a `.csv` file is read as a table whose types are found, and how its fields are spelled; `nil` if the options are for
  /// `np.loadtxt` or `np.genfromtxt`, which know no such table.
  var csv: (options: CSVOptions, dialect: TextDialect)? {
    if let keptCSV { return keptCSV }
    guard case .loadText(let reading) = text, findsColumnTypes || !isTextChosen else { return nil }
    return CSVOptions.table(reading)
  }
}

/// A file that holds arrays, opened as what it is: `.npy`, `.npz`, a pickle, a model's tensors, a table of text.
///
/// Opening reads headers and directories only (of a pickle and a text: nothing).
///
/// ```swift
/// let document = try Document(opening: "run.npz")
/// try document.save(to: "run.pkl")                                  // as a dictionary of arrays
/// let weights = try document.array("weights").applying(.slice([.index(0)]))
/// try weights.save(to: "first.csv")
/// ```
public struct Document {
  /// What was found.
  package enum Content {
    case npy(NPYFile)
    case npz(NPZArchive)
    case tensors(any TensorFile)
    case text(any ByteSource, FileFormat)
    case raw(any ArrayBlockSource)
    /// A file around a pickle, which is read when it is asked for.
    case pickle(any ByteSource)
    /// What a pickle holds, or a part of it, and the protocol of the pickle.
    case value(PickleValue, protocolVersion: Int?)
  }

  /// The path as it was given; `-` for standard input.
  public let path: String
  package let content: Content
  package let options: OpenOptions
  /// Which of several pickles in the file the value is that of: `#1`; `nil` where no name has said so.
  private var pickleNumber: String?
  /// Why a list in JSON is no array.
  private(set) var listTrouble: FormatError?

  package init(_ content: Content, path: String, options: OpenOptions) {
    self.content = content
    self.path = path
    self.options = options
  }

  /// Opens a file, told apart by its first bytes unless the options say what it is; `-` is standard input.
  ///
  /// - Throws: ``FormatError`` if there is no such file, or it is not what it seems.
  public init(opening path: String, options: OpenOptions = OpenOptions()) throws(FormatError) {
    try self.init(FileSource.openSource(path: path), path: path, options: options)
  }

  /// Opens what a source holds: bytes in memory, a file on a server.
  ///
  /// - Parameters:
  ///   - source: The bytes of a file.
  ///   - path: What errors call it, and whose extension tells what its first bytes do not; the source's name if left out.
  ///   - options: How it is opened.
  /// - Throws: ``FormatError`` if the source is not what it seems.
  public init(
    _ source: any ByteSource, path: String? = nil, options: OpenOptions = OpenOptions()
  ) throws(FormatError) {
    var source = source
    let path = path ?? source.name
    let isStream = !source.isSeekable
    if isStream { source = try Document.peekable(source, options) }
    var format: FileFormat
    if let known = options.format {
      format = known
    } else {
      format = try Document.format(of: source, path)
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
      let array = try CompressedNPY.open(source, recovering: options.recovers)
    {
      (format, source) = (.npy, array)
    }
    // A stream is not read from its end.
    if !source.isSeekable, [.npz, .gguf, .safetensors].contains(format) {
      source = try Document.inMemory(source, options)
    }
    let content: Content
    var listTrouble: FormatError?
    switch format {
    case .npy: content = .npy(try Document.file(source, options))
    case .npz:
      let archive = try NPZArchive(source, limits: options.limits, recovering: options.recovers)
      Document.warnOfLoss(archive, options)
      if options.format == nil { try Document.refuseOffice(archive, path) }
      // PyTorch's files are archives too, of a pickle and what it refers to.
      let isTorch = options.format == nil && PickleFile.isTorch(archive)
      content = isTorch ? .pickle(archive.zip.source) : .npz(archive)
    case .pkl, .pt: content = .pickle(source)
    case .gguf: content = .tensors(try GGUFFile(source))
    case .safetensors:
      content = .tensors(
        try SafetensorsFile(source, recovering: options.recovers, onWarning: options.onWarning))
    case .json where options.format == nil && SafetensorsFile.isIndex(path):
      content = .tensors(try SafetensorsFile(index: source, path: path, opening: options.openPart))
    case .json:
      do throws(FormatError) {
        let (value, trouble) = try JSONParser.value(
          of: source, dtype: options.jsonDType, memory: options.pickle.limits.inflatedBytes)
        (content, listTrouble) = (.value(value, protocolVersion: nil), trouble)
      } catch { throw TextBeginning.explained(error, source, path) }
    case .raw:
      guard let raw = options.raw else {
        throw FormatError(.badArgument, "raw bytes do not say what they are: a dtype is needed", file: path)
      }
      content = .raw(try raw.blocks(TextFile.decompressing(source)))
    case .txt, .csv, .tsv:
      try TextBeginning.refuseForeign(source, path, mayBeText: options.format != nil || options.isTextChosen)
      let text = try TextFile.decompressing(source)
      // Types and sizes are found by a first reading.
      let kept = text.isSeekable && !isStream ? text : ReplayableStream(text, folder: options.scratchFolder)
      content = .text(kept, format)
    }
    self.init(content, path: path, options: options)
    self.listTrouble = listTrouble
  }

  /// A stream whose beginning can be looked at; a compressed one is kept as it is read, so that this is true for what is within
  /// as well.
  private static func peekable(_ stream: any ByteSource, _ options: OpenOptions) throws(FormatError) -> any ByteSource {
    let source = try PeekableSource(stream, keeping: ForeignFile.prefixLength)
    let prefix = try source.readBytes(at: 0, upTo: CompressedSource.prefixLength)
    let format = CompressionFormat(signature: prefix) ?? CompressionFormat(unsigned: prefix)
    return format == nil ? source : ReplayableStream(source, folder: options.scratchFolder)
  }

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
    guard options.recovers, !file.isComplete else { return file }
    let whole = try file.recovered()
    options.onWarning?(
      "\(source.name) is cut short: \(file.wholeRowCount) of \(file.rowCount) rows are whole and were recovered")
    return whole
  }

  /// Documents of offices are archives too, without an array.
  private static func refuseOffice(_ archive: NPZArchive, _ path: String) throws(FormatError) {
    let hasTable = archive.zip.contains("xl/workbook.xml") || archive.zip.contains("xl/workbook.bin")
    guard
      hasTable || archive.zip.contains("[Content_Types].xml")
        || archive.zip.contains("content.xml") && archive.zip.contains("META-INF/manifest.xml")
    else { return }
    let what = hasTable ? "an Excel file" : "an office's document"
    throw FormatError(
      .wrongKind, "this is \(what): read its tables with pandas.read_excel, or save them as CSV there", file: path)
  }

  /// Says what an archive lacks that was read without its directory.
  private static func warnOfLoss(_ archive: NPZArchive, _ options: OpenOptions) {
    guard archive.zip.form == .headers else { return }
    let name = archive.zip.source.name
    options.onWarning?(
      "the directory of \(name) is lost: \(archive.count) member\(archive.count == 1 ? " was" : "s were") found by their headers"
    )
    for member in archive.zip.members where member.isCut {
      let short = NPZArchive.withoutExtension(member.name)
      guard let file = try? NPYFile(archive.contents(of: member), limits: options.limits, allowingTruncation: true)
      else {
        continue
      }
      options.onWarning?("\(name):\(short) is cut short: \(file.wholeRowCount) of \(file.rowCount) rows are whole")
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

  package var spool: Spool { Spool(folder: options.scratchFolder, threshold: options.wholeArrayLimit) }
}

extension Document {
  /// The pickle that the file holds, or what joblib and PyTorch make of pickles.
  ///
  /// Strings of Python 2 that are not ASCII are read as Latin-1, as arrays of Python 2 need it, and a warning says so.
  package func pickleFile(mode: LoadMode = .whole) throws(FormatError) -> PickleFile {
    guard case .pickle(let source) = content else {
      throw FormatError(.wrongKind, "this is not a pickle", file: path)
    }
    return try PickleFile(
      source, path: source.isSeekable && path != "-" ? path : nil, options: pickleOptions, mode: mode)
  }

  /// How pickles are read: strings of Python 2 as what was asked for, or else as they must be.
  var pickleOptions: PickleReader.Options {
    var reading = options.pickle
    guard !options.isPickleEncodingChosen else { return reading }
    let (path, onWarning) = (path, options.onWarning)
    reading.onForeignText = {
      onWarning?(
        "\(path): strings of Python 2 that are not ASCII are read as latin1; --pickle-encoding chooses another encoding"
      )
    }
    return reading
  }

  /// What a pickle holds at a path of keys, as a document of its own; the document itself if it is not a pickle.
  package func value(at member: String? = nil) throws(FormatError) -> Document {
    var (value, version): (PickleValue, Int?)
    var member = member
    switch content {
    case .pickle:
      let file = try pickleFile()
      // PyTorch writes protocol 2, at which the bytes of arrays take half as much again.
      (value, version) = (
        file.value, [.pickle, .compressedPickle].contains(file.format) ? file.protocolVersion : nil
      )
      if !file.following.isEmpty, member?.hasPrefix("#") != true {
        options.onWarning?(
          "\(path) holds \(file.following.count + 1) pickles, of which this is the first: name the others \(path):#1 and so on"
        )
      }
      do throws(FormatError) { (value, member) = try file.pickle(at: member) } catch { throw error.at(file: path) }
    case .value where member == nil: return self
    case .value(let known, let protocolVersion):
      (value, version, member) = (known, protocolVersion, within(member))
    case .npy, .npz:
      guard let name = member, let (found, rest) = try objects(at: name) else { return self }
      (value, version, member) = (found, nil, rest)
    case .text, .raw, .tensors: return self
    }
    guard let member else { return Document(.value(value, protocolVersion: version), path: path, options: options) }
    do throws(FormatError) {
      return Document(.value(try value.value(at: member), protocolVersion: version), path: path, options: options)
    } catch { throw error.at(file: path) }
  }

  /// What a pickle holds, of several in a file that which a name begins with; the document itself if it is not a pickle.
  package func value(naming member: String?) throws(FormatError) -> Document {
    guard case .pickle = content, let member, member.hasPrefix("#") else { return try value() }
    let number = String(member.prefix { $0 != "." })
    var document = try value(at: number)
    document.pickleNumber = number
    return document
  }

  /// A name without the number of the pickle that the document is.
  package func within(_ member: String?) -> String? {
    guard let pickleNumber, let member, member.hasPrefix(pickleNumber) else { return member }
    let rest = member.dropFirst(pickleNumber.count)
    return rest.isEmpty ? nil : String(rest.dropFirst())
  }

  /// The names of the arrays that an archive holds, or a model's file; empty for every other file.
  public var names: [String] { archive?.names ?? [] }

  /// An array of the file, to be read when it is asked for.
  ///
  /// - Parameter name: The member of an archive, the tensor of a model, the path of keys in a pickle, the number of an array among several in
  ///   one `.npy` file, and after these the field of records; `nil` for the only array there is.
  /// - Throws: ``FormatError``: `notFound`, or `ambiguous` if the file holds several arrays and none is named.
  public func array(_ name: String? = nil) throws(FormatError) -> LazyArray { try item(name).array }

  /// An array, and the name that it has in an archive.
  package func item(_ name: String? = nil) throws(FormatError) -> (name: String?, array: LazyArray) {
    switch content {
    case .npy(let file): return (nil, try array(of: file, name))
    case .npz(let archive): return try member(of: archive, name)
    case .tensors(let file): return try tensor(of: file, name)
    case .text(let source, let format): return (nil, try table(source, format, name))
    case .raw(let blocks): return (nil, try fields(of: viewed(LazyArray(blocks, spool: spool)), name?[...] ?? ""))
    case .pickle: return try value(naming: name).item(name)
    case .value(let value, _):
      let path = within(name)
      if path == nil, let only = try only(in: value) { return only }
      return (nil, try array(in: value, path))
    }
  }
}
