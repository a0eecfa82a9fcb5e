/// Doubles in fixed and scientific notation, as C's `printf` and Python's `%` write them: correctly rounded.
extension TextBuffer {
  /// How a number is to be spelled beyond its digits.
  public struct FloatStyle: Sendable, Hashable {
    /// Digits behind the point (`%e`, `%f`), or significant digits (`%g`).
    public var precision: Int
    /// `#`: always a point, and `%g` keeps its zeros.
    public var isAlternate: Bool
    /// `E`, `INF`, `NAN` instead of `e`, `inf`, `nan`.
    public var isUppercase: Bool

    /// Makes a style.
    public init(precision: Int, isAlternate: Bool = false, isUppercase: Bool = false) {
      self.precision = precision
      self.isAlternate = isAlternate
      self.isUppercase = isUppercase
    }
  }

  /// Appends `nan`, `inf` or, for finite numbers, a minus where the sign bit is set; returns whether it is finite.
  @inline(__always)
  private mutating func appendSignOrSpecial(_ value: Double, _ style: FloatStyle) -> Bool {
    if value.bitPattern & 0x7FF0_0000_0000_0000 != 0x7FF0_0000_0000_0000 {
      if value.sign == .minus { append(UInt8(ascii: "-")) }
      return true
    }
    appendSpecial(value, style)
    return false
  }

  @inline(never)
  private mutating func appendSpecial(_ value: Double, _ style: FloatStyle) {
    if value.isNaN {
      append(style.isUppercase ? "NAN" : "nan")
    } else {
      if value < 0 { append(UInt8(ascii: "-")) }
      append(style.isUppercase ? "INF" : "inf")
    }
  }

  /// Appends a number as `%.{precision}e` does.
  ///
  /// Cost: some 20 ns up to a precision of 18; beyond that, exact arithmetic takes microseconds.
  public mutating func appendScientific(_ value: Double, _ style: FloatStyle) {
    guard appendSignOrSpecial(value, style) else { return }
    let precision = max(0, style.precision)
    if precision <= 18, let (digits, exponent) = TextBuffer.significantDigits(value, count: precision + 1) {
      appendScientific(digits, count: precision + 1, exponent: exponent, style)
    } else {
      appendScientificExactly(DecimalDigits(exactly: value), precision, style)
    }
  }

  /// Appends a number as `%.{precision}f` does.
  public mutating func appendFixed(_ value: Double, _ style: FloatStyle) {
    guard appendSignOrSpecial(value, style) else { return }
    let precision = max(0, style.precision)
    if value == 0 {
      appendFixed(0, fractionDigits: precision, style)
    } else if precision <= 18, value.magnitude < 1e19, let digits = ScaledDouble(value).scaled(by: precision) {
      appendFixed(digits, fractionDigits: precision, style)
    } else {
      appendFixedExactly(DecimalDigits(exactly: value), precision, style)
    }
  }

  /// Appends a number as `%.{precision}g` does.
  public mutating func appendGeneral(_ value: Double, _ style: FloatStyle) {
    guard appendSignOrSpecial(value, style) else { return }
    let precision = max(1, style.precision)
    guard precision <= 19, let (digits, exponent) = TextBuffer.significantDigits(value, count: precision)
    else {
      appendGeneralExactly(DecimalDigits(exactly: value), precision, style)
      return
    }
    var significant = digits
    var count = precision
    if !style.isAlternate {
      // Take zeros off the end, eight at a time first; a zero itself keeps one digit.
      while count > 8, significant % 100_000_000 == 0, significant != 0 {
        significant /= 100_000_000
        count -= 8
      }
      while count > 1, significant % 10 == 0 {
        significant /= 10
        count -= 1
      }
    }
    if exponent < -4 || exponent >= precision {
      appendScientific(significant, count: count, exponent: exponent, style)
    } else if exponent >= count {
      // Zeros stand between the digits and the point.
      appendFixed(significant, fractionDigits: 0, FloatStyle(precision: 0))
      append(repeating: 48, count: exponent - count + 1)
      if style.isAlternate { append(UInt8(ascii: ".")) }
    } else {
      appendFixed(significant, fractionDigits: count - 1 - exponent, style)
    }
  }

  /// The first `count` (1 to 19) digits of a finite number, rounded, and the power of ten of the first; `nil` where
  /// only exact arithmetic can tell.
  @inline(__always)
  static func significantDigits(_ value: Double, count: Int) -> (digits: UInt64, exponent: Int)? {
    if value == 0 { return (0, 0) }
    let number = ScaledDouble(value)
    var exponent = number.decimalExponent
    guard var digits = number.scaled(by: count &- 1 &- exponent) else { return nil }
    let least = PowersOfTen.small[count &- 1]
    if digits < least {
      // The estimate of the exponent was one too high.
      exponent -= 1
      guard let more = number.scaled(by: count &- 1 &- exponent) else { return nil }
      digits = more
    }
    if count < 19 ? digits >= PowersOfTen.small[count] : digits >= 10_000_000_000_000_000_000 {
      digits /= 10
      exponent += 1
    }
    return (digits, exponent)
  }

  /// `1.234e+05` from the digits 1234.
  @inline(__always)
  private mutating func appendScientific(_ digits: UInt64, count: Int, exponent: Int, _ style: FloatStyle) {
    reserve(32)
    // The digits are written one place further right, then the first one steps over the point.
    // Safe: 32 bytes were reserved; at most 19 digits, a point and an exponent of 5 bytes are written.
    let start = unsafe end
    unsafe TextBuffer.write(digits, length: count, at: start + 1)
    unsafe start[0] = start[1]
    if count > 1 || style.isAlternate {
      unsafe start[1] = UInt8(ascii: ".")
      advance(count + 1)
    } else {
      advance(1)
    }
    appendExponent(exponent, style)
  }

  @inline(__always)
  private mutating func appendExponent(_ exponent: Int, _ style: FloatStyle) {
    reserve(8)
    let magnitude = Int(truncatingIfNeeded: exponent.magnitude)
    // Safe: 8 bytes were reserved.
    let start = unsafe end
    unsafe start[0] = UInt8(ascii: style.isUppercase ? "E" : "e")
    unsafe start[1] = UInt8(ascii: exponent < 0 ? "-" : "+")
    advance(2)
    if magnitude < 100 {
      appendPair(magnitude)
    } else {
      let length = magnitude < 1000 ? 3 : 4
      unsafe TextBuffer.write(UInt64(magnitude), length: length, at: start + 2)
      advance(length)
    }
  }

  /// `12.34` from 1234 and two digits behind the point.
  @inline(__always)
  private mutating func appendFixed(_ digits: UInt64, fractionDigits: Int, _ style: FloatStyle) {
    reserve(48 + max(0, fractionDigits))
    let length = max(TextBuffer.decimalLength(digits), fractionDigits + 1)
    let whole = length - fractionDigits
    // Safe: length is at most 20 or fractionDigits + 1, and that and the point were reserved.
    let start = unsafe end
    unsafe TextBuffer.write(digits, length: length, at: start)
    advance(length)
    if fractionDigits > 0 {
      unsafe (start + whole + 1).update(from: start + whole, count: fractionDigits)
      unsafe start[whole] = UInt8(ascii: ".")
      advance(1)
    } else if style.isAlternate {
      append(UInt8(ascii: "."))
    }
  }

  // MARK: Exactly, for any precision

  @inline(never)
  mutating func appendScientificExactly(_ exact: DecimalDigits, _ precision: Int, _ style: FloatStyle) {
    let rounded = exact.rounded(toSignificantDigits: precision + 1)
    appendScientific(of: rounded, fractionDigits: precision, style)
  }

  private mutating func appendScientific(of rounded: DecimalDigits, fractionDigits: Int, _ style: FloatStyle) {
    append(48 + (rounded.digits.first ?? 0))
    if fractionDigits > 0 || style.isAlternate { append(UInt8(ascii: ".")) }
    let known = rounded.digits.dropFirst()
    for digit in known { append(48 + digit) }
    append(repeating: 48, count: fractionDigits - known.count)
    appendExponent(rounded.exponent, style)
  }

  @inline(never)
  mutating func appendFixedExactly(_ exact: DecimalDigits, _ precision: Int, _ style: FloatStyle) {
    let rounded = exact.rounded(toFractionDigits: precision)
    appendFixed(of: rounded, fractionDigits: precision, style)
  }

  private mutating func appendFixed(of rounded: DecimalDigits, fractionDigits: Int, _ style: FloatStyle) {
    let point = rounded.pointPosition
    if point <= 0 {
      append(48)
    } else {
      for digit in rounded.digits.prefix(point) { append(48 + digit) }
      append(repeating: 48, count: point - rounded.digits.count)
    }
    if fractionDigits > 0 || style.isAlternate { append(UInt8(ascii: ".")) }
    guard fractionDigits > 0 else { return }
    let zeros = min(fractionDigits, max(0, -point))
    append(repeating: 48, count: zeros)
    let rest = rounded.digits.dropFirst(max(0, point))
    for digit in rest { append(48 + digit) }
    append(repeating: 48, count: fractionDigits - zeros - rest.count)
  }

  @inline(never)
  mutating func appendGeneralExactly(_ exact: DecimalDigits, _ precision: Int, _ style: FloatStyle) {
    let rounded = exact.rounded(toSignificantDigits: precision)
    let exponent = rounded.exponent
    let significant = style.isAlternate ? precision : max(1, rounded.digits.count)
    if exponent < -4 || exponent >= precision {
      appendScientific(of: rounded, fractionDigits: significant - 1, style)
    } else {
      appendFixed(of: rounded, fractionDigits: max(0, significant - 1 - exponent), style)
    }
  }
}
