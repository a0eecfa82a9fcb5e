/// A value that Python code can spell out: what `ast.literal_eval` gives.
package enum PythonLiteral: Sendable, Hashable {
  /// `None`.
  case none
  /// `True` or `False`.
  case bool(Bool)
  /// An integer of up to 64 bits.
  case int(Int)
  /// A larger integer, in decimal digits.
  case bigInt(String)
  /// A number with a point or exponent.
  case float(Double)
  /// Text.
  case string(String)
  /// Bytes.
  case bytes([UInt8])
  /// A tuple.
  case tuple([PythonLiteral])
  /// A list.
  case list([PythonLiteral])
  /// A dictionary, in order, keys that stand twice included.
  case dict([Entry])

  /// A key and its value.
  package struct Entry: Sendable, Hashable {
    /// The key.
    package let key: PythonLiteral
    /// The value.
    package let value: PythonLiteral
    /// Makes an entry.
    package init(key: PythonLiteral, value: PythonLiteral) {
      self.key = key
      self.value = value
    }
  }
}

/// Text that is no Python literal.
package struct PythonLiteralError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  package let message: String
  /// Where, in bytes from the start of the text.
  package let offset: Int

  /// The message and the place.
  package var description: String { "\(message) at character \(offset)" }
}
