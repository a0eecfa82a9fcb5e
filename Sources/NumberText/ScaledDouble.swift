/// A finite `Double`, rounded correctly to a number of decimal digits in a few multiplications.
///
/// The number is m × 2^e with the top bit of m set; 10^k is known to 128 bits. Their product of 192 bits holds the
/// decimal digits in front and a fraction behind; as the power is cut off, the fraction is too small by less than
/// 2^-60. So the product rounds as the true value does unless the fraction lies that near to one half, and then
/// (once in 10^18 for random numbers) the digits are computed exactly by ``DecimalDigits``. The scheme is that of
/// Ryū printf (U. Adams, OOPSLA 2019) with one power instead of a table of blocks, and Grisu's way of knowing when
/// it does not know (F. Loitsch, PLDI 2010).
struct ScaledDouble {
  /// The significand, its top bit set.
  let significand: UInt64
  /// The value is `significand × 2^exponent`.
  let exponent: Int

  /// The parts of a finite positive number.
  @inline(__always)
  init(_ value: Double) {
    let bits = value.bitPattern & 0x7FFF_FFFF_FFFF_FFFF
    let biased = Int(truncatingIfNeeded: bits >> 52)
    let fraction = bits & 0xF_FFFF_FFFF_FFFF
    if biased != 0 {
      significand = (fraction | 1 << 52) << 11
      exponent = biased &- 1086
    } else {
      let shift = fraction.leadingZeroBitCount
      significand = fraction << UInt64(truncatingIfNeeded: shift)
      exponent = -1074 &- shift
    }
  }

  /// The largest E with 10^E not above the value, or (next to a power of ten) one more.
  @inline(__always)
  var decimalExponent: Int {
    let binary = exponent &+ 63
    // floor(binary × log10(2)).
    let estimate = (binary &* 315_653) >> 20
    let next = estimate &+ 1
    return PowersOfTen.binaryExponent(next) == binary && significand >= PowersOfTen.significand(next).high
      ? next : estimate
  }

  /// The value times 10^`power`, rounded to an integer, ties to even; `nil` where only exact arithmetic can tell, or
  /// the result has more than 64 bits.
  @inline(__always)
  func scaled(by power: Int) -> UInt64? {
    guard power >= PowersOfTen.lowest, power <= PowersOfTen.highest else { return nil }
    let product = PowersOfTen.product(significand, PowersOfTen.significand(power))
    // The product's lowest bit stands for 2^unit; the integer part is what stands at 2^0 and above.
    let unit = exponent &+ PowersOfTen.binaryExponent(power) &- 127 &+ 64
    let drop = -unit
    guard drop >= 64 else { return nil }
    // How many of the high word's bits are fraction.
    let high = drop &- 64
    if high > 64 { return 0 }
    let integer: UInt64
    let fraction: (high: UInt64, low: UInt64)
    if high == 64 {
      integer = 0
      fraction = product
    } else if high == 0 {
      integer = product.high
      fraction = (product.low, 0)
    } else {
      let shift = UInt64(truncatingIfNeeded: high)
      integer = product.high >> shift
      let up = 64 &- shift
      fraction = (product.high << up | product.low >> shift, product.low << up)
    }
    // Right below the half, what was cut off may make it one; on it, only exact products can tell. Elsewhere the top bit
    // says which way to round, which is as good as random: no branch.
    let half: UInt64 = 1 &<< 63
    if fraction.high &- (half &- 4) > 4 {
      let (rounded, overflow) = integer.addingReportingOverflow(fraction.high &>> 63)
      return overflow ? nil : rounded
    }
    return ScaledDouble.roundNearHalf(integer, fraction, isExact: power >= 0 && power <= 27)
  }

  /// Rounds where the fraction is about one half: possible only if nothing was cut off, which is so for powers whose
  /// significand has 64 bits.
  @inline(never)
  private static func roundNearHalf(
    _ integer: UInt64, _ fraction: (high: UInt64, low: UInt64), isExact: Bool
  ) -> UInt64? {
    guard isExact else { return nil }
    let half: UInt64 = 1 << 63
    if fraction.high < half { return integer }
    if fraction.low == 0, integer & 1 == 0 { return integer }
    let (rounded, overflow) = integer.addingReportingOverflow(1)
    return overflow ? nil : rounded
  }
}
