/// Numbers as Python's own `int`, `float` and `complex` read them from text: white space around, underscores between
/// digits, and the decimal digits of every script.
package enum PythonNumberText {
  /// The text with white space off its ends, digits of all scripts as ASCII and underscores taken out; `nil` if an
  /// underscore does not stand between digits, or any other character is not ASCII.
  static func normalized(_ text: [UInt8]) -> [UInt8]? {
    if text.allSatisfy(isPlain) { return text }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    if text.allSatisfy({ $0 < 0x80 }) {
      result = text
    } else {
      for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
        if scalar.isASCII {
          result.append(UInt8(scalar.value))
        } else if scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue {
          result.append(48 + UInt8(value))
        } else if scalar.properties.isWhitespace {
          result.append(0x20)
        } else {
          return nil
        }
      }
    }
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) || (0x1C...0x1F).contains(byte) }
    while let last = result.last, isSpace(last) { result.removeLast() }
    let start = result.firstIndex { !isSpace($0) } ?? result.count
    if start > 0 { result.removeFirst(start) }
    guard result.contains(UInt8(ascii: "_")) else { return result }
    var plain: [UInt8] = []
    for (index, byte) in result.enumerated() {
      if byte == UInt8(ascii: "_") {
        guard index > 0, index + 1 < result.count, isDigit(result[index - 1]), isDigit(result[index + 1]) else {
          return nil
        }
      } else {
        plain.append(byte)
      }
    }
    return plain
  }

  /// Whether a byte needs nothing done to it: no white space, no underscore, no part of another script's digit.
  private static func isPlain(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x80 && byte != UInt8(ascii: "_") }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

  private static func whole<Value>(_ text: [UInt8], _ read: (RawSpan, inout Int) -> Value?) -> Value? {
    guard let text = normalized(text) else { return nil }
    var position = 0
    // Safe: the span is used while the array's bytes are held.
    let value = unsafe text.withUnsafeBytes { read(unsafe RawSpan(_unsafeBytes: $0), &position) }
    return position == text.count ? value : nil
  }

  /// Python's `float(text)`.
  package static func double(_ text: [UInt8]) -> Double? { whole(text) { NumberReader.double($0, &$1) } }

  /// Python's `float(text)`, rounded once to a half.
  package static func float16Bits(_ text: [UInt8]) -> UInt16? { whole(text) { NumberReader.float16Bits($0, &$1) } }

  /// Python's `int(text)`; `nil` also beyond 64 bits: see ``isInteger(_:)``.
  package static func integer(_ text: [UInt8]) -> Int? {
    guard let (magnitude, isNegative) = whole(text, { NumberReader.integer($0, &$1) }) else { return nil }
    if isNegative { return magnitude <= 1 << 63 ? Int(truncatingIfNeeded: 0 &- magnitude) : nil }
    return Int(exactly: magnitude)
  }

  /// The magnitude and sign of Python's `int(text)` within 64 bits.
  package static func unsigned(_ text: [UInt8]) -> (magnitude: UInt64, isNegative: Bool)? {
    whole(text) { NumberReader.integer($0, &$1) }
  }

  /// Whether Python's `int` would take the text, however large the number.
  package static func isInteger(_ text: [UInt8]) -> Bool {
    guard var digits = normalized(text) else { return false }
    if let first = digits.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { digits.removeFirst() }
    return !digits.isEmpty && digits.allSatisfy(isDigit)
  }

  /// Python's `complex(text)`.
  package static func complex(_ text: [UInt8]) -> (real: Double, imaginary: Double)? {
    guard var text = normalized(text) else { return nil }
    if text.first == UInt8(ascii: "(") {
      guard text.last == UInt8(ascii: ")") else { return nil }
      guard let inner = normalized(Array(text.dropFirst().dropLast())) else { return nil }
      text = inner
    }
    // Safe: the span is used while the array's bytes are held.
    return unsafe text.withUnsafeBytes { parts(unsafe RawSpan(_unsafeBytes: $0)) }
  }

  /// Python's `complex(text)` of a part of a text; `nil` also for text with white space, underscores or digits of other
  /// scripts, which Python may take.
  package static func plainComplex(_ text: RawSpan, _ range: Range<Int>) -> (real: Double, imaginary: Double)? {
    guard !range.isEmpty, range.allSatisfy({ isPlain(NumberReader.byte(text, $0)) }) else { return nil }
    let isEnclosed = NumberReader.byte(text, range.lowerBound) == UInt8(ascii: "(")
    guard isEnclosed else { return parts(text.extracting(range)) }
    guard range.count > 2, NumberReader.byte(text, range.upperBound - 1) == UInt8(ascii: ")") else { return nil }
    return parts(text.extracting((range.lowerBound + 1)..<(range.upperBound - 1)))
  }

  /// `x`, `xj`, `x±yj`, `j`, `±j`, `x±j`, without anything around.
  private static func parts(_ text: RawSpan) -> (real: Double, imaginary: Double)? {
    let end = text.byteCount
    var position = 0
    func peek() -> UInt8 { position < end ? NumberReader.byte(text, position) : 0 }
    func isUnit(_ byte: UInt8) -> Bool { byte | 0x20 == UInt8(ascii: "j") }
    func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") }
    /// A number, or a sign (perhaps none) that represents one before the unit.
    func term() -> Double? {
      if let value = NumberReader.double(text, &position) { return value }
      let isNegative = peek() == UInt8(ascii: "-")
      if isSign(peek()) { position += 1 }
      return isUnit(peek()) ? (isNegative ? -1 : 1) : nil
    }
    guard let first = term() else { return nil }
    if position == end { return (first, 0) }
    if isUnit(peek()) {
      position += 1
      return position == end ? (0, first) : nil
    }
    guard isSign(peek()), let second = term(), isUnit(peek()) else { return nil }
    position += 1
    return position == end ? (first, second) : nil
  }

  /// Python's `str` of a float.
  package static func description(_ value: Double) -> String {
    description(of: value, DecimalDigits(shortest: value.isFinite ? value : 0))
  }

  /// NumPy's `str` of a `float32`, but for where exponents begin, which is as in Python.
  package static func description(_ value: Float) -> String {
    description(of: Double(value), DecimalDigits(shortest: value.isFinite ? value : 0))
  }

  private static func description(of value: Double, _ digits: DecimalDigits) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let isLong = digits.pointPosition > 16 || digits.pointPosition < -3
    let text = isLong ? digits.scientific(minExponentDigits: 2) : digits.positional(minFractionDigits: 1)
    return value.sign == .minus ? "-" + text : text
  }

  /// Python's `str` of a complex number.
  package static func description(_ real: Double, _ imaginary: Double) -> String {
    func part(_ value: Double) -> String {
      let text = description(value)
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
    if real == 0, real.sign == .plus { return part(imaginary) + "j" }
    return "(" + part(real) + (imaginary.sign == .minus && !imaginary.isNaN ? "" : "+") + part(imaginary) + "j)"
  }
}
