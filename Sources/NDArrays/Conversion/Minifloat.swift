/// A float of a few bits: a sign, an exponent, a fraction.
struct Minifloat: Sendable {
  /// Which bits are no numbers, and what is too large becomes.
  enum Specials {
    /// An exponent of ones: infinity, which is also what is too large, or NaN where there is a fraction.
    case ieee
    /// All ones: NaN, as are infinity and what is too large.
    case allOnes
    /// What would be minus zero: NaN, as are infinity and what is too large.
    case minusZero
    /// None: what is too large is the largest number, and NaN zero, of the other sign.
    case none
  }

  let exponentBits: Int
  let fractionBits: Int
  let bias: Int
  let specials: Specials

  func value(_ bits: UInt32) -> Float {
    // Bits above those of the format count as its sign, as in ml_dtypes.
    let isNegative = bits >> (exponentBits + fractionBits) != 0
    let highest = (1 << exponentBits) - 1
    let exponent = Int(bits >> fractionBits) & highest
    let fraction = Int(bits) & (1 << fractionBits - 1)
    switch specials {
    case .ieee where exponent == highest:
      let size: Float = fraction != 0 ? .nan : .infinity
      return isNegative ? -size : size
    case .allOnes where exponent == highest && fraction == 1 << fractionBits - 1: return isNegative ? -.nan : .nan
    case .minusZero where isNegative && exponent == 0 && fraction == 0: return -.nan
    default: break
    }
    let digits = exponent == 0 ? fraction : fraction + 1 << fractionBits
    let scale = max(exponent, 1) - bias - fractionBits
    let magnitude = Float(digits) * Float(sign: .plus, exponent: scale, significand: 1)
    return isNegative ? -magnitude : magnitude
  }

  /// The bits of the nearest number, of two the one whose last bit is 0; of what is too large or no number as ml_dtypes
  /// has them.
  func bits(_ value: Float) -> UInt8 {
    let pattern = value.bitPattern
    let signBit = UInt32(1) << UInt32(exponentBits + fractionBits)
    let sign = pattern >> 31 == 0 ? 0 : signBit
    let magnitude = pattern & 0x7FFF_FFFF
    let infinity: UInt32 = 0x7F80_0000
    guard magnitude <= infinity else { return UInt8(truncatingIfNeeded: notANumber(sign, signBit)) }
    var bits = magnitude == infinity ? UInt32.max : rounded(magnitude)
    if bits > largest { bits = tooLarge(signBit) }
    if specials == .minusZero {
      // There is one zero, and one NaN.
      return UInt8(truncatingIfNeeded: bits == 0 || bits == signBit ? bits : sign | bits)
    }
    return UInt8(truncatingIfNeeded: sign | bits)
  }

  /// The bits of a finite magnitude, as if exponents went on without end.
  private func rounded(_ magnitude: UInt32) -> UInt32 {
    let field = Int(magnitude >> 23)
    // A number is `significand * 2 ** (exponent - 23)`.
    let significand = UInt64(magnitude & 0x7F_FFFF) | (field == 0 ? 0 : 1 << 23)
    let exponent = max(field, 1) - 127
    let lowest = 1 - bias
    let scale = max(exponent, lowest)
    let shift = 23 - fractionBits + scale - exponent
    guard shift < 63 else { return 0 }
    let half = UInt64(1) << UInt64(shift - 1)
    let isOdd = significand >> UInt64(shift) & 1
    let digits = UInt32(truncatingIfNeeded: (significand + half - 1 + isOdd) >> UInt64(shift))
    // Digits that have become one more carry into the exponent.
    return UInt32(scale - lowest) << UInt32(fractionBits) + digits
  }

  /// The bits of the largest number.
  private var largest: UInt32 {
    let ones = UInt32(1) << UInt32(exponentBits + fractionBits) - 1
    switch specials {
    case .ieee: return ones - UInt32(1) << UInt32(fractionBits)
    case .allOnes: return ones - 1
    case .minusZero, .none: return ones
    }
  }

  private func tooLarge(_ signBit: UInt32) -> UInt32 {
    switch specials {
    case .ieee: (1 << UInt32(exponentBits) - 1) << UInt32(fractionBits)
    case .allOnes: signBit - 1
    case .minusZero: signBit
    case .none: largest
    }
  }

  private func notANumber(_ sign: UInt32, _ signBit: UInt32) -> UInt32 {
    switch specials {
    case .ieee: sign | tooLarge(signBit) | 1 << UInt32(fractionBits - 1)
    case .allOnes: sign | (signBit - 1)
    case .minusZero: signBit
    case .none: sign ^ signBit
    }
  }
}
