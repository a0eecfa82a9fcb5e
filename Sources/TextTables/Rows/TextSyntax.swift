internal import ByteIO
internal import NDArrays
internal import PythonLiterals

/// The characters that divide text into rows and fields, checked as NumPy checks them, as UTF-8.
struct TextSyntax: Sendable {
  /// Between columns; empty for runs of white space.
  var delimiter: [UInt8] = []
  /// Begins a comment; empty for none.
  var comment: [UInt8] = []
  /// Several comment marks, or longer ones: each line is cut at them before it is looked at otherwise.
  var longComments: [[UInt8]] = []
  /// Around fields; empty for none.
  var quote: [UInt8] = []
  /// Whether line ends within quotes stay what they are, as in CSV; NumPy reads text with line ends made line feeds.
  var keepsLineEnds = false

  /// Whether columns stand between runs of white space.
  var splitsAtSpace: Bool { delimiter.isEmpty }

  /// - Throws: ``FormatError`` with code `badArgument` and NumPy's wording for marks that cannot be told apart.
  init(delimiter: String?, comments: [String], quote: String?) throws(FormatError) {
    if comments.contains("") {
      throw FormatError(
        .badArgument, "comments cannot be an empty string. Use comments=None to disable comments.")
    }
    let single = comments.count == 1 && comments[0].unicodeScalars.count == 1 ? comments[0] : nil
    if single == nil, !comments.isEmpty {
      let list = comments.map { PythonRepr.string($0) }.joined(separator: ", ")
      if let delimiter, comments.count > 1, comments.contains(delimiter) {
        throw FormatError(
          .badArgument, "Comment characters '(\(list))' cannot include the delimiter '\(delimiter)'")
      }
      if quote != nil {
        throw FormatError(
          .badArgument,
          "when multiple comments or a multi-character comment is given, quotes are not supported.  In this case "
            + "quotechar must be set to None.")
      }
      longComments = comments.map { Array($0.utf8) }
    }
    // NumPy's delimiters have one character.
    self.delimiter = Array((delimiter ?? "").utf8)
    comment = try TextSyntax.mark(single)
    self.quote = try TextSyntax.mark(quote)
    try checkDistinct()
  }

  /// Marks of any length, which nobody checks: one comment mark does not count within quotes, several do.
  init(delimiter: [UInt8], comments: [[UInt8]], quote: [UInt8]) {
    self.delimiter = delimiter
    self.quote = quote
    if comments.count == 1 { comment = comments[0] } else { longComments = comments }
  }

  private static func mark(_ text: String?) throws(FormatError) -> [UInt8] {
    guard let text else { return [] }
    guard text.unicodeScalars.count == 1 else {
      throw FormatError(
        .badArgument,
        "Text reading control character must be a single unicode character or None; but got: "
          + PythonRepr.string(text))
    }
    return Array(text.utf8)
  }

  private func checkDistinct() throws(FormatError) {
    func isNewline(_ mark: [UInt8]) -> Bool { mark == [13] || mark == [10] }
    func newline(_ name: String) -> FormatError {
      FormatError(.badArgument, "control character '\(name)' cannot be a newline (`\\r` or `\\n`).")
    }
    func clash(_ first: String, _ second: String) -> FormatError {
      FormatError(
        .badArgument, "The values for control characters '\(first)' and '\(second)' are incompatible")
    }
    if !comment.isEmpty {
      if isNewline(comment) { throw newline("comment") }
      if comment == quote { throw clash("comment", "quotechar") }
      if comment == delimiter { throw clash("comment", "delimiter") }
    }
    if !quote.isEmpty {
      if isNewline(quote) { throw newline("quotechar") }
      if quote == delimiter { throw clash("quotechar", "delimiter") }
    }
    if delimiter.contains(10) || delimiter.contains(13) { throw newline("delimiter") }
    if delimiter.isEmpty {
      if TextSpace.isSpace(comment) { throw clash("delimiter", "comment") }
      if TextSpace.isSpace(quote) { throw clash("delimiter", "quotechar") }
    }
  }
}

/// White space as Python's `str.isspace` has it, in UTF-8.
enum TextSpace {
  /// Whether a byte is white space by itself: tab to carriage return, the four separators, space.
  @inline(__always)
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x1F)
  }

  /// How many bytes the white space character at a position has, 0 if there is none.
  @inline(__always)
  static func length(_ text: RawSpan, _ position: Int, _ end: Int) -> Int {
    guard position < end else { return 0 }
    let byte = text.byte(position)
    if byte < 0x80 { return isSpace(byte) ? 1 : 0 }
    return longLength(text, position, end)
  }

  /// U+0085, U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F, U+3000.
  @inline(never)
  private static func longLength(_ text: RawSpan, _ position: Int, _ end: Int) -> Int {
    guard position + 1 < end else { return 0 }
    let (first, second) = (text.byte(position), text.byte(position + 1))
    if first == 0xC2 { return second == 0x85 || second == 0xA0 ? 2 : 0 }
    guard position + 2 < end else { return 0 }
    let third = text.byte(position + 2)
    switch (first, second, third) {
    case (0xE1, 0x9A, 0x80), (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8), (0xE2, 0x80, 0xA9), (0xE2, 0x80, 0xAF),
      (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80):
      return 3
    default: return 0
    }
  }

  /// Whether a character is white space.
  static func isSpace(_ character: [UInt8]) -> Bool {
    guard !character.isEmpty else { return false }
    // Safe: the span is used while the array's bytes are held.
    return unsafe character.withUnsafeBytes { length(unsafe RawSpan(_unsafeBytes: $0), 0, $0.count) } == character.count
  }

  /// Moves a position over white space.
  @inline(__always)
  static func skip(_ text: RawSpan, _ position: inout Int, _ end: Int) {
    while case let length = length(text, position, end), length > 0 { position &+= length }
  }
}

extension RawSpan {
  /// The byte at a position that the caller knows to lie within the span.
  @inline(__always)
  func byte(_ position: Int) -> UInt8 {
    // Safe: every caller has compared the position with the span's end.
    unsafe unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
  }

  /// Whether the bytes of a mark, which is not empty, stand at a position.
  @inline(__always)
  func has(_ mark: [UInt8], at position: Int, before end: Int) -> Bool {
    guard end &- position >= mark.count else { return false }
    for index in 0..<mark.count where byte(position &+ index) != mark[index] { return false }
    return true
  }

  /// The bytes of a range, copied.
  func bytes(_ range: Range<Int>) -> [UInt8] { range.map { byte($0) } }

  /// The text of a range, in which what is not UTF-8 (half surrogates of UTF-16 files) is replaced.
  func text(_ range: Range<Int>) -> String { String(decoding: bytes(range), as: UTF8.self) }
}
