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
    let parts = dtype.kind == .complex ? 2 : 1
    guard parts == 1 || dtype.itemSize <= 16 else { return nil }
    // Floats of the other byte order have other zeros and NaN; of integers one order is as good as the other.
    let isFloat = dtype.kind == .float || dtype.kind == .complex
    if dtype.byteOrder != other.dtype.byteOrder || (isFloat && parts == 2 && !dtype.isNative) {
      (left, right) = (nativeByteOrder(), other.nativeByteOrder())
    }
    let partType = dtype.itemSize == 8 ? NPYIO_FLOAT32 : NPYIO_FLOAT64
    guard let type = parts == 2 ? partType : dtype.kernel else { return nil }
    let numbers = Numbers(type: type, parts: parts, isSwapped: isFloat && !left.dtype.isNative)
    return count == 0 || left.hasSame(numbers, as: right)
  }

  /// Numbers as the loops in C know them.
  private struct Numbers: Sendable {
    let type: npyio_number
    /// How many of them are an element.
    let parts: Int
    let isSwapped: Bool
  }

  /// Whether two arrays of one shape and byte order hold the same numbers.
  private func hasSame(_ numbers: Numbers, as other: AnyNDArray) -> Bool {
    let differ = Atomic<Bool>(false)
    if LoopPlan(shape: shape, first: strides, second: other.strides).tileAxis != nil, let axis = outermostAxis {
      // The two lie crosswise: parts of one are brought into the order of the other.
      let grain = Swift.max(1, (1 << 16) / Swift.max(1, count / shape[axis]))
      Parallel.forEach((shape[axis] + grain - 1) / grain) { (part: Int) throws(Never) in
        if differ.load(ordering: .relaxed) { return }
        let range = part * grain..<Swift.min(shape[axis], (part + 1) * grain)
        let (left, right) = (self.part(range, of: axis), other.part(range, of: axis))
        let turned = right.copied(inOrderOf: left)
        if !left.hasSameRows(numbers, as: turned) { differ.store(true, ordering: .relaxed) }
      }
      return !differ.load(ordering: .relaxed)
    }
    return hasSameRows(numbers, as: other)
  }

  private func hasSameRows(_ numbers: Numbers, as other: AnyNDArray) -> Bool {
    let plan = ElementwisePlan(shape: shape, left: strides, right: other.strides, result: strides)
    let (inner, width) = (plan.inner, npyio_vector_width())
    let differ = Atomic<Bool>(false)
    plan.forEachPart(bytesEach: 2 * dtype.itemSize) { part in
      // In pieces, so that what differs early ends early.
      for first in stride(from: 0, to: part.count, by: 1 << 16) {
        if differ.load(ordering: .relaxed) { return }
        // Safe: the plan's parts lie within both arrays, which are held until the end of this function.
        let equal = unsafe npyio_all_equal(
          numbers.type, CInt(numbers.parts), numbers.isSwapped ? 1 : 0, width,
          npyio_operand(items: firstElement + part.left + first * inner.left, step: inner.left),
          npyio_operand(items: other.firstElement + part.right + first * inner.right, step: inner.right),
          Swift.min(1 << 16, part.count - first))
        if equal == 0 { differ.store(true, ordering: .relaxed) }
      }
    }
    extendLifetime(storage)
    extendLifetime(other.storage)
    return !differ.load(ordering: .relaxed)
  }

  /// The axis along which neighbours lie farthest apart.
  private var outermostAxis: Int? {
    shape.indices.filter { shape[$0] > 1 }.max { strides[$0].magnitude < strides[$1].magnitude }
  }

  /// A range of places along an axis.
  private func part(_ range: Range<Int>, of axis: Int) -> AnyNDArray {
    var shape = shape
    shape[axis] = range.count
    return AnyNDArray(
      uncheckedDType: dtype, shape: shape, strides: strides, offset: offset + range.lowerBound * strides[axis],
      storage: storage)
  }

  /// A copy that runs along its axes in another array's order of memory.
  private func copied(inOrderOf other: AnyNDArray) -> AnyNDArray {
    let result = AnyNDArray(
      uncheckedDType: dtype, shape: shape,
      strides: ElementwisePlan.resultStrides(shape, itemSize: dtype.itemSize, other.strides, other.strides), offset: 0,
      storage: ArrayStorage(uninitializedByteCount: nbytes))
    StridedCopy.copy(from: self, toNew: result)
    return result
  }

  /// The parts of complex numbers of 64 or 128 bits along an axis more.
  var parts: AnyNDArray {
    let size = dtype.itemSize / 2
    return AnyNDArray(
      uncheckedDType: size == 4 ? .float32 : .float64, shape: shape + [2], strides: strides + [size], offset: offset,
      storage: storage)
  }
}
