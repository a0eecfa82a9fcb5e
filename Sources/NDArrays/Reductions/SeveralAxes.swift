extension NDArray where Element: ReducibleElement {
  /// The sums over several axes: NumPy's `a.sum(axis=(0, 2), keepdims=…)`.
  ///
  /// - Parameters:
  ///   - axes: Counted from the end if negative.
  ///   - keepDims: Whether the axes stay, with length 1, so that the result broadcasts against the array.
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `badIndex` for an axis named twice.
  public func sum(axes: [Int], keepDims: Bool = false) throws(ArrayError) -> NDArray<Element.Total> {
    let merged = try untyped.mergingAxes(axes)
    return NDArray<Element.Total>(unchecked: try merged.restored(merged.array.sum(axis: -1), keepDims))
  }

  /// The means over several axes, in the precision of ``mean()``: NumPy's `a.mean(axis=(0, 2), keepdims=…)`.
  ///
  /// - Throws: ``ArrayError`` as ``sum(axes:keepDims:)``.
  public func mean(axes: [Int], keepDims: Bool = false) throws(ArrayError) -> NDArray<Element.Average> {
    let merged = try untyped.mergingAxes(axes)
    return NDArray<Element.Average>(unchecked: try merged.restored(merged.array.mean(axis: -1), keepDims))
  }

  /// The standard deviations over several axes: NumPy's `a.std(axis=(0, 2), ddof=…, keepdims=…)`.
  ///
  /// - Throws: ``ArrayError`` as ``sum(axes:keepDims:)``.
  public func std(axes: [Int], ddof: Int = 0, keepDims: Bool = false) throws(ArrayError) -> NDArray<Element.Deviation> {
    let merged = try untyped.mergingAxes(axes)
    return NDArray<Element.Deviation>(unchecked: try merged.restored(merged.array.std(axis: -1, ddof: ddof), keepDims))
  }

  /// The smallest elements over several axes; see ``sum(axes:keepDims:)``.
  ///
  /// - Throws: ``ArrayError``, also with code `badValue` if there are no elements.
  public func min(axes: [Int], keepDims: Bool = false) throws(ArrayError) -> NDArray {
    let merged = try untyped.mergingAxes(axes)
    return NDArray(unchecked: try merged.restored(merged.array.min(axis: -1), keepDims))
  }

  /// The largest elements over several axes; see ``sum(axes:keepDims:)``.
  ///
  /// - Throws: ``ArrayError``, also with code `badValue` if there are no elements.
  public func max(axes: [Int], keepDims: Bool = false) throws(ArrayError) -> NDArray {
    let merged = try untyped.mergingAxes(axes)
    return NDArray(unchecked: try merged.restored(merged.array.max(axis: -1), keepDims))
  }

  /// The sums along an axis, which stays with length 1 if `keepDims` is true: NumPy's `a.sum(axis=0, keepdims=True)`.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`.
  public func sum(axis: Int, keepDims: Bool) throws(ArrayError) -> NDArray<Element.Total> {
    NDArray<Element.Total>(unchecked: try untyped.restoring(axis, of: untyped.sum(axis: axis), keepDims))
  }

  /// The means along an axis, which stays with length 1 if `keepDims` is true: NumPy's `a.mean(axis=0, keepdims=True)`.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`.
  public func mean(axis: Int, keepDims: Bool) throws(ArrayError) -> NDArray<Element.Average> {
    NDArray<Element.Average>(unchecked: try untyped.restoring(axis, of: untyped.mean(axis: axis), keepDims))
  }

  /// The standard deviations along an axis, which stays with length 1 if `keepDims` is true.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`.
  public func std(axis: Int, ddof: Int = 0, keepDims: Bool) throws(ArrayError) -> NDArray<Element.Deviation> {
    let reduced = try untyped.std(axis: axis, ddof: ddof)
    return NDArray<Element.Deviation>(unchecked: try untyped.restoring(axis, of: reduced, keepDims))
  }

  /// The smallest elements along an axis, which stays with length 1 if `keepDims` is true.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `badValue` if the axis is empty.
  public func min(axis: Int, keepDims: Bool) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try untyped.restoring(axis, of: untyped.min(axis: axis), keepDims))
  }

  /// The largest elements along an axis, which stays with length 1 if `keepDims` is true: NumPy's `a.max(axis=1, keepdims=True)`.
  ///
  /// ```swift
  /// let powers = try (a - a.max(axis: 1, keepDims: true)).map { exp($0) }
  /// let softmax = try powers / powers.sum(axis: 1, keepDims: true)
  /// ```
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `badValue` if the axis is empty.
  public func max(axis: Int, keepDims: Bool) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try untyped.restoring(axis, of: untyped.max(axis: axis), keepDims))
  }
}

/// An array whose axes that are to go have become its last.
private struct MergedAxes {
  let array: AnyNDArray
  /// The axes that have gone, in the old array, in order.
  let axes: [Int]

  /// What came of the reduction, with the axes as ones if they are to stay.
  func restored(_ reduced: AnyNDArray, _ keepDims: Bool) throws(ArrayError) -> AnyNDArray {
    guard keepDims else { return reduced }
    var result = reduced
    for axis in axes { result = try result.expandingDimensions(axis: axis) }
    return result
  }
}

extension AnyNDArray {
  /// What came of the reduction of this array along an axis, with the axis as one if it is to stay.
  fileprivate func restoring(_ axis: Int, of reduced: AnyNDArray, _ keepDims: Bool) throws(ArrayError) -> AnyNDArray {
    keepDims ? try reduced.expandingDimensions(axis: Layout.normalized(axis, count: ndim)) : reduced
  }

  fileprivate func mergingAxes(_ axes: [Int]) throws(ArrayError) -> MergedAxes {
    var gone: [Int] = []
    for axis in axes {
      let place = try Layout.normalized(axis, count: ndim)
      guard !gone.contains(place) else { throw ArrayError(.badIndex, "duplicate value in 'axis': \(axis)") }
      gone.append(place)
    }
    gone.sort()
    let kept = shape.indices.filter { !gone.contains($0) }
    let merged = gone.reduce(1) { $0 * shape[$1] }
    let array = try transposed(kept + gone).reshaped(kept.map { shape[$0] } + [merged])
    return MergedAxes(array: array, axes: gone)
  }
}
