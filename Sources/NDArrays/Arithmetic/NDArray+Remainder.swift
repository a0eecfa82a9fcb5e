extension NDArray where Element: NumericArrayElement & Comparable {
  /// The remainders of divisions that are rounded down, as NumPy's and Python's `%` has them: of the divisor's sign, `-7 % 3` is 2,
  /// where Swift's own `%` gives -1. An integer divided by 0 leaves 0.
  ///
  /// - Precondition: The shapes are equal, or fit by NumPy's broadcasting; ``modulo(_:)`` throws instead.
  public static func % (left: NDArray, right: NDArray) -> NDArray {
    do throws(ArrayError) { return try left.modulo(right) } catch { fatalError(error.message) }
  }
  /// The remainders of all elements, divided by a number: `a % 2 .== 0` is where they are even.
  public static func % (left: NDArray, right: Element) -> NDArray { left % NDArray(scalar: right) }
  /// The remainders of a number, divided by every element.
  public static func % (left: Element, right: NDArray) -> NDArray { NDArray(scalar: left) % right }

  /// The remainders of divisions that are rounded down, for shapes that come from users or files: NumPy's `np.mod(a, b)`.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes do not fit each other.
  public func modulo(_ other: NDArray) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try Remainder.calculate(untyped, other.untyped))
  }
}

/// Remainders of numbers of one native dtype. The narrow types are calculated in the widest, which holds their results: a
/// remainder is exact, and adding the divisor to it rounds once (24 bits twice fit 53).
private enum Remainder {
  static func calculate(_ left: AnyNDArray, _ right: AnyNDArray) throws(ArrayError) -> AnyNDArray {
    let dtype = left.dtype
    let wide: DType =
      switch dtype.kind {
      case .unsignedInteger: .uint64
      case .signedInteger: .int64
      default: .float64
      }
    func widened(_ array: AnyNDArray) throws(ArrayError) -> AnyNDArray {
      array.dtype == wide ? array : try array.asType(wide)
    }
    let (a, b) = try AnyNDArray.broadcast(widened(left), widened(right))
    let result =
      switch dtype.kind {
      case .unsignedInteger: try Elementwise.map(UInt64.self, a, b, wide) { $1 == 0 ? 0 : $0 % $1 }
      case .signedInteger: try Elementwise.map(Int64.self, a, b, wide) { integer($0, $1) }
      default: try Elementwise.map(Double.self, a, b, wide) { number($0, $1) }
      }
    return dtype == wide ? result : try result.asType(dtype)
  }

  private static func integer(_ number: Int64, _ divisor: Int64) -> Int64 {
    // The lowest number divided by -1 would overflow.
    if divisor == 0 || divisor == -1 { return 0 }
    let rest = number % divisor
    return rest != 0 && (rest < 0) != (divisor < 0) ? rest + divisor : rest
  }

  /// As `npy_divmod` (numpy/_core/src/npymath/npy_math_internal.h.src).
  private static func number(_ number: Double, _ divisor: Double) -> Double {
    let rest = number.truncatingRemainder(dividingBy: divisor)
    if divisor == 0 || rest.isNaN { return rest }
    if rest == 0 { return Double(signOf: divisor, magnitudeOf: 0) }
    return (rest < 0) != (divisor < 0) ? rest + divisor : rest
  }
}
