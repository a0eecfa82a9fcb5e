internal import CNumPyIOKernels

/// Cuts the rows of a piece of a CSV text into fields, 64 bytes at a time, by the rules of ``RowTokenizer``; rows that
/// are odd (quotes or carriage returns within quotes, texts behind a closing quote) are left to that.
///
/// Behind the text there must be 64 bytes of memory more.
@safe struct CSVRows: ~Copyable, ~Escapable {
  /// A field of a row: where its text lies, without quotes.
  struct Field {
    var start: Int
    var end: Int
    var isQuoted: Bool
  }

  /// The piece, and what lies behind it.
  let text: RawSpan
  /// Where the text ends.
  let end: Int
  /// Whether that is the end of the file.
  private let isLast: Bool
  /// Where the next row begins.
  private(set) var place: Int
  /// The fields of the row that was taken last, of which there is room for one more than there are columns; and how many there
  /// are, none if the row is odd.
  private let fields: UnsafeMutablePointer<Field>
  private var count = 0
  /// What cut the row that was taken last, if it is odd.
  private(set) var tokenizer: RowTokenizer
  private(set) var isOdd = false
  /// The rows that have fewer fields than there are columns.
  private(set) var short: CSVShortRows?

  private let delimiter: UInt8
  private let quote: UInt8
  let columnCount: Int
  /// Where the 64 bytes begin whose marks are known, and which of those from ``place`` on divide fields or rows.
  private var block = 0
  private var marks: UInt64 = 0

  /// - Parameter end: 64 bytes or more before that of the memory.
  @_lifetime(copy text)
  init(_ text: RawSpan, from start: Int, to end: Int, isLast: Bool, _ syntax: TextSyntax, columnCount: Int) {
    precondition(text.byteCount - end >= 64)
    (self.text, self.end, self.isLast, self.columnCount) = (text, end, isLast, columnCount)
    place = start
    (delimiter, quote) = (syntax.delimiter[0], syntax.quote[0])
    tokenizer = RowTokenizer(syntax)
    // Safe: memory of this value's own, all of it set, and given back when it ends.
    unsafe fields = .allocate(capacity: columnCount + 1)
    unsafe fields.initialize(repeating: Field(start: 0, end: 0, isQuoted: false), count: columnCount + 1)
    find(from: start)
  }

  // Safe: as in `init`.
  deinit { unsafe fields.deallocate() }

  /// A field of the row that was taken last, if that is not odd.
  @inline(__always)
  func field(_ column: Int) -> Field {
    precondition(column >= 0 && column < columnCount)
    // Safe: checked above.
    return unsafe fields[column]
  }

  /// Notes a field; those beyond what there is room for are counted only.
  @inline(__always)
  private mutating func add(_ start: Int, _ end: Int, isQuoted: Bool) {
    // Safe: there is room for one field more than there are columns.
    if count <= columnCount { unsafe fields[count] = Field(start: start, end: end, isQuoted: isQuoted) }
    count &+= 1
  }

  /// Whether the marks of a table are such that its rows can be cut so.
  static func canCut(_ syntax: TextSyntax) -> Bool {
    guard syntax.delimiter.count == 1, syntax.quote.count == 1, syntax.comment.isEmpty, syntax.longComments.isEmpty
    else { return false }
    // What may be part of a number would be read as one.
    let isWord = { (byte: UInt8) in
      byte >= 0x80 || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "+-._ ".utf8.contains(byte)
    }
    return !isWord(syntax.delimiter[0]) && !isWord(syntax.quote[0])
  }

  /// What came of the next row.
  enum Outcome { case row, end, refused }

  /// Takes the next row that begins before a place, blank lines and comments left out; `refused` for one that has more fields
  /// than there are columns, or does not end within the text. What one has too few are empty.
  mutating func next(before limit: Int) -> Outcome {
    while place < limit, place < end {
      isOdd = false
      let start = place
      guard readFields() || readOdd() else { return .refused }
      let count = isOdd ? tokenizer.fields.count : count
      if count <= 1, isLeftOut { continue }
      if count == columnCount || count == columnCount + 1 && endsInDelimiter { return .row }
      guard count < columnCount else { return .refused }
      fill(from: count, rowAt: start)
      return .row
    }
    return .end
  }

  /// Adds the fields that the row lacks.
  private mutating func fill(from count: Int, rowAt start: Int) {
    // Safe: there is room for one field more than there are columns. Of odd rows they are not used.
    for column in count..<columnCount { unsafe fields[column] = Field(start: 0, end: 0, isQuoted: false) }
    short.add(CSVShortRows(place: start, fieldCount: count))
  }

  /// Whether a row of one field, or none, is blank or a comment.
  private var isLeftOut: Bool {
    if isOdd { return tokenizer.fields.isEmpty }
    let field = field(0)
    guard field.start < field.end else { return !field.isQuoted }
    if columnCount > 1, text.byte(field.start) == UInt8(ascii: "#") { return true }
    if field.isQuoted { return false }
    if field.end &- field.start == 1, text.byte(field.start) == 0x1A { return true }
    for place in field.start..<field.end where text.byte(place) != 0x20 && text.byte(place) != 9 { return false }
    return true
  }

  /// Whether the last field is an empty one behind a delimiter.
  private var endsInDelimiter: Bool {
    if isOdd { return tokenizer.fields.last.map { !$0.isInScratch && $0.start == $0.end } ?? false }
    // Safe: the one behind the last column has been set.
    let last = unsafe fields[columnCount]
    return !last.isQuoted && last.start == last.end
  }

  /// Cuts a row; false if it is odd or not complete.
  private mutating func readFields() -> Bool {
    count = 0
    var position = place
    while true {
      let start = position
      if position < end, text.byte(position) == quote {
        _ = nextMark()
        guard let close = closingQuote() else { return false }
        add(start &+ 1, close, isQuoted: true)
        position = nextMark()
        // A text behind the quote belongs to the field.
        guard position == close &+ 1 else { return false }
      } else {
        position = nextMark()
        while position < end, text.byte(position) == quote { position = nextMark() }
        add(start, position, isQuoted: false)
      }
      guard position < end, text.byte(position) == delimiter else { break }
      position &+= 1
    }
    if position >= end {
      guard isLast else { return false }
      place = end
      return true
    }
    if text.byte(position) == 13, position &+ 1 < end, text.byte(position &+ 1) == 10 { position = nextMark() }
    place = position &+ 1
    return true
  }

  /// Where a quote is closed, behind which the field ends.
  @inline(__always)
  private mutating func closingQuote() -> Int? {
    while true {
      let close = nextMark()
      guard close &+ 1 < end, text.byte(close) != 13 else { return nil }
      if text.byte(close) == quote { return text.byte(close &+ 1) == quote ? nil : close }
    }
  }

  private mutating func readOdd() -> Bool {
    isOdd = true
    count = 0
    let isRead = tokenizer.readRow(text, &place, end: end, isLast: isLast) && !tokenizer.endsInQuotes
    find(from: place)
    return isRead
  }

  /// Takes the next delimiter, quote or line end; the end of the text if there is none.
  @inline(__always)
  private mutating func nextMark() -> Int {
    while marks == 0 {
      guard block &+ 64 < end else { return end }
      block &+= 64
      marks = marks(at: block)
    }
    let found = block &+ marks.trailingZeroBitCount
    marks &= marks &- 1
    return min(end, found)
  }

  /// Finds the marks from a place on.
  private mutating func find(from start: Int) {
    block = start & ~63
    marks = block < end ? marks(at: block) & (~0 &<< UInt64(truncatingIfNeeded: start & 63)) : 0
  }

  @inline(__always)
  private func marks(at base: Int) -> UInt64 {
    // Safe: `base` lies before the end, behind which there are 64 bytes.
    unsafe text.withUnsafeBytes { bytes in
      let start = unsafe bytes.baseAddress.unsafelyUnwrapped + base
      let ends = unsafe npyio_mask_equal(start, 10) | npyio_mask_equal(start, 13)
      return unsafe ends | npyio_mask_equal(start, delimiter) | npyio_mask_equal(start, quote)
    }
  }

  /// Calls `body` with each field of the row that was taken last, if that is odd, and with those that it lacks.
  func forEachOddField(_ body: (_ column: Int, _ isQuoted: Bool, _ field: borrowing CSVField) -> Void) {
    // Safe: the span is used while the array's bytes are held.
    unsafe tokenizer.scratch.withUnsafeBytes { quoted in
      let scratch = unsafe RawSpan(_unsafeBytes: quoted)
      for (column, field) in tokenizer.fields.enumerated() {
        let whole = (field.isInScratch ? scratch : text).extracting(field.start..<field.end)
        body(column, field.isInScratch, CSVField(whole, isQuoted: field.isInScratch))
      }
      for column in min(columnCount, tokenizer.fields.count)..<columnCount {
        body(column, false, CSVField(text.extracting(0..<0), isQuoted: false))
      }
    }
  }
}
