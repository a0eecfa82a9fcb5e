/// Reads numbers from bytes: the kernels below text files.
///
/// Each function reads the longest number that begins at a position, without white space on either side, and moves
/// the position after it; whether what follows is fit to follow is the caller's to judge. Bytes are read within the
/// span only.
package enum NumberReader {
  /// The byte at a position within the span.
  @inline(__always)
  static func byte(_ text: RawSpan, _ position: Int) -> UInt8 {
    // Safe: every caller has compared the position with the span's end.
    unsafe text.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
  }

  /// 1 if a byte is a certain one, else 0, without a branch: signs are as good as random, and a branch on them would cost
  /// more than all the digits.
  @inline(__always)
  static func bit(_ byte: UInt8, is other: UInt8) -> Int {
    Int(truncatingIfNeeded: (UInt64(byte ^ other) &- 1) &>> 63)
  }

  /// Eight bytes from a position, the first one lowest, of which all lie within the span.
  @inline(__always)
  static func eightBytes(_ text: RawSpan, _ position: Int) -> UInt64 {
    // Safe: every caller has compared the position + 8 with the span's end.
    UInt64(littleEndian: unsafe text.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self))
  }

  /// Bytes of text with the digits' upper half taken off: 0 to 9 for digits, more for all others.
  @inlinable @inline(__always)
  package static func digitValues(_ word: UInt64) -> UInt64 { word ^ 0x3030_3030_3030_3030 }

  /// The top bit of each byte that is no digit's value. A carry may set it beyond the first one, but not before.
  @inlinable @inline(__always)
  package static func nonDigits(_ values: UInt64) -> UInt64 {
    ((values &+ 0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080
  }

  /// The number that eight digits spell (Ĳ. Kendall's and W. Muła's multiplication by pairs, fours and eight).
  @inlinable @inline(__always)
  package static func eightDigits(_ digits: UInt64) -> UInt64 {
    let pairs = (digits &* 10) &+ (digits >> 8)
    let low = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    let high = ((pairs >> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
    return (low &+ high) >> 32
  }

  /// Reads digits into `number`, wrapping around beyond 19.
  @inline(__always)
  static func readDigits(_ text: RawSpan, _ position: inout Int, into number: inout UInt64) {
    let end = text.byteCount
    while end &- position >= 8 {
      let values = digitValues(eightBytes(text, position))
      guard nonDigits(values) == 0 else { break }
      number = number &* 100_000_000 &+ eightDigits(values)
      position &+= 8
    }
    while position < end {
      let digit = byte(text, position) &- 48
      guard digit < 10 else { break }
      number = number &* 10 &+ UInt64(digit)
      position &+= 1
    }
  }

  /// Reads `[+-]digits` as NumPy's `loadtxt` reads integers.
  ///
  /// - Returns: The magnitude and sign, or `nil` if there is no digit, or the magnitude does not fit 64 bits.
  @inline(__always)
  package static func integer(_ text: RawSpan, _ position: inout Int) -> (magnitude: UInt64, isNegative: Bool)? {
    let end = text.byteCount
    var place = position
    guard place < end else { return nil }
    let first = byte(text, place)
    // No branch: of integers with signs, half are negative.
    let isNegative = bit(first, is: UInt8(ascii: "-"))
    place &+= isNegative | bit(first, is: UInt8(ascii: "+"))
    let start = place
    var number: UInt64 = 0
    // Most numbers in tables are short: eight digits at once pay off only from there on.
    while place < end, case let digit = byte(text, place) &- 48, digit < 10 {
      number = number &* 10 &+ UInt64(digit)
      place &+= 1
      if place &- start == 4 {
        readManyDigits(text, &place, into: &number)
        break
      }
    }
    let count = place &- start
    if count == 0 { return nil }
    position = place
    if count > 19 { return longInteger(text, start, &position, isNegative != 0) }
    return (number, isNegative != 0)
  }

  /// Reads digits into `number` as ``readDigits(_:_:into:)``, the last few of them at once too: how many there are is as
  /// good as random.
  @inline(__always)
  private static func readManyDigits(_ text: RawSpan, _ position: inout Int, into number: inout UInt64) {
    while text.byteCount &- position >= 8 {
      let values = digitValues(eightBytes(text, position))
      let stop = nonDigits(values)
      guard stop == 0 else {
        let count = stop.trailingZeroBitCount >> 3
        // Zeros are shifted in before them; by eight bytes in two steps, since there may be no digit at all.
        let shift = UInt64(truncatingIfNeeded: 56 &- count &* 8)
        number = number &* PowersOfTen.small[count] &+ eightDigits((values &<< shift) &<< 8)
        position &+= count
        return
      }
      number = number &* 100_000_000 &+ eightDigits(values)
      position &+= 8
    }
    readDigits(text, &position, into: &number)
  }

  /// An integer of 20 digits or more, leading zeros among them perhaps.
  @inline(never)
  private static func longInteger(
    _ text: RawSpan, _ start: Int, _ position: inout Int, _ isNegative: Bool
  ) -> (magnitude: UInt64, isNegative: Bool)? {
    var number: UInt64 = 0
    for index in start..<position {
      let (product, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(byte(text, index) &- 48))
      if overflow || carry { return nil }
      number = sum
    }
    return (number, isNegative)
  }

  /// Reads a number as Python's `float` spells them, without underscores: `12`, `-1.5e-3`, `.5`, `inf`,
  /// `-Infinity`, `nan`. What is too large becomes infinity.
  ///
  /// - Returns: The nearest `Double`, ties to even; `nil` if no number begins here.
  /// - Cost: 10 to 15 ns.
  package static func double(_ text: RawSpan, _ position: inout Int) -> Double? { inlinedDouble(text, &position) }

  /// As ``double(_:_:)``, rounded once to a `Float`.
  package static func float(_ text: RawSpan, _ position: inout Int) -> Float? { inlinedFloat(text, &position) }

  @inline(__always)
  static func inlinedDouble(_ text: RawSpan, _ position: inout Int) -> Double? {
    var decimal = ScannedDecimal()
    guard scan(text, &position, into: &decimal) else { return special(text, &position) }
    return Double(bitPattern: bits(text, decimal, .float64) | decimal.sign)
  }

  @inline(__always)
  static func inlinedFloat(_ text: RawSpan, _ position: inout Int) -> Float? {
    var decimal = ScannedDecimal()
    guard scan(text, &position, into: &decimal) else { return special(text, &position).map { Float($0) } }
    return Float(
      bitPattern: UInt32(truncatingIfNeeded: bits(text, decimal, .float32) | decimal.sign >> 32))
  }

  /// As ``double(_:_:)``, rounded once to the bits of a `Float16`.
  package static func float16Bits(_ text: RawSpan, _ position: inout Int) -> UInt16? {
    var decimal = ScannedDecimal()
    guard scan(text, &position, into: &decimal) else {
      return special(text, &position).map { value in
        let magnitude: UInt16 = value.isNaN ? 0x7E00 : 0x7C00
        return value.sign == .minus ? magnitude | 0x8000 : magnitude
      }
    }
    return UInt16(truncatingIfNeeded: bits(text, decimal, .float16) | decimal.sign >> 48)
  }

  /// Exponent field and fraction of a scanned number, rounded to a format: by one multiplication if that tells, else by
  /// ever more exact arithmetic.
  @inline(__always)
  private static func bits(_ text: RawSpan, _ decimal: ScannedDecimal, _ format: BinaryFormat) -> UInt64 {
    if decimal.isPlain, let bits = format.quickBits(decimal.number, power: decimal.power) { return bits }
    return slowBits(text, decimal, format)
  }

  @inline(never)
  private static func slowBits(_ text: RawSpan, _ decimal: ScannedDecimal, _ format: BinaryFormat) -> UInt64 {
    let value = decimal.isPlain ? format.round(decimal.number, power: decimal.power) : leading(text, decimal, format)
    return format.bits(of: value ?? exact(text, decimal, format))
  }

  /// As ``double(_:_:)``, rounded once to the 80 bits of an x87 number.
  package static func extended(_ text: RawSpan, _ position: inout Int) -> ExtendedFloat? {
    var decimal = ScannedDecimal()
    guard scan(text, &position, into: &decimal) else {
      return special(text, &position).map { ExtendedFloat($0) }
    }
    let format = BinaryFormat.extended
    let quick = decimal.isPlain ? format.round(decimal.number, power: decimal.power) : leading(text, decimal, format)
    let value = quick ?? exact(text, decimal, format)
    let isInfinite = value == BinaryFormat.extended.infinity
    return ExtendedFloat(
      significand: isInfinite ? 1 << 63 : value.significand,
      signAndExponent: UInt16(value.biasedExponent) | UInt16(truncatingIfNeeded: decimal.sign >> 48))
  }
}
