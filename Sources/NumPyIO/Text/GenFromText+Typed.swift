internal import ByteIO
internal import NDArrays
internal import NumberText

/// The fast way through `genfromtxt`: rows go straight into typed memory by ``RecordRows``; only lines that are not plain
/// (gaps, comments, odd white space, other scripts) are cut into strings and converted one by one.
///
/// Where the types are to be found, the first lines tell them; a line that does not fit makes its columns climb, and the
/// file is read again. What is too odd for that goes the old way, line by line.
extension GenFromTextTable {
  /// How the rows are read once their types are known.
  struct TypedPlan {
    let rows: RecordRows
    /// The dtype of an element or a record.
    let target: DType
    let leaves: [TextLeaf]
    let rowSize: Int
    var hasGaps: Bool { leaves.reduce(0) { $0 + $1.dtype.itemSize } != rowSize }
  }

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

  /// Whether the options are such that rows may be read so.
  var isTypable: Bool {
    guard source.isSeekable, columnCount > 0, columns?.allSatisfy({ $0 >= 0 }) ?? true,
      !options.keepsBytes, dtype?.hasObjects != true, options.converters.isEmpty, let delimiter = plainDelimiter
    else { return false }
    return FastRows.isPlain(delimiter: delimiter, comment: options.comments?.utf8.first)
  }

  /// How many times the file may be read. Only columns whose types are looked for can climb: with a dtype another reading
  /// would find the same.
  var attempts: Int { dtype == nil ? GenFromTextTable.maxAttempts : 1 }

  /// How rows of these widths are read; `nil` if their columns are of kinds that are not read so.
  func typedPlan(_ widths: [Int]) throws(FormatError) -> TypedPlan? {
    guard let delimiter = plainDelimiter, let target = try typedDType(widths) else { return nil }
    let leaves = try leaves(of: target)
    let size = rowSize(target)
    guard leaves.count == columnCount, !options.usemask || marksGapsOnly(leaves, target),
      let rows = RecordRows(
        leaves, delimiter: delimiter, comment: options.comments?.utf8.first.map { [$0] } ?? [], columns, size,
        strictness: RecordRows.Strictness(
          refusesLongText: dtype == nil, stripsFields: options.autostrip || options.usemask))
    else { return nil }
    return TypedPlan(rows: rows, target: target, leaves: leaves, rowSize: size)
  }

  /// Whether what counts as missing is nothing that ``RecordRows`` takes: empty fields, and texts that are no numbers in a
  /// table of numbers. (In records a value is missing, too, that equals the one of a missing text.)
  private func marksGapsOnly(_ leaves: [TextLeaf], _ target: DType) -> Bool {
    zip(converters, leaves).allSatisfy { converter, leaf in
      converter.missing == [""]
        || ((!target.isStructured || leaves.count == 1) && dtype != nil && leaf.dtype.isNumber
          && converter.missing.allSatisfy { PythonNumberText.double(Array($0.utf8)) == nil })
    }
  }

  private var plainDelimiter: UInt8? {
    switch options.delimiter {
    case .space, .text(""), .width(0): return 0
    case .text(let mark):
      let bytes = Array(mark.utf8)
      return bytes.count == 1 ? bytes[0] : nil
    case .width, .widths: return nil
    }
  }

  /// Lets the columns climb over the first lines.
  mutating func sample(from start: Int, _ widths: inout [Int]) throws(FormatError) {
    var lines = try lines(from: start)
    var count = 0
    while count < min(GenFromTextTable.sampleSize, options.maxRows ?? .max), let line = try lines.next() {
      let all = splitter.fields(line)
      guard !all.isEmpty, let values = wanted(of: all) else { continue }
      count += 1
      climb(values, &widths)
    }
  }

  /// Lets the columns climb over a row; returns whether any of them changed.
  @discardableResult
  private mutating func climb(_ values: [String], _ widths: inout [Int]) -> Bool {
    var changed = false
    for (index, value) in values.enumerated() {
      let rung = converters[index].rung
      converters[index].climb(to: value)
      changed = changed || converters[index].rung != rung
      let length = value.unicodeScalars.count
      if length > widths[index] {
        let isText = converters[index].rung == .string
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

  /// Whether all columns are of one type, so that the result has two axes.
  var isTable: Bool {
    if let dtype { return !dtype.isStructured }
    return names == nil && Set(converters.map(\.rung.rawValue)).count == 1
  }

  /// The dtype of an element or a record; `nil` if the columns are of kinds that are not read so.
  func typedDType(_ widths: [Int]) throws(FormatError) -> DType? {
    if let dtype {
      guard !dtype.isFlexible, dtype.fields?.allSatisfy({ !$0.dtype.isFlexible }) ?? true else { return nil }
      if let fields = dtype.fields, let names, !names.isEmpty, names.count != fields.count { return nil }
      return try renamed(dtype)
    }
    guard converters.allSatisfy({ [.integer, .float, .string].contains($0.rung) }) else { return nil }
    let isTable = isTable
    let types = converters.enumerated().map { index, converter in
      converter.rung == .string
        ? DType.string(isTable ? widths.max() ?? 1 : widths[index]) : GenFromTextTable.dtype(converter.rung)
    }
    if isTable { return types.first }
    let names = names ?? types.indices.map { FieldNames.numbered(options.defaultFormat, $0) }
    guard names.count == columnCount else { return nil }
    return try structured(Array(zip(names, types)))
  }

  func leaves(of target: DType) throws(FormatError) -> [TextLeaf] {
    guard !target.isStructured else { return try TextLeaf.leaves(of: target) }
    guard columnCount <= Int.max / 2 / max(1, target.itemSize) else { return [] }
    return (0..<columnCount).map { TextLeaf(dtype: target, offset: $0 * target.itemSize) }
  }

  func rowSize(_ target: DType) -> Int {
    target.isStructured ? target.itemSize : target.itemSize * columnCount
  }

  /// Reads all rows; `nil` if a column had to climb, so that the file has to be read again.
  private mutating func readTyped(
    _ plan: TypedPlan, from start: Int, _ widths: inout [Int]
  ) throws(FormatError) -> (rows: RowStore, mask: [UInt8])? {
    var store = RowStore(rowSize: plan.rowSize, hasGaps: plan.hasGaps)
    var cursor = TypedCursor(lines: try lines(from: start))
    while !cursor.hasEnded {
      if store.rows == store.capacity { try store.reserve(max(64, store.rows / 2)) }
      // Told by the slow way, which knows whether a later value is no number at all: that is told first.
      guard try fill(&store, &cursor, plan, from: start, &widths) == nil else { return nil }
    }
    // Where nothing is left, the slow way tells what there was.
    guard cursor.rowCount > options.skipFooter else { return nil }
    let footer = try report(cursor.invalid, rowCount: cursor.rowCount)
    store.removeLast(footer)
    if options.usemask { cursor.mask.removeLast(min(cursor.mask.count, footer * columnCount)) }
    return (store, cursor.mask)
  }

  /// What is in the way of reading a row.
  enum Obstacle {
    /// A column had to climb: the types were not the right ones.
    case climbed
    /// A value does not go into its column, which is an error unless it stands in the footer.
    case misfit(FormatError)
  }

  /// What has to be added to the number of lines that were taken to count as NumPy does: from the first line it has
  /// split, that of the names among them.
  private func lineOffset(_ start: Int) -> Int { options.skipHeader + (options.names == .firstLine ? 1 : 0) - start }

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
    _ store: inout RowStore, _ cursor: inout TypedCursor, _ plan: TypedPlan, from start: Int, _ widths: inout [Int]
  ) throws(FormatError) -> Obstacle? {
    let limit = options.maxRows ?? .max
    while store.rows < store.capacity {
      let room = min(store.capacity - store.rows, limit - cursor.rowCount)
      // Safe: the store has room for so many rows.
      let read = unsafe cursor.lines.readRows(plan.rows, into: store.end, capacity: room)
      store.add(read)
      cursor.rowCount += read
      if options.usemask { cursor.mask.append(contentsOf: repeatElement(0, count: read * columnCount)) }
      if cursor.rowCount == limit { break }
      if read == room { return nil }
      guard let line = try cursor.lines.next() else { break }
      let all = splitter.fields(line)
      if all.isEmpty { continue }
      guard let values = wanted(of: all) else {
        cursor.invalid.append((cursor.lines.count + lineOffset(start), all.count))
        continue
      }
      if dtype == nil, climb(values, &widths) { return .climbed }
      for (index, leaf) in plan.leaves.enumerated() {
        let value: TextValue
        do throws(FormatError) { value = try converters[index].convert(values[index], loose: options.loose) } catch {
          return .misfit(error)
        }
        // Safe: the leaf lies within the next row, for which there is room.
        let conversion = unsafe FieldConversion(leaf.dtype, at: store.end + leaf.offset)
        guard conversion.store(value) else { return .misfit(outOfBounds(value, leaf.dtype)) }
      }
      if options.usemask {
        for (converter, value) in zip(converters, values) {
          cursor.mask.append(converter.missing.contains(PythonText.strip(value)) ? 1 : 0)
        }
      }
      store.add(1)
      cursor.rowCount += 1
      if store.rows == store.capacity, cursor.rowCount < limit { return nil }
    }
    cursor.hasEnded = true
    return nil
  }
}
