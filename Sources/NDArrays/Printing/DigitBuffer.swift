internal import NumberText

/// The decimal digits of one number, in memory that the next number uses again.
///
/// As `DecimalDigits`: `0.d₁d₂d₃… × 10^pointPosition`, without zeros at either end; zero has no digits.
struct DigitBuffer: Sendable {
  private(set) var digits: [UInt8] = []
  private(set) var pointPosition = 0

  init() { digits.reserveCapacity(32) }

  /// How many digits stand after the point.
  var fractionCount: Int { max(0, digits.count - pointPosition) }
  /// How many digits stand before the point, of which there is at least a zero.
  var integerCount: Int { max(1, pointPosition) }
  /// The power of ten of the first digit.
  var exponent: Int { digits.isEmpty ? 0 : pointPosition - 1 }

  mutating func setZero() {
    digits.removeAll(keepingCapacity: true)
    pointPosition = 0
  }

  mutating func set(_ number: DecimalDigits) {
    digits.removeAll(keepingCapacity: true)
    digits.append(contentsOf: number.digits)
    pointPosition = number.pointPosition
  }

  /// Takes the shortest digits of a number.
  mutating func set(_ number: ShortestDecimal) {
    digits.removeAll(keepingCapacity: true)
    var rest = number.digits
    var zeros = 0
    while rest != 0, rest % 10 == 0 {
      rest /= 10
      zeros += 1
    }
    guard rest != 0 else {
      pointPosition = 0
      return
    }
    let count = IntegerText.digitCount(rest)
    for _ in 0..<count { digits.append(0) }
    var place = count
    while place > 0 {
      place &-= 1
      digits[place] = UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    pointPosition = count + zeros + number.power
  }

  private mutating func trim() {
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { pointPosition = 0 }
  }

  /// Keeps the first `kept` digits, rounding half to even; false, and nothing done, if it is a tie and so the digits
  /// might represent a number at either side of it.
  mutating func round(keeping kept: Int) -> Bool {
    if kept >= digits.count { return true }
    if kept < 0 {
      setZero()
      return true
    }
    let next = digits[kept]
    if next == 5, digits.count == kept + 1 { return false }
    digits.removeSubrange(kept...)
    if next >= 5 {
      while digits.last == 9 { digits.removeLast() }
      if digits.isEmpty {
        digits.append(1)
        pointPosition += 1
      } else {
        digits[digits.count - 1] += 1
      }
    }
    trim()
    return true
  }

  /// Appends the digits before the point.
  func appendInteger(to bytes: inout [UInt8]) {
    if pointPosition <= 0 {
      bytes.append(48)
      return
    }
    for place in 0..<min(pointPosition, digits.count) { bytes.append(48 &+ digits[place]) }
    for _ in 0..<max(0, pointPosition - digits.count) { bytes.append(48) }
  }

  /// Appends the digits after the point and zeros up to `count`.
  func appendFraction(minCount count: Int, to bytes: inout [UInt8]) {
    let zeros = digits.isEmpty ? 0 : max(0, -pointPosition)
    for _ in 0..<zeros { bytes.append(48) }
    var written = zeros
    var place = max(0, pointPosition)
    while place < digits.count {
      bytes.append(48 &+ digits[place])
      place += 1
      written += 1
    }
    while written < count {
      bytes.append(48)
      written += 1
    }
  }

  /// Appends the first digit, the point and the other digits, with zeros up to a count; the exponent is to follow.
  func appendScientific(minFractionDigits count: Int, keepsPoint: Bool = true, to bytes: inout [UInt8]) {
    bytes.append(48 + (digits.first ?? 0))
    if keepsPoint || digits.count > 1 || count > 0 { bytes.append(UInt8(ascii: ".")) }
    if digits.count > 1 { for digit in digits[1...] { bytes.append(48 &+ digit) } }
    for _ in 0..<max(0, count - max(0, digits.count - 1)) { bytes.append(48) }
  }

  /// Appends `e+05`.
  func appendExponent(minDigits: Int, to buffer: inout PrintBuffer) {
    buffer.bytes.append(UInt8(ascii: "e"))
    buffer.bytes.append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    IntegerText.append(UInt64(exponent.magnitude), minDigits: minDigits, to: &buffer)
  }
}
