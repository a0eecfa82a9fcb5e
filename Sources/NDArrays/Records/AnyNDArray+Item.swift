extension AnyNDArray {
  /// The only element of an array of one, as a Swift number: NumPy's `item()`. So a reduction's result is had as a number:
  ///
  /// ```swift
  /// let mean = try rows.mean().item(as: Double.self)
  /// let largest: Double = try rows.max().item()
  /// ```
  ///
  /// Floating-point numbers are rounded to a narrower type; integers fit it or are refused. Text is what ``strings()`` gives.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` for any other number of elements, `dtypeMismatch` for a type that the dtype
  ///   cannot be cast to by NumPy's rule `same_kind`, `badValue` for an integer that the type does not hold.
  public func item<Element: ArrayElement>(as type: Element.Type = Element.self) throws(ArrayError) -> Element {
    let converted = try asType(type)
    // Another number of elements is an error there.
    let element = try converted.item()
    let own = RecordItem(nativeByteOrder().contiguous(), at: 0)
    // The rule lets integers become others of fewer bits or with a sign, which wrap around.
    if let integer = own.integer, let other = RecordItem(converted.untyped.contiguous(), at: 0).integer {
      guard integer == other else { throw ArrayError(.badValue, "\(integer) does not fit \(Element.dtype.name)") }
    }
    return element
  }
}
