internal import ByteIO

/// Where something stands in a text, as far as that is known.
struct TextPlace {
  /// Its line, counted from 1.
  var line: Int?
  /// Where it begins in the file, in bytes.
  var offset: Int?

  init(line: Int? = nil, offset: Int? = nil) { (self.line, self.offset) = (line, offset) }

  /// A place in a file whose line is counted by reading the file once more.
  init(offset: Int, in source: any ByteSource) {
    var line = 1
    let isKnown = TextPlace.forEachLineStart(in: source) { start in
      if start <= offset { line += 1 }
      return start <= offset
    }
    self.init(line: isKnown ? line : nil, offset: offset)
  }

  /// Where a line begins in a source whose text is its bytes; `nil` if it cannot be read again.
  static func offset(ofLine line: Int, in source: any ByteSource) -> Int? {
    var left = line - 1
    var offset = 0
    let isKnown = forEachLineStart(in: source) { start in
      if left > 0 { offset = start }
      left -= 1
      return left > 0
    }
    return isKnown && left <= 0 ? offset : nil
  }

  /// Calls `body` with the start of each line but the first, until it returns false; false if the source cannot be read
  /// again.
  private static func forEachLineStart(in source: any ByteSource, _ body: (Int) -> Bool) -> Bool {
    guard source.isSeekable else { return false }
    var place = 0
    // A line feed may belong to a carriage return.
    var wasReturn = false
    while let bytes = try? source.readBytes(at: place, upTo: 1 << 18) {
      if bytes.isEmpty { return true }
      for (index, byte) in bytes.enumerated() {
        if wasReturn, byte != 10, !body(place + index) { return true }
        if byte == 10, !body(place + index + 1) { return true }
        wasReturn = byte == 13
      }
      place += bytes.count
    }
    return false
  }
}

/// A source made of another, line by line.
protocol LinedSource: ByteSource {
  var original: any ByteSource { get }
  var originalEncoding: TextEncoding { get }
  /// What stands between the fields of its lines.
  static var delimiterByte: UInt8 { get }

  /// Where a field of a line begins in the original; `nil` if that cannot be read again.
  func position(ofColumn column: Int, inLine line: Int) -> Int?
}

extension TextBlocks {
  /// Where a place of ``text`` is in the file.
  func place(_ place: Int) -> TextPlace {
    let offset = filePosition(of: place)
    var found = TextPlace()
    if let droppedLines {
      let lines = TextScan.lineEnds(of: text[..<min(place, text.count)])
      found = TextPlace(line: droppedLines + lines + 1, offset: offset)
    } else if let offset {
      found = TextPlace(offset: offset, in: source)
    }
    guard let lined = source as? any LinedSource else { return found }
    let line = text[..<min(place, text.count)].reversed().prefix { $0 != 10 }
    return original(found, column: line.count { $0 == type(of: lined).delimiterByte })
  }

  /// The place in the file that the text was made of, line by line, if it was made of another: that of a field, or of the line.
  func original(_ place: TextPlace, column: Int? = nil) -> TextPlace {
    guard let lined = source as? any LinedSource else { return place }
    var place = place
    place.offset = place.line.flatMap { line in
      if let column, let offset = lined.position(ofColumn: column, inLine: line) { return offset }
      return lined.originalEncoding.isASCIICompatible ? TextPlace.offset(ofLine: line, in: lined.original) : nil
    }
    return place
  }
}
