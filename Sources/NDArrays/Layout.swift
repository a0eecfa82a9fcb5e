/// Shapes and strides, without bytes.
@usableFromInline package enum Layout {
  /// NumPy's limit.
  package static let maxAxes = 64

  /// The number of elements, or `nil` if no `Int` holds it. A dimension of zero wins over any other.
  package static func elementCount(_ shape: [Int]) -> Int? {
    if shape.contains(0) { return 0 }
    var count = 1
    for dimension in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      if overflow { return nil }
      count = product
    }
    return count
  }

  /// The strides in bytes of a packed layout, the last axis running fastest (C) or the first (Fortran). Every
  /// stride is that of the shape with zeros counted as ones, as in NumPy, so empty arrays have strides as well.
  package static func strides(_ shape: [Int], itemSize: Int, fortran: Bool = false) -> [Int] {
    var strides = [Int](repeating: itemSize, count: shape.count)
    var step = itemSize
    for index in 0..<shape.count {
      let axis = fortran ? index : shape.count - 1 - index
      strides[axis] = step
      // Wrapping: an empty array's other dimensions may be huge; its strides are never followed.
      step = step &* max(1, shape[axis])
    }
    return strides
  }

  /// Whether elements follow each other without gaps, the last axis running fastest.
  package static func isContiguous(_ shape: [Int], _ strides: [Int], itemSize: Int, fortran: Bool = false) -> Bool {
    if shape.contains(0) { return true }
    var step = itemSize
    for index in 0..<shape.count {
      let axis = fortran ? index : shape.count - 1 - index
      if shape[axis] != 1 {
        if strides[axis] != step { return false }
        step = step &* shape[axis]
      }
    }
    return true
  }

  /// The lowest and highest byte that a layout touches, relative to its first element; `nil` if that overflows.
  package static func reach(_ shape: [Int], _ strides: [Int], itemSize: Int) -> (low: Int, high: Int)? {
    if shape.contains(0) { return (0, 0) }
    var low = 0
    var high = itemSize
    for (dimension, stride) in zip(shape, strides) {
      let (distance, overflow) = (dimension - 1).multipliedReportingOverflow(by: stride)
      if overflow { return nil }
      let sum = (distance < 0 ? low : high).addingReportingOverflow(distance)
      if sum.overflow { return nil }
      if distance < 0 { low = sum.partialValue } else { high = sum.partialValue }
    }
    return (low, high)
  }

  /// `axis`, counted from the end if it is negative.
  package static func normalized(_ axis: Int, count: Int) throws(ArrayError) -> Int {
    let result = axis < 0 ? axis + count : axis
    guard result >= 0, result < count else {
      throw ArrayError(.axisOutOfRange, "axis \(axis) is out of bounds for array of dimension \(count)")
    }
    return result
  }

  /// The place of an index along an axis, counted from the end if it is negative.
  ///
  /// - Throws: ``ArrayError`` with code `indexOutOfRange` and NumPy's words.
  @inlinable @inline(__always)
  package static func place(of index: Int, axis: Int, size: Int) throws(ArrayError) -> Int {
    let place = index < 0 ? index &+ size : index
    guard place >= 0, place < size else { throw outOfRange(index, axis, size) }
    return place
  }

  @usableFromInline
  static func outOfRange(_ index: Int, _ axis: Int, _ size: Int) -> ArrayError {
    ArrayError(.indexOutOfRange, "index \(index) is out of bounds for axis \(axis) with size \(size)")
  }

  /// A shape as Python writes tuples: `(3,)`, `(2, 3)`, `()`.
  package static func describe(_ shape: [Int]) -> String {
    if shape.count == 1 { return "(\(shape[0]),)" }
    return "(" + shape.map(String.init).joined(separator: ", ") + ")"
  }
}
