package import PythonLiterals

internal import ByteIO

/// Files of `Tests/Fixtures` with a Python literal on every line.
package enum LiteralLines {
  /// The literals of a file, by its path within `Tests/Fixtures`.
  package static func read(_ path: String) throws -> [PythonLiteral] {
    let tests = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
    let source = try FileSource(path: "\(tests)/Fixtures/\(path)")
    let bytes = try source.readBytes(at: 0, upTo: .max)
    return try bytes.split(separator: UInt8(ascii: "\n")).map { try PythonLiteral(parsing: Array($0)) }
  }
}

extension PythonLiteral {
  /// The items of a tuple or list; none of anything else.
  package var items: [PythonLiteral] {
    switch self {
    case .tuple(let items), .list(let items): items
    default: []
    }
  }

  /// The text of a string.
  package var text: String? { if case .string(let text) = self { text } else { nil } }

  /// The value of an integer.
  package var integer: Int? { if case .int(let value) = self { value } else { nil } }

  /// The value of a truth value.
  package var truth: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// A number with a point, or one that is written as `float.hex` writes it.
  package var number: Double? {
    switch self {
    case .float(let value): value
    case .string("nan"): .nan
    case .string(let text): Double(text)
    default: nil
    }
  }

  /// The integers of a tuple or list.
  package var integers: [Int] { items.compactMap(\.integer) }

  /// The bytes whose hexadecimal digits a string has.
  package var hexBytes: [UInt8] {
    let digits = (text ?? "").utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// The value of a key of a dictionary.
  package subscript(key: String) -> PythonLiteral? {
    guard case .dict(let entries) = self else { return nil }
    return entries.first { $0.key == .string(key) }?.value
  }
}
