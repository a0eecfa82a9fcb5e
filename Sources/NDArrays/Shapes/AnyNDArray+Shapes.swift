extension AnyNDArray {
  /// The same elements in another shape: NumPy's `reshape`; one length may be -1: what is left. Shares memory where the layout
  /// allows it, else copies.
  ///
  /// - Precondition: The number of elements is the same. ``reshaped(_:fortran:)`` throws instead.
  public func reshaped(_ shape: Int...) -> AnyNDArray {
    do throws(ArrayError) { return try reshaped(shape) } catch { fatalError(error.message) }
  }

  /// The same elements in another shape, for shapes that come from users or files. Shares memory where the layout allows it,
  /// else copies.
  ///
  /// ```swift
  /// try a.reshaped([2, -1])
  /// try a.reshaped([-1])                   // the first axis from the number of elements
  /// ```
  ///
  /// - Parameters:
  ///   - shape: The new lengths; one of them may be -1: what is left.
  ///   - fortran: Whether the elements are read and placed with the first axis running fastest (NumPy's `order='F'`).
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the numbers of elements differ.
  public func reshaped(_ shape: [Int], fortran: Bool = false) throws(ArrayError) -> AnyNDArray {
    let shape = try Layout.completing(shape, count: count)
    try AnyNDArray.check(shape: shape, itemSize: dtype.itemSize)
    if let strides = Layout.reshaping(self.shape, strides, to: shape, itemSize: dtype.itemSize, fortran: fortran) {
      return AnyNDArray(uncheckedDType: dtype, shape: shape, strides: strides, offset: offset, storage: storage)
    }
    let copy = packed(fortran: fortran)
    return AnyNDArray(
      uncheckedDType: dtype, shape: shape,
      strides: Layout.strides(shape, itemSize: dtype.itemSize, fortran: fortran), offset: copy.offset,
      storage: copy.storage)
  }

  /// The axes in reverse order, without a copy: NumPy's `a.T`.
  public func transposed() -> AnyNDArray {
    AnyNDArray(
      uncheckedDType: dtype, shape: shape.reversed(), strides: strides.reversed(), offset: offset, storage: storage)
  }

  /// The axes in another order, without a copy: NumPy's `a.transpose(axes)`.
  ///
  /// - Parameter axes: For every axis of the result the axis that it was; negative ones count from the end.
  /// - Throws: ``ArrayError`` with code `axisOutOfRange` or `badIndex` if these are not all axes, each once.
  public func transposed(_ axes: [Int]) throws(ArrayError) -> AnyNDArray {
    guard axes.count == ndim else {
      throw ArrayError(.badIndex, "axes don't match array: \(axes.count) axes for an array of \(ndim) dimensions")
    }
    var order: [Int] = []
    for axis in axes {
      let place = try Layout.normalized(axis, count: ndim)
      guard !order.contains(place) else { throw ArrayError(.badIndex, "repeated axis \(axis) in transpose") }
      order.append(place)
    }
    return AnyNDArray(
      uncheckedDType: dtype, shape: order.map { shape[$0] }, strides: order.map { strides[$0] }, offset: offset,
      storage: storage)
  }

  /// The axes in another order, without a copy: NumPy's `a.transpose(2, 0, 1)`.
  ///
  /// - Precondition: These are all axes, each once. ``transposed(_:)`` of an array of axes throws instead.
  public func transposed(_ first: Int, _ second: Int, _ rest: Int...) -> AnyNDArray {
    transposed(checked: [first, second] + rest)
  }

  /// What ``transposed(_:)`` gives, where other axes are the programmer's mistake.
  func transposed(checked axes: [Int]) -> AnyNDArray {
    do throws(ArrayError) { return try transposed(axes) } catch { fatalError(error.message) }
  }

  /// The elements as one axis: NumPy's `ravel`. Shares memory where the layout allows it, else copies.
  ///
  /// - Parameter fortran: Whether the first axis runs fastest (NumPy's `order='F'`).
  public func flattened(fortran: Bool = false) -> AnyNDArray {
    do throws(ArrayError) {
      return try reshaped([count], fortran: fortran)
    } catch { fatalError(error.message) }
  }
}

extension Layout {
  /// The wanted shape with -1 replaced, checked against the number of elements.
  package static func completing(_ wanted: [Int], count: Int) throws(ArrayError) -> [Int] {
    func mismatch() -> ArrayError {
      ArrayError(.shapeMismatch, "cannot reshape array of size \(count) into shape \(Layout.describe(wanted))")
    }
    guard wanted.count <= Layout.maxAxes else {
      throw ArrayError(.tooLarge, "an array has at most \(Layout.maxAxes) axes, not \(wanted.count)")
    }
    let unknown = wanted.indices.filter { wanted[$0] < 0 }
    guard unknown.count <= 1, unknown.allSatisfy({ wanted[$0] == -1 }) else {
      throw ArrayError(.shapeMismatch, "can only specify one unknown dimension: \(Layout.describe(wanted))")
    }
    var shape = wanted
    if let axis = unknown.first {
      shape[axis] = 1
      guard let known = Layout.elementCount(shape), known > 0, count % known == 0 else { throw mismatch() }
      shape[axis] = count / known
    }
    guard Layout.elementCount(shape) == count else { throw mismatch() }
    return shape
  }

  /// The strides that show the elements of a layout in another shape without moving them; `nil` if there are none.
  ///
  /// Axes of the old shape are taken together until they hold as many elements as some axes of the new one; such a
  /// group must run on without gaps to be cut anew.
  package static func reshaping(
    _ shape: [Int], _ strides: [Int], to wanted: [Int], itemSize: Int, fortran: Bool
  ) -> [Int]? {
    if fortran {
      return reshaping(
        shape.reversed(), strides.reversed(), to: wanted.reversed(), itemSize: itemSize, fortran: false)?.reversed()
    }
    if shape.contains(0) { return Layout.strides(wanted, itemSize: itemSize) }
    let old = shape.indices.filter { shape[$0] != 1 }.map { (count: shape[$0], stride: strides[$0]) }
    var result = [Int](repeating: 0, count: wanted.count)
    var (from, to) = (0, 0)
    while from < old.count {
      var (oldEnd, newEnd) = (from + 1, to)
      var (oldCount, newCount) = (old[from].count, 1)
      while oldCount != newCount || newCount == 1 {
        if newCount < oldCount {
          guard newEnd < wanted.count else { return nil }
          newCount *= wanted[newEnd]
          newEnd += 1
        } else {
          guard oldEnd < old.count else { return nil }
          oldCount *= old[oldEnd].count
          oldEnd += 1
        }
      }
      for axis in from..<(oldEnd - 1) where old[axis].stride != old[axis + 1].count * old[axis + 1].stride {
        return nil
      }
      var step = old[oldEnd - 1].stride
      for axis in (to..<newEnd).reversed() {
        result[axis] = step
        step = step &* wanted[axis]
      }
      (from, to) = (oldEnd, newEnd)
    }
    // What is left are axes of length 1.
    for axis in to..<wanted.count { result[axis] = axis > 0 ? result[axis - 1] : itemSize }
    return result
  }
}
