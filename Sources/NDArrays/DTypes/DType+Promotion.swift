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
  /// - Throws: ``ArrayError`` with code `dtypeMismatch` if there is none. Dates of different units, and records that
  ///   are not equal, have none here.
  public func promoted(with other: DType) throws(ArrayError) -> DType {
    let (left, right) = (native, other.native)
    if left == right { return left }
    if let number = DType.promotedNumber(left, right) { return number }
    switch (left.kind, right.kind) {
    case (.bytes, .bytes): return left.itemSize >= right.itemSize ? left : right
    case (.string, .string): return left.itemSize >= right.itemSize ? left : right
    case (.bytes, .string): return .string(max(left.itemSize, right.itemSize / 4))
    case (.string, .bytes): return .string(max(left.itemSize / 4, right.itemSize))
    default:
      throw ArrayError(
        .dtypeMismatch, "the dtypes \(left.name) and \(right.name) have no common dtype")
    }
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

  private static func ofFloat(_ size: Int, isComplex: Bool) -> DType {
    switch size {
    case 2: isComplex ? .complex64 : .float16
    case 4: isComplex ? .complex64 : .float32
    case 8: isComplex ? .complex128 : .float64
    default: isComplex ? .complexLongDouble : .longDouble
    }
  }
}
