internal import ArrayBytes
internal import ByteIO
internal import JSONSyntax
internal import NDArrays
internal import PickledArrays
internal import PythonPickle

/// Reads JSON (RFC 8259) as arrays: nested lists of one shape become an array as `np.array` would make of them, lists of
/// objects with the same keys records, other objects dictionaries of arrays.
///
/// `NaN`, `Infinity` and `-Infinity`, which Python writes, are read as well. Linear in the length of the text.
struct JSONParser {
  private var text: JSONScanner
  private let dtype: DType?

  /// What a text is: an array, or a dictionary of values.
  ///
  /// - Parameter dtype: What arrays become; `nil` for what their values tell.
  /// - Throws: ``FormatError`` with the byte offset: `malformed` for what is not JSON, `badValue` for lists that are no array.
  static func value(_ bytes: [UInt8], dtype: DType?, name: String) throws(FormatError) -> PickleValue {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var parser = JSONParser(text: JSONScanner(bytes, name: name, from: start), dtype: dtype)
    let value = try parser.value(depth: 0)
    let end = parser.text.place
    parser.text.skipSpace()
    if parser.text.isAtEnd { return value }
    guard bytes[end..<parser.text.place].contains(10) else { throw parser.text.error("text follows the value") }
    return try lines(bytes, from: start, dtype: dtype, name: name)
  }

  /// JSON Lines: a value in each line is an element of an array.
  private static func lines(
    _ bytes: [UInt8], from start: Int, dtype: DType?, name: String
  ) throws(FormatError) -> PickleValue {
    var parser = JSONParser(text: JSONScanner(bytes, name: name, from: start), dtype: dtype)
    return .array(try parser.lines())
  }

  /// How deeply lists and objects may nest: an array has at most 64 axes.
  private static let maxDepth = 100

  // MARK: Dictionaries and arrays

  private mutating func value(depth: Int) throws(FormatError) -> PickleValue {
    text.skipSpace()
    guard text.current == UInt8(ascii: "{") else { return .array(try array()) }
    guard depth < JSONParser.maxDepth else { throw text.error("objects nest deeper than \(JSONParser.maxDepth)") }
    text.skip()
    let dict = PickleDict()
    guard !text.take("}") else { return .dict(dict) }
    repeat {
      text.skipSpace()
      let start = text.place
      let key = try text.string()
      guard text.take(":") else { throw text.error("expected ':' after the key") }
      if dict[.string(key)] != nil { throw text.error("the key \(JSONText.quoted(key)) stands twice", at: start) }
      try dict.set(.string(key), to: value(depth: depth + 1))
    } while text.take(",")
    guard text.take("}") else { throw text.error("expected ',' or '}'") }
    return .dict(dict)
  }

  private mutating func array() throws(FormatError) -> StoredArray {
    let start = text.place
    var shape = NestedShape()
    var columns = JSONColumns()
    try elements(0, &shape, &columns)
    return try made(shape, columns, from: start)
  }

  /// As if the lines were the elements of a list.
  private mutating func lines() throws(FormatError) -> StoredArray {
    let start = text.place
    var shape = NestedShape()
    var columns = JSONColumns()
    var count = 0
    _ = shape.continues(at: 0)
    text.skipSpace()
    while !text.isAtEnd {
      try elements(1, &shape, &columns)
      count += 1
      let end = text.place
      text.skipSpace()
      guard text.isAtEnd || text.bytes[end..<text.place].contains(10) else {
        throw text.error("text follows the value")
      }
    }
    _ = shape.closes(at: 0, count: count)
    return try made(shape, columns, from: start)
  }

  /// The array of elements that have been read.
  private func made(_ shape: NestedShape, _ columns: JSONColumns, from start: Int) throws(FormatError) -> StoredArray {
    do throws(ArrayError) {
      return .values(try columns.array(shape.lengths, dtype: dtype))
    } catch { throw text.error(error.message, .badValue, at: start) }
  }

  /// The elements of nested lists, the innermost of which hold values.
  private mutating func elements(
    _ depth: Int, _ shape: inout NestedShape, _ columns: inout JSONColumns
  ) throws(FormatError) {
    text.skipSpace()
    let start = text.place
    guard text.current == UInt8(ascii: "[") else {
      guard shape.endsLeaf(at: depth) else {
        throw text.error("the lists have an inhomogeneous shape: a value stands where a list is expected", .badValue)
      }
      return try leaf(&columns)
    }
    guard depth < Layout.maxAxes else { throw text.error("lists nest deeper than \(Layout.maxAxes)", .badValue) }
    guard shape.continues(at: depth) else {
      throw text.error("the lists have an inhomogeneous shape: a list stands where a value is expected", .badValue)
    }
    text.skip()
    var count = 0
    if !text.take("]") {
      repeat {
        try elements(depth + 1, &shape, &columns)
        count += 1
      } while text.take(",")
      guard text.take("]") else { throw text.error("expected ',' or ']'") }
    }
    guard shape.closes(at: depth, count: count) else {
      throw text.error(
        "the lists have an inhomogeneous shape: \(count) elements where \(shape.lengths[depth]) are expected",
        .badValue,
        at: start)
    }
  }

  // MARK: Values

  private mutating func leaf(_ columns: inout JSONColumns) throws(FormatError) {
    let start = text.place
    guard text.current == UInt8(ascii: "{") else {
      let value = try scalar()
      do throws(ArrayError) { try columns.append(value) } catch {
        throw text.error(error.message, .badValue, at: start)
      }
      return
    }
    text.skip()
    var keys: [String] = []
    var values: [JSONScalar] = []
    if !text.take("}") {
      repeat {
        text.skipSpace()
        keys.append(try text.string())
        guard text.take(":") else { throw text.error("expected ':' after the key") }
        text.skipSpace()
        if let byte = text.current, byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
          throw text.error("a field of records is a single value, not a list or an object", .badValue)
        }
        values.append(try scalar())
      } while text.take(",")
      guard text.take("}") else { throw text.error("expected ',' or '}'") }
    }
    do throws(ArrayError) { try columns.append(keys, values) } catch {
      throw text.error(error.message, .badValue, at: start)
    }
  }

  private mutating func scalar() throws(FormatError) -> JSONScalar {
    text.skipSpace()
    guard let byte = text.current else { throw text.error("the text ends where a value is expected") }
    if byte == UInt8(ascii: "\"") { return .string(try text.string()) }
    let start = text.place
    let word = try text.word(["true", "false", "null", "NaN", "Infinity", "-Infinity"])
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "NaN": return .float(.nan)
    case "Infinity": return .float(.infinity)
    case "-Infinity": return .float(-.infinity)
    default: break
    }
    if let integer = Int(word) { return .integer(integer) }
    if let integer = UInt64(word) { return .unsigned(integer) }
    guard let number = Double(word) else { throw text.error("'\(word.prefix(40))' is no number", at: start) }
    return .float(number)
  }
}
