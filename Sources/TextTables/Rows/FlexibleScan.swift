internal import NDArrays

/// Finds the size of text or the unit of datetimes that a column needs: NumPy's discovery for `S`, `U` and `M8`.
struct FlexibleScan {
  private let dtype: DType
  private var longest = 1
  private var unit: DateUnit = .generic

  init(_ dtype: DType) { self.dtype = dtype }

  /// Takes a field into account.
  mutating func look(at field: [UInt8]) {
    switch dtype.kind {
    case .bytes, .string:
      // Characters, not bytes: continuation bytes do not count.
      longest = max(longest, field.count { $0 & 0xC0 != 0x80 })
    default:
      if dtype.kind == .datetime, let plain = FastDate.unit(field) {
        if plain != unit { unit = unit.finer(plain) }
        return
      }
      guard let found = ParsedDate.parse(field, isDatetime: dtype.kind == .datetime) else { return }
      unit = unit.finer(found.unit)
    }
  }

  /// Takes into account what was found for other fields.
  mutating func include(_ found: DType) {
    switch dtype.kind {
    case .bytes: longest = max(longest, found.itemSize)
    case .string: longest = max(longest, found.itemSize / 4)
    default: unit = unit.finer(found.dateUnit ?? .generic)
    }
  }

  /// The narrowest dtype that holds all fields.
  var result: DType {
    switch dtype.kind {
    case .bytes: .bytes(longest)
    case .string: DType.string(longest).withByteOrder(dtype.byteOrder)
    case .datetime: DType.datetime(unit).withByteOrder(dtype.byteOrder)
    default: DType.timedelta(unit).withByteOrder(dtype.byteOrder)
    }
  }

  /// The pieces as one array in the dtype that holds them all.
  static func joined(_ parts: [AnyNDArray], dtype: DType, rowShape: [Int]) throws(ArrayError) -> AnyNDArray {
    var whole = FlexibleScan(dtype)
    for part in parts { whole.include(part.dtype) }
    let target = whole.result
    if parts.count == 1, parts[0].dtype == target { return parts[0] }
    let rows = parts.reduce(0) { $0 + $1.shape[0] }
    let result = try AnyNDArray(zeros: [rows] + rowShape, dtype: target)
    var index = 0
    for part in parts {
      let conversion = part.dtype.dateUnit.flatMap {
        DateConversion(from: $0, to: target.dateUnit ?? .generic, isDatetime: dtype.kind == .datetime)
      }
      var failed = false
      unsafe part.withContiguousBytes { bytes in
        for element in 0..<part.count {
          // Safe: element `index` of the result, which is new, and element `element` of the part.
          let to = unsafe result.storage.baseAddress + (index + element) * target.itemSize
          let from = unsafe UnsafeRawBufferPointer(
            rebasing: bytes[(element * part.dtype.itemSize)..<((element + 1) * part.dtype.itemSize)])
          guard let conversion else {
            if let start = from.baseAddress { unsafe to.copyMemory(from: start, byteCount: from.count) }
            continue
          }
          let count = unsafe from.loadUnaligned(as: Int64.self)
          let native = target.isNative ? count : count.byteSwapped
          guard let converted = conversion(native) else {
            failed = true
            return
          }
          unsafe to.storeBytes(of: target.isNative ? converted : converted.byteSwapped, as: Int64.self)
        }
      }
      if failed { throw ArrayError(.badValue, "a moment is beyond what \(target.notation) can hold") }
      index += part.count
    }
    return result
  }
}
