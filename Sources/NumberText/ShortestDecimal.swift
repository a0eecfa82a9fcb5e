/// The fewest decimal digits that read back as a number, and of several such texts the closest to it: what `repr`
/// writes.
///
/// The method is Schubfach (R. Giulietti, "The Schubfach way to render doubles", 2020): the ends of the interval that
/// reads back as the number, and the number itself, are scaled to integers by one power of ten, and of the multiples of
/// ten and of one in between the right one is picked. Three multiplications, no loop, no table but ``PowersOfTen``.
package struct ShortestDecimal: Hashable, Sendable {
  /// The digits as an integer, of at most 17 digits; there may be zeros at its end.
  package let digits: UInt64
  /// The power of ten of the last digit.
  package let power: Int

  @inline(__always)
  private init(digits: UInt64, power: Int) {
    self.digits = digits
    self.power = power
  }

  /// The shortest digits of a finite number; its sign does not count.
  @inline(__always)
  package init(_ value: Double) {
    let bits = value.bitPattern & 0x7FFF_FFFF_FFFF_FFFF
    let fraction = bits & 0xF_FFFF_FFFF_FFFF
    let biased = Int(truncatingIfNeeded: bits &>> 52)
    guard bits != 0 else {
      self.init(digits: 0, power: 0)
      return
    }
    let significand = biased == 0 ? fraction : fraction | 1 << 52
    let exponent = max(biased, 1) &- 1075
    self.init(significand, exponent, isBoundaryCloser: fraction == 0 && biased > 1, ShortestDecimal.scaled)
  }

  /// The shortest digits of a finite `Float16`, of which these are the bits; its sign does not count.
  package init(float16Bits bits: UInt16) {
    let fraction = UInt64(bits & 0x3FF)
    let biased = Int(bits >> 10 & 0x1F)
    guard bits & 0x7FFF != 0 else {
      self.init(digits: 0, power: 0)
      return
    }
    self.init(
      biased == 0 ? fraction : fraction | 1 << 10, max(biased, 1) - 25, isBoundaryCloser: fraction == 0 && biased > 1,
      ShortestDecimal.scaled)
  }

  /// The shortest digits of a finite number; its sign does not count.
  @inline(__always)
  package init(_ value: Float) {
    let bits = value.bitPattern & 0x7FFF_FFFF
    let fraction = bits & 0x7F_FFFF
    let biased = Int(truncatingIfNeeded: bits &>> 23)
    guard bits != 0 else {
      self.init(digits: 0, power: 0)
      return
    }
    let significand = UInt64(biased == 0 ? fraction : fraction | 1 << 23)
    let exponent = max(biased, 1) &- 150
    self.init(significand, exponent, isBoundaryCloser: fraction == 0 && biased > 1) { scale, power in
      let ten = PowersOfTen.significand(power)
      // 64 bits of the power are enough, rounded up.
      let product = (ten.high &+ (ten.low == 0 ? 0 : 1)).multipliedFullWidth(by: scale)
      // What was rounded up reaches into the lower half of the low word.
      return ShortestDecimal.roundedToOdd(product.high, product.low &>> 32)
    }
  }

  /// The digits of `significand × 2^exponent`.
  ///
  /// - Parameters:
  ///   - isBoundaryCloser: Whether the neighbour below is half as far away as the one above.
  ///   - scaled: The product of an integer and a power of ten, over a power of two; its last bit set if anything was
  ///     cut off.
  @inline(__always)
  private init(
    _ significand: UInt64, _ exponent: Int, isBoundaryCloser: Bool, _ scaled: (UInt64, Int) -> UInt64
  ) {
    // The ends of the interval count where the significand is even, since ties go to even.
    let odd = significand & 1
    let middle = significand &<< 2
    let low = middle &- (isBoundaryCloser ? 1 : 2)
    let high = middle &+ 2
    // floor(log10(2^exponent)), or of three quarters of that.
    let power = (exponent &* 1_262_611 &- (isBoundaryCloser ? 524_031 : 0)) >> 22
    // 10^-power has its leading bit at 2^binary: the shift that puts the scaled numbers' units in the right place.
    let shift = UInt64(truncatingIfNeeded: exponent &+ PowersOfTen.binaryExponent(0 &- power) &+ 1)
    let lower = scaled(low &<< shift, 0 &- power) &+ odd
    let value = scaled(middle &<< shift, 0 &- power)
    let upper = scaled(high &<< shift, 0 &- power) &- odd
    let whole = value &>> 2
    // The multiples of ten on either side: at most one of them lies inside.
    let tens = whole / 10
    let isTensInside = lower <= 40 &* tens
    let isNextTensInside = 40 &* tens &+ 40 <= upper
    let isWholeInside = lower <= whole &<< 2
    let isNextInside = (whole &<< 2) &+ 4 <= upper
    let rest = value & 3
    let roundsUp = rest > 2 || (rest == 2 && whole & 1 == 1)
    let fine = whole &+ ((isWholeInside != isNextInside ? isNextInside : roundsUp) ? 1 : 0)
    let coarse = tens &+ (isNextTensInside ? 1 : 0)
    // Half of all numbers need the last digit: chosen without a branch.
    let isCoarse: UInt64 = isTensInside != isNextTensInside && whole >= 10 ? 1 : 0
    let mask = 0 &- isCoarse
    self.init(digits: fine ^ ((fine ^ coarse) & mask), power: power &+ Int(truncatingIfNeeded: isCoarse))
  }

  /// The upper 64 of the 192 bits of an integer times a power of ten that is rounded up, and a bit for what lies below
  /// them.
  @inline(__always)
  private static func scaled(_ integer: UInt64, by power: Int) -> UInt64 {
    let ten = PowersOfTen.significand(power)
    let (lowest, lowCarry) = ten.low.addingReportingOverflow(PowersOfTen.isExact(power) ? 0 : 1)
    let below = lowest.multipliedFullWidth(by: integer).high
    let above = (ten.high &+ (lowCarry ? 1 : 0)).multipliedFullWidth(by: integer)
    let (low, carry) = above.low.addingReportingOverflow(below)
    return roundedToOdd(above.high &+ (carry ? 1 : 0), low)
  }

  @inline(__always)
  private static func roundedToOdd(_ high: UInt64, _ low: UInt64) -> UInt64 { high | (low > 1 ? 1 : 0) }
}
