extension NDArray {
  /// A new array of the same shape, made row by row along an axis: `body` gets a row, and writes the new one into the whole
  /// array's elements from an index on.
  @usableFromInline
  func alongRows<Other: ArrayElement>(
    _ axis: Int, _ body: (Span<Element>, inout MutableSpan<Other>, _ start: Int) -> Void
  ) throws(ArrayError) -> NDArray<Other> {
    let axis = try Layout.normalized(axis, count: ndim)
    // The axis goes to the end, so that rows are runs of memory, and back.
    let last = shape.indices.filter { $0 != axis } + [axis]
    let length = shape[axis]
    let rows = try transposed(last)
    let made = rows.withElements { elements in
      NDArray<Other>(uncheckedShape: rows.shape) { result in
        guard length > 0 else { return }
        for start in stride(from: 0, to: elements.count, by: length) {
          body(elements.extracting(start..<start + length), &result, start)
        }
      }
    }
    return try made.transposed(shape.indices.map { $0 == axis ? ndim - 1 : $0 < axis ? $0 : $0 - 1 })
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
