internal import ArrayBytes
package import ByteIO
internal import NDArrays
internal import NumberText

/// Reads a table of text with names and columns of any type by the rules of CSV: quotes, no comments.
///
/// The type of a column may be told by its last field. So ``table(column:)`` goes through the text, and keeps the values meanwhile
/// as far as memory goes (``CSVCells``); what it did not keep is read again.
package struct CSVReader: Sendable {
  let source: any ByteSource
  private let options: CSVOptions
  private let beginning: CSVBeginning
  /// What is to be said of the options, and of what the beginning has.
  private(set) var warnings: [FileWarning] = []
  private var firstLine: [String] { beginning.fields }
  var columnCount: Int { firstLine.count }
  /// The most bytes that the table may have, if that is given.
  var mostBytes: Int? { options.mostBytes }
  /// Whether no more than some of the rows are read.
  var isLimited: Bool { options.maxRows != nil }
  /// What may help where a row has more fields than the first.
  var hintOfLongRows: String? { beginning.hintOfLongRows }

  /// That the first line may have names, if it is read as a row of values and nobody has said what it is.
  func warningOfNames(_ survey: Survey) -> FileWarning? {
    guard !survey.isNamed, options.hasHeader == nil, options.names == nil, beginning.givenNames == nil,
      CSVHeader.mayBeNames(firstLine, beginning.kinds, survey.columns)
    else { return nil }
    return FileWarning(
      "line \(beginning.skippedLines + 1) is read as a row of values; if it has the names, --names true reads them",
      file: source.name)
  }

  /// - Parameters:
  ///   - source: The text, inflated; it must be able to give its beginning again.
  ///   - options: How it is read.
  ///   - start: After which line the table begins, if that is not to be found.
  package init(
    _ source: any ByteSource, _ options: CSVOptions, start: TextDialect.Start = .given
  ) throws(FormatError) {
    var options = options
    if case .after = start {
      var dialect = TextDialect()
      dialect.start = start
      var text = try TextPreparation(
        source, dialect, encoding: options.encoding, delimiter: nil, comments: [], quote: nil,
        skippedLines: options.skipRows, maxLineBytes: LoadTextOptions().maxLineBytes)
      try text.settle()
      options.skipRows = text.skippedLines
    }
    (self.source, self.options) = (source, options)
    beginning = try CSVBeginning(of: source, options)
    // Who has titles found has said that they are to be left out.
    warnings = start == .found ? beginning.warnings.filter { $0 != beginning.warningOfTitles } : beginning.warnings
  }

  /// Whether `np.loadtxt` would refuse the first row, as it has other delimiters, or a field that it takes for no number.
  package var isMoreThanNumbers: Bool {
    if firstLine.count > 1, beginning.syntax.delimiter != [UInt8(ascii: ",")], options.delimiter == nil { return true }
    if firstLine.count == 1, beginning.kinds[0] == .text { return !CSVReader.isSeveralNumbers(firstLine[0]) }
    return !beginning.isOfNumbers
  }

  /// Whether all rows, but for one of names, are of numbers that `np.loadtxt` reads.
  package var isOfNumbersBelow: Bool {
    get throws(FormatError) {
      guard options.columns?.contains(where: \.isName) != true else { return false }
      return try survey().columns.allSatisfy { [.int64, .float64].contains($0.dtype) && !$0.hasGaps }
    }
  }

  /// Whether a line is made of numbers between which blanks or colons stand: then it is no name, but of another table than
  /// is thought.
  private static func isSeveralNumbers(_ line: String) -> Bool {
    let parts = line.split { $0 == " " || $0 == ":" || $0 == "\t" }
    return parts.count > 1
      && parts.allSatisfy { part in PythonNumberText.double(Array(part.utf8)) != nil }
  }

  /// The names of the columns, as far as the first line tells them.
  package var probableNames: [String] {
    if let givenNames = options.names ?? beginning.givenNames { return ColumnNames.distinct(givenNames) }
    return options.hasHeader == true || beginning.kinds.contains(.text) ? ColumnNames.distinct(firstLine) : []
  }

  /// The columns that are text, whatever their fields look like.
  private var textColumns: Set<Int> {
    guard !options.textNames.isEmpty else { return options.textColumns }
    let names = probableNames
    return options.textColumns.union(names.indices.filter { options.textNames.contains(names[$0]) })
  }

  /// The same table, with fields that are spelled as a dialect has it.
  package func spelled(by dialect: TextDialect) throws(FormatError) -> CSVReader {
    guard !dialect.isPlain, !firstLine.isEmpty else { return self }
    let syntax = beginning.syntax
    var dialect = dialect
    dialect.hasNames = try survey().isNamed
    var text = try TextPreparation(
      source, dialect, encoding: beginning.encoding, delimiter: String(decoding: syntax.delimiter, as: UTF8.self),
      comments: options.comments, quote: String(decoding: syntax.quote, as: UTF8.self),
      skippedLines: beginning.skippedLines, maxLineBytes: LoadTextOptions().maxLineBytes)
    text.keepsLineEnds = true
    var warnings: [FileWarning] = []
    text.onWarning = { warnings.append($0) }
    try text.settle()
    var plain = options
    (plain.hasHeader, plain.names) = (false, options.names ?? beginning.givenNames ?? text.names)
    if dialect.rewritesFields {
      let found = try text.findKinds(isMissing: MissingWords.contains)
      let names = (plain.names ?? []).map(PythonText.strip)
      let kinds = found.kinds.enumerated().map { place, kind in
        names.indices.contains(place) && options.textNames.contains(names[place]) ? .text : kind
      }
      try text.rewrite(
        kinds, rest: .unknown, truths: ("True", "False"), missing: "", keepsQuotes: true, isStrict: false)
      plain.textColumns = found.contradicting
      (plain.comments, plain.encoding) = ([], .utf8)
    }
    plain.skipRows = text.skippedLines
    plain.delimiter = String(decoding: text.delimiter, as: UTF8.self)
    var reader = try CSVReader(text.source, plain)
    reader.warnings = self.warnings + warnings
    return reader
  }

  // MARK: Reading

  /// The table as a source of blocks, or one column of it that is told by its name or its number from 0 on.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for a row of more fields than the first, `limitExceeded` for a table
  ///   that is out of proportion to its text.
  package func table(column: String? = nil) throws(FormatError) -> CSVBlocks {
    guard !firstLine.isEmpty else { throw FormatError(.empty, "there is nothing in the file") }
    let survey = try survey(keepsValues: column == nil && options.columns == nil)
    let given = options.names ?? (survey.isNamed ? firstLine : beginning.givenNames)
    let isNamed = given != nil
    let names = given.map(ColumnNames.distinct) ?? survey.columns.indices.map { "f\($0)" }
    guard names.count == firstLine.count else {
      throw FormatError(
        .badArgument, "there are \(firstLine.count) columns and \(names.count) names for them", file: source.name)
    }
    if let column {
      let place = try place(of: column, among: names, areNamed: isNamed)
      let type = survey.columns[place].dtype
      return try CSVBlocks(
        self, survey, [(place, CSVSlot(FieldSlot(dtype: type, offset: 0)))], dtype: type, rowShape: [])
    }
    let places = try options.columns.map { (columns) throws(FormatError) in
      try self.places(of: columns, among: names, areNamed: isNamed)
    }
    let chosen = places ?? Array(names.indices)
    var types = chosen.map { survey.columns[$0].dtype }
    if !isNamed, types.allSatisfy({ $0 == .int64 || $0 == .float64 }) {
      // Numbers alone are an array, whose rows are all of one length.
      if let short = survey.short { throw try error(of: short) }
      types = types.map { _ in types.contains(.float64) ? .float64 : .int64 }
      let slots = FieldSlots(alike: types.first ?? .float64, count: types.count)
      return try CSVBlocks(self, survey, chosen, slots, dtype: types.first ?? .float64, rowShape: [types.count])
    }
    let dtype = try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      try DType.structured(zip(chosen, types).map { (name: names[$0], dtype: $1) })
    }
    return try CSVBlocks(self, survey, chosen, FieldSlot.slots(of: dtype), dtype: dtype, rowShape: [])
  }

  /// What a first reading finds.
  struct Survey {
    var isNamed: Bool
    var columns: [CSVColumn]
    var rowCount: Int
    /// How many bytes of text there are; line ends do not count.
    var byteCount: Int
    /// The rows that have fewer fields than the first.
    var short: CSVShortRows?
    /// The parts of the file in which the rows lie, if it can be read in parts.
    var parts: CSVTableParts?
  }

  /// - Parameter keepsValues: Whether the values are kept as well, as far as memory goes, so that the text is read once.
  private func survey(keepsValues: Bool = false) throws(FormatError) -> Survey {
    try ByteProgress.reading(source, total: source.storedByteCount) { () throws(FormatError) in
      guard let most = options.maxRows else { return try survey(ofRest: .max, keepsValues: keepsValues) }
      let survey = try survey(ofRest: most)
      // The first row is one of those that are read, unless it has the names.
      return survey.rowCount > most ? try self.survey(ofRest: most - 1) : survey
    }
  }

  /// - Parameter most: How many rows after the first are read at most; -1 for not even the first.
  private func survey(ofRest most: Int, keepsValues: Bool = false) throws(FormatError) -> Survey {
    var first = [CSVColumn](repeating: CSVColumn(), count: firstLine.count)
    var rest = first
    var (count, byteCount) = (0, 0)
    var rows = try beginning.rows(source)
    var isFirst = !beginning.lacksLabelName
    if beginning.lacksLabelName { _ = try nextRow(&rows) }
    var (parts, short): (CSVTableParts?, CSVShortRows?)
    while isFirst || count < most {
      if !isFirst, count == 0, most == .max, let found = survey(from: rows, keepsValues: keepsValues) {
        (rest, count, parts, short) = (found.columns, found.rowCount, found.parts, found.short)
        byteCount &+= found.byteCount
        break
      }
      guard try nextRow(&rows) else { break }
      try short.add(check(rows))
      forEachField(of: rows) { column, text, isQuoted in
        let field = CSVField(text, isQuoted: isQuoted)
        byteCount &+= text.byteCount &+ 1
        guard column < firstLine.count else { return }
        if isFirst { first[column].add(field) } else { rest[column].add(field) }
      }
      if isFirst { isFirst = false } else { count += 1 }
    }
    for column in textColumns where column < rest.count { rest[column].addText() }
    if beginning.lacksLabelName
      || options.hasHeader
        ?? (!hasValuesBelowNames
          && CSVHeader.isHeader(firstLine, beginning.kinds, rest, hasNumberedRows: beginning.hasNumberedRows))
    {
      return Survey(
        isNamed: true, columns: rest, rowCount: count, byteCount: byteCount, short: short, parts: parts)
    }
    for column in rest.indices { first[column].add(rest[column]) }
    return Survey(
      isNamed: false, columns: first, rowCount: min(most, count) + 1, byteCount: byteCount, short: short,
      parts: parts)
  }

  /// Whether a comment above the first row has the names: numbers and dates in that row are none then.
  private var hasValuesBelowNames: Bool {
    beginning.givenNames != nil && beginning.kinds.contains { $0 != .text && $0 != .gap }
  }

  /// What the rows have that were not taken yet, looked at by all cores; `nil` if they cannot be, or one may be wrong.
  private func survey(from rows: TextRows, keepsValues: Bool) -> Survey? {
    guard let start = rows.nextFilePosition,
      let file = CSVParts(source, beginning.encoding, beginning.syntax, columnCount: firstLine.count, from: start),
      let found = file.survey(keepsValues ? file.keeping() : nil)
    else { return nil }
    var columns = [CSVColumn](repeating: CSVColumn(), count: firstLine.count)
    var short: CSVShortRows?
    for finding in found {
      for place in columns.indices { columns[place].append(finding.columns[place]) }
      short.add(finding.short)
    }
    return Survey(
      isNamed: false, columns: columns, rowCount: found.reduce(0) { $0 + $1.part.rowCount },
      byteCount: found.reduce(0) { $0 &+ $1.byteCount }, short: short,
      parts: CSVTableParts(file, found))
  }

  /// The rows of the data.
  func dataRows(isNamed: Bool) throws(FormatError) -> TextRows {
    var rows = try beginning.rows(source)
    if isNamed { _ = try nextRow(&rows) }
    return rows
  }

  /// Takes the next row that is neither blank nor a comment among rows of several columns.
  func nextRow(_ rows: inout TextRows) throws(FormatError) -> Bool {
    while try rows.next() {
      guard rows.fields.count <= 1 else { return true }
      if CSVBeginning.isBlank(rows) { continue }
      let isComment = firstLine.count > 1 && rows.fields.first.map { rows.text($0).first } == UInt8(ascii: "#")
      if !isComment { return true }
    }
    return false
  }
}
