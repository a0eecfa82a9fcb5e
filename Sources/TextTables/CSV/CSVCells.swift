internal import ByteIO
internal import NDArrays

/// The rows of a part as they were read while the types of the columns were found: eight bytes for each field, row by row, and the
/// texts one behind the other.
struct CSVCells: Sendable {
  let rowCount: Int
  private let columns: [Column]
  private let storage: ArrayStorage
  private let texts: ArrayStorage

  struct Column: Sendable {
    let form: CSVForm
    let losesText: Bool
  }

  /// - Parameters:
  ///   - storage: The cells, those of a row one behind the other.
  ///   - texts: What places lie in, and 64 bytes more.
  init(_ storage: ArrayStorage, rowCount: Int, _ columns: [CSVCellColumn], texts: ArrayStorage) {
    (self.storage, self.rowCount, self.texts) = (storage, rowCount, texts)
    self.columns = columns.map { Column(form: $0.form, losesText: $0.losesText) }
  }

  /// How much memory they take.
  var byteCount: Int { storage.byteCount + texts.byteCount }

  /// What is done with the cells of a column to store them as a type.
  private enum Step {
    /// The eight bytes as they are.
    case word
    case integerAsDouble
    /// Moments of so many microseconds.
    case moment(Int64)
    case truth
    case string(width: Int)
    case parsed
    case emptyString(width: Int)
    case notATime
  }

  private func step(_ column: Column, _ dtype: DType) -> Step? {
    switch column.form {
    case .place: return dtype.kind == .string && dtype.isNative ? .string(width: dtype.itemSize / 4) : .parsed
    case .integer: return dtype == .int64 ? .word : dtype == .float64 ? .integerAsDouble : nil
    case .number: return dtype == .float64 ? .word : nil
    case .truth: return dtype == .bool ? .truth : nil
    case .moment: return CSVCells.microseconds(of: dtype).map { .moment($0) }
    case .gaps:
      if dtype == .float64 { return .word }
      if dtype.kind == .datetime { return .notATime }
      return dtype.kind == .string && !column.losesText ? .emptyString(width: dtype.itemSize / 4) : nil
    }
  }

  private static func microseconds(of dtype: DType) -> Int64? {
    switch dtype.dateUnit?.unit {
    case .day: 86_400_000_000
    case .second: 1_000_000
    case .microsecond: 1
    default: nil
    }
  }

  /// How many rows are stored at a time, column by column.
  private static let stripe = 64

  /// Stores the rows; false if the cells do not hold what the types of some columns need: then the part is to be read again.
  ///
  /// - Parameters:
  ///   - slots: Where the fields of these columns go.
  ///   - address: Room for the rows.
  func store(
    _ slots: [(column: Int, slot: CSVSlot)], rowSize: Int, into address: UnsafeMutableRawPointer
  ) -> Bool {
    var steps: [Step] = []
    for (column, slot) in slots {
      guard let step = step(columns[column], slot.dtype) else { return false }
      steps.append(step)
    }
    let reader = CSVRowReader(slots)
    for start in stride(from: 0, to: rowCount, by: CSVCells.stripe) {
      let rows = start..<min(rowCount, start + CSVCells.stripe)
      for place in slots.indices {
        // Safe: the caller has room for all rows, within which the slots lie.
        let target = unsafe address + start * rowSize
        guard unsafe store(rows, slots[place], steps[place], reader, place, to: target, rowSize: rowSize) else {
          return false
        }
      }
    }
    return true
  }

  /// Stores the fields of a column in some rows, the first of which is at an address.
  @inline(__always)
  private func store(
    _ rows: Range<Int>, _ column: (column: Int, slot: CSVSlot), _ step: Step, _ reader: CSVRowReader, _ index: Int,
    to address: UnsafeMutableRawPointer, rowSize: Int
  ) -> Bool {
    // Safe, all of this: there is a cell for each row and column, and the caller has room for the rows; bodies store no more than
    // a field.
    var cell = unsafe storage.baseAddress + (rows.lowerBound * columns.count + column.column) * 8
    let distance = columns.count * 8
    var target = unsafe address + column.slot.offset
    func each(_ body: (UInt64, UnsafeMutableRawPointer) -> Void) {
      for _ in rows {
        unsafe body(cell.load(as: UInt64.self), target)
        unsafe cell += distance
        unsafe target += rowSize
      }
    }
    switch step {
    case .word: unsafe each { unsafe $1.storeBytes(of: $0, as: UInt64.self) }
    case .integerAsDouble: unsafe each { unsafe $1.storeBytes(of: Double(Int64(bitPattern: $0)), as: Double.self) }
    case .moment(let unit): unsafe each { unsafe $1.storeBytes(of: CSVCells.moment($0, unit), as: Int64.self) }
    case .truth: unsafe each { unsafe $1.storeBytes(of: UInt8(truncatingIfNeeded: $0), as: UInt8.self) }
    case .notATime: unsafe each { unsafe $1.storeBytes(of: Int64.min, as: Int64.self) }
    case .emptyString(let width):
      unsafe each { unsafe $1.initializeMemory(as: UInt32.self, repeating: 0, count: width) }
    case .string(let width):
      let texts = texts.bytes
      unsafe each { bits, target in
        let place = CSVPlace(bits: bits)
        unsafe CSVText.widen(texts, place.start..<(place.start &+ place.count), to: target, width: width)
      }
    case .parsed:
      var isStored = true
      let texts = texts.bytes
      unsafe each { bits, target in
        let place = CSVPlace(bits: bits)
        let field = CSVRows.Field(start: place.start, end: place.start &+ place.count, isQuoted: place.isQuoted)
        if unsafe !reader.store(texts, field, inSlot: index, at: target - column.slot.offset) { isStored = false }
      }
      return isStored
    }
    return true
  }

  private static func moment(_ bits: UInt64, _ unit: Int64) -> Int64 {
    let count = Int64(bitPattern: bits)
    return count == .min ? count : count / unit
  }
}
