internal import NDArrays
internal import NumberText

/// The fast way through rows of plain numbers: numbers are read right out of the text, without cutting it into fields
/// first.
///
/// It knows only what most tables are made of. Whatever else a row has (comments, white space other than spaces and
/// tabs, a missing or additional column, a text that is no number) makes it give the row back untouched, for
/// ``RowTokenizer`` and ``FieldConversion`` to read or to refuse. So it need not be complete, only right.
struct FastRows: Sendable {
  /// What a column may hold.
  enum Element: Sendable {
    case int8, int16, int32, int64, uint8, uint16, uint32, uint64, float, double
  }

  private let element: Element
  /// Between columns; 0 for spaces and tabs in any number.
  private let delimiter: UInt8
  private let columnCount: Int

  /// `nil` if the rows are not of the kind that can be read so.
  init?(_ syntax: TextSyntax, _ dtype: DType, columnCount: Int) {
    guard syntax.quote.isEmpty, syntax.longComments.isEmpty, syntax.delimiter.count <= 1, dtype.isNative,
      columnCount > 0
    else { return nil }
    delimiter = syntax.delimiter.first ?? 0
    // Nothing that could be part of a number or a line end.
    let plain = Array(",;:|\t ".utf8)
    guard syntax.splitsAtSpace || plain.contains(delimiter) else { return nil }
    if let mark = syntax.comment.first, Array("0123456789+-.eEinfatyINFATY \t".utf8).contains(mark) { return nil }
    self.columnCount = columnCount
    switch (dtype.kind, dtype.itemSize) {
    case (.signedInteger, 1): element = .int8
    case (.signedInteger, 2): element = .int16
    case (.signedInteger, 4): element = .int32
    case (.signedInteger, _): element = .int64
    case (.unsignedInteger, 1): element = .uint8
    case (.unsignedInteger, 2): element = .uint16
    case (.unsignedInteger, 4): element = .uint32
    case (.unsignedInteger, _): element = .uint64
    case (.float, 4): element = .float
    case (.float, 8): element = .double
    default: return nil
    }
  }

  /// Reads rows as long as they are plain.
  ///
  /// - Parameters:
  ///   - position: The start of a line; moves to the start of the first line that was not read.
  ///   - target: Room for `capacity` rows.
  /// - Returns: How many rows were read.
  func read(
    _ text: RawSpan, _ position: inout Int, into target: UnsafeMutableRawPointer, capacity: Int
  ) -> Int {
    switch element {
    case .int8: unsafe rows(Int8.self, text, &position, target, capacity)
    case .int16: unsafe rows(Int16.self, text, &position, target, capacity)
    case .int32: unsafe rows(Int32.self, text, &position, target, capacity)
    case .int64: unsafe rows(Int64.self, text, &position, target, capacity)
    case .uint8: unsafe rows(UInt8.self, text, &position, target, capacity)
    case .uint16: unsafe rows(UInt16.self, text, &position, target, capacity)
    case .uint32: unsafe rows(UInt32.self, text, &position, target, capacity)
    case .uint64: unsafe rows(UInt64.self, text, &position, target, capacity)
    case .float: unsafe rows(Float.self, text, &position, target, capacity)
    case .double: unsafe rows(Double.self, text, &position, target, capacity)
    }
  }

  private func rows<Value: FastElement>(
    _: Value.Type, _ text: RawSpan, _ position: inout Int, _ target: UnsafeMutableRawPointer, _ capacity: Int
  ) -> Int {
    // Spelled apart so that each loop knows what it splits at.
    if delimiter == 0 { return unsafe spacedRows(Value.self, text, &position, target, capacity) }
    return unsafe delimitedRows(Value.self, text, &position, target, capacity)
  }

  @inline(__always)
  private func delimitedRows<Value: FastElement>(
    _: Value.Type, _ text: RawSpan, _ position: inout Int, _ target: UnsafeMutableRawPointer, _ capacity: Int
  ) -> Int {
    let end = text.byteCount
    let (delimiter, columnCount) = (delimiter, columnCount)
    var place = position
    var to = unsafe target
    var count = 0
    rows: while count < capacity {
      for column in 0..<columnCount {
        while place < end, text.byte(place) == 0x20, delimiter != 0x20 { place &+= 1 }
        guard let value = Value.read(text, &place) else { break rows }
        // Safe: `capacity` rows of `columnCount` values fit behind `target`.
        unsafe to.storeBytes(of: value, as: Value.self)
        unsafe to += MemoryLayout<Value>.size
        while place < end, text.byte(place) == 0x20, delimiter != 0x20 { place &+= 1 }
        if column &+ 1 < columnCount {
          guard place < end, text.byte(place) == delimiter else { break rows }
          place &+= 1
        }
      }
      guard FastRows.endLine(text, &place) else { break }
      position = place
      count &+= 1
    }
    return count
  }

  @inline(__always)
  private func spacedRows<Value: FastElement>(
    _: Value.Type, _ text: RawSpan, _ position: inout Int, _ target: UnsafeMutableRawPointer, _ capacity: Int
  ) -> Int {
    let end = text.byteCount
    let columnCount = columnCount
    var place = position
    var to = unsafe target
    var count = 0
    rows: while count < capacity {
      for column in 0..<columnCount {
        let start = place
        while place < end, case let byte = text.byte(place), byte == 0x20 || byte == 9 { place &+= 1 }
        guard column == 0 || place > start, let value = Value.read(text, &place) else { break rows }
        // Safe: `capacity` rows of `columnCount` values fit behind `target`.
        unsafe to.storeBytes(of: value, as: Value.self)
        unsafe to += MemoryLayout<Value>.size
      }
      while place < end, case let byte = text.byte(place), byte == 0x20 || byte == 9 { place &+= 1 }
      guard FastRows.endLine(text, &place) else { break }
      position = place
      count &+= 1
    }
    return count
  }

  /// Moves over a line end; the end of the text is one.
  @inline(__always)
  private static func endLine(_ text: RawSpan, _ place: inout Int) -> Bool {
    guard place < text.byteCount else { return true }
    let byte = text.byte(place)
    if byte == 10 {
      place &+= 1
      return true
    }
    guard byte == 13 else { return false }
    place &+= 1
    if place < text.byteCount, text.byte(place) == 10 { place &+= 1 }
    return true
  }
}

/// A number that can be read from text and stored as it is.
protocol FastElement: BitwiseCopyable {
  static func read(_ text: RawSpan, _ position: inout Int) -> Self?
}

extension FastElement where Self: FixedWidthInteger {
  @inline(__always)
  static func read(_ text: RawSpan, _ position: inout Int) -> Self? {
    guard let (magnitude, isNegative) = NumberReader.integer(text, &position) else { return nil }
    if !isNegative { return Self(exactly: magnitude) }
    // -0 of an unsigned type is refused elsewhere.
    guard Self.isSigned, magnitude <= 1 << 63 else { return nil }
    return Self(exactly: Int64(truncatingIfNeeded: 0 &- magnitude))
  }
}

extension Int8: FastElement {}
extension Int16: FastElement {}
extension Int32: FastElement {}
extension Int64: FastElement {}
extension UInt8: FastElement {}
extension UInt16: FastElement {}
extension UInt32: FastElement {}
extension UInt64: FastElement {}
extension Float: FastElement {
  @inline(__always)
  static func read(_ text: RawSpan, _ position: inout Int) -> Float? { NumberReader.float(text, &position) }
}
extension Double: FastElement {
  @inline(__always)
  static func read(_ text: RawSpan, _ position: inout Int) -> Double? { NumberReader.double(text, &position) }
}
