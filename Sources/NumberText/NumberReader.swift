/// Reads numbers from bytes: the kernels below text files.
///
/// Each function reads the longest number that begins at a position, without white space on either side, and moves
/// the position behind it; whether what follows is fit to follow is the caller's to judge. Bytes are read within the
/// span only.
public enum NumberReader {
  /// The byte at a position within the span.
  @inlinable @inline(__always)
  static func byte(_ text: RawSpan, _ position: Int) -> UInt8 {
    // Safe: every caller has compared the position with the span's end.
    unsafe text.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
  }

  /// Eight bytes from a position, the first one lowest, of which all lie within the span.
  @inlinable @inline(__always)
  static func eightBytes(_ text: RawSpan, _ position: Int) -> UInt64 {
    // Safe: every caller has compared the position + 8 with the span's end.
    UInt64(littleEndian: unsafe text.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self))
  }

  /// Whether all eight bytes are digits (D. Lemire, "Quickly determining if a string is made of digits", 2018).
  @inlinable @inline(__always)
  static func areDigits(_ word: UInt64) -> Bool {
    (word & 0xF0F0_F0F0_F0F0_F0F0)
      | (((word &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0) >> 4) == 0x3333_3333_3333_3333
  }

  /// The number that eight digits spell (Ĳ. Kendall's and W. Muła's multiplication by pairs, fours and eight).
  @inlinable @inline(__always)
  static func eightDigits(_ word: UInt64) -> UInt64 {
    let digits = word &- 0x3030_3030_3030_3030
    let pairs = (digits &* 10) &+ (digits >> 8)
    let low = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    let high = ((pairs >> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
    return (low &+ high) >> 32
  }

  /// Reads digits into `number` (wrapping around beyond 19); returns how many.
  @inlinable @inline(__always)
  static func readDigits(_ text: RawSpan, _ position: inout Int, into number: inout UInt64) -> Int {
    let start = position
    let end = text.byteCount
    while end &- position >= 8 {
      let word = eightBytes(text, position)
      guard areDigits(word) else { break }
      number = number &* 100_000_000 &+ eightDigits(word)
      position &+= 8
    }
    while position < end {
      let digit = byte(text, position) &- 48
      guard digit < 10 else { break }
      number = number &* 10 &+ UInt64(digit)
      position &+= 1
    }
    return position &- start
  }

  /// Reads `[+-]digits` as NumPy's `loadtxt` reads integers.
  ///
  /// - Returns: The magnitude and sign, or `nil` if there is no digit, or the magnitude does not fit 64 bits.
  @inlinable @inline(__always)
  public static func integer(_ text: RawSpan, _ position: inout Int) -> (magnitude: UInt64, isNegative: Bool)? {
    let end = text.byteCount
    guard position < end else { return nil }
    let first = byte(text, position)
    let isNegative = first == UInt8(ascii: "-")
    if isNegative || first == UInt8(ascii: "+") { position &+= 1 }
    let start = position
    var number: UInt64 = 0
    // Most numbers in tables are short: eight digits at once pay off only from there on.
    while position < end {
      let digit = byte(text, position) &- 48
      guard digit < 10 else { break }
      number = number &* 10 &+ UInt64(digit)
      position &+= 1
      if position &- start == 4 {
        _ = readDigits(text, &position, into: &number)
        break
      }
    }
    let count = position &- start
    if count == 0 { return nil }
    if count > 19 { return longInteger(text, start, &position, isNegative) }
    return (number, isNegative)
  }

  /// An integer of 20 digits or more, leading zeros among them perhaps.
  @usableFromInline @inline(never)
  static func longInteger(
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
  /// - Cost: 20 to 30 ns.
  public static func double(_ text: RawSpan, _ position: inout Int) -> Double? {
    var decimal = ScannedDecimal()
    guard scan(text, &position, into: &decimal) else { return special(text, &position) }
    if decimal.isPlain {
      // Both are exact doubles, so that one rounding is all there is (W. Clinger, PLDI 1990).
      if decimal.number < 1 << 53, decimal.power >= -22, decimal.power <= 22 {
        let number = Double(Int64(bitPattern: decimal.number))
        let value =
          decimal.power < 0 ? number / exactPowers[-decimal.power] : number * exactPowers[decimal.power]
        return decimal.isNegative ? -value : value
      }
      if let value = BinaryFormat.float64.round(decimal.number, power: decimal.power) {
        return assemble(value, decimal.isNegative)
      }
    }
    return assemble(exact(text, decimal, .float64), decimal.isNegative)
  }

  /// As ``double(_:_:)``, rounded once to a `Float`.
  public static func float(_ text: RawSpan, _ position: inout Int) -> Float? {
    var decimal = ScannedDecimal()
    guard scan(text, &position, into: &decimal) else { return special(text, &position).map { Float($0) } }
    var value: BinaryFormat.Value?
    if decimal.isPlain { value = BinaryFormat.float32.round(decimal.number, power: decimal.power) }
    let rounded = value ?? exact(text, decimal, .float32)
    return Float(
      sign: decimal.isNegative ? .minus : .plus, exponentBitPattern: UInt(rounded.biasedExponent),
      significandBitPattern: UInt32(truncatingIfNeeded: rounded.significand) & 0x7F_FFFF)
  }

  /// As ``double(_:_:)``, rounded once to the bits of a `Float16`.
  public static func float16Bits(_ text: RawSpan, _ position: inout Int) -> UInt16? {
    var decimal = ScannedDecimal()
    guard scan(text, &position, into: &decimal) else {
      return special(text, &position).map { value in
        let magnitude: UInt16 = value.isNaN ? 0x7E00 : 0x7C00
        return value.sign == .minus ? magnitude | 0x8000 : magnitude
      }
    }
    var value: BinaryFormat.Value?
    if decimal.isPlain { value = BinaryFormat.float16.round(decimal.number, power: decimal.power) }
    let rounded = value ?? exact(text, decimal, .float16)
    return (decimal.isNegative ? 0x8000 : 0) | UInt16(rounded.biasedExponent) << 10
      | UInt16(truncatingIfNeeded: rounded.significand) & 0x3FF
  }

  /// As ``double(_:_:)``, rounded once to the 80 bits of an x87 number.
  public static func extended(_ text: RawSpan, _ position: inout Int) -> ExtendedFloat? {
    var decimal = ScannedDecimal()
    guard scan(text, &position, into: &decimal) else {
      return special(text, &position).map { ExtendedFloat($0) }
    }
    let value = exact(text, decimal, .extended)
    let isInfinite = value == BinaryFormat.extended.infinity
    return ExtendedFloat(
      significand: isInfinite ? 1 << 63 : value.significand,
      signAndExponent: UInt16(value.biasedExponent) | (decimal.isNegative ? 0x8000 : 0))
  }

  @inline(__always)
  private static func assemble(_ value: BinaryFormat.Value, _ isNegative: Bool) -> Double {
    Double(
      bitPattern: (isNegative ? 1 << 63 : 0) | UInt64(truncatingIfNeeded: value.biasedExponent) << 52
        | value.significand & 0xF_FFFF_FFFF_FFFF)
  }

  /// The powers of ten that are doubles.
  private static let exactPowers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21,
    1e22,
  ]
}
