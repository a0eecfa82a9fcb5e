internal import ArrayBytes
internal import ByteIO
internal import NDArrays

/// Columns of text no wider than what they hold.
extension GenFromTextTable {
  /// The array of the rows, text in the narrowest type that holds it.
  func finishTyped(_ store: RowBuffer, _ plan: TypedPlan) throws(FormatError) -> AnyNDArray {
    let (target, slots) = (plan.target, plan.slots)
    var narrow = slots.map { slot in slot.dtype.kind == .string ? longest(slot, store) : 1 }
    if isTable, let widest = narrow.max() { narrow = narrow.map { _ in widest } }
    var storage = store.storage
    var result = target
    let isTooWide = zip(slots, narrow).contains { $0.dtype.kind == .string && $0.dtype.itemSize != 4 * $1 }
    if dtype == nil, isTooWide, let smaller = try typedDType(narrow) {
      storage = try copied(store, slots, self.slots(of: smaller), rowSize(smaller))
      result = smaller
    }
    let shape = target.isStructured ? [store.rows] : [store.rows, columnCount]
    return try FormatError.wrapping(.limitExceeded, file: source.name) { () throws(ArrayError) in
      try AnyNDArray(storage: storage, dtype: result, shape: shape)
    }
  }

  /// The characters of a column's longest text; 1 at least.
  func longest(_ slot: FieldSlot, _ store: RowBuffer) -> Int {
    var longest = 1
    for row in 0..<store.rows {
      // Safe: the slot lies within the row, and `longest` stays below its characters.
      let text = unsafe store.storage.baseAddress + row * store.rowSize + slot.offset
      var place = slot.dtype.itemSize / 4
      while place > longest, unsafe text.loadUnaligned(fromByteOffset: place * 4 - 4, as: UInt32.self) == 0 {
        place -= 1
      }
      longest = max(longest, place)
    }
    return longest
  }

  /// The rows with narrower columns.
  private func copied(
    _ store: RowBuffer, _ old: FieldSlots, _ new: FieldSlots, _ rowSize: Int
  ) throws(FormatError) -> ArrayStorage {
    var copy = RowBuffer(rowSize: rowSize, hasGaps: false)
    try copy.reserve(store.rows)
    for row in 0..<store.rows {
      // Safe: both rows lie within their stores, and the slots within the rows.
      let from = unsafe store.storage.baseAddress + row * store.rowSize
      let to = unsafe copy.storage.baseAddress + row * rowSize
      for (old, new) in zip(old, new) {
        unsafe (to + new.offset).copyMemory(from: from + old.offset, byteCount: new.dtype.itemSize)
      }
    }
    return copy.storage
  }
}
