/// Integers to decimal text, two digits at a time.
///
/// The division by 100 halves the number of divisions (A. Alexandrescu, "Three Optimization Tips for C++", 2012); a
/// number is written from its last digit to its first, right where it will stay.
extension TextBuffer {
  /// "00" to "99", each as the two bytes lie in memory.
  @usableFromInline
  static let digitPairs: [UInt16] = (0..<100).map { UInt16(48 + $0 / 10) | UInt16(48 + $0 % 10) << 8 }

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

  @usableFromInline @inline(__always)
  mutating func appendPair(_ value: Int) {
    // Safe: room was reserved by the caller.
    unsafe UnsafeMutableRawPointer(end).storeBytes(
      of: TextBuffer.digitPairs[value].littleEndian, as: UInt16.self)
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
    unsafe digitPairs.withUnsafeBufferPointer { pairs in
      while position >= 2 {
        let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 100)
        position -= 2
        unsafe UnsafeMutableRawPointer(target + position).storeBytes(
          of: pairs[Int(truncatingIfNeeded: remainder)].littleEndian, as: UInt16.self)
        rest = quotient
      }
      if position == 1 { unsafe target[0] = UInt8(truncatingIfNeeded: rest % 10) &+ 48 }
    }
  }
}
