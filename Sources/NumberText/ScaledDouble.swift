/// A finite `Double`, rounded correctly to a number of decimal digits in a few multiplications.
///
/// The number is m × 2^e with the top bit of m set; 10^k is known to 128 bits. Their product of 192 bits holds the
/// decimal digits in front and a fraction after; as the power is cut off, the fraction is too small by less than
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
  ///
  /// Without a branch: of the numbers with one binary exponent some lie above the power of ten and some below.
  @inline(__always)
  var decimalExponent: Int {
    let binary = exponent &+ 63
    // floor(binary × log10(2)); the power after that has this binary exponent or a larger one.
    let estimate = (binary &* 315_653) >> 20
    let next = estimate &+ 1
    let isSame = UInt64(truncatingIfNeeded: PowersOfTen.binaryExponent(next) &- binary) &- 1
    let isBelow = significand.subtractingReportingOverflow(PowersOfTen.high(next)).overflow
    return estimate &+ Int(truncatingIfNeeded: isSame &>> 63) & (isBelow ? 0 : 1)
  }

  /// This many bits of fraction in one word of a product tell in most cases how to round.
  private static let shortFraction = 24

  /// The value times 10^`power`, rounded to an integer, ties to even; `nil` where only exact arithmetic can tell, or
  /// the result has more than 64 bits.
  @inline(__always)
  func scaled(by power: Int) -> UInt64? {
    guard power >= PowersOfTen.lowest, power <= PowersOfTen.highest else { return nil }
    // How many of the high word's bits are fraction: its lowest bit represents 2^-shift.
    let shift = -1 &- exponent &- PowersOfTen.binaryExponent(power)
    if shift >= ScaledDouble.shortFraction, shift < 64 {
      // Few digits: one multiplication leaves the high word too small by less than two, which matters only right below
      // the half, and on it.
      let high = significand.multipliedFullWidth(by: PowersOfTen.high(power)).high
      let half: UInt64 = 1 &<< UInt64(truncatingIfNeeded: shift &- 1)
      let fraction = high & (half &* 2 &- 1)
      if fraction &- (half &- 2) > 2 {
        return high &>> UInt64(truncatingIfNeeded: shift) &+ fraction &>> UInt64(truncatingIfNeeded: shift &- 1)
      }
    }
    let product = PowersOfTen.product(significand, PowersOfTen.significand(power))
    let isExact = power >= 0 && power <= 27
    guard UInt(bitPattern: shift) < 64 else {
      return shift < 0 ? nil : shift > 64 ? 0 : ScaledDouble.roundFraction(product, isExact: isExact)
    }
    let right = UInt64(truncatingIfNeeded: shift)
    let integer = product.high &>> right
    let fraction = (product.high &<< 1) &<< (63 &- right) | product.low &>> right
    // Right below the half, what was cut off may make it one; on it, only exact products can tell. Elsewhere the top bit
    // says which way to round, which is as good as random: no branch.
    let half: UInt64 = 1 &<< 63
    if fraction &- (half &- 4) > 4 {
      let (rounded, overflow) = integer.addingReportingOverflow(fraction &>> 63)
      return overflow ? nil : rounded
    }
    let rest = shift == 0 ? 0 : (product.low &<< (64 &- right))
    return ScaledDouble.roundNearHalf(integer, (fraction, rest), isExact: isExact)
  }

  /// Rounds a number below one: all of the product is fraction.
  @inline(never)
  private static func roundFraction(_ fraction: (high: UInt64, low: UInt64), isExact: Bool) -> UInt64? {
    let half: UInt64 = 1 &<< 63
    if fraction.high &- (half &- 4) > 4 { return fraction.high &>> 63 }
    return roundNearHalf(0, fraction, isExact: isExact)
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

  /// The first `count` (1 to 19) digits of the number, rounded, and the power of ten of the first; `nil` where only exact
  /// arithmetic can tell.
  @inline(__always)
  func significantDigits(_ count: Int) -> (digits: UInt64, exponent: Int)? {
    let exponent = decimalExponent
    guard let digits = scaled(by: count &- 1 &- exponent) else { return nil }
    let minimum = PowersOfTen.small[count &- 1]
    guard digits &- minimum < PowersOfTen.small[count] &- minimum else { return corrected(digits, count, exponent) }
    return (digits, exponent)
  }

  /// The digits where the estimate of the exponent was one too high, or rounding has made one digit more.
  @inline(never)
  private func corrected(_ digits: UInt64, _ count: Int, _ estimate: Int) -> (digits: UInt64, exponent: Int)? {
    var (digits, exponent) = (digits, estimate)
    if digits < PowersOfTen.small[count &- 1] {
      exponent -= 1
      guard let more = scaled(by: count &- 1 &- exponent) else { return nil }
      digits = more
    }
    if digits >= PowersOfTen.small[count] {
      digits /= 10
      exponent += 1
    }
    return (digits, exponent)
  }
}
