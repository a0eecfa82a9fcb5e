extension TextBuffer {
  /// Appends an integer in decimal, as Python's `%d`.
  package mutating func appendDecimal(_ value: Int64) {
    reserve(NumberWriter.room)
    // Safe: room was reserved. The sign is written in any case, and counts if there is one.
    unsafe end.pointee = UInt8(ascii: "-")
    advance(Int(truncatingIfNeeded: UInt64(bitPattern: value) &>> 63))
    unsafe setEnd(NumberWriter.decimal(value.magnitude, at: UnsafeMutableRawPointer(end)))
  }

  /// Appends an integer in decimal, as Python's `%d`.
  package mutating func appendDecimal(_ value: UInt64) {
    reserve(NumberWriter.room)
    // Safe: room was reserved.
    unsafe setEnd(NumberWriter.decimal(value, at: UnsafeMutableRawPointer(end)))
  }

  /// How many decimal digits a number has.
  @inline(__always)
  static func decimalLength(_ value: UInt64) -> Int {
    // log10(2) is 1233 / 4096, near enough for 64 bits; the table corrects the estimate.
    let estimate = ((64 &- value.leadingZeroBitCount) &* 1233) >> 12
    let isBelow = value.subtractingReportingOverflow(PowersOfTen.small[estimate]).overflow
    return estimate &+ (isBelow ? 0 : 1) &+ (value == 0 ? 1 : 0)
  }
}
