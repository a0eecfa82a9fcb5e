/// What the four operations do to numbers as they lie in memory, with NumPy's results.
protocol ArithmeticItem: BitwiseCopyable, Sendable {
  static func calculate(_ operation: ArithmeticOperation, _ left: Self, _ right: Self) -> Self
}

/// The four operations.
enum ArithmeticOperation: Sendable {
  case sum, difference, product, quotient
}

extension ArithmeticItem where Self: FixedWidthInteger {
  /// Modulo 2**n; the quotient of integers is a `Double` and not asked for here.
  @inline(__always)
  static func calculate(_ operation: ArithmeticOperation, _ left: Self, _ right: Self) -> Self {
    switch operation {
    case .sum: left &+ right
    case .difference: left &- right
    case .product: left &* right
    case .quotient: 0
    }
  }
}
extension ArithmeticItem where Self: FloatingPoint {
  @inline(__always)
  static func calculate(_ operation: ArithmeticOperation, _ left: Self, _ right: Self) -> Self {
    switch operation {
    case .sum: left + right
    case .difference: left - right
    case .product: left * right
    case .quotient: left / right
    }
  }
}

extension UInt8: ArithmeticItem {}
extension UInt16: ArithmeticItem {}
extension UInt32: ArithmeticItem {}
extension UInt64: ArithmeticItem {}
#if !(os(macOS) && arch(x86_64))
  extension Float16: ArithmeticItem {}
#endif
extension Float: ArithmeticItem {}
extension Double: ArithmeticItem {}

extension NumberPair: ArithmeticItem {
  @inline(__always)
  static func calculate(_ operation: ArithmeticOperation, _ left: NumberPair, _ right: NumberPair) -> NumberPair {
    switch operation {
    case .sum: return left + right
    case .difference: return left - right
    case .product:
      return NumberPair(
        left.real * right.real - left.imaginary * right.imaginary,
        left.real * right.imaginary + left.imaginary * right.real)
    case .quotient: return left.divided(by: right)
    }
  }

  /// Smith's method, as NumPy divides: no squares that could overflow.
  private func divided(by other: NumberPair) -> NumberPair {
    let (realSize, imaginarySize) = (abs(other.real), abs(other.imaginary))
    if realSize >= imaginarySize {
      if realSize == 0, imaginarySize == 0 { return NumberPair(real / realSize, imaginary / realSize) }
      let ratio = other.imaginary / other.real
      let scale = 1 / (other.real + other.imaginary * ratio)
      return NumberPair((real + imaginary * ratio) * scale, (imaginary - real * ratio) * scale)
    }
    let ratio = other.real / other.imaginary
    let scale = 1 / (other.imaginary + other.real * ratio)
    return NumberPair((real * ratio + imaginary) * scale, (imaginary * ratio - real) * scale)
  }
}
