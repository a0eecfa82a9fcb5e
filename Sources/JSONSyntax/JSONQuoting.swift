/// Texts as JSON writes them, in quotes.
package enum JSONQuoting: Sendable {
  /// Readable in a terminal: all control characters are escaped, those beyond ASCII too, and those that turn the direction of what
  /// follows.
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
      where control.value < 0x20 || self == .printable && control.value >= 0x7F && JSONQuoting.isControl(control):
        let digits = String(control.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// Whether a character beyond ASCII's printed ones ends a line, or decides how those beside it are shown (Unicode's
  /// `Bidi_Control`).
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x7F...0x9F, 0x61C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
