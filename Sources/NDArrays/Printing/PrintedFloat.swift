internal import NumberText

/// A floating-point number as NumPy stores it, with what it takes to print it.
protocol PrintedFloat: BitwiseCopyable, Sendable {
  var isFinite: Bool { get }
  var isNaN: Bool { get }
  var isZero: Bool { get }
  var isNegative: Bool { get }
  /// Whether the magnitude is less than the other's; both are finite.
  func isSmaller(than other: Self) -> Bool

  /// Whether, with this largest magnitude of an array, all of its numbers are written with exponents: at `10^8`, or
  /// `10^digits` for a type with fewer reliable digits.
  var needsExponent: Bool { get }
  /// Whether, with this smallest magnitude (not 0) and that largest one, all numbers are written with exponents: below
  /// `1e-4`, or for a ratio of more than 1000, both in the number's own type.
  func needsExponent(largest: Self) -> Bool
  /// Whether the number alone is written with an exponent: NumPy's scalars.
  var needsExponentAlone: Bool { get }

  /// The fewest digits that tell the number from its neighbours.
  func setShortest(_ digits: inout DigitBuffer)
  /// Every digit of the value.
  var exactDigits: DecimalDigits { get }
  /// For a power of two, the end of the interval below the number that reads back as it; the neighbour below is
  /// nearer than the one above. `nil` for others.
  var lowerBoundary: DecimalDigits? { get }
  /// A double of the same value, if the type is a smaller one.
  var wider: Double? { get }
  /// How many digits are exact in every normal number of the type: `DBL_DIG`.
  static var reliableDigits: Int { get }
  /// Whether the number has the type's full precision.
  var isNormal: Bool { get }
}

/// Where digits are cut off.
enum DigitPlace {
  case fraction(Int)
  case significant(Int)

  /// How many digits are kept of a number whose point is there.
  func kept(pointPosition: Int) -> Int {
    switch self {
    case .fraction(let count): pointPosition + count
    case .significant(let count): count
    }
  }
}

extension PrintedFloat {
  /// The shortest digits, cut at a place if they go on after it.
  func setShortest(limit: DigitPlace?, _ digits: inout DigitBuffer) {
    setShortest(&digits)
    guard let limit, !digits.round(keeping: limit.kept(pointPosition: digits.pointPosition)) else { return }
    // The digits stop just in the middle; the value itself is on one side, or a tie.
    setExact(limit, &digits)
  }

  private func setExact(_ place: DigitPlace, _ digits: inout DigitBuffer) {
    let exact = exactDigits
    switch place {
    case .fraction(let count): digits.set(exact.rounded(toFractionDigits: count))
    case .significant(let count): digits.set(exact.rounded(toSignificantDigits: count))
    }
  }

  /// The value, correctly rounded at a place; ties to even.
  func setNearest(_ place: DigitPlace, _ digits: inout DigitBuffer) {
    if let wider {
      wider.setNearest(place, &digits)
      return
    }
    setShortest(&digits)
    fillUp(place, &digits)
  }

  /// The shortest digits made exact down to a place.
  private func fillUp(_ place: DigitPlace, _ digits: inout DigitBuffer) {
    let kept = place.kept(pointPosition: digits.pointPosition)
    if digits.digits.isEmpty { return }
    if kept < digits.digits.count {
      // The shortest digits lie on the same side of every shorter midpoint as the value: see DecimalDigits.
      if digits.round(keeping: kept) { return }
    } else if kept <= Self.reliableDigits, isNormal {
      // That many digits are exact in any number of this type: what follows the shortest ones are zeros.
      return
    }
    setExact(place, &digits)
  }

  /// NumPy's Dragon4 with `unique` and as many digits at least as at most: the shortest digits, and beyond them the
  /// value's own.
  func setUnique(filledTo place: DigitPlace, _ digits: inout DigitBuffer) {
    setShortest(&digits)
    let count = digits.digits.count
    let kept = place.kept(pointPosition: digits.pointPosition)
    if kept == count || count == 0 { return }
    if kept > count, kept > Self.reliableDigits || !isNormal {
      if let low = lowerBoundary {
        // Next to a power of two the nearest text of that many digits may already read back as the number below; then
        // Dragon4 rounds up.
        setExact(place, &digits)
        if DecimalDigits(digits: digits.digits, pointPosition: digits.pointPosition) < low {
          setShortest(&digits)
        }
        return
      }
      setNearest(place, &digits)
      return
    }
    if kept < count { fillUp(place, &digits) }
  }
}

extension Double: PrintedFloat {
  var isNegative: Bool { sign == .minus }
  func isSmaller(than other: Double) -> Bool { magnitude < other.magnitude }
  var needsExponent: Bool { magnitude >= 1e8 }
  func needsExponent(largest: Double) -> Bool { magnitude < 1e-4 || largest.magnitude / magnitude > 1000 }
  var needsExponentAlone: Bool { !isZero && (magnitude >= 1e16 || magnitude < 1e-4) }
  func setShortest(_ digits: inout DigitBuffer) { digits.set(ShortestDecimal(self)) }
  var exactDigits: DecimalDigits { DecimalDigits(exactly: self) }
  var lowerBoundary: DecimalDigits? {
    guard significandBitPattern == 0, exponentBitPattern > 1 else { return nil }
    return DecimalDigits(exactly: 1 << 54 - 1, exponent: Int(exponentBitPattern) - 1023 - 54)
  }
  var wider: Double? { nil }
  static var reliableDigits: Int { 15 }
}

extension Float: PrintedFloat {
  var isNegative: Bool { sign == .minus }
  func isSmaller(than other: Float) -> Bool { magnitude < other.magnitude }
  var needsExponent: Bool { magnitude >= 1e6 }
  func needsExponent(largest: Float) -> Bool { magnitude < 1e-4 || largest.magnitude / magnitude > 1000 }
  var needsExponentAlone: Bool { !isZero && (magnitude >= 1e6 || Double(magnitude) < 1e-4) }
  func setShortest(_ digits: inout DigitBuffer) { digits.set(ShortestDecimal(self)) }
  var exactDigits: DecimalDigits { DecimalDigits(exactly: Double(self)) }
  var lowerBoundary: DecimalDigits? {
    guard significandBitPattern == 0, exponentBitPattern > 1 else { return nil }
    return DecimalDigits(exactly: 1 << 25 - 1, exponent: Int(exponentBitPattern) - 127 - 25)
  }
  var wider: Double? { Double(self) }
  static var reliableDigits: Int { 6 }
}

/// A number of 16 bits as it is stored; not Swift's `Float16`, which Intel Macs lack.
struct StoredHalf: PrintedFloat {
  private let bits: UInt16

  private var exponentBits: Int { Int(bits >> 10 & 0x1F) }
  private var fraction: UInt16 { bits & 0x3FF }
  /// The magnitude.
  private var value: Double { HalfFloat.double(bits & 0x7FFF) }

  var isFinite: Bool { exponentBits != 0x1F }
  var isNaN: Bool { exponentBits == 0x1F && fraction != 0 }
  var isZero: Bool { bits & 0x7FFF == 0 }
  var isNegative: Bool { bits & 0x8000 != 0 }
  func isSmaller(than other: StoredHalf) -> Bool { bits & 0x7FFF < other.bits & 0x7FFF }
  var needsExponent: Bool { value >= 1000 }
  func needsExponent(largest: StoredHalf) -> Bool {
    // 1e-4 as a half; and a quotient up to 1000.25 is 1000 as a half.
    value < 1678 * 0x1p-24 || Float(largest.value) / Float(value) > 1000.25
  }
  var needsExponentAlone: Bool { !isZero && (value >= 1000 || value < 1e-4) }
  func setShortest(_ digits: inout DigitBuffer) { digits.set(ShortestDecimal(float16Bits: bits)) }
  var exactDigits: DecimalDigits { DecimalDigits(exactly: value) }
  var lowerBoundary: DecimalDigits? {
    guard fraction == 0, exponentBits > 1 else { return nil }
    return DecimalDigits(exactly: 1 << 12 - 1, exponent: exponentBits - 15 - 12)
  }
  var wider: Double? { value }
  static var reliableDigits: Int { 3 }
  var isNormal: Bool { exponentBits != 0 && exponentBits != 0x1F }
}

/// An x87 number in 16 bytes as it is stored.
struct StoredExtended: PrintedFloat {
  private let significand: UInt64
  private let upper: UInt64

  private var number: ExtendedFloat {
    ExtendedFloat(significand: significand, signAndExponent: UInt16(truncatingIfNeeded: upper))
  }
  private var biasedExponent: Int { Int(upper & 0x7FFF) }

  var isFinite: Bool { !number.isNaN && !number.isInfinite }
  var isNaN: Bool { number.isNaN }
  var isZero: Bool { number.isZero }
  var isNegative: Bool { number.isNegative }
  func isSmaller(than other: StoredExtended) -> Bool {
    (biasedExponent, significand) < (other.biasedExponent, other.significand)
  }
  /// The leading bit shifted to the top, and the power of two of the last one.
  private var normalized: (significand: UInt64, exponent: Int) {
    let shift = significand.leadingZeroBitCount
    return (significand << UInt64(shift), max(biasedExponent, 1) - 16383 - 63 - shift)
  }
  private func isLess(than other: Double) -> Bool {
    let limit = ExtendedFloat(other)
    return (biasedExponent, significand) < (Int(limit.signAndExponent), limit.significand)
  }
  var needsExponent: Bool { !isLess(than: 1e8) }
  func needsExponent(largest: StoredExtended) -> Bool {
    if isLess(than: 0.0001) { return true }
    let (high, highExponent) = largest.normalized
    let (low, lowExponent) = normalized
    // Whether high / low × 2^difference, rounded to 64 bits, is more than 1000: whether it is more than 1000 + 2^-55,
    // half a step above.
    let difference = highExponent - lowExponent
    if difference < 9 { return false }
    if difference > 10 { return true }
    let excess = (Int128(high) << Int128(difference)) - 1000 * Int128(low)
    return excess >= 512 || (excess > 0 && excess << 55 > Int128(low))
  }
  var needsExponentAlone: Bool {
    // The limits are long doubles: by its digits, which 0.0001 as a long double shares with it.
    if isZero { return false }
    let digits = number.shortestDigits
    return digits.pointPosition > 16 || digits.pointPosition < -3
  }
  func setShortest(_ digits: inout DigitBuffer) { digits.set(number.shortestDigits) }
  var exactDigits: DecimalDigits { number.exactDigits }
  var lowerBoundary: DecimalDigits? { number.lowerBoundaryOfPower }
  var wider: Double? { nil }
  static var reliableDigits: Int { 18 }
  var isNormal: Bool { biasedExponent != 0 && isFinite }
}
