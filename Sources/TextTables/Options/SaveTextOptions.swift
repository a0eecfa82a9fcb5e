/// The format of `savetxt`: Python's `%` conversions.
public enum TextFormat: Sendable, Hashable, ExpressibleByStringLiteral {
  /// One conversion for every column, such as `%.18e`; or a format for the whole row with as many conversions as
  /// there are columns, such as `%d: %.3f`.
  case single(String)
  /// A conversion per column.
  case columns([String])

  /// One conversion for every column, or a format for the whole row.
  public init(stringLiteral text: String) { self = .single(text) }
}

/// How an array is written as text: the parameters of NumPy's `savetxt`.
public struct SaveTextOptions: Sendable, Hashable {
  /// How values are written; NumPy's `fmt`.
  public var format: TextFormat
  /// What stands between columns; NumPy's `delimiter`.
  public var delimiter: String
  /// What ends a line; NumPy's `newline`.
  public var newline: String
  /// Text above the data, each line after ``commentPrefix``; NumPy's `header`.
  public var header: String
  /// Text below the data; NumPy's `footer`.
  public var footer: String
  /// What stands before each line of header and footer; NumPy's `comments`.
  public var commentPrefix: String
  /// How characters become bytes; NumPy's `encoding`. Left out, it is UTF-8 for a file (Python's default) and
  /// Latin-1 for a sink (NumPy's for streams).
  public var encoding: TextEncoding?

  /// Whether integers that the format would round (``TextFormat`` `%.18e` goes by a `Double`) are written with all their
  /// digits.
  public var keepsDigits = false
  /// Whether the names of fields stand in the first line, without ``commentPrefix``; above texts without fields `f0`, `f1`
  /// and so on.
  public var writesNames = false
  /// The character around texts that contain the delimiter, a line end or the character itself, which is doubled: CSV as
  /// RFC 4180 has it. Bytes are written as their characters then, not as Python's `b'…'`. `nil` for none, as NumPy.
  public var quoteCharacter: String?

  /// Options; each that is left out is NumPy's default.
  public init(
    format: TextFormat = "%.18e", delimiter: String = " ", newline: String = "\n", header: String = "",
    footer: String = "", commentPrefix: String = "# ", encoding: TextEncoding? = nil
  ) {
    self.format = format
    self.delimiter = delimiter
    self.newline = newline
    self.header = header
    self.footer = footer
    self.commentPrefix = commentPrefix
    self.encoding = encoding
  }
}
