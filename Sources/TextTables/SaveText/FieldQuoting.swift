internal import NumberText

/// What CSV asks of texts: those that hold a delimiter, a quote or the end of a line stand in quotes, and one
/// without any text where its line would be an empty one.
struct FieldQuoting: Sendable {
  let quote: [UInt8]
  let delimiter: [UInt8]
  /// Whether a row is one field: without any text its line would be an empty one, which readers leave out.
  let isOnly: Bool

  init(quote: String, delimiter: String, isOnly: Bool) {
    (self.quote, self.delimiter) = (Array(quote.utf8), Array(delimiter.utf8))
    self.isOnly = isOnly
  }

  /// Puts the text from a place on into quotes if it needs them.
  func finish(from start: Int, in text: inout TextBuffer) {
    guard text.count == start ? isOnly : needsQuotes(text.bytes.extracting(start..<text.count)) else { return }
    let bytes = text.bytes.bytes(start..<text.count)
    text.truncate(to: start)
    text.append(FieldQuoting.quoted(bytes[...], by: quote))
  }

  private func needsQuotes(_ field: RawSpan) -> Bool {
    func isMark(_ mark: [UInt8], at place: Int) -> Bool {
      guard !mark.isEmpty, mark.count <= field.byteCount - place else { return false }
      for index in mark.indices where field.byte(place + index) != mark[index] { return false }
      return true
    }
    for place in 0..<field.byteCount {
      let byte = field.byte(place)
      if byte == 10 || byte == 13 || isMark(delimiter, at: place) || isMark(quote, at: place) { return true }
    }
    return false
  }

  /// A text in quotes, those within it twice.
  static func quoted(_ text: ArraySlice<UInt8>, by quote: [UInt8]) -> [UInt8] {
    var result = quote
    var rest = text
    while let first = rest.first {
      if rest.starts(with: quote) {
        result += quote + quote
        rest = rest.dropFirst(quote.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result + quote
  }
}
