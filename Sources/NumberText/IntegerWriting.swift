/// Integers to decimal text, eight digits at a time.
///
/// The digits of a number below 10^8 are made all at once in one word (P. Khuong, "How to print integers really fast",
/// 2017); zeros in front are shifted out, so that no branch depends on how many digits there are.
extension TextBuffer {
  /// Appends an integer in decimal, as Python's `%d`.
  @inlinable @inline(__always)
  public mutating func appendDecimal(_ value: Int64) {
    reserve(40)
    // Safe: room was reserved. The sign is written in any case, and counts if there is one.
    unsafe end.pointee = UInt8(ascii: "-")
    advance(Int(truncatingIfNeeded: UInt64(bitPattern: value) &>> 63))
    unsafe advance(TextBuffer.writeDecimal(value.magnitude, at: UnsafeMutableRawPointer(end)))
  }

  /// Appends an integer in decimal, as Python's `%d`.
  @inlinable @inline(__always)
  public mutating func appendDecimal(_ value: UInt64) {
    reserve(40)
    // Safe: room was reserved.
    unsafe advance(TextBuffer.writeDecimal(value, at: UnsafeMutableRawPointer(end)))
  }

  /// Writes the digits of a number; returns how many. There must be room for 32 bytes.
  @inlinable @inline(__always)
  static func writeDecimal(_ value: UInt64, at target: UnsafeMutableRawPointer) -> Int {
    // Safe: at most 20 digits, and 7 bytes behind the first few, are written.
    if value < 100 {
      // Small numbers are common enough to save them the multiplications.
      let isShort = value < 10
      unsafe target.storeBytes(of: pair(value) >> (isShort ? 8 : 0), as: UInt16.self)
      return isShort ? 1 : 2
    }
    if value < 100_000_000 { return unsafe writeShort(value, at: target) }
    return unsafe writeLong(value, at: target)
  }

  @usableFromInline
  static func writeLong(_ value: UInt64, at target: UnsafeMutableRawPointer) -> Int {
    let (upper, lower) = value.quotientAndRemainder(dividingBy: 100_000_000)
    var length: Int
    if upper < 100_000_000 {
      length = unsafe writeShort(upper, at: target)
    } else {
      let (top, middle) = upper.quotientAndRemainder(dividingBy: 100_000_000)
      length = unsafe writeShort(top, at: target)
      unsafe (target + length).storeBytes(of: eight(middle), as: UInt64.self)
      length &+= 8
    }
    unsafe (target + length).storeBytes(of: eight(lower), as: UInt64.self)
    return length &+ 8
  }

  /// Writes a number below 10^8, and up to 7 bytes more behind it.
  @inlinable @inline(__always)
  static func writeShort(_ value: UInt64, at target: UnsafeMutableRawPointer) -> Int {
    let digits = eightDigits(value)
    // One digit stays, even of zero.
    let zeros = (digits | 1 &<< 56).trailingZeroBitCount & ~7
    let text = (digits | 0x3030_3030_3030_3030) &>> UInt64(truncatingIfNeeded: zeros)
    unsafe target.storeBytes(of: text.littleEndian, as: UInt64.self)
    return 8 &- zeros &>> 3
  }

  /// The two digits of a number below 100, as their bytes lie in memory. 103 / 1024 is near enough to a tenth.
  @inlinable @inline(__always)
  static func pair(_ value: UInt64) -> UInt16 {
    let tens = (value &* 103) &>> 10
    let ones = value &- tens &* 10
    return UInt16(truncatingIfNeeded: 0x3030 &+ tens &+ ones &<< 8).littleEndian
  }

  /// The eight digits of a number below 10^8 as a word, the first one lowest: halved three times.
  @inlinable @inline(__always)
  static func eightDigits(_ value: UInt64) -> UInt64 {
    let high = value / 10_000
    let fours = high | (value &- high &* 10_000) &<< 32
    let hundreds = ((fours &* 10_486) &>> 20) & 0x0000_007F_0000_007F
    let pairs = (fours &- 100 &* hundreds) &<< 16 &+ hundreds
    let tens = ((pairs &* 103) &>> 10) & 0x000F_000F_000F_000F
    return tens &+ (pairs &- 10 &* tens) &<< 8
  }

  /// The eight digits of a number below 10^8, as their bytes lie in memory.
  @inlinable @inline(__always)
  static func eight(_ value: UInt64) -> UInt64 { (eightDigits(value) | 0x3030_3030_3030_3030).littleEndian }

  /// How many decimal digits a number has.
  @inline(__always)
  static func decimalLength(_ value: UInt64) -> Int {
    // log10(2) is 1233 / 4096, near enough for 64 bits; the table corrects the estimate.
    let estimate = ((64 &- value.leadingZeroBitCount) &* 1233) >> 12
    return estimate &+ (estimate < 20 && value >= PowersOfTen.small[estimate] ? 1 : 0) &+ (value == 0 ? 1 : 0)
  }
}
