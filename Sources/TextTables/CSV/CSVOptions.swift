internal import NDArrays

/// How a CSV file is read by `AnyNDArray(csv:options:)`.
public struct CSVOptions: Sendable, Hashable {
  /// Whether the first line has the names of the columns; `nil` if that is to be found. It has if all its fields are words,
  /// neither numbers, truth values nor dates, the first perhaps empty above a column without gaps; and where some are none, if a word stands
  /// above numbers or a date above something else, or if the numbers are years above something else, or three and more integers that
  /// grow in equal steps above other numbers.
  public var hasHeader: Bool?
  /// What separates columns; `nil` for a tab in `.tsv` files, in others a comma or, if that fits the first lines better, a
  /// semicolon, a tab or a bar.
  public var delimiter: String?
  /// The character around fields that may contain delimiters and line ends; `nil` for `"`.
  public var quoteCharacter: String?
  /// What begins comments up to the end of the line, each of one character. Lines that begin with `#` above the table, and
  /// of one field within it, are left out in any case.
  public var comments: [String] = []
  /// How many lines to leave out at the start.
  public var skipRows = 0
  /// How many rows to read at most.
  public var maxRows: Int?
  /// Whether lines may end in a delimiter, behind which there is no column.
  public var endsInDelimiter = false
  /// The columns to read, in this order; `nil` for all.
  public var columns: [GenFromTextOptions.Column]?
  /// The encoding; `nil` for UTF-8, or what a byte order mark says.
  public var encoding: TextEncoding?
  /// How numbers, truth values and dates are written, where not as in Python: `TextDialect(decimalMark: ",", thousandsMark: ".")`.
  /// Where the table begins and what divides its columns is found without it.
  public var dialect = TextDialect()

  /// The names of all columns, in place of those that the text gives them.
  package var names: [String]?
  /// The most bytes that the table may have; `nil` for what its text justifies.
  package var mostBytes: Int?
  /// The columns that are text, whatever their fields look like.
  var textColumns: Set<Int> = []
  /// The names of columns that are text, whatever their fields look like.
  package var textNames: Set<String> = []

  /// A header that is to be found, the delimiter of the extension.
  public init() {}

  /// Leaves a dialect with the spelling of fields alone: a table finds by itself where it begins, what divides its columns and what they
  /// are called.
  package mutating func take(_ dialect: inout TextDialect) {
    if dialect.hasNames { hasHeader = true }
    if dialect.endsInDelimiter { endsInDelimiter = true }
    (dialect.endsInDelimiter, dialect.hasNames, dialect.findsDelimiter) = (false, false, false)
    dialect.start = .given
  }

  /// What options of `np.loadtxt` say of a table whose types are found, and of the spelling of its fields; `nil` if they say
  /// more than that.
  package static func table(_ reading: LoadTextOptions) -> (options: CSVOptions, dialect: TextDialect)? {
    var (options, dialect) = (CSVOptions(), reading.dialect)
    guard reading.dtype == .float64 || reading.givenNames != nil, reading.converters.isEmpty, reading.converter == nil,
      !reading.unpack, reading.comments.allSatisfy({ $0.unicodeScalars.count == 1 })
    else { return nil }
    if let columns = reading.columnNames ?? reading.useColumns.map({ $0.map { .index($0) } }) {
      // Each column is read once.
      guard Set(columns).count == columns.count else { return nil }
      options.columns = columns
    }
    options.take(&dialect)
    options.names = reading.givenNames
    (options.delimiter, options.encoding) = (reading.delimiter, reading.encoding)
    (options.quoteCharacter, options.skipRows, options.maxRows) = (
      reading.quoteCharacter, reading.skipRows, reading.maxRows
    )
    // NumPy's own mark is left out by itself, above the table and as a line within it.
    if reading.comments != LoadTextOptions().comments { options.comments = reading.comments }
    return (options, dialect)
  }
}
