internal import NDArrays
internal import NumberText

/// Stores the fields of rows: those that are written as nearly all are without a look at their type, others by ``CSVSlot``.
struct CSVRowReader {
  /// What most fields of a column are.
  private enum Plain {
    case integer, number, truth
    case moment(FastDate)
    /// A text of so many code points at most.
    case text(Int)
    case other
  }

  private let slots: [(column: Int, slot: CSVSlot)]
  /// The same, as far as most fields need it: what is small is read faster than what has references in it.
  private let columns: [(column: Int, offset: Int, plain: Plain)]

  init(_ slots: [(column: Int, slot: CSVSlot)]) {
    self.slots = slots
    columns = slots.map { ($0.column, $0.slot.offset, CSVRowReader.plain($0.slot.dtype)) }
  }

  private static func plain(_ dtype: DType) -> Plain {
    switch dtype {
    case .int64: return .integer
    case .float64: return .number
    case .bool: return .truth
    default: break
    }
    if dtype.kind == .string, dtype.isNative { return .text(dtype.itemSize / 4) }
    return FastDate(dtype).map { .moment($0) } ?? .other
  }

  /// Stores the row that was taken last; false if a field does not go into its column.
  @inline(__always)
  func store(_ rows: borrowing CSVRows, at row: UnsafeMutableRawPointer) -> Bool {
    // Safe, all of this: the caller has room for a row, within which the slots lie.
    guard !rows.isOdd else { return unsafe storeOdd(rows, at: row) }
    for place in columns.indices {
      let field = rows.field(columns[place].column)
      guard unsafe store(rows.text, field, inSlot: place, at: row) else { return false }
    }
    return true
  }

  /// Stores a field, behind which there are 64 bytes of memory more, where a slot has it; false if that does not hold it.
  @inline(__always)
  func store(_ text: RawSpan, _ field: CSVRows.Field, inSlot place: Int, at row: UnsafeMutableRawPointer) -> Bool {
    let (_, offset, plain) = columns[place]
    // Safe: the caller has room for a row, within which the slots lie.
    if unsafe CSVRowReader.store(text, field, plain, at: row + offset) { return true }
    let whole = CSVField(text.extracting(field.start..<field.end), isQuoted: field.isQuoted)
    return unsafe slots[place].slot.store(whole, inRowAt: row)
  }

  private func storeOdd(_ rows: borrowing CSVRows, at row: UnsafeMutableRawPointer) -> Bool {
    var isStored = true
    var next = 0
    rows.forEachOddField { column, _, field in
      guard next < slots.count, slots[next].column == column else { return }
      // Safe: the caller has room for a row.
      if unsafe !slots[next].slot.store(field, inRowAt: row) { isStored = false }
      next += 1
    }
    return isStored
  }

  /// Stores a field; false if it is not written as most are.
  @inline(__always)
  private static func store(
    _ text: RawSpan, _ field: CSVRows.Field, _ plain: Plain, at target: UnsafeMutableRawPointer
  ) -> Bool {
    var place = field.start
    // Safe: the caller has room for an element. Readers of numbers stop at what ends the field, which is part of none.
    switch plain {
    case .integer:
      if field.start < field.end, let (magnitude, isNegative) = CSVField.shortInteger(text, field) {
        unsafe target.storeBytes(of: isNegative ? 0 &- magnitude : magnitude, as: Int64.self)
        return true
      }
      guard let (magnitude, isNegative) = NumberReader.integer(text, &place), place == field.end,
        magnitude <= UInt64(Int64.max)
      else { return false }
      let value = Int64(truncatingIfNeeded: magnitude)
      unsafe target.storeBytes(of: isNegative ? 0 &- value : value, as: Int64.self)
    case .number:
      guard field.start < field.end, let value = NumberReader.double(text, &place), place == field.end else {
        guard field.start == field.end else { return false }
        unsafe target.storeBytes(of: Double.nan, as: Double.self)
        return true
      }
      unsafe target.storeBytes(of: value, as: Double.self)
    case .truth:
      guard let truth = CSVField.truth(text, field) else { return false }
      unsafe target.storeBytes(of: truth ? 1 : 0, as: UInt8.self)
    case .moment(let dates):
      guard let count = dates.read(text, field.start..<field.end) else { return false }
      unsafe target.storeBytes(of: count, as: Int64.self)
    case .text(let width):
      let count = field.end &- field.start
      guard count <= width else { return false }
      var all: UInt8 = 0
      for index in 0..<count {
        let byte = text.byte(field.start &+ index)
        all |= byte
        unsafe target.storeBytes(of: UInt32(byte), toByteOffset: index &* 4, as: UInt32.self)
      }
      guard all < 0x80 else { return false }
      for index in count..<width { unsafe target.storeBytes(of: 0, toByteOffset: index &* 4, as: UInt32.self) }
    case .other: return false
    }
    return true
  }
}
