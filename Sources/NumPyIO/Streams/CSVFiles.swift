internal import ArrayBytes
public import ByteIO
public import NDArrays
internal import TextTables

/// A CSV file, which can be read again.
private struct CSVFile {
  private let path: String
  private let source: any ByteSource

  init(opening path: String) throws(FormatError) {
    self.path = path
    let source = try TextFile.open(path)
    self.source =
      source.isSeekable ? source : ReplayableStream(source, folder: ScratchFile.defaultFolder, staysWhole: true)
  }

  func table(_ options: CSVOptions, _ onWarning: ((FileWarning) -> Void)?) throws(FormatError) -> AnyNDArray {
    var options = options
    if FileFormat(extensionOf: path) == .tsv { options.delimiter = options.delimiter ?? "\t" }
    do throws(FormatError) {
      var dialect = options.dialect
      options.take(&dialect)
      let table = try CSVReader(source, options).spelled(by: dialect).table()
      if let onWarning { table.warnings.forEach(onWarning) }
      return try table.whole()
    } catch { throw error.at(file: path).explained(by: source, wanted: .text) }
  }
}

extension AnyNDArray {
  /// Reads a CSV file as a table of records, with a field for each column: what `np.genfromtxt(path, delimiter=',',
  /// names=True, dtype=None)` is for, with quotes, and with gaps that stay gaps.
  ///
  /// The type of a column is found from all its fields: truth values (`True`, `false`), integers, numbers, dates of ISO
  /// 8601 and text. Empty fields are NaN, NaT or empty text, so that integers with gaps become doubles; so are `NA`, `N/A`,
  /// `null`, `None` and their like in columns of anything but text. Nothing is lost: what no number holds to its last digit
  /// remains text, as does what stands in quotes with its spaces and line ends. Empty lines do not count. Names stay as they
  /// are. A file without a header whose columns are all numbers is a plain array of rows and columns.
  ///
  /// ```swift
  /// let people = try AnyNDArray(csv: "people.csv")
  /// let ages = try people.field("age").asType(Double.self)
  /// struct Person: Decodable { var name: String; var age: Double }
  /// let all = try people.rows(as: Person.self)
  /// ```
  ///
  /// Memory: that of the table, and up to 128 MiB while it is read; what is compressed, or a stream, waits in a scratch file.
  /// `.gz`, `.bz2`, `.xz` and `.zst` are read as well.
  ///
  /// What a row has fewer fields than the first line counts as empty, and is warned of; of numbers without names it is an error, as
  /// it is in NumPy.
  ///
  /// `onWarning` is told of rows that are too short, and of titles above the table that are left out.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for a row of more fields than the first, with its line; `notFound` if
  ///   there is no such file.
  public init(
    csv path: String, options: CSVOptions = CSVOptions(), onWarning: ((FileWarning) -> Void)? = nil
  ) throws(FormatError) {
    self = try CSVFile(opening: path).table(options, onWarning)
  }

  /// Saves records as CSV, the names of the fields first, quotes where they are needed; a plain array as rows of numbers.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for an array of more than two axes, or if the file cannot be written.
  public func saveCSV(
    to path: String, replacing: Bool = true, durability: Durability = .consistent
  ) throws(FormatError) {
    var options = SaveTextOptions(format: "%s", delimiter: FileFormat(extensionOf: path)?.delimiter ?? ",")
    options.keepsDigits = true
    options.writesNames = true
    options.quoteCharacter = "\""
    try saveText(to: path, options: options, replacing: replacing, durability: durability)
  }
}

extension Array where Element: Decodable {
  /// Reads a CSV file as values of a type, by the names of its columns: see `AnyNDArray(csv:options:)`.
  ///
  /// ```swift
  /// struct Person: Decodable { var name: String; var age: Double }
  /// let people = try [Person](csv: "people.csv")
  /// ```
  ///
  /// A property that may be `nil` is `nil` where the field is empty; an integer is read from a column with gaps too, and a `String`
  /// from every column as it stands there, `007` among them: the file is then read once more.
  ///
  /// `onWarning` is told of rows that are too short.
  ///
  /// - Throws: ``FormatError`` as the array's, ``ArrayError`` with code `noSuchField` for a column that is missing, or for one of
  ///   another type.
  public init(csv path: String, options: CSVOptions = CSVOptions(), onWarning: ((FileWarning) -> Void)? = nil) throws {
    let file = try CSVFile(opening: path)
    var options = options
    var onWarning = onWarning
    while true {
      let rows = TableRows()
      let table = try file.table(options, onWarning)
      do {
        self = try table.rows(as: Element.self, of: rows)
        return
      } catch {
        guard !rows.textFields.isSubset(of: options.textNames) else { throw error }
        options.textNames.formUnion(rows.textFields)
        onWarning = nil
      }
    }
  }
}

extension Array where Element: Encodable {
  /// Saves values as CSV, a column for each property, their names first: what `init(csv:options:)` reads back.
  ///
  /// ```swift
  /// struct Person: Codable { var name: String; var age: Int }
  /// try [Person(name: "Ada", age: 36)].saveCSV(to: "people.csv")
  /// ```
  ///
  /// What is `nil` is an empty field, also where all values of a property are. Moments are written as no finer than they need: days as
  /// days.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written, `ArrayError` naming row and field for values that have no column
  ///   in common: see ``AnyNDArray/init(rows:dtype:)``.
  public func saveCSV(to path: String, replacing: Bool = true, durability: Durability = .consistent) throws {
    try AnyNDArray(rowsForText: self).saveCSV(to: path, replacing: replacing, durability: durability)
  }
}
