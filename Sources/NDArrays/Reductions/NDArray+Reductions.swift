/// An element that arrays can be summed of, with the types of what comes out.
public protocol ReducibleElement: ArrayElement {
  /// The type of sums: 64 bits for integers and truth values, else the element's own.
  associatedtype Total: ArrayElement
  /// The type of means: `Double` for integers and truth values, else the element's own.
  associatedtype Average: ArrayElement
  /// The type of standard deviations: that of means, or of its parts if these are complex.
  associatedtype Deviation: ArrayElement
}

extension NDArray where Element: ReducibleElement {
  /// The sum of all elements: NumPy's `sum`. Integers wrap around in 64 bits; floating-point sums are pairwise.
  public func sum() -> Element.Total {
    NDArray<Element.Total>.only { () throws(ArrayError) in try untyped.sum() }
  }

  /// The sums along an axis, counted from the end if negative.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`.
  public func sum(axis: Int) throws(ArrayError) -> NDArray<Element.Total> {
    NDArray<Element.Total>(unchecked: try untyped.sum(axis: axis))
  }

  /// The mean of all elements: NumPy's `mean`; NaN if there are none.
  public func mean() -> Element.Average {
    NDArray<Element.Average>.only { () throws(ArrayError) in try untyped.mean() }
  }

  /// The means along an axis, counted from the end if negative.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`.
  public func mean(axis: Int) throws(ArrayError) -> NDArray<Element.Average> {
    NDArray<Element.Average>(unchecked: try untyped.mean(axis: axis))
  }

  /// The standard deviation of all elements: NumPy's `std`; NaN if there are none.
  ///
  /// - Parameter ddof: What is taken from the number of elements in the division: 1 for a sample's estimate.
  public func std(ddof: Int = 0) -> Element.Deviation {
    NDArray<Element.Deviation>.only { () throws(ArrayError) in try untyped.std(ddof: ddof) }
  }

  /// The standard deviations along an axis, counted from the end if negative.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`.
  public func std(axis: Int, ddof: Int = 0) throws(ArrayError) -> NDArray<Element.Deviation> {
    NDArray<Element.Deviation>(unchecked: try untyped.std(axis: axis, ddof: ddof))
  }

  /// The smallest element: NumPy's `min`. NaN wins over any other.
  ///
  /// - Throws: ``ArrayError`` with code `badValue` if there are no elements.
  public func min() throws(ArrayError) -> Element { NDArray.only(try untyped.min()) }

  /// The smallest elements along an axis, counted from the end if negative.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `badValue` if the axis is empty.
  public func min(axis: Int) throws(ArrayError) -> NDArray { NDArray(unchecked: try untyped.min(axis: axis)) }

  /// The largest element: NumPy's `max`. NaN wins over any other.
  ///
  /// - Throws: ``ArrayError`` with code `badValue` if there are no elements.
  public func max() throws(ArrayError) -> Element { NDArray.only(try untyped.max()) }

  /// The largest elements along an axis, counted from the end if negative.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `badValue` if the axis is empty.
  public func max(axis: Int) throws(ArrayError) -> NDArray { NDArray(unchecked: try untyped.max(axis: axis)) }
}

extension NDArray {
  /// The element of a 0-d array of this type.
  fileprivate static func only(_ array: AnyNDArray) -> Element {
    defer { extendLifetime(array.storage) }
    // Safe: the reduction has just made the array, aligned and of this type.
    return unsafe array.firstElement.assumingMemoryBound(to: Element.self).pointee
  }

  /// The same, of a reduction over all elements, which exists for every such type.
  fileprivate static func only(_ reduce: () throws(ArrayError) -> AnyNDArray) -> Element {
    do throws(ArrayError) { return only(try reduce()) } catch { fatalError(error.message) }
  }
}
