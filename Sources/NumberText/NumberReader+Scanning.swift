/// A decimal number as it was found in a text.
struct ScannedDecimal {
  /// Where its digits begin and end, the point among them.
  var start = 0
  var end = 0
  /// The digits as one number; right only if ``isPlain``.
  var number: UInt64 = 0
  /// The power of ten of the last digit.
  var power = 0
  /// How many digits stand behind the point.
  var fractionCount = 0
  var isNegative = false
  /// Whether all digits fit into ``number``.
  var isPlain = true
}

extension NumberReader {
  /// Reads sign, digits, point and exponent; false, with the position where it was, if there is no digit.
  @inline(__always)
  static func scan(_ text: RawSpan, _ position: inout Int, into decimal: inout ScannedDecimal) -> Bool {
    let begin = position
    let end = text.byteCount
    guard position < end else { return false }
    var next = byte(text, position)
    decimal.isNegative = next == UInt8(ascii: "-")
    if decimal.isNegative || next == UInt8(ascii: "+") { position &+= 1 }
    decimal.start = position
    var number: UInt64 = 0
    var count = readShort(text, &position, into: &number)
    if position < end, byte(text, position) == UInt8(ascii: ".") {
      position &+= 1
      decimal.fractionCount = readDigits(text, &position, into: &number)
      count &+= decimal.fractionCount
    }
    guard count > 0 else {
      position = begin
      return false
    }
    decimal.end = position
    decimal.number = number
    decimal.isPlain = count <= 19
    decimal.power = 0 &- decimal.fractionCount
    if position < end {
      next = byte(text, position) | 0x20
      if next == UInt8(ascii: "e") { decimal.power &+= readExponent(text, &position) }
    }
    return true
  }

  /// Reads the digits before the point, which are few.
  @inline(__always)
  private static func readShort(_ text: RawSpan, _ position: inout Int, into number: inout UInt64) -> Int {
    let start = position
    let end = text.byteCount
    while position < end {
      let digit = byte(text, position) &- 48
      guard digit < 10 else { break }
      number = number &* 10 &+ UInt64(digit)
      position &+= 1
    }
    return position &- start
  }

  /// Reads `e`, a sign and digits; an `e` without digits behind it does not belong to the number.
  @inline(__always)
  private static func readExponent(_ text: RawSpan, _ position: inout Int) -> Int {
    var place = position &+ 1
    let end = text.byteCount
    guard place < end else { return 0 }
    let sign = byte(text, place)
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { place &+= 1 }
    let start = place
    var exponent = 0
    while place < end {
      let digit = byte(text, place) &- 48
      guard digit < 10 else { break }
      // Beyond this every number is zero or infinite, however many digits it has.
      if exponent < 1 << 40 { exponent = exponent &* 10 &+ Int(digit) }
      place &+= 1
    }
    guard place > start else { return 0 }
    position = place
    return sign == UInt8(ascii: "-") ? 0 &- exponent : exponent
  }

  /// Rounds what ``BinaryFormat/round(_:power:)`` could not.
  @inline(never)
  static func exact(_ text: RawSpan, _ decimal: ScannedDecimal, _ format: BinaryFormat) -> BinaryFormat.Value {
    var digits: [UInt8] = []
    var power = decimal.power
    var number: UInt64 = 0
    var dropped = 0
    var isInexact = false
    for position in decimal.start..<decimal.end {
      let digit = byte(text, position) &- 48
      // The point.
      guard digit < 10 else { continue }
      if digits.isEmpty, digit == 0 { continue }
      if digits.count < format.maxDigits {
        digits.append(digit)
        if digits.count <= 19 { number = number * 10 + UInt64(digit) }
      } else {
        dropped += 1
        isInexact = isInexact || digit != 0
      }
    }
    // Of many digits, the first 19 mostly tell: if they and their successor round alike, so does all between them.
    if digits.count > 19, format.significandBits < 64 {
      let upper = power &+ dropped &+ digits.count &- 19
      if let low = format.round(number, power: upper), let high = format.round(number + 1, power: upper),
        low == high
      {
        return low
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
