internal import ByteIO

/// The lines of a text, one at a time, their ends made line feeds.
struct TextLines {
  var blocks: TextBlocks
  /// Where the next line begins in the text at hand.
  var position = 0
  private var hasBegun = false
  /// Where the line that was taken last begins in the text at hand.
  private var lineStart: Int?
  /// How many lines have been taken.
  var count = 0

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
        lineStart = start
        count += 1
        return TextLines.scalars(blocks.text[start..<end])
      }
      try blocks.advance(past: position)
      position = 0
    }
  }

  /// Where the line that was taken last begins in the file, if that is known.
  var linePlace: TextPlace {
    blocks.original(TextPlace(line: count, offset: lineStart.flatMap { blocks.filePosition(of: $0) }))
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
