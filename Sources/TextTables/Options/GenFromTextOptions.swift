public import ByteIO
public import NDArrays

/// How text with gaps is read as a table: the parameters of NumPy's `genfromtxt`.
public struct GenFromTextOptions: Sendable {
  /// What divides a line into columns.
  public enum Delimiter: Sendable, Hashable {
    /// Runs of white space.
    case space
    /// A text of any length.
    case text(String)
    /// Columns of one width, in characters.
    case width(Int)
    /// Columns of these widths, in characters.
    case widths([Int])
  }

  /// Where the names of the fields come from.
  public enum Names: Sendable, Hashable {
    /// The first line after ``GenFromTextOptions/skipHeader``, which may be a comment.
    case firstLine
    /// These.
    case list([String])
  }

  /// A column by its place or its name.
  public enum Column: Sendable, Hashable {
    /// Its place, negative from the end.
    case index(Int)
    /// The name of its field.
    case name(String)

    var isName: Bool { if case .name = self { true } else { false } }

    /// The place of a column that is told by its number, negative from the end: `2020` may be a name where there are not as many
    /// columns. One of a name that is none of the names is where none is.
    func place(among names: [String]?, count: Int) -> Int {
      switch self {
      case .name(let name): names?.firstIndex(of: name) ?? count
      case .index(let index) where index < 0: index + count
      case .index(let index): index < count ? index : names?.firstIndex(of: String(index)) ?? index
      }
    }
  }

  /// One value for all columns, or one for each, by place or by name.
  public enum PerColumn<Value: Sendable & Hashable>: Sendable, Hashable {
    /// For every column.
    case all(Value)
    /// In the order of the columns that are read; `nil` for a column that has none.
    case list([Value?])
    /// For some columns of the file; `nil` as a key of missing values represents every column.
    case columns([Column?: Value])
  }

  /// What happens to the letters of names; NumPy's `case_sensitive`.
  public enum NameCase: Sendable, Hashable {
    case kept, upper, lower
  }

  /// The type of the elements; `nil` to find it, column by column: bool, integer, float, complex or text.
  public var dtype: DType? = .float64
  /// What begins a comment; `nil` for none. NumPy's `comments`.
  public var comments: String? = "#"
  /// What divides columns. NumPy's `delimiter`.
  public var delimiter = Delimiter.space
  /// How many lines to leave out at the start. NumPy's `skip_header`.
  public var skipHeader = 0
  /// How many rows to leave out at the end. NumPy's `skip_footer`.
  public var skipFooter = 0
  /// Whether fields that are no numbers, and so become missing values, are told by ``onWarning``: NumPy tells nothing of them.
  package var tellsWords = true
  /// Functions for columns. NumPy's `converters`.
  public var converters: [Column: TextConverter] = [:]
  /// Texts that represent a missing value, beside the empty one. NumPy's `missing_values`.
  public var missingValues: PerColumn<[String]>?
  /// What missing values become. NumPy's `filling_values`.
  public var fillingValues: PerColumn<TextValue>?
  /// The columns to read. NumPy's `usecols`.
  public var useColumns: [Column]?
  /// The names of the fields. NumPy's `names`.
  public var names: Names?
  /// Names that get an underscore, beside `return`, `file` and `print`. NumPy's `excludelist`.
  public var excludeList: [String] = []
  /// Characters to delete from names; NumPy's own if left out. NumPy's `deletechars`.
  public var deleteCharacters: String?
  /// What spaces in names become. NumPy's `replace_space`.
  public var replaceSpace = "_"
  /// Whether white space around fields is taken off. NumPy's `autostrip`.
  public var autostrip = false
  /// What happens to the letters of names. NumPy's `case_sensitive`.
  public var nameCase = NameCase.kept
  /// The format of names that were not given. NumPy's `defaultfmt`.
  public var defaultFormat = "f%i"
  /// Whether to transpose the result. NumPy's `unpack`.
  public var unpack = false
  /// Whether to tell which values were missing. NumPy's `usemask`.
  public var usemask = false
  /// Whether a text that is not a value becomes the missing value rather than an error. NumPy's `loose`.
  public var loose = true
  /// Whether a row with another number of columns is an error rather than left out with a warning. NumPy's
  /// `invalid_raise`.
  public var invalidRaise = true
  /// How many rows to read at most. NumPy's `max_rows`.
  public var maxRows: Int?
  /// How bytes become characters; UTF-8 if left out. NumPy's `encoding`.
  public var encoding: TextEncoding?
  /// Whether text whose type is found becomes bytes in Latin-1 if it can, with NumPy's warning: its `encoding="bytes"`.
  public var keepsBytes = false
  /// The least number of axes, 0 to 2. NumPy's `ndmin`.
  public var ndmin = 0
  /// How the text is laid out and spelled where that is not NumPy's way.
  public var dialect = TextDialect()
  /// Whether the names of ``names`` are those that the file gives its columns.
  package var namesAreOfFile = false
  /// How many of the lines that begin the text have been read already and are empty now; messages count them.
  package var passedLines = 0
  /// The longest line, in bytes.
  public var maxLineBytes = 64 << 20
  /// Called with NumPy's warnings: an empty file, rows that were left out.
  public var onWarning: (@Sendable (FileWarning) -> Void)?

  /// NumPy's defaults; set what differs.
  public init(dtype: DType? = .float64, delimiter: Delimiter = .space) {
    self.dtype = dtype
    self.delimiter = delimiter
  }
}

/// What `genfromtxt` makes of a text.
public struct GenFromTextResult: Sendable {
  /// The values, of what is missing those that the options have for it.
  public var array: AnyNDArray
  /// Where values were missing: `bool`, or a `bool` per field; only if asked for by ``GenFromTextOptions/usemask``.
  public var mask: AnyNDArray?

  /// What has been read, and where values are missing.
  public init(array: AnyNDArray, mask: AnyNDArray? = nil) {
    self.array = array
    self.mask = mask
  }
}
