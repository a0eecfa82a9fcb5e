extension AnyNDArray {
  /// The elements where a mask is true, in C order along one axis, such as the rows of a table: NumPy's `a[mask]`. A mask of fewer axes
  /// selects parts along the leading ones.
  ///
  /// ```swift
  /// let people = try AnyNDArray(csv: "people.csv")
  /// let adults = try people[people["age"].asType(Double.self) .>= 18]
  /// ```
  ///
  /// - Precondition: The mask's shape is the array's, or begins it. ``selecting(_:)`` throws instead.
  public subscript(_ mask: NDArray<Bool>) -> AnyNDArray {
    do throws(ArrayError) { return try selecting(mask) } catch { fatalError(error.message) }
  }

  /// The elements where a mask is true, for shapes that come from users or files.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the mask's shape is not the array's, or its beginning.
  public func selecting(_ mask: NDArray<Bool>) throws(ArrayError) -> AnyNDArray {
    let places = try places(of: mask)
    // The leading axes become one.
    let folded = try reshaped([mask.count] + shape[mask.ndim...])
    return try folded.gathering(places)
  }

  /// The elements at places along an axis: NumPy's `np.take(a, indices, axis)`, or `a[indices]` for the first axis.
  ///
  /// - Parameters:
  ///   - indices: The places, counted from the end if negative.
  ///   - axis: The axis, counted from the end if negative.
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `indexOutOfRange` for an index outside the axis.
  public func taking(_ indices: [Int], axis: Int = 0) throws(ArrayError) -> AnyNDArray {
    let axis = try Layout.normalized(axis, count: ndim)
    let size = shape[axis]
    var places: [Int] = []
    places.reserveCapacity(indices.count)
    for index in indices { places.append(try Layout.place(of: index, axis: axis, size: size)) }
    // The axis comes first, and goes back to its place.
    let order = [axis] + shape.indices.filter { $0 != axis }
    let taken = try transposed(order).gathering(places)
    return try taken.transposed(shape.indices.map { $0 == axis ? 0 : $0 < axis ? $0 + 1 : $0 })
  }

  /// The elements at places that an array names, such as one of ``NDArray/argsort(axis:)``: NumPy's `a[order]`. The array's axes take
  /// the place of the axis.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `indexOutOfRange` for an index outside the axis.
  public func taking(_ indices: NDArray<Int>, axis: Int = 0) throws(ArrayError) -> AnyNDArray {
    let axis = try Layout.normalized(axis, count: ndim)
    return try taking(indices.elements, axis: axis).reshaped(shape[..<axis] + indices.shape + shape[(axis + 1)...])
  }

  /// Where a mask is true, counted in C order.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the mask's shape is not the array's, or its beginning.
  func places(of mask: NDArray<Bool>) throws(ArrayError) -> [Int] {
    guard mask.ndim <= ndim, Array(shape[..<mask.ndim]) == mask.shape else {
      throw ArrayError(
        .shapeMismatch,
        "boolean index did not match indexed array: a mask of shape \(Layout.describe(mask.shape)), "
          + "an array of shape \(Layout.describe(shape))")
    }
    return mask.truePlaces()
  }
}
