package import ByteIO
package import NDArrays

/// Elements of a format that NumPy has no dtype for, as the raw bytes that they are.
package struct EncodedBlocks: WrappedBlocks {
  package let base: any ArrayBlockSource
  package let format: ElementFormat

  /// - Parameter base: The raw bytes, an element of the format each.
  package init(_ base: any ArrayBlockSource, _ format: ElementFormat) {
    self.base = base
    self.format = format
  }

  package var descriptor: ArrayDescriptor { base.descriptor }
  package var inMemoryOrder: any ArrayBlockSource { EncodedBlocks(base.inMemoryOrder, format) }
  package var encoded: EncodedBlocks? { self }

  /// The elements as numbers.
  package func decoded() throws(FormatError) -> any ArrayBlockSource { try ViewBlocks(base, as: .format(format)) }

  package func forEachRun(
    ofCount count: Int, _ body: (AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError) { try base.forEachRun(ofCount: count, body) }

  package func read(slice: [AxisSelection]) throws(FormatError) -> AnyNDArray { try base.read(slice: slice) }

  package func whole() throws(FormatError) -> AnyNDArray { try base.whole() }

  package func reshaped(_ shape: [Int]) -> (any ArrayBlockSource)? {
    base.reshaped(shape).map { EncodedBlocks($0, format) }
  }
}
