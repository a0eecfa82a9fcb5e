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
    if end &- place >= 26, byte(text, place &+ 20) | 0x20 == UInt8(ascii: "e"),
      scanEighteenDigits(text, place, into: &decimal)
    {
      position = place &+ 24
      return true
    }
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
      readFraction(text, &place, into: &number)
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

  /// Reads `d.dddddddddddddddddde±dd`, as `%.18e` writes most numbers and `savetxt` all by default; false if this is not
  /// one, or its exponent has a third digit. 26 bytes must lie within the span.
  @inline(__always)
  private static func scanEighteenDigits(_ text: RawSpan, _ place: Int, into decimal: inout ScannedDecimal) -> Bool {
    let head = UInt64(byte(text, place) &- 48)
    let first = digitValues(eightBytes(text, place &+ 2))
    let second = digitValues(eightBytes(text, place &+ 10))
    // Two digits, `e`, a sign, two digits, and one byte that is no digit.
    let tail = eightBytes(text, place &+ 18)
    // All zero but for the digits' values: a minus differs from a plus by two bits, of which one must be set, and `E`
    // from `e` by one.
    let rest = (tail & 0xFFFF_FFFF_F9DF_FFFF) ^ 0x0000_3030_2945_3030
    let bad = (rest & 0x0000_FFFF_FFFF_FFFF) &+ 0x0000_7676_7F7F_7676 | rest
    guard nonDigits(first) | nonDigits(second) | bad & 0x0000_8080_8080_8080 == 0, head < 10,
      byte(text, place &+ 1) == UInt8(ascii: "."), (tail &>> 25 ^ tail &>> 26) & 1 == 1,
      UInt8(truncatingIfNeeded: tail &>> 48) &- 48 >= 10
    else { return false }
    let lastTwo = (rest & 0xF) &* 10 &+ (rest &>> 8) & 0xF
    let number = (head &* 100_000_000 &+ eightDigits(first)) &* 10_000_000_000
    decimal.number = number &+ eightDigits(second) &* 100 &+ lastTwo
    decimal.end = place &+ 20
    let exponent = Int(truncatingIfNeeded: ((rest &>> 32) & 0xF) &* 10 &+ (rest &>> 40) & 0xF)
    // The bit in which a minus and a plus differ.
    let isNegative = Int(truncatingIfNeeded: (tail &>> 26) & 1)
    decimal.power = (exponent ^ (0 &- isNegative)) &+ isNegative &- 18
    return true
  }

  /// Reads the digits after a point into `number`, wrapping around beyond 19.
  ///
  /// Where there are eight or more, how many more there are (with 16 or 17 digits in all, say) is as good as random: up
  /// to 23 make no branch.
  @inline(__always)
  private static func readFraction(_ text: RawSpan, _ position: inout Int, into number: inout UInt64) {
    guard text.byteCount &- position >= 24 else { return readDigits(text, &position, into: &number) }
    let first = digitValues(eightBytes(text, position))
    let stop = nonDigits(first)
    guard stop == 0 else {
      let count = stop.trailingZeroBitCount &>> 3
      number = number &* PowersOfTen.small[count] &+ leadingDigits(first, count)
      position &+= count
      return
    }
    let second = digitValues(eightBytes(text, position &+ 8))
    let secondCount = nonDigits(second).trailingZeroBitCount &>> 3
    let third = digitValues(eightBytes(text, position &+ 16))
    // None, unless all of the second eight are digits.
    let thirdCount = (nonDigits(third).trailingZeroBitCount &>> 3) & (0 &- secondCount &>> 3)
    number = number &* 100_000_000 &+ eightDigits(first)
    number = number &* PowersOfTen.small[secondCount] &+ leadingDigits(second, secondCount)
    number = number &* PowersOfTen.small[thirdCount] &+ leadingDigits(third, thirdCount)
    position &+= 8 &+ secondCount &+ thirdCount
    if thirdCount == 8 { readDigits(text, &position, into: &number) }
  }

  /// The number that the first few of eight digits spell, 0 to 8 of them.
  @inline(__always)
  private static func leadingDigits(_ values: UInt64, _ count: Int) -> UInt64 {
    // Zeros are shifted in before them, in two steps, since it may be by all eight bytes.
    let half = UInt64(truncatingIfNeeded: 32 &- count &* 4)
    return eightDigits((values &<< half) &<< half)
  }

  /// Reads `e`, a sign and digits; an `e` without digits after it does not belong to the number.
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
