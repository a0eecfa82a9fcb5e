import ArgumentParser
import ByteIO
import NumPyIO

/// How a source is read: what every command that reads arrays takes.
///
/// The options stand in one group although they are of five kinds: each group costs every start of the command a third of a millisecond,
/// in which the parser looks for what its type conforms to.
struct SourceOptions: ParsableArguments {
  @Option(help: "What the file is, whatever its content and extension say: \(FileFormat.list).")
  var from: FileFormat?
  @Option(parsing: .unconditional, help: "The encoding of text, as Python calls it: utf-8, latin-1, utf-16, cp1252.")
  var encoding: String?
  @Option(
    parsing: .unconditional,
    help:
      "See the bytes of the elements as a dtype, or decode bfloat16, float8_e4m3fn, float8_e5m2, int4 and the like.",
    completion: .list(ElementFormat.allCases.map(\.rawValue)))
  var view: String?

  // Bytes without a header, beside their dtype.
  @Option(
    parsing: .unconditional,
    help: "Of raw bytes the shape, as 100,3; -1 once for as many as there are. Left out: one axis.")
  var shape: String?
  @Option(parsing: .unconditional, help: "Of raw bytes how many come before the elements.") var offset: Int?
  @Option(help: "Of raw bytes C or F: which axis runs fastest in the file.") var rawOrder: MemoryOrder?

  // Text, as `np.loadtxt` reads it, under the names of its parameters.
  @Option(parsing: .unconditional, help: "The dtype of text: a string or a list literal as np.dtype takes it.")
  var dtype: String?
  @Option(
    parsing: .unconditional,
    help: "What separates columns, or auto; left out: white space, a comma for .csv, a tab for .tsv.")
  var delimiter: String?
  @Option(
    parsing: .unconditionalSingleValue, help: "What begins a comment; may be given several times, empty for none.")
  var comments: [String] = []
  @Option(parsing: .unconditional, help: "Lines to leave out at the start; auto for all that do not look like data.")
  var skiprows: String?
  @Option(parsing: .unconditional, help: "Columns to read, as 0,2,-1 or 0:4, or names.") var usecols: String?
  @Option(parsing: .unconditional, help: "Rows to read at most.") var maxRows: Int?
  @Option(parsing: .unconditional, help: "The fewest axes of the result.") var ndmin: Int?
  @Option(parsing: .unconditional, help: "The character around quoted fields.") var quotechar: String?
  @Flag(help: "Transpose the result.") var unpack = false

  // Text with gaps: what `np.genfromtxt` has beyond `np.loadtxt`.
  @Flag(help: "Read text as np.genfromtxt: missing values, names, fixed widths; --dtype auto finds the types.")
  var genfromtxt = false
  @Option(parsing: .unconditional, help: "Fixed widths of the columns, as 3,5,2; one number for all.")
  var widths: String?
  @Option(parsing: .unconditional, help: "Rows to leave out at the end.") var skipFooter: Int?
  @Option(parsing: .unconditional, help: "true for the names of the first line, or the names: a,b,c.")
  var names: String?
  @Option(parsing: .unconditional, help: "Names that get an underscore.") var excludelist: String?
  @Option(parsing: .unconditional, help: "Characters to delete from names.") var deletechars: String?
  @Option(parsing: .unconditional, help: "What spaces in names become.") var replaceSpace: String?
  @Flag(help: "Take white space off fields.") var autostrip = false
  @Option(help: "upper or lower: the letters of names.") var `case`: String?
  @Option(parsing: .unconditional, help: "The format of names that were not given.") var defaultfmt: String?
  @Option(
    parsing: .unconditional,
    help: "Texts that stand for missing values, as N/A,-; or per column, as ['N/A', '-'] or {0: 'N/A', 'b': '-'}.")
  var missingValues: String?
  @Option(parsing: .unconditional, help: "What missing values become, per column, as 0,-1 or {0: 0, 'b': -1}.")
  var fillingValues: String?
  @Flag(help: "Let a text that is no value be an error.") var strictValues = false
  @Flag(help: "Tell which values were missing: a masked array in a pickle, the members data and mask in an archive.")
  var usemask = false
  @Flag(help: "Leave rows with another number of columns out, with a warning.") var skipInvalid = false

  // Text that is laid out or spelled in another way than NumPy reads.
  @Option(parsing: .unconditional, help: "Begin after the first line with a match of this regular expression.")
  var skipTo: String?
  @Flag(help: "Leave out the line after the names, which has units.") var unitsRow = false
  @Flag(help: "Lines end in a delimiter, behind which there is no column.") var trailingDelimiter = false
  @Option(parsing: .unconditional, help: "What stands for the decimal point, as a comma.") var decimal: String?
  @Option(parsing: .unconditional, help: "What stands between groups of digits, as '.' or a space.")
  var thousands: String?
  @Option(
    help: ArgumentHelp(
      """
      Other spellings to accept, with commas: fortran (1.0D+3, 3.14-114), hex (0x1F), minus (31.25-), percent (12%), \
      currency ($1.50), microsoft (1.#INF), truth (yes, off); or all.
      """),
    completion: .list(TextDialect.Spelling.allCases.map(\.rawValue) + ["all"]))
  var accept: String?
  @Option(
    parsing: .unconditionalSingleValue,
    help: "A number that represents a missing value, as -9999: NaN, or as --genfromtxt fills it. May be repeated.")
  var missingNumber: [Double] = []
  @Option(parsing: .unconditional, help: "How moments are written, as '%d.%m.%Y %H:%M'.") var dateFormat: String?

  @Option(help: LimitOptions.headerHelp) var maxHeaderSize: Int?
  @OptionGroup var content: ContentOptions
  @OptionGroup var limits: LimitOptions
  @OptionGroup var remote: RemoteInput

  func validate() throws {
    if let skiprows, skiprows != "auto" {
      guard let count = Int(skiprows) else {
        throw ValidationError("--skiprows takes a number of lines or auto, not '\(skiprows)'")
      }
      guard count >= 0 else { throw ValidationError("argument must be nonnegative: --skiprows") }
    }
    // NumPy's genfromtxt takes none for all, and a dtype may have no field.
    if usecols == "", dtype == nil, !genfromtxt {
      throw ValidationError("--usecols '' names no column: write some, as 0,2,-1 or name,price")
    }
    guard maxRows ?? 0 >= 0 else { throw ValidationError("argument must be nonnegative: --max-rows") }
    if let ndmin, !(0...2).contains(ndmin) { throw ValidationError("Illegal value of ndmin keyword: \(ndmin)") }
  }

  /// The limits of the library.
  var loadLimits: LoadLimits { limits.resolved(maxHeaderSize: maxHeaderSize) }

  /// The options of the library, for a file.
  ///
  /// - Throws: `ValidationError` for values of options that mean nothing.
  func openOptions(for path: String) throws -> OpenOptions {
    try TextOptionUse.check(self)
    var options = limits.openOptions(maxHeaderSize: maxHeaderSize)
    options.findsColumnTypes = dtype == nil
    options.format = from
    try content.apply(to: &options)
    try applyView(to: &options)
    let format = from ?? FileFormat(extensionOf: RemoteInput.name(path))
    if from == .raw || (format == .raw && dtype != nil) {
      options.format = .raw
      try applyRaw(to: &options)
      return options
    }
    guard !isForRaw else { throw ValidationError("--shape, --offset and --raw-order go with --from raw") }
    if format == .json {
      options.jsonDType = try dtype.map(SourceOptions.parsed)
      return options
    }
    options.usesDelimiterOfExtension = delimiter == nil
    options.text =
      genfromtxt
      ? .genFromText(try gapOptions(encoding: encoding, isStream: path == "-"))
      : .loadText(try loadOptions(encoding: encoding))
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
    if usemask {
      throw ValidationError("--usemask goes with convert to .npz or .pkl, which keep what is missing")
    }
    let document = try remote.document(path, options)
    if !isOneOfMany { try TextOptionUse.check(self, of: document, leavingOut: others) }
    return document
  }

  /// Whether an option is given that is for pickles.
  var isForPickles: Bool { content.pickleEncoding != nil }

  /// Whether any option is given that is for text.
  var isForText: Bool { from?.isText == true || TextOptionUse.all.contains { $0.isGiven(self) } }

  /// The array that an address names.
  func array(_ address: Address, isOneOfMany: Bool = false) throws -> LazyArray {
    try address.item(of: document(address.path, isOneOfMany: isOneOfMany)).array
  }
}
