public import ByteIO
public import NDArrays

internal import PythonLiterals

extension AnyNDArray {
  /// Reads a text file with gaps as NumPy's `np.genfromtxt`; `-` is standard input.
  ///
  /// Tables of plain numbers are read as fast as by ``loadText(from:options:)-(String,_)``; anything else goes line by
  /// line and takes memory for the text of all rows, as in NumPy.
  ///
  /// - Throws: ``FormatError`` with NumPy's wording: code `malformed` for rows of different lengths, `badValue` for
  ///   what the dtype cannot hold, `badArgument` for options that contradict each other.
  public static func genFromText(
    from path: String, options: GenFromTextOptions = GenFromTextOptions()
  ) throws(FormatError) -> GenFromTextResult {
    try genFromText(from: FileSource.openSource(path: path), options: options)
  }

  /// Reads text with gaps from a source: see ``genFromText(from:options:)-(String,_)``.
  public static func genFromText(
    from source: any ByteSource, options: GenFromTextOptions = GenFromTextOptions()
  ) throws(FormatError) -> GenFromTextResult {
    try ByteProgress.reading(source, total: source.byteCount) { () throws(FormatError) in
      if let plain = plainTable(source, options) { return GenFromTextResult(array: plain, mask: nil) }
      do throws(FormatError) {
        var table = try GenFromTextTable(source, options)
        return try table.read()
      } catch { throw error.at(file: source.name) }
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
    return options.unpack ? array.transposedView : array
  }
}

/// A table on its way from lines to an array: NumPy's `genfromtxt`, step by step.
struct GenFromTextTable {
  let source: any ByteSource
  var options: GenFromTextOptions
  let splitter: LineSplitter
  private let validator: FieldNames
  var lines: TextLines
  var names: [String]?
  var dtype: DType?
  /// The columns to take from each line; `nil` for all.
  var columns: [Int]?
  var columnCount = 0
  var converters: [LadderConverter] = []
  private var customColumns: Set<Int> = []
  var rows: [[String]] = []
  /// Whether columns of text become bytes.
  private(set) var textIsBytes = false

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
    try settleNames(&first, values)
    // Where the data begin: behind the names, or with the line just read.
    let dataLine = lines.count - (options.names == .firstLine ? 0 : 1)
    try settleColumns(values)
    makeConverters()
    return (first, dataLine)
  }

  mutating func read() throws(FormatError) -> GenFromTextResult {
    let (first, dataLine) = try open()
    if let result = try readTyped(from: dataLine) { return result }
    let footer = try readRows(first)
    // The types are found with the rows of the footer.
    if dtype == nil { climb() }
    rows.removeLast(min(footer, rows.count))
    if dtype == nil { keepBytes() }
    return try finish()
  }

  // MARK: The first line

  /// The first line with values, and these.
  private mutating func firstLine() throws(FormatError) -> ([Unicode.Scalar], [String]) {
    let comment = Array((options.comments ?? "").unicodeScalars)
    while var line = try lines.next() {
      if options.names == .firstLine, !comment.isEmpty {
        // Names may stand in a comment.
        let parts = PythonText.split(line[...], at: comment)
        if parts.count > 1 { line = parts.dropFirst().flatMap { Array($0) } }
      }
      let values = splitter.fields(line)
      if !values.isEmpty { return (line, values) }
    }
    options.onWarning?("genfromtxt: Empty input file: \"\(source.name)\"")
    return ([], [])
  }

  private mutating func settleNames(_ first: inout [Unicode.Scalar], _ values: [String]) throws(FormatError) {
    switch options.names {
    case .firstLine:
      guard var names = values.isEmpty ? nil : values else {
        throw FormatError(.malformed, "there is no line to take the names from")
      }
      if let comments = options.comments,
        comments.contains(PythonText.strip(names[0])) || PythonText.strip(names[0]).isEmpty
      {
        names.removeFirst()
      }
      self.names = validator.validate(names.map(PythonText.strip))
      first = []
    case .list(let list): names = validator.validate(list.map(PythonText.strip))
    case nil: break
    }
  }

  private mutating func settleColumns(_ values: [String]) throws(FormatError) {
    let wanted = options.useColumns.flatMap { $0.isEmpty ? nil : $0 }
    columnCount = wanted?.count ?? values.count
    try settleDType()
    guard let wanted else {
      if names != nil, let fields = dtype?.fields { names = fields.map(\.name) }
      return
    }
    var indices: [Int] = []
    for column in wanted {
      switch column {
      case .index(let index): indices.append(index < 0 ? index + values.count : index)
      case .name(let name):
        guard let index = names?.firstIndex(of: name) else {
          throw FormatError(.badArgument, "\(PythonRepr.string(name)) is not in list")
        }
        indices.append(index)
      }
    }
    columns = indices
    if let fields = dtype?.fields, fields.count > columnCount {
      let places = try places(indices, count: fields.count)
      dtype = try structured(places.map { (fields[$0].name, fields[$0].dtype) })
      names = places.map { fields[$0].name }
    } else if let known = names, known.count > columnCount {
      names = try places(indices, count: known.count).map { known[$0] }
    }
  }

  /// Python's indices, which may count from the end, as places in a list.
  private func places(_ indices: [Int], count: Int) throws(FormatError) -> [Int] {
    let places = indices.map { $0 < 0 ? $0 + count : $0 }
    guard places.allSatisfy({ $0 >= 0 && $0 < count }) else {
      throw FormatError(.badArgument, "list index out of range")
    }
    return places
  }

  /// Gives the dtype's fields their names: NumPy's `easy_dtype`.
  private mutating func settleDType() throws(FormatError) {
    guard let dtype else { return }
    if let names {
      let types = dtype.fields?.map(\.dtype) ?? names.map { _ in dtype }
      let valid = validator.validate(names, count: dtype.fields?.count)
      self.dtype = try structured(Array(zip(valid, types)))
    } else if let fields = dtype.fields {
      let numbered = fields.indices.map { "f\($0)" }
      let given = fields.map(\.name)
      let isDefault = given == numbered && options.defaultFormat != "f%i"
      let valid = validator.validate(isDefault ? fields.map { _ in "" } : given)
      self.dtype = try structured(Array(zip(valid, fields.map(\.dtype))))
    }
  }

  func structured(_ fields: [(String, DType)]) throws(FormatError) -> DType {
    try FormatError.wrapping(.badArgument, file: source.name) { () throws(ArrayError) in
      try DType.structured(fields.map { (name: $0.0, dtype: $0.1) })
    }
  }

  // MARK: Converters

  private func index(of column: GenFromTextOptions.Column) -> Int? {
    switch column {
    case .name(let name): return names?.firstIndex(of: name)
    case .index(let index):
      let place = columns.flatMap { $0.firstIndex(of: index) } ?? index
      let counted = place < 0 ? place + columnCount : place
      return counted >= 0 && counted < columnCount ? counted : nil
    }
  }

  private mutating func makeConverters() {
    var missing = [[String]](repeating: [""], count: columnCount)
    switch options.missingValues {
    case .all(let texts): for index in missing.indices { missing[index] += texts }
    case .list(let lists):
      for (index, texts) in lists.enumerated() where index < columnCount { missing[index] += texts }
    case .columns(let byColumn):
      for (column, texts) in byColumn {
        guard let column else {
          for index in missing.indices { missing[index] += texts }
          continue
        }
        if let index = index(of: column) { missing[index] += texts }
      }
    case nil: break
    }
    var filling = [TextValue?](repeating: nil, count: columnCount)
    switch options.fillingValues {
    case .all(let value): filling = filling.map { _ in value }
    case .list(let values):
      for (index, value) in values.enumerated() where index < columnCount { filling[index] = value }
    case .columns(let byColumn):
      for (column, value) in byColumn {
        if let column, let index = index(of: column) { filling[index] = value }
      }
    case nil: break
    }
    let leaves = dtype.flatMap { try? TextLeaf.leaves(of: $0) } ?? []
    converters = (0..<columnCount).map { index in
      guard let dtype else { return LadderConverter(missing: missing[index], fill: filling[index]) }
      let leaf = leaves.count > 1 ? (index < leaves.count ? leaves[index].dtype : dtype) : leaves.first?.dtype ?? dtype
      return LadderConverter(leaf, missing: missing[index], fill: filling[index])
    }
    for (column, converter) in options.converters {
      guard let index = index(of: column) else { continue }
      converters[index].use(converter)
      customColumns.insert(index)
    }
  }

  // MARK: Rows

  /// Reads all rows; returns how many of the last are the footer's.
  private mutating func readRows(_ first: [Unicode.Scalar]) throws(FormatError) -> Int {
    var invalid: [(line: Int, count: Int)] = []
    var line: [Unicode.Scalar]? = first
    var number = 0
    while let text = line {
      number += 1
      let values = splitter.fields(text)
      if !values.isEmpty {
        if let columns {
          if columns.allSatisfy({ $0 < values.count && $0 >= -values.count }) {
            rows.append(columns.map { values[$0 < 0 ? $0 + values.count : $0] })
          } else {
            invalid.append((number + options.skipHeader, values.count))
          }
        } else if values.count == columnCount {
          rows.append(values)
        } else {
          invalid.append((number + options.skipHeader, values.count))
        }
        if rows.count == options.maxRows { break }
      }
      line = try lines.next()
    }
    return try report(invalid)
  }

  func report(_ all: [(line: Int, count: Int)]) throws(FormatError) -> Int {
    var invalid = all
    var footer = max(0, options.skipFooter)
    if !invalid.isEmpty, footer > 0 {
      // Rows within the footer do not count.
      let last = rows.count + invalid.count - footer + options.skipHeader
      let skipped = invalid.count { $0.line > last }
      invalid.removeLast(skipped)
      footer -= skipped
    }
    if !invalid.isEmpty {
      let lines = invalid.map { "    Line #\($0.line) (got \($0.count) columns instead of \(columnCount))" }
      let message = (["Some errors were detected !"] + lines).joined(separator: "\n")
      if options.invalidRaise {
        throw FormatError(.malformed, message, row: invalid[0].line)
      }
      options.onWarning?(message)
    }
    return max(0, footer)
  }

  private mutating func climb() {
    for index in converters.indices where !customColumns.contains(index) {
      for row in rows { converters[index].climb(to: row[index]) }
    }
  }

  /// Text becomes bytes again where all of it is Latin-1.
  private mutating func keepBytes() {
    let columns = converters.indices.filter { converters[$0].rung == .string }
    guard options.keepsBytes, !columns.isEmpty else { return }
    options.onWarning?(
      "Reading unicode strings without specifying the encoding argument is deprecated. Set the encoding, use None for "
        + "the system default.")
    textIsBytes = rows.allSatisfy { row in
      columns.allSatisfy { $0 >= row.count || row[$0].unicodeScalars.allSatisfy { $0.value < 0x100 } }
    }
  }
}
