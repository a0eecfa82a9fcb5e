internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import PickledArrays
internal import PythonPickle

/// Reads JSON (RFC 8259) as arrays: nested lists of one shape become an array as `np.array` would make of them, lists of
/// objects with the same keys records, other objects dictionaries of arrays.
///
/// `NaN`, `Infinity` and `-Infinity`, which Python writes, are read as well. Linear in the length of the text.
struct JSONParser {
  private let bytes: [UInt8]
  private var place = 0
  private let name: String
  private let dtype: DType?

  /// What a text is: an array, or a dictionary of values.
  ///
  /// - Parameter dtype: What arrays become; `nil` for what their values tell.
  /// - Throws: ``FormatError`` with the byte offset: `malformed` for what is not JSON, `badValue` for lists that are no array.
  static func value(_ bytes: [UInt8], dtype: DType?, name: String) throws(FormatError) -> PickleValue {
    var parser = JSONParser(bytes: bytes, dtype: dtype, name: name)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.place = 3 }
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.place == bytes.count else { throw parser.error("text follows the value") }
    return value
  }

  private init(bytes: [UInt8], dtype: DType?, name: String) {
    self.bytes = bytes
    self.dtype = dtype
    self.name = name
  }

  /// How deeply lists and objects may nest: an array has at most 64 axes.
  private static let maxDepth = 100

  func error(_ message: String, _ code: FormatError.Code = .malformed, at offset: Int? = nil) -> FormatError {
    FormatError(code, message, file: name, offset: offset ?? place)
  }

  private var current: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || (0x09...0x0D).contains(byte) && byte != 0x0B { place += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard current == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  // MARK: Dictionaries and arrays

  private mutating func value(depth: Int) throws(FormatError) -> PickleValue {
    skipSpace()
    guard current == UInt8(ascii: "{") else { return .array(try array()) }
    guard depth < JSONParser.maxDepth else { throw error("objects nest deeper than \(JSONParser.maxDepth)") }
    place += 1
    let dict = PickleDict()
    guard !take("}") else { return .dict(dict) }
    repeat {
      skipSpace()
      let start = place
      let key = try string()
      guard take(":") else { throw error("expected ':' after the key") }
      if dict[.string(key)] != nil { throw error("the key \(JSONText.quoted(key)) stands twice", at: start) }
      try dict.set(.string(key), to: value(depth: depth + 1))
    } while take(",")
    guard take("}") else { throw error("expected ',' or '}'") }
    return .dict(dict)
  }

  private mutating func array() throws(FormatError) -> StoredArray {
    let start = place
    var shape = NestedShape()
    var columns = JSONColumns()
    try elements(0, &shape, &columns)
    do throws(ArrayError) {
      return .values(try columns.array(shape.lengths, dtype: dtype))
    } catch { throw self.error(error.message, .badValue, at: start) }
  }

  /// The elements of nested lists, the innermost of which hold values.
  private mutating func elements(
    _ depth: Int, _ shape: inout NestedShape, _ columns: inout JSONColumns
  ) throws(FormatError) {
    skipSpace()
    let start = place
    guard current == UInt8(ascii: "[") else {
      guard shape.endsLeaf(at: depth) else {
        throw error("the lists have an inhomogeneous shape: a value stands where a list is expected", .badValue)
      }
      return try leaf(&columns)
    }
    guard depth < Layout.maxAxes else { throw error("lists nest deeper than \(Layout.maxAxes)", .badValue) }
    guard shape.continues(at: depth) else {
      throw error("the lists have an inhomogeneous shape: a list stands where a value is expected", .badValue)
    }
    place += 1
    var count = 0
    if !take("]") {
      repeat {
        try elements(depth + 1, &shape, &columns)
        count += 1
      } while take(",")
      guard take("]") else { throw error("expected ',' or ']'") }
    }
    guard shape.closes(at: depth, count: count) else {
      throw error(
        "the lists have an inhomogeneous shape: \(count) elements where \(shape.lengths[depth]) are expected",
        .badValue,
        at: start)
    }
  }

  // MARK: Values

  private mutating func leaf(_ columns: inout JSONColumns) throws(FormatError) {
    let start = place
    guard current == UInt8(ascii: "{") else {
      let value = try scalar()
      do throws(ArrayError) { try columns.append(value) } catch {
        throw self.error(error.message, .badValue, at: start)
      }
      return
    }
    place += 1
    var keys: [String] = []
    var values: [JSONScalar] = []
    if !take("}") {
      repeat {
        skipSpace()
        keys.append(try string())
        guard take(":") else { throw error("expected ':' after the key") }
        skipSpace()
        if let byte = current, byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
          throw error("a field of records is a single value, not a list or an object", .badValue)
        }
        values.append(try scalar())
      } while take(",")
      guard take("}") else { throw error("expected ',' or '}'") }
    }
    do throws(ArrayError) { try columns.append(keys, values) } catch {
      throw self.error(error.message, .badValue, at: start)
    }
  }

  private mutating func scalar() throws(FormatError) -> JSONScalar {
    skipSpace()
    guard let byte = current else { throw error("the text ends where a value is expected") }
    if byte == UInt8(ascii: "\"") { return .string(try string()) }
    let start = place
    while let byte = current, JSONParser.isWordByte(byte) { place += 1 }
    let word = String(decoding: bytes[start..<place], as: UTF8.self)
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "NaN": return .float(.nan)
    case "Infinity": return .float(.infinity)
    case "-Infinity": return .float(-.infinity)
    default: break
    }
    guard JSONParser.isNumber(bytes[start..<place]) else {
      throw error(word.isEmpty ? "expected a value" : "'\(word.prefix(40))' is no JSON value", at: start)
    }
    if let integer = Int(word) { return .integer(integer) }
    if let integer = UInt64(word) { return .unsigned(integer) }
    guard let number = Double(word) else { throw error("'\(word.prefix(40))' is no number", at: start) }
    return .float(number)
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

  private mutating func string() throws(FormatError) -> String {
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
