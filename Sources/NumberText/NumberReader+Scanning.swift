/// A decimal number as it was found in a text.
struct ScannedDecimal {
  /// Where its digits begin and end, the point among them.
  var start = 0
  var end = 0
  /// The digits as one number; right only if ``isPlain``.
  var number: UInt64 = 0
  /// The power of ten of the last digit.
  var power = 0
  /// The sign bit of a `Double`.
  var sign: UInt64 = 0
  /// Whether all digits fit into ``number``.
  var isPlain = true
}

extension NumberReader {
  /// Reads sign, digits, point and exponent; false, with the position where it was, if there is no digit.
  @inline(__always)
  static func scan(_ text: RawSpan, _ position: inout Int, into decimal: inout ScannedDecimal) -> Bool {
    let end = text.byteCount
    var place = position
    guard place < end else { return false }
    let first = byte(text, place)
    let isNegative = bit(first, is: UInt8(ascii: "-"))
    decimal.sign = UInt64(truncatingIfNeeded: isNegative) &<< 63
    place &+= isNegative | bit(first, is: UInt8(ascii: "+"))
    decimal.start = place
    var number: UInt64 = 0
    // The digits before the point are few.
    while place < end, case let digit = byte(text, place) &- 48, digit < 10 {
      number = number &* 10 &+ UInt64(digit)
      place &+= 1
    }
    var count = place &- decimal.start
    var power = 0
    if place < end, byte(text, place) == UInt8(ascii: ".") {
      place &+= 1
      let start = place
      readDigits(text, &place, into: &number)
      power = start &- place
      count &-= power
    }
    guard count > 0 else { return false }
    decimal.end = place
    decimal.number = number
    decimal.isPlain = count <= 19
    if place < end, byte(text, place) | 0x20 == UInt8(ascii: "e") { power &+= readExponent(text, &place) }
    decimal.power = power
    position = place
    return true
  }

  /// Reads `e`, a sign and digits; an `e` without digits behind it does not belong to the number.
  @inline(__always)
  private static func readExponent(_ text: RawSpan, _ position: inout Int) -> Int {
    var place = position &+ 1
    let end = text.byteCount
    guard place < end else { return 0 }
    let sign = byte(text, place)
    let isNegative = bit(sign, is: UInt8(ascii: "-"))
    place &+= isNegative | bit(sign, is: UInt8(ascii: "+"))
    guard place < end, case let first = byte(text, place) &- 48, first < 10 else { return 0 }
    place &+= 1
    var exponent = Int(first)
    if place < end, case let second = byte(text, place) &- 48, second < 10 {
      place &+= 1
      exponent = exponent &* 10 &+ Int(second)
      while place < end, case let digit = byte(text, place) &- 48, digit < 10 {
        // Beyond this every number is zero or infinite, however many digits it has.
        if exponent < 1 << 40 { exponent = exponent &* 10 &+ Int(digit) }
        place &+= 1
      }
    }
    position = place
    return (exponent ^ (0 &- isNegative)) &+ isNegative
  }

  /// Rounds a number of more than 19 digits by its first 19 that count: if they and their successor round alike, so
  /// does all that lies between them; `nil` if they do not.
  static func leading(
    _ text: RawSpan, _ decimal: ScannedDecimal, _ format: BinaryFormat
  ) -> BinaryFormat.Value? {
    var number: UInt64 = 0
    var count = 0
    var dropped = 0
    var isInexact = false
    for position in decimal.start..<decimal.end {
      let digit = byte(text, position) &- 48
      // The point.
      guard digit < 10 else { continue }
      if count < 19 {
        number = number &* 10 &+ UInt64(digit)
        if number > 0 { count &+= 1 }
      } else {
        dropped &+= 1
        isInexact = isInexact || digit != 0
      }
    }
    let power = decimal.power &+ dropped
    guard let low = format.round(number, power: power) else { return nil }
    guard isInexact else { return low }
    guard let high = format.round(number + 1, power: power), low == high else { return nil }
    return low
  }

  /// Rounds what ``BinaryFormat/round(_:power:)`` could not.
  @inline(never)
  static func exact(_ text: RawSpan, _ decimal: ScannedDecimal, _ format: BinaryFormat) -> BinaryFormat.Value {
    var digits: [UInt8] = []
    var power = decimal.power
    var dropped = 0
    var isInexact = false
    for position in decimal.start..<decimal.end {
      let digit = byte(text, position) &- 48
      // The point.
      guard digit < 10 else { continue }
      if digits.isEmpty, digit == 0 { continue }
      if digits.count < format.maxDigits {
        digits.append(digit)
      } else {
        dropped += 1
        isInexact = isInexact || digit != 0
      }
    }
    power &+= dropped
    if isInexact {
      digits.append(1)
      power &-= 1
    }
    return format.roundExactly(digits: digits, power: power)
  }

  /// Reads `inf`, `infinity` and `nan` in any case, with a sign.
  @inline(never)
  static func special(_ text: RawSpan, _ position: inout Int) -> Double? {
    var place = position
    var isNegative = false
    if place < text.byteCount {
      let sign = byte(text, place)
      isNegative = sign == UInt8(ascii: "-")
      if isNegative || sign == UInt8(ascii: "+") { place += 1 }
    }
    func matches(_ word: StaticString, at place: Int) -> Bool {
      guard text.byteCount - place >= word.utf8CodeUnitCount else { return false }
      // Safe: the static string has that many code units.
      let letters = unsafe UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
      return unsafe zip(letters, place...).allSatisfy { $0 == byte(text, $1) | 0x20 }
    }
    if matches("nan", at: place) {
      position = place + 3
      return isNegative ? -Double.nan : Double.nan
    }
    guard matches("inf", at: place) else { return nil }
    position = place + (matches("infinity", at: place) ? 8 : 3)
    return isNegative ? -Double.infinity : Double.infinity
  }
}
