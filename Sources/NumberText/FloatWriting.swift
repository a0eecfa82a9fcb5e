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
  /// Cost: some 15 ns up to a precision of 18; beyond that, exact arithmetic takes microseconds.
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
    if value == 0, precision <= 16 {
      appendFixed(0, fractionDigits: precision, style)
    } else if precision <= 16, value.magnitude < 1e19, let digits = ScaledDouble(value).scaled(by: precision) {
      appendFixed(digits, fractionDigits: precision, style)
    } else {
      appendFixedExactly(DecimalDigits(exactly: value), precision, style)
    }
  }

  /// Appends a number as `%.{precision}g` does.
  public mutating func appendGeneral(_ value: Double, _ style: FloatStyle) {
    guard appendSignOrSpecial(value, style) else { return }
    let precision = max(1, style.precision)
    guard precision <= 17, !style.isAlternate,
      let (digits, exponent) = TextBuffer.significantDigits(value, count: precision)
    else {
      appendGeneralExactly(DecimalDigits(exactly: value), precision, style)
      return
    }
    let text = SeventeenDigits(digits &* PowersOfTen.small[17 &- precision])
    if exponent < -4 || exponent >= precision {
      append(scientific: text, exponent: exponent, style)
    } else {
      append(positional: text, exponent: exponent, minFractionDigits: 0)
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
    reserve(40)
    let start = unsafe UnsafeMutableRawPointer(end)
    // The digits are filled up with zeros to 11 or 19, three of them in front, and are all written; what is beyond
    // `count` is written over later.
    // Safe: 40 bytes were reserved; at most 20 and the exponent's are written.
    var head: UInt64
    if count <= 11 {
      let (upper, lower) = (digits &* PowersOfTen.small[11 &- count]).quotientAndRemainder(dividingBy: 100_000_000)
      head = upper
      unsafe (start + 4).storeBytes(of: TextBuffer.eight(lower), as: UInt64.self)
    } else {
      let (upper, lower) = (digits &* PowersOfTen.small[19 &- count]).quotientAndRemainder(dividingBy: 100_000_000)
      let (top, middle) = upper.quotientAndRemainder(dividingBy: 100_000_000)
      head = top
      unsafe (start + 4).storeBytes(of: TextBuffer.eight(middle), as: UInt64.self)
      unsafe (start + 12).storeBytes(of: TextBuffer.eight(lower), as: UInt64.self)
    }
    let first = head / 100
    head &-= first &* 100
    unsafe start.storeBytes(of: UInt8(truncatingIfNeeded: first) &+ 48, as: UInt8.self)
    unsafe (start + 1).storeBytes(of: UInt8(ascii: "."), as: UInt8.self)
    unsafe (start + 2).storeBytes(of: TextBuffer.pair(head), as: UInt16.self)
    advance(count > 1 ? count &+ 1 : style.isAlternate ? 2 : 1)
    appendExponent(exponent, style)
  }

  @inline(__always)
  mutating func appendExponent(_ exponent: Int, _ style: FloatStyle) {
    reserve(8)
    let magnitude = Int(truncatingIfNeeded: exponent.magnitude)
    let isNegative = UInt16(truncatingIfNeeded: UInt(bitPattern: exponent) &>> 63)
    let letter: UInt16 = style.isUppercase ? 0x45 : 0x65
    // Safe: 8 bytes were reserved.
    let start = unsafe UnsafeMutableRawPointer(end)
    // A plus is 0x2B, a minus 0x2D.
    unsafe start.storeBytes(of: (letter | (0x2B &+ isNegative &* 2) &<< 8).littleEndian, as: UInt16.self)
    if magnitude < 100 {
      unsafe (start + 2).storeBytes(of: TextBuffer.pair(UInt64(truncatingIfNeeded: magnitude)), as: UInt16.self)
      advance(4)
    } else {
      let hundreds = UInt8(truncatingIfNeeded: magnitude / 100)
      unsafe (start + 2).storeBytes(of: hundreds &+ 48, as: UInt8.self)
      unsafe (start + 3).storeBytes(of: TextBuffer.pair(UInt64(truncatingIfNeeded: magnitude % 100)), as: UInt16.self)
      advance(5)
    }
  }

  /// `12.34` from 1234 and two digits behind the point, of which there are at most 16.
  @inline(__always)
  private mutating func appendFixed(_ digits: UInt64, fractionDigits: Int, _ style: FloatStyle) {
    reserve(64)
    let (whole, fraction) = digits.quotientAndRemainder(dividingBy: PowersOfTen.small[fractionDigits])
    // Safe: 64 bytes were reserved; at most 20 digits, a point and 16 digits are written.
    unsafe advance(TextBuffer.writeDecimal(whole, at: UnsafeMutableRawPointer(end)))
    let start = unsafe UnsafeMutableRawPointer(end)
    unsafe start.storeBytes(of: UInt8(ascii: "."), as: UInt8.self)
    if fractionDigits <= 8 {
      let aligned = fraction &* PowersOfTen.small[8 &- fractionDigits]
      unsafe (start + 1).storeBytes(of: TextBuffer.eight(aligned), as: UInt64.self)
    } else {
      let aligned = fraction &* PowersOfTen.small[16 &- fractionDigits]
      let (upper, lower) = aligned.quotientAndRemainder(dividingBy: 100_000_000)
      unsafe (start + 1).storeBytes(of: TextBuffer.eight(upper), as: UInt64.self)
      unsafe (start + 9).storeBytes(of: TextBuffer.eight(lower), as: UInt64.self)
    }
    advance(fractionDigits > 0 ? fractionDigits &+ 1 : style.isAlternate ? 1 : 0)
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
