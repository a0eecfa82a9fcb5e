internal import ArrayDeflate
internal import ByteIO
internal import NDArrays
internal import ParallelLoops
internal import Synchronization

// The bytes of arrays between a source or sink and their final place, without a copy in between.

extension AnyNDArray {
  /// Reads an array's bytes straight into new memory.
  ///
  /// Where the source knows its length it is held against the array's before memory is taken; from a stream the
  /// memory grows with what arrives.
  ///
  /// - Throws: ``FormatError`` with code `truncated` if the source ends before the array.
  init(
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
      storage = ArrayStorage(uninitializedByteCount: total)
      try storage.fill(from: &reader, start: start)
    } else {
      storage = try ArrayStorage.growing(to: total, from: &reader, start: start)
    }
    self.init(
      uncheckedDType: dtype, shape: shape,
      strides: Layout.strides(shape, itemSize: dtype.itemSize, fortran: fortran), offset: 0, storage: storage)
  }

  /// Writes the elements in C order, or as they lie in Fortran order: straight from their place where they follow
  /// each other, else packed piece by piece.
  func writeBytes(to sink: any ByteSink) throws(FormatError) {
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

  /// The view whose C order is the order of the elements in a file: the axes are reversed where `np.save` writes in
  /// Fortran order.
  var inFileOrder: AnyNDArray { savesInFortranOrder ? transposedView : self }

  /// The same bytes with the axes in reverse order.
  var transposedView: AnyNDArray {
    AnyNDArray(
      uncheckedDType: dtype, shape: shape.reversed(), strides: strides.reversed(), offset: offset, storage: storage)
  }

  /// Views that together hold the array's elements in C order, of about so many bytes each.
  func pieces(ofBytes size: Int) -> [AnyNDArray] {
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
    var place = [Int](repeating: 0, count: axis)
    while true {
      var start = offset
      for (index, stride) in zip(place, strides) { start += index * stride }
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
        place[digit] += 1
        if place[digit] < shape[digit] { break }
        place[digit] = 0
        digit -= 1
      }
      if digit < 0 { return pieces }
    }
  }
}

extension ArrayStorage {
  /// Large reads are cut into pieces of this many bytes, which all cores read at once: what costs is not the read
  /// but the first touch of new memory.
  private static let pieceSize = 2 << 20
  /// What is read and at once used again is cut into parts that stay in a core's own cache.
  private static let cachedSize = 256 << 10

  fileprivate func fill(from reader: inout ByteReader, start: Int) throws(FormatError) {
    let total = byteCount
    guard !reader.source.readsInOrder, total >= 2 * ArrayStorage.pieceSize else {
      // Safe: the storage is new, and the reader writes within the buffer only.
      let got = try unsafe reader.read(into: mutableBuffer)
      try ArrayStorage.check(got, of: total, start: start, reader)
      return
    }
    try readPieces(of: reader.source, from: start)
    try reader.skip(total)
  }

  /// Fills the storage with a whole source of the same length, and computes the checksum of each part while the cache
  /// still holds it.
  func fill(checksumming source: any ByteSource) throws(FormatError) -> UInt32 {
    // Parts of what is inflated as one stream cannot be read side by side.
    let size = source.readsInOrder ? max(1, byteCount) : ArrayStorage.pieceSize
    let pieces = (byteCount + size - 1) / size
    let sums = Mutex([UInt32](repeating: 0, count: pieces))
    try Parallel.forEach(pieces) { (piece: Int) throws(FormatError) in
      var sum: UInt32 = 0
      var lower = piece * size
      let end = min(lower + size, self.byteCount)
      while lower < end {
        let upper = min(lower + ArrayStorage.cachedSize, end)
        sum = try unsafe CRC32.checksum(self.read(lower..<upper, of: source, from: 0), following: sum)
        lower = upper
      }
      sums.withLock { $0[piece] = sum }
    }
    return sums.withLock { sums in
      sums.indices.reduce(0) { CRC32.combine($0, sums[$1], secondCount: min(size, byteCount - $1 * size)) }
    }
  }

  private func readPieces(of source: any ByteSource, from start: Int) throws(FormatError) {
    let size = ArrayStorage.pieceSize
    try Parallel.forEach((byteCount + size - 1) / size) { (piece: Int) throws(FormatError) in
      _ = try unsafe self.read(piece * size..<min((piece + 1) * size, self.byteCount), of: source, from: start)
    }
  }

  /// Reads a part of the storage from where it lies behind `start` in a source; parts that do not overlap may be read
  /// side by side.
  private func read(
    _ range: Range<Int>, of source: any ByteSource, from start: Int
  ) throws(FormatError) -> UnsafeRawBufferPointer {
    // Safe: the part lies within the storage, which nobody else knows yet.
    let part = unsafe UnsafeMutableRawBufferPointer(rebasing: mutableBuffer[range])
    let got = try unsafe source.read(into: part, at: start + range.lowerBound)
    guard got == range.count else {
      let found = range.lowerBound + got
      throw FormatError.truncated("array data", expected: byteCount, found: found, at: start + found)
        .at(file: source.name)
    }
    return UnsafeRawBufferPointer(part)
  }

  /// Storage that doubles as long as a stream goes on giving, so that a false length costs no memory.
  fileprivate static func growing(
    to total: Int, from reader: inout ByteReader, start: Int
  ) throws(FormatError) -> ArrayStorage {
    var storage = ArrayStorage(uninitializedByteCount: min(total, 16 << 20))
    var filled = 0
    while true {
      // Safe: the part behind what is filled lies within the storage, which nobody else knows yet.
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: storage.mutableBuffer[filled...])
      let got = try unsafe reader.read(into: rest)
      filled += got
      if filled < storage.byteCount || filled == total { break }
      let larger = ArrayStorage(uninitializedByteCount: min(total, storage.byteCount > total / 2 ? total : filled * 2))
      // Safe: the larger storage begins with room for all bytes of the smaller.
      unsafe larger.mutableBuffer.copyMemory(from: UnsafeRawBufferPointer(storage.mutableBuffer))
      storage = larger
    }
    try check(filled, of: total, start: start, reader)
    return storage
  }

  private static func check(_ got: Int, of total: Int, start: Int, _ reader: ByteReader) throws(FormatError) {
    guard got == total else {
      throw FormatError.truncated("array data", expected: total, found: got, at: start + got)
        .at(file: reader.source.name)
    }
  }
}
