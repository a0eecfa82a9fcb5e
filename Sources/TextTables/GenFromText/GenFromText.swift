public import ByteIO
public import NDArrays

internal import PythonLiterals

extension AnyNDArray {
  /// Reads a text file with gaps as NumPy's `np.genfromtxt`.
  ///
  /// Tables of plain numbers are read as fast as by `loadText(from:options:)`. Other lines (gaps, comments,
  /// complex numbers) are cut into texts one by one; converters, texts whose length a dtype leaves open, and what cannot
  /// be read twice take memory for the text of all rows, as in NumPy.
  ///
  /// - Throws: ``FormatError`` with NumPy's wording: code `malformed` for rows of different lengths, `badValue` for
  ///   what the dtype cannot hold, `badArgument` for options that contradict each other.
  public static func genFromText(
    from path: String, options: GenFromTextOptions = GenFromTextOptions()
  ) throws(FormatError) -> GenFromTextResult {
    try genFromText(from: FileSource.openSource(path: path), options: options)
  }

  /// Reads text with gaps from a source: see `genFromText(from:options:)`.
  ///
  /// - Throws: As `genFromText(from:options:)`.
  public static func genFromText(
    from source: any ByteSource, options: GenFromTextOptions = GenFromTextOptions()
  ) throws(FormatError) -> GenFromTextResult {
    try ByteProgress.reading(source, total: source.storedByteCount) { () throws(FormatError) in
      do throws(FormatError) {
        let (source, options) = try options.prepared(source)
        if let plain = plainTable(source, options) { return GenFromTextResult(array: plain, mask: nil) }
        var table = try GenFromTextTable(source, options)
        return try table.read()
      } catch { throw error.at(file: source.name).explained(by: source, wanted: .text) }
    }
  }

  /// The table if it is one of plain numbers without gaps, which `loadtxt` reads alike; `nil` if there is anything in
  /// it, or in the options, on which the two might differ.
  private static func plainTable(_ source: any ByteSource, _ options: GenFromTextOptions) -> AnyNDArray? {
    guard source.isSeekable, let dtype = options.dtype, !dtype.isStructured, dtype.subarray == nil,
      [.signedInteger, .float].contains(dtype.kind), dtype.itemSize >= 4, dtype.itemSize <= 8, dtype.isNative,
      options.skipFooter == 0, options.converters.isEmpty, options.useColumns == nil, options.names == nil,
      !options.usemask, options.maxRows == nil, options.skipHeader >= 0, (0...2).contains(options.ndmin)
    else { return nil }
    var plain = LoadTextOptions(dtype: dtype)
    switch options.delimiter {
    case .space: break
    case .text(let mark) where mark.unicodeScalars.count == 1 && mark != " ": plain.delimiter = mark
    default: return nil
    }
    plain.comments = options.comments.map { [$0] } ?? []
    plain.skipRows = options.skipHeader
    plain.encoding = options.encoding
    plain.maxLineBytes = options.maxLineBytes
    guard let rows = try? TextTableReader(source, options: plain).readAll(), rows.shape[0] > 0 else { return nil }
    let array = rows.withAxes(atLeast: options.ndmin)
    return options.unpack ? array.transposed() : array
  }
}

/// A table on its way from lines to an array: NumPy's `genfromtxt`, step by step.
struct GenFromTextTable {
  let source: any ByteSource
  var options: GenFromTextOptions
  let splitter: LineSplitter
  let validator: FieldNames
  var lines: TextLines
  var names: [String]?
  var dtype: DType?
  /// The columns to take from each line; `nil` for all.
  var columns: [Int]?
  var columnCount = 0
  var converters: [StringConverter] = []
  /// The columns that functions of the caller's convert.
  var customColumns: Set<Int> = []
  var rows: [[String]] = []
  /// Whether there is text whose type is to be found and that ends in a NUL: how long it is cannot be seen in an array.
  var hidesLength = false
  /// What was no number where numbers were expected.
  var words = WordCount()
  /// How many lines stand before the data.
  var dataLine = 0
  /// Whether columns of text become bytes.
  var textIsBytes = false

  init(_ source: any ByteSource, _ options: GenFromTextOptions) throws(FormatError) {
    if let maxRows = options.maxRows {
      guard options.skipFooter == 0 else {
        throw FormatError(
          .badArgument, "The keywords 'skip_footer' and 'max_rows' can not be specified at the same time.")
      }
      guard maxRows >= 1 else { throw FormatError(.badArgument, "'max_rows' must be at least 1.") }
    }
    guard (0...2).contains(options.ndmin) else {
      throw FormatError(.badArgument, "Illegal value of ndmin keyword: \(options.ndmin)")
    }
    self.source = source
    self.options = options
    splitter = LineSplitter(options)
    validator = FieldNames(options)
    dtype = options.dtype
    lines = TextLines(source, options.encoding ?? .utf8, maxLineBytes: options.maxLineBytes)
  }

  /// Reads what stands before the data and finds the columns; returns the first line and how many lines stand before the
  /// data.
  mutating func open() throws(FormatError) -> (first: [Unicode.Scalar], dataLine: Int) {
    for _ in 0..<max(0, options.skipHeader) where try lines.next() == nil { break }
    var (first, values) = try firstLine()
    // Where the data begin: after the names, or with the line just read, if there was one.
    dataLine = lines.count - (options.names == .firstLine || values.isEmpty ? 0 : 1)
    try settleNames(&first, &values)
    try settleColumns(values)
    makeConverters()
    return (first, dataLine)
  }

  /// Tells how many fields were no numbers, if any.
  func reportWords(rowCount: Int) {
    // Words of the footer, which is left out, are among them.
    guard options.tellsWords, options.skipFooter <= 0,
      let message = words.message(of: rowCount * columnCount, dataLine: dataLine)
    else { return }
    options.onWarning?(FileWarning(message))
  }

  mutating func read() throws(FormatError) -> GenFromTextResult {
    let (first, dataLine) = try open()
    if let result = try readTyped(from: dataLine) { return result }
    let footer = try readRows(first)
    // The types are found with the rows of the footer.
    if dtype == nil { upgrade() }
    rows.removeLast(min(footer, rows.count))
    if dtype == nil { keepBytes() }
    return try finish()
  }
}
