extension NDArray where Element: NumericArrayElement & Comparable {
  /// The elements in order along an axis, the last if not told: NumPy's `np.sort`. NaNs come last.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`.
  @inlinable
  public func sorted(axis: Int) throws(ArrayError) -> NDArray {
    try alongRows(axis) { elements, row, result in
      var values = Array(elements[row])
      values.sort(by: NDArray.isOrdered)
      result.append(contentsOf: values)
    }
  }

  /// The indices that would sort each row of an axis: NumPy's `np.argsort(kind='stable')`. NaNs come last, and equal
  /// elements keep their order.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`.
  @inlinable
  public func argsort(axis: Int = -1) throws(ArrayError) -> NDArray<Int> {
    try alongRows(axis) { elements, row, result in
      // Swift's own sorting is stable, by its documentation.
      let order = row.sorted { NDArray.isOrdered(elements[$0], elements[$1]) }
      for place in order { result.append(place - row.lowerBound) }
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
    map { element in
      var element = element
      if let min, element < min { element = min }
      if let max, element > max { element = max }
      return element
    }
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
    let elements = elements
    return NDArray.best(of: elements, elements.indices, isBetter)
  }

  @inlinable
  func places(
    _ name: String, _ axis: Int, _ isBetter: (Element, Element) -> Bool
  ) throws(ArrayError) -> NDArray<Int> {
    guard try length(of: axis) > 0 else { throw NDArray.nothing(name) }
    let all: NDArray<Int> = try alongRows(axis) { elements, row, result in
      let best = NDArray.best(of: elements, row, isBetter) - row.lowerBound
      result.append(contentsOf: repeatElement(best, count: row.count))
    }
    return try all.first(along: axis)
  }

  @inlinable @inline(__always)
  static func best(
    of elements: [Element], _ row: Range<Int>, _ isBetter: (Element, Element) -> Bool
  ) -> Int {
    var best = row.lowerBound
    for index in row where elements[best] == elements[best] {
      if isBetter(elements[index], elements[best]) || elements[index] != elements[index] { best = index }
    }
    return best
  }

  @usableFromInline
  static func nothing(_ name: String) -> ArrayError {
    ArrayError(.badValue, "attempt to get \(name) of an empty sequence")
  }
}
