internal import CNumPyIOKernels

/// What the four operations do to numbers that the loops in C do not know, with NumPy's results.
protocol ArithmeticItem: BitwiseCopyable, Sendable {
  static func calculate(_ operation: ArithmeticOperation, _ left: Self, _ right: Self) -> Self
}

/// The four operations.
@usableFromInline enum ArithmeticOperation: Sendable {
  case sum, difference, product, quotient

  /// The operation as the loops in C know it.
  var kernel: npyio_operation {
    switch self {
    case .sum: NPYIO_ADD
    case .difference: NPYIO_SUBTRACT
    case .product: NPYIO_MULTIPLY
    case .quotient: NPYIO_DIVIDE
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

#if !(os(macOS) && arch(x86_64))
  extension Float16: ArithmeticItem {}
#endif

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
