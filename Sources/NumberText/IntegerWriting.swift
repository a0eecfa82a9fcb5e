/// Integers to decimal text, two digits at a time.
///
/// Dividing by 100, or by 10^8 where there are that many digits, saves divisions (A. Alexandrescu, "Three
/// Optimization Tips for C++", 2012); a number is written from its last digit to its first, right where it will stay.
extension TextBuffer {
  /// Appends an integer in decimal, as Python's `%d`.
  @inlinable @inline(__always)
  public mutating func appendDecimal(_ value: Int64) {
    if value < 0 {
      reserve(20)
      // Safe: room was reserved.
      unsafe end.pointee = UInt8(ascii: "-")
      advance(1)
    }
    appendDecimal(value.magnitude)
  }

  /// Appends an integer in decimal, as Python's `%d`.
  @inlinable @inline(__always)
  public mutating func appendDecimal(_ value: UInt64) {
    reserve(20)
    if value < 10 {
      // Safe: room was reserved.
      unsafe end.pointee = UInt8(truncatingIfNeeded: value) &+ 48
      advance(1)
    } else if value < 100 {
      appendPair(Int(truncatingIfNeeded: value))
    } else {
      appendLong(value)
    }
  }

  /// The two digits of a number below 100, as their bytes lie in memory. 103 / 1024 is near enough to a tenth.
  @usableFromInline @inline(__always)
  static func pair(_ value: UInt64) -> UInt16 {
    let tens = (value &* 103) >> 10
    let ones = value &- tens &* 10
    return UInt16(truncatingIfNeeded: 0x3030 &+ tens &+ ones << 8).littleEndian
  }

  /// The eight digits of a number below 10^8, as their bytes lie in memory: all of them in one word, halved three
  /// times (P. Khuong, "How to print integers really fast", 2017).
  @inline(__always)
  static func eight(_ value: UInt64) -> UInt64 {
    let high = value / 10_000
    let fours = high | (value &- high &* 10_000) << 32
    let hundreds = ((fours &* 10_486) >> 20) & 0x0000_007F_0000_007F
    let pairs = (fours &- 100 &* hundreds) << 16 &+ hundreds
    let tens = ((pairs &* 103) >> 10) & 0x000F_000F_000F_000F
    return (0x3030_3030_3030_3030 &+ tens &+ (pairs &- 10 &* tens) << 8).littleEndian
  }

  @usableFromInline @inline(__always)
  mutating func appendPair(_ value: Int) {
    // Safe: room was reserved by the caller.
    unsafe UnsafeMutableRawPointer(end).storeBytes(
      of: TextBuffer.pair(UInt64(truncatingIfNeeded: value)), as: UInt16.self)
    advance(2)
  }

  @usableFromInline
  mutating func appendLong(_ value: UInt64) {
    let length = TextBuffer.decimalLength(value)
    // Safe: room for 20 digits was reserved by the caller.
    unsafe TextBuffer.write(value, length: length, at: end)
    advance(length)
  }

  /// How many decimal digits a number has.
  @inline(__always)
  static func decimalLength(_ value: UInt64) -> Int {
    // log10(2) is 1233 / 4096, near enough for 64 bits; the table corrects the estimate.
    let estimate = ((64 - value.leadingZeroBitCount) * 1233) >> 12
    return estimate + (estimate < 20 && value >= PowersOfTen.small[estimate] ? 1 : 0) + (value == 0 ? 1 : 0)
  }

  /// Writes the lowest `length` digits of a number. There must be room for them.
  @inline(__always)
  static func write(_ value: UInt64, length: Int, at target: UnsafeMutablePointer<UInt8>) {
    var rest = value
    var position = length
    // Safe: positions stay between 0 and `length`.
    while position >= 8 {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 100_000_000)
      position -= 8
      unsafe UnsafeMutableRawPointer(target + position).storeBytes(of: eight(remainder), as: UInt64.self)
      rest = quotient
    }
    while position >= 2 {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 100)
      position -= 2
      unsafe UnsafeMutableRawPointer(target + position).storeBytes(of: pair(remainder), as: UInt16.self)
      rest = quotient
    }
    if position == 1 { unsafe target[0] = UInt8(truncatingIfNeeded: rest % 10) &+ 48 }
  }
}
