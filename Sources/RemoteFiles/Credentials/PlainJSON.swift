internal import ByteIO
internal import JSONSyntax

/// The plain values of an object of JSON: texts, and numbers as they are written.
///
/// What such objects hold here is secret, so that errors say nothing of it.
struct PlainJSON {
  private var values: [String: String] = [:]
  private var inner: [String: PlainJSON] = [:]

  /// - Throws: ``FormatError`` with code `malformed` for what is no object of JSON; it names `what`.
  init(_ text: [UInt8], _ what: String) throws(FormatError) {
    var scanner = JSONScanner(text, name: what)
    do throws(FormatError) {
      try self.init(&scanner, depth: 0)
      scanner.skipSpace()
    } catch { throw FormatError(.malformed, "\(what) is no object of JSON") }
    guard scanner.isAtEnd else { throw FormatError(.malformed, "\(what) is no object of JSON") }
  }

  private init(_ scanner: inout JSONScanner, depth: Int) throws(FormatError) {
    var (values, inner) = (values, inner)
    try scanner.object("values") { (scanner: inout JSONScanner, key) throws(FormatError) in
      switch scanner.current {
      case UInt8(ascii: "\""): values[key] = try scanner.string()
      case UInt8(ascii: "{") where depth == 0: inner[key] = try PlainJSON(&scanner, depth: 1)
      case UInt8(ascii: "{"), UInt8(ascii: "["): try scanner.skipValue()
      default:
        let word = try scanner.word(["true", "false", "null"])
        if word != "null" { values[key] = word }
      }
    }
    (self.values, self.inner) = (values, inner)
  }

  /// The value of a key, if that is a text or a number.
  subscript(key: String) -> String? { values[key] }

  /// The object that a key has.
  func object(_ key: String) -> PlainJSON? { inner[key] }
}
