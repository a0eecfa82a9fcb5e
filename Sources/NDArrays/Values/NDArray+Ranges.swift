// All of these are compiled where they are called, for the element type that is known there: for one that is not, an element costs
// hundreds of instructions.

extension NDArray where Element: NumericArrayElement & FixedWidthInteger {
  /// Numbers in steps: NumPy's `np.arange(start, stop, step)`.
  ///
  /// - Throws: ``ArrayError`` with code `badValue` for a step of zero, `tooLarge` for more than memory holds.
  @inlinable
  public static func arange(_ start: Element = 0, to stop: Element, by step: Element = 1) throws(ArrayError) -> NDArray
  {
    guard step != 0 else { throw ArrayError(.badValue, "a step of zero leads nowhere") }
    let isEmpty = step > 0 ? start >= stop : start <= stop
    if isEmpty { return NDArray([]) }
    // In the magnitude's type no difference overflows.
    let distance = Element.Magnitude(truncatingIfNeeded: step > 0 ? stop &- start : start &- stop)
    let (quotient, rest) = distance.quotientAndRemainder(dividingBy: step.magnitude)
    let count = Int(clamping: quotient) &+ (rest > 0 ? 1 : 0)
    try checkCount(count)
    return NDArray(uncheckedShape: [count]) { result in
      var value = start
      for index in result.indices {
        result[index] = value
        value &+= step
      }
    }
  }
}

extension NDArray where Element: NumericArrayElement & BinaryFloatingPoint {
  /// Numbers in steps: NumPy's `np.arange(start, stop, step)`, with its rounding.
  ///
  /// - Throws: ``ArrayError`` with code `badValue` for a step of zero or what is no number, `tooLarge` for more than memory
  ///   holds.
  @inlinable
  public static func arange(_ start: Element = 0, to stop: Element, by step: Element = 1) throws(ArrayError) -> NDArray
  {
    let length = (Double(stop) - Double(start)) / Double(step)
    guard step != 0, !length.isNaN else { throw ArrayError(.badValue, "arange: cannot compute length") }
    guard length < 0x1p62 else { throw ArrayError(.tooLarge, "Maximum allowed size exceeded") }
    let count = length <= 0 ? 0 : Int(length.rounded(.up))
    try checkCount(count)
    // NumPy adds multiples of what lies between the first two.
    let delta = start + step - start
    return NDArray(uncheckedShape: [count]) { result in
      for index in result.indices { result[index] = start + Element(index) * delta }
      if count > 1 { result[1] = start + step }
    }
  }

  /// Numbers at even distances, both ends included: NumPy's `np.linspace(start, stop, num)`.
  ///
  /// - Parameter includesEnd: NumPy's `endpoint`.
  /// - Throws: ``ArrayError`` with code `badValue` for a negative number, `tooLarge` for more than memory holds.
  @inlinable
  public static func linspace(
    _ start: Element, _ stop: Element, count: Int = 50, includesEnd: Bool = true
  ) throws(ArrayError) -> NDArray {
    guard count >= 0 else {
      throw ArrayError(.badValue, "Number of samples, \(count), must be non-negative.")
    }
    try checkCount(count)
    let (first, last) = (Double(start), Double(stop))
    let parts = includesEnd ? count - 1 : count
    let step = parts > 0 ? (last - first) / Double(parts) : .nan
    return NDArray(uncheckedShape: [count]) { result in
      for index in result.indices {
        let value =
          parts <= 0
          ? Double(index) * (last - first) + first
            // A step that has become zero would lose the distance: NumPy then divides first.
          : step == 0 ? Double(index) / Double(parts) * (last - first) + first : Double(index) * step + first
        result[index] = Element(includesEnd && index > 0 && index == count - 1 ? last : value)
      }
    }
  }
}

extension NDArray {
  /// Whether memory holds so many elements along one axis.
  @usableFromInline
  static func checkCount(_ count: Int) throws(ArrayError) {
    let bytes = try AnyNDArray.check(shape: [count], itemSize: MemoryLayout<Element>.stride)
    try ArrayStorage.requireRoom(for: bytes)
  }
}
