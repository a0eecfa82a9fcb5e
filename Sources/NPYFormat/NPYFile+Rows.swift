internal import ArrayBytes
public import ByteIO
public import NDArrays

extension NPYFile {
  /// Reads rows (entries of axis 0) by their numbers, in that order: NumPy's `array[[3, 1, 3]]`. No more of the source
  /// is read than the rows take.
  ///
  /// - Parameter rows: Numbers, negative ones from the end; one may stand several times.
  /// - Throws: ``FormatError`` with code `badArgument` for a row that is not there and for a 0-d array, `truncated` if the
  ///   file ends before one of the rows, `unsupported` for objects.
  public func read(rows: [Int]) throws(FormatError) -> AnyNDArray {
    try NPYFile.requireNonObject(header, source)
    let places = try places(of: rows)
    guard !header.isFortranOrder || header.shape.count == 1 else { return try readColumns(places) }
    let rowSize = header.shape[0] > 0 ? header.dataByteCount / header.shape[0] : 0
    let result = try NPYFile.room(header.dtype, [rows.count] + header.shape.dropFirst(), for: source)
    guard result.nbytes > 0 else { return try NPYFile.expanded(result, source) }
    var pieces: [SourcePiece] = []
    pieces.reserveCapacity(rows.count)
    for (target, place) in places.enumerated() {
      // Safe: a row of its own within the result, which is new, has room for all rows, and outlives the read.
      let memory = unsafe UnsafeMutableRawBufferPointer(
        rebasing: result.storage.mutableBuffer[(target * rowSize)..<((target + 1) * rowSize)])
      unsafe pieces.append(SourcePiece(offset: dataOffset + place * rowSize, memory: memory))
    }
    try ByteProgress.reading(source, total: result.nbytes) { () throws(FormatError) in try source.read(pieces) }
    return try NPYFile.expanded(result, source)
  }

  /// The rows' numbers from the front.
  private func places(of rows: [Int]) throws(FormatError) -> [Int] {
    guard let count = header.shape.first else {
      throw FormatError(.badArgument, "a 0-d array has no rows", file: source.name)
    }
    var places: [Int] = []
    places.reserveCapacity(rows.count)
    try FormatError.wrapping(.badArgument, file: source.name) { () throws(ArrayError) in
      for row in rows { places.append(try Layout.place(of: row, axis: 0, size: count)) }
    }
    return places
  }

  /// The rows of an array in Fortran order, whose elements lie apart.
  private func readColumns(_ places: [Int]) throws(FormatError) -> AnyNDArray {
    let result = try NPYFile.room(header.dtype, [places.count] + header.shape.dropFirst(), for: source)
    for (target, place) in places.enumerated() {
      let row = try read(slice: [.slice(start: place, stop: place + 1, step: 1)])
      // Safe: a row of its own within the result, which is new and has room for all of them, in this dtype.
      unsafe row.packed().withContiguousBytes { bytes in
        let start = target * bytes.count
        unsafe UnsafeMutableRawBufferPointer(rebasing: result.storage.mutableBuffer[start..<(start + bytes.count)])
          .copyMemory(from: bytes)
      }
    }
    return try NPYFile.expanded(result, source)
  }

  /// An array for what is read.
  static func room(_ dtype: DType, _ shape: [Int], for source: any ByteSource) throws(FormatError) -> AnyNDArray {
    try FormatError.wrapping(.limitExceeded, file: source.name) { () throws(ArrayError) in
      try AnyNDArray(uninitialized: shape, dtype: dtype)
    }
  }
}
