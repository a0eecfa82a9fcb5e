/// A finite number in decimal: its digits and where the point stands; the sign is the caller's.
///
/// The value is `0.d₁d₂d₃… × 10^pointPosition`. There are no leading zeros and, but for those that
/// ``rounded(toFractionDigits:)`` and ``rounded(toSignificantDigits:)`` leave out as well, no trailing ones; zero
/// has no digits at all.
package struct DecimalDigits: Hashable, Sendable {
  /// The digits, 0 to 9 each, the first and the last not 0.
  package private(set) var digits: [UInt8]
  /// How many digits stand before the point; negative for that many zeros after it.
  package private(set) var pointPosition: Int

  /// Digits with leading and trailing zeros cut off.
  package init(digits: some Sequence<UInt8>, pointPosition: Int) {
    self.digits = Array(digits)
    self.pointPosition = pointPosition
    trim()
  }

  private mutating func trim() {
    while digits.last == 0 { digits.removeLast() }
    let zeros = digits.prefix { $0 == 0 }.count
    if zeros > 0 {
      digits.removeFirst(zeros)
      pointPosition -= zeros
    }
    if digits.isEmpty { pointPosition = 0 }
  }

  /// Whether the number is zero.
  package var isZero: Bool { digits.isEmpty }

  /// The power of ten of the first digit, as `%e` writes it; 0 for zero.
  package var exponent: Int { isZero ? 0 : pointPosition - 1 }

  /// How many digits stand after the point.
  package var fractionDigitCount: Int { max(0, digits.count - pointPosition) }

  /// The fewest digits that read back as the same `Double`; of several, the closest to the value. The value must be
  /// finite.
  package init(shortest value: Double) { self.init(ShortestDecimal(value)) }

  /// The fewest digits that read back as the same `Float`. The value must be finite.
  package init(shortest value: Float) { self.init(ShortestDecimal(value)) }

  /// The digits of a number one by one.
  package init(_ number: ShortestDecimal) {
    var digits: [UInt8] = []
    var rest = number.digits
    while rest > 0 {
      digits.append(UInt8(rest % 10))
      rest /= 10
    }
    digits.reverse()
    self.init(digits: digits, pointPosition: digits.count + number.power)
  }

  /// All digits of `significand × 2^exponent`, which is exactly what a binary number is.
  package init(exactly significand: UInt64, exponent: Int) {
    guard significand != 0 else {
      self.init(digits: [], pointPosition: 0)
      return
    }
    let zeros = significand.trailingZeroBitCount
    let odd = significand >> UInt64(zeros)
    let power = exponent + zeros
    var number = BigDecimalInteger(odd)
    if power >= 0 {
      number.multiply(byPowerOf: 2, power)
      let digits = number.decimalDigits
      self.init(digits: digits, pointPosition: digits.count)
    } else {
      // m / 2^k is m × 5^k / 10^k.
      number.multiply(byPowerOf: 5, -power)
      let digits = number.decimalDigits
      self.init(digits: digits, pointPosition: digits.count + power)
    }
  }

  /// All digits of a finite `Double`.
  package init(exactly value: Double) {
    let bits = value.bitPattern & 0x7FFF_FFFF_FFFF_FFFF
    let biased = Int(bits >> 52)
    let fraction = bits & 0xF_FFFF_FFFF_FFFF
    self.init(
      exactly: biased == 0 ? fraction : fraction | 1 << 52, exponent: max(biased, 1) - 1075)
  }

  /// Rounds to a number of digits after the point; ties go to the even digit.
  package func rounded(toFractionDigits count: Int) -> DecimalDigits { rounded(keeping: pointPosition + count) }

  /// Rounds to a number of digits; ties go to the even digit.
  package func rounded(toSignificantDigits count: Int) -> DecimalDigits { rounded(keeping: count) }

  /// Whether rounding to `count` digits after the point would be a tie.
  package func isTie(atFractionDigits count: Int) -> Bool {
    let kept = pointPosition + count
    return kept >= 0 && kept == digits.count - 1 && digits[kept] == 5
  }

  private func rounded(keeping kept: Int) -> DecimalDigits {
    if kept >= digits.count { return self }
    if kept < 0 { return DecimalDigits(digits: [], pointPosition: 0) }
    var result = Array(digits[..<kept])
    let next = digits[kept]
    let isAbove = next > 5 || (next == 5 && digits.count > kept + 1)
    let isTie = next == 5 && digits.count == kept + 1
    guard isAbove || (isTie && (result.last ?? 0) & 1 == 1) else {
      return DecimalDigits(digits: result, pointPosition: pointPosition)
    }
    var index = kept - 1
    while index >= 0, result[index] == 9 {
      result[index] = 0
      index -= 1
    }
    if index >= 0 {
      result[index] += 1
      return DecimalDigits(digits: result, pointPosition: pointPosition)
    }
    return DecimalDigits(digits: [1], pointPosition: pointPosition + 1)
  }

  /// Rounds a finite `Double` correctly to `count` digits after the point, ties to even, from its shortest digits.
  ///
  /// The shortest digits lie on the same side of every shorter midpoint as the value itself: were a midpoint between
  /// them, it would be a shorter (or closer) text of the same value. Only where the digits are that midpoint
  /// must the exact value decide.
  package func rounded(toFractionDigits count: Int, exactly value: @autoclosure () -> DecimalDigits) -> DecimalDigits {
    isTie(atFractionDigits: count)
      ? value().rounded(toFractionDigits: count) : rounded(toFractionDigits: count)
  }

  // MARK: Text

  /// `123.45`, with at least that many digits after the point.
  package func positional(minFractionDigits: Int) -> String {
    var text: [UInt8] = []
    appendPositional(minFractionDigits: minFractionDigits, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// As ``positional(minFractionDigits:)``, into a buffer of bytes. A point is written only if digits follow it.
  package func appendPositional(minFractionDigits: Int, to text: inout [UInt8]) {
    if pointPosition <= 0 {
      text.append(48)
    } else {
      for index in 0..<pointPosition { text.append(index < digits.count ? digits[index] + 48 : 48) }
    }
    let count = max(fractionDigitCount, minFractionDigits)
    guard count > 0 else { return }
    text.append(UInt8(ascii: "."))
    for place in 0..<count {
      let index = pointPosition + place
      text.append(index >= 0 && index < digits.count ? digits[index] + 48 : 48)
    }
  }

  /// `1.2345e+02`, with at least that many digits in the exponent and after the point.
  package func scientific(minFractionDigits: Int = 0, minExponentDigits: Int = 2) -> String {
    var text: [UInt8] = [48 + (digits.first ?? 0)]
    let count = max(digits.count - 1, minFractionDigits)
    if count > 0 {
      text.append(UInt8(ascii: "."))
      for place in 1...count { text.append(place < digits.count ? digits[place] + 48 : 48) }
    }
    let power = String(abs(exponent))
    text.append(UInt8(ascii: "e"))
    text.append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    for _ in 0..<max(0, minExponentDigits - power.utf8.count) { text.append(48) }
    text += Array(power.utf8)
    return String(decoding: text, as: UTF8.self)
  }
}

extension DecimalDigits: Comparable {
  /// Compares the values.
  package static func < (left: DecimalDigits, right: DecimalDigits) -> Bool {
    if left.isZero || right.isZero { return left.isZero && !right.isZero }
    if left.pointPosition != right.pointPosition { return left.pointPosition < right.pointPosition }
    return left.digits.lexicographicallyPrecedes(right.digits)
  }
}
