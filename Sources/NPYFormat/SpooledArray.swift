internal import ArrayBytes
package import ByteIO
package import NDArrays

/// An array whose rows come one after the other, in a file without a name until all are there.
package final class SpooledArray {
  private let file: ScratchFile
  private let dtype: DType
  private let rowShape: [Int]
  private let isTransposed: Bool
  private var rowCount = 0
  private let headerByteCount: Int

  /// A file for rows of a shape in a folder.
  ///
  /// - Parameter isTransposed: Whether the rows are the array's columns: see ``NPYWriter``.
  package init(in folder: String, dtype: DType, rowShape: [Int], isTransposed: Bool) throws(FormatError) {
    self.dtype = dtype
    self.rowShape = rowShape
    self.isTransposed = isTransposed
    file = try ScratchFile(in: folder, name: "temporary array")
    let header = try NPYWriter.header(dtype, 0, rowShape, isTransposed: isTransposed)
    headerByteCount = header.bytes.count
    try file.write(header.bytes)
  }

  /// Writes more rows: an array of the shape `[n] + rowShape`.
  package func append(_ rows: AnyNDArray) throws(FormatError) {
    let rows = try rows.asRows(of: dtype, rowShape, file: file.name)
    rowCount = try rowCount.checkedAdding(rows.shape.first ?? 0)
    try rows.inCOrder.writeBytes(to: file)
  }

  /// The array of all rows. Nothing may be appended afterwards.
  package func finish() throws(FormatError) -> NPYFile {
    let (_, bytes) = try NPYWriter.header(dtype, rowCount, rowShape, isTransposed: isTransposed)
    guard bytes.count == headerByteCount else {
      throw FormatError(.unsupported, "the header has no room for \(rowCount) rows", file: file.name)
    }
    try file.overwrite(bytes, at: 0)
    return try NPYFile(file)
  }
}
