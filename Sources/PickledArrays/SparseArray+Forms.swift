internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import PythonPickle

// Where the values of SciPy's compressed matrices and of its diagonals lie.

extension SparseArray {
  /// The values and coordinates of compressed lines: of numbers, or of blocks, whose values have two axes more.
  static func compressed(
    _ object: PickleObject, _ format: Format, _ data: AnyNDArray, _ shape: [Int]
  ) throws(FormatError) -> (data: AnyNDArray, coordinates: [[Int]]) {
    let starts = try numbers(object["indptr"], below: .max)
    // A vector is one line.
    if shape.count == 1, format == .csr {
      let places = try numbers(object["indices"], below: shape[0])
      return (data, [try coordinates(starts: starts, places: places, major: 1).places])
    }
    guard shape.count == 2, data.ndim == (format == .bsr ? 3 : 1) else { throw bad("no two axes") }
    let block = format == .bsr ? (rows: data.shape[1], columns: data.shape[2]) : (rows: 1, columns: 1)
    guard block.rows > 0, block.columns > 0, shape[0] % block.rows == 0, shape[1] % block.columns == 0 else {
      throw bad("blocks that do not fill it")
    }
    let (down, across) = (shape[0] / block.rows, shape[1] / block.columns)
    let (major, minor) = format == .csc ? (across, down) : (down, across)
    let (lines, places) = try coordinates(
      starts: starts, places: numbers(object["indices"], below: minor), major: major)
    guard format == .bsr else { return (data, format == .csr ? [lines, places] : [places, lines]) }
    guard lines.count <= data.shape[0] else { throw bad("\(lines.count) places for \(data.shape[0]) blocks") }
    var (rows, columns): ([Int], [Int]) = ([], [])
    forEachBlockRow(lines, places, block: block, byRow: true) { row, range in
      rows += repeatElement(row, count: block.columns)
      columns += range
    }
    let flat = try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      try data.contiguous().reshaped([data.count])
    }
    return (flat, [rows, columns])
  }

  /// The values of diagonals and their coordinates: a row of values a diagonal, each value in the column of its place.
  static func diagonals(
    _ offsets: PickleValue?, _ data: AnyNDArray, _ shape: [Int]
  ) throws(FormatError) -> (data: AnyNDArray, coordinates: [[Int]]) {
    guard shape.count == 2, data.ndim == 2, let array = try offsets?.numPyArray(), array.shape == [data.shape[0]],
      let offsets = array.integers
    else { throw bad("diagonals without offsets") }
    let (size, width) = (data.dtype.itemSize, data.shape[1])
    let bytes = data.bytes
    var (rows, columns, kept): ([Int], [Int], [UInt8]) = ([], [], [])
    for (index, offset) in offsets.enumerated() {
      guard offset > -shape[0], offset < shape[1] else { continue }
      let first = max(0, offset)
      let last = min(width, shape[1], shape[0] + offset)
      guard first < last else { continue }
      rows += (first - offset)..<(last - offset)
      columns += first..<last
      kept += bytes[((index * width + first) * size)..<((index * width + last) * size)]
    }
    let values = try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      try AnyNDArray(bytes: kept, dtype: data.dtype, shape: [rows.count])
    }
    return (values, [rows, columns])
  }
}
