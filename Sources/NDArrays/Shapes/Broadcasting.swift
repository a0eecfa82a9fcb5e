extension AnyNDArray {
  /// Two arrays as views of the shape that they have together: NumPy's `np.broadcast_arrays`.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if they do not fit each other.
  public static func broadcast(
    _ left: AnyNDArray, _ right: AnyNDArray
  ) throws(ArrayError) -> (AnyNDArray, AnyNDArray) {
    let shape = try Layout.broadcast(left.shape, right.shape)
    return (try left.broadcast(to: shape), try right.broadcast(to: shape))
  }
}

extension NDArray {
  /// A view in which axes of length 1, and missing leading ones, are repeated: NumPy's `np.broadcast_to`.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if an axis is neither 1 nor the wanted length.
  public func broadcast(to shape: [Int]) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try untyped.broadcast(to: shape))
  }

  /// The array without its axes of length 1: NumPy's `squeeze()`. Nothing is copied.
  public func squeezed() -> NDArray { NDArray(unchecked: untyped.squeezed()) }

  /// The array without an axis, which has length 1: NumPy's `squeeze(axis)`. Nothing is copied.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `shapeMismatch` for an axis of another length.
  public func squeezed(axis: Int) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try untyped.squeezed(axis: axis))
  }

  /// The array with a new axis of length 1: NumPy's `np.expand_dims`. Nothing is copied.
  ///
  /// - Parameter axis: The place of the new axis in the result, counted from the end if negative.
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `tooLarge` for a 65th axis.
  public func expandingDimensions(axis: Int) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try untyped.expandingDimensions(axis: axis))
  }
}

extension AnyNDArray {
  /// The array without its axes of length 1: NumPy's `squeeze()`. Nothing is copied.
  public func squeezed() -> AnyNDArray {
    let kept = shape.indices.filter { shape[$0] != 1 }
    return AnyNDArray(
      uncheckedDType: dtype, shape: kept.map { shape[$0] }, strides: kept.map { strides[$0] }, offset: offset,
      storage: storage)
  }

  /// The array without an axis, which has length 1: NumPy's `squeeze(axis)`. Nothing is copied.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `shapeMismatch` for an axis of another length.
  public func squeezed(axis: Int) throws(ArrayError) -> AnyNDArray {
    let place = try Layout.normalized(axis, count: ndim)
    guard shape[place] == 1 else {
      throw ArrayError(
        .shapeMismatch,
        "cannot select an axis to squeeze out which has size not equal to one: axis \(axis) of shape "
          + Layout.describe(shape))
    }
    return try slice(shape.indices.map { $0 == place ? .index(0) : .all })
  }

  /// The array with a new axis of length 1: NumPy's `np.expand_dims`. Nothing is copied.
  ///
  /// - Parameter axis: The place of the new axis in the result, counted from the end if negative.
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `tooLarge` for a 65th axis.
  public func expandingDimensions(axis: Int) throws(ArrayError) -> AnyNDArray {
    try AnyNDArray.check(shape: [1] + shape, itemSize: dtype.itemSize)
    return addingAxis(at: try Layout.normalized(axis, count: ndim + 1))
  }
}
