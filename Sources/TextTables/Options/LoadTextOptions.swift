public import ByteIO
public import NDArrays

/// A value that a converter makes of a field's text.
public enum TextValue: Sendable, Hashable {
  /// An integer.
  case integer(Int)
  /// A number.
  case number(Double)
  /// A complex number: its real and imaginary part.
  case complex(Double, Double)
  /// True or false.
  case bool(Bool)
  /// Text, which is converted as Python's `float`, `int` or `complex` would if the column is numeric.
  case text(String)
}

/// Turns a field's text into a value: NumPy's `converters`. What it throws becomes the cause of the error that
/// reading the file throws.
public typealias TextConverter = @Sendable (String) throws -> TextValue

/// How text is read as a table: the parameters of NumPy's `loadtxt`.
public struct LoadTextOptions: Sendable {
  /// The type of the elements; a structured one takes a column for each of its leaf fields. `S`, `U`, `M8` and `m8`
  /// without size or unit are found from the data.
  public var dtype: DType = .float64
  /// What begins a comment, up to the end of the line; none if empty. NumPy's `comments`.
  public var comments: [String] = ["#"]
  /// What stands between columns, `nil` for runs of white space. NumPy's `delimiter`, which is one character there.
  public var delimiter: String?
  /// Functions for columns by index (negative from the end). NumPy's `converters` as a dictionary.
  public var converters: [Int: TextConverter] = [:]
  /// The function for every column. NumPy's `converters` as a single callable.
  public var converter: TextConverter?
  /// How many lines to leave out at the start, comments and empty ones counted. NumPy's `skiprows`.
  public var skipRows = 0
  /// The columns to read, in this order, negative from the end; `nil` for all. NumPy's `usecols`.
  public var useColumns: [Int]?
  /// Whether to transpose the result. NumPy's `unpack`; for the fields of a structured array see
  /// ``AnyNDArray/loadTextColumns(from:options:)-(String,_)``.
  public var unpack = false
  /// The least number of axes, 0 to 2: axes of length 1 are dropped beyond it. NumPy's `ndmin`.
  public var ndmin = 0
  /// How bytes become characters; UTF-8 if left out, as Python opens files. NumPy's `encoding`.
  public var encoding: TextEncoding?
  /// How many rows to read at most, comments and empty lines not counted. NumPy's `max_rows`.
  public var maxRows: Int?
  /// The character around fields that may contain delimiters and line ends, doubled to represent itself. NumPy's
  /// `quotechar`.
  public var quoteCharacter: String?
  /// Columns to read by name or number, in this order, in place of ``useColumns``: names are those of the line above the data
  /// (``TextDialect/hasNames``).
  public var columnNames: [GenFromTextOptions.Column]?
  /// The names that the fields of ``dtype`` were given and nothing else is known of: a table whose types are found takes them.
  package var givenNames: [String]?
  /// How the text is laid out and spelled where that is not NumPy's way.
  public var dialect = TextDialect()
  /// The longest line, in bytes: what bounds the memory that a file without line ends takes.
  public var maxLineBytes = 64 << 20
  /// Called with NumPy's warnings, such as that the input contained no data.
  public var onWarning: (@Sendable (FileWarning) -> Void)?

  /// NumPy's defaults but for what is given; the rest is set as properties.
  public init(
    dtype: DType = .float64, delimiter: String? = nil, skipRows: Int = 0, useColumns: [Int]? = nil, maxRows: Int? = nil,
    dialect: TextDialect = TextDialect()
  ) {
    self.dtype = dtype
    self.delimiter = delimiter
    self.skipRows = skipRows
    self.useColumns = useColumns
    self.maxRows = maxRows
    self.dialect = dialect
  }
}
