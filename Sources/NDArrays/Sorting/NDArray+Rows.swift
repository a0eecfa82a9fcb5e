extension NDArray {
  /// A new array of the same shape, made row by row along an axis: `body` gets all elements, where the row lies among them,
  /// and what has been made so far, to which it adds the new row.
  @usableFromInline
  func alongRows<Other: ArrayElement>(
    _ axis: Int, _ body: ([Element], Range<Int>, inout [Other]) -> Void
  ) throws(ArrayError) -> NDArray<Other> {
    let axis = try Layout.normalized(axis, count: ndim)
    // The axis goes to the end, so that rows are runs of memory, and back.
    let rows = try transposed(shape.indices.filter { $0 != axis } + [axis])
    let elements = rows.elements
    var made: [Other] = []
    made.reserveCapacity(elements.count)
    for start in stride(from: 0, to: elements.count, by: Swift.max(1, shape[axis])) {
      body(elements, start..<start + shape[axis], &made)
    }
    let result = try NDArray<Other>(made, shape: rows.shape)
    return try result.transposed(shape.indices.map { $0 == axis ? ndim - 1 : $0 < axis ? $0 : $0 - 1 })
  }

  /// The length of an axis, counted from the end if negative.
  @usableFromInline
  func length(of axis: Int) throws(ArrayError) -> Int { shape[try Layout.normalized(axis, count: ndim)] }

  /// The array without an axis, at its first place.
  @usableFromInline
  func first(along axis: Int) throws(ArrayError) -> NDArray {
    let place = try Layout.normalized(axis, count: ndim)
    return try slice(shape.indices.map { $0 == place ? .index(0) : .all })
  }
}
