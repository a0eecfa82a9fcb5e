internal import NDArrays
internal import NumberText

/// The fast path for rows whose columns differ: records, text among numbers, and tables of which only some columns are
/// wanted.
///
/// As ``NumericRowReader``, it gives back what is not plain: comments within a row, quotes but around whole fields, white space
/// other than spaces and tabs where it divides, rows that are too short.
struct MixedRowReader: Sendable {
  /// What `genfromtxt` requires of text: missing values, white space that it strips, text that would be cut.
  struct Strictness: Sendable {
    /// Whether text that is longer than its column, or hides its length by a NUL at its end, is given back.
    var refusesLongText: Bool
    /// Whether white space is stripped off every field, rather than off the line only.
    var stripsFields: Bool
    /// Whether text of nothing but white space is given back, since it counts as missing.
    var marksBlanks: Bool
  }

  private let columns: [FieldTarget]
  /// What is stored for numbers that are missing; `nil` if such rows are given back.
  private let missing: [MissingValue?]
  private let strictness: Strictness?
  /// Whether there may be columns after the last one that is read.
  private let ignoresRest: Bool
  private let delimiter: UInt8
  /// A byte at which a field ends: the delimiter; a space where white space divides, which 0 stands for, as a NUL does not.
  private let divider: UInt8
  /// What a comment begins with; a line feed if there are none.
  private let comment: UInt8
  /// The character around fields; a line feed if there is none. Lines with it are given back.
  private let quote: UInt8
  private let rowSize: Int

  /// `nil` if a column is of another kind.
  init?(
    _ slots: FieldSlots, delimiter: UInt8, comment: [UInt8], _ useColumns: [Int]?, _ rowSize: Int,
    strictness: Strictness? = nil, missing: [MissingValue?] = [], quote: UInt8? = nil
  ) {
    self.strictness = strictness
    self.delimiter = delimiter
    divider = delimiter == 0 ? 0x20 : delimiter
    self.comment = comment.first ?? 10
    self.quote = quote ?? 10
    self.rowSize = rowSize
    let places = useColumns ?? Array(slots.indices)
    // A column that is far out would take a step for each one before it.
    guard places.count == slots.count, let last = places.max(), places.allSatisfy({ $0 >= 0 }), last < 1 << 20,
      Set(places).count == places.count
    else { return nil }
    var columns = [FieldTarget](repeating: .none, count: last + 1)
    var missingValues = [MissingValue?](repeating: nil, count: last + 1)
    // Where spaces divide, those at the end of a line do not.
    let storesMissing = !missing.isEmpty && delimiter != 0x20
    for (index, (slot, place)) in zip(slots, places).enumerated() {
      guard let action = FieldAction(slot.dtype, asPython: strictness != nil) else { return nil }
      columns[place] = FieldTarget(action: action, offset: slot.offset)
      if storesMissing { missingValues[place] = missing[index] }
    }
    self.columns = columns
    self.missing = missingValues
    ignoresRest = useColumns != nil
  }

  /// Reads rows as long as they are plain: see ``FastRowReader/read(_:_:into:capacity:)``.
  func read(
    _ text: RawSpan, _ position: inout Int, into target: UnsafeMutableRawPointer, capacity: Int,
    words: inout WordPlaces
  ) -> Int {
    let end = text.byteCount
    var knownWords = words.count
    var place = position
    var row = unsafe target
    var count = 0
    var unquoted: [UInt8] = []
    // Safe: the array's elements are used within the call only.
    unsafe columns.withUnsafeBufferPointer { columns in
      rows: while count < capacity, place < end {
        // `genfromtxt` takes spaces off a line before it divides it, were they delimiters or not.
        if strictness != nil, delimiter == 0x20, text.byte(place) == 0x20 { break }
        for index in 0..<columns.count {
          if index > 0 || delimiter == 0 {
            guard passDelimiter(text, &place, isFirst: index == 0) else { break rows }
          }
          // Safe: the column lies within the row, of which there are `capacity` from `target` on.
          let start = place
          let column = unsafe columns[index]
          if quote != 10, place < end, text.byte(place) == quote {
            guard unsafe readQuoted(column, text, &place, at: row + column.offset, &unquoted) else { break rows }
            continue
          }
          guard unsafe read(column, index, text, &place, at: row + column.offset, &words) else { break rows }
          if let strictness, !isPlainText(column, text, start..<place, index, strictness) { break rows }
        }
        guard endLine(text, &place) else { break rows }
        position = place
        knownWords = words.count
        count &+= 1
        unsafe row += rowSize
      }
    }
    words.removeLast(to: knownWords)
    return count
  }

  /// Moves over what stands between two columns.
  @inline(__always)
  private func passDelimiter(_ text: RawSpan, _ place: inout Int, isFirst: Bool) -> Bool {
    let end = text.byteCount
    guard delimiter == 0 else {
      guard place < end, text.byte(place) == delimiter else { return false }
      place &+= 1
      return true
    }
    let start = place
    while place < end, case let byte = text.byte(place), byte == 0x20 || byte == 9 { place &+= 1 }
    return isFirst || place > start
  }

  @inline(__always)
  private func read(
    _ column: FieldTarget, _ index: Int, _ text: RawSpan, _ place: inout Int, at target: UnsafeMutableRawPointer,
    _ words: inout WordPlaces
  ) -> Bool {
    // Safe: the caller has room for the column's value.
    switch column.action {
    case .number(let element):
      skipSpaces(text, &place)
      let start = place
      if unsafe !element.read(text, &place, into: target) {
        // A field may end after a number that does not fit, too: then the value is not missing.
        place = start
        guard unsafe readMissing(index, text, &place, at: target, &words) else { return false }
      }
      skipSpaces(text, &place)
      return true
    case .swapped, .flag:
      skipSpaces(text, &place)
      guard unsafe column.action.readNumber(text, &place, at: target) else { return false }
      skipSpaces(text, &place)
      return true
    case .skip: return passField(text, &place)
    case .complex, .truth, .bytes, .characters, .date, .extended:
      let start = place
      return unsafe passField(text, &place) && column.action.store(text, start..<place, at: target)
    }
  }

  /// Reads a field that stands in quotes, on one line.
  ///
  /// - Parameter unquoted: Memory for a text in which two quotes stand for one.
  private func readQuoted(
    _ column: FieldTarget, _ text: RawSpan, _ place: inout Int, at target: UnsafeMutableRawPointer,
    _ unquoted: inout [UInt8]
  ) -> Bool {
    let start = place &+ 1
    var (end, hasQuotes) = (start, false)
    while true {
      while end < text.byteCount, text.byte(end) != quote {
        if text.byte(end) == 10 || text.byte(end) == 13 { return false }
        end &+= 1
      }
      guard end < text.byteCount else { return false }
      if end &+ 1 == text.byteCount || text.byte(end &+ 1) != quote { break }
      // Two quotes are one that belongs to the text.
      hasQuotes = true
      end &+= 2
    }
    place = end &+ 1
    if hasQuotes { return unsafe storeUnquoted(column, text, start..<end, at: target, &unquoted) }
    // Safe: the caller has room for the column's value.
    switch column.action {
    case .skip: return true
    case .number, .swapped, .flag:
      let field = text.extracting(start..<end)
      var position = 0
      while position < field.byteCount, field.byte(position) == 0x20 { position &+= 1 }
      if case .number(let element) = column.action {
        guard unsafe element.read(field, &position, into: target) else { return false }
      } else {
        guard unsafe column.action.readNumber(field, &position, at: target) else { return false }
      }
      while position < field.byteCount, field.byte(position) == 0x20 { position &+= 1 }
      return position == field.byteCount
    case .complex, .truth, .bytes, .characters, .date, .extended:
      return unsafe column.action.store(text, start..<end, at: target)
    }
  }

  /// Stores a text with quotes in it, each of which stands there twice.
  @inline(never)
  private func storeUnquoted(
    _ column: FieldTarget, _ text: RawSpan, _ range: Range<Int>, at target: UnsafeMutableRawPointer,
    _ unquoted: inout [UInt8]
  ) -> Bool {
    switch column.action {
    case .skip: return true
    case .bytes, .characters: break
    default: return false
    }
    unquoted.removeAll(keepingCapacity: true)
    var place = range.lowerBound
    while place < range.upperBound {
      let byte = text.byte(place)
      unquoted.append(byte)
      place &+= byte == quote ? 2 : 1
    }
    // Safe: the caller has room for the column's value.
    return unsafe column.action.store(unquoted.span.bytes, 0..<unquoted.count, at: target)
  }

  /// Moves over a field that is not a number, where a missing value is to be stored.
  @inline(never)
  private func readMissing(
    _ index: Int, _ text: RawSpan, _ place: inout Int, at target: UnsafeMutableRawPointer, _ words: inout WordPlaces
  ) -> Bool {
    guard let missing = missing[index] else { return false }
    let byte = place < text.byteCount ? text.byte(place) : 10
    if byte == divider || byte == 10 || byte == 13 {
      guard delimiter != 0, columns.count > 1 else { return false }
    } else {
      let start = place
      guard missing.takesWords, MissingValue.isWord(byte), passField(text, &place) else { return false }
      missing.note(text, start..<place, &words)
    }
    // Safe: the caller has room for the column's value.
    unsafe missing.store(at: target)
    return true
  }

  /// Whether `genfromtxt` takes a field's text as it stands.
  private func isPlainText(
    _ column: FieldTarget, _ text: RawSpan, _ range: Range<Int>, _ index: Int, _ strictness: Strictness
  ) -> Bool {
    guard let size = column.action.textSize else { return true }
    guard !range.isEmpty else { return false }
    if strictness.refusesLongText, range.count > size || text.byte(range.upperBound - 1) == 0 { return false }
    let strips = strictness.stripsFields || strictness.marksBlanks
    let isFirst = index == 0 || strips
    let isLast = index == columns.count - 1 || strips
    return !(isFirst && text.byte(range.lowerBound) <= 0x20) && !(isLast && text.byte(range.upperBound - 1) <= 0x20)
  }

  @inline(__always)
  private func skipSpaces(_ text: RawSpan, _ place: inout Int) {
    guard delimiter != 0, delimiter != 0x20 else { return }
    while place < text.byteCount, text.byte(place) == 0x20 { place &+= 1 }
  }

  /// Moves to the end of a field; false if the field is not plain, or is the only one and empty.
  @inline(__always)
  private func passField(_ text: RawSpan, _ place: inout Int) -> Bool {
    let start = place
    let end = text.byteCount
    while place < end {
      let byte = text.byte(place)
      if byte == divider || byte == 10 || byte == 13 { break }
      if byte == comment || byte == quote { return false }
      if delimiter == 0 {
        if byte == 9 { break }
        // Other white space, some of it beyond ASCII: U+0085 and U+00A0, and what begins with 0xE1 to 0xE3.
        if byte < 0x20 || byte == 0xC2 || (byte >= 0xE1 && byte <= 0xE3) { return false }
      }
      place &+= 1
    }
    return place > start || (delimiter != 0 && columns.count > 1)
  }

  /// Moves over the line end, and over what is not wanted before it; the end of the text is one.
  @inline(__always)
  private func endLine(_ text: RawSpan, _ place: inout Int) -> Bool {
    let end = text.byteCount
    if ignoresRest, place < end {
      let byte = text.byte(place)
      guard byte == divider || byte == 10 || byte == 13 || (delimiter == 0 && byte == 9) else {
        return false
      }
      let start = place
      place = TextScanning.lineEnd(text, from: place)
      if quote != 10, (start..<place).contains(where: { text.byte($0) == quote }) { return false }
    } else if delimiter == 0 {
      while place < end, case let byte = text.byte(place), byte == 0x20 || byte == 9 { place &+= 1 }
    }
    guard place < end else { return true }
    let byte = text.byte(place)
    guard byte == 10 || byte == 13 else { return false }
    return TextScanning.skipLineEnd(text, &place, end: end, isLast: true)
  }
}
