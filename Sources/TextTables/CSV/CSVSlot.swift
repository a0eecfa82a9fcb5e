internal import NDArrays
internal import NumberText

/// Stores the fields of a column of a CSV table, whose type holds them all.
struct CSVSlot: Sendable {
  let dtype: DType
  let offset: Int
  private let dates: FastDate?

  init(_ slot: FieldSlot) {
    (dtype, offset) = (slot.dtype, slot.offset)
    dates = FastDate(slot.dtype)
  }

  /// Stores a field of the row at an address; false if the type does not hold it, as the file has changed.
  func store(_ field: borrowing CSVField, inRowAt row: UnsafeMutableRawPointer) -> Bool {
    // Safe: the slot lies within the row, which the caller holds.
    let target = unsafe FieldConversion(dtype, at: row + offset)
    let text = field.text
    switch dtype.kind {
    case .string: return target.store(field.whole)
    case .bool:
      guard let truth = CSVField.truth(text.bytes(0..<text.byteCount)) else { return false }
      target.put(truth ? 1 : 0 as UInt8)
      return true
    case .datetime:
      if let count = dates?.read(text, 0..<text.byteCount) {
        target.put(count)
        return true
      }
      // An empty text, too, is no time.
      return target.store(text) || field.kinds == .missingWord && target.store(.text("NaT"))
    default:
      if !field.isEmpty, target.store(text) { return true }
      let isMissing = !field.kinds.isDisjoint(with: .missing)
      return target.store(isMissing ? .number(.nan) : .text(text.text(0..<text.byteCount)))
    }
  }

  /// The eight bytes of a field of a type that has as many.
  static func bits(_ field: borrowing CSVField, as dtype: DType) -> UInt64? {
    var cell: UInt64 = 0
    // Safe: the type has eight bytes, as the cell has.
    let isStored = unsafe withUnsafeMutableBytes(of: &cell) { bytes in
      unsafe CSVSlot(FieldSlot(dtype: dtype, offset: 0)).store(field, inRowAt: bytes.baseAddress.unsafelyUnwrapped)
    }
    return isStored ? cell : nil
  }
}
