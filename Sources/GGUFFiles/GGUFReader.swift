internal import ByteIO
internal import NDArrays

/// Reads the numbers and texts of a GGUF file, one after the other: little-endian, lengths of 64 bits.
struct GGUFReader {
  private var reader: ByteReader

  init(_ source: any ByteSource) { reader = ByteReader(source) }

  var position: Int { reader.position }

  func error(_ message: String, _ code: FormatError.Code = .malformed, at offset: Int? = nil) -> FormatError {
    FormatError(code, message, file: reader.source.name, offset: offset ?? reader.position)
  }

  mutating func number<Value: FixedWidthInteger>(_ what: @autoclosure () -> String) throws(FormatError) -> Value {
    let bytes = try reader.read(Value.bitWidth / 8, what())
    return bytes.reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
  }

  /// How many things follow, each of at least so many bytes, which the file has to have.
  mutating func count(_ what: String, ofBytes size: Int) throws(FormatError) -> Int {
    let start = position
    let count: UInt64 = try number("the number of \(what)")
    guard let room = reader.remaining, count <= UInt64(room / max(1, size)) else {
      throw error("the GGUF file is cut short, or damaged: it has no room for \(count) \(what)", .truncated, at: start)
    }
    return Int(count)
  }

  mutating func text(_ what: String) throws(FormatError) -> String {
    let start = position
    let count = try count("bytes of \(what)", ofBytes: 1)
    let bytes = try reader.read(count, what)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw error("\(what) is not valid UTF-8", at: start)
    }
    return text
  }

  // MARK: Metadata

  /// The bytes of a number of each type; strings and arrays begin with their length.
  private static let sizes: [UInt32: Int] = [
    0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 8: 8, 9: 12, 10: 8, 11: 8, 12: 8,
  ]

  /// How many elements of an array are shown.
  private static let shown = 8

  /// A value of the metadata, as text.
  mutating func value(_ type: UInt32, depth: Int = 0) throws(FormatError) -> String {
    switch type {
    case 0: return String(try number("a value") as UInt8)
    case 1: return String(try number("a value") as Int8)
    case 2: return String(try number("a value") as UInt16)
    case 3: return String(try number("a value") as Int16)
    case 4: return String(try number("a value") as UInt32)
    case 5: return String(try number("a value") as Int32)
    case 6: return Float(bitPattern: try number("a value")).description
    case 7: return try number("a value") as UInt8 == 0 ? "false" : "true"
    case 8: return try text("a text")
    case 9: return try array(depth: depth)
    case 10: return String(try number("a value") as UInt64)
    case 11: return String(try number("a value") as Int64)
    case 12: return Double(bitPattern: try number("a value")).description
    default: throw error("a value of the unknown type \(type)")
    }
  }

  private mutating func array(depth: Int) throws(FormatError) -> String {
    guard depth < 8 else { throw error("arrays nest deeper than 8", .limitExceeded) }
    let type: UInt32 = try number("the type of an array")
    guard let size = GGUFReader.sizes[type] else { throw error("an array of the unknown type \(type)") }
    let count = try count("values of an array", ofBytes: size)
    var shown: [String] = []
    for _ in 0..<min(count, GGUFReader.shown) { shown.append(try value(type, depth: depth + 1)) }
    let rest = count - shown.count
    if type == 8 || type == 9 {
      for _ in 0..<rest { _ = try value(type, depth: depth + 1) }
    } else {
      try reader.skip(rest * size)
    }
    return "[" + shown.joined(separator: ", ") + (rest > 0 ? ", …] (\(count) values)" : "]")
  }
}
