internal import ByteIO
internal import NDArrays
internal import PythonLiterals

/// What rows are made of and where they go: settled once the first row is known, then shared by all threads.
struct RowPlan: Sendable {
  let syntax: TextSyntax
  /// The dtype as errors call it.
  let dtypeName: String?
  /// Where each value of a row goes.
  let slots: FieldSlots
  /// The bytes of a row.
  let rowSize: Int
  /// The column of the text for each slot, negative from the end; `nil` if they are the same.
  let useColumns: [Int]?
  /// The converters of the slots, `nil` for those that have none; empty if none has one.
  let converters: [TextConverter?]
  /// Whether the columns are found from the data rather than given by a structured dtype.
  let isHomogeneous: Bool
  /// How plain rows are read, if they may be and nothing is converted.
  let fast: FastRowReader?

  init(
    syntax: TextSyntax, dtypeName: String?, slots: FieldSlots, rowSize: Int, useColumns: [Int]?,
    converters: [TextConverter?], isHomogeneous: Bool
  ) {
    self.syntax = syntax
    self.dtypeName = dtypeName
    self.slots = slots
    self.rowSize = rowSize
    self.useColumns = useColumns
    self.converters = converters
    self.isHomogeneous = isHomogeneous
    fast =
      converters.contains { $0 != nil }
      ? nil
      : FastRowReader(syntax, slots, useColumns: useColumns, rowSize: rowSize, isHomogeneous: isHomogeneous)
  }

  /// Whether there are bytes in a row that belong to no slot.
  var hasGaps: Bool { slots.byteCount != rowSize }

  /// The converter of a slot.
  func converter(_ slot: Int) -> TextConverter? { converters.isEmpty ? nil : converters[slot] }

  var hasConverters: Bool { converters.contains { $0 != nil } }

  /// The fewest bytes of text that a row takes: a separator for each column, and a character for those that
  /// cannot be empty.
  var leastTextPerRow: Int {
    let needsText =
      !slots.isEmpty && [.signedInteger, .unsignedInteger, .float, .complex, .bool].contains(slots[0].dtype.kind)
    return max(1, isHomogeneous && !hasConverters && useColumns == nil ? slots.count * (needsText ? 2 : 1) : 1)
  }
}

/// Why reading stopped at a row; rows are counted within the piece of text.
struct RowFailure: Error {
  var row: Int
  var error: FormatError
  /// Where the field or the row begins in the text that was parsed.
  var place: Int
  /// How the message goes on once the row is known.
  var finish: @Sendable (FormatError, _ row: Int) -> FormatError
  /// What may help, in the first row or another.
  var hint: (@Sendable (_ isFirst: Bool) -> String?)?

  /// The error for a row counted from the start of the data.
  func error(firstRow: Int, at found: TextPlace, file: String) -> FormatError {
    var error = finish(error, row + firstRow).at(file: file)
    (error.line, error.offset) = (found.line, found.offset)
    error.commandHint = hint?(row + firstRow == 0)
    return error
  }
}

/// Reads the rows of a piece of text.
struct RowParser {
  let plan: RowPlan
  private var tokenizer: RowTokenizer

  /// What came of a piece.
  struct Outcome {
    /// How many rows were stored.
    var rows = 0
    /// Where reading stopped.
    var position = 0
    /// The number of rows before the first line without data.
    var rowsBeforeEmptyLine: Int?
    /// What stopped it, unless that was the end of the text or of the room.
    var failure: RowFailure?
    /// Where the failure is in the file, if that is known already.
    var filePlace: Int?
    /// Whether a row reached beyond the text.
    var isIncomplete = false
  }

  init(_ plan: RowPlan) {
    self.plan = plan
    tokenizer = RowTokenizer(plan.syntax)
  }

  /// Reads rows until the text, the room or the patience ends.
  ///
  /// - Parameters:
  ///   - start: The start of a line.
  ///   - isLast: Whether the text ends with the file.
  ///   - target: Room for `capacity` rows.
  mutating func read(
    _ text: RawSpan, from start: Int, isLast: Bool, into target: UnsafeMutableRawPointer, capacity: Int
  ) -> Outcome {
    var outcome = Outcome()
    var position = start
    let end = text.byteCount
    // To the fast reader the end of the text is the end of a line.
    let lines = plan.fast == nil || isLast ? text : text.extracting(0..<TextScanning.wholeLineCount(text))
    while outcome.rows < capacity, position < end {
      if let fast = plan.fast, position < lines.byteCount {
        // Safe: the rows read so far take `rows × rowSize` bytes of the room.
        outcome.rows += unsafe fast.read(
          lines, &position, into: target + outcome.rows * plan.rowSize, capacity: capacity - outcome.rows)
        if outcome.rows == capacity || position >= end { break }
      }
      let before = position
      guard tokenizer.mayComplete(text, from: position, isLast: isLast),
        tokenizer.readRow(text, &position, end: end, isLast: isLast)
      else {
        outcome.isIncomplete = true
        break
      }
      if tokenizer.fields.isEmpty {
        if outcome.rowsBeforeEmptyLine == nil { outcome.rowsBeforeEmptyLine = outcome.rows }
        continue
      }
      // Safe: there is room for one row more.
      if var failure = unsafe store(text, outcome.rows, upTo: position, at: target + outcome.rows * plan.rowSize) {
        if failure.place < 0 { failure.place = before }
        outcome.failure = failure
        position = before
        break
      }
      outcome.rows += 1
    }
    outcome.position = position
    return outcome
  }

  /// Cuts a single row, to see how many columns there are; false if it is not complete.
  mutating func countColumns(_ text: RawSpan, _ position: inout Int, isLast: Bool) -> Int? {
    guard tokenizer.mayComplete(text, from: position, isLast: isLast),
      tokenizer.readRow(text, &position, end: text.byteCount, isLast: isLast)
    else { return nil }
    return tokenizer.fields.count
  }

  /// The fields of the row read last that go to slots, as text.
  func forEachField(_ text: RawSpan, _ body: (Int, [UInt8]) -> Void) {
    for index in plan.slots.indices {
      let column = plan.useColumns?[index] ?? index
      let place = column < 0 ? column + tokenizer.fields.count : column
      guard tokenizer.fields.indices.contains(place) else { continue }
      body(index, bytes(of: tokenizer.fields[place], text))
    }
  }

  private func bytes(of field: RowTokenizer.Field, _ text: RawSpan) -> [UInt8] {
    field.isInScratch ? Array(tokenizer.scratch[field.start..<field.end]) : text.bytes(field.start..<field.end)
  }

  // MARK: Storing

  /// Converts the fields of a row, which ends at a place.
  private func store(
    _ text: RawSpan, _ row: Int, upTo end: Int, at target: UnsafeMutableRawPointer
  ) -> RowFailure? {
    let count = tokenizer.fields.count
    if plan.useColumns == nil, count != plan.slots.count { return wrongCount(row, count, text) }
    for (index, slot) in plan.slots.enumerated() {
      let wanted = plan.useColumns?[index] ?? index
      let column = wanted < 0 ? wanted + count : wanted
      guard column >= 0, column < count else { return wrongColumn(row, wanted, count) }
      let field = tokenizer.fields[column]
      // Safe: the slot lies within the row.
      let conversion = unsafe FieldConversion(slot.dtype, at: target + slot.offset)
      let isStored: Bool
      if let converter = plan.converter(index) {
        let input = String(decoding: bytes(of: field, text), as: UTF8.self)
        isStored = (try? converter(input)).map { conversion.store($0) } ?? false
      } else if field.isInScratch {
        // Safe: the span is used while the array's bytes are held.
        isStored = unsafe tokenizer.scratch.withUnsafeBytes {
          conversion.store(unsafe RawSpan(_unsafeBytes: $0), field.start..<field.end)
        }
      } else {
        isStored = conversion.store(text, field.start..<field.end)
      }
      if !isStored { return wrongValue(row, column, field, slot, text, end: end) }
    }
    return nil
  }

  private func wrongCount(_ row: Int, _ count: Int, _ text: RawSpan) -> RowFailure {
    let expected = plan.slots.count
    let begin =
      plan.isHomogeneous
      ? "the number of columns changed from \(expected) to \(count)"
      : "the dtype passed requires \(expected) columns but \(count) were found"
    var failure = RowFailure(row: row, error: FormatError(.malformed, begin), place: -1) { error, row in
      var error = error
      error.message += " at row \(row + 1); use `usecols` to select a subset and avoid this error"
      error.row = row + 1
      return error
    }
    if count == 1, expected > 1 || !plan.isHomogeneous, let only = tokenizer.fields.first, !only.isInScratch {
      let syntax = plan.syntax
      let value = text.text(only.start..<min(only.end, only.start + 400))
      failure.hint = { _ in TextHint.delimiter(within: value, syntax) }
    }
    return failure
  }

  private func wrongColumn(_ row: Int, _ column: Int, _ count: Int) -> RowFailure {
    RowFailure(row: row, error: FormatError(.badArgument, "invalid column index \(column)", column: column), place: -1)
    {
      error, row in
      var error = error
      error.message += " at row \(row + 1) with \(count) columns"
      error.row = row + 1
      return error
    }
  }

  private func wrongValue(
    _ row: Int, _ column: Int, _ field: RowTokenizer.Field, _ slot: FieldSlot, _ text: RawSpan, end: Int
  ) -> RowFailure {
    // Python's %.100R: the first hundred characters of the repr.
    let value = String(decoding: bytes(of: field, text).prefix(400), as: UTF8.self)
    let shown = String(PythonRepr.string(value).unicodeScalars.prefix(100))
    let message = "could not convert string \(shown) to \(plan.dtypeName ?? slot.dtype.description)"
    var failure = RowFailure(
      row: row, error: FormatError(.badValue, message, column: column + 1), place: field.place
    ) { error, row in
      var error = error
      error.message += " at row \(row), column \(column + 1)."
      error.row = row
      return error
    }
    let hint = TextHint(
      field: value, slot.dtype, plan.syntax,
      TextHint.Row(
        isOnly: tokenizer.fields.count == 1, hasNumbers: hasNumber(tokenizer, text),
        rowsAboveNumbers: row == 0 ? rowsAboveNumbers(text, from: end) : 0))
    let isLast = column == tokenizer.fields.count - 1
    failure.hint = { isFirst in hint.text(isFirstRow: isFirst, isLastField: isLast) }
    return failure
  }

  /// Whether one of a row's first fields is a number.
  private func hasNumber(_ tokenizer: RowTokenizer, _ text: RawSpan) -> Bool {
    tokenizer.fields.prefix(100).contains { isNumber($0, tokenizer, text) }
  }

  private func isNumber(_ field: RowTokenizer.Field, _ tokenizer: RowTokenizer, _ text: RawSpan) -> Bool {
    field.end - field.start < 400
      && PythonText.double(
        String(
          decoding: field.isInScratch
            ? Array(tokenizer.scratch[field.start..<field.end]) : text.bytes(field.start..<field.end), as: UTF8.self))
        != nil
  }

  /// How many rows stand before the first one of numbers alone, one that ends at a place included; 0 if none is near.
  private func rowsAboveNumbers(_ text: RawSpan, from start: Int) -> Int {
    var tokenizer = RowTokenizer(plan.syntax)
    var (place, count) = (start, 1)
    let end = min(text.byteCount, start + 1 << 16)
    while place < end, count < 100, tokenizer.readRow(text, &place, end: end, isLast: true) {
      let fields = tokenizer.fields
      if fields.isEmpty { continue }
      if fields.allSatisfy({ isNumber($0, tokenizer, text) }) { return count }
      count += 1
    }
    return 0
  }
}
