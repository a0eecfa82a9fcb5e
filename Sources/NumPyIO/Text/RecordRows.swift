internal import NDArrays
internal import NumberText

/// The fast way through rows whose columns differ: records, text among numbers, and tables of which only some columns are
/// wanted.
///
/// As ``NumberRows``, it gives back what is not plain: text that is not ASCII, quotes, comments within a row, white space
/// other than spaces and tabs, rows that are too short.
struct RecordRows: Sendable {
  /// What is done with a column of the text.
  private enum Action: Sendable {
    case skip
    case number(NumberRows.Element)
    /// `S`: so many bytes; `U`: so many code points in this machine's byte order.
    case bytes(Int)
    case characters(Int)
  }

  private struct Column: Sendable {
    var action: Action
    /// Where the value goes, in bytes from the start of the row.
    var offset: Int
  }

  /// What `genfromtxt` minds about text: missing values, white space that it strips, text that would be cut.
  struct Strictness: Sendable {
    /// Whether text that is longer than its column is given back, rather than cut.
    var refusesLongText: Bool
    /// Whether white space is stripped off every field, rather than off the line only.
    var stripsFields: Bool
  }

  private let columns: [Column]
  private let strictness: Strictness?
  /// Whether there may be columns behind the last one that is read.
  private let ignoresRest: Bool
  private let delimiter: UInt8
  /// What a comment begins with; a line feed if there are none.
  private let comment: UInt8
  private let rowSize: Int

  /// `nil` if a column is of another kind.
  init?(
    _ leaves: [TextLeaf], delimiter: UInt8, comment: [UInt8], _ useColumns: [Int]?, _ rowSize: Int,
    strictness: Strictness? = nil
  ) {
    self.strictness = strictness
    self.delimiter = delimiter
    self.comment = comment.first ?? 10
    self.rowSize = rowSize
    let places = useColumns ?? Array(leaves.indices)
    // A column that is far out would take a step for each one before it.
    guard places.count == leaves.count, let last = places.max(), places.allSatisfy({ $0 >= 0 }), last < 1 << 20,
      Set(places).count == places.count
    else { return nil }
    var columns = [Column](repeating: Column(action: .skip, offset: 0), count: last + 1)
    for (leaf, place) in zip(leaves, places) {
      let action: Action
      if let element = FastRows.element(leaf.dtype) {
        action = .number(element)
      } else if leaf.dtype.kind == .bytes, leaf.dtype.itemSize > 0 {
        action = .bytes(leaf.dtype.itemSize)
      } else if leaf.dtype.kind == .string, leaf.dtype.itemSize > 0, leaf.dtype.isNative {
        action = .characters(leaf.dtype.itemSize / 4)
      } else {
        return nil
      }
      columns[place] = Column(action: action, offset: leaf.offset)
    }
    self.columns = columns
    ignoresRest = useColumns != nil
  }

  /// Reads rows as long as they are plain: see ``FastRows/read(_:_:into:capacity:)``.
  func read(
    _ text: RawSpan, _ position: inout Int, into target: UnsafeMutableRawPointer, capacity: Int
  ) -> Int {
    let end = text.byteCount
    var place = position
    var row = unsafe target
    var count = 0
    // Safe: the array's elements are used within the call only.
    unsafe columns.withUnsafeBufferPointer { columns in
      rows: while count < capacity, place < end {
        // `genfromtxt` takes spaces off a line before it divides it, were they delimiters or not.
        if strictness != nil, delimiter == 0x20, text.byte(place) == 0x20 { break }
        for index in 0..<columns.count {
          if index > 0 || delimiter == 0 {
            guard passDelimiter(text, &place, isFirst: index == 0) else { break rows }
          }
          // Safe: the column lies within the row, of which there are `capacity` behind `target`.
          let start = place
          let column = unsafe columns[index]
          guard unsafe read(column, text, &place, at: row + column.offset) else { break rows }
          if let strictness, !isPlainText(column, text, start..<place, index, strictness) { break rows }
        }
        guard endLine(text, &place) else { break rows }
        position = place
        count &+= 1
        unsafe row += rowSize
      }
    }
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
  private func read(_ column: Column, _ text: RawSpan, _ place: inout Int, at target: UnsafeMutableRawPointer) -> Bool {
    switch column.action {
    case .number(let element):
      skipSpaces(text, &place)
      guard unsafe element.read(text, &place, into: target) else { return false }
      skipSpaces(text, &place)
      return true
    case .skip: return passField(text, &place)
    case .bytes(let size):
      let start = place
      guard passField(text, &place) else { return false }
      for index in 0..<size {
        let byte = start &+ index < place ? text.byte(start &+ index) : 0
        if byte >= 0x80 { return false }
        unsafe target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
      }
      return true
    case .characters(let size):
      let start = place
      guard passField(text, &place) else { return false }
      for index in 0..<size {
        let byte = start &+ index < place ? text.byte(start &+ index) : 0
        if byte >= 0x80 { return false }
        unsafe target.storeBytes(of: UInt32(byte), toByteOffset: index &* 4, as: UInt32.self)
      }
      return true
    }
  }

  /// Whether `genfromtxt` takes a field's text as it stands.
  private func isPlainText(
    _ column: Column, _ text: RawSpan, _ range: Range<Int>, _ index: Int, _ strictness: Strictness
  ) -> Bool {
    let size: Int
    switch column.action {
    case .skip, .number: return true
    case .bytes(let count), .characters(let count): size = count
    }
    guard !range.isEmpty, !strictness.refusesLongText || range.count <= size else { return false }
    let isFirst = index == 0 || strictness.stripsFields
    let isLast = index == columns.count - 1 || strictness.stripsFields
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
      if byte == delimiter || byte == 10 || byte == 13 { break }
      if byte == comment { return false }
      if delimiter == 0 {
        if byte == 0x20 || byte == 9 { break }
        // Other white space, some of it beyond ASCII.
        if byte < 0x20 || byte >= 0x80 { return false }
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
      guard byte == delimiter || byte == 10 || byte == 13 || (delimiter == 0 && (byte == 0x20 || byte == 9)) else {
        return false
      }
      place = TextScanning.lineEnd(text, from: place)
    } else if delimiter == 0 {
      while place < end, case let byte = text.byte(place), byte == 0x20 || byte == 9 { place &+= 1 }
    }
    guard place < end else { return true }
    let byte = text.byte(place)
    guard byte == 10 || byte == 13 else { return false }
    place &+= 1
    if byte == 13, place < end, text.byte(place) == 10 { place &+= 1 }
    return true
  }
}
