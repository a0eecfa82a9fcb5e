extension AnyNDArray {
  /// Stops if the view reaches outside its storage; checks only where assertions are on, as they are in the tests.
  @inline(__always)
  func checkInvariants() {
    assert(brokenInvariant == nil, brokenInvariant ?? "")
  }

  /// What is wrong with the view, if anything is: everything that the loops over elements rely on without looking.
  private var brokenInvariant: String? {
    guard strides.count == shape.count else { return "\(strides.count) strides for shape \(shape)" }
    guard shape.count <= Layout.maxAxes else { return "\(shape.count) axes" }
    guard shape.allSatisfy({ $0 >= 0 }) else { return "negative dimensions: \(shape)" }
    guard let elements = Layout.elementCount(shape),
      elements.multipliedReportingOverflow(by: dtype.itemSize).overflow == false
    else { return "the bytes of shape \(shape), \(dtype.itemSize) an element, exceed every Int" }
    // The elements of an empty array are nowhere; its offset is the place where they would begin.
    guard elements > 0 else { return nil }
    guard let reach = Layout.reach(shape, strides, itemSize: dtype.itemSize) else { return "strides \(strides)" }
    guard offset + reach.low >= 0, offset + reach.high <= storage.byteCount else {
      return "bytes \(offset + reach.low)..<\(offset + reach.high) of a storage of \(storage.byteCount)"
    }
    return nil
  }
}
