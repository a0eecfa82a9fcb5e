package import ByteIO
package import NDArrays

// The bytes of arrays between a source or sink and their final place, without a copy in between.

extension AnyNDArray {
  /// Reads an array's bytes straight into new memory.
  ///
  /// Where the source knows its length, that is checked before memory is taken; from a stream the memory grows with what
  /// arrives.
  ///
  /// - Throws: ``FormatError`` with code `truncated` if the source ends before the array.
  package init(
    readingFrom reader: inout ByteReader, dtype: DType, shape: [Int], fortran: Bool
  ) throws(FormatError) {
    let start = reader.position
    let total = (Layout.elementCount(shape) ?? 0) * dtype.itemSize
    let storage: ArrayStorage
    if let remaining = reader.remaining {
      guard remaining >= total else {
        throw FormatError.truncated("array data", expected: total, found: remaining, at: start + remaining)
          .at(file: reader.source.name)
      }
      storage = try ArrayStorage.allocating(total, for: reader.source.name)
      try storage.fill(from: &reader, start: start)
    } else {
      storage = try ArrayStorage.growing(to: total, from: &reader, start: start)
    }
    self.init(
      uncheckedDType: dtype, shape: shape,
      strides: Layout.strides(shape, itemSize: dtype.itemSize, fortran: fortran), offset: 0, storage: storage)
  }

  /// Writes the elements in C order, or as they lie in Fortran order: straight from memory where they are contiguous,
  /// else packed piece by piece.
  package func writeBytes(to sink: any ByteSink) throws(FormatError) {
    let array = inFileOrder
    guard !array.isCContiguous else {
      try array.writePacked(to: sink)
      return
    }
    for piece in array.pieces(ofBytes: 1 << 20) { try piece.packed().writePacked(to: sink) }
  }

  private func writePacked(to sink: any ByteSink) throws(FormatError) {
    // Safe: the sink uses the bytes within the call only.
    try unsafe withContiguousBytes { (bytes: UnsafeRawBufferPointer) throws(FormatError) in
      try unsafe sink.write(bytes)
    }
  }

  /// Whether `np.save` writes the array in Fortran order: only where it lies so, and not in C order as well.
  package var savesInFortranOrder: Bool { isFContiguous && !isCContiguous }

  /// The view whose C order is the order of the elements in a file: the axes are reversed where `np.save` writes in
  /// Fortran order.
  package var inFileOrder: AnyNDArray { savesInFortranOrder ? transposed() : self }

  /// Views that together hold the array's elements in C order, each of about `size` bytes.
  package func pieces(ofBytes size: Int) -> [AnyNDArray] {
    guard count > 0, dtype.itemSize > 0 else { return [] }
    // The outermost axis whose single entries are small enough is the one to cut.
    var axis = 0
    var entry = nbytes
    while axis < ndim {
      entry /= shape[axis]
      if entry <= size { break }
      axis += 1
    }
    guard axis < ndim else { return [self] }
    let rows = Swift.max(1, size / Swift.max(1, entry))
    var pieces: [AnyNDArray] = []
    var position = [Int](repeating: 0, count: axis)
    while true {
      var start = offset
      for (index, stride) in zip(position, strides) { start += index * stride }
      var row = 0
      while row < shape[axis] {
        let end = Swift.min(row + rows, shape[axis])
        pieces.append(
          AnyNDArray(
            uncheckedDType: dtype, shape: [end - row] + shape[(axis + 1)...], strides: Array(strides[axis...]),
            offset: start + row * strides[axis], storage: storage))
        row = end
      }
      var digit = axis - 1
      while digit >= 0 {
        position[digit] += 1
        if position[digit] < shape[digit] { break }
        position[digit] = 0
        digit -= 1
      }
      if digit < 0 { return pieces }
    }
  }
}
