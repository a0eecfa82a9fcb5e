internal import ArrayBytes
package import ByteIO
internal import NDArrays

/// Reads a table of text with names and columns of any type by the rules of CSV: quotes, no comments.
///
/// The text is read twice, as the type of a column may be told by its last field: by ``table(column:)``, which goes through
/// it, and for the values.
package struct CSVReader: Sendable {
  let source: any ByteSource
  private let options: CSVOptions
  private let syntax: TextSyntax
  private let encoding: TextEncoding
  /// How many lines at the start say how the rest is read.
  private var skippedLines = 0
  /// The fields of the first line that has any; none of an empty file.
  private var firstLine: [String] = []
  /// What these may be.
  private var firstKinds: [CSVColumn.Kinds] = []
  /// Whether the names lack one for the first column, that of the rows' labels.
  private var lacksLabelName = false
  /// Names that a comment gives.
  private var namesInComment: [String]?

  private static let maxLineBytes = LoadTextOptions().maxLineBytes

  /// - Parameter source: The text, inflated; it must be able to give its beginning again.
  package init(_ source: any ByteSource, _ options: CSVOptions) throws(FormatError) {
    (self.source, self.options) = (source, options)
    if let given = options.encoding { encoding = given } else { encoding = try TextEncoding.marked(source) ?? .utf8 }
    var lines = TextLines(source, encoding, maxLineBytes: CSVReader.maxLineBytes)
    let line = try lines.next() ?? []
    var delimiter = options.delimiter
    if delimiter == nil, let told = CSVReader.toldDelimiter(line) { (delimiter, skippedLines) = (told, 1) }
    syntax = TextSyntax(
      delimiter: Array((delimiter ?? CSVReader.delimiter(of: line)).utf8), comments: [], quote: [UInt8(ascii: "\"")])
    var rows = try rows()
    var comment: [String]?
    guard try nextRow(&rows) else { return }
    var (names, kinds) = CSVReader.fields(rows)
    while names.first?.hasPrefix("#") == true, kinds.first == .text {
      (skippedLines, comment) = (rows.lineCount, names)
      guard try nextRow(&rows) else { return }
      (names, kinds) = CSVReader.fields(rows)
    }
    if var comment, comment.count > 1, comment.count == names.count {
      comment[0] = PythonText.strip(String(comment[0].drop { $0 == "#" }))
      namesInComment = comment
    }
    // R and pandas may leave out the name of the labels; a line that ends in a delimiter has no more of them.
    if options.hasHeader != false, kinds.allSatisfy({ $0 == .text }), try nextRow(&rows),
      rows.fields.count == names.count + 1, let last = rows.fields.last, !rows.text(last).isEmpty
    {
      lacksLabelName = true
      (names, kinds) = ([""] + names, [.gap] + kinds)
    }
    (firstLine, firstKinds) = (names, kinds)
  }

  /// The fields of a row, and what they may be.
  private static func fields(_ rows: TextRows) -> (texts: [String], kinds: [CSVColumn.Kinds]) {
    var (texts, kinds): ([String], [CSVColumn.Kinds]) = ([], [])
    rows.forEachField { _, text, isQuoted in
      let field = CSVField(text, isQuoted: isQuoted)
      texts.append(field.text.text(0..<field.text.byteCount))
      kinds.append(field.kinds)
    }
    return (texts, kinds)
  }

  /// What `sep=;`, which Excel looks for in the first line, says.
  private static func toldDelimiter(_ line: [Unicode.Scalar]) -> String? {
    let text = line.filter { $0 != "\n" && $0 != "\r" && $0 != "\u{FEFF}" }
    return text.count == 5 && text.starts(with: "sep=".unicodeScalars) ? String(text[4]) : nil
  }

  /// The comma, semicolon or tab that a line has most of outside of quotes.
  private static func delimiter(of line: [Unicode.Scalar]) -> String {
    var counts: [Unicode.Scalar: Int] = [:]
    var isQuoted = false
    for scalar in line {
      if scalar == "\"" { isQuoted.toggle() } else if !isQuoted { counts[scalar, default: 0] += 1 }
    }
    return [";", "\t"].first { counts[$0, default: 0] > counts[",", default: 0] }.map { String($0 as Unicode.Scalar) }
      ?? ","
  }

  /// Whether a row is an empty line, or one of white space; or the mark that ends a file of DOS.
  private static func isBlank(_ rows: TextRows) -> Bool {
    guard rows.fields.count <= 1 else { return false }
    var isBlank = true
    rows.forEachField { _, text, isQuoted in
      let field = CSVField(text, isQuoted: false)
      isBlank = !isQuoted && (field.isEmpty || field.text.byteCount == 1 && field.text.byte(0) == 0x1A)
    }
    return isBlank
  }

  /// Whether the first line that is no comment has a field that `np.loadtxt` takes for no number.
  package var isMoreThanNumbers: Bool {
    zip(firstKinds, firstLine).contains { kinds, text in
      !kinds.isSubset(of: CSVColumn.Kinds.integers.union(.number)) || !text.utf8.allSatisfy { $0 < 0x80 }
    }
  }

  /// The names of the columns, as far as the first line tells them.
  package var probableNames: [String] {
    if let namesInComment { return ColumnNames.distinct(namesInComment) }
    return firstKinds.contains(.text) ? ColumnNames.distinct(firstLine) : []
  }

  // MARK: Reading

  /// The table as a source of blocks, or one column of it that is told by its name or its number from 0 on.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for a row of another number of fields, `limitExceeded` for a table
  ///   that is out of proportion to its text.
  package func table(column: String? = nil) throws(FormatError) -> CSVBlocks {
    guard !firstLine.isEmpty else { throw FormatError(.empty, "there is nothing in the file") }
    let survey = try survey()
    var types = survey.columns.map(\.dtype)
    let isPlain = !survey.isNamed && namesInComment == nil && types.allSatisfy { $0 == .int64 || $0 == .float64 }
    if isPlain { types = types.map { _ in types.contains(.float64) ? .float64 : .int64 } }
    let given = survey.isNamed ? firstLine : namesInComment
    let names = given.map(ColumnNames.distinct) ?? types.indices.map { "f\($0)" }
    if let column {
      let place = try place(of: column, among: names)
      let slot = CSVSlot(FieldSlot(dtype: types[place], offset: 0))
      return try CSVBlocks(self, survey, [(place, slot)], dtype: types[place], rowShape: [])
    }
    if isPlain {
      let slots = FieldSlots(alike: types[0], count: types.count)
      return try CSVBlocks(
        self, survey, slots.enumerated().map { ($0, CSVSlot($1)) }, dtype: types[0], rowShape: [types.count])
    }
    let dtype = try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      try DType.structured(zip(names, types).map { (name: $0, dtype: $1) })
    }
    let slots = try FieldSlot.slots(of: dtype)
    return try CSVBlocks(self, survey, slots.enumerated().map { ($0, CSVSlot($1)) }, dtype: dtype, rowShape: [])
  }

  private func place(of column: String, among names: [String]) throws(FormatError) -> Int {
    if let place = names.firstIndex(of: column) { return place }
    if let place = Int(column), names.indices.contains(place) { return place }
    throw FormatError(.notFound, TextPreparation.unknown(column, among: names), file: source.name)
  }

  /// What a first reading finds.
  struct Survey {
    var isNamed: Bool
    var columns: [CSVColumn]
    var rowCount: Int
    /// How many bytes of text there are; line ends do not count.
    var byteCount: Int
  }

  private func survey() throws(FormatError) -> Survey {
    var first = [CSVColumn](repeating: CSVColumn(), count: firstLine.count)
    var rest = first
    var (count, byteCount) = (0, 0)
    var rows = try rows()
    var isFirst = !lacksLabelName
    if lacksLabelName { _ = try nextRow(&rows) }
    while try nextRow(&rows) {
      try check(rows)
      rows.forEachField { column, text, isQuoted in
        let field = CSVField(text, isQuoted: isQuoted)
        byteCount &+= text.byteCount &+ 1
        guard column < firstLine.count else { return }
        if isFirst { first[column].add(field) } else { rest[column].add(field) }
      }
      if isFirst { isFirst = false } else { count += 1 }
    }
    if lacksLabelName || options.hasHeader ?? CSVHeader.isHeader(firstLine, firstKinds, rest) {
      return Survey(isNamed: true, columns: rest, rowCount: count, byteCount: byteCount)
    }
    for column in rest.indices { first[column].add(rest[column]) }
    return Survey(isNamed: false, columns: first, rowCount: count + 1, byteCount: byteCount)
  }

  /// The rows from the first on.
  private func rows() throws(FormatError) -> TextRows {
    var rows = TextRows(source, encoding, syntax, maxLineBytes: CSVReader.maxLineBytes)
    for _ in 0..<skippedLines where try !rows.skipLine() { break }
    return rows
  }

  /// The rows of the data.
  func dataRows(isNamed: Bool) throws(FormatError) -> TextRows {
    var rows = try rows()
    if isNamed { _ = try nextRow(&rows) }
    return rows
  }

  /// Takes the next row that is not blank.
  func nextRow(_ rows: inout TextRows) throws(FormatError) -> Bool {
    while try rows.next() {
      if !CSVReader.isBlank(rows) { return true }
    }
    return false
  }

  /// Checks that a row has as many fields as the first; a delimiter behind the last does not count.
  func check(_ rows: TextRows) throws(FormatError) {
    let line = rows.lineCount - rows.linesOfRow + 1
    let count = rows.fields.count
    if !rows.endsInQuotes {
      if count == firstLine.count { return }
      if count == firstLine.count + 1, let last = rows.fields.last, !last.isInScratch, last.start == last.end { return }
    }
    var error = FormatError(
      .malformed,
      rows.endsInQuotes
        ? "a quote that is opened in this row is not closed"
        : "Line #\(line) (got \(count) columns instead of \(firstLine.count))",
      file: source.name, offset: rows.fields.first.flatMap { rows.filePosition(of: $0) })
    error.line = line
    throw error
  }
}
