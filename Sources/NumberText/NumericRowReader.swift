/// The fast way through rows of plain numbers: numbers are read right out of the text, without cutting it into fields
/// first.
///
/// It knows only what most tables are made of. Whatever else a row has (comments, white space other than spaces and
/// tabs, a missing or additional column, a text that is not a number) makes it give the row back untouched, for a slower
/// reader to read or to refuse. So it need not be complete, only right.
package struct NumericRowReader: Sendable {
  /// What a column may hold.
  package enum Element: Sendable {
    case int8, int16, int32, int64, uint8, uint16, uint32, uint64, float, double

    /// Reads one number; false, and nothing stored, if no number of this kind begins at the position.
    ///
    /// - Parameter target: Room for the number; it need not be aligned.
    package func read(_ text: RawSpan, _ position: inout Int, into target: UnsafeMutableRawPointer) -> Bool {
      switch self {
      // Safe: the target has room for one number of the kind.
      case .int8: unsafe store(Int8.self, text, &position, target)
      case .int16: unsafe store(Int16.self, text, &position, target)
      case .int32: unsafe store(Int32.self, text, &position, target)
      case .int64: unsafe store(Int64.self, text, &position, target)
      case .uint8: unsafe store(UInt8.self, text, &position, target)
      case .uint16: unsafe store(UInt16.self, text, &position, target)
      case .uint32: unsafe store(UInt32.self, text, &position, target)
      case .uint64: unsafe store(UInt64.self, text, &position, target)
      case .float: unsafe store(Float.self, text, &position, target)
      case .double: unsafe store(Double.self, text, &position, target)
      }
    }

    @inline(__always)
    private func store<Value: RowElement>(
      _: Value.Type, _ text: RawSpan, _ position: inout Int, _ target: UnsafeMutableRawPointer
    ) -> Bool {
      guard let value = Value.read(text, &position) else { return false }
      // Safe: the caller has room for a value of this kind.
      unsafe target.storeBytes(of: value, as: Value.self)
      return true
    }
  }

  private let element: Element
  let delimiter: UInt8
  let columnCount: Int

  /// - Parameters:
  ///   - element: What all columns hold.
  ///   - delimiter: Between columns; 0 for spaces and tabs in any number.
  package init(_ element: Element, delimiter: UInt8, columnCount: Int) {
    self.element = element
    self.delimiter = delimiter
    self.columnCount = columnCount
  }

  /// Reads rows as long as they are plain.
  ///
  /// - Parameters:
  ///   - position: The start of a line; moves to the start of the first line that was not read.
  ///   - target: Room for `capacity` rows.
  /// - Returns: How many rows were read.
  package func read(
    _ text: RawSpan, _ position: inout Int, into target: UnsafeMutableRawPointer, capacity: Int
  ) -> Int {
    switch element {
    // Safe: the target has room for `capacity` rows, by what the parameter says.
    case .int8: unsafe integerRows(Int8.self, text, &position, target, capacity)
    case .int16: unsafe integerRows(Int16.self, text, &position, target, capacity)
    case .int32: unsafe integerRows(Int32.self, text, &position, target, capacity)
    case .int64: unsafe integerRows(Int64.self, text, &position, target, capacity)
    case .uint8: unsafe integerRows(UInt8.self, text, &position, target, capacity)
    case .uint16: unsafe integerRows(UInt16.self, text, &position, target, capacity)
    case .uint32: unsafe integerRows(UInt32.self, text, &position, target, capacity)
    case .uint64: unsafe integerRows(UInt64.self, text, &position, target, capacity)
    case .float: unsafe rows(Float.self, text, &position, target, capacity)
    case .double: unsafe rows(Double.self, text, &position, target, capacity)
    }
  }

  /// Rows of integers: by blocks where that goes, else one number after the other.
  private func integerRows<Value: RowElement & FixedWidthInteger>(
    _: Value.Type, _ text: RawSpan, _ position: inout Int, _ target: UnsafeMutableRawPointer, _ capacity: Int
  ) -> Int {
    var count = 0
    // How many rows are read one by one before blocks are tried again: more each time that they fail.
    var patience = 4
    while count < capacity, position < text.byteCount {
      // Safe: what has been read fits before what will be; the span's bytes are used within the call only.
      let size = columnCount * MemoryLayout<Value>.size
      let byBlocks = unsafe text.withUnsafeBytes { bytes in
        unsafe integersByBlocks(Value.self, bytes, &position, target + count * size, capacity - count)
      }
      count += byBlocks
      patience = byBlocks > 64 ? 4 : min(patience * 2, 1 << 20)
      let wanted = min(capacity - count, patience)
      let single = unsafe rows(Value.self, text, &position, target + count * size, wanted)
      count += single
      if single < wanted { break }
    }
    return count
  }

  private func rows<Value: RowElement>(
    _: Value.Type, _ text: RawSpan, _ position: inout Int, _ target: UnsafeMutableRawPointer, _ capacity: Int
  ) -> Int {
    // Spelled apart so that each loop knows what it splits at.
    switch delimiter {
    // Safe: as for `read`, whose arguments these are.
    case 0: unsafe spacedRows(Value.self, text, &position, target, capacity)
    default: unsafe delimitedRows(Value.self, text, &position, target, capacity)
    }
  }

  @inline(__always)
  private func delimitedRows<Value: RowElement>(
    _: Value.Type, _ text: RawSpan, _ position: inout Int, _ target: UnsafeMutableRawPointer, _ capacity: Int
  ) -> Int {
    let end = text.byteCount
    let (delimiter, columnCount) = (delimiter, columnCount)
    var place = position
    var to = unsafe target
    var count = 0
    rows: while count < capacity {
      var column = columnCount
      while true {
        guard place < end else { break rows }
        if NumberReader.byte(text, place) == 0x20 { NumericRowReader.skipSpaces(text, &place, delimiter) }
        guard let value = Value.read(text, &place) else { break rows }
        // Safe: `capacity` rows of `columnCount` values fit after `target`.
        unsafe to.storeBytes(of: value, as: Value.self)
        unsafe to += MemoryLayout<Value>.size
        column &-= 1
        if column == 0 { break }
        guard place < end else { break rows }
        if NumberReader.byte(text, place) != delimiter {
          NumericRowReader.skipSpaces(text, &place, delimiter)
          guard place < end, NumberReader.byte(text, place) == delimiter else { break rows }
        }
        place &+= 1
      }
      guard NumericRowReader.endLine(text, &place, delimiter) else { break }
      position = place
      count &+= 1
    }
    return count
  }

  @inline(__always)
  private func spacedRows<Value: RowElement>(
    _: Value.Type, _ text: RawSpan, _ position: inout Int, _ target: UnsafeMutableRawPointer, _ capacity: Int
  ) -> Int {
    let end = text.byteCount
    let columnCount = columnCount
    var place = position
    var to = unsafe target
    var count = 0
    rows: while count < capacity {
      var column = columnCount
      var start = place
      while true {
        while place < end, case let byte = NumberReader.byte(text, place), byte == 0x20 || byte == 9 { place &+= 1 }
        guard place > start || column == columnCount, let value = Value.read(text, &place) else { break rows }
        // Safe: `capacity` rows of `columnCount` values fit after `target`.
        unsafe to.storeBytes(of: value, as: Value.self)
        unsafe to += MemoryLayout<Value>.size
        column &-= 1
        if column == 0 { break }
        start = place
      }
      guard NumericRowReader.endLine(text, &place, 0) else { break }
      position = place
      count &+= 1
    }
    return count
  }

  /// Moves over spaces, unless they divide the columns.
  @inline(never)
  private static func skipSpaces(_ text: RawSpan, _ place: inout Int, _ delimiter: UInt8) {
    guard delimiter != 0x20 else { return }
    while place < text.byteCount, NumberReader.byte(text, place) == 0x20 { place &+= 1 }
  }

  /// Moves over a line end, and white space before it; the end of the text is one.
  @inline(__always)
  private static func endLine(_ text: RawSpan, _ place: inout Int, _ delimiter: UInt8) -> Bool {
    if place < text.byteCount, NumberReader.byte(text, place) == 10 {
      place &+= 1
      return true
    }
    return endOtherLine(text, &place, delimiter)
  }

  @inline(never)
  private static func endOtherLine(_ text: RawSpan, _ place: inout Int, _ delimiter: UInt8) -> Bool {
    let end = text.byteCount
    if delimiter == 0 {
      while place < end, case let byte = NumberReader.byte(text, place), byte == 0x20 || byte == 9 { place &+= 1 }
    } else {
      skipSpaces(text, &place, delimiter)
    }
    guard place < end else { return true }
    let byte = NumberReader.byte(text, place)
    guard byte == 10 || byte == 13 else { return false }
    place &+= 1
    if byte == 13, place < end, NumberReader.byte(text, place) == 10 { place &+= 1 }
    return true
  }
}

/// A number that can be read from text and stored as it is.
private protocol RowElement: BitwiseCopyable {
  static func read(_ text: RawSpan, _ position: inout Int) -> Self?
}

extension RowElement where Self: FixedWidthInteger {
  @inline(__always)
  static func read(_ text: RawSpan, _ position: inout Int) -> Self? {
    guard let (magnitude, isNegative) = NumberReader.integer(text, &position) else { return nil }
    if !isNegative { return Self(exactly: magnitude) }
    // -0 of an unsigned type is refused elsewhere.
    guard Self.isSigned, magnitude <= 1 << 63 else { return nil }
    return Self(exactly: Int64(truncatingIfNeeded: 0 &- magnitude))
  }
}

extension Int8: RowElement {}
extension Int16: RowElement {}
extension Int32: RowElement {}
extension Int64: RowElement {}
extension UInt8: RowElement {}
extension UInt16: RowElement {}
extension UInt32: RowElement {}
extension UInt64: RowElement {}
extension Float: RowElement {
  @inline(__always)
  fileprivate static func read(_ text: RawSpan, _ position: inout Int) -> Float? {
    NumberReader.inlinedFloat(text, &position)
  }
}
extension Double: RowElement {
  @inline(__always)
  fileprivate static func read(_ text: RawSpan, _ position: inout Int) -> Double? {
    NumberReader.inlinedDouble(text, &position)
  }
}
