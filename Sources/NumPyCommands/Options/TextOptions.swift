import ArgumentParser
import ByteIO
import NumPyIO

/// How text is read: the parameters of `np.loadtxt` under their names.
struct TextInputOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "The dtype of text: a string or a list literal as np.dtype takes it.")
  var dtype: String?
  @Option(
    parsing: .unconditional, help: "What separates columns; left out: white space, a comma for .csv, a tab for .tsv.")
  var delimiter: String?
  @Option(
    parsing: .unconditionalSingleValue, help: "What begins a comment; may be given several times, empty for none.")
  var comments: [String] = []
  @Option(parsing: .unconditional, help: "Lines to leave out at the start.") var skiprows = 0
  @Option(parsing: .unconditional, help: "Columns to read, as 0,2,-1.") var usecols: String?
  @Option(parsing: .unconditional, help: "Rows to read at most.") var maxRows: Int?
  @Option(parsing: .unconditional, help: "The fewest axes of the result.") var ndmin = 0
  @Option(parsing: .unconditional, help: "The character around quoted fields.") var quotechar: String?
  @Flag(help: "Transpose the result.") var unpack = false
  @OptionGroup var gaps: GapOptions

  func validate() throws {
    guard skiprows >= 0, maxRows ?? 0 >= 0 else { throw ValidationError("argument must be nonnegative") }
    guard (0...2).contains(ndmin) else { throw ValidationError("Illegal value of ndmin keyword: \(ndmin)") }
  }

  /// The options of the library, but for a delimiter that the file's extension implies.
  func loadOptions(encoding: String?) throws -> LoadTextOptions {
    var options = LoadTextOptions(dtype: .float64, delimiter: givenDelimiter)
    if let dtype { options.dtype = try TextInputOptions.parsed(dtype) }
    if !comments.isEmpty { options.comments = comments.map(Escapes.resolve).filter { !$0.isEmpty } }
    options.skipRows = skiprows
    if let usecols { options.useColumns = try TextInputOptions.columns(usecols) }
    options.maxRows = maxRows
    options.ndmin = ndmin
    options.quoteCharacter = quotechar.map(Escapes.resolve)
    options.unpack = unpack
    if let encoding { options.encoding = try TextEncoding(named: encoding) }
    options.onWarning = { Console.warn($0) }
    return options
  }

  /// The delimiter that was given; an empty one is white space.
  private var givenDelimiter: String? {
    delimiter.flatMap { $0.isEmpty ? nil : Escapes.resolve($0) }
  }

  static func parsed(_ dtype: String) throws -> DType {
    do throws(ArrayError) { return try DType(parsing: dtype) } catch { throw ValidationError(error.message) }
  }

  /// The options of `genfromtxt`, but for a delimiter that the file's extension implies.
  func gapOptions(encoding: String?, isStream: Bool) throws -> GenFromTextOptions {
    var options = GenFromTextOptions()
    if let givenDelimiter { options.delimiter = .text(givenDelimiter) }
    if let dtype { options.dtype = dtype == "auto" ? nil : try TextInputOptions.parsed(dtype) }
    if let mark = comments.first.map(Escapes.resolve) { options.comments = mark.isEmpty ? nil : mark }
    options.skipHeader = skiprows
    options.maxRows = maxRows
    options.ndmin = ndmin
    options.unpack = unpack
    if let usecols {
      options.useColumns = GapOptions.names(usecols).map { Int($0).map { .index($0) } ?? .name($0) }
    }
    // Bytes are what NumPy's oldest readers gave: a file is read as UTF-8 all the same, a stream as Latin-1.
    options.keepsBytes = encoding == "bytes"
    if let encoding, !options.keepsBytes || isStream { options.encoding = try TextEncoding(named: encoding) }
    options.onWarning = { Console.warn($0) }
    try gaps.apply(to: &options)
    return options
  }

  static func columns(_ text: String) throws -> [Int] {
    try text.isEmpty
      ? []
      : GapOptions.names(text).map { part in
        guard let column = Int(part) else {
          throw ValidationError("'\(part)' is no column: write integers with commas, as 0,2,-1")
        }
        return column
      }
  }
}

/// How text is written: the parameters of `np.savetxt` under their names.
struct TextOutputOptions: ParsableArguments {
  @Option(parsing: .unconditionalSingleValue, help: "How values are written, as %d; several times for one per column.")
  var fmt: [String] = []
  @Flag(help: "Take even a single --fmt as a list with an entry per column.") var fmtList = false
  @Option(parsing: .unconditional, help: "What separates columns; left out: a space, a comma for .csv, a tab for .tsv.")
  var outDelimiter: String?
  @Option(parsing: .unconditional, help: "What ends lines.") var newline: String?
  @Option(parsing: .unconditional, help: "Text above the data.") var header: String?
  @Option(parsing: .unconditional, help: "Text below the data.") var footer: String?
  @Option(parsing: .unconditional, help: "What stands before each line of header and footer.")
  var commentPrefix: String?

  /// The options of the library, but for a delimiter that the file's extension implies.
  func saveOptions(encoding: String?) throws -> SaveTextOptions {
    var options = SaveTextOptions()
    if fmtList || fmt.count > 1 {
      options.format = .columns(fmt.map(Escapes.resolve))
    } else if let single = fmt.first {
      options.format = .single(Escapes.resolve(single))
    }
    if let outDelimiter { options.delimiter = Escapes.resolve(outDelimiter) }
    if let newline { options.newline = Escapes.resolve(newline) }
    if let header { options.header = Escapes.resolve(header) }
    if let footer { options.footer = Escapes.resolve(footer) }
    if let commentPrefix { options.commentPrefix = Escapes.resolve(commentPrefix) }
    if let encoding { options.encoding = try TextEncoding(named: encoding) }
    return options
  }
}

/// Escapes in the values of options, for what is awkward to type in a shell.
enum Escapes {
  /// The text with `\t`, `\n`, `\r` and `\\` replaced by their characters; other backslashes stay.
  static func resolve(_ text: String) -> String {
    guard text.contains("\\") else { return text }
    var result = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      guard character == "\\", let next = rest.first else {
        result.append(character)
        continue
      }
      switch next {
      case "t": result.append("\t")
      case "n": result.append("\n")
      case "r": result.append("\r")
      case "\\": result.append("\\")
      default:
        result.append(character)
        continue
      }
      rest.removeFirst()
    }
    return result
  }
}
