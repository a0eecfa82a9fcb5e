/// Texts as JSON writes them, in quotes.
package enum JSONQuoting: Sendable {
  /// Readable in a terminal: all control characters are escaped, those beyond ASCII too.
  case printable
  /// As Rust's serde writes them, which the writer of safetensors uses: what JSON demands, by its short names.
  case serde

  /// A text in quotes.
  package func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}" where self == .serde: result += "\\b"
      case "\u{C}" where self == .serde: result += "\\f"
      case let control
      where control.value < 0x20 || (self == .printable && (0x7F...0x9F).contains(control.value)):
        let digits = String(control.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
