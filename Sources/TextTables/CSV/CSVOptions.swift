/// How a CSV file is read by ``NDArrays/AnyNDArray/init(csv:options:)``.
public struct CSVOptions: Sendable, Hashable {
  /// Whether the first line has the names of the columns; `nil` if that is to be found. It has if all its fields are words,
  /// neither numbers, truth values, dates nor empty; and where some are, if a word stands above numbers or a date above
  /// something else, if the numbers are years in a row, or if the first field is empty above the numbers of the rows.
  public var hasHeader: Bool?
  /// What separates columns; `nil` for a tab in `.tsv` files, in others a comma or, if the first line has more of them, a
  /// semicolon or a tab.
  public var delimiter: String?
  /// The encoding; `nil` for UTF-8, or what a byte order mark says.
  public var encoding: TextEncoding?

  /// A header that is to be found, the delimiter of the extension.
  public init() {}
}
