import ArgumentParser
import ByteIO
import NumPyIO
import ZipArchives

struct ConvertCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Convert an array, or all of a file, to another format.",
    discussion: """
      The format of DST follows from its extension, or --to. A dash is standard input or output.

      EXAMPLES
        npy convert arr.npy big-endian.npy --astype '>i8'
        npy convert 'arr.npy[2:6,4]' corner.npy
        npy convert arr.npy flat.npy --reshape 100000,10
      """)

  @Argument(help: "What to convert.") var source: String
  @Argument(help: "The file to be written.", completion: .file()) var destination: String
  @Option(help: "What DST shall be, whatever its extension says: npy, npz, pkl, txt, csv or tsv.")
  var to: FileKindName?
  @OptionGroup(title: "Reading") var reading: SourceOptions
  @OptionGroup(title: "Writing text") var textOutput: TextOutputOptions
  @OptionGroup var array: ArrayOptions

  @OptionGroup var archive: ArchiveOptions
  @OptionGroup(title: "Pickles") var pickle: PickleOptions
  @Option(help: "The name of the array in an archive that is written.") var name: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let address = try Address(source)
    let opened = try OpenedFile(address.path, kind: reading.from, limits: reading.limits.resolved)
    let kind = try destinationKind
    if case .pickle(let source) = opened { return try convertPickle(source, address, to: kind) }
    if case .npz(let source) = opened, address.member == nil, address.slice == nil,
      source.names.count != 1 || kind == .npz
    {
      try convertArchive(source, address, to: kind)
      return
    }
    if case .text(let source, let textKind) = opened, reading.text.gaps.usemask {
      return try convertMasked(source, textKind, address, to: kind)
    }
    if try convertInPieces(opened, address, to: kind) { return }
    let input = try gathered(opened, address, to: kind) ?? ArrayInput(address, opened, reading: reading)
    if kind == .npy || kind == .npz, let stream = try input.largeStream(array) {
      return try write(stream, named: name ?? defaultName(input), as: kind)
    }
    let stored = try input.stored(options: PickleInput.options(reading))
    if case .text = opened, reading.text.unpack, let values = stored.values, let fields = values.dtype.fields {
      // As NumPy unpacks records: an array per field.
      guard kind == .npz, name == nil else {
        throw ValidationError("records are unpacked into an archive, an array per field: say --to npz")
      }
      return try save(
        fields.map { ($0.name, try array.apply(to: .values(values.field($0.name)), of: address.path)) })
    }
    try write(try array.apply(to: stored, of: input.address.path), named: name ?? defaultName(input), as: kind)
  }

  /// The name that an array keeps in an archive: its member's, or NumPy's for arrays without one.
  private func defaultName(_ input: ArrayInput) -> String {
    if case .member(_, let name, _) = input.content { return NPZMemberName.short(name) }
    return "arr_0"
  }

  func write(_ result: StoredArray, named name: String, as kind: FileKindName) throws {
    switch kind {
    case .npy:
      result.warnOfVersion()
      try result.save(to: destination, replacing: output.replaces)
    case .npz: try save([(name, result)])
    case .txt, .csv, .tsv:
      let options = try textOutput.saveOptions(kind, encoding: reading.encoding)
      let table: AnyNDArray
      switch result {
      case .values(let array): table = array
      case .objects(let array): table = try array.tableValues(format: options.format)
      }
      try table.saveText(to: destination, options: options, replacing: output.replaces)
    case .pkl: try save(.array(result), nil)
    }
  }

  private func write(_ stream: ArrayStream, named name: String, as kind: FileKindName) throws {
    guard kind == .npz else {
      stream.warnOfVersion()
      return try stream.save(to: destination, replacing: output.replaces)
    }
    try ArchiveOutput.write(to: destination, replacing: output.replaces, archive) { try $0.add(name, stream) }
  }

  /// Text with gaps whose places are kept.
  private func convertMasked(
    _ source: any ByteSource, _ textKind: FileKindName, _ address: Address, to kind: FileKindName
  ) throws {
    guard reading.text.gaps.genfromtxt else { throw ValidationError("--usemask goes with --genfromtxt") }
    guard kind == .pkl || kind == .npz, array.isEmpty, address.isWhole, name == nil else {
      throw ValidationError("--usemask writes a masked array to a pickle, or its data and mask to an archive")
    }
    if kind == .npz, try convertMaskedRows(of: source, textKind) { return }
    let result = try AnyNDArray.genFromText(
      from: source, options: reading.gapOptions(textKind, of: source))
    let mask = try result.mask ?? AnyNDArray(zeros: result.array.shape, dtype: .bool)
    guard kind == .pkl else { return try save([("data", .values(result.array)), ("mask", .values(mask))]) }
    let masked = PickleValue.maskedArray(result.array, mask: mask)
    try Pickle.save(masked, to: destination, options: pickle.writerOptions(nil))
  }

  /// Writes an archive as the options say.
  func save(_ members: [(name: String, array: StoredArray)]) throws {
    let (compression, layout) = try archive.resolved()
    for (_, array) in members { array.warnOfVersion() }
    try NPZArchive.save(
      members, to: destination, compression: compression, layout: layout, replacing: output.replaces)
  }

  /// Writes a pickle, at the protocol of the one that it comes from unless the options say another.
  func save(_ value: PickleValue, _ protocolVersion: Int?) throws {
    try Pickle.save(
      value, to: destination, options: pickle.writerOptions(protocolVersion), replacing: output.replaces)
  }

  /// Every member, in its order and under its name.
  private func convertArchive(_ source: NPZArchive, _ address: Address, to kind: FileKindName) throws {
    if kind == .pkl, name == nil, array.isEmpty {
      // A dictionary of the arrays, as dict(np.load(…)) would be.
      let dict = PickleDict()
      for member in source.zip.members where !member.isFolder {
        let name = member.name
        let isArray = try source.isArray(member)
        try dict.set(
          .string(isArray ? NPZMemberName.short(name) : name),
          to: isArray
            ? .array(try source.storedArray(name, options: PickleInput.options(reading)))
            : .bytes(try source.data(of: name)))
      }
      try save(.dict(dict), nil)
      return
    }
    guard kind == .npz else {
      // An archive of several arrays is no single array: the error names them.
      _ = try ArrayInput(address, .npz(source))
      return
    }
    guard name == nil else { throw ValidationError("--name is for a single array, not for an archive") }
    try ArchiveOutput.write(to: destination, replacing: output.replaces, archive) { output in
      for member in source.zip.members where !member.isFolder {
        guard try source.isArray(member) else {
          try output.add(file: member.name, bytes: source.data(of: member.name))
          continue
        }
        let file = try source.file(of: member)
        let short = NPZMemberName.short(member.name)
        if array.isEmpty, file.header.dtype.hasObjects {
          // The pickle stays as it is, whatever protocol it has.
          try output.add(file: member.name, bytes: source.data(of: member.name))
        } else if let stream = try ArrayInput(source, member.name, file, of: address).largeStream(array) {
          try output.add(short, stream)
        } else {
          try output.add(short, array.apply(to: source.storedArray(member.name), of: address.path))
        }
      }
    }
  }

  func applied(to loaded: StoredArray, of path: String) throws(FormatError) -> StoredArray {
    do { return try array.apply(to: loaded, of: path) } catch let error as FormatError { throw error } catch {
      throw FormatError(.badArgument, String(describing: error), file: path)
    }
  }
}

/// The formats that `convert` knows, by the names of its options.
enum FileKindName: String, CaseIterable, ExpressibleByArgument {
  case npy, npz, pkl, txt, csv, tsv

  /// The kind that a file's extension says; `nil` for one that says nothing.
  init?(extensionOf path: String) {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
    switch name[name.index(after: dot)...].lowercased() {
    case "npy": self = .npy
    case "npz": self = .npz
    case "pkl", "pickle", "p": self = .pkl
    case "txt", "dat", "text": self = .txt
    case "csv": self = .csv
    case "tsv", "tab": self = .tsv
    case "gz", "bz2", "xz", "lzma":
      self.init(extensionOf: String(name[..<dot]))
    default: return nil
    }
  }
}

/// What a file may ask for.
struct LimitOptions: ParsableArguments {
  @Option(help: "The longest header of .npy that is read, in characters; NumPy's limit is 10000.")
  var maxHeaderSize: Int?

  var resolved: LoadLimits {
    var limits = LoadLimits.default
    if let maxHeaderSize { limits.headerCharacters = maxHeaderSize }
    return limits
  }
}

/// How a source is read that is not an array by itself.
struct SourceOptions: ParsableArguments {
  @Option(help: "What the file is, whatever its content and extension say: npy, npz, pkl, txt, csv or tsv.")
  var from: FileKindName?
  @Option(parsing: .unconditional, help: "The encoding of text: utf-8, latin-1, utf-16, ascii.") var encoding: String?
  @Option(help: "What Python 2's strings in pickles become: ascii, latin1 or bytes.") var pickleEncoding: String?
  @OptionGroup var text: TextInputOptions
  @OptionGroup var limits: LimitOptions

  func loadOptions(_ kind: FileKindName) throws -> LoadTextOptions { try text.loadOptions(kind, encoding: encoding) }

  func gapOptions(_ kind: FileKindName, of source: any ByteSource) throws -> GenFromTextOptions {
    try text.gapOptions(kind, encoding: encoding, isStream: source.isStandardInput)
  }

  /// Reads text as the options say: as `np.loadtxt`, or as `np.genfromtxt`.
  ///
  /// - Parameter slice: What will be taken of the array: rows behind it need not be read.
  func load(
    _ source: any ByteSource, _ kind: FileKindName, rowsFor slice: [AxisSelection]? = nil
  ) throws -> StoredArray {
    let needed = text.rowsNeeded(for: slice)
    guard text.gaps.genfromtxt else {
      source.willBeReadOnce()
      var options = try loadOptions(kind)
      if let needed {
        options.maxRows = needed
        // Nobody has asked for a number of rows, or is to be told how they are counted.
        options.onWarning = { if !$0.hasPrefix("Input line ") { Console.warn($0) } }
      }
      return options.dtype.kind == .object
        ? .objects(try ObjectArray.loadText(from: source, options: options))
        : .values(try AnyNDArray.loadText(from: source, options: options))
    }
    var options = try gapOptions(kind, of: source)
    if let needed { options.maxRows = needed }
    return options.dtype?.kind == .object
      ? .objects(try ObjectArray.genFromText(from: source, options: options))
      : .values(try AnyNDArray.genFromText(from: source, options: options).array)
  }
}

extension ConvertCommand {
  /// The format that is written.
  var destinationKind: FileKindName {
    get throws {
      if let kind = to ?? FileKindName(extensionOf: destination) { return kind }
      throw ValidationError(
        destination == "-"
          ? "what shall standard output be? say --to npy, npz, pkl, txt, csv or tsv"
          : "the extension of '\(destination)' says no format: say --to npy, npz, pkl, txt, csv or tsv")
    }
  }

  /// From this size on files are converted in pieces where that is possible.
  private static var largeSize: Int { 64 << 20 }

  /// Converts large text to npy, and large arrays to text, in bounded memory.
  ///
  /// - Returns: Whether it was done; else the whole has to be taken into memory.
  func convertInPieces(_ opened: OpenedFile, _ address: Address, to kind: FileKindName) throws -> Bool {
    guard array.isBlockwise, address.slice == nil else { return false }
    switch (opened, kind) {
    case (.text(let source, let textKind), .npy), (.text(let source, let textKind), .txt),
      (.text(let source, let textKind), .csv), (.text(let source, let textKind), .tsv):
      return try convertRows(of: source, textKind, to: kind)
    case (.npy(let file), .txt), (.npy(let file), .csv), (.npy(let file), .tsv):
      guard array.isEmpty, file.header.dataByteCount >= ConvertCommand.largeSize, file.source.isSeekable else {
        return false
      }
      var options = try textOutput.saveOptions(kind, encoding: reading.encoding)
      options.encoding = options.encoding ?? .utf8
      let header = file.header
      let total = header.dataByteCount
      try ByteProgress.operation(.writing, destination, total: total, counting: .array) { () throws(FormatError) in
        try TextFile.write(to: destination, replacing: output.replaces) { (sink: any ByteSink) throws(FormatError) in
          var writer = try TextTableWriter(
            sink, dtype: header.dtype, rowShape: Array(header.shape.dropFirst()), options: options)
          try file.forEachChunk { (_: Range<Int>, rows: AnyNDArray) throws(FormatError) in try writer.append(rows) }
          try writer.finish()
        }
      }
      return true
    default: return false
    }
  }
}

/// What `convert` does to an array on its way.
struct ArrayOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "The new shape, as 100000,10; -1 once for what is left.")
  var reshape: String?
  @Option(parsing: .unconditional, help: "The new dtype: anything that np.dtype takes as a string.")
  var astype: String?
  @Option(help: "C or F: which axis runs fastest in the result.")
  var order: MemoryOrder?

  enum MemoryOrder: String, ExpressibleByArgument {
    case c = "C"
    case f = "F"
  }

  var isEmpty: Bool { isBlockwise && astype == nil }
  /// Whether what is done to the whole can be done to block after block of its rows.
  var isBlockwise: Bool { reshape == nil && order == nil }

  /// The new shape.
  private var shape: [Int]? {
    get throws {
      guard let reshape else { return nil }
      let dimensions = reshape.split(separator: ",", omittingEmptySubsequences: true).map {
        Int($0.filter { $0 != " " })
      }
      guard dimensions.allSatisfy({ $0 != nil }) else {
        throw ValidationError("'\(reshape)' is no shape: write integers with commas, as 100000,10")
      }
      return dimensions.compactMap { $0 }
    }
  }

  /// The same for an array that passes by; `nil` if that cannot be done on the way.
  func apply(to source: ArrayStream, of path: String) throws -> ArrayStream? {
    var result: ArrayStream? = source
    do {
      if let shape = try shape { result = try result?.reshaped(shape) }
      if let astype { result = try result?.converted(to: DType(parsing: astype)) }
    } catch let error as ArrayError {
      throw FormatError(.badArgument, error.message, file: path)
    }
    guard let order, let stream = result else { return result }
    // An array that lies in both orders counts as one in C order.
    let isLine = stream.shape.count { $0 != 1 } <= 1
    return isLine || stream.isFortranOrder == (order == .f) ? stream : nil
  }

  func apply(to source: StoredArray, of path: String) throws -> StoredArray {
    var result = source
    do {
      if let shape = try shape {
        result = try result.rearranged { (array: AnyNDArray) throws(ArrayError) in try array.reshaped(shape) }
      }
      if let astype { result = try result.asType(DType(parsing: astype)) }
      if let order {
        result = try result.rearranged { array in
          order == .c ? array.contiguous() : array.isFContiguous ? array : array.packed(fortran: true)
        }
      }
    } catch let error as ArrayError {
      throw FormatError(.badArgument, error.message, file: path)
    }
    return result
  }
}
