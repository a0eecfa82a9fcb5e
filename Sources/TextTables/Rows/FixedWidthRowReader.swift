internal import NDArrays
internal import NumberText

/// The fast path for rows whose columns have fixed widths, as `genfromtxt` cuts them.
///
/// As ``MixedRowReader``, it gives back the lines that are not plain: other scripts, comments, missing values, lines that
/// are too short.
struct FixedWidthRowReader: Sendable {
  private struct Column: Sendable {
    /// Where the field stands, in characters from the start of the line.
    var field: Range<Int>
    var target: FieldTarget
    /// What is stored for a number that is missing; `nil` if such rows are given back.
    var missing: MissingValue?
  }

  private let columns: [Column]
  /// How long a line may be: with one width for all columns its length tells how many there are.
  private let lengths: ClosedRange<Int>
  /// Whether the last column may be shorter than its width, rather than take the line feed.
  private let mayEndEarly: Bool
  /// What a comment begins with; a line feed if there are none.
  private let comment: UInt8
  private let rowSize: Int
  private let strictness: MixedRowReader.Strictness

  /// `nil` if a column is of another kind.
  init?(
    _ slots: FieldSlots, _ delimiter: GenFromTextOptions.Delimiter, comment: UInt8?, _ useColumns: [Int]?,
    _ rowSize: Int, strictness: MixedRowReader.Strictness, missing: [MissingValue?]
  ) {
    let places = useColumns ?? Array(slots.indices)
    guard places.count == slots.count, let last = places.max(), places.allSatisfy({ $0 >= 0 }), last < 1 << 20 else {
      return nil
    }
    var fields: [Range<Int>] = []
    switch delimiter {
    case .space, .text: return nil
    case .width(let width):
      guard width > 0, width < 1 << 20 else { return nil }
      fields = (0...last).map { ($0 * width)..<(($0 + 1) * width) }
      lengths = (last * width + 1)...(useColumns == nil ? (last + 1) * width : .max)
      mayEndEarly = true
    case .widths(let widths):
      guard widths.count > last, widths.allSatisfy({ $0 > 0 && $0 < 1 << 20 }) else { return nil }
      var start = 0
      for width in widths {
        fields.append(start..<(start + width))
        start += width
      }
      lengths = 1...(.max)
      mayEndEarly = false
    }
    var columns: [Column] = []
    for (index, (slot, place)) in zip(slots, places).enumerated() {
      guard let action = FieldAction(slot.dtype, asPython: true) else { return nil }
      columns.append(
        Column(
          field: fields[place],
          target: FieldTarget(action: action, offset: slot.offset), missing: missing.isEmpty ? nil : missing[index]))
    }
    self.columns = columns
    self.comment = comment ?? 10
    self.rowSize = rowSize
    self.strictness = strictness
  }

  /// Reads rows as long as they are plain: see ``FastRowReader/read(_:_:into:capacity:)``.
  func read(
    _ text: RawSpan, _ position: inout Int, into target: UnsafeMutableRawPointer, capacity: Int,
    words: inout WordPlaces
  ) -> Int {
    var knownWords = words.count
    var row = unsafe target
    var count = 0
    // Safe: the array's elements are used within the call only.
    unsafe columns.withUnsafeBufferPointer { columns in
      rows: while count < capacity, position < text.byteCount {
        guard let end = plainLineEnd(text, from: position), lengths.contains(end - position) else { break }
        for index in 0..<columns.count {
          let column = unsafe columns[index]
          // Safe: the column lies within the row, of which there are `capacity` from `target` on.
          guard unsafe read(column, text, position, end, at: row + column.target.offset, &words) else { break rows }
        }
        position = end
        _ = TextScanning.skipLineEnd(text, &position, end: text.byteCount, isLast: true)
        count &+= 1
        knownWords = words.count
        unsafe row += rowSize
      }
    }
    words.removeLast(to: knownWords)
    return count
  }

  /// Where a line ends; `nil` if there is something in it that is not plain.
  private func plainLineEnd(_ text: RawSpan, from start: Int) -> Int? {
    var place = start
    while place < text.byteCount {
      let byte = text.byte(place)
      if byte == 10 || byte == 13 { break }
      if byte >= 0x80 || byte == comment { return nil }
      place &+= 1
    }
    return place
  }

  @inline(__always)
  private func read(
    _ column: Column, _ text: RawSpan, _ start: Int, _ end: Int, at target: UnsafeMutableRawPointer,
    _ words: inout WordPlaces
  ) -> Bool {
    var from = start &+ column.field.lowerBound
    var to = min(start &+ column.field.upperBound, end)
    guard from < to else { return false }
    // Safe: the caller has room for the column's value.
    if case .number(let element) = column.target.action {
      while from < to, text.byte(from) == 0x20 { from &+= 1 }
      while from < to, text.byte(to &- 1) == 0x20 { to &-= 1 }
      if let missing = column.missing, from == to || (missing.takesWords && MissingValue.isWord(text.byte(from))) {
        if from < to { missing.note(text, from..<to, &words) }
        unsafe missing.store(at: target)
        return true
      }
      guard from < to else { return false }
      // Digits of the next column would be read on, where no space stands between.
      guard to < end, text.byte(to) != 0x20 else {
        return unsafe element.read(text, &from, into: target) && from == to
      }
      let field = text.extracting(from..<to)
      var place = 0
      return unsafe element.read(field, &place, into: target) && place == field.byteCount
    }
    guard mayEndEarly || start &+ column.field.upperBound <= end else { return false }
    if strictness.stripsFields {
      while from < to, TextSpace.isSpace(text.byte(from)) { from &+= 1 }
      while from < to, TextSpace.isSpace(text.byte(to &- 1)) { to &-= 1 }
    }
    if let size = column.target.action.textSize {
      if strictness.refusesLongText, to &- from > size || (to > from && text.byte(to &- 1) == 0) { return false }
      if strictness.marksBlanks, isBlank(text, from, to) { return false }
    }
    return unsafe column.target.action.store(text, from..<to, at: target)
  }

  private func isBlank(_ text: RawSpan, _ from: Int, _ to: Int) -> Bool {
    (from..<to).allSatisfy { TextSpace.isSpace(text.byte($0)) }
  }
}
