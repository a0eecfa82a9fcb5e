extension NDArray: Equatable {
  /// Whether shapes and all elements are equal: NumPy's `np.array_equal`. A NaN equals nothing.
  public static func == (left: NDArray, right: NDArray) -> Bool {
    guard left.shape == right.shape else { return false }
    return left.withElements { a in
      right.withElements { b in
        for index in a.indices where a[index] != b[index] { return false }
        return true
      }
    }
  }
}

extension NDArray where Element: BinaryFloatingPoint {
  /// Where elements differ by no more than `atol + rtol × |other|`: NumPy's `np.isclose`.
  ///
  /// - Parameter equalNaN: Whether a NaN is close to a NaN.
  /// - Precondition: The shapes are equal.
  public func isClose(
    to other: NDArray, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false
  ) -> NDArray<Bool> {
    NDArray<Bool>.zip(self, other) { left, right in
      if left == right { return true }
      if left.isNaN || right.isNaN { return equalNaN && left.isNaN && right.isNaN }
      if left.isInfinite || right.isInfinite { return false }
      return Double((left - right).magnitude) <= atol + rtol * Double(right.magnitude)
    }
  }

  /// Whether all elements are close: NumPy's `np.allclose`. Arrays of different shapes are not.
  public func allClose(
    to other: NDArray, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false
  ) -> Bool {
    shape == other.shape
      && isClose(to: other, rtol: rtol, atol: atol, equalNaN: equalNaN).elements.allSatisfy { $0 }
  }
}

extension AnyNDArray {
  /// Whether shapes, dtypes (but for the byte order) and all elements are equal; of floats a NaN equals nothing.
  ///
  /// - Throws: ``ArrayError`` for elements that have no equality.
  public func isEqual(to other: AnyNDArray, equalNaN: Bool = false) throws(ArrayError) -> Bool {
    guard shape == other.shape, dtype.native == other.dtype.native else { return false }
    var difference = ArrayDifference(equalNaN: equalNaN)
    try difference.add(self, other)
    return difference.differingCount == 0
  }
}
