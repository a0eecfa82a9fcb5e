import NumPyIO

/// A JSON value, printed without Foundation, which would cost start-up time.
enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  /// The digits of a number that neither of these holds.
  case digits(String)
  case string(String)
  case array([JSONValue])
  /// An object, its keys in the order in which they are printed.
  case object([(key: String, value: JSONValue)])

  /// The value on one line; NaN becomes `null`, and infinities `1e999`, as in the files that are written.
  var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .digits(let digits): digits
    case .double(let value): JSONValue.number(value)
    case .string(let value): JSONValue.quoted(value)
    case .array(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
    case .object(let entries):
      "{" + entries.map { JSONValue.quoted($0.key) + ": " + $0.value.text }.joined(separator: ", ") + "}"
    }
  }

  /// The value over several lines: entries of the outermost arrays and objects on lines of their own.
  func pretty(depth: Int = 2, indent: String = "") -> String {
    guard depth > 0 else { return text }
    let inner = indent + "  "
    switch self {
    case .array(let values) where values.contains(where: \.isContainer):
      let lines = values.map { inner + $0.pretty(depth: depth - 1, indent: inner) }
      return "[\n" + lines.joined(separator: ",\n") + "\n" + indent + "]"
    case .object(let entries) where !entries.isEmpty:
      let lines = entries.map {
        inner + JSONValue.quoted($0.key) + ": " + $0.value.pretty(depth: depth - 1, indent: inner)
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n" + indent + "}"
    default: return text
    }
  }

  private var isContainer: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }

  private static func number(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "null" : value < 0 ? "-1e999" : "1e999" }
    let text = value.description
    return text.hasSuffix(".0") && value.magnitude < 0x1p53 ? String(text.dropLast(2)) : text
  }

  private static func quoted(_ text: String) -> String { JSONText.quoted(text) }
}
