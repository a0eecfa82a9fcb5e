package import ArrayBytes
package import ByteIO
package import NDArrays
internal import ParallelLoops

/// A CSV table, or a column of it, as a source of blocks of rows, of which a few megabytes are in memory.
package struct CSVBlocks: ArrayBlockSource {
  let reader: CSVReader
  let isNamed: Bool
  let slots: [(column: Int, slot: CSVSlot)]
  let rowSize: Int
  let rowCount: Int
  let parts: CSVTableParts?
  /// Where the last slice ended that was read of a table without parts.
  let cursor = CSVCursor()
  package let descriptor: ArrayDescriptor
  /// What is to be said of the table beside its values.
  package let warnings: [FileWarning]

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
    (isNamed, rowCount, parts) = (survey.isNamed, survey.rowCount, survey.parts)
    let short = try survey.short.map { (short) throws(FormatError) in try reader.warning(of: short) }
    warnings = reader.warnings + [reader.warningOfNames(survey), short].compactMap { $0 }
    rowSize = dtype.itemSize * rowShape.reduce(1, *)
    descriptor = ArrayDescriptor(dtype: dtype, shape: [rowCount] + rowShape, isFortranOrder: false)
    let (bytes, overflow) = rowSize.multipliedReportingOverflow(by: rowCount)
    let (justified, isAny) = survey.byteCount.multipliedReportingOverflow(by: CSVBlocks.expansion)
    let limit = reader.mostBytes ?? (isAny ? .max : max(CSVBlocks.alwaysAllowed, justified))
    guard overflow || bytes > limit else { return }
    let widest = survey.columns.map(\.width).max() ?? 0
    var error = FormatError(
      .limitExceeded,
      "a text of \(widest) characters makes each row \(rowSize) bytes, and the table \(overflow ? "too large" : "\(bytes) bytes"); "
        + "the limit is \(limit), single columns may be less", file: reader.source.name)
    error.commandHint = "--memory raises the limit, --dtype says how many characters are kept"
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
    try ByteProgress.reading(reader.source, total: reader.source.storedByteCount) { () throws(FormatError) in
      var rows = try reader.dataRows(isNamed: isNamed)
      var left = rowCount
      let most = max(1, CSVBlocks.blockSize / max(1, rowSize))
      if let parts {
        // The first row is looked at before the others, and is one of them if it has no names.
        if left > parts.rowCount { try body(read(1, &rows)) }
        return try forEachGroup(of: parts, body)
      }
      while left > 0 {
        let block = try read(min(left, most), &rows)
        left -= min(left, most)
        try body(block)
      }
      if reader.isLimited { return }
      guard try !reader.nextRow(&rows) else { throw changed }
    }
  }

  var changed: FormatError { FormatError(.malformed, "the file has changed while it was read", file: name) }

  /// The next rows.
  func read(_ count: Int, _ rows: inout TextRows) throws(FormatError) -> AnyNDArray {
    var buffer = RowBuffer(rowSize: rowSize, hasGaps: false, isWhole: true)
    try buffer.reserve(count)
    for _ in 0..<count {
      guard try reader.nextRow(&rows) else { throw changed }
      try reader.check(rows)
      // Safe: there is room for `count` rows.
      guard unsafe store(rows, at: buffer.end) else { throw changed }
      buffer.add(1)
    }
    return try elements(buffer.storage, rows: count)
  }

  func elements(_ storage: ArrayStorage, rows count: Int) throws(FormatError) -> AnyNDArray {
    let size = descriptor.dtype.itemSize
    return try wrapping { () throws(ArrayError) in
      try AnyNDArray(storage: storage, dtype: descriptor.dtype, shape: [size == 0 ? count : count * (rowSize / size)])
    }
  }

  /// The rows of some parts that follow each other, and of the next ones, in memory that is used again if nobody keeps it.
  private func forEachGroup(
    of parts: CSVTableParts, _ body: (AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError) {
    let groups = parts.groups(rowSize: rowSize)
    let counts = groups.map { $0.reduce(0) { $0 + $1.rowCount } }
    let most = counts.max() ?? 0
    var storage = try room(for: most)
    for (group, count) in zip(groups, counts) {
      if !isKnownUniquelyReferenced(&storage) { storage = try room(for: most) }
      // Safe: the storage has room for the rows of all parts.
      try parts.read(group, slots, rowSize: rowSize, into: unsafe SharedMemory(storage.baseAddress), changed)
      try body(elements(storage, rows: count))
    }
  }

  /// Memory for rows, of which nobody has written anything.
  func room(for count: Int) throws(FormatError) -> ArrayStorage {
    var buffer = RowBuffer(rowSize: rowSize, hasGaps: false, isWhole: true)
    try buffer.reserve(count)
    return buffer.storage
  }

  /// Stores a row; false if a field does not go into its column, as the file has changed.
  func store(_ rows: TextRows, at row: UnsafeMutableRawPointer) -> Bool {
    var isStored = true
    var next = 0
    reader.forEachField(of: rows) { column, text, isQuoted in
      guard next < slots.count, slots[next].column == column else { return }
      // Safe: the caller has room for a row.
      if unsafe !slots[next].slot.store(CSVField(text, isQuoted: isQuoted), inRowAt: row) { isStored = false }
      next += 1
    }
    return isStored
  }

  package func whole() throws(FormatError) -> AnyNDArray {
    guard let parts else { return try gathered() }
    let flat = try ByteProgress.reading(reader.source, total: reader.source.storedByteCount) { () throws(FormatError) in
      try read(parts.parts[...], of: parts, isFromStart: true)
    }
    return try wrapping { () throws(ArrayError) in try descriptor.array(of: [flat]) }
  }
}

/// The parts of a file in which the rows of a table lie, but for the first one.
struct CSVTableParts: Sendable {
  let file: CSVParts
  let parts: [CSVPart]
  private let kept: CSVKeptCells
  var rowCount: Int { parts.reduce(0) { $0 + $1.rowCount } }

  init(_ file: CSVParts, _ found: [CSVParts.Finding]) {
    (self.file, parts) = (file, found.map(\.part))
    kept = CSVKeptCells(found.map(\.cells))
  }

  /// A few parts at a time, enough for all cores, and not many more bytes of rows than a block of them has.
  func groups(rowSize: Int) -> [ArraySlice<CSVPart>] {
    var groups: [ArraySlice<CSVPart>] = []
    var start = 0
    var bytes = 0
    for end in 1...max(1, parts.count) where end <= parts.count {
      bytes += parts[end - 1].rowCount * rowSize
      let isEnough = end - start >= Parallel.workers && bytes >= CSVTableParts.groupSize
      guard isEnough || end == parts.count else { continue }
      groups.append(parts[start..<end])
      (start, bytes) = (end, 0)
    }
    return groups
  }
  private static let groupSize = 8 << 20

  /// Stores the rows of some parts, one behind the other.
  ///
  /// - Parameters:
  ///   - memory: Room for them.
  ///   - changed: What is thrown if they are not what they were.
  func read(
    _ group: ArraySlice<CSVPart>, _ slots: [(column: Int, slot: CSVSlot)], rowSize: Int, into memory: SharedMemory,
    _ changed: FormatError
  ) throws(FormatError) {
    var offsets: [Int] = [0]
    for part in group { offsets.append(offsets[offsets.count - 1] + part.rowCount) }
    let starts = offsets
    try Parallel.forEach(group.count) { (index: Int) throws(FormatError) in
      // Safe: each part writes to rows of its own, for which the caller has room.
      let address = unsafe memory.address + starts[index] * rowSize
      if let cells = kept.take(group.startIndex + index) {
        if unsafe cells.store(slots, rowSize: rowSize, into: address) { return }
      }
      let isRead = try unsafe file.read(group[group.startIndex + index], slots, rowSize: rowSize, into: address)
      guard isRead else { throw changed }
    }
  }
}
