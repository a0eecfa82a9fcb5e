internal import ByteIO
internal import NDArrays
internal import ParallelLoops

/// A part of a CSV file that one core reads: whole rows, one behind the other.
struct CSVPart: Sendable {
  /// Where the first row begins, and where the first one that belongs to the next part does.
  let start: Int
  let end: Int
  let rowCount: Int
}

/// The parts of a file from a row on, which all cores read at once.
///
/// A part is taken to begin behind the first line feed from its place on. Where that lies within quotes, as the end of the
/// part before tells, it is read again from where it does begin.
struct CSVParts: Sendable {
  let source: any ByteSource
  let syntax: TextSyntax
  let columnCount: Int
  /// Where the first row begins.
  let start: Int
  let size: Int
  /// About how many bytes a part has.
  private let partSize: Int

  /// Where values are kept: in a sixteenth of the machine's memory at most; `nil` if the system does not give as much.
  func keeping() -> CSVKeeping? {
    let most = min(ArrayStorage.maxBytes / 14, CSVParts.mostKept)
    // A cell takes as much as eight characters.
    let expected = min(most, 4 * (size - start))
    guard (try? ArrayStorage.requireRoom(for: 2 * expected)) != nil else { return nil }
    return CSVKeeping(columnCount: columnCount, byteCount: most)
  }

  /// How many bytes of values are kept at most: enough for tables of some 100 MB, and no more, as larger ones are to pass by.
  private static let mostKept = 1 << 27
  /// How many bytes a part has: of large files as many as memory is asked for in large pages.
  private static let (leastPartSize, mostPartSize) = (1 << 20, 2 << 20)
  /// How far its last row may reach beyond that.
  private static let overhang = 1 << 18

  /// `nil` for what cannot be read in parts, or is not worth it.
  init?(_ source: any ByteSource, _ encoding: TextEncoding, _ syntax: TextSyntax, columnCount: Int, from start: Int) {
    guard source.seekCost == .free, let size = source.byteCount, size - start > CSVParts.leastPartSize,
      encoding == .utf8,
      CSVRows.canCut(syntax)
    else { return nil }
    (self.source, self.syntax, self.columnCount) = (source, syntax, columnCount)
    (self.start, self.size) = (start, size)
    partSize = min(CSVParts.mostPartSize, max(CSVParts.leastPartSize, (size - start) / (8 * Parallel.workers)))
  }

  /// What a first reading finds in a part.
  struct Finding: Sendable {
    let part: CSVPart
    let columns: [CSVColumn]
    /// How many bytes of text there are; line ends do not count.
    let byteCount: Int
    let short: CSVShortRows?
    /// The values, if they are kept.
    var cells: CSVCells?
  }

  /// What is found in all parts; `nil` if there is a row that must be looked at one behind the other, as it may be wrong.
  ///
  /// - Parameter keeping: Of what the values are kept; `nil` if they are not.
  func survey(_ keeping: CSVKeeping?) -> [Finding]? {
    let count = (size - start + partSize - 1) / partSize
    let guesses = Parallel.map(count) { index in
      let place = start + index * partSize
      return try? survey(from: place, before: min(size, place + partSize), isGuess: index > 0, keeping)
    }
    var found: [Finding] = []
    var position = start
    for (index, guess) in guesses.enumerated() {
      let limit = min(size, start + (index + 1) * partSize)
      guard position < limit else { continue }
      if let guess, guess.part.start == position {
        found.append(guess)
      } else if let finding = try? survey(from: position, before: limit, isGuess: false, keeping) {
        found.append(finding)
      } else {
        return nil
      }
      position = found.last?.part.end ?? limit
    }
    return found
  }

  /// Looks at the rows that begin before a place; `nil` if one is to be looked at otherwise.
  ///
  /// - Parameter isGuess: Whether the first one begins behind the first line feed from one byte before the start on.
  private func survey(
    from start: Int, before limit: Int, isGuess: Bool, _ keeping: CSVKeeping?
  ) throws(FormatError) -> Finding? {
    let lead = isGuess ? 1 : 0
    let bytes = try CSVBytes(source, (start - lead)..<min(size, limit + CSVParts.overhang), endsWithLine: limit < size)
    guard let bytes else { return nil }
    return bytes.withText { text, end in
      var first = 0
      if isGuess {
        guard let feed = TextScanning.position(of: 10, in: text, from: 0) else { return nil }
        first = feed + 1
      }
      let origin = start - lead
      guard first < end, origin + first < limit else { return nil }
      let isLast = origin + end == size
      while let places = keeping?.places, let keeping {
        var rows = CSVRows(text, from: first, to: end, isLast: isLast, syntax, columnCount: columnCount)
        switch CSVParts.read(&rows, before: limit - origin, origin: origin, isASCII: bytes.isASCII, places, keeping) {
        case .found(let finding): return finding
        case .refused: return nil
        case .severalKinds(let column): keeping.keepAsPlaces(column)
        }
      }
      var rows = CSVRows(text, from: first, to: end, isLast: isLast, syntax, columnCount: columnCount)
      return CSVParts.survey(&rows, before: limit - origin, origin: origin, isASCII: bytes.isASCII)
    }
  }

  private static func survey(_ rows: inout CSVRows, before limit: Int, origin: Int, isASCII: Bool) -> Finding? {
    let start = rows.place
    var columns = [CSVColumn](repeating: CSVColumn(), count: rows.columnCount)
    var (count, byteCount) = (0, 0)
    while true {
      switch rows.next(before: limit) {
      case .refused: return nil
      case .end:
        let part = CSVPart(start: origin + start, end: origin + rows.place, rowCount: count)
        return Finding(part: part, columns: columns, byteCount: byteCount, short: rows.short?.moved(by: origin))
      case .row: count += 1
      }
      if rows.isOdd {
        rows.forEachOddField { column, _, field in
          byteCount &+= field.whole.byteCount &+ 1
          if column < columns.count { columns[column].add(field) }
        }
        continue
      }
      // Safe: the columns are used within the closure; nobody else holds the array.
      unsafe columns.withUnsafeMutableBufferPointer { columns in
        for column in columns.indices {
          let field = rows.field(column)
          byteCount &+= field.end &- field.start &+ 1
          unsafe columns[column].add(rows.text, field, isASCII: isASCII)
        }
      }
    }
  }

  /// What comes of reading a part for its types and its values at once.
  private enum Reading {
    case found(Finding)
    /// A row is to be looked at otherwise.
    case refused
    /// A column has fields that no form of cells holds.
    case severalKinds(column: Int)
  }

  private static func read(
    _ rows: inout CSVRows, before limit: Int, origin: Int, isASCII: Bool, _ isKeptAsPlaces: [Bool],
    _ keeping: CSVKeeping
  ) -> Reading {
    let start = rows.place
    var reader = CSVCellReader(isKeptAsPlaces, textSize: rows.text.byteCount, isASCII: isASCII)
    while true {
      switch rows.next(before: limit) {
      case .refused: return .refused
      case .row: if let column = reader.take(rows) { return .severalKinds(column: column) }
      case .end:
        let part = CSVPart(start: origin + start, end: origin + rows.place, rowCount: reader.rowCount)
        let cells = reader.cells
        return .found(
          Finding(
            part: part, columns: reader.found, byteCount: reader.byteCount, short: rows.short?.moved(by: origin),
            cells: keeping.add(cells) ? cells : nil))
      }
    }
  }

  /// Stores the rows of a part; false if they are not what they were, as the file has changed.
  ///
  /// - Parameters:
  ///   - slots: Where the fields of these columns go, in the order of the columns.
  ///   - address: Room for the part's rows.
  func read(
    _ part: CSVPart, _ slots: [(column: Int, slot: CSVSlot)], rowSize: Int, into address: UnsafeMutableRawPointer
  ) throws(FormatError) -> Bool {
    guard let bytes = try CSVBytes(source, part.start..<part.end, endsWithLine: false) else { return false }
    let memory = unsafe SharedMemory(address)
    return bytes.withText { text, end in
      var rows = CSVRows(text, from: 0, to: end, isLast: true, syntax, columnCount: columnCount)
      let reader = CSVRowReader(slots)
      for row in 0..<part.rowCount {
        guard rows.next(before: end) == .row else { return false }
        // Safe: the caller has room for the part's rows.
        guard unsafe reader.store(rows, at: memory.address + row * rowSize) else { return false }
      }
      return rows.next(before: end) == .end
    }
  }
}

/// The bytes of a part in memory, and 64 behind them that tell nothing.
private struct CSVBytes {
  private let storage: ArrayStorage
  private let count: Int
  let isASCII: Bool

  /// `nil` if the source is shorter, or the bytes are not well-formed UTF-8.
  ///
  /// - Parameter endsWithLine: Whether what stands behind the last line feed is left out.
  init?(_ source: any ByteSource, _ range: Range<Int>, endsWithLine: Bool) throws(FormatError) {
    storage = ArrayStorage(uninitializedByteCount: range.count + 64)
    // Safe: the storage has room for the range and 64 bytes, and nobody else holds it.
    let target = unsafe UnsafeMutableRawBufferPointer(start: storage.baseAddress, count: range.count)
    guard try unsafe source.read(into: target, at: range.lowerBound) == range.count else { return nil }
    unsafe (storage.baseAddress + range.count).initializeMemory(as: UInt8.self, repeating: 0, count: 64)
    let bytes = UnsafeRawBufferPointer(target)
    var count = range.count
    if endsWithLine {
      while count > 0, unsafe bytes[count - 1] != 10 { count -= 1 }
    }
    self.count = count
    let text = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    isASCII = TextScan(text).isASCII
    if !isASCII, !WellFormedText.isWellFormed(storage.bytes, count: count) { return nil }
  }

  /// Calls `body` with the text, the 64 bytes behind it included, and where it ends.
  func withText<Result>(_ body: (RawSpan, Int) -> Result) -> Result {
    // Safe: the storage is held, and all its bytes have been written.
    let memory = unsafe SharedMemory(storage.baseAddress)
    let text = unsafe RawSpan(_unsafeStart: memory.address, byteCount: storage.byteCount)
    return withExtendedLifetime(storage) { body(text, count) }
  }
}
