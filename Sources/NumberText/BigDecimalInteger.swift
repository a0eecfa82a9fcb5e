/// A natural number in base 10^9: made for turning a binary number into all of its decimal digits.
struct BigDecimalInteger {
  /// The least significant first.
  private var limbs: [UInt32]
  private static let base: UInt64 = 1_000_000_000

  init(_ value: UInt64) {
    limbs = []
    var rest = value
    repeat {
      limbs.append(UInt32(rest % BigDecimalInteger.base))
      rest /= BigDecimalInteger.base
    } while rest > 0
  }

  mutating func multiply(by factor: UInt32) {
    var carry: UInt64 = 0
    for index in limbs.indices {
      let product = UInt64(limbs[index]) * UInt64(factor) + carry
      carry = product / BigDecimalInteger.base
      limbs[index] = UInt32(product % BigDecimalInteger.base)
    }
    if carry > 0 { limbs.append(UInt32(carry)) }
  }

  /// Multiplies by `base` to the power of `exponent`, in steps as large as a limb allows.
  mutating func multiply(byPowerOf base: UInt32, _ exponent: Int) {
    let stepExponent = base == 2 ? 29 : 12
    var step: UInt32 = 1
    for _ in 0..<stepExponent { step *= base }
    var left = exponent
    while left >= stepExponent {
      multiply(by: step)
      left -= stepExponent
    }
    var last: UInt32 = 1
    for _ in 0..<left { last *= base }
    if last > 1 { multiply(by: last) }
  }

  /// The digits, the most significant first.
  var decimalDigits: [UInt8] {
    var digits: [UInt8] = []
    digits.reserveCapacity(limbs.count * 9)
    for limb in limbs {
      var rest = limb
      for _ in 0..<9 {
        digits.append(UInt8(rest % 10))
        rest /= 10
      }
    }
    while digits.count > 1, digits.last == 0 { digits.removeLast() }
    digits.reverse()
    return digits
  }
}
