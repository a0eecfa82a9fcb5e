public import NDArrays
internal import PythonPickle

// Values to objects, as NumPy's `astype(object)` makes them.

extension ObjectArray {
  /// The elements of an array as Python's objects: NumPy's `array.astype(object)`.
  ///
  /// Dates become `date` and `datetime`, durations `timedelta`, where Python has those; records become tuples; numbers of
  /// 80 bits remain NumPy's scalars.
  ///
  /// - Throws: ``ArrayError`` with code `unsupported` for an array whose elements are arrays.
  public init(_ array: AnyNDArray) throws(ArrayError) {
    let packed = array.nativeByteOrder().contiguous()
    let items: [PickleValue]
    switch packed.dtype.kind {
    case .bool: items = try NDArray<Bool>(packed).elements.map { .bool($0) }
    case .signedInteger:
      items = try NDArray<Int64>(packed.asType(.int64, casting: .unsafe)).elements.map { .int(Int($0)) }
    case .unsignedInteger:
      items = try NDArray<UInt64>(packed.asType(.uint64, casting: .unsafe)).elements.map { ObjectArray.integer($0) }
    case .float where packed.dtype.itemSize <= 8:
      items = try NDArray<Double>(packed.asType(.float64, casting: .unsafe)).elements.map { .float($0) }
    case .complex where packed.dtype.itemSize <= 16:
      let parts = try packed.asType(.complex128, casting: .unsafe).viewed(as: .void(16))
      items = try ObjectArray.pairs(parts).map { .complex($0, $1) }
    case .bytes, .string: items = ObjectArray.texts(packed)
    case .float, .complex: items = try ObjectArray.elements(packed).map { .scalar($0) }
    case .datetime, .timedelta: items = try ObjectArray.dates(packed)
    case .void where packed.dtype.fields == nil && packed.dtype.subarray == nil:
      items = try ObjectArray.elements(packed).map { .bytes(PickleBytes($0.bytes, isShared: false)) }
    case .void where packed.dtype.fields != nil: items = try ObjectArray.tuples(packed)
    default:
      throw ArrayError(.unsupported, "there is no conversion from \(array.dtype.debugDescription) to objects")
    }
    // NumPy's order 'K': that of the array's axes in memory, gaps left out.
    let isFortran = array.hasAscendingStrides
    self = try ObjectArray.of(items, shape: array.shape, isFortran: isFortran)
  }

  /// Each element as an array without axes.
  private static func elements(_ array: AnyNDArray) throws(ArrayError) -> [AnyNDArray] {
    let line = try array.reshaped([array.count])
    return try (0..<array.count).map { (index) throws(ArrayError) in try line.slice([.index(index)]) }
  }

  /// Records as tuples of their fields.
  private static func tuples(_ array: AnyNDArray) throws(ArrayError) -> [PickleValue] {
    let fields = array.dtype.fields ?? []
    let columns = try fields.map { (field) throws(ArrayError) -> [PickleValue] in
      let values = try array.field(field.name)
      guard field.dtype.subarray != nil else { return try ObjectArray(values).items }
      let rows = try values.reshaped([array.count] + values.shape.dropFirst(array.ndim))
      return try (0..<array.count).map { (index) throws(ArrayError) in
        .array(try rows.slice([.index(index)]).contiguous())
      }
    }
    return (0..<array.count).map { index in .tuple(columns.map { $0[index] }) }
  }

  private static func integer(_ value: UInt64) -> PickleValue {
    if let value = Int(exactly: value) { return .int(value) }
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    bytes.append(0)
    return .bigInt(PickleInteger(twosComplement: bytes))
  }

  private static func pairs(_ array: AnyNDArray) throws(ArrayError) -> [(Double, Double)] {
    let doubles = try NDArray<Double>(
      AnyNDArray(bytes: array.bytes, dtype: .float64, shape: [array.count * 2])
    ).elements
    return (0..<array.count).map { (doubles[2 * $0], doubles[2 * $0 + 1]) }
  }

  private static func texts(_ array: AnyNDArray) -> [PickleValue] {
    let size = array.dtype.itemSize
    let bytes = array.bytes
    return (0..<array.count).map { index in
      let item = bytes[(index * size)..<((index + 1) * size)]
      if array.dtype.kind == .bytes {
        var end = item.endIndex
        while end > item.startIndex, item[end - 1] == 0 { end -= 1 }
        return .bytes(PickleBytes(Array(item[item.startIndex..<end]), isShared: false))
      }
      var points: [UInt32] = stride(from: item.startIndex, to: item.endIndex, by: 4).map { start in
        (0..<4).reduce(0) { $0 | UInt32(item[start + $1]) << UInt32($1 * 8) }
      }
      while points.last == 0 { points.removeLast() }
      return .string(PickleString(codePoints: points))
    }
  }
}
