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
