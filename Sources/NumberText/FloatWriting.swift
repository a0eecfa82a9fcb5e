/// Doubles in fixed and scientific notation, as C's `printf` and Python's `%` write them: correctly rounded.
extension TextBuffer {
  /// How a number is to be spelled beyond its digits.
  package struct FloatStyle: Sendable, Hashable {
    /// Digits after the point (`%e`, `%f`), or significant digits (`%g`).
    package var precision: Int
    /// `#`: always a point, and `%g` keeps its zeros.
    package var isAlternate: Bool
    /// `E`, `INF`, `NAN` instead of `e`, `inf`, `nan`.
    package var isUppercase: Bool

    /// Makes a style.
    package init(precision: Int, isAlternate: Bool = false, isUppercase: Bool = false) {
      self.precision = precision
      self.isAlternate = isAlternate
      self.isUppercase = isUppercase
    }
  }

  /// Appends `nan`, `inf` or, for finite numbers, a minus where the sign bit is set; returns whether it is finite.
  @inline(__always)
  mutating func appendSignOrSpecial(_ value: Double, _ style: FloatStyle) -> Bool {
    if value.bitPattern & 0x7FF0_0000_0000_0000 != 0x7FF0_0000_0000_0000 {
      reserve(1)
      // Safe: room was reserved. Signs are as good as random: written in any case, counted without a branch.
      unsafe end.pointee = UInt8(ascii: "-")
      advance(Int(truncatingIfNeeded: value.bitPattern &>> 63))
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
  /// Cost: some 7 ns up to a precision of 18; beyond that, exact arithmetic takes microseconds.
  package mutating func appendScientific(_ value: Double, _ style: FloatStyle) {
    reserve(NumberWriter.room)
    // Safe: room was reserved.
    if let end = unsafe NumberWriter.scientific(value, style, at: UnsafeMutableRawPointer(end)) {
      return unsafe setEnd(end)
    }
    guard appendSignOrSpecial(value, style) else { return }
    appendScientificExactly(DecimalDigits(exactly: value), max(0, style.precision), style)
  }

  /// Appends a number as `%.{precision}f` does.
  package mutating func appendFixed(_ value: Double, _ style: FloatStyle) {
    reserve(NumberWriter.room)
    // Safe: room was reserved.
    if let end = unsafe NumberWriter.fixed(value, style, at: UnsafeMutableRawPointer(end)) {
      return unsafe setEnd(end)
    }
    guard appendSignOrSpecial(value, style) else { return }
    let precision = max(0, style.precision)
    if value == 0, precision <= 16 {
      appendFixed(0, fractionDigits: precision, style)
    } else if precision <= 16, value.magnitude < 1e19, let digits = ScaledDouble(value).scaled(by: precision) {
      appendFixed(digits, fractionDigits: precision, style)
    } else {
      appendFixedExactly(DecimalDigits(exactly: value), precision, style)
    }
  }

  /// Appends a number as `%.{precision}g` does.
  package mutating func appendGeneral(_ value: Double, _ style: FloatStyle) {
    reserve(NumberWriter.room)
    // Safe: room was reserved.
    if let end = unsafe NumberWriter.general(value, style, at: UnsafeMutableRawPointer(end)) {
      return unsafe setEnd(end)
    }
    guard appendSignOrSpecial(value, style) else { return }
    appendGeneralExactly(DecimalDigits(exactly: value), max(1, style.precision), style)
  }

  mutating func appendExponent(_ exponent: Int, _ style: FloatStyle) {
    reserve(8)
    // Safe: 8 bytes were reserved.
    unsafe setEnd(NumberWriter.writeExponent(exponent, style, at: UnsafeMutableRawPointer(end)))
  }

  /// `12.34` from 1234 and two digits after the point, of which there are at most 16.
  private mutating func appendFixed(_ digits: UInt64, fractionDigits: Int, _ style: FloatStyle) {
    let (whole, fraction) = digits.quotientAndRemainder(dividingBy: PowersOfTen.small[fractionDigits])
    appendDecimal(whole)
    if fractionDigits > 0 || style.isAlternate { append(UInt8(ascii: ".")) }
    guard fractionDigits > 0 else { return }
    append(repeating: 48, count: fractionDigits &- TextBuffer.decimalLength(fraction))
    appendDecimal(fraction)
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
