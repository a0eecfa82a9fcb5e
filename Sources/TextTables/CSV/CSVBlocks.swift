package import ArrayBytes
package import ByteIO
package import NDArrays

/// A CSV table, or a column of it, as a source of blocks of rows, of which a few megabytes are in memory.
package struct CSVBlocks: ArrayBlockSource {
  private let reader: CSVReader
  private let isNamed: Bool
  private let slots: [(column: Int, slot: CSVSlot)]
  private let rowSize: Int
  private let rowCount: Int
  package let descriptor: ArrayDescriptor

  package var name: String { reader.source.name }
  package var seekCost: SeekCost { .restart }

  /// How many bytes of rows a block has.
  private static let blockSize = 1 << 20
  /// How many times as large as its text a table may be that has no more than this many bytes.
  private static let (expansion, alwaysAllowed) = (64, 256 << 20)

  /// - Parameter slots: Where the fields of these columns go in a row of the result.
  init(
    _ reader: CSVReader, _ survey: CSVReader.Survey, _ slots: [(column: Int, slot: CSVSlot)], dtype: DType,
    rowShape: [Int]
  ) throws(FormatError) {
    (self.reader, self.slots) = (reader, slots)
    (isNamed, rowCount) = (survey.isNamed, survey.rowCount)
    rowSize = dtype.itemSize * rowShape.reduce(1, *)
    descriptor = ArrayDescriptor(dtype: dtype, shape: [rowCount] + rowShape, isFortranOrder: false)
    let (bytes, overflow) = rowSize.multipliedReportingOverflow(by: rowCount)
    guard overflow || bytes > CSVBlocks.alwaysAllowed, survey.byteCount < Int.max / CSVBlocks.expansion,
      overflow || bytes > CSVBlocks.expansion * survey.byteCount
    else { return }
    let widest = survey.columns.map(\.width).max() ?? 0
    var error = FormatError(
      .limitExceeded,
      "a text of \(widest) characters makes each row \(rowSize) bytes, and the table more than "
        + "\(CSVBlocks.expansion) times as large as its text; single columns may be less", file: reader.source.name)
    error.commandHint = "--dtype says how many characters are kept"
    throw error
  }

  /// - Parameters:
  ///   - columns: The columns that are read, each once, in any order.
  ///   - slots: Where their fields go.
  init(
    _ reader: CSVReader, _ survey: CSVReader.Survey, _ columns: [Int], _ slots: some Sequence<FieldSlot>, dtype: DType,
    rowShape: [Int]
  ) throws(FormatError) {
    let pairs = zip(columns, slots).map { ($0, CSVSlot($1)) }.sorted { $0.0 < $1.0 }
    try self.init(reader, survey, pairs, dtype: dtype, rowShape: rowShape)
  }

  package func forEachRun(
    ofCount count: Int, _ body: (AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError) {
    try ByteProgress.reading(reader.source, total: reader.source.byteCount) { () throws(FormatError) in
      var rows = try reader.dataRows(isNamed: isNamed)
      var left = rowCount
      let most = max(1, CSVBlocks.blockSize / max(1, rowSize))
      while left > 0 {
        let block = try read(min(left, most), &rows)
        left -= min(left, most)
        try body(block)
      }
      if reader.isLimited { return }
      guard try !reader.nextRow(&rows) else { throw changed }
    }
  }

  private var changed: FormatError { FormatError(.malformed, "the file has changed while it was read", file: name) }

  /// The next rows.
  private func read(_ count: Int, _ rows: inout TextRows) throws(FormatError) -> AnyNDArray {
    var buffer = RowBuffer(rowSize: rowSize, hasGaps: false, isWhole: true)
    try buffer.reserve(count)
    for _ in 0..<count {
      guard try reader.nextRow(&rows) else { throw changed }
      try reader.check(rows)
      // Safe: there is room for `count` rows.
      guard unsafe store(rows, at: buffer.end) else { throw changed }
      buffer.add(1)
    }
    let size = descriptor.dtype.itemSize
    return try wrapping { () throws(ArrayError) in
      try AnyNDArray(
        storage: buffer.storage, dtype: descriptor.dtype, shape: [size == 0 ? count : count * (rowSize / size)])
    }
  }

  /// Stores a row; false if a field does not go into its column, as the file has changed.
  private func store(_ rows: TextRows, at row: UnsafeMutableRawPointer) -> Bool {
    var isStored = true
    var next = 0
    rows.forEachField { column, text, isQuoted in
      guard next < slots.count, slots[next].column == column else { return }
      // Safe: the caller has room for a row.
      if unsafe !slots[next].slot.store(CSVField(text, isQuoted: isQuoted), inRowAt: row) { isStored = false }
      next += 1
    }
    return isStored
  }

  package func read(slice: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    let array = try whole()
    return try wrapping { () throws(ArrayError) in try array.slice(slice) }
  }

  package func whole() throws(FormatError) -> AnyNDArray { try gathered() }
}
