internal import ArrayBytes
internal import ByteIO
public import NDArrays

extension NPYFile {
  /// Reads the array piece by piece along axis 0, each piece of about `byteCount` bytes: memory stays bounded however
  /// large the file is. A 0-d array is one piece.
  ///
  /// - Parameters:
  ///   - byteCount: How many bytes a piece may have; a single row that is larger is a piece of its own.
  ///   - body: Gets the piece's rows as a range of axis 0, and its elements.
  /// - Throws: ``FormatError`` if the file cannot be read, and what `body` throws.
  public func forEachChunk(
    ofBytes byteCount: Int = 16 << 20, _ body: (Range<Int>, AnyNDArray) throws -> Void
  ) throws {
    guard let rows = header.shape.first else {
      try body(0..<1, read())
      return
    }
    guard source.isSeekable || !header.isFortranOrder else {
      try body(0..<rows, read())
      return
    }
    let rowSize = rows == 0 ? 0 : header.dataByteCount / rows
    let step = rowSize == 0 ? max(1, rows) : max(1, byteCount / rowSize)
    var row = 0
    try ByteProgress.reading(source, total: header.dataByteCount) { () throws in
      while row < rows {
        let range = row..<min(rows, row + step)
        try body(range, read(slice: [.range(lower: range.lowerBound, upper: range.upperBound)]))
        row = range.upperBound
      }
    }
  }
}
