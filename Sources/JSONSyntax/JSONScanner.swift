package import ByteIO

/// Reads the words of JSON (RFC 8259) one after the other: what they are put together to is for the caller to say.
///
/// Strict, and linear in the length of the text; errors have the place in the file.
package struct JSONScanner: Sendable {
  package let bytes: [UInt8]
  package private(set) var place: Int
  /// How errors name the text.
  package let name: String
  /// Where the text begins in its file.
  private let offset: Int

  /// - Parameters:
  ///   - offset: Where the text begins in its file.
  ///   - start: From which byte of the text on it is read.
  package init(_ bytes: [UInt8], name: String, offset: Int = 0, from start: Int = 0) {
    self.bytes = bytes
    self.name = name
    self.offset = offset
    place = start
  }

  /// An error at a place of the text, by default the one that is reached.
  package func error(
    _ message: String, _ code: FormatError.Code = .malformed, at start: Int? = nil
  ) -> FormatError {
    FormatError(code, message, file: name, offset: offset + (start ?? place))
  }

  package var current: UInt8? { place < bytes.count ? bytes[place] : nil }

  package var isAtEnd: Bool { place == bytes.count }

  package mutating func skipSpace() {
    while let byte = current, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
  }

  /// Calls `body` with the text and the place that is reached, which it may move on.
  package mutating func read<Result>(_ body: (RawSpan, inout Int) -> Result) -> Result {
    var next = place
    defer { place = next }
    // Safe: the span is used while the array's bytes are held.
    return unsafe body(bytes.span.bytes, &next)
  }

  /// Goes over the next byte.
  package mutating func skip() { place += 1 }

  /// Goes over a character and the white space before it, if it is the next.
  package mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard current == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  /// Goes over a character that has to follow.
  package mutating func expect(_ character: Unicode.Scalar, _ what: @autoclosure () -> String) throws(FormatError) {
    guard take(character) else { throw error("expected '\(character)'\(what())") }
  }

  // MARK: Words

  /// A number, or a word such as `true`, as it is written.
  ///
  /// - Throws: ``FormatError`` for a word that is neither a number nor one of those given.
  package mutating func word(_ others: Set<String>) throws(FormatError) -> String {
    skipSpace()
    guard current != nil else { throw error("the text ends where a value is expected") }
    let start = place
    while let byte = current, JSONScanner.isWordByte(byte) { place += 1 }
    let word = String(decoding: bytes[start..<place], as: UTF8.self)
    guard others.contains(word) || JSONScanner.isNumber(bytes[start..<place]) else {
      throw error(word.isEmpty ? "expected a value" : "'\(word.prefix(40))' is no JSON value", at: start)
    }
    return word
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// Whether a word is a number by JSON's grammar: no plus, no leading zeros, digits on both sides of a point.
  private static func isNumber(_ word: ArraySlice<UInt8>) -> Bool {
    var rest = word[...]
    func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    func digits() -> Int {
      let count = rest.prefix(while: isDigit).count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let hasLeadingZero = rest.first == UInt8(ascii: "0")
    let whole = digits()
    guard whole == 1 || (whole > 1 && !hasLeadingZero) else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard digits() > 0 else { return false }
    }
    if let byte = rest.first, byte | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  // MARK: Strings

  /// A string, whose first quotation mark is the next character.
  package mutating func string() throws(FormatError) -> String {
    guard current == UInt8(ascii: "\"") else { throw error("expected a string") }
    let start = place
    place += 1
    var text: [UInt8] = []
    while let byte = current {
      place += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw error("the string is not valid UTF-8", at: start)
        }
        return string
      case UInt8(ascii: "\\"): text += Array(try escape().utf8)
      case 0..<0x20: throw error("a control character within a string", at: place - 1)
      default: text.append(byte)
      }
    }
    throw error("the string is not closed", at: start)
  }

  private mutating func escape() throws(FormatError) -> String {
    guard let byte = current else { throw error("the text ends within a string") }
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(Character(Unicode.Scalar(byte)))
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let start = place - 2
      let first = try unit(start)
      if (0xD800..<0xDC00).contains(first), bytes[place...].starts(with: [0x5C, 0x75]) {
        place += 2
        let second = try unit(start)
        if (0xDC00..<0xE000).contains(second),
          let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        {
          return String(Character(scalar))
        }
      }
      guard let scalar = Unicode.Scalar(first) else { throw error("half a surrogate pair", at: start) }
      return String(Character(scalar))
    default: throw error("an escape that JSON does not know", at: place - 2)
    }
  }

  private mutating func unit(_ start: Int) throws(FormatError) -> UInt32 {
    let digits = bytes[place...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw error("'\\u' is followed by four hexadecimal digits", at: start) }
    place += 4
    return unit
  }
}

extension JSONScanner {
  /// How deeply values that nobody asks for may nest.
  private static let maxDepth = 100

  /// Goes through an object: `body` reads the value of each key, which it has not read before.
  ///
  /// - Throws: ``FormatError`` where it is no object, or has a key twice.
  package mutating func object(
    _ what: String, _ body: (inout JSONScanner, String) throws(FormatError) -> Void
  ) throws(FormatError) {
    guard take("{") else { throw error("expected \(what) in braces") }
    guard !take("}") else { return }
    var keys: Set<NameKey> = []
    repeat {
      skipSpace()
      let start = place
      let key = try string()
      guard keys.insert(NameKey(key)).inserted else {
        throw error("the key '\(key.prefix(100))' stands twice", at: start)
      }
      try expect(":", " after the key")
      skipSpace()
      try body(&self, key)
    } while take(",")
    guard take("}") else { throw error("expected ',' or '}'") }
  }

  /// Goes through a list: `body` reads each value.
  package mutating func list(
    _ what: String, _ body: (inout JSONScanner) throws(FormatError) -> Void
  ) throws(FormatError) {
    guard take("[") else { throw error("expected \(what) in brackets") }
    guard !take("]") else { return }
    repeat {
      skipSpace()
      try body(&self)
    } while take(",")
    guard take("]") else { throw error("expected ',' or ']'") }
  }

  /// A count: an integer from 0 on, without a point or an exponent.
  package mutating func count(_ what: String) throws(FormatError) -> Int {
    skipSpace()
    let start = place
    let word = try word([])
    guard word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw error("\(what) is an integer from 0 on, not \(word.prefix(40))", at: start)
    }
    guard let count = Int(word) else {
      throw error("\(what) is too large: \(word.prefix(40))", .limitExceeded, at: start)
    }
    return count
  }

  /// Goes over a value of any kind.
  package mutating func skipValue(depth: Int = 0) throws(FormatError) {
    skipSpace()
    guard depth < JSONScanner.maxDepth else { throw error("values nest deeper than \(JSONScanner.maxDepth)") }
    switch current {
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "{"):
      try object("values") { (scanner: inout JSONScanner, _) throws(FormatError) in
        try scanner.skipValue(depth: depth + 1)
      }
    case UInt8(ascii: "["):
      try list("values") { (scanner: inout JSONScanner) throws(FormatError) in try scanner.skipValue(depth: depth + 1) }
    default: _ = try word(["true", "false", "null"])
    }
  }
}
