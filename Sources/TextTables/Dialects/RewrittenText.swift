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
  var seekCost: SeekCost { original.isSeekable ? .restart : .impossible }
  var isStandardInput: Bool { original.isStandardInput }
  /// Goes back to the start first: what the original has kept until here can be read once more, and not later.
  func willBeReadOnce() {
    state.withLock { box in
      if box.rewriter.start > 0, original.isSeekable { box = Box(rewriter: LineRewriter(original, plan)) }
    }
    original.willBeReadOnce()
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
  private var blocks: TextBlocks
  private var tokenizer: RowTokenizer
  private var place = 0
  private var line = 0
  private var hasBegun = false
  private var hasEnded = false
  private var output: [UInt8] = []
  private var taken = 0
  /// Where the first byte that has not been taken stands in all that is written.
  private(set) var start = 0
  /// How much is made at once.
  private static let pieceSize = 256 << 10

  init(_ source: any ByteSource, _ plan: RewrittenText.Plan) {
    self.plan = plan
    blocks = TextBlocks(source, plan.encoding, maxLineBytes: plan.maxLineBytes)
    tokenizer = RowTokenizer(plan.syntax)
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
    if !hasBegun {
      try blocks.advance(past: 0)
      hasBegun = true
    }
    while output.count < LineRewriter.pieceSize, !hasEnded {
      if place >= blocks.text.count, blocks.isLast {
        hasEnded = true
      } else if try !(line < plan.skippedLines ? passLine() : rewriteRow()) {
        try blocks.advance(past: place)
        place = 0
      }
    }
    return !output.isEmpty
  }

  /// Leaves a line out; false if it is not complete.
  private mutating func passLine() throws(FormatError) -> Bool {
    var next = place
    // Safe: the span is used while the array's bytes are held.
    let isComplete = unsafe blocks.text.withUnsafeBytes { bytes in
      TextScanning.skipLine(unsafe RawSpan(_unsafeBytes: bytes), &next, isLast: blocks.isLast)
    }
    guard isComplete else { return false }
    place = next
    line += 1
    output.append(10)
    return true
  }

  private mutating func rewriteRow() throws(FormatError) -> Bool {
    let begin = place
    var next = place
    var tokenizer = self.tokenizer
    // Safe: the span is used while the array's bytes are held.
    let isComplete = unsafe blocks.text.withUnsafeBytes { bytes in
      let text = unsafe RawSpan(_unsafeBytes: bytes)
      return tokenizer.mayComplete(text, from: begin, isLast: blocks.isLast)
        && tokenizer.readRow(text, &next, end: text.byteCount, isLast: blocks.isLast)
    }
    self.tokenizer = tokenizer
    guard isComplete else { return false }
    let lines = max(1, TextScan.lineEnds(of: blocks.text[begin..<next]))
    place = next
    var count = tokenizer.fields.count
    if plan.endsInDelimiter, count > 1, let last = tokenizer.fields.last, last.start == last.end { count -= 1 }
    for column in 0..<count {
      if column > 0 { output.append(0x1F) }
      let field = tokenizer.fields[column]
      let text = field.isInScratch ? tokenizer.scratch[field.start..<field.end] : blocks.text[field.start..<field.end]
      try append(text, column, field)
    }
    output.append(contentsOf: repeatElement(10, count: lines))
    line += lines
    return true
  }

  private mutating func append(
    _ text: ArraySlice<UInt8>, _ column: Int, _ field: RowTokenizer.Field
  ) throws(FormatError) {
    switch plan.spelling.rewrite(text, as: plan.kind(column)) {
    case .same: append(plain: text)
    case .changed(let other): output += other
    case .missing: output += plan.missing
    case .contradicts:
      guard plan.isStrict else {
        // As a word, which `genfromtxt` counts as none of the numbers.
        append(plain: text)
        output.append(UInt8(ascii: "?"))
        return
      }
      let shown = PythonRepr.string(String(decoding: text.prefix(100), as: UTF8.self))
      var error = FormatError(
        .badValue,
        "could not convert string \(shown): its marks are not those of --decimal and --thousands",
        file: blocks.source.name,
        offset: blocks.filePosition(of: field.place), column: column + 1)
      error.line = line + 1
      throw error
    }
  }

  private mutating func append(plain text: ArraySlice<UInt8>) {
    let needsQuotes = !plan.quote.isEmpty && (text.contains(10) || text.starts(with: plan.quote))
    guard !needsQuotes else {
      output += FieldQuoting.quoted(text, by: plan.quote)
      return
    }
    for byte in text { output.append(byte == 10 || byte == 13 || byte == 0x1F ? 0x20 : byte) }
  }
}
