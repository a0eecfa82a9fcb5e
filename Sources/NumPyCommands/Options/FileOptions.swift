public import ArgumentParser
import ByteIO
import NumPyIO

extension FileFormat: ExpressibleByArgument {
  /// The names of all formats, for people.
  static let list = list(of: allCases)

  /// Those that are written, too.
  static let written = allCases.filter { $0 != .gguf }
  static let writtenList = list(of: written)

  private static func list(of formats: [FileFormat]) -> String {
    let names = formats.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}

/// How strictly files are read.
struct LenientOptions: ParsableArguments {
  @Flag(
    help:
      "Read headers whose meaning is clear although NumPy refuses them, and archives that only Python's zipfile reads.")
  var lenient = false

  /// The limits of the library.
  var limits: LoadLimits {
    var limits = LoadLimits.default
    limits.isLenient = lenient
    return limits
  }
}

/// Whether of damaged files what is whole is read.
struct RecoverOptions: ParsableArguments {
  @Flag(help: "Of files that are cut short read the rows, and the members, that are whole; a warning says how many.")
  var recover = false

  func apply(to options: inout OpenOptions) { options.recovers = recover }
}

extension ByteSize: ExpressibleByArgument {
  package init?(argument: String) {
    self.init(argument)
    // A limit of nothing would refuse everything.
    guard bytes > 0 else { return nil }
  }
}

/// How much memory a file may ask for.
struct MemoryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The most memory that what is compressed, packed or repeated in pickles, JSON and streams that are read whole may take: 500M, 8G. Without it as much as the file's size justifies, of JSON an eighth of the machine's, of streams half.",
      valueName: "size"))
  var memory: ByteSize?

  /// The limit in bytes, if it is given.
  var bytes: Int? { memory?.bytes }

  func apply(to options: inout OpenOptions) { options.pickle.limits.inflatedBytes = bytes }
}

/// What a file may ask for.
struct LimitOptions: ParsableArguments {
  @OptionGroup var strictness: LenientOptions
  @Option(help: "The longest header of .npy that is read, in characters; NumPy's limit is 10000.")
  var maxHeaderSize: Int?
  @OptionGroup var memory: MemoryOptions

  var resolved: LoadLimits {
    var limits = LoadLimits.default
    if let maxHeaderSize { limits.headerCharacters = maxHeaderSize }
    limits.isLenient = strictness.lenient
    return limits
  }

  /// The options of the library, for files that say themselves how they are read.
  var openOptions: OpenOptions {
    var options = OpenOptions()
    options.limits = resolved
    memory.apply(to: &options)
    options.onWarning = { Console.warn($0) }
    return options
  }
}

/// How pickles are read.
struct PickleReadingOptions: ParsableArguments {
  @Option(help: "What Python 2's strings in pickles become: ascii, latin1 or bytes.") var pickleEncoding: String?

  /// - Throws: `ValidationError` for an encoding that is not known.
  func apply(to options: inout OpenOptions) throws {
    guard let pickleEncoding else { return }
    guard let encoding = PickleStringEncoding(rawValue: pickleEncoding.lowercased()) else {
      throw ValidationError("--pickle-encoding takes ascii, latin1 or bytes, not '\(pickleEncoding)'")
    }
    options.pickle.encoding = encoding
    options.isPickleEncodingChosen = true
    options.decodesObjects = true
  }
}

/// What elements are seen as.
struct ViewOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help:
      "See the bytes of the elements as a dtype, or decode bfloat16, float8_e4m3fn, float8_e5m2, int4 and the like.",
    completion: .list(ElementFormat.allCases.map(\.rawValue)))
  var view: String?

  /// - Throws: `ValidationError` for a name that is no dtype and no format.
  func apply(to options: inout OpenOptions) throws {
    guard let view else { return }
    options.limits.acceptsForeignElements = true
    do throws(ArrayError) { options.view = try ElementView(view) } catch { throw ValidationError(error.message) }
  }
}

/// How bytes without a header are read, beside their `--dtype`.
struct RawInputOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "Of raw bytes the shape, as 100,3; -1 once for as many as there are. Left out: one axis.")
  var shape: String?
  @Option(parsing: .unconditional, help: "Of raw bytes how many come before the elements.") var offset: Int?
  @Option(help: "Of raw bytes C or F: which axis runs fastest in the file.") var rawOrder: ArrayOptions.MemoryOrder?

  var isGiven: Bool { shape != nil || offset != nil || rawOrder != nil }

  /// - Parameter dtype: The dtype of the elements, or the format that they are decoded from.
  /// - Throws: `ValidationError` for values that mean nothing.
  func apply(to options: inout OpenOptions, dtype: String?) throws {
    guard let dtype else { throw ValidationError("raw bytes do not say what they are: --dtype does, as in --dtype f4") }
    var raw: RawReading
    if let format = ElementFormat(rawValue: dtype) {
      raw = RawReading(dtype: .void(format.itemSize))
      options.view = options.view ?? .format(format)
    } else {
      raw = RawReading(dtype: try TextInputOptions.parsed(dtype))
    }
    raw.shape = try shape.map { try ArrayOptions.dimensions($0) }
    raw.offset = offset ?? 0
    guard raw.offset >= 0 else { throw ValidationError("--offset is a number of bytes from 0 on, not \(raw.offset)") }
    raw.isFortranOrder = rawOrder == .f
    options.raw = raw
  }
}

/// How a source is read that is not an array by itself.
struct SourceOptions: ParsableArguments {
  @Option(help: "What the file is, whatever its content and extension say: \(FileFormat.list).")
  var from: FileFormat?
  @Option(parsing: .unconditional, help: "The encoding of text, as Python calls it: utf-8, latin-1, utf-16, cp1252.")
  var encoding: String?
  @OptionGroup var pickles: PickleReadingOptions
  @OptionGroup var elements: ViewOptions
  @OptionGroup var raw: RawInputOptions
  @OptionGroup var damage: RecoverOptions
  @OptionGroup var text: TextInputOptions
  @OptionGroup var limits: LimitOptions
  @OptionGroup var remote: RemoteInput

  /// The options of the library, for a file.
  ///
  /// - Throws: `ValidationError` for values of options that mean nothing.
  func openOptions(for path: String) throws -> OpenOptions {
    try TextOptionUse.check(self)
    var options = limits.openOptions
    options.findsColumnTypes = text.dtype == nil
    options.format = from
    try pickles.apply(to: &options)
    try elements.apply(to: &options)
    damage.apply(to: &options)
    let format = from ?? FileFormat(extensionOf: RemoteInput.name(path))
    if from == .raw || (format == .raw && text.dtype != nil) {
      options.format = .raw
      try raw.apply(to: &options, dtype: text.dtype)
      return options
    }
    guard !raw.isGiven else { throw ValidationError("--shape, --offset and --raw-order go with --from raw") }
    if format == .json {
      options.jsonDType = try text.dtype.map(TextInputOptions.parsed)
      return options
    }
    options.usesDelimiterOfExtension = text.delimiter == nil
    options.text =
      text.gaps.genfromtxt
      ? .genFromText(try text.gapOptions(encoding: encoding, isStream: path == "-"))
      : .loadText(try text.loadOptions(encoding: encoding))
    // An encoding says nothing of the table.
    options.isTextChosen = TextOptionUse.all.contains { $0.name != "--encoding" && $0.isGiven(self) }
    return options
  }

  /// Opens a file, and refuses options that do nothing for what it is.
  ///
  /// - Parameters:
  ///   - isOneOfMany: Whether there are others, for which the options may be meant.
  ///   - destination: Where its arrays go; large ones wait beside it.
  ///   - others: Options for text that do something for what is written.
  func document(
    _ path: String, isOneOfMany: Bool = false, to destination: String? = nil, leavingOut others: Set<String> = []
  ) throws -> Document {
    let options = try destination.map { try openOptions(for: path, to: $0) } ?? openOptions(for: path)
    if text.gaps.usemask {
      throw ValidationError("--usemask goes with convert to .npz or .pkl, which keep what is missing")
    }
    let document = try remote.document(path, options)
    if !isOneOfMany { try TextOptionUse.check(self, of: document, leavingOut: others) }
    return document
  }

  /// Whether an option is given that is for pickles.
  var isForPickles: Bool { pickles.pickleEncoding != nil }

  /// Whether any option is given that is for text.
  var isForText: Bool { from?.isText == true || TextOptionUse.all.contains { $0.isGiven(self) } }

  /// The array that an address names.
  func array(_ address: Address, isOneOfMany: Bool = false) throws -> LazyArray {
    try address.item(of: document(address.path, isOneOfMany: isOneOfMany)).array
  }
}

/// How an archive is written.
struct ArchiveOptions: ParsableArguments {
  @Flag(help: "Lay the archive out as NumPy does, byte for byte: no alignment, no index, zlib level 6.")
  var numpyLayout = false
  @Option(
    help: "Compress: fast, default, best or zlib. --compress alone is default.",
    completion: .list(CommandLineArguments.levels))
  var compress: String?

  func resolved() throws -> (NPZCompression, NPZLayout) {
    let layout: NPZLayout = numpyLayout ? .numpy : .aligned
    guard let compress else { return (.none, layout) }
    guard let compression = NPZCompression(rawValue: compress), compression != .none else {
      throw ValidationError("--compress takes fast, default, best or zlib, not '\(compress)'")
    }
    if numpyLayout, compression == .default { return (.zlib, layout) }
    return (compression, layout)
  }
}

/// How pickles are written.
struct PickleOptions: ParsableArguments {
  @Option(name: .customLong("protocol"), parsing: .unconditional, help: "The pickle protocol, 0 to 5.")
  var protocolVersion: Int?
  @Option(help: "Whose module names arrays get: NumPy 1's (numpy.core) or 2's (numpy._core).") var numpyModules: Int?

  func apply(to options: inout SaveOptions) throws {
    if let protocolVersion {
      guard (0...5).contains(protocolVersion) else {
        throw ValidationError("pickle protocols are 0 to 5, not \(protocolVersion)")
      }
      options.pickleProtocol = protocolVersion
    }
    if let numpyModules {
      guard let modules = NumPyModules(rawValue: numpyModules) else {
        throw ValidationError("--numpy-modules takes 1 or 2, not \(numpyModules)")
      }
      options.numPyModules = modules
    }
  }
}

/// How a file is written.
struct OutputOptions: ParsableArguments {
  @Flag(name: [.customShort("n"), .long], help: "Fail if the file exists, instead of replacing it.")
  var noClobber = false

  @OptionGroup var disk: DiskOptions
  @OptionGroup var remote: RemoteOutput

  var replaces: Bool { !noClobber }

  /// Has the output saved as the options say.
  func apply(to options: inout SaveOptions) {
    options.replacing = replaces
    options.durability = disk.durability
  }
}

/// What output survives when the system stops.
struct DiskOptions: ParsableArguments {
  @Flag(
    help: """
      Wait until what is written is on disk, with its name. Without it a power failure can lose a new file, never one that
      is replaced.
      """)
  var durable = false

  var durability: Durability { durable ? .durable : .consistent }
}
