package import ByteIO
package import NDArrays

/// Elements that lie in a source at fixed distances, as a source of blocks.
package struct RawBlocks: ArrayBlockSource {
  private let source: any ByteSource
  private let offset: Int
  private let strides: [Int]
  /// The layout of what is read.
  private let isFortranLayout: Bool
  package let descriptor: ArrayDescriptor

  /// - Parameters:
  ///   - offset: Where the first element lies in the source.
  ///   - strides: The distances of the elements along each axis in bytes.
  ///   - isFortranOrder: Whether the first axis runs fastest.
  package init(
    _ source: any ByteSource, offset: Int, dtype: DType, shape: [Int], strides: [Int], isFortranOrder: Bool
  ) {
    self.source = source
    self.offset = offset
    self.strides = strides
    isFortranLayout = isFortranOrder
    // Where a subarray's axes meet Fortran order, the elements lie in neither order.
    let isFortran =
      isFortranOrder && Layout.isContiguous(shape, strides, itemSize: dtype.itemSize, fortran: true)
    descriptor = ArrayDescriptor(dtype: dtype, shape: shape, isFortranOrder: isFortran)
  }

  /// Elements that follow each other.
  init(_ source: any ByteSource, offset: Int = 0, _ descriptor: ArrayDescriptor) {
    self.init(
      source, offset: offset, dtype: descriptor.dtype, shape: descriptor.shape,
      strides: Layout.strides(
        descriptor.shape, itemSize: descriptor.dtype.itemSize, fortran: descriptor.isFortranOrder),
      isFortranOrder: descriptor.isFortranOrder)
  }

  package var name: String { source.name }
  package var seekCost: SeekCost { source.seekCost }

  /// Whether the elements lie in the descriptor's order, one after the other.
  private var isInOrder: Bool {
    Layout.isContiguous(
      descriptor.shape, strides, itemSize: descriptor.dtype.itemSize, fortran: descriptor.isFortranOrder)
  }

  package func forEachRun(
    ofCount step: Int, _ body: (AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError) {
    guard isInOrder else { return try SlicedBlocks(self).forEachRun(ofCount: step, body) }
    let count = descriptor.count ?? 0
    guard count > 0 else { return }
    var reader = ByteReader(source, at: offset)
    var done = 0
    // Elements without bytes come all at once: there is nothing to read, however many they are.
    let step = descriptor.dtype.itemSize == 0 ? count : max(1, step)
    try ByteProgress.reading(source, total: descriptor.byteCount) { () throws(FormatError) in
      while done < count {
        let part = min(step, count - done)
        try body(AnyNDArray(readingFrom: &reader, dtype: descriptor.dtype, shape: [part], fortran: false))
        done += part
      }
    }
  }

  package func read(slice selections: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    let reader = try wrapping { () throws(ArrayError) in
      try SliceReader(
        source: source, dtype: descriptor.dtype, resolved: ResolvedSlice(selections, shape: descriptor.shape),
        strides: strides, start: offset, fortran: isFortranLayout)
    }
    return try ByteProgress.reading(source, total: nil, reader.read)
  }

  package func whole() throws(FormatError) -> AnyNDArray {
    guard isInOrder else { return try read(slice: [.ellipsis]) }
    var reader = ByteReader(source, at: offset)
    return try ByteProgress.reading(source, total: descriptor.byteCount) { () throws(FormatError) in
      try AnyNDArray(
        readingFrom: &reader, dtype: descriptor.dtype, shape: descriptor.shape, fortran: descriptor.isFortranOrder)
    }
  }

  package func reshaped(_ shape: [Int]) -> (any ArrayBlockSource)? {
    guard isInOrder, !descriptor.isFortranOrder else { return nil }
    return RawBlocks(source, offset: offset, ArrayDescriptor(dtype: descriptor.dtype, shape: shape))
  }
}
