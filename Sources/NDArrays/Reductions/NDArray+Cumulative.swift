extension NDArray where Element: ReducibleElement, Element.Total: NumericArrayElement {
  /// The sums of the elements up to each, in C order along one axis: NumPy's `cumsum`. Their type is that of ``sum()``;
  /// integers wrap around.
  @inlinable
  public func cumsum() -> NDArray<Element.Total> { cumulated(Element.Total.wrappingSum) }

  /// The sums of the elements up to each along an axis, counted from the end if negative.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`.
  @inlinable
  public func cumsum(axis: Int) throws(ArrayError) -> NDArray<Element.Total> {
    try cumulated(axis, Element.Total.wrappingSum)
  }

  /// The products of the elements up to each, in C order along one axis: NumPy's `cumprod`. Their type is that of
  /// ``sum()``; integers wrap around.
  @inlinable
  public func cumprod() -> NDArray<Element.Total> { cumulated(Element.Total.wrappingProduct) }

  /// The products of the elements up to each along an axis, counted from the end if negative.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`.
  @inlinable
  public func cumprod(axis: Int) throws(ArrayError) -> NDArray<Element.Total> {
    try cumulated(axis, Element.Total.wrappingProduct)
  }

  @inlinable
  func cumulated(_ combine: (Element.Total, Element.Total) -> Element.Total) -> NDArray<Element.Total> {
    do throws(ArrayError) { return try flattened().cumulated(0, combine) } catch { fatalError(error.message) }
  }

  @inlinable
  func cumulated(
    _ axis: Int, _ combine: (Element.Total, Element.Total) -> Element.Total
  ) throws(ArrayError) -> NDArray<Element.Total> {
    let totals = try asType(Element.Total.self)
    return try totals.alongRows(axis) { elements, row, result in
      var sum: Element.Total?
      for element in elements[row] {
        sum = sum.map { combine($0, element) } ?? element
        if let sum { result.append(sum) }
      }
    }
  }
}
