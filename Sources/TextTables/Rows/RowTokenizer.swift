/// Cuts a line into fields, by the rules of NumPy's own reader (numpy/_core/src/multiarray/textreading/tokenize.cpp):
/// a field is quoted only if it begins with the quote; after the closing quote the field goes on unquoted; in quotes
/// line ends are part of the field; an empty field at the end of a line that is split at white space does not count.
///
/// One tokenizer serves all rows of a piece of text, so that nothing is allocated per row.
struct RowTokenizer {
  /// Where a field's text lies: in the text itself, or in ``scratch`` if quotes had to be taken out of it.
  struct Field {
    var start: Int
    var end: Int
    var isInScratch: Bool
    /// Where it begins in the text, its quote included.
    var place: Int
  }

  let syntax: TextSyntax
  /// The fields of the row.
  private(set) var fields: [Field] = []
  /// The text of fields that were quoted.
  private(set) var scratch: [UInt8] = []
  /// Whether the text has ended before a quote was closed.
  private(set) var endsInQuotes = false

  init(_ syntax: TextSyntax) { self.syntax = syntax }

  /// Reads a row; `position` moves past its line end.
  ///
  /// - Parameters:
  ///   - end: Where the text ends.
  ///   - isLast: Whether that is the end of the file: if not, a row that reaches it is not complete.
  /// - Returns: Whether the row is complete. A row without fields is an empty line or a comment.
  mutating func readRow(_ text: RawSpan, _ position: inout Int, end: Int, isLast: Bool) -> Bool {
    fields.removeAll(keepingCapacity: true)
    scratch.removeAll(keepingCapacity: true)
    if !syntax.longComments.isEmpty { return readCutRow(text, &position, end: end, isLast: isLast) }
    var place = position
    guard readFields(text, &place, end: end, isLast: isLast) else { return false }
    position = place
    return true
  }

  /// Whether a row that begins at a position may end within the text: a line that is still being read must not be cut into
  /// fields each time that more of it arrives. (Quotes may hide the line ends that there are, but make none.)
  func mayComplete(_ text: RawSpan, from position: Int, isLast: Bool) -> Bool {
    isLast || TextScanning.lineEnd(text, from: position) < text.byteCount
  }

  /// What ended a field.
  private enum Stop { case delimiter, line, comment }

  private mutating func readFields(_ text: RawSpan, _ place: inout Int, end: Int, isLast: Bool) -> Bool {
    var isFirstQuoted = false
    while true {
      if syntax.splitsAtSpace {
        while case let length = TextSpace.length(text, place, end), length > 0, text.byte(place) != 10,
          text.byte(place) != 13
        {
          place &+= length
        }
      }
      let stop: Stop
      if !syntax.quote.isEmpty, text.has(syntax.quote, at: place, before: end) {
        if fields.isEmpty { isFirstQuoted = true }
        let start = scratch.count
        let begin = place
        guard readQuoted(text, &place, end: end, isLast: isLast) else { return false }
        let rest = place
        stop = scanField(text, &place, end: end)
        for index in rest..<place { scratch.append(text.byte(index)) }
        fields.append(Field(start: start, end: scratch.count, isInScratch: true, place: begin))
      } else {
        let start = place
        stop = scanField(text, &place, end: end)
        fields.append(Field(start: start, end: place, isInScratch: false, place: start))
      }
      switch stop {
      case .delimiter:
        place &+= syntax.splitsAtSpace ? TextSpace.length(text, place, end) : syntax.delimiter.count
        continue
      case .comment:
        place = min(end, TextScanning.lineEnd(text, from: place))
      case .line: break
      }
      guard TextScanning.skipLineEnd(text, &place, end: end, isLast: isLast) else { return false }
      break
    }
    if fields.count == 1 || syntax.splitsAtSpace, let last = fields.last, last.start == last.end, !isFirstQuoted {
      fields.removeLast()
    }
    return true
  }

  /// Moves to where an unquoted field ends.
  @inline(__always)
  private func scanField(_ text: RawSpan, _ place: inout Int, end: Int) -> Stop {
    let start = place
    while place < end {
      let byte = text.byte(place)
      if byte == 10 || byte == 13 { return .line }
      if syntax.splitsAtSpace {
        if TextSpace.length(text, place, end) > 0 { return .delimiter }
      } else if byte == syntax.delimiter[0], text.has(syntax.delimiter, at: place, before: end) {
        return .delimiter
      }
      if let first = syntax.comment.first, byte == first, text.has(syntax.comment, at: place, before: end),
        !RowTokenizer.isInNumber(text, start, place, end)
      {
        return .comment
      }
      place &+= 1
    }
    return .line
  }

  /// Whether a mark of a comment is part of a number as Microsoft wrote it, `1.#INF`, of which no 1 is to be left.
  @inline(never)
  private static func isInNumber(_ text: RawSpan, _ start: Int, _ place: Int, _ end: Int) -> Bool {
    guard place &- start >= 2, text.byte(place) == UInt8(ascii: "#"), text.byte(place &- 1) == UInt8(ascii: "."),
      text.byte(place &- 2) == UInt8(ascii: "1")
    else { return false }
    return MicrosoftNumber.follows(text.bytes(place &+ 1..<min(end, place &+ 5)))
  }

  /// Copies what stands between quotes to the scratch; `place` moves past the closing quote.
  private mutating func readQuoted(_ text: RawSpan, _ place: inout Int, end: Int, isLast: Bool) -> Bool {
    place &+= syntax.quote.count
    while place < end {
      if text.has(syntax.quote, at: place, before: end) {
        place &+= syntax.quote.count
        guard text.has(syntax.quote, at: place, before: end) else {
          // The end of the block may hide a second quote.
          return place < end || isLast
        }
        scratch += syntax.quote
        place &+= syntax.quote.count
        continue
      }
      let byte = text.byte(place)
      place &+= 1
      if byte == 13, !syntax.keepsLineEnds {
        // Files are read with line ends made line feeds, in quotes too.
        if place < end, text.byte(place) == 10 { place &+= 1 }
        scratch.append(10)
      } else {
        scratch.append(byte)
      }
    }
    endsInQuotes = isLast
    return isLast
  }

  /// Reads a line that is cut at any of several comment marks first.
  private mutating func readCutRow(_ text: RawSpan, _ position: inout Int, end: Int, isLast: Bool) -> Bool {
    var stop = min(end, TextScanning.lineEnd(text, from: position))
    var next = stop
    guard TextScanning.skipLineEnd(text, &next, end: end, isLast: isLast) else { return false }
    for mark in syntax.longComments {
      var place = position
      while place < stop {
        if text.has(mark, at: place, before: stop), !RowTokenizer.isInNumber(text, position, place, stop) {
          stop = place
          break
        }
        place &+= 1
      }
    }
    var place = position
    _ = readFields(text, &place, end: stop, isLast: true)
    position = next
    return true
  }
}
