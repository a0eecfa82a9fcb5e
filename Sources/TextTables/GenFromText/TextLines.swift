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

  /// The fields of a line, its end included or not; none for an empty line or a comment.
  func fields(_ line: [Unicode.Scalar]) -> [String] {
    var text = line[...]
    if !comment.isEmpty { text = PythonText.split(text, at: comment)[0] }
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

/// The lines of a text, one at a time, their ends made line feeds.
struct TextLines {
  private var blocks: TextBlocks
  private var position = 0
  private var hasBegun = false
  /// How many lines have been taken.
  private(set) var count = 0

  init(_ source: any ByteSource, _ encoding: TextEncoding, maxLineBytes: Int) {
    blocks = TextBlocks(source, encoding, maxLineBytes: maxLineBytes)
  }

  /// The next line with its line feed, if it has one; `nil` at the end.
  mutating func next() throws(FormatError) -> [Unicode.Scalar]? {
    if !hasBegun {
      try blocks.advance(past: 0)
      hasBegun = true
    }
    while true {
      let start = position
      if start >= blocks.text.count, blocks.isLast { return nil }
      var end = start
      let isComplete = skipLine(&end)
      if isComplete {
        position = end
        count += 1
        return TextLines.scalars(blocks.text[start..<end])
      }
      try blocks.advance(past: position)
      position = 0
    }
  }

  /// Reads lines as rows as long as they are plain; returns how many.
  ///
  /// - Parameter target: Room for `capacity` rows.
  mutating func readRows(_ rows: FastRowReader, into target: UnsafeMutableRawPointer, capacity: Int) -> Int {
    var place = position
    // Safe: the span is used while the array's bytes are held.
    let read = unsafe blocks.text.withUnsafeBytes { bytes in
      let text = unsafe RawSpan(_unsafeBytes: bytes)
      let lines = text.extracting(0..<(blocks.isLast ? text.byteCount : TextScanning.wholeLineCount(text)))
      return place < lines.byteCount ? unsafe rows.read(lines, &place, into: target, capacity: capacity) : 0
    }
    position = place
    count += read
    return read
  }

  private func skipLine(_ end: inout Int) -> Bool {
    // Safe: the span is used while the array's bytes are held.
    unsafe blocks.text.withUnsafeBytes { bytes in
      let text = unsafe RawSpan(_unsafeBytes: bytes)
      return TextScanning.skipLine(text, &end, isLast: blocks.isLast)
    }
  }

  private static func scalars(_ line: ArraySlice<UInt8>) -> [Unicode.Scalar] {
    var line = line
    var hasEnd = false
    while let last = line.last, last == 10 || last == 13 {
      line.removeLast()
      hasEnd = true
    }
    return Array(String(decoding: line, as: UTF8.self).unicodeScalars) + (hasEnd ? ["\n"] : [])
  }
}
