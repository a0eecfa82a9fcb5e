extension NDArray {
  /// The elements where a mask is true, in C order along one axis: NumPy's `a[mask]`. A mask of fewer axes selects parts
  /// along the leading ones.
  ///
  /// ```swift
  /// let positive = a[a .> 0]
  /// a[a .< 0] = 0
  /// ```
  ///
  /// Assigning takes an array of as many values as there are true elements, or one that broadcasts to them.
  ///
  /// - Precondition: The mask's shape is the array's, or begins it. ``selecting(_:)`` throws instead.
  public subscript(_ mask: NDArray<Bool>) -> NDArray {
    get {
      do throws(ArrayError) { return try selecting(mask) } catch { fatalError(error.message) }
    }
    set {
      do throws(ArrayError) { try assign(newValue, where: mask) } catch { fatalError(error.message) }
    }
  }

  /// Gives the elements where a mask is true the same value: NumPy's `a[a < 0] = 0`.
  ///
  /// - Precondition: The mask's shape is the array's, or begins it; ``assign(_:where:)`` throws instead. Only for
  ///   assigning, and no `nil`: what a mask selects is an array.
  @_disfavoredOverload
  public subscript(_ mask: NDArray<Bool>) -> Element? {
    @available(*, unavailable, message: "what a mask selects is an array")
    get { fatalError("what a mask selects is an array") }
    set {
      // Optional only so that no operator on elements fits: `a[mask] += 1` is one on arrays.
      guard let newValue else { fatalError("nil is no element of an array") }
      do throws(ArrayError) { try assign(NDArray(scalar: newValue), where: mask) } catch { fatalError(error.message) }
    }
  }

  /// The elements where a mask is true, for shapes that come from users or files.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the mask's shape is not the array's, or its beginning.
  public func selecting(_ mask: NDArray<Bool>) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try untyped.selecting(mask))
  }

  /// Gives the elements where a mask is true other values: NumPy's `a[mask] = values`.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the mask's shape is not the array's, or its beginning, or the
  ///   values do not broadcast to the selection.
  public mutating func assign(_ values: NDArray, where mask: NDArray<Bool>) throws(ArrayError) {
    let places = try untyped.places(of: mask)
    let values = try values.untyped.broadcast(to: [places.count] + shape[mask.ndim...])
    if !isCContiguous { untyped = untyped.packed() }
    // Values that share the memory hold it too, so this makes a copy then.
    untyped.makeUnique()
    untyped.scatter(values, to: places)
  }

  /// The elements at places along an axis: NumPy's `np.take(a, indices, axis)`, or `a[indices]` for the first axis.
  ///
  /// - Parameters:
  ///   - indices: The places, counted from the end if negative.
  ///   - axis: The axis, counted from the end if negative.
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `indexOutOfRange` for an index outside the axis.
  public func taking(_ indices: [Int], axis: Int = 0) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try untyped.taking(indices, axis: axis))
  }

  /// The elements at places that an array names, such as one of ``argsort(axis:)``: NumPy's `a[order]`. The array's axes take the
  /// place of the axis.
  ///
  /// ```swift
  /// let sorted = try a.taking(v.argsort())
  /// ```
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `indexOutOfRange` for an index outside the axis.
  public func taking(_ indices: NDArray<Int>, axis: Int = 0) throws(ArrayError) -> NDArray {
    NDArray(unchecked: try untyped.taking(indices, axis: axis))
  }

  /// The elements of one array where a mask is true, of another where it is false: NumPy's `np.where(mask, a, b)`. All
  /// three broadcast to one shape.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes do not fit each other.
  public static func choosing(
    where mask: NDArray<Bool>, _ whenTrue: NDArray, _ whenFalse: NDArray
  ) throws(ArrayError) -> NDArray {
    let shape = try Layout.broadcast(mask.shape, Layout.broadcast(whenTrue.shape, whenFalse.shape))
    let mask = try mask.broadcast(to: shape)
    var result = NDArray(unchecked: try whenFalse.untyped.broadcast(to: shape).packed())
    try result.assign(whenTrue.broadcast(to: shape).selecting(mask), where: mask)
    return result
  }

  /// The elements of an array where a mask is true, a number where it is false: NumPy's `np.where(mask, a, 0)`.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes do not fit each other.
  public static func choosing(
    where mask: NDArray<Bool>, _ whenTrue: NDArray, _ whenFalse: Element
  ) throws(ArrayError) -> NDArray { try choosing(where: mask, whenTrue, NDArray(scalar: whenFalse)) }

  /// A number where a mask is true, the elements of an array where it is false: NumPy's `np.where(mask, 0, a)`.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes do not fit each other.
  public static func choosing(
    where mask: NDArray<Bool>, _ whenTrue: Element, _ whenFalse: NDArray
  ) throws(ArrayError) -> NDArray { try choosing(where: mask, NDArray(scalar: whenTrue), whenFalse) }
}

extension NDArray where Element == Bool {
  /// The indices of what is true along each axis: NumPy's `np.nonzero(mask)`. For one axis, `mask.nonzero()[0]`.
  public func nonzero() -> [NDArray<Int>] {
    let places = truePlaces()
    var stride = count
    return shape.map { length in
      stride = length > 0 ? stride / length : 0
      return NDArray<Int>(places.map { stride > 0 ? $0 / stride % length : 0 })
    }
  }

  func truePlaces() -> [Int] {
    withElements { elements in elements.indices.filter { elements[$0] } }
  }
}
