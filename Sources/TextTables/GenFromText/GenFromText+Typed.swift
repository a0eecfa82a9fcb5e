internal import ByteIO
internal import NDArrays

/// The usual path of `genfromtxt`: rows go straight into typed memory by a ``FastRowReader``; only lines that are not
/// plain (missing values, comments, odd white space, other scripts) are cut into strings and converted one by one.
///
/// Where the types are to be found, the first lines tell them; a line that does not fit upgrades its columns, and the file
/// is read again. What is too odd for that is kept as strings until all rows are there.
extension GenFromTextTable {
  /// Where a reading of the rows stands.
  struct TypedCursor {
    var lines: TextLines
    /// The lines with another number of columns.
    var invalid: [(line: Int, count: Int)] = []
    var rowCount = 0
    var hasEnded = false
    /// Which values were missing, if that is asked for: a byte each.
    var mask: [UInt8] = []
  }

  /// How many lines tell the types at first.
  private static let sampleSize = 100
  /// How many times the file is read before all of its text is looked at instead.
  private static let maxAttempts = 8

  /// The whole result; `nil` if the table is not of the kind that can be read so.
  ///
  /// - Parameter start: How many lines stand before the data.
  mutating func readTyped(from start: Int) throws(FormatError) -> GenFromTextResult? {
    guard isTypable else { return nil }
    let known = converters
    var widths = [Int](repeating: 1, count: columnCount)
    if dtype == nil { try sample(from: start, &widths) }
    for _ in 0..<attempts {
      guard let plan = try typedPlan(widths) else { break }
      if let store = try readTyped(plan, from: start, &widths) {
        guard store.rows.rows > 0 else { break }
        let mask = options.usemask ? try maskArray(store.mask, plan.target, rowCount: store.rows.rows) : nil
        return GenFromTextResult(array: shaped(try finishTyped(store.rows, plan)), mask: mask.map(shaped))
      }
    }
    converters = known
    return nil
  }

  /// How many times the file may be read. Only columns whose types are to be found can be upgraded: with a dtype another
  /// reading would find the same.
  var attempts: Int { dtype == nil ? GenFromTextTable.maxAttempts : 1 }

  /// Upgrades the columns until the first lines fit.
  mutating func sample(from start: Int, _ widths: inout [Int]) throws(FormatError) {
    var lines = try lines(from: start)
    try upgrade(over: min(GenFromTextTable.sampleSize, options.maxRows ?? .max), of: &lines, &widths)
  }

  /// Upgrades the columns until the next `count` rows fit.
  private mutating func upgrade(
    over count: Int, of lines: inout TextLines, _ widths: inout [Int]
  ) throws(FormatError) {
    var left = count
    while left > 0, let line = try lines.next() {
      let all = splitter.fields(line)
      guard !all.isEmpty, let values = wanted(of: all) else { continue }
      left -= 1
      upgrade(values, &widths)
    }
  }

  /// Upgrades the columns until a row fits; returns whether any of them changed.
  @discardableResult
  private mutating func upgrade(_ values: [String], _ widths: inout [Int]) -> Bool {
    var changed = false
    for (index, value) in values.enumerated() {
      let (level, isOpen) = (converters[index].level, converters[index].hasMissingBool)
      converters[index].upgrade(to: value)
      changed = changed || converters[index].level != level || converters[index].hasMissingBool != isOpen
      if value.utf8.last == 0, !hidesLength {
        hidesLength = true
        changed = true
      }
      let length = value.unicodeScalars.count
      if length > widths[index] {
        let isText = converters[index].level == .string
        changed = changed || isText
        // Each time it has been too little, twice as much.
        widths[index] = max(length, isText && widths[index] > 1 ? 2 * widths[index] : 1)
      }
    }
    return changed
  }

  func lines(from start: Int) throws(FormatError) -> TextLines {
    var lines = TextLines(source, options.encoding ?? .utf8, maxLineBytes: options.maxLineBytes)
    for _ in 0..<start where try lines.next() == nil { break }
    return lines
  }

  /// Reads all rows; `nil` if a column was upgraded, so that the file has to be read again.
  private mutating func readTyped(
    _ plan: TypedPlan, from start: Int, _ widths: inout [Int]
  ) throws(FormatError) -> (rows: RowBuffer, mask: [UInt8])? {
    var store = RowBuffer(rowSize: plan.rowSize, hasGaps: plan.hasGaps)
    var cursor = TypedCursor(lines: try lines(from: start))
    words = WordCount()
    while !cursor.hasEnded {
      if store.rows == store.capacity { try store.reserve(max(64, store.rows / 2)) }
      // Reported by the slow path, which knows whether a later value is not a number at all: that is reported first.
      guard try fill(&store, &cursor, plan, from: start, &widths) == nil else { return nil }
    }
    // Where nothing is left, the slow way tells what there was.
    guard cursor.rowCount > options.skipFooter else { return nil }
    let footer = try report(cursor.invalid, rowCount: cursor.rowCount)
    store.removeLast(footer)
    reportWords(rowCount: store.rows)
    if options.usemask { cursor.mask.removeLast(min(cursor.mask.count, footer * columnCount)) }
    return (store, cursor.mask)
  }

  /// What is in the way of reading a row.
  enum Obstacle {
    /// A column was upgraded: the types were not the right ones.
    case upgraded
    /// A value does not go into its column, which is an error unless it stands in the footer.
    case misfit(FormatError)
  }

  /// What has to be added to the number of lines that were taken to count as NumPy does: from the first line it has
  /// split, that of the names among them.
  private func lineOffset(_ start: Int) -> Int {
    options.passedLines + options.skipHeader + (options.names == .firstLine ? 1 : 0) - start
  }

  /// The lines with another number of columns from here to the end.
  func invalidLines(
    behind cursor: inout TypedCursor, from start: Int
  ) throws(FormatError) -> [(line: Int, count: Int)] {
    var invalid: [(line: Int, count: Int)] = []
    while let line = try cursor.lines.next() {
      let all = splitter.fields(line)
      if !all.isEmpty, wanted(of: all) == nil { invalid.append((cursor.lines.count + lineOffset(start), all.count)) }
    }
    return invalid
  }

  /// Reads rows into what is free of the store, or to the end.
  mutating func fill(
    _ store: inout RowBuffer, _ cursor: inout TypedCursor, _ plan: TypedPlan, from start: Int, _ widths: inout [Int]
  ) throws(FormatError) -> Obstacle? {
    let limit = options.maxRows ?? .max
    while store.rows < store.capacity {
      let room = min(store.capacity - store.rows, limit - cursor.rowCount)
      if let rows = plan.rows {
        // Safe: the buffer has room for `room` rows.
        let read = unsafe cursor.lines.readRows(rows, into: store.end, capacity: room, counting: &words)
        store.add(read)
        cursor.rowCount += read
        if options.usemask { cursor.mask.append(contentsOf: repeatElement(0, count: read * columnCount)) }
      }
      if cursor.rowCount == limit { break }
      if store.rows == store.capacity { return nil }
      guard let line = try cursor.lines.next() else { break }
      let all = splitter.fields(line)
      if all.isEmpty { continue }
      guard let values = wanted(of: all) else {
        cursor.invalid.append((cursor.lines.count + lineOffset(start), all.count))
        continue
      }
      if dtype == nil, upgrade(values, &widths) {
        // Where reading is slow, it is to happen once more only: all other rows upgrade the columns now.
        if plan.rows == nil { try upgrade(over: limit - cursor.rowCount - 1, of: &cursor.lines, &widths) }
        return .upgraded
      }
      do throws(FormatError) {
        for (index, slot) in plan.slots.enumerated() {
          let value = try converters[index].convert(
            values[index], loose: options.loose, counting: &words, at: { cursor.lines.linePlace })
          // Safe: the slot lies within the next row, for which there is room.
          let conversion = unsafe FieldConversion(slot.dtype, at: store.end + slot.offset)
          guard conversion.store(value) else { throw outOfBounds(value, slot.dtype) }
          if options.usemask { cursor.mask.append(try isMissing(values[index], index, plan.missingAlike) ? 1 : 0) }
        }
      } catch {
        var error = error
        let place = cursor.lines.linePlace
        (error.line, error.offset) = (place.line, place.offset)
        return .misfit(error)
      }
      store.add(1)
      cursor.rowCount += 1
      if store.rows == store.capacity, cursor.rowCount < limit { return nil }
    }
    cursor.hasEnded = true
    return nil
  }
}
