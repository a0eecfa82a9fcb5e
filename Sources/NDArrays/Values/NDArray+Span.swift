extension NDArray {
  /// The elements as a span of the array's own memory, which must lie in C order, as that of every array does that was made,
  /// loaded or calculated; that of a transpose and of most slices does not. ``withElements(_:)`` takes every array.
  ///
  /// ```swift
  /// let numbers: NDArray<Double> = [1, 2, 3]
  /// let span = numbers.span
  /// for index in span.indices { print(span[index]) }
  /// ```
  ///
  /// - Precondition: ``isCContiguous``.
  public var span: Span<Element> {
    @_lifetime(borrow self)
    borrowing get {
      guard isCContiguous else {
        fatalError(
          "the elements of this array of shape \(Layout.describe(shape)) and strides \(Layout.describe(strides)) do not lie in "
            + "C order, so there is no span of them: take flattened(), or withElements")
      }
      // Safe: the storage that `self` holds, on which the span depends; the elements are aligned and of this type.
      let start = unsafe untyped.firstElement.assumingMemoryBound(to: Element.self)
      let span = unsafe Span(_unsafeStart: start, count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The elements as a span, to be changed in place. An array that shares its memory, or does not lie in C order, gets memory of
  /// its own first.
  ///
  /// ```swift
  /// var numbers: NDArray<Double> = [1, 2, 3]
  /// var span = numbers.mutableSpan
  /// for index in span.indices { span[index] *= 2 }
  /// ```
  public var mutableSpan: MutableSpan<Element> {
    @_lifetime(&self)
    mutating get {
      let span = unsafe MutableSpan(_unsafeStart: ownElements(), count: count)
      // Safe: this array alone holds the storage, and cannot be used while the span is.
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }
}
