internal import ByteIO

/// The rows of a text one after the other, cut into fields; a few megabytes of it are in memory.
struct TextRows {
  private var blocks: TextBlocks
  private var tokenizer: RowTokenizer
  private var place = 0
  private var hasBegun = false
  /// How many lines have been taken; line ends within quotes count.
  private(set) var lineCount = 0
  /// How many lines the row that was taken last has.
  private(set) var linesOfRow = 0

  init(_ source: any ByteSource, _ encoding: TextEncoding, _ syntax: TextSyntax, maxLineBytes: Int) {
    blocks = TextBlocks(source, encoding, maxLineBytes: maxLineBytes)
    tokenizer = RowTokenizer(syntax)
  }

  /// The fields of the row that was taken last; an empty line, or a comment, has none.
  var fields: [RowTokenizer.Field] { tokenizer.fields }

  /// Whether the text has ended before a quote of the last row was closed.
  var endsInQuotes: Bool { tokenizer.endsInQuotes }

  /// The text of a field of the row that was taken last, without quotes.
  func text(_ field: RowTokenizer.Field) -> ArraySlice<UInt8> {
    field.isInScratch ? tokenizer.scratch[field.start..<field.end] : blocks.text[field.start..<field.end]
  }

  /// Calls `body` with each field of the row that was taken last: its column, its text, and whether it was quoted.
  @inline(__always)
  func forEachField(_ body: (_ column: Int, _ text: RawSpan, _ isQuoted: Bool) -> Void) {
    // Safe: the spans are used while the arrays' bytes are held.
    unsafe blocks.text.withUnsafeBytes { plain in
      unsafe tokenizer.scratch.withUnsafeBytes { quoted in
        let (text, scratch) = (unsafe RawSpan(_unsafeBytes: plain), unsafe RawSpan(_unsafeBytes: quoted))
        for (column, field) in tokenizer.fields.enumerated() {
          let whole = field.isInScratch ? scratch : text
          body(column, whole.extracting(field.start..<field.end), field.isInScratch)
        }
      }
    }
  }

  /// Where a field begins in the file, if that is known.
  func filePosition(of field: RowTokenizer.Field) -> Int? { blocks.filePosition(of: field.place) }

  /// Where the next row begins in the file, if that is known.
  var nextFilePosition: Int? { blocks.filePosition(of: place) }

  /// Takes the next row; false at the end.
  mutating func next() throws(FormatError) -> Bool {
    try take { (rows: inout TextRows) in rows.readRow() }
  }

  /// Takes the next line without a look at it; false at the end.
  mutating func skipLine() throws(FormatError) -> Bool {
    try take { (rows: inout TextRows) in rows.passLine() }
  }

  /// Reads on until `body` finds enough of the text; false at the end.
  @inline(__always)
  private mutating func take(_ body: (inout TextRows) -> Bool) throws(FormatError) -> Bool {
    if !hasBegun {
      try blocks.advance(past: 0)
      hasBegun = true
    }
    while true {
      if place >= blocks.text.count, blocks.isLast { return false }
      if body(&self) { return true }
      try blocks.advance(past: place)
      place = 0
    }
  }

  private mutating func passLine() -> Bool {
    var next = place
    // Safe: the span is used while the array's bytes are held.
    let isComplete = unsafe blocks.text.withUnsafeBytes { bytes in
      TextScanning.skipLine(unsafe RawSpan(_unsafeBytes: bytes), &next, isLast: blocks.isLast)
    }
    guard isComplete else { return false }
    place = next
    lineCount += 1
    return true
  }

  private mutating func readRow() -> Bool {
    let begin = place
    var next = place
    // Safe: the span is used while the array's bytes are held.
    let lines: Int? = unsafe blocks.text.withUnsafeBytes { bytes in
      let text = unsafe RawSpan(_unsafeBytes: bytes)
      guard tokenizer.mayComplete(text, from: begin, isLast: blocks.isLast),
        tokenizer.readRow(text, &next, end: text.byteCount, isLast: blocks.isLast)
      else { return nil }
      // Only quotes hide line ends.
      guard !tokenizer.scratch.isEmpty else { return 1 }
      let row = text.extracting(begin..<next)
      return max(1, TextScan(row).lineEnds(of: row))
    }
    guard let lines else { return false }
    place = next
    linesOfRow = lines
    lineCount += lines
    return true
  }
}
