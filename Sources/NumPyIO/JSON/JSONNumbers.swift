internal import NumberText

/// Reads runs of numbers between commas straight from the text: what nearly all JSON that is an array is made of.
///
/// Each function begins at a value and stops before what is written otherwise, which is left to `JSONParser.scalar`.
enum JSONNumbers {
  /// Integers of up to 18 digits.
  ///
  /// - Parameters:
  ///   - place: Where a value is expected; behind the last number that was read afterwards.
  ///   - most: How many are read at most.
  /// - Returns: How many were read.
  static func integers(_ text: RawSpan, _ place: inout Int, atMost most: Int, into values: inout [Int]) -> Int {
    read(text, &place, atMost: most, into: &values) { text, place in integer(text, &place) }
  }

  /// Numbers, integers among them that every float holds.
  static func floats(_ text: RawSpan, _ place: inout Int, atMost most: Int, into values: inout [Double]) -> Int {
    read(text, &place, atMost: most, into: &values) { text, place in
      let start = place
      if let number = integer(text, &place), isEnd(text, place) {
        return number.magnitude <= 1 << 53 ? Double(number) : nil
      }
      place = start
      return float(text, &place)
    }
  }

  /// Takes the values between commas, as long as `number` reads one.
  @inline(__always)
  private static func read<Value>(
    _ text: RawSpan, _ place: inout Int, atMost most: Int, into values: inout [Value],
    _ number: (RawSpan, inout Int) -> Value?
  ) -> Int {
    var count = 0
    while count < most {
      var next = place
      if count > 0 {
        skipSpace(text, &next)
        guard next < text.byteCount, byte(text, next) == UInt8(ascii: ",") else { break }
        next += 1
      }
      skipSpace(text, &next)
      guard let value = number(text, &next), isEnd(text, next) else { break }
      values.append(value)
      place = next
      count += 1
    }
    return count
  }

  /// An integer as JSON spells it: no plus, no zeros before other digits.
  @inline(__always)
  private static func integer(_ text: RawSpan, _ place: inout Int) -> Int? {
    guard let digits = firstDigit(text, place) else { return nil }
    let isZero = byte(text, digits) == UInt8(ascii: "0")
    guard let (magnitude, isNegative) = NumberReader.integer(text, &place) else { return nil }
    let count = place - digits
    guard count == 1 || !isZero && count <= 18 else { return nil }
    let value = Int(truncatingIfNeeded: magnitude)
    return isNegative ? -value : value
  }

  /// A number with a point or an exponent, digits on both sides of the point.
  @inline(__always)
  private static func float(_ text: RawSpan, _ place: inout Int) -> Double? {
    guard let digits = firstDigit(text, place) else { return nil }
    var next = digits
    while next < text.byteCount, isDigit(byte(text, next)) { next += 1 }
    guard next < text.byteCount, next == digits + 1 || byte(text, digits) != UInt8(ascii: "0") else { return nil }
    switch byte(text, next) {
    case UInt8(ascii: "."): guard next + 1 < text.byteCount, isDigit(byte(text, next + 1)) else { return nil }
    case UInt8(ascii: "e"), UInt8(ascii: "E"): break
    default: return nil
    }
    return NumberReader.double(text, &place)
  }

  /// Where the digits of a number begin.
  @inline(__always)
  private static func firstDigit(_ text: RawSpan, _ place: Int) -> Int? {
    guard place < text.byteCount else { return nil }
    let start = byte(text, place) == UInt8(ascii: "-") ? place + 1 : place
    return start < text.byteCount && isDigit(byte(text, start)) ? start : nil
  }

  /// Whether a number that reaches to a place ends there.
  @inline(__always)
  private static func isEnd(_ text: RawSpan, _ place: Int) -> Bool {
    guard place < text.byteCount else { return false }
    let byte = byte(text, place)
    return byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || isSpace(byte)
  }

  @inline(__always)
  private static func skipSpace(_ text: RawSpan, _ place: inout Int) {
    while place < text.byteCount, isSpace(byte(text, place)) { place += 1 }
  }

  @inline(__always)
  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

  @inline(__always)
  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  @inline(__always)
  private static func byte(_ text: RawSpan, _ place: Int) -> UInt8 {
    // Safe: every caller has compared the place with the end of the text.
    unsafe text.unsafeLoad(fromUncheckedByteOffset: place, as: UInt8.self)
  }
}
