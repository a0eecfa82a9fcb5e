/// A binary floating-point format, for the reading of decimal numbers: one algorithm serves them all.
struct BinaryFormat {
  /// The bits of the significand, the leading one included.
  let significandBits: Int
  /// The exponent of the smallest normal number's leading bit.
  let minExponent: Int
  /// The exponent of the largest number's leading bit.
  let maxExponent: Int

  static let float16 = BinaryFormat(significandBits: 11, minExponent: -14, maxExponent: 15)
  static let float32 = BinaryFormat(significandBits: 24, minExponent: -126, maxExponent: 127)
  static let float64 = BinaryFormat(significandBits: 53, minExponent: -1022, maxExponent: 1023)
  static let extended = BinaryFormat(significandBits: 64, minExponent: -16382, maxExponent: 16383)

  /// A result: a significand, its leading bit included, and an IEEE exponent field; 0 for subnormals and zero.
  struct Value: Equatable {
    var significand: UInt64
    var biasedExponent: Int
  }

  /// Exponent field and fraction of a value, the sign left out. The format must have its leading bit implied.
  @inline(__always)
  func bits(of value: Value) -> UInt64 {
    let fractionBits = UInt64(significandBits - 1)
    return UInt64(value.biasedExponent) << fractionBits | value.significand & ((1 << fractionBits) - 1)
  }

  /// What represents infinity.
  @inline(__always)
  var infinity: Value { Value(significand: 0, biasedExponent: maxExponent - minExponent + 2) }

  /// The bits of `number × 10^power`, exponent field and fraction, correctly rounded, or `nil` where 64 bits of the power
  /// of ten do not tell: about once in 2^(63 - significandBits) times; also for zero, infinity and subnormals.
  ///
  /// One multiplication, and no branch that depends on the digits. What the product's high word lacks is less than 1 in
  /// its last place, so the rounding is certain unless what is rounded away is a half, or that little below it.
  @inline(__always)
  func quickBits(_ number: UInt64, power: Int) -> UInt64? {
    guard number != 0, power >= PowersOfTen.lowest, power <= PowersOfTen.highest else { return nil }
    let zeros = number.leadingZeroBitCount
    let high = (number &<< UInt64(truncatingIfNeeded: zeros)).multipliedFullWidth(by: PowersOfTen.high(power)).high
    let upper = high &>> 63
    // How many bits are rounded away, less one.
    let drop = UInt64(truncatingIfNeeded: 62 &- significandBits) &+ upper
    let half: UInt64 = 1 &<< drop
    guard (high & (half &+ half &- 1)) &- (half &- 1) > 1 else { return nil }
    let significand = ((high &>> drop) &+ 1) &>> 1
    let biased =
      PowersOfTen.binaryExponent(power) &+ 63 &- zeros &+ Int(truncatingIfNeeded: upper) &- minExponent
    // One less than the exponent field: the significand's leading bit, or a carry out of it, adds to that.
    guard UInt(bitPattern: biased) <= UInt(bitPattern: maxExponent &- minExponent &- 1) else { return nil }
    return UInt64(truncatingIfNeeded: biased) &<< UInt64(truncatingIfNeeded: significandBits &- 1) &+ significand
  }

  /// The value `number × 10^power`, correctly rounded (ties to even), or `nil` where 128 bits of the power of ten do
  /// not tell.
  ///
  /// This is the method of M. Eisel and D. Lemire ("Number Parsing at a Gigabyte per Second", 2021). The table's
  /// powers are cut off, so the true product lies above the computed one, by less than 2 in the 128th bit: the result
  /// is certain unless a rounding boundary lies in between.
  @inline(__always)
  func round(_ number: UInt64, power: Int) -> Value? {
    if number == 0 { return Value(significand: 0, biasedExponent: 0) }
    if power < PowersOfTen.lowest || power > PowersOfTen.highest {
      // The table has all powers that doubles have, but not all of 80-bit numbers.
      if significandBits == 64 { return nil }
      return power < 0 ? Value(significand: 0, biasedExponent: 0) : infinity
    }
    let zeros = number.leadingZeroBitCount
    let product = PowersOfTen.product(
      number << UInt64(truncatingIfNeeded: zeros), PowersOfTen.significand(power))
    let upper = Int(truncatingIfNeeded: product.high >> 63)
    // The exponent of the product's leading bit.
    let exponent = PowersOfTen.binaryExponent(power) &+ 63 &- zeros &+ upper
    // How many of the high word's bits are not kept; subnormals keep fewer bits.
    let subnormal = max(0, minExponent &- exponent)
    let drop = 63 &+ upper &- significandBits &+ subnormal
    guard drop > 0 else {
      return significandBits == 64 && subnormal == 0 ? roundExtended(product, upper, exponent, power) : nil
    }
    if drop > 64 { return drop > 66 ? Value(significand: 0, biasedExponent: 0) : nil }
    let shift = UInt64(truncatingIfNeeded: drop)
    let kept = drop == 64 ? 0 : product.high >> shift
    let rest = drop == 64 ? product.high : product.high & ((1 << shift) &- 1)
    let half: UInt64 = 1 << (shift &- 1)
    var significand = kept
    if rest > half {
      significand &+= 1
    } else if rest == half {
      if product.low != 0 {
        significand &+= 1
      } else {
        // Exactly half, or a little more that was cut off: powers up to 10^27 have 64 bits and lose nothing.
        guard power >= 0, power <= 27 else { return nil }
        significand &+= kept & 1
      }
    } else if rest == half &- 1, product.low >= 0 &- 2, power < 0 || power > 27 {
      return nil
    }
    if subnormal > 0 {
      // Rounding up may reach the smallest normal number.
      return Value(
        significand: significand, biasedExponent: significand >> UInt64(significandBits - 1) != 0 ? 1 : 0)
    }
    var biased = exponent &- minExponent &+ 1
    if significand >> UInt64(truncatingIfNeeded: significandBits) != 0 {
      significand >>= 1
      biased &+= 1
    }
    return biased > maxExponent &- minExponent &+ 1
      ? infinity : Value(significand: significand, biasedExponent: biased)
  }

  /// The same for 64 bits, which are the product's high word: the low one is what is rounded away.
  private func roundExtended(
    _ product: (high: UInt64, low: UInt64), _ upper: Int, _ exponent: Int, _ power: Int
  ) -> Value? {
    var (significand, rest) = (product.high, product.low)
    if upper == 0 {
      significand = significand << 1 | rest >> 63
      rest <<= 1
    }
    let half: UInt64 = 1 << 63
    let isExact = power >= 0 && power <= 27
    // The true product lies less than 4 above; it may be a half where the computed one is not quite.
    if !isExact, rest <= half, rest > half - 4 { return nil }
    var biased = exponent &- minExponent &+ 1
    if rest > half || (rest == half && significand & 1 == 1) {
      significand &+= 1
      if significand == 0 { (significand, biased) = (half, biased &+ 1) }
    }
    return biased > maxExponent &- minExponent &+ 1 ? infinity : Value(significand: significand, biasedExponent: biased)
  }
}
