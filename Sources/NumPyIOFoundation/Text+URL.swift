public import ByteIO
public import Foundation
public import NDArrays
public import NumPyIO

extension AnyNDArray {
  /// Reads a text file as NumPy's `np.loadtxt`.
  ///
  /// - Throws: ``FormatError`` with NumPy's wording, the row and the column.
  public static func loadText(
    from url: URL, options: LoadTextOptions = LoadTextOptions()
  ) throws(FormatError) -> AnyNDArray {
    try loadText(from: url.localPath(), options: options)
  }

  /// Reads a text file with gaps as NumPy's `np.genfromtxt`.
  ///
  /// - Throws: ``FormatError`` with NumPy's wording.
  public static func genFromText(
    from url: URL, options: GenFromTextOptions = GenFromTextOptions()
  ) throws(FormatError) -> GenFromTextResult {
    try genFromText(from: url.localPath(), options: options)
  }

  /// Saves the array as text: NumPy's `np.savetxt`.
  ///
  /// - Throws: ``FormatError`` if the options do not fit the array, or the file cannot be written.
  public func saveText(
    to url: URL, options: SaveTextOptions = SaveTextOptions(), replacing: Bool = true,
    durability: Durability = .consistent
  ) throws(FormatError) {
    try saveText(to: url.localPath(), options: options, replacing: replacing, durability: durability)
  }

  /// Reads a CSV file as a table of records, with a field for each column.
  ///
  /// `onWarning` is told of rows that are too short.
  ///
  /// - Throws: ``FormatError`` for a row of more fields than the first, with its line.
  public init(
    csv url: URL, options: CSVOptions = CSVOptions(), onWarning: ((FileWarning) -> Void)? = nil
  ) throws(FormatError) {
    try self.init(csv: url.localPath(), options: options, onWarning: onWarning)
  }

  /// Saves records as CSV, the names of the fields first; a plain array as rows of numbers.
  ///
  /// - Throws: ``FormatError`` for an array of more than two axes, or if the file cannot be written.
  public func saveCSV(
    to url: URL, replacing: Bool = true, durability: Durability = .consistent
  ) throws(FormatError) {
    try saveCSV(to: url.localPath(), replacing: replacing, durability: durability)
  }
}

extension Array where Element: Decodable {
  /// Reads a CSV file as values of a type, by the names of its columns.
  ///
  /// `onWarning` is told of rows that are too short.
  ///
  /// - Throws: ``FormatError`` for a file that is no table, `ArrayError` for a column that is missing or of another type.
  public init(csv url: URL, options: CSVOptions = CSVOptions(), onWarning: ((FileWarning) -> Void)? = nil) throws {
    try self.init(csv: url.localPath(), options: options, onWarning: onWarning)
  }
}

extension Array where Element: Encodable {
  /// Saves values as CSV, a column for each property, their names first.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written, `ArrayError` for values that have no column in common.
  public func saveCSV(to url: URL, replacing: Bool = true, durability: Durability = .consistent) throws {
    try saveCSV(to: url.localPath(), replacing: replacing, durability: durability)
  }
}

extension NDArray {
  /// Reads a text file as NumPy's `np.loadtxt`.
  ///
  /// - Throws: ``FormatError`` with NumPy's wording, the row and the column.
  public init(
    textFile url: URL, delimiter: String? = nil, comments: [String] = ["#"], skipRows: Int = 0,
    useColumns: [Int]? = nil, maxRows: Int? = nil, ndmin: Int = 0, encoding: TextEncoding? = nil,
    quoteCharacter: String? = nil
  ) throws(FormatError) {
    try self.init(
      textFile: url.localPath(), delimiter: delimiter, comments: comments, skipRows: skipRows, useColumns: useColumns,
      maxRows: maxRows, ndmin: ndmin, encoding: encoding, quoteCharacter: quoteCharacter)
  }

  /// Saves the array as text: NumPy's `np.savetxt`.
  ///
  /// - Throws: ``FormatError`` if the options do not fit the array, or the file cannot be written.
  public func saveText(
    to url: URL, format: TextFormat = "%.18e", delimiter: String = " ", newline: String = "\n", header: String = "",
    footer: String = "", commentPrefix: String = "# ", encoding: TextEncoding? = nil
  ) throws(FormatError) {
    try saveText(
      to: url.localPath(), format: format, delimiter: delimiter, newline: newline, header: header, footer: footer,
      commentPrefix: commentPrefix, encoding: encoding)
  }

  /// Reads a CSV file of numbers as rows and columns, whether or not it has a header.
  ///
  /// - Throws: ``FormatError`` for a row of more fields than the first, with its line; code `wrongDType` for a column of another type.
  public init(
    csv url: URL, options: CSVOptions = CSVOptions(), onWarning: ((FileWarning) -> Void)? = nil
  ) throws(FormatError) {
    try self.init(csv: url.localPath(), options: options, onWarning: onWarning)
  }

  /// Saves the array as CSV, a line for each row of numbers.
  ///
  /// - Parameter names: The names of the columns for a first line, which is left out if there are none.
  /// - Throws: ``FormatError`` for more than two axes or another number of names, or if the file cannot be written.
  public func saveCSV(
    to url: URL, names: [String] = [], replacing: Bool = true, durability: Durability = .consistent
  ) throws(FormatError) {
    try saveCSV(to: url.localPath(), names: names, replacing: replacing, durability: durability)
  }
}
