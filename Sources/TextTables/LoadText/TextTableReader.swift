internal import ArrayBytes
public import ByteIO
public import NDArrays

internal import ParallelLoops
internal import PythonLiterals

/// Reads a table of text as NumPy's `loadtxt`, piece by piece if the whole is larger than memory.
///
/// ```swift
/// let reader = try TextTableReader(source, options: options)
/// let writer = try NPYWriter(path: "big.npy", dtype: reader.dtype, rowShape: reader.rowShape)
/// while let rows = try reader.next() { try writer.append(rows) }
/// try writer.close()
/// ```
public final class TextTableReader {
  /// The type of the elements. Without size or unit (`U`, `M8`) if the options say so: the pieces then have the
  /// narrowest dtype that holds them, each its own.
  public let dtype: DType
  /// The shape of a row: one dimension, or none for a structured dtype.
  public var rowShape: [Int] { isHomogeneous ? [columnCount] : [] }
  /// How many rows have been read so far.
  public private(set) var rowCount = 0

  let options: LoadTextOptions
  var blocks: TextBlocks
  let isHomogeneous: Bool
  private(set) var columnCount = 1
  private var plan: RowPlan?
  /// Where the first row begins in the block at hand.
  var firstRow = 0
  private var warnsOfEmptyLine: Bool
  /// Whether the rest of the file may be read by ``TextChunks``.
  var readsChunks = true
  private(set) var hasEnded = false

  /// Opens a table: skips what is to be skipped and looks at the first row.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for options that contradict each other, or as reading the
  ///   first row does.
  public init(_ source: any ByteSource, options: LoadTextOptions = LoadTextOptions()) throws(FormatError) {
    let (source, options) = try options.prepared(source)
    self.options = options
    dtype = options.dtype
    isHomogeneous = !options.dtype.isStructured
    warnsOfEmptyLine = options.maxRows != nil
    blocks = TextBlocks(source, options.encoding ?? .utf8, maxLineBytes: options.maxLineBytes)
    guard options.skipRows >= 0, options.maxRows ?? 0 >= 0 else {
      throw FormatError(.badArgument, "argument must be nonnegative", file: source.name)
    }
    guard (0...2).contains(options.ndmin) else {
      throw FormatError(.badArgument, "Illegal value of ndmin keyword: \(options.ndmin)", file: source.name)
    }
    do throws(FormatError) {
      let syntax = try TextSyntax(
        delimiter: options.delimiter, comments: options.comments, quote: options.quoteCharacter)
      let slots = try FieldSlot.slots(of: options.dtype)
      if let columns = options.useColumns, !isHomogeneous, columns.count != slots.count {
        throw FormatError(
          .badArgument,
          "If a structured dtype is used, the number of columns in `usecols` must match the effective number of "
            + "fields. But \(columns.count) usecols were given and the number of fields is \(slots.count).")
      }
      try blocks.advance(past: 0)
      try skipLines()
      try findFirstRow(syntax, slots)
    } catch { throw error.at(file: source.name) }
  }

  private func skipLines() throws(FormatError) {
    for _ in 0..<options.skipRows {
      while true {
        let isDone = withText { text in
          TextScanning.skipLine(text, &firstRow, isLast: blocks.isLast)
        }
        if isDone { break }
        try readOn()
      }
      // Lines may be asked for beyond the end.
      if firstRow >= blocks.text.count, blocks.isLast { return }
    }
  }

  /// Takes away what has been read of the block and reads on.
  private func readOn() throws(FormatError) {
    try blocks.advance(past: firstRow)
    firstRow = 0
  }

  func withText<Result>(_ body: (RawSpan) -> Result) -> Result {
    // Safe: the span is used while the array's bytes are held.
    unsafe blocks.text.withUnsafeBytes { body(unsafe RawSpan(_unsafeBytes: $0)) }
  }

  private func findFirstRow(_ syntax: TextSyntax, _ slots: FieldSlots) throws(FormatError) {
    var count: Int? = options.useColumns?.count ?? (isHomogeneous ? nil : slots.count)
    if options.maxRows == 0 { hasEnded = true }
    var tokenizer = RowTokenizer(syntax)
    while count == nil, !hasEnded {
      // The position stays before the row: it is read again as data.
      let start = firstRow
      var next = start
      let isComplete = withText { text in
        tokenizer.mayComplete(text, from: start, isLast: blocks.isLast)
          && tokenizer.readRow(text, &next, end: text.byteCount, isLast: blocks.isLast)
      }
      guard isComplete else {
        try readOn()
        continue
      }
      if !tokenizer.fields.isEmpty {
        count = tokenizer.fields.count
      } else if next >= blocks.text.count, blocks.isLast {
        // An empty line that ends is one; after the last line end there is none.
        if next > start, let last = blocks.text.last, last == 10 || last == 13 { warnOfEmptyLine(0) }
        hasEnded = true
      } else {
        warnOfEmptyLine(0)
        firstRow = next
      }
    }
    columnCount = count ?? 1
    plan = try makePlan(syntax, slots)
  }

  private func makePlan(_ syntax: TextSyntax, _ slots: FieldSlots) throws(FormatError) -> RowPlan {
    var all = slots
    var rowSize = dtype.itemSize
    if isHomogeneous {
      guard columnCount == 0 || dtype.itemSize <= Int.max / 2 / columnCount else { throw .overflow("row") }
      all = FieldSlots(alike: dtype, count: columnCount)
      rowSize = columnCount * dtype.itemSize
    }
    let converters = try resolveConverters()
    let name = dtype.isFlexible ? "object" : nil
    return RowPlan(
      syntax: syntax, dtypeName: name, slots: all, rowSize: rowSize, useColumns: options.useColumns,
      converters: converters, isHomogeneous: isHomogeneous)
  }

  /// The converter of each value of a row, if there are any.
  private func resolveConverters() throws(FormatError) -> [TextConverter?] {
    if options.converter == nil, options.converters.isEmpty { return [] }
    var result = [TextConverter?](repeating: options.converter, count: columnCount)
    for (column, converter) in options.converters.sorted(by: { $0.key < $1.key }) {
      if let columns = options.useColumns {
        if let index = columns.firstIndex(of: column) { result[index] = converter }
        continue
      }
      guard column >= -columnCount, column < columnCount else {
        if hasEnded { continue }
        throw FormatError(
          .badArgument,
          "converter specified for column \(column), which is invalid for the number of fields \(columnCount).")
      }
      result[column < 0 ? column + columnCount : column] = converter
    }
    return result
  }

  func warnOfEmptyLine(_ rows: Int) {
    guard warnsOfEmptyLine, let maxRows = options.maxRows else { return }
    warnsOfEmptyLine = false
    // NumPy goes on about its own versions and Python's `itertools`.
    options.onWarning?(
      FileWarning(
        "Input line \(rows + options.skipRows + 1) contained no data and will not be counted towards "
          + "`max_rows=\(maxRows)`: rows are counted, not lines."))
  }

  // MARK: Reading

  /// The next rows, of about as much text as `TextBlocks` reads at once; `nil` at the end.
  ///
  /// - Throws: ``FormatError`` with code `badValue` or `malformed`, NumPy's wording, the file's name, row and column.
  public func next() throws(FormatError) -> AnyNDArray? {
    guard let plan, !hasEnded else { return nil }
    if dtype.isFlexible { return try nextFlexible(plan) }
    var store = RowBuffer(rowSize: plan.rowSize, hasGaps: plan.hasGaps)
    while store.rows == 0, try readBlock(into: &store, plan) {}
    if store.rows == 0 { return nil }
    return try array(store, dtype)
  }

  /// All rows that are left.
  func readAll() throws(FormatError) -> AnyNDArray {
    guard let plan, !dtype.isFlexible else { return try readAllFlexible() }
    var store = RowBuffer(rowSize: plan.rowSize, hasGaps: plan.hasGaps, isWhole: true)
    while try readBlock(into: &store, plan) {}
    return try array(store, dtype)
  }

  func array(_ store: RowBuffer, _ dtype: DType) throws(FormatError) -> AnyNDArray {
    try FormatError.wrapping(.limitExceeded, file: blocks.source.name) { () throws(ArrayError) in
      try AnyNDArray(storage: store.storage, dtype: dtype, shape: [store.rows] + rowShape)
    }
  }

  /// Reads the block at hand into a store and reads on; false at the end of the data.
  func readBlock(into store: inout RowBuffer, _ plan: RowPlan) throws(FormatError) -> Bool {
    guard !hasEnded else { return false }
    if let read = try readChunks(into: &store, plan) {
      rowCount += read
    } else {
      rowCount += try parse(plan, &store)
    }
    if rowCount == options.maxRows || (blocks.isLast && firstRow >= blocks.text.count) {
      hasEnded = true
      return false
    }
    try readOn()
    return true
  }

  /// Reads what is complete of the block at hand; ``firstRow`` moves past it.
  private func parse(_ plan: RowPlan, _ store: inout RowBuffer) throws(FormatError) -> Int {
    let left = options.maxRows.map { $0 - rowCount } ?? .max
    if Parallel.workers > 1, plan.syntax.quote.isEmpty, !plan.hasConverters, let pieces = pieces(plan, limit: left) {
      return try parse(pieces, plan, &store)
    }
    return try parseInOrder(plan, &store, limit: left)
  }

  /// One row after the other, as quotes and converters need it, and a limit to the number of rows.
  func parseInOrder(_ plan: RowPlan, _ store: inout RowBuffer, limit: Int) throws(FormatError) -> Int {
    var parser = RowParser(plan)
    let start = store.rows
    let textStart = firstRow
    while store.rows - start < limit {
      let wanted = limit - (store.rows - start)
      if store.rows == store.capacity {
        // A few rows tell how many there may be.
        let done = store.rows - start
        let guess = done == 0 ? 64 : expectedRows(done, firstRow - textStart, of: blocks.text.count - firstRow)
        let consumed = blocks.bytesRead - blocks.text.count + firstRow
        try store.reserve(
          min(guess, wanted),
          expected: store.isWhole && done > 0 && limit == .max
            ? expectedRows(store.rows, consumed, of: blocks.source.byteCount ?? 0) : 0)
      }
      let room = min(store.capacity - store.rows, wanted)
      let known = store.rows - start
      // Safe: the store has that much room.
      let outcome = withText { text in
        unsafe parser.read(text, from: firstRow, isLast: blocks.isLast, into: store.end, capacity: room)
      }
      firstRow = outcome.position
      if let rows = outcome.rowsBeforeEmptyLine { warnOfEmptyLine(rowCount + known + rows) }
      if let failure = outcome.failure {
        throw failure.error(firstRow: rowCount + known, at: blocks.place(failure.place), file: blocks.source.name)
      }
      store.add(outcome.rows)
      if outcome.isIncomplete || firstRow >= blocks.text.count { break }
    }
    return store.rows - start
  }

  /// How many rows `total` bytes of text may have, if they are like the first rows, which took `bytes`.
  func expectedRows(_ rows: Int, _ bytes: Int, of total: Int) -> Int {
    guard bytes > 0, total > 0 else { return 64 }
    let estimate = Double(rows) * Double(total) / Double(bytes) * 1.02 + 16
    return estimate < 1e15 ? Int(estimate) : 64
  }
}
