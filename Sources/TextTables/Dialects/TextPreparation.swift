internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import PythonLiterals

/// Looks at a text's first lines and settles what its dialect leaves open: where the table begins, what divides its
/// columns, what they are called. Then rewrites the text if its fields are not spelled as NumPy's readers expect them.
struct TextPreparation {
  var source: any ByteSource
  var encoding: TextEncoding
  let dialect: TextDialect
  /// What divides columns; empty for white space.
  var delimiter: [UInt8]
  var comments: [[UInt8]]
  var quote: [UInt8]
  /// How many lines stand before the table.
  var skippedLines: Int
  /// The names of all columns of the text, if it has them.
  private(set) var names: [String]?
  let maxLineBytes: Int
  /// Called with what should be known.
  var onWarning: ((FileWarning) -> Void)?
  /// Whether line ends within quotes stay what they are.
  var keepsLineEnds = false
  /// Whether a table without names is an error where names are asked for.
  var needsNames = true

  /// How many lines are looked at.
  private static let sampleSize = 200

  init(
    _ source: any ByteSource, _ dialect: TextDialect, encoding: TextEncoding?, delimiter: String?, comments: [String],
    quote: String?, skippedLines: Int, maxLineBytes: Int
  ) throws(FormatError) {
    self.source = source
    self.dialect = dialect
    if let encoding { self.encoding = encoding } else { self.encoding = try TextEncoding.marked(source) ?? .utf8 }
    self.delimiter = Array((delimiter ?? "").utf8)
    self.comments = comments.filter { !$0.isEmpty }.map { Array($0.utf8) }
    self.quote = Array((quote ?? "").utf8)
    self.skippedLines = max(0, skippedLines)
    self.maxLineBytes = maxLineBytes
  }

  /// Settles everything that the first lines tell.
  mutating func settle() throws(FormatError) {
    guard dialect.start != .given || dialect.hasNames || dialect.hasUnits || dialect.findsDelimiter else { return }
    var lines = TextLines(source, encoding, maxLineBytes: maxLineBytes)
    for _ in 0..<skippedLines where try lines.next() == nil { break }
    if case .after(let pattern) = dialect.start { try skip(to: pattern, &lines) }
    var sample: [String] = []
    while sample.count < TextPreparation.sampleSize, let line = try lines.next() {
      sample.append(TextPreparation.text(of: line))
    }
    if dialect.findsDelimiter {
      let taken = [dialect.decimalMark, dialect.thousandsMark ?? ""].filter { $0 != "." }.flatMap { Array($0.utf8) }
      delimiter = DelimiterSearch.delimiter(of: sample, comments: comments, quote: quote, except: taken)
    }
    let first = dialect.start == .found ? dataStart(sample) : nil
    if let first, first > 0 { warnOfRows(in: sample, before: first) }
    guard dialect.hasNames || dialect.hasUnits else {
      skippedLines += first ?? 0
      return
    }
    if first == 0, dialect.hasNames {
      guard !needsNames else {
        throw FormatError(.malformed, "no line of names stands before the data", file: source.name)
      }
      return
    }
    var header = sample.firstIndex { !PythonText.strip($0).isEmpty }
    if let first, first > 0 {
      let count = fields(sample[first]).count
      let above = sample[..<first].indices.reversed().filter { !PythonText.strip(sample[$0]).isEmpty }
      // Units stand between the names and the data.
      let candidates = above.filter { fields(withoutMark(sample[$0])).count == count }
      header =
        candidates.dropFirst(dialect.hasUnits && dialect.hasNames ? 1 : 0).first ?? candidates.first ?? above.first
    }
    guard let header else {
      throw FormatError(.malformed, "there is no line to take the names from", file: source.name)
    }
    var next = header + 1
    if dialect.hasNames {
      names = fields(withoutMark(sample[header])).map(PythonText.strip)
      if dialect.hasUnits {
        next += sample[next...].prefix { PythonText.strip($0).isEmpty }.count + 1
      }
    }
    if dialect.hasUnits, sample.indices.contains(next - 1) { warnOfUnits(sample[next - 1], in: next - 1) }
    skippedLines += max(next, first ?? 0)
  }

  /// Moves behind the first line that a pattern matches a part of.
  private mutating func skip(to pattern: String, _ lines: inout TextLines) throws(FormatError) {
    let search: TextPattern
    do throws(TextPattern.Trouble) { search = try TextPattern(pattern) } catch {
      let place = error.place.map { " (at character \($0))" } ?? ""
      throw FormatError(.badArgument, "'\(pattern.prefix(100))' is no regular expression: \(error.message)\(place)")
    }
    while let line = try lines.next() {
      skippedLines += 1
      if search.matchesPart(of: line.last == "\n" ? Array(line.dropLast()) : line) { return }
    }
    throw FormatError(.notFound, "no line has a match of '\(pattern)'", file: source.name)
  }

  // MARK: Lines

  /// A line without its end.
  private static func text(of line: [Unicode.Scalar]) -> String { line.filter { $0 != "\n" }[...].string }

  private var syntax: TextSyntax {
    var syntax = TextSyntax(delimiter: delimiter, comments: comments, quote: quote)
    syntax.keepsLineEnds = keepsLineEnds
    return syntax
  }

  /// The fields of a line, of which a comment has none.
  private func fields(_ line: String) -> [String] {
    TextPreparation.fields(line, syntax, dropsLast: dialect.endsInDelimiter)
  }

  static func fields(_ line: String, _ syntax: TextSyntax, dropsLast: Bool = false) -> [String] {
    let bytes = Array(line.utf8)
    var tokenizer = RowTokenizer(syntax)
    var place = 0
    // Safe: the span is used while the array's bytes are held.
    return unsafe bytes.withUnsafeBytes { memory in
      _ = tokenizer.readRow(unsafe RawSpan(_unsafeBytes: memory), &place, end: bytes.count, isLast: true)
      var fields = tokenizer.fields.map { field in
        String(
          decoding: field.isInScratch ? tokenizer.scratch[field.start..<field.end] : bytes[field.start..<field.end],
          as: UTF8.self)
      }
      if dropsLast, fields.count > 1, fields.last == "" { fields.removeLast() }
      return fields
    }
  }

  /// A line of names without the mark that makes it a comment.
  private func withoutMark(_ line: String) -> String {
    let text = Array(line.utf8)
    let start = text.prefix { $0 == 0x20 || $0 == 9 }.count
    for mark in comments where text[start...].starts(with: mark) {
      return PythonText.strip(String(decoding: text[(start + mark.count)...], as: UTF8.self))
    }
    return line
  }

  /// The first line that looks like those after it: as many fields, and numbers where they have numbers.
  private func dataStart(_ sample: [String]) -> Int? {
    let rows = sample.map { fields($0) }
    var counts: [Int: Int] = [:]
    for row in rows where !row.isEmpty { counts[row.count, default: 0] += 1 }
    guard let most = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) })?.key else { return nil }
    // Titles and headers stand at the start.
    let all = rows.filter { $0.count == most }
    let table = all.suffix(max(1, all.count / 2))
    let spelling = try? FieldSpelling(dialect, truths: ("1", "0"))
    func isValue(_ field: String) -> Bool {
      let bytes = Array(field.utf8)
      if FieldSpelling.trimmed(bytes[...]).isEmpty || PythonText.double(field) != nil { return true }
      switch spelling?.rewrite(bytes[...], as: .unknown) {
      case .changed?, .missing?: return true
      default: return PythonText.isDate(field)
      }
    }
    // What is empty says nothing of its column.
    let isNumeric = (0..<most).map { column in
      let filled = table.filter { !FieldSpelling.trimmed(Array($0[column].utf8)[...]).isEmpty }
      return 2 * filled.count { isValue($0[column]) } > filled.count
    }
    guard isNumeric.contains(true) else { return nil }
    return rows.firstIndex { row in
      guard row.count == most else { return false }
      let wanted = zip(row, isNumeric).filter(\.1).map(\.0)
      if wanted.allSatisfy(isValue) { return true }
      // What is missing is spelled in many ways, none of which is a name where a number stands beside it.
      return dialect.hasNames && wanted.allSatisfy { isValue($0) || TextPreparation.isMissing($0) }
        && wanted.contains { PythonText.double($0) != nil }
    }
  }

  /// Whether a field is a word for what is missing, or signs alone: `NA`, `-`, `--`, `.`, `?`.
  private static func isMissing(_ field: String) -> Bool {
    MissingWords.contains(field)
      || PythonText.strip(field).unicodeScalars.allSatisfy {
        !$0.properties.isAlphabetic && $0.properties.numericType == nil
      }
  }

  /// Says which lines above the data look like some of them: names, which stand in the first, are not all like numbers.
  private func warnOfRows(in sample: [String], before first: Int) {
    let width = fields(sample[first]).count
    let spelling = try? FieldSpelling(dialect, truths: ("1", "0"))
    let above = sample[..<first].map { fields($0) }
    let header = above.firstIndex { $0.count == width }
    let rows = above.indices.filter { line in
      guard above[line].count == width, !PythonText.strip(sample[line]).isEmpty else { return false }
      if line == header { return above[line].allSatisfy { isLikeNumber($0, spelling) || MissingWords.contains($0) } }
      return above[line].contains { isLikeNumber($0, spelling) }
    }
    guard let line = rows.first else { return }
    let others = rows.count > 1 ? " and \(rows.count - 1) more" : ""
    onWarning?(
      FileWarning(
        "line \(skippedLines + line + 1)\(others) above the data \(rows.count > 1 ? "have" : "has") as many fields, and "
          + "\(rows.count > 1 ? "are" : "is") left out: \(sample[line].prefix(60))"))
  }

  /// Says that the line which is left out as one of units is one of values rather.
  private func warnOfUnits(_ line: String, in place: Int) {
    let spelling = try? FieldSpelling(dialect, truths: ("1", "0"))
    let fields = fields(line).filter { !PythonText.strip($0).isEmpty }
    guard !fields.isEmpty, fields.allSatisfy({ isLikeNumber(PythonText.strip($0), spelling) }) else { return }
    onWarning?(
      FileWarning(
        "line \(skippedLines + place + 1) is left out as one of units, and has numbers: \(line.prefix(60))",
        file: source.name))
  }

  /// Whether a field is a number, or what another program may have written for one: `1.0D3`, `5,2`, `(12)`.
  private func isLikeNumber(_ field: String, _ spelling: FieldSpelling?) -> Bool {
    if PythonText.double(field) != nil { return true }
    if case .changed? = spelling?.rewrite(Array(field.utf8)[...], as: .unknown) { return true }
    let digits = field.unicodeScalars.drop { "+-.($ ".unicodeScalars.contains($0) }
    guard let first = digits.first, ("0"..."9").contains(first) else { return false }
    // An exponent, or a hexadecimal number: no other letters.
    return digits.allSatisfy { !$0.properties.isAlphabetic || "eEdDxXabcfABCF".unicodeScalars.contains($0) }
  }

  // MARK: Rewriting

  /// The rows of the text from its first line on.
  func rows() -> TextRows { TextRows(source, encoding, syntax, maxLineBytes: maxLineBytes) }

  func spelling(truths: (yes: String, no: String)) throws(FormatError) -> FieldSpelling {
    do throws(DateSpelling.Trouble) { return try FieldSpelling(dialect, truths: truths) } catch {
      throw FormatError(.badArgument, error.message)
    }
  }

  /// Has the text rewritten.
  ///
  /// - Parameters:
  ///   - kinds: What the columns of the text hold, and those after them.
  ///   - keepsQuotes: Whether the reader knows quotes.
  mutating func rewrite(
    _ kinds: [FieldSpelling.Kind], rest: FieldSpelling.Kind, truths: (yes: String, no: String), missing: String,
    keepsQuotes: Bool, isStrict: Bool
  ) throws(FormatError) {
    let spelling = try spelling(truths: truths)
    if delimiter == Array(dialect.decimalMark.utf8), quote.isEmpty {
      var error = FormatError(
        .badArgument, "'\(dialect.decimalMark)' cannot be both the decimal mark and the delimiter")
      error.commandHint = "--delimiter says another"
      throw error
    }
    source = RewrittenText(
      source,
      RewrittenText.Plan(
        encoding: encoding, syntax: syntax, skippedLines: skippedLines, spelling: spelling, kinds: kinds,
        kindOfRest: rest,
        endsInDelimiter: dialect.endsInDelimiter, missing: Array(missing.utf8), quote: keepsQuotes ? quote : [],
        isStrict: isStrict, maxLineBytes: maxLineBytes))
    encoding = .utf8
    delimiter = Array(RewrittenText.delimiter.utf8)
    comments = []
    skippedLines = 0
    if !keepsQuotes { quote = [] }
  }

  /// What the columns of a text hold, by the dtype of the table.
  static func kind(_ dtype: DType?) -> FieldSpelling.Kind {
    switch dtype?.kind {
    case nil: .unknown
    case .bool?: .truth
    case .datetime?: .date
    case .string?, .bytes?, .object?: .text
    default: .number
    }
  }
}
