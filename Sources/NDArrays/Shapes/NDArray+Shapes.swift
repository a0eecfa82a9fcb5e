extension NDArray {
  /// The same elements in another shape: NumPy's `reshape`; one length may be -1: what is left.
  ///
  /// ```swift
  /// a.reshaped(2, -1)
  /// a.reshaped(-1)
  /// ```
  ///
  /// Shares memory where the layout allows it, else copies.
  ///
  /// - Precondition: The number of elements is the same. ``reshaped(_:fortran:)`` throws instead.
  public func reshaped(_ shape: Int...) -> NDArray {
    do throws(ArrayError) { return try reshaped(shape) } catch { fatalError(error.message) }
  }

  /// The same elements in another shape, for shapes that come from users or files.
  ///
  /// - Parameters:
  ///   - shape: The new lengths; one of them may be -1: what is left.
  ///   - fortran: Whether the elements are read and placed with the first axis running fastest (NumPy's `order='F'`).
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the numbers of elements differ.
  public func reshaped(_ shape: [Int], fortran: Bool = false) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try untyped.reshaped(shape, fortran: fortran))
  }

  /// The axes in reverse order, without a copy: NumPy's `a.T`.
  public func transposed() -> NDArray { NDArray(unchecked: untyped.transposed()) }

  /// The axes in another order, without a copy: NumPy's `a.transpose(axes)`.
  ///
  /// - Parameter axes: For every axis of the result the axis that it was; negative ones count from the end.
  /// - Throws: ``ArrayError`` with code `axisOutOfRange` or `badIndex` if these are not all axes, each once.
  public func transposed(_ axes: [Int]) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try untyped.transposed(axes))
  }

  /// The axes in another order, without a copy: NumPy's `a.transpose(2, 0, 1)`.
  ///
  /// - Precondition: These are all axes, each once. ``transposed(_:)`` of an array of axes throws instead.
  public func transposed(_ first: Int, _ second: Int, _ rest: Int...) -> NDArray {
    NDArray(unchecked: untyped.transposed(checked: [first, second] + rest))
  }

  /// The elements as one axis: NumPy's `ravel`. Shares memory where the layout allows it, else copies.
  ///
  /// - Parameter fortran: Whether the first axis runs fastest (NumPy's `order='F'`).
  public func flattened(fortran: Bool = false) -> NDArray { NDArray(unchecked: untyped.flattened(fortran: fortran)) }

  /// Arrays one after the other along an axis that they have: NumPy's `np.concatenate`.
  ///
  /// - Throws: ``ArrayError`` if there are no arrays or the shapes do not fit.
  public static func concatenated(_ arrays: [NDArray], axis: Int = 0) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try AnyNDArray.concatenated(arrays.map(\.untyped), axis: axis))
  }

  /// Arrays of one shape along a new axis: NumPy's `np.stack`.
  ///
  /// - Throws: ``ArrayError`` if there are no arrays or the shapes differ.
  public static func stacked(_ arrays: [NDArray], axis: Int = 0) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try AnyNDArray.stacked(arrays.map(\.untyped), axis: axis))
  }
}
