public import NDArrays
internal import PythonPickle

// Objects to values and back, as NumPy's `astype` does: each object is what `int`, `float` and so on make of it.

extension ObjectArray {
  /// The elements of an array as Python's objects: NumPy's `array.astype(object)`.
  ///
  /// - Throws: ``ArrayError`` with code `unsupported` for dates, raw bytes and records, which only Python has as
  ///   objects.
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
    default:
      throw ArrayError(.unsupported, "there is no conversion from \(array.dtype.debugDescription) to objects")
    }
    let isFortran = array.isFContiguous && !array.isCContiguous
    self = try ObjectArray.of(items, shape: array.shape, isFortran: isFortran)
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

  /// The elements as values: NumPy's `array.astype(dtype)`.
  ///
  /// - Throws: ``ArrayError`` with code `badValue` for an object that Python does not take for such a value, or one
  ///   that does not fit.
  package func asType(_ dtype: DType, recognizing recognizers: ArrayRecognizers) throws(ArrayError) -> AnyNDArray {
    var wanted = dtype
    let isText = dtype.kind == .string || dtype.kind == .bytes
    if isText, dtype.itemSize == 0 {
      let width = items.reduce(1) { max($0, $1.bytes?.count ?? $1.pythonText(recognizers).unicodeScalars.count) }
      wanted = dtype.kind == .bytes ? .bytes(width) : .string(width).withByteOrder(dtype.byteOrder)
    }
    var elements: [AnyNDArray] = []
    for item in items {
      if isText { try ObjectArray.requireText(item, wanted) }
      let element =
        isText ? try .text(item, for: wanted, recognizers) : try ObjectArray.element(item, wanted, recognizers)
      elements.append(try element.reshaped([1]).asType(wanted, casting: .unsafe))
    }
    guard !elements.isEmpty else { return try AnyNDArray(zeros: shape, dtype: wanted) }
    let joined = try AnyNDArray.concatenated(elements).reshaped(shape)
    return isFortran ? joined.packed(fortran: true) : joined
  }

  /// What Python's `str` makes of each element.
  package func pythonTexts(recognizing recognizers: ArrayRecognizers) throws(ArrayError) -> AnyNDArray {
    let texts = items.map { item -> PickleValue in
      switch item {
      case .string: item
      // `str` of bytes is their literal.
      case .bytes: .string(PickleString(item.repr()))
      default: .string(PickleString(item.pythonText(recognizers)))
      }
    }
    return try ObjectArray.of(texts, shape: shape, isFortran: isFortran)
      .asType(.string(0), recognizing: recognizers)
  }

  /// Refuses what NumPy does not make text of: sequences, and bytes that are not ASCII where characters are wanted.
  private static func requireText(_ value: PickleValue, _ wanted: DType) throws(ArrayError) {
    switch value {
    case .list, .tuple: throw ArrayError(.badValue, "setting an array element with a sequence")
    case .bytes(let bytes) where wanted.kind == .string:
      guard let position = bytes.array.firstIndex(where: { $0 >= 0x80 }) else { return }
      let digits = String(bytes.array[position], radix: 16)
      throw ArrayError(
        .badValue,
        "'ascii' codec can't decode byte 0x\(digits) in position \(position): ordinal not in range(128)")
    default: return
    }
  }

  /// One object as an array without axes, of the type that suits it.
  private static func element(
    _ value: PickleValue, _ wanted: DType, _ recognizers: ArrayRecognizers
  ) throws(ArrayError) -> AnyNDArray {
    switch value {
    case .bool(let bool): return NDArray(scalar: bool).untyped
    case .int(let int):
      let array = NDArray(scalar: Int64(int)).untyped
      if wanted.kind == .signedInteger || wanted.kind == .unsignedInteger { try check(int, wanted) }
      return array
    case .float(let double): return NDArray(scalar: double).untyped
    case .complex(let complex) where wanted.kind == .complex || wanted.kind == .bool:
      let bits = [complex.real.bitPattern, complex.imaginary.bitPattern]
      let bytes = bits.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) } }
      return try AnyNDArray(bytes: bytes, dtype: .complex128.withByteOrder(.little), shape: [])
    case .none where wanted.kind == .float || wanted.kind == .complex: return NDArray(scalar: Double.nan).untyped
    case .none where wanted.kind == .bool: return NDArray(scalar: false).untyped
    case .none where wanted.kind == .datetime || wanted.kind == .timedelta:
      return try .text(.string("NaT"), for: wanted, recognizers)
    case .string, .bytes: return try .text(value, for: wanted, recognizers)
    default:
      if let array = try? recognizers.array(in: value)?.content.values, array.count == 1 {
        return try array.reshaped([])
      }
      if let double = value.double, wanted.kind != .signedInteger, wanted.kind != .unsignedInteger {
        return NDArray(scalar: double).untyped
      }
      if case .bigInt(let integer) = value {
        return try .text(.string(integer.decimal() ?? "?"), for: wanted, recognizers)
      }
      throw ArrayError(
        .badValue, "a '\(value.typeName)' is no value of \(wanted.name): \(value.repr(limit: 60))")
    }
  }

  private static func check(_ value: Int, _ dtype: DType) throws(ArrayError) {
    let bits = dtype.itemSize * 8
    let fits: Bool
    if dtype.kind == .signedInteger {
      fits = bits >= 64 || (value >= -(1 << (bits - 1)) && value < 1 << (bits - 1))
    } else {
      fits = value >= 0 && (bits >= 64 || value < 1 << bits)
    }
    guard fits else { throw ArrayError(.badValue, "Python integer \(value) out of bounds for \(dtype.name)") }
  }
}

extension AnyNDArray {
  /// The text of a value, Python's `str`, as an array without axes; bytes stay bytes where bytes are wanted.
  fileprivate static func text(
    _ value: PickleValue, for wanted: DType, _ recognizers: ArrayRecognizers
  ) throws(ArrayError) -> AnyNDArray {
    let points: [UInt32]
    switch value {
    case .string(let text): points = text.codePoints
    case .bytes(let bytes) where wanted.kind == .bytes:
      let kept = bytes.array.isEmpty ? [0] : bytes.array
      return try AnyNDArray(bytes: kept, dtype: .bytes(kept.count), shape: [])
    case .bytes(let bytes): points = bytes.array.map { UInt32($0) }
    default: points = value.pythonText(recognizers).unicodeScalars.map(\.value)
    }
    let kept = points.isEmpty ? [0] : points
    let bytes = kept.flatMap { point in (0..<4).map { UInt8(truncatingIfNeeded: point >> UInt32($0 * 8)) } }
    return try AnyNDArray(bytes: bytes, dtype: .string(kept.count).withByteOrder(.little), shape: [])
  }
}
