internal import ArrayBytes
internal import ByteIO
internal import JSONSyntax
internal import NDArrays
internal import PickledArrays
internal import PythonPickle
internal import TextTables

/// Reads JSON (RFC 8259) as arrays: nested lists of one shape become an array as `np.array` would make of them, lists of
/// objects with the same keys records, other objects dictionaries of arrays. Lists that are no array become what Python's
/// `json.load` makes of them.
///
/// `NaN`, `Infinity` and `-Infinity`, which Python writes, are read as well. Linear in the length of the text.
struct JSONParser {
  var text: JSONScanner
  private let dtype: DType?
  /// What the values may take.
  private let budget: MemoryBudget
  /// How many values, and keys of dictionaries, have been read.
  private var count = 0
  /// Why a list, or the whole text, is no array.
  private var trouble: FormatError?

  /// What a text is, and why it is no array where it looks like one.
  typealias Result = (value: PickleValue, trouble: FormatError?)

  /// What the text that a source holds, compressed or not, is. All of it is kept in memory, up to a zero byte, which no
  /// JSON has.
  ///
  /// - Parameter memory: The most bytes that it may take; what the source's size and the machine's memory justify if left
  ///   out.
  /// - Throws: ``FormatError`` as below, and `limitExceeded`.
  static func value(of source: any ByteSource, dtype: DType?, memory: Int?) throws(FormatError) -> Result {
    let limit = memory ?? MemoryBudget.processLimit / 8
    let plain = try TextFile.decompressing(source)
    let inflated = InflationLimit.bytes(for: source.byteCount, given: memory)
    let encoding = try JSONEncoding.wide(of: plain)
    var bytes = try plain.readWhole(
      limit: plain === source ? limit : min(limit, inflated), through: encoding == nil ? 0 : nil)
    if let encoding {
      do throws(FormatError) { bytes = try encoding.decoded(bytes) } catch { throw error.at(file: source.name) }
    }
    return try value(bytes, dtype: dtype, name: source.name, budget: MemoryBudget(given: memory))
  }

  /// What a text is: an array, or a dictionary of values.
  ///
  /// - Parameter dtype: What arrays become; `nil` for what their values tell, and so for lists that are no array.
  /// - Throws: ``FormatError`` with the byte offset: `malformed` for what is not JSON, `badValue` for what has not that dtype.
  static func value(
    _ bytes: [UInt8], dtype: DType?, name: String, budget: MemoryBudget
  ) throws(FormatError) -> Result {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var parser = JSONParser(text: JSONScanner(bytes, name: name, from: start), dtype: dtype, budget: budget)
    let value = try parser.value(depth: 0)
    let end = parser.text.place
    parser.text.skipSpace()
    if parser.text.isAtEnd {
      if case .list = value { return (value, parser.trouble) }
      return (value, nil)
    }
    guard bytes[end..<parser.text.place].contains(10) else { throw parser.text.error("text follows the value") }
    return try lines(bytes, from: start, dtype: dtype, name: name, budget)
  }

  /// JSON Lines: a value in each line is an element of an array, or of a list.
  private static func lines(
    _ bytes: [UInt8], from start: Int, dtype: DType?, name: String, _ budget: MemoryBudget
  ) throws(FormatError) -> Result {
    var parser = JSONParser(text: JSONScanner(bytes, name: name, from: start), dtype: dtype, budget: budget)
    let value = try parser.value(depth: 0, array: { (parser) throws(FormatError) in try parser.lines() }) {
      (parser) throws(FormatError) in
      var items: [PickleValue] = []
      try parser.forEachLine { (parser) throws(FormatError) in items.append(try parser.plainValue(depth: 1)) }
      return .list(PickleList(items))
    }
    return (value, parser.trouble)
  }

  private init(text: JSONScanner, dtype: DType?, budget: MemoryBudget) {
    (self.text, self.dtype, self.budget) = (text, dtype, budget)
  }

  /// Counts what takes memory, and now and then makes sure that there is more.
  mutating func countValue() throws(FormatError) {
    count += 1
    if count & JSONParser.checkedCount == 0 { try checkMemory() }
  }

  /// After so many values, and one more, memory is looked at.
  private static let checkedCount = 0xFFFF

  private func checkMemory() throws(FormatError) {
    // Lists of values double: for a while there are three times as many places of up to 16 bytes.
    do throws(FormatError) { try budget.check(next: count * 64) } catch {
      throw error.at(file: text.name, offset: text.place)
    }
  }

  /// How deeply lists and objects may nest: an array has at most 64 axes.
  static let maxDepth = 100

  // MARK: Dictionaries and arrays

  private mutating func value(depth: Int) throws(FormatError) -> PickleValue {
    text.skipSpace()
    guard text.current != UInt8(ascii: "{") else {
      return try dict(depth) { (parser) throws(FormatError) in try parser.value(depth: depth + 1) }
    }
    return try value(depth: depth, array: { (parser) throws(FormatError) in try parser.array() }) {
      (parser) throws(FormatError) in try parser.plainValue(depth: depth)
    }
  }

  /// What stands here as an array or, if it is none, by another reading.
  private mutating func value(
    depth: Int, array: (inout JSONParser) throws(FormatError) -> StoredArray,
    other: (inout JSONParser) throws(FormatError) -> PickleValue
  ) throws(FormatError) -> PickleValue {
    let (start, startCount) = (text, count)
    do throws(FormatError) { return .array(try array(&self)) } catch {
      guard error.code == .badValue, dtype == nil else { throw error }
      (text, count, trouble) = (start, startCount, error)
      return try other(&self)
    }
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
    try forEachLine { (parser) throws(FormatError) in
      try parser.elements(1, &shape, &columns)
      count += 1
    }
    _ = shape.closes(at: 0, count: count)
    return try made(shape, columns, from: start)
  }

  private mutating func forEachLine(
    _ body: (inout JSONParser) throws(FormatError) -> Void
  ) throws(FormatError) {
    text.skipSpace()
    while !text.isAtEnd {
      try body(&self)
      let end = text.place
      text.skipSpace()
      guard text.isAtEnd || text.bytes[end..<text.place].contains(10) else {
        throw text.error("text follows the value")
      }
    }
  }

  /// The array of elements that have been read.
  private func made(_ shape: NestedShape, _ columns: JSONColumns, from start: Int) throws(FormatError) -> StoredArray {
    do throws(ArrayError) {
      return .values(try columns.array(shape.lengths, dtype: dtype))
    } catch { throw text.error(error.message, .badValue, at: start) }
  }

  /// The items of a list, whose bracket is the next character.
  ///
  /// - Returns: How many there are.
  @inline(__always)
  mutating func list(
    _ item: (inout JSONParser) throws(FormatError) -> Void
  ) throws(FormatError) -> Int {
    text.skip()
    guard !text.take("]") else { return 0 }
    var count = 0
    repeat {
      try item(&self)
      count += 1
    } while text.take(",")
    guard text.take("]") else { throw text.error("expected ',' or ']'") }
    return count
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
    let count = try items(depth, &shape, &columns)
    guard shape.closes(at: depth, count: count) else {
      throw text.error(
        "the lists have an inhomogeneous shape: \(count) elements where \(shape.lengths[depth]) are expected",
        .badValue,
        at: start)
    }
  }

  /// The elements of a list, whose bracket is the next character.
  ///
  /// - Returns: How many there are.
  private mutating func items(
    _ depth: Int, _ shape: inout NestedShape, _ columns: inout JSONColumns
  ) throws(FormatError) -> Int {
    text.skip()
    guard !text.take("]") else { return 0 }
    var found = 0
    repeat {
      if shape.hasValues(at: depth + 1), case let run = try numbers(&columns), run > 0 {
        found += run
      } else {
        try elements(depth + 1, &shape, &columns)
        found += 1
      }
    } while text.take(",")
    guard text.take("]") else { throw text.error("expected ',' or ']'") }
    return found
  }

  // MARK: Values

  /// As many plain numbers as follow each other, up to where memory is looked at.
  private mutating func numbers(_ columns: inout JSONColumns) throws(FormatError) -> Int {
    let most = JSONParser.checkedCount + 1 - count & JSONParser.checkedCount
    let found = text.read { columns.appendNumbers($0, &$1, atMost: most) }
    count += found
    if found == most { try checkMemory() }
    return found
  }

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
    var values: [JSONFieldValue] = []
    if !text.take("}") {
      repeat {
        text.skipSpace()
        keys.append(try text.string())
        guard text.take(":") else { throw text.error("expected ':' after the key") }
        text.skipSpace()
        var shape = NestedShape()
        var list: [JSONScalar] = []
        try field(0, &shape, &list)
        values.append(JSONFieldValue(shape: shape.lengths, values: list))
      } while text.take(",")
      guard text.take("}") else { throw text.error("expected ',' or '}'") }
    }
    do throws(ArrayError) { try columns.append(keys, values) } catch {
      throw text.error(error.message, .badValue, at: start)
    }
  }

  /// A field of a record: a value, or nested lists of one shape.
  private mutating func field(
    _ depth: Int, _ shape: inout NestedShape, _ values: inout [JSONScalar]
  ) throws(FormatError) {
    text.skipSpace()
    if text.current == UInt8(ascii: "{") {
      throw text.error("a field of records is a value or a list of values, not an object", .badValue)
    }
    let inhomogeneous = "the lists of a field have an inhomogeneous shape"
    let start = text.place
    guard text.current == UInt8(ascii: "[") else {
      guard shape.endsLeaf(at: depth) else { throw text.error(inhomogeneous, .badValue) }
      return values.append(try scalar())
    }
    guard depth < Layout.maxAxes - 1, shape.continues(at: depth) else { throw text.error(inhomogeneous, .badValue) }
    let count = try list { (parser: inout JSONParser) throws(FormatError) in
      try parser.field(depth + 1, &shape, &values)
    }
    guard shape.closes(at: depth, count: count) else { throw text.error(inhomogeneous, .badValue, at: start) }
  }

  mutating func scalar() throws(FormatError) -> JSONScalar {
    try countValue()
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
    if dtype == nil, word.utf8.allSatisfy({ $0 != UInt8(ascii: ".") && $0 | 0x20 != UInt8(ascii: "e") }),
      JSONColumn.isInexact(word)
    {
      return .digits(word)
    }
    return .float(number)
  }
}
