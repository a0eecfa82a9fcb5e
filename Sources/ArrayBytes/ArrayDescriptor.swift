package import NDArrays

/// What is known of an array before its elements are read: what the stages of a conversion tell each other.
package struct ArrayDescriptor: Sendable, Hashable {
  /// The type of the elements.
  package var dtype: DType
  /// The length of each axis; 0 for the ``openAxis``.
  package var shape: [Int]
  /// Whether the first axis runs fastest as the elements come.
  package var isFortranOrder: Bool
  /// The axis whose length only the end of the source tells: the number of rows of a text.
  package var openAxis: Int?

  /// The most elements without bytes, or rows without elements, that are looked at one by one.
  ///
  /// Such an array takes no room in a file however long it is, and would take any time and room in every other form.
  package static let maxEmptyElements = 1 << 24

  /// A description of an array.
  package init(dtype: DType, shape: [Int], isFortranOrder: Bool = false, openAxis: Int? = nil) {
    self.dtype = dtype
    self.shape = shape
    // One axis that is longer than 1 lies in both orders, which NumPy calls C order.
    self.isFortranOrder = isFortranOrder && (openAxis != nil || shape.count { $0 != 1 } > 1)
    self.openAxis = openAxis
  }

  /// The number of elements; `nil` if the source does not know it, or no `Int` holds it.
  package var count: Int? { openAxis == nil ? Layout.elementCount(shape) : nil }

  /// The bytes of all elements; `nil` if the source does not know their number, or no `Int` holds it.
  package var byteCount: Int? {
    guard let count else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype.itemSize)
    return overflow ? nil : bytes
  }

  /// The shape in the order in which a file holds the axes, the slowest first.
  package var shapeInFileOrder: [Int] { isFortranOrder ? shape.reversed() : shape }

  /// The number of elements that have the same index along the slowest axis.
  package var rowCount: Int {
    shapeInFileOrder.dropFirst().reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
  }
}
