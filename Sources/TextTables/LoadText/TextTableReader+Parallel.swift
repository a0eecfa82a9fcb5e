internal import ByteIO
internal import NDArrays
internal import ParallelLoops

/// Reading on all cores: chunks of a file where any place of it can be read, else pieces of the block at hand.
extension TextTableReader {
  /// How much of a file must be left for chunks to be worth it.
  private static var leastForChunks: Int { 128 << 10 }
  /// How many chunks make a piece of a table that is not read as a whole.
  private static var chunksAtOnce: Int { 16 }

  /// Reads the rest of the file, or some of it, by chunks; returns how many rows were read, or `nil` if nothing is to be
  /// read so.
  func readChunks(into store: inout RowBuffer, _ plan: RowPlan) throws(FormatError) -> Int? {
    let encoding = options.encoding ?? .utf8
    guard readsChunks, plan.syntax.quote.isEmpty, !plan.hasConverters, TextChunks.canCut(encoding),
      !blocks.source.readsInOrder, let total = blocks.source.byteCount, let start = blocks.filePosition(of: firstRow),
      total - start >= TextTableReader.leastForChunks
    else { return nil }
    let chunks = TextChunks(blocks.source, encoding, plan, start..<total)
    let count = store.isWhole ? chunks.count : min(chunks.count, TextTableReader.chunksAtOnce)
    guard try makeRoom(for: count, from: start, of: total, in: &store, plan) else {
      readsChunks = false
      return nil
    }
    let room = store.capacity - store.rows
    // Safe: the store has that much room.
    let result = try unsafe chunks.read(
      count, into: store.end, capacity: room, limit: options.maxRows.map { $0 - rowCount } ?? .max)
    let places = result.outcomes.map { result in
      result.outcome.failure.flatMap { _ in result.outcome.filePlace }.map { TextPlace(offset: $0, in: blocks.source) }
        ?? TextPlace()
    }
    let rows = try gather(result.outcomes.map { ($0.outcome, $0.offset) }, places, &store)
    // What has no room even in an empty store has rows of an odd size.
    if result.isOdd || (result.outcomes.isEmpty && !store.isWhole) { readsChunks = false }
    blocks.restart(at: result.end)
    firstRow = 0
    return rows
  }

  /// Makes room for the rows of chunks: of the whole rest of the file, if all of it comes to the store. False if there may
  /// be more than memory holds: they are then read as far as they go.
  private func makeRoom(
    for chunkCount: Int, from start: Int, of total: Int, in store: inout RowBuffer, _ plan: RowPlan
  ) throws(FormatError) -> Bool {
    guard store.isWhole else {
      // Address space, most of which is never touched; less if rows are large in memory.
      let rows = chunkCount * TextChunks.size / plan.leastTextPerRow + 64
      try store.reserve(min(rows, max(256, (64 << 20) / max(1, plan.rowSize))))
      return true
    }
    var expected: Int
    if store.rows == 0 {
      // The block at hand tells how long lines are.
      let end = blocks.wholeLineCount
      let lines = withText { text in
        let known = text.extracting(min(firstRow, end)..<end)
        return TextScan(known).lineCount(of: known)
      }
      expected = expectedRows(max(1, lines), max(1, end - firstRow), of: total - start)
    } else {
      expected = expectedRows(store.rows, start, of: total)
    }
    // Twice in the same place: what was expected was too little.
    if expected <= store.capacity { expected = store.capacity + store.capacity / 2 + 1024 }
    guard plan.rowSize == 0 || expected <= ArrayStorage.maxBytes / plan.rowSize else { return false }
    try store.reserve(store.capacity - store.rows + 1, expected: expected)
    return true
  }

  /// A run of whole lines and the most rows that it can have.
  struct Piece: Sendable {
    var range: Range<Int>
    var lines: Int
  }

  /// Cuts the whole lines of the block at line ends; `nil` if that is not worth it, or could take more memory than
  /// the text justifies, or there may be more rows than are wanted.
  func pieces(_ plan: RowPlan, limit: Int) -> [Piece]? {
    let end = blocks.wholeLineCount
    let text = blocks.text
    guard end > firstRow else { return nil }
    let size = end - firstRow
    let count = max(1, min(Parallel.workers * 4, size >> 16))
    var bounds = [firstRow]
    for index in 1..<max(1, count) {
      let wanted = max(firstRow + size / count * index, bounds[bounds.count - 1])
      // Past the line end, carriage returns with their line feeds.
      guard let stop = text[wanted..<end].firstIndex(of: 10) else { break }
      bounds.append(stop + 1)
    }
    bounds.append(end)
    let ranges = zip(bounds, bounds.dropFirst()).map { $0..<$1 }.filter { !$0.isEmpty }
    let most = plan.leastTextPerRow
    let counted = ranges.map { range in
      let lines = withText { TextScan($0.extracting(range)).lineCount(of: $0.extracting(range)) }
      return Piece(range: range, lines: min(lines, range.count / most + 1))
    }
    let rows = counted.reduce(0) { $0 + $1.lines }
    guard rows <= limit else { return nil }
    let (bytes, overflow) = rows.multipliedReportingOverflow(by: plan.rowSize)
    return overflow || bytes > max(64 << 20, 16 * size) ? nil : counted
  }

  func parse(_ pieces: [Piece], _ plan: RowPlan, _ store: inout RowBuffer) throws(FormatError) -> Int {
    let rows = pieces.reduce(0) { $0 + $1.lines }
    try store.reserve(
      rows,
      expected: store.isWhole
        ? expectedRows(store.rows + rows, blocks.bytesRead, of: blocks.source.byteCount ?? 0) : 0)
    var offsets: [Int] = []
    var offset = 0
    for piece in pieces {
      offsets.append(offset)
      offset += piece.lines
    }
    let size = plan.rowSize
    let target = unsafe SharedMemory(store.end)
    let outcomes = unsafe blocks.text.withUnsafeBytes { bytes in
      // Safe: the text and the store outlive the loop, and each piece writes to rows of its own.
      let shared = unsafe SharedMemory(
        UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? UnsafeRawPointer(target.address)))
      let known = offsets
      return Parallel.map(pieces.count) { index in
        let range = pieces[index].range
        let text = unsafe RawSpan(_unsafeStart: shared.address + range.lowerBound, byteCount: range.count)
        var parser = RowParser(plan)
        return unsafe parser.read(
          text, from: 0, isLast: true, into: target.address + known[index] * size, capacity: pieces[index].lines)
      }
    }
    firstRow = pieces.last.map(\.range.upperBound) ?? firstRow
    let places = zip(outcomes, pieces).map { outcome, piece in
      outcome.failure.map { blocks.place(piece.range.lowerBound + $0.place) } ?? TextPlace()
    }
    return try gather(zip(outcomes, offsets).map { (outcome: $0, offset: $1) }, places, &store)
  }

  /// Closes the gaps that empty lines and comments have left, and reports what went wrong first.
  private func gather(
    _ outcomes: [(outcome: RowParser.Outcome, offset: Int)], _ places: [TextPlace], _ store: inout RowBuffer
  ) throws(FormatError) -> Int {
    let size = store.rowSize
    var rows = 0
    for (index, (outcome, offset)) in outcomes.enumerated() {
      if let before = outcome.rowsBeforeEmptyLine { warnOfEmptyLine(rowCount + rows + before) }
      if let failure = outcome.failure {
        throw failure.error(firstRow: rowCount + rows, at: places[index], file: blocks.source.name)
      }
      if offset > rows {
        // Safe: both lie within what was reserved; `copyMemory` copes with the overlap.
        unsafe (store.end + rows * size).copyMemory(from: store.end + offset * size, byteCount: outcome.rows * size)
      }
      rows += outcome.rows
    }
    store.add(rows)
    return rows
  }
}

/// Memory that several threads write to, each its own part.
@safe struct SharedMemory: @unchecked Sendable {
  let address: UnsafeMutableRawPointer
  init(_ address: UnsafeMutableRawPointer) {
    // Safe: only kept here; the users of the address say why it is valid.
    unsafe self.address = address
  }
}
