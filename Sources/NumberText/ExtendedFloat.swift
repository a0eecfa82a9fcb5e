/// An x87 number of 80 bits, NumPy's `longdouble` on x86-64: kept as it is stored, so that every machine can print it.
package struct ExtendedFloat: Hashable, Sendable {
  /// The significand, its integer bit included.
  package let significand: UInt64
  /// The exponent, biased by 16383, below the sign in the highest bit.
  package let signAndExponent: UInt16

  /// From the stored parts.
  package init(significand: UInt64, signAndExponent: UInt16) {
    self.significand = significand
    self.signAndExponent = signAndExponent
  }

  /// Whether the sign bit is set.
  package var isNegative: Bool { signAndExponent & 0x8000 != 0 }
  private var biasedExponent: Int { Int(signAndExponent & 0x7FFF) }
  /// Whether it is an infinity.
  package var isInfinite: Bool { biasedExponent == 0x7FFF && significand << 1 == 0 }
  /// Whether it is not a number; encodings that the processor refuses count as such.
  package var isNaN: Bool {
    biasedExponent == 0x7FFF ? significand << 1 != 0 : biasedExponent != 0 && significand >> 63 == 0
  }
  /// Whether it is zero.
  package var isZero: Bool { significand == 0 && biasedExponent == 0 }

  /// The power of two of the significand's last bit.
  private var exponent: Int { max(biasedExponent, 1) - 16383 - 63 }

  /// All digits of the magnitude.
  package var exactDigits: DecimalDigits { DecimalDigits(exactly: significand, exponent: exponent) }

  /// The fewest digits that read back as the same number; of several, the closest.
  package var shortestDigits: DecimalDigits {
    guard significand != 0 else { return DecimalDigits(digits: [], pointPosition: 0) }
    let exact = exactDigits
    // Halfway to the neighbours; below a power of two the lower neighbour is twice as near.
    let isPower = significand << 1 == 0 && biasedExponent > 1
    let (low, high) = ExtendedFloat.boundaries(significand, exponent, isPower: isPower)
    let isEven = significand & 1 == 0
    func fits(_ candidate: DecimalDigits) -> Bool {
      isEven ? candidate >= low && candidate <= high : candidate > low && candidate < high
    }
    for count in 1...20 {
      let nearest = exact.rounded(toSignificantDigits: count)
      if fits(nearest) { return nearest }
      // Above a power of two the interval is wider: the text one step up may lie in it though it is the farther one.
      if isPower, nearest < exact {
        let above = nearest.steppedUp(significantDigits: count)
        if fits(above) { return above }
      }
    }
    return exact.rounded(toSignificantDigits: 21)
  }

  /// For a power of two, the midpoint between it and the number below, which is nearer than the one above; `nil` for
  /// others.
  package var lowerBoundaryOfPower: DecimalDigits? {
    guard significand << 1 == 0, significand != 0, biasedExponent > 1, biasedExponent < 0x7FFF else { return nil }
    return ExtendedFloat.boundaries(significand, exponent, isPower: true).low
  }

  private static func boundaries(
    _ significand: UInt64, _ exponent: Int, isPower: Bool
  ) -> (low: DecimalDigits, high: DecimalDigits) {
    // 4m ± 2 (or - 1) need up to 66 bits: split as (4m ± d) = 2 × (2m ± d/2), and 2m may overflow only in its top
    // bit; so the top bit is kept apart by halving the significand's even part.
    func digits(_ addend: Int, shift: Int) -> DecimalDigits {
      // The number is significand × 2^shift + addend, in units of 2^(exponent - shift).
      let (high, low) = significand.multipliedFullWidth(by: 1 << UInt64(shift))
      let (sum, carry) =
        addend < 0
        ? low.subtractingReportingOverflow(UInt64(-addend)) : low.addingReportingOverflow(UInt64(addend))
      let top = carry ? (addend < 0 ? high - 1 : high + 1) : high
      return DecimalDigits(high: top, low: sum, exponent: exponent - shift)
    }
    return isPower ? (digits(-1, shift: 2), digits(2, shift: 2)) : (digits(-1, shift: 1), digits(1, shift: 1))
  }

  /// The nearest `Double`, ties to even.
  package var doubleValue: Double {
    let sign: Double = isNegative ? -1 : 1
    if isNaN { return .nan }
    if isInfinite { return sign * .infinity }
    if significand == 0 { return isNegative ? -0.0 : 0 }
    // The value's leading bit stands at 2^power.
    let lead = 63 - significand.leadingZeroBitCount
    let power = exponent + lead
    if power > 1023 { return sign * .infinity }
    // How many low bits a double of this magnitude has no room for.
    let dropped = max(lead - 52, -1074 - exponent)
    if dropped <= 0 { return sign * ExtendedFloat.scaled(Double(significand), exponent) }
    if dropped > 64 { return sign * 0 }
    let kept = dropped == 64 ? 0 : significand >> UInt64(dropped)
    let rest = dropped == 64 ? significand : significand & ((1 << UInt64(dropped)) - 1)
    let half: UInt64 = 1 << UInt64(dropped - 1)
    let rounded = rest > half || (rest == half && kept & 1 == 1) ? kept + 1 : kept
    return sign * ExtendedFloat.scaled(Double(rounded), exponent + dropped)
  }

  /// `value × 2^power`, both exactly representable in the end.
  private static func scaled(_ value: Double, _ power: Int) -> Double {
    if power < -1000 { return Double(sign: .plus, exponent: power + 200, significand: value) * 0x1p-200 }
    return Double(sign: .plus, exponent: power, significand: value)
  }

  /// The number that a `Double` is.
  package init(_ value: Double) {
    let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
    let bits = value.bitPattern
    let biased = Int(bits >> 52) & 0x7FF
    let fraction = bits & 0xF_FFFF_FFFF_FFFF
    if biased == 0x7FF {
      self.init(significand: 1 << 63 | fraction << 11, signAndExponent: sign | 0x7FFF)
    } else if biased == 0 {
      guard fraction != 0 else {
        self.init(significand: 0, signAndExponent: sign)
        return
      }
      let shift = fraction.leadingZeroBitCount
      self.init(
        significand: fraction << UInt64(shift), signAndExponent: sign | UInt16(16383 - 1074 + 63 - shift))
    } else {
      self.init(significand: 1 << 63 | fraction << 11, signAndExponent: sign | UInt16(biased - 1023 + 16383))
    }
  }

  /// The number that an integer is, exactly.
  package init(magnitude: UInt64, isNegative: Bool) {
    guard magnitude != 0 else {
      self.init(significand: 0, signAndExponent: 0)
      return
    }
    let shift = magnitude.leadingZeroBitCount
    self.init(
      significand: magnitude << UInt64(shift),
      signAndExponent: (isNegative ? 0x8000 : 0) | UInt16(16383 + 63 - shift))
  }

  /// The magnitude without its fraction, or `nil` if 64 bits do not hold it.
  package var integerMagnitude: UInt64? {
    if isNaN || isInfinite { return nil }
    let shift = -exponent
    if shift >= 64 { return 0 }
    if shift < 0 { return significand == 0 ? 0 : nil }
    return significand >> UInt64(shift)
  }
}

extension DecimalDigits {
  /// All digits of a number of 128 bits times a power of two.
  init(high: UInt64, low: UInt64, exponent: Int) {
    guard high != 0 else {
      self.init(exactly: low, exponent: exponent)
      return
    }
    // Both parts in the same unit, added digit by digit.
    self = DecimalDigits(exactly: high, exponent: exponent + 64).adding(DecimalDigits(exactly: low, exponent: exponent))
  }

  /// The next larger number of that many digits, at least as many as there are.
  func steppedUp(significantDigits count: Int) -> DecimalDigits {
    adding(DecimalDigits(digits: [1], pointPosition: pointPosition - count + 1))
  }

  /// The exact sum.
  func adding(_ other: DecimalDigits) -> DecimalDigits {
    if isZero { return other }
    if other.isZero { return self }
    let point = max(pointPosition, other.pointPosition)
    let length = max(
      point - pointPosition + digits.count, point - other.pointPosition + other.digits.count)
    var sum = [UInt8](repeating: 0, count: length + 1)
    for number in [self, other] {
      for (index, digit) in number.digits.enumerated() { sum[1 + point - number.pointPosition + index] += digit }
    }
    for index in sum.indices.dropFirst().reversed() where sum[index] > 9 {
      sum[index] -= 10
      sum[index - 1] += 1
    }
    return DecimalDigits(digits: sum, pointPosition: point + 1)
  }
}
