internal import NumberText

extension PythonLiteral {
  /// Parses a Python literal: strings, bytes, numbers, tuples, lists, dictionaries, `None`, `True`, `False`.
  ///
  /// Linear in the length of the text; nesting is limited, so that no text can exhaust the stack. Nothing is
  /// evaluated.
  ///
  /// - Parameters:
  ///   - text: The literal in UTF-8, with white space and comments around it.
  ///   - maxDepth: How deeply brackets may nest.
  ///   - allowingLongSuffix: Whether integers may end in `L`, as Python 2 wrote them.
  ///   - allowingCalls: Whether what NumPy's `repr` writes of a scalar or a type stands for its value: `np.int64(3)` for 3,
  ///     `np.True_` for `True`, `<class 'float'>` for the text `float`.
  /// - Throws: ``PythonLiteralError`` at the first byte that does not fit.
  package init(
    parsing text: [UInt8], maxDepth: Int = 100, allowingLongSuffix: Bool = false, allowingCalls: Bool = false
  ) throws(PythonLiteralError) {
    var parser = PythonLiteralParser(
      text: text, maxDepth: maxDepth, allowsLong: allowingLongSuffix, allowsCalls: allowingCalls)
    self = try parser.parseWhole()
  }
}

/// A recursive descent over bytes, its depth capped.
struct PythonLiteralParser {
  let text: [UInt8]
  let maxDepth: Int
  let allowsLong: Bool
  let allowsCalls: Bool
  var position = 0
  /// How many brackets are open; within them line ends are white space.
  var depth = 0

  mutating func parseWhole() throws(PythonLiteralError) -> PythonLiteral {
    if let place = text.firstIndex(of: 0) {
      throw error("source code string cannot contain null bytes", at: place)
    }
    skipSpace(includingLineEnds: true)
    let value = try parseExpression()
    // A bare tuple without parentheses is not accepted: no file of NumPy's has one at the top.
    skipSpace(includingLineEnds: true)
    guard position == text.count else { throw error("unexpected text after the value") }
    return value
  }

  func error(_ message: String, at offset: Int? = nil) -> PythonLiteralError {
    PythonLiteralError(message: message, offset: offset ?? position)
  }

  var current: UInt8? { position < text.count ? text[position] : nil }

  mutating func skipSpace(includingLineEnds: Bool = false) {
    while let byte = current {
      switch byte {
      case 0x20, 0x09, 0x0C: position += 1
      case 0x0A, 0x0D:
        guard depth > 0 || includingLineEnds else { return }
        position += 1
      case UInt8(ascii: "#"):
        while let next = current, next != 0x0A { _ = next; position += 1 }
      case 0x5C where position + 2 < text.count && text[position + 1] == 0x0A: position += 2
      default: return
      }
    }
  }

  mutating func parseExpression() throws(PythonLiteralError) -> PythonLiteral {
    guard let byte = current else { throw error("the text ends where a value is expected") }
    switch byte {
    case UInt8(ascii: "("): return try parseParenthesized()
    case UInt8(ascii: "["): return .list(try parseItems(until: UInt8(ascii: "]")).items)
    case UInt8(ascii: "{"): return try parseDict()
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return try parseStrings()
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
      return try parseNumber()
    case UInt8(ascii: "<") where allowsCalls: return try parseClass()
    default: return try parseWord()
    }
  }

  private mutating func parseParenthesized() throws(PythonLiteralError) -> PythonLiteral {
    let (items, endsWithComma) = try parseItems(until: UInt8(ascii: ")"))
    if items.count == 1, !endsWithComma { return items[0] }
    return .tuple(items)
  }

  private mutating func open() throws(PythonLiteralError) {
    guard depth < maxDepth else { throw error("brackets nest deeper than \(maxDepth)") }
    depth += 1
    position += 1
    skipSpace()
  }

  private mutating func close() {
    depth -= 1
    position += 1
    skipSpace()
  }

  private mutating func parseItems(
    until end: UInt8
  ) throws(PythonLiteralError) -> (items: [PythonLiteral], endsWithComma: Bool) {
    try open()
    var items: [PythonLiteral] = []
    var endsWithComma = false
    while true {
      if current == end { break }
      guard items.isEmpty || endsWithComma else { throw error("expected ',' or the closing bracket") }
      items.append(try parseExpression())
      skipSpace()
      endsWithComma = current == UInt8(ascii: ",")
      if endsWithComma {
        position += 1
        skipSpace()
      }
    }
    close()
    return (items, endsWithComma)
  }

  private mutating func parseDict() throws(PythonLiteralError) -> PythonLiteral {
    try open()
    var entries: [PythonLiteral.Entry] = []
    var endsWithComma = true
    while true {
      if current == UInt8(ascii: "}") { break }
      guard endsWithComma else { throw error("expected ',' or '}'") }
      let key = try parseExpression()
      skipSpace()
      guard current == UInt8(ascii: ":") else { throw error("expected ':' after the key") }
      position += 1
      skipSpace()
      let value = try parseExpression()
      skipSpace()
      entries.append(PythonLiteral.Entry(key: key, value: value))
      endsWithComma = current == UInt8(ascii: ",")
      if endsWithComma {
        position += 1
        skipSpace()
      }
    }
    close()
    return .dict(entries)
  }

  private mutating func parseWord() throws(PythonLiteralError) -> PythonLiteral {
    let start = position
    while let byte = current, isNameByte(byte) { position += 1 }
    let word = String(decoding: text[start..<position], as: UTF8.self)
    if let byte = current, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
      position = start
      return try parseStrings()
    }
    switch word {
    case "None": return .none
    case "True": return .bool(true)
    case "False": return .bool(false)
    default:
      if allowsCalls { return try parseCall(from: start) }
      throw error("'\(word)' is no literal", at: start)
    }
  }

  func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }
}
