public import ByteIO
public import Foundation
public import NDArrays
public import NumPyIO

// The async forms of what loads and saves by URL: each is that of a path, which `NumPyIO` has.

extension AnyNDArray {
  /// Loads the array of a `.npy` file, while other tasks go on: NumPy's `np.load`.
  ///
  /// - Throws: ``FormatError`` with the file's name and the byte offset; code `cancelled` if the task was cancelled.
  public init(
    contentsOf url: URL, mode: LoadMode = .whole, limits: LoadLimits = .default
  ) async throws(FormatError) {
    try await self.init(contentsOf: url.localPath(), mode: mode, limits: limits)
  }

  /// Saves the array as a `.npy` file, while other tasks go on: NumPy's `np.save`.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written; code `cancelled` if the task was cancelled.
  public func save(
    to url: URL, replacing: Bool = true, durability: Durability = .consistent
  ) async throws(FormatError) {
    try await save(to: url.localPath(), replacing: replacing, durability: durability)
  }

  /// Reads a text file as NumPy's `np.loadtxt`, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` with NumPy's wording, the row and the column; code `cancelled` if the task was cancelled.
  public static func loadText(
    from url: URL, options: sending LoadTextOptions = LoadTextOptions()
  ) async throws(FormatError) -> AnyNDArray {
    try await loadText(from: url.localPath(), options: options)
  }

  /// Saves the array as text, while other tasks go on: NumPy's `np.savetxt`.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written; code `cancelled` if the task was cancelled.
  public func saveText(
    to url: URL, options: sending SaveTextOptions = SaveTextOptions(), replacing: Bool = true,
    durability: Durability = .consistent
  ) async throws(FormatError) {
    try await saveText(to: url.localPath(), options: options, replacing: replacing, durability: durability)
  }

  /// Reads a CSV file as a table of records, with a field for each column, while other tasks go on.
  ///
  /// `onWarning` is told of rows that are too short, on another thread.
  ///
  /// - Throws: ``FormatError`` for a row of more fields than the first; code `cancelled` if the task was cancelled.
  public init(
    csv url: URL, options: CSVOptions = CSVOptions(), onWarning: (@Sendable (FileWarning) -> Void)? = nil
  ) async throws(FormatError) {
    try await self.init(csv: url.localPath(), options: options, onWarning: onWarning)
  }

  /// Saves records as CSV, the names of the fields first, while other tasks go on; a plain array as rows of numbers.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written; code `cancelled` if the task was cancelled.
  public func saveCSV(
    to url: URL, replacing: Bool = true, durability: Durability = .consistent
  ) async throws(FormatError) {
    try await saveCSV(to: url.localPath(), replacing: replacing, durability: durability)
  }
}

extension NDArray {
  /// Loads the array of a `.npy` file whose elements are of this type, while other tasks go on.
  ///
  /// - Throws: ``FormatError``; with code `wrongDType` if the elements are of another type, `cancelled` if the task was
  ///   cancelled.
  public init(
    contentsOf url: URL, mode: LoadMode = .whole, limits: LoadLimits = .default
  ) async throws(FormatError) {
    try await self.init(contentsOf: url.localPath(), mode: mode, limits: limits)
  }

  /// Saves the array as a `.npy` file, while other tasks go on: NumPy's `np.save`.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written; code `cancelled` if the task was cancelled.
  public func save(
    to url: URL, replacing: Bool = true, durability: Durability = .consistent
  ) async throws(FormatError) {
    try await save(to: url.localPath(), replacing: replacing, durability: durability)
  }
}

extension NDArray {
  /// Reads a text file as NumPy's `np.loadtxt`, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` with NumPy's wording, the row and the column; code `cancelled` if the task was cancelled.
  public init(
    textFile url: URL, delimiter: String? = nil, comments: [String] = ["#"], skipRows: Int = 0,
    useColumns: [Int]? = nil, maxRows: Int? = nil, ndmin: Int = 0, encoding: TextEncoding? = nil,
    quoteCharacter: String? = nil
  ) async throws(FormatError) {
    try await self.init(
      textFile: url.localPath(), delimiter: delimiter, comments: comments, skipRows: skipRows, useColumns: useColumns,
      maxRows: maxRows, ndmin: ndmin, encoding: encoding, quoteCharacter: quoteCharacter)
  }

  /// Saves the array as text, while other tasks go on: NumPy's `np.savetxt`.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written; code `cancelled` if the task was cancelled.
  public func saveText(
    to url: URL, format: TextFormat = "%.18e", delimiter: String = " ", newline: String = "\n", header: String = "",
    footer: String = "", commentPrefix: String = "# ", encoding: TextEncoding? = nil
  ) async throws(FormatError) {
    try await saveText(
      to: url.localPath(), format: format, delimiter: delimiter, newline: newline, header: header, footer: footer,
      commentPrefix: commentPrefix, encoding: encoding)
  }

  /// Reads a CSV file of numbers as rows and columns, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` for a row of more fields than the first, with its line; code `wrongDType` for a column of another type,
  ///   `cancelled` if the task was cancelled.
  public init(
    csv url: URL, options: CSVOptions = CSVOptions(), onWarning: (@Sendable (FileWarning) -> Void)? = nil
  ) async throws(FormatError) {
    try await self.init(csv: url.localPath(), options: options, onWarning: onWarning)
  }

  /// Saves the array as CSV, a line for each row of numbers, while other tasks go on.
  ///
  /// - Parameter names: The names of the columns for a first line, which is left out if there are none.
  /// - Throws: ``FormatError`` for more than two axes or another number of names, or if the file cannot be written; code `cancelled`
  ///   if the task was cancelled.
  public func saveCSV(
    to url: URL, names: [String] = [], replacing: Bool = true, durability: Durability = .consistent
  ) async throws(FormatError) {
    try await saveCSV(to: url.localPath(), names: names, replacing: replacing, durability: durability)
  }
}

extension Array where Element: Decodable & Sendable {
  /// Reads a CSV file as values of a type, by the names of its columns, while other tasks go on.
  ///
  /// `onWarning` is told of rows that are too short, on another thread.
  ///
  /// - Throws: ``FormatError`` for a file that is no table, `ArrayError` for a column that is missing or of another type.
  public init(
    csv url: URL, options: CSVOptions = CSVOptions(), onWarning: (@Sendable (FileWarning) -> Void)? = nil
  ) async throws {
    try await self.init(csv: url.localPath(), options: options, onWarning: onWarning)
  }
}

extension Array where Element: Encodable & Sendable {
  /// Saves values as CSV, a column for each property, their names first, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written, `ArrayError` for values that have no column in common.
  public func saveCSV(to url: URL, replacing: Bool = true, durability: Durability = .consistent) async throws {
    try await saveCSV(to: url.localPath(), replacing: replacing, durability: durability)
  }
}
