internal import CNumPyIOKernels
internal import ParallelLoops
internal import Synchronization

extension AnyNDArray {
  /// Whether shapes, dtypes (but for the byte order) and all elements are equal; of floats a NaN equals nothing.
  ///
  /// - Throws: ``ArrayError`` for elements that have no equality.
  public func isEqual(to other: AnyNDArray, equalNaN: Bool = false) throws(ArrayError) -> Bool {
    guard shape == other.shape, dtype.native == other.dtype.native else { return false }
    if let answer = hasEqualNumbers(other), answer || !equalNaN || ![.float, .complex].contains(dtype.kind) {
      return answer
    }
    var difference = ArrayDifference(equalNaN: equalNaN)
    try difference.add(self, other)
    return difference.differingCount == 0
  }

  /// Whether all numbers of two arrays of one shape and native dtype are equal, NaN to nothing; `nil` for elements that the
  /// loops in C do not know.
  func hasEqualNumbers(_ other: AnyNDArray) -> Bool? {
    var (left, right) = (self, other)
    // Floats of the other byte order have other zeros and NaN; of integers one order is as good as the other.
    if dtype.byteOrder != other.dtype.byteOrder
      || (!dtype.isNative && dtype.kind != .signedInteger && dtype.kind != .unsignedInteger)
    {
      (left, right) = (nativeByteOrder(), other.nativeByteOrder())
    }
    if dtype.kind == .complex {
      // Of numbers that lie apart the loops would be as short as two parts.
      guard dtype.itemSize <= 16 else { return nil }
      (left, right) = (left.contiguous().parts, right.contiguous().parts)
    }
    return left.hasSameNumbers(right)
  }

  /// The same for two arrays of one byte order, of real numbers.
  private func hasSameNumbers(_ other: AnyNDArray) -> Bool? {
    guard let type = dtype.kernel else { return nil }
    if count == 0 { return true }
    let plan = ElementwisePlan(shape: shape, left: strides, right: other.strides, result: strides)
    let (inner, width) = (plan.inner, npyio_vector_width())
    let differ = Atomic<Bool>(false)
    plan.forEachPart { part in
      if differ.load(ordering: .relaxed) { return }
      // Safe: the plan's parts lie within both arrays, which are held until the end of this function.
      let equal = unsafe npyio_all_equal(
        type, width, npyio_operand(items: firstElement + part.left, step: inner.left),
        npyio_operand(items: other.firstElement + part.right, step: inner.right), part.count)
      if equal == 0 { differ.store(true, ordering: .relaxed) }
    }
    extendLifetime(storage)
    extendLifetime(other.storage)
    return !differ.load(ordering: .relaxed)
  }

  /// The parts of complex numbers of 64 or 128 bits along an axis more.
  var parts: AnyNDArray {
    let size = dtype.itemSize / 2
    return AnyNDArray(
      uncheckedDType: size == 4 ? .float32 : .float64, shape: shape + [2], strides: strides + [size], offset: offset,
      storage: storage)
  }
}
