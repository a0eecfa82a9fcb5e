internal import ByteIO

/// Cuts lines into fields as NumPy's `LineSplitter` does.
struct LineSplitter {
  private let delimiter: GenFromTextOptions.Delimiter
  private let comment: [Unicode.Scalar]
  private let strips: Bool

  init(_ options: GenFromTextOptions) {
    var delimiter = options.delimiter
    if case .text("") = delimiter { delimiter = .space }
    if case .width(0) = delimiter { delimiter = .space }
    self.delimiter = delimiter
    comment = Array((options.comments ?? "").unicodeScalars)
    strips = options.autostrip
  }

  /// What stands before a comment; a `#` within a number as Microsoft wrote it, `1.#INF`, begins none.
  private func withoutComment(_ line: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
    let parts = PythonText.split(line, at: comment)
    var end = parts[0].endIndex
    for part in parts.dropFirst() {
      guard comment == ["#"], line[..<end].suffix(2).elementsEqual("1.".unicodeScalars),
        MicrosoftNumber.follows(part.prefix(4).map { UInt8(exactly: $0.value) ?? 0 })
      else { break }
      end = part.endIndex
    }
    return line[..<end]
  }

  /// The fields of a line, its end included or not; none for an empty line or a comment.
  func fields(_ line: [Unicode.Scalar]) -> [String] {
    var text = line[...]
    if !comment.isEmpty { text = withoutComment(text) }
    let parts: [ArraySlice<Unicode.Scalar>]
    switch delimiter {
    case .space, .text:
      text = PythonText.strip(text) { $0 == " " || $0 == "\r" || $0 == "\n" }
      if text.isEmpty { return [] }
      if case .text(let mark) = delimiter {
        parts = PythonText.split(text, at: Array(mark.unicodeScalars))
      } else {
        parts = PythonText.words(text)
      }
    case .width(let width):
      text = PythonText.strip(text) { $0 == "\r" || $0 == "\n" }
      if text.isEmpty { return [] }
      let step = max(1, width)
      parts = stride(from: text.startIndex, to: text.endIndex, by: step).map {
        text[$0..<min($0 + step, text.endIndex)]
      }
    case .widths(let widths):
      if text.isEmpty { return [] }
      var start = text.startIndex
      parts = widths.map { width in
        let end = max(start, min(start + min(max(0, width), text.endIndex), text.endIndex))
        defer { start = end }
        return text[start..<end]
      }
    }
    return parts.map { strips ? PythonText.strip($0, PythonText.isSpace).string : $0.string }
  }
}
