internal import ByteIO
internal import PythonLiterals
internal import Locks

/// A text whose fields are rewritten as NumPy's readers expect them, as a source that is read forwards.
///
/// Each line of the text becomes one line in UTF-8, so that numbers of lines stay what they are: fields stand between
/// unit separators (U+001F), comments are gone, lines that are left out are empty.
final class RewrittenText: ByteSource, LinedSource {
  /// What stands between fields.
  static let delimiter = "\u{1F}"
  static let delimiterByte: UInt8 = 0x1F
  /// What is put behind a number that contradicts the marks, so that it is none: no white space, which Python would strip.
  static let contradiction: UInt8 = 0x7F

  /// What is done to the lines.
  struct Plan: Sendable {
    var encoding: TextEncoding
    var syntax: TextSyntax
    /// How many lines are left out at the start.
    var skippedLines: Int
    /// Which lines after these are left out as well, of names and units.
    var spelling: FieldSpelling
    /// What the columns of the text hold, and all those after them.
    var kinds: [FieldSpelling.Kind]
    var kindOfRest: FieldSpelling.Kind
    var endsInDelimiter: Bool
    /// What a missing value is written as.
    var missing: [UInt8]
    /// The character around fields in what comes out, empty for none: only around those that need it.
    var quote: [UInt8]
    /// Whether a number that contradicts the marks is an error, rather than a word.
    var isStrict: Bool
    var maxLineBytes: Int

    func kind(_ column: Int) -> FieldSpelling.Kind { column < kinds.count ? kinds[column] : kindOfRest }
  }

  let original: any ByteSource
  private let plan: Plan
  private let state: Lock<Box>

  var originalEncoding: TextEncoding { plan.encoding }
  var name: String { original.name }
  var byteCount: Int? { nil }
  var storedByteCount: Int? { original.storedByteCount }
  var seekCost: SeekCost { original.isSeekable ? .restart : .impossible }
  var isStandardInput: Bool { original.isStandardInput }
  /// Goes back to the start first: what the original has kept until here can be read once more, and not later.
  func willBeReadOnce() {
    state.withLock { box in
      if box.rewriter.start > 0, original.isSeekable { box = Box(rewriter: LineRewriter(original, plan)) }
    }
    original.willBeReadOnce()
  }

  func position(ofColumn column: Int, inLine line: Int) -> Int? {
    guard original.isSeekable else { return nil }
    var rows = TextRows(original, plan.encoding, plan.syntax, maxLineBytes: plan.maxLineBytes)
    for _ in 0..<min(plan.skippedLines, line - 1) where (try? rows.skipLine()) != true { return nil }
    while rows.lineCount < line, (try? rows.next()) == true {}
    guard rows.lineCount >= line, rows.fields.indices.contains(column) else { return nil }
    return rows.filePosition(of: rows.fields[column])
  }

  init(_ original: any ByteSource, _ plan: Plan) {
    self.original = original
    self.plan = plan
    state = Lock(Box(rewriter: LineRewriter(original, plan)))
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    try state.withLock { (box) throws(FormatError) in
      if offset < box.rewriter.start {
        guard original.isSeekable else {
          throw FormatError(.badArgument, "a text that is rewritten cannot be read backwards", file: name)
        }
        box = Box(rewriter: LineRewriter(original, plan))
      }
      try box.rewriter.skip(to: offset)
      // Safe: the caller's memory, for the duration of the call.
      return try unsafe box.rewriter.read(into: buffer)
    }
  }

  /// The rewriter is used under the lock only.
  private struct Box: @unchecked Sendable {
    var rewriter: LineRewriter
  }
}

/// Rewrites line after line.
private struct LineRewriter {
  private let plan: RewrittenText.Plan
  private let name: String
  private var rows: TextRows
  private var hasEnded = false
  private var output: [UInt8] = []
  private var taken = 0
  /// Where the first byte that has not been taken stands in all that is written.
  private(set) var start = 0
  /// How much is made at once.
  private static let pieceSize = 256 << 10

  init(_ source: any ByteSource, _ plan: RewrittenText.Plan) {
    self.plan = plan
    name = source.name
    rows = TextRows(source, plan.encoding, plan.syntax, maxLineBytes: plan.maxLineBytes)
  }

  mutating func skip(to offset: Int) throws(FormatError) {
    while start < offset {
      if taken == output.count, try !refill() { return }
      let count = min(offset - start, output.count - taken)
      taken += count
      start += count
    }
  }

  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(FormatError) -> Int {
    var done = 0
    while done < buffer.count {
      if taken == output.count, try !refill() { break }
      let count = min(buffer.count - done, output.count - taken)
      // Safe: that many bytes lie within both.
      unsafe output.withUnsafeBytes { bytes in
        let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[taken..<(taken + count)])
        unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...]).copyMemory(from: part)
      }
      taken += count
      start += count
      done += count
    }
    return done
  }

  /// Makes more text; false at the end.
  private mutating func refill() throws(FormatError) -> Bool {
    output.removeAll(keepingCapacity: true)
    taken = 0
    while output.count < LineRewriter.pieceSize, !hasEnded {
      if rows.lineCount < plan.skippedLines {
        if try rows.skipLine() { output.append(10) } else { hasEnded = true }
      } else if try rows.next() {
        try rewriteRow()
      } else {
        hasEnded = true
      }
    }
    return !output.isEmpty
  }

  private mutating func rewriteRow() throws(FormatError) {
    let fields = rows.fields
    var count = fields.count
    if plan.endsInDelimiter, count > 1, let last = fields.last, last.start == last.end { count -= 1 }
    for column in 0..<count {
      if column > 0 { output.append(RewrittenText.delimiterByte) }
      try append(rows.text(fields[column]), column, fields[column])
    }
    output.append(contentsOf: repeatElement(10, count: rows.linesOfRow))
  }

  private mutating func append(
    _ text: ArraySlice<UInt8>, _ column: Int, _ field: RowTokenizer.Field
  ) throws(FormatError) {
    switch plan.spelling.rewrite(text, as: plan.kind(column)) {
    case .same: try append(plain: text, column, field)
    case .changed(let other): output += other
    case .missing: output += plan.missing
    case .contradicts:
      // `genfromtxt` counts it as none of the numbers.
      guard plan.isStrict else {
        try append(plain: text, column, field)
        output.append(RewrittenText.contradiction)
        return
      }
      let shown = PythonRepr.string(String(decoding: text.prefix(100), as: UTF8.self))
      throw error(
        "could not convert string \(shown): its marks are not those of decimals and thousands that were given", column,
        field)
    }
  }

  private mutating func append(
    plain text: ArraySlice<UInt8>, _ column: Int, _ field: RowTokenizer.Field
  ) throws(FormatError) {
    if !plan.quote.isEmpty, text.contains(where: { $0 == 10 || $0 == 13 }) || text.starts(with: plan.quote) {
      output += FieldQuoting.quoted(text, by: plan.quote)
      return
    }
    // These would end the field, or the row.
    guard !text.contains(where: { $0 == 10 || $0 == 13 || $0 == 0x1F }) else {
      var error = error("a line end within quotes is more than genfromtxt's reading takes", column, field)
      error.commandHint = "a .csv without options, or --quotechar with --dtype, are read with it"
      throw error
    }
    output += text
  }

  private func error(_ message: String, _ column: Int, _ field: RowTokenizer.Field) -> FormatError {
    var error = FormatError(
      .badValue, message, file: name, offset: rows.filePosition(of: field), column: column + 1)
    error.line = rows.lineCount - rows.linesOfRow + 1
    return error
  }
}
