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

extension NDArray {
  /// Reads a CSV file of numbers as rows and columns, whether or not it has a header: pandas' `read_csv(path).to_numpy()`.
  ///
  /// ```swift
  /// let means = try NDArray<Double>(csv: "weather.csv").mean(axis: 0)
  /// ```
  ///
  /// Columns are converted to the type by NumPy's rule `same_kind`: gaps are NaN, and no integers. `AnyNDArray(csv:)` has the names.
  ///
  /// - Throws: ``FormatError`` as `AnyNDArray(csv:)`, and with code `wrongDType` for a column of another type, such as text.
  public init(
    csv path: String, options: CSVOptions = CSVOptions(), onWarning: ((FileWarning) -> Void)? = nil
  ) throws(FormatError) {
    let table = try CSVFile(opening: path).table(options, onWarning)
    self = try FormatError.wrapping(.wrongDType, file: path) { () throws(ArrayError) in
      try table.matrixOfFields(Element.dtype).asType(Element.self)
    }
  }

  /// Saves the array as CSV, a line for each row of numbers, as many digits as tell them apart.
  ///
  /// - Parameter names: The names of the columns for a first line, which is left out if there are none.
  /// - Throws: ``FormatError`` with code `badArgument` for an array of more than two axes, `wrongShape` for names of another number than
  ///   columns, or if the file cannot be written.
  public func saveCSV(
    to path: String, names: [String] = [], replacing: Bool = true, durability: Durability = .consistent
  ) throws(FormatError) {
    let table = try FormatError.wrapping(.badArgument, file: path) { () throws(ArrayError) in
      names.isEmpty ? untyped : try untyped.table(named: names)
    }
    try table.saveCSV(to: path, replacing: replacing, durability: durability)
  }
}

extension AnyNDArray {
  /// The columns of a table side by side, converted to one dtype; an array without fields is itself.
  fileprivate func matrixOfFields(_ dtype: DType) throws(ArrayError) -> AnyNDArray {
    guard let names = self.dtype.names else { return self }
    var matrix = try AnyNDArray(zeros: [count, names.count], dtype: dtype)
    for (column, name) in names.enumerated() {
      do throws(ArrayError) { try matrix.assign(field(name), to: [.all, .index(column)]) } catch {
        throw ArrayError(error.code, "column \(name): \(error.message)")
      }
    }
    return matrix
  }

  /// Rows of columns as records, whose fields have names; the array's memory is shared where it can be.
  fileprivate func table(named names: [String]) throws(ArrayError) -> AnyNDArray {
    let columns = ndim == 2 ? shape[1] : 1
    guard ndim == 1 || ndim == 2, names.count == columns else {
      throw ArrayError(.shapeMismatch, "\(names.count) names for an array of shape \(Layout.describe(shape))")
    }
    let record = try dtype.naming(names)
    let packed = contiguous()
    return AnyNDArray(
      uncheckedDType: record, shape: [shape[0]], strides: [record.itemSize], offset: packed.offset,
      storage: packed.storage)
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
  /// An empty file has none. A property that may be `nil` is `nil` where the field is empty; an integer is read from a column with gaps too, and a `String`
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
      let table: AnyNDArray
      do throws(FormatError) { table = try file.table(options, onWarning) } catch {
        guard error.code == .empty else { throw error }
        self = []
        return
      }
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
  /// days. Without values nothing says which columns there are: the file is empty, and `init(csv:options:)` reads it as none.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written, `ArrayError` naming row and field for values that have no column
  ///   in common: see ``AnyNDArray/init(rows:dtype:)``.
  public func saveCSV(to path: String, replacing: Bool = true, durability: Durability = .consistent) throws {
    let table = isEmpty ? AnyNDArray(NDArray<Double>([])) : try AnyNDArray(rowsForText: self)
    try table.saveCSV(to: path, replacing: replacing, durability: durability)
  }
}
