package import ArrayBytes
package import ByteIO
package import NDArrays

/// Two arrays of one shape, read side by side in bounded memory.
///
/// What has to be read in order is read in the order in which it lies in the file: otherwise every block would have to
/// inflate all of it. Where two such arrays lie in different orders, one of them is spooled.
package struct BlockPair {
  private let left: any ArrayBlockSource
  private let right: any ArrayBlockSource
  /// Whether the blocks come with their axes reversed, since the arrays are read in Fortran order.
  package let isFortranOrder: Bool

  /// - Throws: ``FormatError`` if an array has to be spooled and cannot be read.
  package init(
    _ left: any ArrayBlockSource, _ right: any ArrayBlockSource, _ spool: Spool
  ) throws(FormatError) {
    func opened(_ blocks: any ArrayBlockSource) throws(FormatError) -> any ArrayBlockSource {
      let isCounted = blocks.seekCost != .impossible && blocks.descriptor.openAxis == nil
      return isCounted ? blocks : try spool.addressable(blocks)
    }
    var (a, b) = (try opened(left), try opened(right))
    if a.readsInOrder, b.readsInOrder, a.descriptor.isFortranOrder != b.descriptor.isFortranOrder {
      if a.descriptor.isFortranOrder { a = try spool.addressable(a) } else { b = try spool.addressable(b) }
    }
    (self.left, self.right) = (a, b)
    isFortranOrder =
      a.readsInOrder
      ? a.descriptor.isFortranOrder
      : b.readsInOrder ? b.descriptor.isFortranOrder : a.descriptor.isFortranOrder && b.descriptor.isFortranOrder
  }

  package var shapes: (left: [Int], right: [Int]) { (left.descriptor.shape, right.descriptor.shape) }
  package var dtypes: (left: DType, right: DType) { (left.descriptor.dtype, right.descriptor.dtype) }

  /// The bytes of both arrays.
  package var byteCount: Int { (left.descriptor.byteCount ?? 0) &+ (right.descriptor.byteCount ?? 0) }

  /// Calls `body` with the blocks of both arrays, which must be of one shape, in C order (or that of the axes reversed).
  package func forEach(_ body: (AnyNDArray, AnyNDArray) throws(FormatError) -> Void) throws(FormatError) {
    let shape = left.descriptor.shape
    let descriptor = ArrayDescriptor(dtype: .uint8, shape: shape, isFortranOrder: isFortranOrder)
    guard !shape.isEmpty, !shape.contains(0) else {
      return try body(left.whole(), right.whole())
    }
    // Of what lies on a server so much that several requests fetch it side by side.
    let isRemote = left.seekCost == .perRead || right.seekCost == .perRead
    let cut = BlockCut(
      descriptor, budget: isRemote ? 32 << 20 : 4 << 20, recordSize: max(left.storedItemSize, right.storedItemSize),
      cutting: isFortranOrder ? shape.indices.reversed() : Array(shape.indices))
    for number in 0..<cut.count {
      let block = cut.ranges(number).map { AxisSelection.range(lower: $0.lowerBound, upper: $0.upperBound) }
      let (a, b) = (try left.read(slice: block), try right.read(slice: block))
      try body(isFortranOrder ? a.transposed() : a, isFortranOrder ? b.transposed() : b)
    }
  }

  /// One element of both arrays, as `str` prints it.
  package func texts(at index: [Int]) throws(FormatError) -> (left: String, right: String) {
    let selections = index.map { AxisSelection.index($0) }
    return (
      try left.read(slice: selections).formatted(.str), try right.read(slice: selections).formatted(.str)
    )
  }
}
