package import ByteIO
package import NDArrays

/// The elements of a source as numbers of a format that NumPy has no dtype for, run by run.
package struct EncodingBlocks: WrappedBlocks {
  package let base: any ArrayBlockSource
  private let format: ElementFormat
  package let descriptor: ArrayDescriptor

  package init(_ base: any ArrayBlockSource, as format: ElementFormat) {
    self.base = base
    self.format = format
    var descriptor = base.descriptor
    descriptor.dtype = .void(format.itemSize)
    self.descriptor = descriptor
  }

  package var encoded: EncodedBlocks? { EncodedBlocks(self, format) }

  private func encode(_ array: AnyNDArray) throws(FormatError) -> AnyNDArray {
    try wrapping { () throws(ArrayError) in try array.encoded(as: format) }
  }

  package func forEachRun(ofCount count: Int, _ body: (AnyNDArray) throws(FormatError) -> Void) throws(FormatError) {
    try base.forEachRun(ofCount: count) { (run: AnyNDArray) throws(FormatError) in try body(encode(run)) }
  }

  package func read(slice: [AxisSelection]) throws(FormatError) -> AnyNDArray { try encode(base.read(slice: slice)) }

  package func whole() throws(FormatError) -> AnyNDArray { try encode(base.whole()) }

  package func reshaped(_ shape: [Int]) -> (any ArrayBlockSource)? {
    base.reshaped(shape).map { EncodingBlocks($0, as: format) }
  }
}
