extension DType {
  /// The smallest dtype that both can be converted to without loss of kind, in this machine's byte order: NumPy's
  /// `np.promote_types`.
  ///
  /// ```swift
  /// try DType.int8.promoted(with: .uint8)      // int16
  /// try DType.int64.promoted(with: .uint64)    // float64
  /// try DType.float32.promoted(with: .int32)   // float64
  /// ```
  ///
  /// Numbers and text have text in common that holds every number; durations and integers a duration.
  ///
  /// - Throws: ``ArrayError`` with code `dtypeMismatch` if there is none, as for numbers and moments, or for records of
  ///   other fields.
  public func promoted(with other: DType) throws(ArrayError) -> DType {
    let (left, right) = (native, other.native)
    if left == right { return left }
    if let number = DType.promotedNumber(left, right) { return number }
    if let text = DType.promotedText(left, right) { return text }
    if let date = DType.promotedDate(left, right) { return date }
    if let record = try DType.promotedRecord(left, right) { return record }
    throw ArrayError(.dtypeMismatch, "the dtypes \(left.shown) and \(right.shown) have no common dtype")
  }

  /// Text or bytes of which one at least is.
  private static func promotedText(_ left: DType, _ right: DType) -> DType? {
    guard let first = left.textLength, let second = right.textLength else { return nil }
    let length = max(first, second)
    switch (left.kind, right.kind) {
    case (.string, _), (_, .string): return .string(length)
    case (.bytes, _), (_, .bytes): return .bytes(length)
    default: return nil
    }
  }

  /// How many characters every element takes as text; `nil` for what is neither text nor a number.
  private var textLength: Int? {
    switch kind {
    case .bytes: itemSize
    case .string: itemSize / 4
    case .bool: 5
    case .unsignedInteger: [1: 3, 2: 5, 4: 10, 8: 20][itemSize]
    case .signedInteger: [1: 4, 2: 6, 4: 11, 8: 21][itemSize]
    case .float: itemSize == 16 ? 48 : 32
    case .complex: itemSize == 32 ? 96 : 64
    default: nil
    }
  }

  /// Moments and durations; of integers and a duration that duration.
  private static func promotedDate(_ left: DType, _ right: DType) -> DType? {
    switch (left.dateUnit, right.dateUnit) {
    case (let first?, let second?):
      let areDurations = left.kind == .timedelta && right.kind == .timedelta
      guard let unit = first.common(with: second, asDurations: areDurations) else { return nil }
      return areDurations ? .timedelta(unit) : .datetime(unit)
    case (nil, _?): return right.kind == .timedelta && left.isCountable ? right : nil
    case (_?, nil): return left.kind == .timedelta && right.isCountable ? left : nil
    case (nil, nil): return nil
    }
  }

  /// Whether every element is an integer of 64 bits with a sign.
  private var isCountable: Bool {
    kind == .bool || kind == .signedInteger || (kind == .unsignedInteger && itemSize < 8)
  }

  /// Records of the same names, field by field, without gaps.
  private static func promotedRecord(_ left: DType, _ right: DType) throws(ArrayError) -> DType? {
    if let (first, shape) = left.subarray, let (second, otherShape) = right.subarray, shape == otherShape {
      return try subarray(of: first.promoted(with: second), shape: shape)
    }
    guard let fields = left.fields, let others = right.fields, fields.map(\.name) == others.map(\.name),
      fields.map(\.title) == others.map(\.title)
    else { return nil }
    let isAligned = left.isAlignedStruct && right.isAlignedStruct
    var promoted: [(name: String, dtype: DType)] = []
    for (field, other) in zip(fields, others) {
      promoted.append((field.name, try field.dtype.promoted(with: other.dtype)))
    }
    let packed = try structured(promoted, aligned: isAligned)
    guard let placed = packed.fields else { return packed }
    return try structured(
      fields: zip(placed, fields).map { Field($0.name, $0.dtype, offset: $0.offset, title: $1.title) },
      itemSize: packed.itemSize, isAligned: isAligned)
  }

  /// How far up a number's kind is: anything is promoted to the higher of the two.
  private var rank: Int? {
    switch kind {
    case .bool: 0
    case .unsignedInteger, .signedInteger: 1
    case .float: 2
    case .complex: 3
    default: nil
    }
  }

  private static func promotedNumber(_ left: DType, _ right: DType) -> DType? {
    guard let leftRank = left.rank, let rightRank = right.rank else { return nil }
    let (low, high) = leftRank <= rightRank ? (left, right) : (right, left)
    switch (low.kind, high.kind) {
    case (.bool, _): return high
    case (.unsignedInteger, .signedInteger), (.signedInteger, .unsignedInteger):
      let (signed, unsigned) = low.kind == .signedInteger ? (low, high) : (high, low)
      if signed.itemSize > unsigned.itemSize { return signed }
      switch unsigned.itemSize {
      case 1: return .int16
      case 2: return .int32
      case 4: return .int64
      default: return .float64
      }
    case (.unsignedInteger, _), (.signedInteger, _):
      if low.rank == high.rank { return low.itemSize >= high.itemSize ? low : high }
      // The float in which the integers fit; 64-bit ones are taken to fit a double.
      let needed = min(8, low.itemSize * 2)
      return ofFloat(max(needed, high.realSize), isComplex: high.kind == .complex)
    default:
      return ofFloat(max(low.realSize, high.realSize), isComplex: high.kind == .complex)
    }
  }

  private var realSize: Int { kind == .complex ? itemSize / 2 : itemSize }

  /// The dtype of floats of a size, or of complex numbers whose parts have it.
  package static func ofFloat(_ size: Int, isComplex: Bool = false) -> DType {
    switch size {
    case 2: isComplex ? .complex64 : .float16
    case 4: isComplex ? .complex64 : .float32
    case 8: isComplex ? .complex128 : .float64
    default: isComplex ? .complexLongDouble : .longDouble
    }
  }
}

extension DType {
  /// The name in an error: of records the fields.
  fileprivate var shown: String {
    guard fields != nil else { return name }
    let text = description
    return text.count > 200 ? text.prefix(200) + "…" : text
  }
}
