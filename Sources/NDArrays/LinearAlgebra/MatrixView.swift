/// A matrix as it lies in memory, in any strides.
///
/// The caller that makes one keeps the memory alive, and unchanged, while the view is used.
@safe struct MatrixView: @unchecked Sendable {
  let start: UnsafeRawPointer
  var rows: Int
  var columns: Int
  /// In bytes.
  var rowStride: Int
  var columnStride: Int

  init(_ start: UnsafeRawPointer, rows: Int, columns: Int, rowStride: Int, columnStride: Int) {
    // Safe: only stored; the caller that makes a view keeps the matrix in memory as long as it is used.
    unsafe self.start = start
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  var transposed: MatrixView {
    // Safe: the same numbers, which lie in the same memory.
    unsafe MatrixView(start, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
  }

  /// The number at a place. For complex numbers `part` is 0 for the real and 1 for the imaginary one.
  @inline(__always)
  func number<Item: TileScalar>(_: Item.Type, _ row: Int, _ column: Int, part: Int = 0) -> Item {
    number(Item.self, atOffset: row * rowStride + column * columnStride + part * MemoryLayout<Item>.size)
  }

  /// The number so many bytes from the start.
  @inline(__always)
  func number<Item: TileScalar>(_: Item.Type, atOffset offset: Int) -> Item {
    // Safe: the callers ask for places within `rows` and `columns`; no alignment is presumed.
    unsafe start.loadUnaligned(fromByteOffset: offset, as: Item.self)
  }
}

/// Memory that a product is written to, packed in C order. Workers write to different parts of it.
@safe struct MatrixTarget<Item>: @unchecked Sendable {
  let start: UnsafeMutablePointer<Item>

  init(_ start: UnsafeMutablePointer<Item>) {
    // Safe: only stored; the caller that makes a target keeps the memory valid as long as it is used.
    unsafe self.start = start
  }
}
