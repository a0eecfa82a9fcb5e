extension NDArray {
  /// A new array of what a function makes of each element, in C order.
  @inlinable
  public func map<Other: ArrayElement>(_ transform: (Element) -> Other) -> NDArray<Other> {
    let result = withElements { elements in
      var made: [Other] = []
      made.reserveCapacity(elements.count)
      for index in elements.indices { made.append(transform(elements[index])) }
      return made
    }
    return NDArray<Other>(result, sameShapeAs: self)
  }

  @usableFromInline
  init<Other>(_ elements: [Element], sameShapeAs other: NDArray<Other>) {
    do throws(ArrayError) {
      try self.init(elements, shape: other.shape)
    } catch { fatalError(error.message) }
  }
}
