internal import ByteIO
internal import JSONSyntax
internal import PythonPickle

// Objects, and all else that is no array.

extension JSONParser {
  /// An object, whose brace is the next character.
  mutating func dict(
    _ depth: Int, _ value: (inout JSONParser) throws(FormatError) -> PickleValue
  ) throws(FormatError) -> PickleValue {
    guard depth < JSONParser.maxDepth else { throw text.error("objects nest deeper than \(JSONParser.maxDepth)") }
    text.skip()
    let dict = PickleDict()
    guard !text.take("}") else { return .dict(dict) }
    repeat {
      text.skipSpace()
      try countValue()
      let start = text.place
      let key = try text.string()
      guard text.take(":") else { throw text.error("expected ':' after the key") }
      if dict[.string(key)] != nil { throw text.error("the key \(JSONText.quoted(key)) stands twice", at: start) }
      try dict.set(.string(key), to: value(&self))
    } while text.take(",")
    guard text.take("}") else { throw text.error("expected ',' or '}'") }
    return .dict(dict)
  }

  /// What Python's `json.load` makes of a value.
  mutating func plainValue(depth: Int) throws(FormatError) -> PickleValue {
    text.skipSpace()
    switch text.current {
    case UInt8(ascii: "{"):
      return try dict(depth) { (parser) throws(FormatError) in try parser.plainValue(depth: depth + 1) }
    case UInt8(ascii: "["):
      guard depth < JSONParser.maxDepth else { throw text.error("lists nest deeper than \(JSONParser.maxDepth)") }
      var items: [PickleValue] = []
      _ = try list { (parser) throws(FormatError) in items.append(try parser.plainValue(depth: depth + 1)) }
      return .list(PickleList(items))
    default:
      let start = text.place
      switch try scalar() {
      case .null: return .none
      case .bool(let flag): return .bool(flag)
      case .integer(let number): return .int(number)
      case .unsigned(let number): return .bigInt(PickleInteger(number))
      case .float(let number): return .float(number)
      case .string(let text): return .string(text)
      case .digits(let digits):
        do throws(FormatError) { return .bigInt(try PickleInteger(decimal: digits.utf8)) } catch {
          throw error.at(file: text.name, offset: start)
        }
      }
    }
  }
}
