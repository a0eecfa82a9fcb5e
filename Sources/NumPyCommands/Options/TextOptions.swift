import ArgumentParser
import ByteIO
import NumPyIO

/// How text is read: the parameters of `np.loadtxt` under their names.
struct TextInputOptions: ParsableArguments {
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
  @OptionGroup var gaps: GapOptions
  @OptionGroup var dialect: DialectOptions

  func validate() throws {
    if let skiprows, skiprows != "auto" {
      guard let count = Int(skiprows) else {
        throw ValidationError("--skiprows takes a number of lines or auto, not '\(skiprows)'")
      }
      guard count >= 0 else { throw ValidationError("argument must be nonnegative: --skiprows") }
    }
    // NumPy's genfromtxt takes none for all, and a dtype may have no field.
    if usecols == "", dtype == nil, !gaps.genfromtxt {
      throw ValidationError("--usecols '' names no column: write some, as 0,2,-1 or name,price")
    }
    guard maxRows ?? 0 >= 0 else { throw ValidationError("argument must be nonnegative: --max-rows") }
    if let ndmin, !(0...2).contains(ndmin) { throw ValidationError("Illegal value of ndmin keyword: \(ndmin)") }
  }

  private var skippedLines: Int { skiprows.flatMap { Int($0) } ?? 0 }

  /// What the options say of the text's layout and spelling, beside the options of NumPy's readers.
  private func textDialect() throws -> TextDialect {
    var dialect = TextDialect()
    if skiprows == "auto" { dialect.start = .found }
    dialect.findsDelimiter = delimiter == "auto"
    try self.dialect.apply(to: &dialect)
    return dialect
  }

  /// The options of the library, but for a delimiter that the file's extension implies.
  func loadOptions(encoding: String?) throws -> LoadTextOptions {
    var options = LoadTextOptions(dtype: .float64, delimiter: givenDelimiter)
    if let dtype { options.dtype = try TextInputOptions.parsed(dtype) }
    options.dialect = try textDialect()
    switch gaps.names {
    case nil: break
    case "true", "True": options.dialect.hasNames = true
    case let list?:
      let names = GapOptions.names(list)
      options.dtype = try TextInputOptions.named(names, options.dtype)
      if dtype == nil { options.givenNames = names }
    }
    if !comments.isEmpty { options.comments = comments.map(Escapes.resolve).filter { !$0.isEmpty } }
    options.skipRows = skippedLines
    if let usecols { try TextInputOptions.select(usecols, &options) }
    options.maxRows = maxRows
    options.ndmin = ndmin ?? 0
    options.quoteCharacter = quotechar.map(Escapes.resolve)
    options.unpack = unpack
    if let encoding { options.encoding = try TextEncoding(named: encoding) }
    options.onWarning = { Console.warn($0) }
    return options
  }

  /// The delimiter that was given; an empty one is white space.
  private var givenDelimiter: String? {
    delimiter.flatMap { $0.isEmpty || $0 == "auto" ? nil : Escapes.resolve($0) }
  }

  static func parsed(_ dtype: String) throws -> DType {
    guard dtype != "auto" else { throw ValidationError("--dtype auto, which finds the types, goes with --genfromtxt") }
    do throws(ArrayError) { return try DType(parsing: dtype) } catch {
      guard ElementFormat(rawValue: dtype) != nil else { throw ValidationError(error.message) }
      throw ValidationError("text is read as numbers that NumPy has, not as \(dtype): --astype \(dtype) converts them")
    }
  }

  /// The options of `genfromtxt`, but for a delimiter that the file's extension implies.
  func gapOptions(encoding: String?, isStream: Bool) throws -> GenFromTextOptions {
    var options = GenFromTextOptions()
    if let givenDelimiter { options.delimiter = .text(givenDelimiter) }
    if let dtype { options.dtype = dtype == "auto" ? nil : try TextInputOptions.parsed(dtype) }
    if let mark = comments.first.map(Escapes.resolve) { options.comments = mark.isEmpty ? nil : mark }
    options.dialect = try textDialect()
    options.dialect.quoteCharacter = quotechar.map(Escapes.resolve)
    options.skipHeader = skippedLines
    options.maxRows = maxRows
    options.ndmin = ndmin ?? 0
    options.unpack = unpack
    if let usecols { options.useColumns = try TextInputOptions.columns(usecols) }
    // Bytes are what NumPy's oldest readers gave: a file is read as UTF-8 all the same, a stream as Latin-1.
    options.keepsBytes = encoding == "bytes"
    if let encoding, !options.keepsBytes || isStream { options.encoding = try TextEncoding(named: encoding) }
    options.onWarning = { Console.warn($0) }
    try gaps.apply(to: &options)
    return options
  }

  /// Columns by number, range or name, separated by commas.
  static func columns(_ text: String) throws -> [GenFromTextOptions.Column] {
    guard !text.isEmpty else { return [] }
    return try GapOptions.names(text).flatMap { part -> [GenFromTextOptions.Column] in
      if let column = Int(part) { return [.index(column)] }
      if let range = try range(part) { return range.map { .index($0) } }
      guard !part.allSatisfy(\.isWholeNumber) else {
        throw ValidationError("'\(part)' is no column: write integers with commas, as 0,2,-1")
      }
      return [.name(part)]
    }
  }

  /// `2:5` or `:8:2`, as Python's slices; `nil` for what is none.
  private static func range(_ part: String) throws -> [Int]? {
    let bounds = part.split(separator: ":", omittingEmptySubsequences: false).map { String($0).trimmedSpaces }
    guard (2...3).contains(bounds.count), bounds.allSatisfy({ $0.isEmpty || Int($0) != nil }) else { return nil }
    let start = Int(bounds[0]) ?? 0
    let step = bounds.count == 3 ? Int(bounds[2]) ?? 1 : 1
    guard let stop = Int(bounds[1]), start >= 0, stop >= 0, step > 0, stop - start <= 1 << 20 else {
      throw ValidationError("'\(part)' is no range of columns: write start:stop with numbers from 0 on, as 0:4")
    }
    return Array(stride(from: start, to: stop, by: step))
  }

  private static func select(_ text: String, _ options: inout LoadTextOptions) throws {
    let columns = try columns(text)
    let indices = columns.compactMap { column in if case .index(let index) = column { index } else { nil } }
    if indices.count == columns.count {
      options.useColumns = indices
    } else {
      options.columnNames = columns
    }
  }

  /// Records whose fields have these names, each of a dtype, or of one of its fields.
  private static func named(_ names: [String], _ dtype: DType) throws -> DType {
    do throws(ArrayError) {
      return try dtype.naming(names)
    } catch { throw ValidationError(error.message) }
  }
}

/// How text is written: the parameters of `np.savetxt` under their names.
struct TextOutputOptions: ParsableArguments {
  @Option(parsing: .unconditionalSingleValue, help: "How values are written, as %d; several times for one per column.")
  var fmt: [String] = []
  @Flag(help: "Write CSV: the names of fields first, values as Python's str, in quotes where they need them.")
  var csv = false
  @Flag(help: "Take even a single --fmt as a list with an entry per column.") var fmtList = false
  @Option(parsing: .unconditional, help: "What separates columns; left out: a space, a comma for .csv, a tab for .tsv.")
  var outDelimiter: String?
  @Option(parsing: .unconditional, help: "What ends lines.") var newline: String?
  @Option(parsing: .unconditional, help: "Text above the data.") var header: String?
  @Option(parsing: .unconditional, help: "Text below the data.") var footer: String?
  @Option(parsing: .unconditional, help: "What stands before each line of header and footer.")
  var commentPrefix: String?

  /// The options that were given.
  var given: [String] {
    [
      ("--csv", csv), ("--fmt", !fmt.isEmpty), ("--fmt-list", fmtList), ("--out-delimiter", outDelimiter != nil),
      ("--newline", newline != nil), ("--header", header != nil), ("--footer", footer != nil),
      ("--comment-prefix", commentPrefix != nil),
    ].filter(\.1).map(\.0)
  }

  func validate() throws {
    if fmtList, fmt.isEmpty { throw ValidationError("--fmt-list goes with --fmt") }
    if commentPrefix != nil, header == nil, footer == nil {
      throw ValidationError("--comment-prefix goes with --header or --footer")
    }
  }

  /// The options of the library, but for a delimiter that the file's extension implies.
  func saveOptions(encoding: String?) throws -> SaveTextOptions {
    var options = SaveTextOptions()
    // The default would round integers of more than 53 bits.
    options.keepsDigits = fmt.isEmpty
    if csv {
      options.format = "%s"
      options.delimiter = ","
      options.writesNames = true
      options.quoteCharacter = "\""
    }
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
