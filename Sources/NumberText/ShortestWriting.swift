/// A number's digits made ready to be written: 17 of them, the first not 0 unless all are, and how many are left
/// without the zeros at the end.
struct SeventeenDigits {
  private let first: UInt8
  /// The second digit to the ninth, the second lowest; then the tenth to the last.
  private let middle: UInt64
  private let last: UInt64
  /// How many digits stand before the zeros at the end; 1 at least.
  let count: Int

  /// - Parameter number: Below 10^17.
  @inline(__always)
  init(_ number: UInt64) {
    let (upper, lower) = number.quotientAndRemainder(dividingBy: 100_000_000)
    let (top, middle) = upper.quotientAndRemainder(dividingBy: 100_000_000)
    first = UInt8(truncatingIfNeeded: top) &+ 48
    self.middle = TextBuffer.eightDigits(middle)
    last = TextBuffer.eightDigits(lower)
    let isLong = last != 0
    count = (isLong ? 17 : 9) &- (isLong ? last : self.middle).leadingZeroBitCount &>> 3
  }

  /// Writes all digits: 17 bytes.
  @inline(__always)
  func write(at target: UnsafeMutableRawPointer) {
    // Safe: the caller has room for 17 bytes.
    unsafe target.storeBytes(of: first, as: UInt8.self)
    unsafe (target + 1).storeBytes(of: (middle | 0x3030_3030_3030_3030).littleEndian, as: UInt64.self)
    unsafe (target + 9).storeBytes(of: (last | 0x3030_3030_3030_3030).littleEndian, as: UInt64.self)
  }
}

extension TextBuffer {
  /// When the shortest digits of a number are written with an exponent.
  public struct ShortestStyle: Sendable, Hashable {
    /// From this power of ten on.
    public var largestExponent: Int
    /// Whether the number itself is small enough for one.
    public var isSmall: Bool
    /// The digits behind the point that there are at least, without an exponent.
    public var minFractionDigits: Int

    /// Makes a style.
    public init(largestExponent: Int, isSmall: Bool, minFractionDigits: Int) {
      self.largestExponent = largestExponent
      self.isSmall = isSmall
      self.minFractionDigits = minFractionDigits
    }
  }

  /// Appends the shortest digits of a finite number without its sign: `1.5`, `1e-05`.
  @inline(__always)
  public mutating func append(_ number: ShortestDecimal, _ style: ShortestStyle) {
    let length = TextBuffer.decimalLength(number.digits)
    let text = SeventeenDigits(number.digits &* PowersOfTen.small[17 &- length])
    let exponent = number.power &+ length &- 1
    if number.digits != 0, exponent >= style.largestExponent || style.isSmall {
      append(scientific: text, exponent: exponent, FloatStyle(precision: 0))
    } else {
      append(positional: text, exponent: exponent, minFractionDigits: style.minFractionDigits)
    }
  }

  /// Appends `12.34`, with at least so many digits (0 or 1) behind the point, and no point without any.
  @inline(__always)
  mutating func append(positional text: SeventeenDigits, exponent: Int, minFractionDigits: Int) {
    reserve(64)
    let start = unsafe UnsafeMutableRawPointer(end)
    if exponent < 0 {
      guard exponent > -8 else { return appendTiny(text, exponent) }
      // Safe: 64 bytes were reserved; 8, and 17 from the ninth at most, are written.
      unsafe start.storeBytes(of: UInt64(0x3030_3030_3030_2E30).littleEndian, as: UInt64.self)
      let place = 1 &- exponent
      unsafe text.write(at: start + place)
      advance(place &+ text.count)
      return
    }
    let whole = exponent &+ 1
    guard whole <= 17 else { return appendHuge(text, exponent, minFractionDigits) }
    // Written one place further right, then the digits before the point step back over it.
    // Safe: 18 of 64 bytes are written, and `whole` is at most 17.
    unsafe text.write(at: start + 1)
    for index in 0..<whole {
      unsafe start.storeBytes(
        of: start.load(fromByteOffset: index &+ 1, as: UInt8.self), toByteOffset: index, as: UInt8.self)
    }
    unsafe start.storeBytes(of: UInt8(ascii: "."), toByteOffset: whole, as: UInt8.self)
    let fraction = text.count &- whole
    if fraction > 0 {
      advance(text.count &+ 1)
    } else {
      advance(whole)
      if minFractionDigits > 0 {
        append(UInt8(ascii: "."))
        append(48)
      }
    }
  }

  /// `0.00000000012`.
  @inline(never)
  private mutating func appendTiny(_ text: SeventeenDigits, _ exponent: Int) {
    append(48)
    append(UInt8(ascii: "."))
    append(repeating: 48, count: -1 - exponent)
    reserve(17)
    // Safe: 17 bytes were reserved.
    unsafe text.write(at: UnsafeMutableRawPointer(end))
    advance(text.count)
  }

  /// `120000000000000000000.0`.
  @inline(never)
  private mutating func appendHuge(_ text: SeventeenDigits, _ exponent: Int, _ minFractionDigits: Int) {
    reserve(17)
    // Safe: 17 bytes were reserved.
    unsafe text.write(at: UnsafeMutableRawPointer(end))
    advance(17)
    append(repeating: 48, count: exponent - 16)
    if minFractionDigits > 0 { append(".0") }
  }

  /// Appends `1.234e+05`.
  @inline(__always)
  mutating func append(scientific text: SeventeenDigits, exponent: Int, _ style: FloatStyle) {
    reserve(40)
    // Written one place further right, then the first digit steps back over the point.
    // Safe: 18 of 40 bytes are written.
    let start = unsafe UnsafeMutableRawPointer(end)
    unsafe text.write(at: start + 1)
    unsafe start.storeBytes(of: start.load(fromByteOffset: 1, as: UInt8.self), as: UInt8.self)
    unsafe (start + 1).storeBytes(of: UInt8(ascii: "."), as: UInt8.self)
    advance(text.count > 1 ? text.count &+ 1 : 1)
    appendExponent(exponent, style)
  }
}
