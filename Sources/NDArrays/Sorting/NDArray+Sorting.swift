extension NDArray where Element: NumericArrayElement & Comparable {
  /// The elements in order along an axis, the last if not told: NumPy's `np.sort`. NaNs come last.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`.
  @inlinable
  public func sorted(axis: Int) throws(ArrayError) -> NDArray {
    try alongRows(axis) { row, result, start in
      var values = NDArray.copied(row)
      values.sort(by: NDArray.isOrdered)
      for index in values.indices { result[start + index] = values[index] }
    }
  }

  /// The indices that would sort each row of an axis: NumPy's `np.argsort(kind='stable')`. NaNs come last, and equal
  /// elements keep their order.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`.
  @inlinable
  public func argsort(axis: Int = -1) throws(ArrayError) -> NDArray<Int> {
    try alongRows(axis) { row, result, start in
      let values = NDArray.copied(row)
      let order = values.indices.sorted {
        NDArray.isOrdered(values[$0], values[$1]) || !NDArray.isOrdered(values[$1], values[$0]) && $0 < $1
      }
      for index in order.indices { result[start + index] = order[index] }
    }
  }

  /// Where the first of the smallest elements is, counted in C order: NumPy's `argmin`. NaN wins over any other.
  ///
  /// - Throws: ``ArrayError`` with code `badValue` if there are no elements.
  @inlinable
  public func argmin() throws(ArrayError) -> Int { try place("argmin", <) }

  /// Where the first of the largest elements is, counted in C order: NumPy's `argmax`. NaN wins over any other.
  ///
  /// - Throws: ``ArrayError`` with code `badValue` if there are no elements.
  @inlinable
  public func argmax() throws(ArrayError) -> Int { try place("argmax", >) }

  /// Where the first of the smallest elements along an axis is.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `badValue` if the axis is empty.
  @inlinable
  public func argmin(axis: Int) throws(ArrayError) -> NDArray<Int> { try places("argmin", axis, <) }

  /// Where the first of the largest elements along an axis is.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `badValue` if the axis is empty.
  @inlinable
  public func argmax(axis: Int) throws(ArrayError) -> NDArray<Int> { try places("argmax", axis, >) }

  /// The elements, none of them less than one bound or more than another: NumPy's `clip`. NaNs stay.
  ///
  /// - Parameters:
  ///   - min: The least that stays; `nil` for no bound.
  ///   - max: The most that stays; as in NumPy it wins where the bounds cross.
  @inlinable
  public func clipped(min: Element? = nil, max: Element? = nil) -> NDArray {
    withElements { elements in
      NDArray(uncheckedShape: shape) { result in
        for index in result.indices {
          var element = elements[index]
          if let min, element < min { element = min }
          if let max, element > max { element = max }
          result[index] = element
        }
      }
    }
  }

  @inlinable
  static func copied(_ row: Span<Element>) -> [Element] {
    var values: [Element] = []
    values.reserveCapacity(row.count)
    for index in row.indices { values.append(row[index]) }
    return values
  }

  /// Whether one comes before another, with NaNs behind everything.
  @inlinable @inline(__always)
  static func isOrdered(_ left: Element, _ right: Element) -> Bool {
    // Only a NaN differs from itself.
    left < right || (right != right && left == left)
  }

  @inlinable
  func place(
    _ name: String, _ isBetter: (Element, Element) -> Bool
  ) throws(ArrayError) -> Int {
    guard count > 0 else { throw NDArray.nothing(name) }
    return withElements { NDArray.best(of: $0, isBetter) }
  }

  @inlinable
  func places(
    _ name: String, _ axis: Int, _ isBetter: (Element, Element) -> Bool
  ) throws(ArrayError) -> NDArray<Int> {
    guard try length(of: axis) > 0 else { throw NDArray.nothing(name) }
    let all: NDArray<Int> = try alongRows(axis) { row, result, start in
      let best = NDArray.best(of: row, isBetter)
      for index in row.indices { result[start + index] = best }
    }
    return try all.first(along: axis)
  }

  @inlinable @inline(__always)
  static func best(of row: Span<Element>, _ isBetter: (Element, Element) -> Bool) -> Int {
    var best = 0
    for index in row.indices where row[best] == row[best] {
      if isBetter(row[index], row[best]) || row[index] != row[index] { best = index }
    }
    return best
  }

  @usableFromInline
  static func nothing(_ name: String) -> ArrayError {
    ArrayError(.badValue, "attempt to get \(name) of an empty sequence")
  }
}
