/// One conversion of a Python `%` format, such as `%-8.3f`.
package struct PercentSpec: Sendable, Hashable {
  /// `-`: the value stands at the left of its width.
  package var isLeftAligned = false
  /// `+`: numbers that are not negative get a plus.
  package var showsPlus = false
  /// A space: numbers that are not negative get a space.
  package var showsSpace = false
  /// `#`: a prefix for `%x` and `%o`, always a point for floats.
  package var isAlternate = false
  /// `0`: numbers are filled up with zeros.
  package var padsZeros = false
  /// The least number of characters.
  package var width = 0
  /// Digits after the point, digits of an integer, or characters of a text; `nil` where none was given.
  package var precision: Int?
  /// The letter at the end.
  package var conversion: UInt8

  /// A conversion without flags, width and precision.
  package init(_ conversion: UInt8) { self.conversion = conversion }

  /// Whether the value's own text is all there is to write: no width, no forced sign.
  package var isBare: Bool { width == 0 && !showsPlus && !showsSpace }

  /// How a float is spelled under this conversion.
  package var floatStyle: TextBuffer.FloatStyle {
    TextBuffer.FloatStyle(
      precision: precision ?? 6, isAlternate: isAlternate,
      isUppercase: conversion == UInt8(ascii: "E") || conversion == UInt8(ascii: "F") || conversion == UInt8(ascii: "G")
    )
  }
}

/// A Python `%` format taken apart, as `format % values` reads it.
package enum PercentFormat {
  /// A part of a format.
  package enum Part: Sendable, Hashable {
    /// Literal text, in UTF-8.
    case literal([UInt8])
    /// A conversion that takes the next value.
    case conversion(PercentSpec)
    /// What makes Python raise `ValueError` when it comes to this part.
    case invalid(String)
    /// What makes Python raise `TypeError` when it comes to this part (a `*`, or a name in parentheses).
    case wrongType(String)
  }

  /// The widest field and the largest precision; Python's own limits are those of its memory.
  static let largestNumber = 1 << 24

  /// Takes a format apart. Whatever is wrong with it becomes the last part, since Python writes what stands before.
  package static func parts(of format: String) -> [Part] {
    var parts: [Part] = []
    var literal: [UInt8] = []
    let scalars = Array(format.unicodeScalars)
    var index = 0
    func flush() {
      if !literal.isEmpty { parts.append(.literal(literal)) }
      literal = []
    }
    while index < scalars.count {
      guard scalars[index] == "%" else {
        literal += Array(String(scalars[index]).utf8)
        index += 1
        continue
      }
      index += 1
      if index < scalars.count, scalars[index] == "%" {
        literal.append(UInt8(ascii: "%"))
        index += 1
        continue
      }
      flush()
      let part = parseSpec(scalars, &index)
      parts.append(part)
      if case .conversion = part { continue }
      return parts
    }
    flush()
    return parts
  }

  private static func parseSpec(_ scalars: [Unicode.Scalar], _ index: inout Int) -> Part {
    var spec = PercentSpec(0)
    func peek() -> Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }
    if peek() == "(" { return .wrongType("format requires a mapping") }
    flags: while let flag = peek() {
      switch flag {
      case "-": spec.isLeftAligned = true
      case "+": spec.showsPlus = true
      case " ": spec.showsSpace = true
      case "#": spec.isAlternate = true
      case "0": spec.padsZeros = true
      default: break flags
      }
      index += 1
    }
    if peek() == "*" { return .wrongType("* wants int") }
    guard let width = parseNumber(scalars, &index) else { return .invalid("width too big") }
    spec.width = width
    if peek() == "." {
      index += 1
      if peek() == "*" { return .wrongType("* wants int") }
      guard let precision = parseNumber(scalars, &index) else { return .invalid("precision too big") }
      spec.precision = precision
    }
    if let length = peek(), length == "h" || length == "l" || length == "L" { index += 1 }
    guard let letter = peek() else { return .invalid("incomplete format") }
    guard letter.isASCII, "diouxXeEfFgGcrsa".unicodeScalars.contains(letter) else {
      let code = String(letter.value, radix: 16)
      let shown = letter.value > 31 && letter.value < 127 ? Character(letter) : "?"
      return .invalid("unsupported format character '\(shown)' (0x\(code)) at index \(index)")
    }
    index += 1
    spec.conversion = UInt8(letter.value)
    return .conversion(spec)
  }

  private static func parseNumber(_ scalars: [Unicode.Scalar], _ index: inout Int) -> Int? {
    var number = 0
    while index < scalars.count,
      let digit = scalars[index].properties.numericType == .decimal
        ? Int(exactly: Int(scalars[index].value) - 48) : nil, digit >= 0, digit <= 9
    {
      number = number * 10 + digit
      if number > largestNumber { return nil }
      index += 1
    }
    return number
  }
}
