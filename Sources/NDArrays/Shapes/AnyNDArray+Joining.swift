extension AnyNDArray {
  /// Arrays one after the other along an axis that they have: NumPy's `np.concatenate`.
  ///
  /// The dtype is that in which all fit: see ``DType/promoted(with:)``.
  ///
  /// - Parameters:
  ///   - arrays: One or more, of one shape but for the axis.
  ///   - axis: Counted from the end if negative.
  /// - Throws: ``ArrayError`` if there are no arrays, the shapes do not fit, or the dtypes have none in common.
  public static func concatenated(_ arrays: [AnyNDArray], axis: Int = 0) throws(ArrayError) -> AnyNDArray {
    guard let first = arrays.first else {
      throw ArrayError(.shapeMismatch, "need at least one array to concatenate")
    }
    guard first.ndim > 0 else {
      throw ArrayError(.shapeMismatch, "zero-dimensional arrays cannot be concatenated")
    }
    let axis = try Layout.normalized(axis, count: first.ndim)
    var dtype = first.dtype.native
    var shape = first.shape
    for array in arrays.dropFirst() {
      dtype = try dtype.promoted(with: array.dtype)
      guard array.ndim == first.ndim,
        array.shape.indices.allSatisfy({ $0 == axis || array.shape[$0] == first.shape[$0] })
      else {
        throw ArrayError(
          .shapeMismatch,
          "all the input array dimensions except for the concatenation axis must match exactly, but shapes "
            + "\(Layout.describe(first.shape)) and \(Layout.describe(array.shape)) do not for axis \(axis)")
      }
      let (sum, overflow) = shape[axis].addingReportingOverflow(array.shape[axis])
      guard !overflow else { throw ArrayError(.tooLarge, "the joined axis is too long") }
      shape[axis] = sum
    }
    let result = try AnyNDArray(uninitialized: shape, dtype: dtype)
    var place = 0
    for array in arrays {
      let end = place + array.shape[axis]
      var selections = [AxisSelection](repeating: .slice(start: nil, stop: nil, step: 1), count: axis)
      selections.append(.range(lower: place, upper: end))
      StridedCopy.copy(from: try array.converted(toNative: dtype), toNew: try result.slice(selections))
      place = end
    }
    return result
  }

  /// Arrays of one shape along a new axis: NumPy's `np.stack`.
  ///
  /// - Parameters:
  ///   - arrays: One or more, all of one shape.
  ///   - axis: The new axis's place in the result, counted from the end if negative.
  /// - Throws: ``ArrayError`` if there are no arrays, the shapes differ, or the dtypes have none in common.
  public static func stacked(_ arrays: [AnyNDArray], axis: Int = 0) throws(ArrayError) -> AnyNDArray {
    guard let first = arrays.first else { throw ArrayError(.shapeMismatch, "need at least one array to stack") }
    guard arrays.allSatisfy({ $0.shape == first.shape }) else {
      throw ArrayError(.shapeMismatch, "all input arrays must have the same shape")
    }
    guard first.ndim < Layout.maxAxes else {
      throw ArrayError(.tooLarge, "an array has at most \(Layout.maxAxes) axes, not \(first.ndim + 1)")
    }
    let axis = try Layout.normalized(axis, count: first.ndim + 1)
    return try concatenated(arrays.map { $0.addingAxis(at: axis) }, axis: axis)
  }
}
