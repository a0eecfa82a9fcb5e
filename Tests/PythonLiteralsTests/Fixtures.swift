import Foundation
import PythonLiterals

/// The lines of `Tests/Fixtures/literals/<name>.tsv`, each split at its tabs.
func fixtureLines(_ name: String) throws -> [[Substring]] {
  let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  let file = tests.appendingPathComponent("Fixtures/literals/\(name).tsv")
  return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
    $0.split(separator: "\t", omittingEmptySubsequences: false)
  }
}

/// The bytes of hexadecimal digits.
func bytes(hex: some StringProtocol) -> [UInt8] {
  let digits = hex.utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

func hex(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

extension PythonLiteral {
  /// The notation of `canonical` in `Tests/Fixtures/make-literals`.
  var canonical: String {
    switch self {
    case .none: "N"
    case .bool(let value): value ? "T" : "F"
    case .int(let value): "I\(value)"
    case .bigInt(let digits): "I\(digits)"
    case .float(let value):
      "D" + hex((0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (56 - 8 * UInt64($0))) })
    case .string(let text): "S" + hex(text.utf8)
    case .bytes(let bytes): "B" + hex(bytes)
    case .tuple(let items): "(" + items.map { $0.canonical + "," }.joined() + ")"
    case .list(let items): "[" + items.map { $0.canonical + "," }.joined() + "]"
    case .dict(let entries): "{" + entries.map { "\($0.key.canonical):\($0.value.canonical)," }.joined() + "}"
    }
  }
}
