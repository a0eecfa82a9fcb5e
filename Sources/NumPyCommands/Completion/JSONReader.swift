/// Reads the JSON in which the argument parser describes the commands. Strict enough for that, no more: what it does
/// not understand is no value.
struct JSONReader {
  private let bytes: [UInt8]
  private var place = 0

  /// The value that a text is; `nil` if it is none.
  static func value(of text: String) -> JSONValue? {
    var reader = JSONReader(bytes: Array(text.utf8))
    return reader.value(depth: 0)
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func skipSpace() {
    while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
  }

  private mutating func take(_ text: StaticString) -> Bool {
    skipSpace()
    let wanted = Array(text.description.utf8)
    guard bytes[place...].starts(with: wanted) else { return false }
    place += wanted.count
    return true
  }

  private mutating func value(depth: Int) -> JSONValue? {
    guard depth < 64 else { return nil }
    if take("{") { return object(depth) }
    if take("[") { return array(depth) }
    if take("\"") { return string().map(JSONValue.string) }
    if take("true") { return .bool(true) }
    if take("false") { return .bool(false) }
    if take("null") { return .null }
    let digits = bytes[place...].prefix {
      $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
    place += digits.count
    return Int(String(decoding: digits, as: UTF8.self)).map(JSONValue.int)
  }

  private mutating func object(_ depth: Int) -> JSONValue? {
    var entries: [(key: String, value: JSONValue)] = []
    if take("}") { return .object(entries) }
    repeat {
      guard take("\""), let key = string(), take(":"), let value = value(depth: depth + 1) else { return nil }
      entries.append((key, value))
    } while take(",")
    return take("}") ? .object(entries) : nil
  }

  private mutating func array(_ depth: Int) -> JSONValue? {
    var values: [JSONValue] = []
    if take("]") { return .array(values) }
    repeat {
      guard let value = value(depth: depth + 1) else { return nil }
      values.append(value)
    } while take(",")
    return take("]") ? .array(values) : nil
  }

  private mutating func string() -> String? {
    var text: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      guard place < bytes.count else { return nil }
      let escape = bytes[place]
      place += 1
      switch escape {
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "u"):
        guard let code = UInt32(String(decoding: bytes[place...].prefix(4), as: UTF8.self), radix: 16),
          let scalar = Unicode.Scalar(code)
        else { return nil }
        place += 4
        text += Array(String(Character(scalar)).utf8)
      default: text.append(escape)
      }
    }
    return nil
  }
}

extension JSONValue {
  /// The value under a key of an object.
  subscript(key: String) -> JSONValue? {
    guard case .object(let entries) = self else { return nil }
    return entries.first { $0.key == key }?.value
  }

  var string: String? { if case .string(let text) = self { text } else { nil } }
  var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
}
