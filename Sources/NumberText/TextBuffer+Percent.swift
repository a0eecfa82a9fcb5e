/// Values under a conversion with all its flags: Python's `unicode_format_arg_output` (Objects/unicodeobject.c).
extension TextBuffer {
  /// Appends a float under `%e`, `%f`, `%g` or their uppercase forms.
  package mutating func append(_ value: Double, _ spec: PercentSpec) {
    let start = count
    switch spec.conversion | 0x20 {
    case UInt8(ascii: "e"): appendScientific(value, spec.floatStyle)
    case UInt8(ascii: "f"): appendFixed(value, spec.floatStyle)
    default: appendGeneral(value, spec.floatStyle)
    }
    if !spec.isBare { finishNumber(from: start, prefixLength: 0, spec) }
  }

  /// Appends an integer under `%d`, `%i`, `%u`, `%x`, `%X` or `%o`.
  package mutating func append(magnitude: UInt64, isNegative: Bool, _ spec: PercentSpec) {
    switch spec.conversion {
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      let isUppercase = spec.conversion == UInt8(ascii: "X")
      appendInteger(
        digits: Array(String(magnitude, radix: 16, uppercase: isUppercase).utf8),
        prefix: isUppercase ? "0X" : "0x", isNegative, spec)
    case UInt8(ascii: "o"):
      appendInteger(digits: Array(String(magnitude, radix: 8).utf8), prefix: "0o", isNegative, spec)
    default:
      let start = count
      if isNegative { append(UInt8(ascii: "-")) }
      if let precision = spec.precision {
        append(repeating: 48, count: precision - TextBuffer.decimalLength(magnitude))
      }
      appendDecimal(magnitude)
      if !spec.isBare { finishNumber(from: start, prefixLength: 0, spec) }
    }
  }

  /// Appends the integer part of a finite float under `%d`, all its digits.
  package mutating func append(integerPartOf value: Double, _ spec: PercentSpec) {
    let magnitude = value.magnitude.rounded(.down)
    if magnitude < 0x1p63 {
      append(magnitude: UInt64(magnitude), isNegative: value < 0 && magnitude > 0, spec)
    } else {
      append(integerPartOf: DecimalDigits(exactly: magnitude), isNegative: value < 0, spec)
    }
  }

  /// Appends the integer part of an exact decimal number under `%d`.
  package mutating func append(integerPartOf exact: DecimalDigits, isNegative: Bool, _ spec: PercentSpec) {
    var digits = exact.digits.prefix(max(0, exact.pointPosition)).map { $0 + 48 }
    digits += repeatElement(48, count: max(0, exact.pointPosition - digits.count))
    let isZero = digits.isEmpty
    appendInteger(digits: isZero ? [48] : digits, prefix: "", isNegative && !isZero, spec)
  }

  /// Appends an integer by its digits in the base of `%d`, `%x` or `%o`, letters in lower case.
  public mutating func append(digits: [UInt8], isNegative: Bool, _ spec: PercentSpec) {
    switch spec.conversion {
    case UInt8(ascii: "x"): appendInteger(digits: digits, prefix: "0x", isNegative, spec)
    case UInt8(ascii: "X"):
      let uppercase = digits.map { $0 >= UInt8(ascii: "a") ? $0 - 32 : $0 }
      appendInteger(digits: uppercase, prefix: "0X", isNegative, spec)
    case UInt8(ascii: "o"): appendInteger(digits: digits, prefix: "0o", isNegative, spec)
    default: appendInteger(digits: digits, prefix: "", isNegative, spec)
    }
  }

  private mutating func appendInteger(digits: [UInt8], prefix: String, _ isNegative: Bool, _ spec: PercentSpec) {
    let start = count
    if isNegative { append(UInt8(ascii: "-")) }
    let prefixLength = spec.isAlternate ? prefix.utf8.count : 0
    if prefixLength > 0 { append(prefix) }
    append(repeating: 48, count: (spec.precision ?? 0) - digits.count)
    append(digits)
    finishNumber(from: start, prefixLength: prefixLength, spec)
  }

  /// Puts the sign before, and zeros or spaces around, a number written from `start` on.
  private mutating func finishNumber(from start: Int, prefixLength: Int, _ spec: PercentSpec) {
    var hasSign = count > start && self[start] == UInt8(ascii: "-")
    if !hasSign, spec.showsPlus || spec.showsSpace {
      insert(repeating: UInt8(ascii: spec.showsPlus ? "+" : " "), count: 1, at: start)
      hasSign = true
    }
    let missing = spec.width - (count - start)
    guard missing > 0 else { return }
    if spec.isLeftAligned {
      append(repeating: UInt8(ascii: " "), count: missing)
    } else if spec.padsZeros {
      insert(repeating: 48, count: missing, at: start + (hasSign ? 1 : 0) + prefixLength)
    } else {
      insert(repeating: UInt8(ascii: " "), count: missing, at: start)
    }
  }

  /// Fits a text, written in UTF-8 from `start` on, to the precision and width of `%s`, counted in characters as
  /// Python counts them: code points.
  package mutating func finishText(from start: Int, _ spec: PercentSpec) {
    guard spec.width > 0 || spec.precision != nil else { return }
    var characters = 0
    for index in start..<count where self[index] & 0xC0 != 0x80 {
      if characters == spec.precision {
        truncate(to: index)
        break
      }
      characters += 1
    }
    let missing = spec.width - characters
    guard missing > 0 else { return }
    if spec.isLeftAligned {
      append(repeating: UInt8(ascii: " "), count: missing)
    } else {
      insert(repeating: UInt8(ascii: " "), count: missing, at: start)
    }
  }

  /// Appends a code point in UTF-8; a surrogate, which UTF-8 has no form for, as the three bytes it would have.
  package mutating func append(codePoint point: UInt32) {
    switch point {
    case 0..<0x80: append(UInt8(point))
    case 0..<0x800:
      append(UInt8(0xC0 | point >> 6))
      append(UInt8(0x80 | point & 0x3F))
    case 0..<0x1_0000:
      append(UInt8(0xE0 | point >> 12))
      append(UInt8(0x80 | point >> 6 & 0x3F))
      append(UInt8(0x80 | point & 0x3F))
    default:
      append(UInt8(truncatingIfNeeded: 0xF0 | point >> 18))
      append(UInt8(0x80 | point >> 12 & 0x3F))
      append(UInt8(0x80 | point >> 6 & 0x3F))
      append(UInt8(0x80 | point & 0x3F))
    }
  }
}
