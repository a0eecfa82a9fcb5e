/// The fast way to write rows of plain numbers of one type under one conversion, the counterpart of ``NumericRowReader``.
package struct NumericRowWriter: Sendable {
  /// How the numbers are written.
  private enum Conversion: Sendable {
    case decimal, scientific, fixed, general
    /// The shortest text that reads back, as NumPy's `str`.
    case shortest
  }

  /// Up to eight bytes that stand between numbers.
  private struct Separator: Sendable {
    var word: UInt64 = 0
    var count = 0

    init?(_ bytes: [UInt8]) {
      guard bytes.count <= 8 else { return nil }
      count = bytes.count
      for (index, byte) in bytes.enumerated() { word |= UInt64(byte) << UInt64(8 * index) }
    }
  }

  private let element: NumericRowReader.Element
  private let conversion: Conversion
  private let style: TextBuffer.FloatStyle
  private let columnCount: Int
  private let before: Separator
  private let between: Separator
  private let after: Separator
  /// For integers: the small ones, each with what stands between columns.
  private let small: SmallNumberTexts?

  /// - Parameters:
  ///   - element: What all columns hold.
  ///   - spec: The conversion; `nil` is returned for those with widths or forced signs, and those that do not go with the
  ///     elements.
  ///   - before: What each row begins with, as the next two at most eight bytes.
  ///   - between: What stands between columns.
  ///   - after: What each row ends with.
  package init?(
    _ element: NumericRowReader.Element, _ spec: PercentSpec, columnCount: Int, before: [UInt8],
    between betweenBytes: [UInt8], after: [UInt8]
  ) {
    guard spec.isBare, columnCount > 0, let before = Separator(before), let between = Separator(betweenBytes),
      let after = Separator(after)
    else { return nil }
    let isFloat: Bool
    switch element {
    case .float, .double: isFloat = true
    default: isFloat = false
    }
    switch spec.conversion {
    case UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "u"):
      guard !isFloat, spec.precision == nil else { return nil }
      conversion = .decimal
    case UInt8(ascii: "e"), UInt8(ascii: "E"): conversion = .scientific
    case UInt8(ascii: "f"), UInt8(ascii: "F"): conversion = .fixed
    case UInt8(ascii: "g"), UInt8(ascii: "G"): conversion = .general
    case UInt8(ascii: "s"):
      guard spec.precision == nil else { return nil }
      conversion = isFloat ? .shortest : .decimal
    default: return nil
    }
    guard isFloat || conversion == .decimal else { return nil }
    self.element = element
    style = spec.floatStyle
    self.columnCount = columnCount
    self.before = before
    self.between = between
    self.after = after
    small = conversion == .decimal && columnCount > 1 ? SmallNumberTexts(separator: betweenBytes) : nil
  }

  /// The bytes of a row of numbers that lie one after the other.
  package var rowSize: Int {
    let size =
      switch element {
      case .int8, .uint8: 1
      case .int16, .uint16: 2
      case .int32, .uint32, .float: 4
      case .int64, .uint64, .double: 8
      }
    return size * columnCount
  }

  /// Appends rows whose numbers lie one after the other.
  ///
  /// - Parameter base: `rowCount × columnCount` numbers; they need not be aligned.
  package func append(_ rowCount: Int, from base: UnsafeRawPointer, to text: inout TextBuffer) {
    switch element {
    // Safe: `base` has as many numbers as the parameter says.
    case .int8: unsafe lines(DecimalLine<Int8>.self, rowCount, base, &text)
    case .int16: unsafe lines(DecimalLine<Int16>.self, rowCount, base, &text)
    case .int32: unsafe lines(DecimalLine<Int32>.self, rowCount, base, &text)
    case .int64: unsafe lines(DecimalLine<Int64>.self, rowCount, base, &text)
    case .uint8: unsafe lines(DecimalLine<UInt8>.self, rowCount, base, &text)
    case .uint16: unsafe lines(DecimalLine<UInt16>.self, rowCount, base, &text)
    case .uint32: unsafe lines(DecimalLine<UInt32>.self, rowCount, base, &text)
    case .uint64: unsafe lines(DecimalLine<UInt64>.self, rowCount, base, &text)
    case .float:
      switch conversion {
      case .decimal: return
      case .scientific: unsafe lines(ScientificLine<Float>.self, rowCount, base, &text)
      case .fixed: unsafe lines(FixedLine<Float>.self, rowCount, base, &text)
      case .general: unsafe lines(GeneralLine<Float>.self, rowCount, base, &text)
      case .shortest: unsafe lines(ShortestFloatLine.self, rowCount, base, &text)
      }
    case .double:
      switch conversion {
      case .decimal: return
      case .scientific: unsafe lines(ScientificLine<Double>.self, rowCount, base, &text)
      case .fixed: unsafe lines(FixedLine<Double>.self, rowCount, base, &text)
      case .general: unsafe lines(GeneralLine<Double>.self, rowCount, base, &text)
      case .shortest: unsafe lines(ShortestDoubleLine.self, rowCount, base, &text)
      }
    }
  }

  /// How many numbers room is asked for at once, and how much.
  private static let columnsAtOnce = 32
  private static let roomAtOnce = columnsAtOnce * (NumberWriter.room + 8) + 16

  /// The loop that all share: the place in the text stays in a register, and room is asked for once for many numbers.
  @inline(__always)
  private func lines<Line: NumberLine>(
    _: Line.Type, _ rowCount: Int, _ base: UnsafeRawPointer, _ text: inout TextBuffer
  ) {
    // Safe: the pointers of the texts and of the caller are used during the call only.
    unsafe SmallNumberTexts.withView(of: small) { texts in
      let (style, columnCount, between, after) = (style, columnCount, between, after)
      var place = unsafe base
      for _ in 0..<rowCount {
        var column = 0
        text.append(word: before.word, count: before.count)
        while column < columnCount {
          let stop = min(columnCount, column &+ NumericRowWriter.columnsAtOnce)
          // Safe: there is room for that many numbers and separators; what is too odd asks for room again.
          text.reserve(NumericRowWriter.roomAtOnce)
          var end = unsafe UnsafeMutableRawPointer(text.end)
          while column < stop {
            let value = unsafe place.loadUnaligned(as: Line.Value.self)
            unsafe place += MemoryLayout<Line.Value>.size
            column &+= 1
            if column < columnCount, let entry = unsafe Line.small(value, texts) {
              unsafe NumberWriter.put(entry, end)
              unsafe end += Int(truncatingIfNeeded: entry &>> 56)
              continue
            }
            if let next = unsafe Line.write(value, style, at: end) {
              unsafe end = next
            } else {
              unsafe text.setEnd(end)
              Line.append(value, style, to: &text)
              text.reserve(NumericRowWriter.roomAtOnce)
              unsafe end = UnsafeMutableRawPointer(text.end)
            }
            let separator = column == columnCount ? after : between
            unsafe NumberWriter.put(separator.word, end)
            unsafe end += separator.count
          }
          unsafe text.setEnd(end)
        }
      }
    }
  }
}

/// How one kind of number is written under one conversion.
private protocol NumberLine {
  associatedtype Value: BitwiseCopyable
  /// Writes the number if it is a plain one: see ``NumberWriter``.
  static func write(
    _ value: Value, _ style: TextBuffer.FloatStyle, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer?
  /// The text of a number that has one with what stands between columns, as ``SmallNumberTexts`` has it.
  static func small(_ value: Value, _ texts: SmallNumberTexts.View) -> UInt64?
  /// Appends any number.
  static func append(_ value: Value, _ style: TextBuffer.FloatStyle, to text: inout TextBuffer)
}

extension NumberLine {
  @inline(__always) static func small(_ value: Value, _ texts: SmallNumberTexts.View) -> UInt64? { nil }
}

private enum DecimalLine<Value: FixedWidthInteger & BitwiseCopyable>: NumberLine {
  @inline(__always)
  static func write(
    _ value: Value, _ style: TextBuffer.FloatStyle, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer? {
    // Safe: `lines` has reserved the room that ``NumberWriter`` asks for.
    var start = unsafe target
    var magnitude = UInt64(truncatingIfNeeded: value)
    if Value.isSigned {
      let sign = UInt64(bitPattern: Int64(truncatingIfNeeded: value) &>> 63)
      unsafe NumberWriter.put(UInt8(ascii: "-"), start)
      unsafe start += Int(truncatingIfNeeded: sign & 1)
      magnitude = (magnitude ^ sign) &- sign
    }
    return unsafe NumberWriter.decimal(magnitude, at: start)
  }

  @inline(__always)
  static func small(_ value: Value, _ texts: SmallNumberTexts.View) -> UInt64? {
    // Safe: `lines` keeps the texts alive.
    unsafe texts[value]
  }

  static func append(_ value: Value, _ style: TextBuffer.FloatStyle, to text: inout TextBuffer) {
    text.append(String(value))
  }
}

private enum ScientificLine<Value: BinaryFloatingPoint & BitwiseCopyable>: NumberLine {
  @inline(__always)
  static func write(
    _ value: Value, _ style: TextBuffer.FloatStyle, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer? {
    // Safe: `lines` has reserved the room that ``NumberWriter`` asks for.
    unsafe NumberWriter.scientific(Double(value), style, at: target)
  }

  static func append(_ value: Value, _ style: TextBuffer.FloatStyle, to text: inout TextBuffer) {
    text.appendScientific(Double(value), style)
  }
}

private enum FixedLine<Value: BinaryFloatingPoint & BitwiseCopyable>: NumberLine {
  @inline(__always)
  static func write(
    _ value: Value, _ style: TextBuffer.FloatStyle, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer? {
    // Safe: `lines` has reserved the room that ``NumberWriter`` asks for.
    unsafe NumberWriter.fixed(Double(value), style, at: target)
  }

  static func append(_ value: Value, _ style: TextBuffer.FloatStyle, to text: inout TextBuffer) {
    text.appendFixed(Double(value), style)
  }
}

private enum GeneralLine<Value: BinaryFloatingPoint & BitwiseCopyable>: NumberLine {
  @inline(__always)
  static func write(
    _ value: Value, _ style: TextBuffer.FloatStyle, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer? {
    // Safe: `lines` has reserved the room that ``NumberWriter`` asks for.
    unsafe NumberWriter.general(Double(value), style, at: target)
  }

  static func append(_ value: Value, _ style: TextBuffer.FloatStyle, to text: inout TextBuffer) {
    text.appendGeneral(Double(value), style)
  }
}

private enum ShortestDoubleLine: NumberLine {
  @inline(__always)
  static func write(
    _ value: Double, _ style: TextBuffer.FloatStyle, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer? {
    // Safe: `lines` has reserved the room that ``NumberWriter`` asks for.
    guard let start = unsafe NumberWriter.sign(value, at: target) else { return nil }
    return unsafe NumberWriter.shortest(ShortestDecimal(value), .str(value), at: start)
  }

  static func append(_ value: Double, _ style: TextBuffer.FloatStyle, to text: inout TextBuffer) {
    text.appendText(value)
  }
}

private enum ShortestFloatLine: NumberLine {
  @inline(__always)
  static func write(
    _ value: Float, _ style: TextBuffer.FloatStyle, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer? {
    // Safe: `lines` has reserved the room that ``NumberWriter`` asks for.
    guard let start = unsafe NumberWriter.sign(Double(value), at: target) else { return nil }
    return unsafe NumberWriter.shortest(ShortestDecimal(value), .str(value), at: start)
  }

  static func append(_ value: Float, _ style: TextBuffer.FloatStyle, to text: inout TextBuffer) {
    text.appendText(value)
  }
}
