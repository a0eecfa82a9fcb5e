public import ByteIO
public import NDArrays
public import TextTables

// The async forms of what reads and writes tables of text in one call.

extension NDArray {
  /// Reads a text file as NumPy's `np.loadtxt`, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` with NumPy's wording, the row and the column; code `cancelled` if the task was cancelled.
  public init(
    textFile path: String, delimiter: String? = nil, comments: [String] = ["#"], skipRows: Int = 0,
    useColumns: [Int]? = nil, maxRows: Int? = nil, ndmin: Int = 0, encoding: TextEncoding? = nil,
    quoteCharacter: String? = nil
  ) async throws(FormatError) {
    self = try await BlockingWork.run { () throws(FormatError) in
      try NDArray(
        textFile: path, delimiter: delimiter, comments: comments, skipRows: skipRows, useColumns: useColumns,
        maxRows: maxRows, ndmin: ndmin, encoding: encoding, quoteCharacter: quoteCharacter)
    }
  }

  /// Saves the array as text, while other tasks go on: NumPy's `np.savetxt`.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written; code `cancelled` if the task was cancelled.
  public func saveText(
    to path: String, format: TextFormat = "%.18e", delimiter: String = " ", newline: String = "\n",
    header: String = "", footer: String = "", commentPrefix: String = "# ", encoding: TextEncoding? = nil
  ) async throws(FormatError) {
    try await untyped.saveText(
      to: path,
      options: SaveTextOptions(
        format: format, delimiter: delimiter, newline: newline, header: header, footer: footer,
        commentPrefix: commentPrefix, encoding: encoding))
  }

  /// Reads a CSV file of numbers as rows and columns, while other tasks go on.
  ///
  /// `onWarning` is told of rows that are too short, on another thread.
  ///
  /// - Throws: ``FormatError`` for a row of more fields than the first, with its line; code `wrongDType` for a column of another type,
  ///   `cancelled` if the task was cancelled.
  public init(
    csv path: String, options: CSVOptions = CSVOptions(), onWarning: (@Sendable (FileWarning) -> Void)? = nil
  ) async throws(FormatError) {
    self = try await BlockingWork.run { () throws(FormatError) in
      try NDArray(csv: path, options: options, onWarning: onWarning)
    }
  }

  /// Saves the array as CSV, a line for each row of numbers, while other tasks go on.
  ///
  /// - Parameter names: The names of the columns for a first line, which is left out if there are none.
  /// - Throws: ``FormatError`` for more than two axes or another number of names, or if the file cannot be written; code `cancelled`
  ///   if the task was cancelled.
  public func saveCSV(
    to path: String, names: [String] = [], replacing: Bool = true, durability: Durability = .consistent
  ) async throws(FormatError) {
    try await BlockingWork.run { () throws(FormatError) in
      try saveCSV(to: path, names: names, replacing: replacing, durability: durability)
    }
  }
}

extension AnyNDArray {
  /// Reads a CSV file as a table of records, with a field for each column, while other tasks go on.
  ///
  /// `onWarning` is told of rows that are too short, on another thread.
  ///
  /// - Throws: ``FormatError`` for a row of more fields than the first, with its line; code `cancelled` if the task was
  ///   cancelled.
  public init(
    csv path: String, options: CSVOptions = CSVOptions(), onWarning: (@Sendable (FileWarning) -> Void)? = nil
  ) async throws(FormatError) {
    self = try await BlockingWork.run { () throws(FormatError) in
      try AnyNDArray(csv: path, options: options, onWarning: onWarning)
    }
  }

  /// Saves records as CSV, the names of the fields first, while other tasks go on; a plain array as rows of numbers.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written; code `cancelled` if the task was cancelled.
  public func saveCSV(
    to path: String, replacing: Bool = true, durability: Durability = .consistent
  ) async throws(FormatError) {
    try await BlockingWork.run { () throws(FormatError) in
      try saveCSV(to: path, replacing: replacing, durability: durability)
    }
  }
}

extension Array where Element: Decodable & Sendable {
  /// Reads a CSV file as values of a type, by the names of its columns, while other tasks go on.
  ///
  /// `onWarning` is told of rows that are too short, on another thread.
  ///
  /// - Throws: ``FormatError`` for a file that is no table, `ArrayError` for a column that is missing or of another type; code
  ///   `cancelled` if the task was cancelled.
  public init(
    csv path: String, options: CSVOptions = CSVOptions(), onWarning: (@Sendable (FileWarning) -> Void)? = nil
  ) async throws {
    self = try await BlockingWork.run { () throws(any Error) in
      try Array(csv: path, options: options, onWarning: onWarning)
    }
  }
}

extension Array where Element: Encodable & Sendable {
  /// Saves values as CSV, a column for each property, their names first, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written, `ArrayError` for values that have no column in common; code
  ///   `cancelled` if the task was cancelled.
  public func saveCSV(
    to path: String, replacing: Bool = true, durability: Durability = .consistent
  ) async throws {
    try await BlockingWork.run { () throws(any Error) in
      try saveCSV(to: path, replacing: replacing, durability: durability)
    }
  }
}
