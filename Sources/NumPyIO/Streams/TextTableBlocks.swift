package import ArrayBytes
internal import TextTables
package import ByteIO
package import NDArrays

/// A table of text as a source: read once, row after row, with no more than a few megabytes of it in memory.
package final class TextTableBlocks: ArrayBlockSource, @unchecked Sendable {
  // Unchecked: a table is read once, by one thread at a time, as `seekCost` says.

  /// What gives the rows.
  private enum Reader {
    case load(TextTableReader)
    case genFrom(GenFromTextReader)

    var dtype: DType {
      switch self {
      case .load(let reader): reader.dtype
      case .genFrom(let reader): reader.dtype
      }
    }

    var rowShape: [Int] {
      switch self {
      case .load(let reader): reader.rowShape
      case .genFrom(let reader): reader.rowShape
      }
    }

    func next() throws(FormatError) -> GenFromTextResult? {
      switch self {
      case .load(let reader): try reader.next().map { GenFromTextResult(array: $0) }
      case .genFrom(let reader): try reader.next()
      }
    }
  }

  private let source: any ByteSource
  private let reader: Reader
  /// The first rows, two at least: a table of fewer has other axes.
  private let first: [GenFromTextResult]
  private let rowShape: [Int]
  package let descriptor: ArrayDescriptor

  package var name: String { source.name }
  package var seekCost: SeekCost { .impossible }

  private init(_ source: any ByteSource, _ reader: Reader, _ first: [GenFromTextResult], _ reading: TextReading) {
    self.source = source
    self.reader = reader
    self.first = first
    // A single column is an axis of its own only if two axes are asked for.
    let isDeep = reading.ndmin == 2
    let row = reader.rowShape
    rowShape = row.isEmpty ? (isDeep ? [1] : []) : row == [1] && !isDeep ? [] : row
    // An unpacked table is transposed: its rows are the array's columns.
    let isTransposed = reading.unpacks && !rowShape.isEmpty
    let shape = [0] + rowShape
    descriptor = ArrayDescriptor(
      dtype: reader.dtype, shape: isTransposed ? shape.reversed() : shape, isFortranOrder: isTransposed,
      openAxis: isTransposed ? rowShape.count : 0)
  }

  /// The type of what marks the missing values of an element.
  package var maskDType: DType {
    get throws(FormatError) {
      if case .genFrom(let reader) = reader { return try reader.maskDType }
      return .bool
    }
  }

  package func forEachRun(
    ofCount count: Int, _ body: (AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError) {
    try forEachResult { (block: GenFromTextResult) throws(FormatError) in try body(line(block.array)) }
  }

  /// Calls `body` with the values of block after block of rows, and with what is missing of them.
  package func forEachMaskedRun(
    _ body: (_ values: AnyNDArray, _ mask: AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError) {
    let maskDType = try maskDType
    try forEachResult { (block: GenFromTextResult) throws(FormatError) in
      let values = try line(block.array)
      if let mask = block.mask { return try body(values, line(mask)) }
      try body(values, wrapping { () throws(ArrayError) in try AnyNDArray(zeros: [values.count], dtype: maskDType) })
    }
  }

  private func line(_ rows: AnyNDArray) throws(FormatError) -> AnyNDArray {
    try wrapping { () throws(ArrayError) in try rows.reshaped([rows.count]) }
  }

  private func forEachResult(_ body: (GenFromTextResult) throws(FormatError) -> Void) throws(FormatError) {
    try ByteProgress.reading(source, total: source.storedByteCount) { () throws(FormatError) in
      for rows in first { try body(rows) }
      while let rows = try reader.next() { try body(rows) }
    }
  }

  package func read(slice: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    let array = try whole()
    return try wrapping { () throws(ArrayError) in try array.slice(slice) }
  }

  package func whole() throws(FormatError) -> AnyNDArray { try gathered() }
}

extension TextTableBlocks {
  /// From this size on tables whose types are found by a first reading are read in blocks: smaller ones are read once, as
  /// a whole.
  private static var largeSize: Int { 32 << 20 }

  private static func isLarge(_ source: any ByteSource) throws(FormatError) -> Bool {
    if let count = source.byteCount { return count >= largeSize }
    guard source.isSeekable else { return false }
    return try !source.readBytes(at: largeSize, upTo: 1).isEmpty
  }

  /// Opens a table as a source of blocks, or reads it if it has at most one row.
  ///
  /// - Returns: `nil`, with nothing read that could not be read again, if it is read as a whole only: Python's objects,
  ///   records that are unpacked, and what `genfromtxt` does to all rows at once.
  package static func open(
    _ source: any ByteSource, _ reading: TextReading
  ) throws(FormatError) -> (any ArrayBlockSource)? {
    switch reading {
    case .loadText(let options): try open(source, reading, options)
    case .genFromText(let options): try open(source, reading, options)
    }
  }

  private static func open(
    _ source: any ByteSource, _ reading: TextReading, _ options: LoadTextOptions
  ) throws(FormatError) -> (any ArrayBlockSource)? {
    var options = options
    guard !options.dtype.hasObjects, !(options.unpack && options.dtype.isStructured) else { return nil }
    if options.dtype.isFlexible {
      guard try isLarge(source) else { return nil }
      var quiet = options
      quiet.onWarning = nil
      let survey = try ByteProgress.reading(source, total: source.storedByteCount) { () throws(FormatError) in
        try TextTableReader(source, options: quiet).survey()
      }
      guard survey.rowCount >= 2 else { return nil }
      options.dtype = survey.dtype
    }
    source.willBeReadOnce()
    let reader = try TextTableReader(source, options: options)
    let first = try firstRows(.load(reader), source)
    if reader.rowCount >= 2 { return TextTableBlocks(source, .load(reader), first, reading) }
    let rows = try FormatError.wrapping(.limitExceeded, file: source.name) { () throws(ArrayError) in
      if let rows = first.first?.array { return rows }
      return try AnyNDArray(zeros: [0] + reader.rowShape, dtype: reader.dtype)
    }
    return MemoryBlocks(reader.finished(rows), name: source.name)
  }

  private static func open(
    _ source: any ByteSource, _ reading: TextReading, _ options: GenFromTextOptions
  ) throws(FormatError) -> (any ArrayBlockSource)? {
    guard try isLarge(source), let reader = try GenFromTextReader.open(source, options: options),
      !(options.unpack && reader.dtype.isStructured)
    else { return nil }
    let first = try firstRows(.genFrom(reader), source)
    guard first.reduce(0, { $0 + $1.array.shape[0] }) >= 2 else { return nil }
    source.willBeReadOnce()
    return TextTableBlocks(source, .genFrom(reader), first, reading)
  }

  /// Reads until there are two rows, or no more.
  private static func firstRows(_ reader: Reader, _ source: any ByteSource) throws(FormatError) -> [GenFromTextResult] {
    try ByteProgress.reading(source, total: source.storedByteCount) { () throws(FormatError) in
      var first: [GenFromTextResult] = []
      while first.count < 2, let rows = try reader.next() {
        first.append(rows)
        if rows.array.shape[0] >= 2 { break }
      }
      return first
    }
  }
}
