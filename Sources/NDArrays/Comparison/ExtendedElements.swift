internal import NumberText

// Numbers of 80 bits (`longdouble`) are reckoned with as what few operations need: two doubles, times a power of two that they share.

extension DType {
  /// Whether elements are of 80 bits, or complex of two of them.
  var isExtended: Bool { (kind == .float && itemSize == 16) || (kind == .complex && itemSize == 32) }
}

extension AnyNDArray {
  /// The numbers of elements in C order, of complex elements both parts; others than those of 80 bits are converted.
  func extendedNumbers(complex: Bool) throws(ArrayError) -> [ExtendedFloat] {
    let converted = try asType(complex ? .complexLongDouble : .longDouble, casting: .unsafe)
    return unsafe converted.withContiguousBytes { bytes in
      guard let base = bytes.baseAddress else { return [] }
      // Safe: the array holds the bytes during the call, 16 of each number.
      let reader = unsafe Reader(base: base, step: 16, swaps: false, count: bytes.count / 16)
      return (0..<reader.count).map { reader.extended($0, at: 0) }
    }
  }
}

extension ExtendedFloat {
  var isFinite: Bool { !isNaN && !isInfinite }

  /// Whether two numbers are equal as numbers: zeros are, whatever their sign, and a NaN equals nothing.
  func isEqual(to other: ExtendedFloat) -> Bool {
    if isNaN || other.isNaN { return false }
    return self == other || (isZero && other.isZero)
  }

  /// The power of two that is no larger than the magnitude; `nil` for zero and what is no finite number.
  var binaryExponent: Int? {
    guard isFinite, significand != 0 else { return nil }
    return max(Int(signAndExponent & 0x7FFF), 1) - 16383 - significand.leadingZeroBitCount
  }

  /// The number divided by a power of two: the double nearest to its upper half, and the rest.
  func scaled(down power: Int) -> (high: Double, low: Double) {
    let exponent = max(Int(signAndExponent & 0x7FFF), 1) - 16383 - 63 - power
    let sign: FloatingPointSign = isNegative ? .minus : .plus
    return (
      Double(sign: sign, exponent: exponent + 32, significand: Double(significand >> 32)),
      Double(sign: sign, exponent: exponent, significand: Double(significand & 0xFFFF_FFFF))
    )
  }

  /// The number nearest to the sum of two doubles times a power of two.
  init(high: Double, low: Double, scaledUp power: Int) {
    let sum = high + low
    guard sum.isFinite, sum != 0 else {
      self.init(sum)
      return
    }
    let lead = Int(sum.exponent)
    // As an integer of 64 bits, which the second double may take some steps up or down.
    let scaled = Double(sign: .plus, exponent: 63 - lead, significand: high)
    let whole = Int128(scaled.rounded(.towardZero))
    let rest = Double(sign: .plus, exponent: 63 - lead, significand: low) + (scaled - Double(whole))
    let integer = whole + Int128(rest.rounded())
    let isTooLong = integer.magnitude >> 64 != 0
    let parts = ExtendedFloat(
      magnitude: UInt64(truncatingIfNeeded: isTooLong ? integer.magnitude >> 1 : integer.magnitude),
      isNegative: integer < 0)
    let exponent = Int(parts.signAndExponent & 0x7FFF) + (isTooLong ? 1 : 0) + lead - 63 + power
    let sign = parts.signAndExponent & 0x8000
    guard exponent > 0 else {
      // Below the smallest normal number.
      let shift = UInt64(min(64, 1 - exponent))
      self.init(significand: shift == 64 ? 0 : parts.significand >> shift, signAndExponent: sign)
      return
    }
    guard exponent < 0x7FFF else {
      self.init(significand: 1 << 63, signAndExponent: sign | 0x7FFF)
      return
    }
    self.init(significand: parts.significand, signAndExponent: sign | UInt16(exponent))
  }

  /// NumPy's text of a number by itself.
  var text: String {
    let bytes =
      (0..<8).map { UInt8(truncatingIfNeeded: significand >> (8 * UInt64($0))) }
      + [UInt8(truncatingIfNeeded: signAndExponent), UInt8(truncatingIfNeeded: signAndExponent >> 8)]
      + [UInt8](repeating: 0, count: 6)
    return (try? AnyNDArray(bytes: bytes, dtype: .longDouble, shape: []))?.description ?? ""
  }
}
