internal import ByteIO

/// What the first rows of a CSV text tell of it: what divides its columns, where the table begins, what its first line has.
struct CSVBeginning: Sendable {
  private(set) var syntax: TextSyntax
  let encoding: TextEncoding
  /// The name of the source.
  let source: String
  /// The longest line.
  private let maxLineBytes: Int
  /// How many lines precede the table: titles and comments, and what the options leave out.
  private(set) var skippedLines: Int
  /// The fields of the first line that has any; none of an empty file.
  private(set) var fields: [String] = []
  /// What these may be.
  private(set) var kinds: [CSVColumn.Kinds] = []
  /// Whether the names lack one for the first column, that of the rows' labels.
  private(set) var lacksLabelName = false
  /// Whether the first row is one of numbers that `np.loadtxt` reads.
  private(set) var isOfNumbers = true
  /// Whether the first fields of the rows after the first count from 0 on, as pandas numbers them.
  private(set) var hasNumberedRows = false
  /// Names that a comment gives.
  private(set) var givenNames: [String]?
  /// The lines above the table that are left out, but for comments, and the first of them.
  private(set) var titles: (lines: ClosedRange<Int>, text: String)?
  /// How many lines stand before rows of more fields below names of their own, which may be the table that is meant.
  private(set) var widerTableStart: Int?
  /// The line of the first field in which a quote stands behind spaces, and is part of the text; counted from 1.
  private(set) var spacedQuoteLine: Int?

  /// As many rows are looked at.
  private static let sampleCount = 20
  /// Rows are looked at up to as many bytes of text; two in any case.
  private static let sampleSize = 1 << 20
  /// As many bytes are looked at in memory, where they hold as many rows.
  private static let headSize = 1 << 20
  /// A row of more lines has a quote that is not closed.
  private static let mostLinesOfRow = 100

  /// - Parameter source: The text, inflated; it must be able to give its beginning again.
  init(of source: any ByteSource, _ options: CSVOptions) throws(FormatError) {
    self.source = source.name
    maxLineBytes = max(LoadTextOptions().maxLineBytes, options.mostBytes ?? 0)
    if let given = options.encoding { encoding = given } else { encoding = try TextEncoding.marked(source) ?? .utf8 }
    skippedLines = options.skipRows
    let head = try CSVBeginning.head(of: source, encoding)
    let lines = try CSVBeginning.lines(
      head, encoding, maxLineBytes: maxLineBytes, skipping: options.skipRows)
    var delimiter = options.delimiter.map { Array($0.utf8) }
    if delimiter == nil, options.skipRows == 0, let first = lines.first, let told = CSVBeginning.toldDelimiter(first) {
      (delimiter, skippedLines) = (Array(told.utf8), 1)
    }
    if delimiter == nil {
      let table = lines.filter { !CSVBeginning.isComment($0) }
      delimiter = table.isEmpty ? nil : [DelimiterSearch.csvDelimiter(of: table)]
    }
    let quote = options.quoteCharacter.map { Array($0.utf8) } ?? [UInt8(ascii: "\"")]
    syntax = TextSyntax(
      delimiter: delimiter ?? [UInt8(ascii: ",")], comments: options.comments.map { Array($0.utf8) }, quote: quote)
    syntax.keepsLineEnds = true
    try find(CSVBeginning.sample(of: head, self), options)
  }

  /// A row of the beginning.
  private struct Row {
    let fields: [String]
    let kinds: [CSVColumn.Kinds]
    /// How many lines precede it.
    let place: Int
    /// Whether the first field stands in quotes, and whether any does.
    let isQuoted: Bool
    let hasQuotes: Bool
    /// Whether a quote stands behind spaces in one that does not begin with it.
    let hasSpacedQuote: Bool

    var isText: Bool { kinds.allSatisfy { $0 == .text } }
    /// A `#` alone is the name of a column of numbers.
    var isComment: Bool {
      fields[0].hasPrefix("#") && kinds[0] == .text && !isQuoted && (fields[0] != "#" || fields.count == 1)
    }
  }

  private mutating func find(_ rows: [Row], _ options: CSVOptions) {
    var rows = rows[...]
    var comment: [String]?
    while let row = rows.first, row.isComment {
      comment = row.fields
      rows.removeFirst()
    }
    let titleCount = options.hasHeader == false ? 0 : titleCount(rows)
    if titleCount > 0 {
      note(titles: rows.prefix(titleCount))
      (rows, comment) = (rows.dropFirst(titleCount), nil)
    }
    guard let first = rows.first else { return }
    spacedQuoteLine = rows.first { $0.hasSpacedQuote }.map { $0.place + 1 }
    (fields, kinds, skippedLines) = (first.fields, first.kinds, first.place)
    if options.endsInDelimiter, fields.count > 1, fields.last == "" {
      fields.removeLast()
      kinds.removeLast()
    }
    if var comment, comment.count > 1, comment.count == fields.count {
      comment[0] = PythonText.strip(String(comment[0].drop { $0 == "#" }))
      givenNames = comment
    }
    let labels = rows.dropFirst().map { $0.fields[0] }
    hasNumberedRows = !labels.isEmpty && CSVHeader.isNumbered(labels[...])
    func isOfNumbers(_ row: Row) -> Bool {
      !row.hasQuotes
        && zip(row.kinds, row.fields).allSatisfy { kinds, text in
          kinds.isSubset(of: CSVColumn.Kinds.integers.union([.number, .nan])) && text.utf8.allSatisfy { $0 < 0x80 }
        }
    }
    // Numbers may be names, if texts follow.
    self.isOfNumbers = CSVHeader.isNumbered(fields[...]) ? rows.allSatisfy(isOfNumbers) : isOfNumbers(first)
    // R and pandas may leave out the name of the labels; a line that ends in a delimiter has no more of them.
    if options.hasHeader != false, first.isText, !options.endsInDelimiter,
      let second = rows.dropFirst().first, second.fields.count == fields.count + 1, second.fields.last != ""
    {
      lacksLabelName = true
      (fields, kinds) = ([""] + fields, [.gap] + kinds)
    }
  }

  /// How many lines, titles and notes, precede a table all of whose rows have as many fields, which are more.
  ///
  /// What may be names and rows of values is none of them: later rows that have more fields are an error.
  private mutating func titleCount(_ rows: ArraySlice<Row>) -> Int {
    guard let width = rows.last?.fields.count, width > 1 else { return 0 }
    let table = rows[(rows.lastIndex { $0.fields.count != width }.map { $0 + 1 } ?? rows.startIndex)...]
    let titles = rows.dropLast(table.count)
    guard table.count > 1, let header = table.first, titles.allSatisfy({ $0.fields.count < width }) else { return 0 }
    let hasNames = header.isText && table.dropFirst().contains { !$0.isText }
    // One name less than there are columns is a header as R writes it, unless the names follow.
    if titles.count == 1, titles.first?.fields.count == width - 1 { return hasNames ? 1 : 0 }
    // A title may have commas, and a note may be a number, above names. Two rows of one length are a table by themselves.
    let cut = titles.filter { $0.fields.count > 1 }
    let areNotes = titles.allSatisfy { $0.fields.count == 1 && $0.isText }
    let areCutOnce = Set(cut.map(\.fields.count)).count == cut.count
    if areNotes || hasNames && (areCutOnce || areKeys(titles, before: header)) { return titles.count }
    if hasNames { widerTableStart = header.place }
    let notes = titles.prefix { $0.fields.count == 1 && $0.isText }.count
    return cut.first?.place == titles.dropFirst(notes).first?.place ? notes : 0
  }

  /// Whether lines are keys and their values, `Serial,1234`, which no names stand above, and an empty line ends them.
  private func areKeys(_ titles: ArraySlice<Row>, before header: Row) -> Bool {
    guard let last = titles.last, !last.hasQuotes, header.place > last.place + 1 else { return false }
    let cut = titles.filter { $0.fields.count > 1 }
    return cut.first?.isText == false && cut.allSatisfy { $0.fields.count == 2 && $0.kinds[0] == .text }
  }

  /// Keeps what there is to say of the titles that are left out.
  private mutating func note(titles: ArraySlice<Row>) {
    guard let first = titles.first, let last = titles.last else { return }
    let text = first.fields.joined(separator: String(decoding: syntax.delimiter, as: UTF8.self))
    self.titles = (first.place + 1...last.place + 1, text)
  }

  private static func isComment(_ line: String) -> Bool {
    line.hasPrefix("#") && !(line.dropFirst().first.map(",;\t|".contains) ?? false)
  }

  /// The beginning of a source, which is looked at more than once: where that has a line for each row of the sample, in memory.
  private static func head(of source: any ByteSource, _ encoding: TextEncoding) throws(FormatError) -> any ByteSource {
    let bytes = try source.readBytes(at: 0, upTo: headSize)
    if bytes.count < headSize { return MemorySource(bytes, name: source.name) }
    guard encoding == .utf8 || encoding == .latin1, let end = bytes.lastIndex(of: 10),
      bytes.count(where: { $0 == 10 }) > 10 * sampleCount
    else { return source }
    return MemorySource(Array(bytes[...end]), name: source.name)
  }

  /// The first rows that are not blank.
  private static func sample(of source: any ByteSource, _ beginning: CSVBeginning) throws(FormatError) -> [Row] {
    var rows = try beginning.rows(source)
    var sample: [Row] = []
    var byteCount = 0
    while sample.count < 2 || sample.count < sampleCount && byteCount < sampleSize, try rows.next() {
      guard !isBlank(rows) else { continue }
      var (texts, kinds): ([String], [CSVColumn.Kinds]) = ([], [])
      var (isFirstQuoted, hasQuotes, hasSpacedQuote) = (false, false, false)
      rows.forEachField { column, text, isQuoted in
        let field = CSVField(text, isQuoted: isQuoted)
        if column == 0 { isFirstQuoted = isQuoted }
        if isQuoted { hasQuotes = true } else if column > 0, beginning.isSpacedQuote(field) { hasSpacedQuote = true }
        byteCount += text.byteCount
        texts.append(field.text.text(0..<field.text.byteCount))
        kinds.append(field.kinds)
      }
      sample.append(
        Row(
          fields: texts, kinds: kinds, place: rows.lineCount - rows.linesOfRow, isQuoted: isFirstQuoted,
          hasQuotes: hasQuotes, hasSpacedQuote: hasSpacedQuote))
    }
    return sample
  }

  /// Whether a quote stands behind spaces, so that it opens nothing.
  private func isSpacedQuote(_ field: borrowing CSVField) -> Bool {
    guard !syntax.quote.isEmpty, field.whole.byteCount > field.text.byteCount, field.whole.byte(0) == 0x20 else {
      return false
    }
    return field.text.has(syntax.quote, at: 0, before: field.text.byteCount)
  }

  /// The rows from the first that is not left out.
  func rows(_ source: any ByteSource) throws(FormatError) -> TextRows {
    var rows = TextRows(source, encoding, syntax, maxLineBytes: maxLineBytes)
    for _ in 0..<skippedLines where try !rows.skipLine() { break }
    return rows
  }

  /// Whether a row is an empty line, or one of white space; or the mark that ends a file of DOS.
  static func isBlank(_ rows: TextRows) -> Bool {
    guard rows.fields.count <= 1 else { return false }
    var isBlank = true
    rows.forEachField { _, text, isQuoted in
      let field = CSVField(text, isQuoted: false)
      isBlank = !isQuoted && (field.isEmpty || field.text.byteCount == 1 && field.text.byte(0) == 0x1A)
    }
    return isBlank
  }

  /// The first lines that are not blank, those together between which a quote is open.
  private static func lines(
    _ source: any ByteSource, _ encoding: TextEncoding, maxLineBytes: Int, skipping skipped: Int
  ) throws(FormatError) -> [String] {
    var lines = TextLines(source, encoding, maxLineBytes: maxLineBytes)
    for _ in 0..<skipped where try lines.next() == nil { return [] }
    var found: [String] = []
    var (row, parts, byteCount) = ("", 0, 0)
    while found.count < sampleCount, byteCount < sampleSize, let line = try lines.next() {
      row.unicodeScalars.append(contentsOf: line.filter { $0 != "\u{FEFF}" })
      parts += 1
      if row.utf8.count(where: { $0 == UInt8(ascii: "\"") }) % 2 == 1, parts < mostLinesOfRow { continue }
      while let last = row.unicodeScalars.last, last == "\n" || last == "\r" { row.unicodeScalars.removeLast() }
      byteCount += row.utf8.count
      // Of a line beyond all measure its beginning tells as much.
      if row.utf8.count > sampleSize { row = String(row.prefix(sampleSize)) }
      if !PythonText.strip(row).isEmpty { found.append(row) }
      (row, parts) = ("", 0)
    }
    return found
  }

  /// What `sep=;`, which Excel looks for in the first line, says.
  private static func toldDelimiter(_ line: String) -> String? {
    let text = line.unicodeScalars.filter { $0 != "\n" && $0 != "\r" }
    return text.count == 5 && text.starts(with: "sep=".unicodeScalars) ? String(text.last!) : nil
  }
}
