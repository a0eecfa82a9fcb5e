extension BinaryFormat {
  /// The value `digits × 10^power` for digits of any number, correctly rounded by arithmetic on whole numbers.
  ///
  /// The last resort: where the digits are more than 19, or the number lies on (or within 2^-64 of) the middle between
  /// two neighbours. Cost: microseconds.
  ///
  /// - Parameters:
  ///   - digits: 0 to 9 each, the first not 0. More than ``maxDigits`` are not needed and not looked at one by one.
  func roundExactly(digits: [UInt8], power: Int) -> Value {
    guard !digits.isEmpty else { return Value(significand: 0, biasedExponent: 0) }
    // Far beyond either end no arithmetic is needed. 0.30103 is log10(2).
    let lead = power &+ digits.count
    if lead > Int(Double(maxExponent) * 0.30103) + 3 { return infinity }
    if lead < Int(Double(minExponent - significandBits) * 0.30103) - 3 {
      return Value(significand: 0, biasedExponent: 0)
    }
    var numerator = BigBinaryInteger(decimalDigits: digits)
    var denominator = BigBinaryInteger(1)
    if power >= 0 {
      numerator.multiply(byPowerOfTen: power)
    } else {
      denominator.multiply(byPowerOfTen: -power)
    }
    // Align the two so that the quotient lies in 1..<2; 2^exponent is what was taken out.
    var exponent = numerator.bitCount - denominator.bitCount
    if exponent > 0 { denominator.shiftLeft(exponent) } else { numerator.shiftLeft(-exponent) }
    if numerator < denominator {
      numerator.shiftLeft(1)
      exponent -= 1
    }
    // Long division, a bit at a time.
    let isSubnormal = exponent < minExponent
    let kept = significandBits - (isSubnormal ? minExponent - exponent : 0)
    guard kept >= 0 else { return Value(significand: 0, biasedExponent: 0) }
    var significand: UInt64 = 0
    for _ in 0..<kept {
      significand <<= 1
      if numerator >= denominator {
        numerator.subtract(denominator)
        significand |= 1
      }
      numerator.shiftLeft(1)
    }
    var carried = false
    if numerator > denominator || (numerator == denominator && significand & 1 == 1) {
      (significand, carried) = significand.addingReportingOverflow(1)
    }
    if isSubnormal {
      return Value(
        significand: significand, biasedExponent: significand >> UInt64(significandBits - 1) != 0 ? 1 : 0)
    }
    if carried {
      significand = 1 << 63
      exponent += 1
    } else if significandBits < 64, significand >> UInt64(significandBits) != 0 {
      significand >>= 1
      exponent += 1
    }
    if exponent > maxExponent { return infinity }
    return Value(significand: significand, biasedExponent: exponent - minExponent + 1)
  }

  /// More digits than any number that lies exactly between two neighbours has; one more digit that is not 0 can stand
  /// for all that follow.
  var maxDigits: Int { significandBits == 64 ? 11_600 : 800 }
}

/// A natural number of any size in base 2^32: what exact reading of decimal numbers needs, and no more.
struct BigBinaryInteger: Comparable {
  /// The least significant first; no zeros at the end.
  private var limbs: [UInt32]

  init(_ value: UInt32) { limbs = value == 0 ? [] : [value] }

  /// The number that digits of 0 to 9 spell.
  init(decimalDigits: [UInt8]) {
    limbs = []
    var index = 0
    while index < decimalDigits.count {
      let end = min(index + 9, decimalDigits.count)
      var chunk: UInt32 = 0
      var scale: UInt32 = 1
      for digit in decimalDigits[index..<end] {
        chunk = chunk * 10 + UInt32(digit)
        scale *= 10
      }
      multiply(by: scale, adding: chunk)
      index = end
    }
  }

  mutating func multiply(by factor: UInt32, adding addend: UInt32 = 0) {
    var carry = UInt64(addend)
    for index in limbs.indices {
      let product = UInt64(limbs[index]) * UInt64(factor) + carry
      limbs[index] = UInt32(truncatingIfNeeded: product)
      carry = product >> 32
    }
    if carry > 0 { limbs.append(UInt32(carry)) }
  }

  mutating func multiply(byPowerOfTen power: Int) {
    var left = power
    while left >= 9 {
      multiply(by: 1_000_000_000)
      left -= 9
    }
    var last: UInt32 = 1
    for _ in 0..<left { last *= 10 }
    if last > 1 { multiply(by: last) }
  }

  /// The number of bits without leading zeros.
  var bitCount: Int { limbs.last.map { limbs.count * 32 - $0.leadingZeroBitCount } ?? 0 }

  mutating func shiftLeft(_ count: Int) {
    guard count > 0, !limbs.isEmpty else { return }
    let bits = UInt32(count % 32)
    if bits > 0 {
      var carry: UInt32 = 0
      for index in limbs.indices {
        let limb = limbs[index]
        limbs[index] = limb << bits | carry
        carry = limb >> (32 - bits)
      }
      if carry > 0 { limbs.append(carry) }
    }
    if count >= 32 { limbs.insert(contentsOf: repeatElement(0, count: count / 32), at: 0) }
  }

  /// Subtracts a number that is not larger.
  mutating func subtract(_ other: BigBinaryInteger) {
    var borrow: UInt64 = 0
    for index in limbs.indices {
      let minuend = UInt64(limbs[index])
      let subtrahend = (index < other.limbs.count ? UInt64(other.limbs[index]) : 0) + borrow
      limbs[index] = UInt32(truncatingIfNeeded: minuend &- subtrahend)
      borrow = minuend < subtrahend ? 1 : 0
    }
    while limbs.last == 0 { limbs.removeLast() }
  }

  static func < (left: BigBinaryInteger, right: BigBinaryInteger) -> Bool {
    if left.limbs.count != right.limbs.count { return left.limbs.count < right.limbs.count }
    for index in left.limbs.indices.reversed() where left.limbs[index] != right.limbs[index] {
      return left.limbs[index] < right.limbs[index]
    }
    return false
  }
}
