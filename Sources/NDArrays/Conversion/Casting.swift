/// Which conversions between dtypes are allowed: NumPy's `casting`.
public enum Casting: String, Sendable, Hashable, CaseIterable {
  /// Only the same dtype in the same byte order.
  case no
  /// Also another byte order.
  case equiv
  /// Also where every value stays what it is.
  case safe
  /// Also within a kind, such as `f8` to `f4`, and from a lower kind to a higher, such as `i8` to `f4`.
  case sameKind = "same_kind"
  /// Anything that has a meaning at all.
  case unsafe
}

extension DType {
  /// Whether elements of this dtype may become ones of another under a casting rule: NumPy's `np.can_cast`.
  public func canCast(to target: DType, casting: Casting = .safe) -> Bool {
    if let (inner, _) = target.subarray, kind != .void, casting != .no, casting != .equiv {
      // One value is repeated in all of a subarray.
      return canCast(to: inner, casting: casting)
    }
    let target = target.taking(lengthOf: self)
    return switch casting {
    case .no: self == target
    case .equiv: native == target.native
    case .safe: native == target.native || isSafe(to: target)
    case .sameKind: native == target.native || isSafe(to: target) || isSameKind(as: target)
    case .unsafe: true
    }
  }

  /// Text and raw bytes without a length are as long as what becomes of another dtype.
  private func taking(lengthOf source: DType) -> DType {
    guard itemSize == 0, structure == nil else { return self }
    switch (source.kind, kind) {
    case (.bytes, .bytes): return source
    case (.void, .void): return source.subarray == nil ? source : self
    case (.string, .string): return byteOrder == source.byteOrder ? source : source.withByteOrder(byteOrder)
    case (.string, .bytes): return .bytes(source.itemSize / 4)
    case (.bytes, .string): return .string(source.itemSize)
    case (_, .bytes): return .bytes(source.textWidth ?? 0)
    case (_, .string): return .string(source.textWidth ?? 0)
    case (_, .void): return .void(source.itemSize)
    default: return self
    }
  }

  /// Where a kind of number stands: what casts to a kind at its right stays in kind.
  private var numberRank: Int? {
    switch kind {
    case .bool: 0
    case .unsignedInteger: 1
    case .signedInteger: 2
    case .float: 3
    case .complex: 4
    default: nil
    }
  }

  private func isSafe(to target: DType) -> Bool {
    if target.kind == .object { return true }
    switch (kind, target.kind) {
    case (.bool, .bool), (.bool, .unsignedInteger), (.bool, .signedInteger), (.bool, .float), (.bool, .complex),
      (.bool, .timedelta):
      return true
    case (.unsignedInteger, .unsignedInteger), (.signedInteger, .signedInteger), (.float, .float),
      (.complex, .complex):
      return itemSize <= target.itemSize
    case (.float, .complex): return itemSize * 2 <= target.itemSize
    case (.unsignedInteger, .signedInteger), (.unsignedInteger, .timedelta): return itemSize < target.itemSize
    case (.signedInteger, .timedelta): return true
    // 8-byte integers count as safe in doubles, as in NumPy, though large ones are rounded.
    case (.unsignedInteger, .float), (.signedInteger, .float): return min(itemSize * 2, 8) <= target.itemSize
    case (.unsignedInteger, .complex), (.signedInteger, .complex): return min(itemSize * 4, 16) <= target.itemSize
    case (.datetime, .datetime), (.timedelta, .timedelta):
      return isDateSafe(to: target)
    case (.bytes, .bytes): return itemSize <= target.itemSize
    case (.string, .string): return itemSize <= target.itemSize
    case (.bytes, .string): return itemSize * 4 <= target.itemSize
    case (.void, .void):
      return isVoidSame(as: target) { $0.canCast(to: $1, casting: .safe) }
    case (_, .void): return kind != .object && target.structure == nil && itemSize <= target.itemSize
    // The text of a date is nothing that NumPy calls safe.
    case (.datetime, _), (.timedelta, _): return false
    default:
      guard let characters = textWidth else { return false }
      if target.kind == .bytes { return characters <= target.itemSize }
      if target.kind == .string { return characters * 4 <= target.itemSize }
      return false
    }
  }

  private func isSameKind(as target: DType) -> Bool {
    if let rank = numberRank, let targetRank = target.numberRank { return rank <= targetRank }
    switch (kind, target.kind) {
    case (.unsignedInteger, .timedelta): return true
    case (.datetime, .datetime): return target.dateUnit?.unit != .generic
    case (.timedelta, .timedelta):
      return dateUnit?.isCalendar == target.dateUnit?.isCalendar && target.dateUnit?.unit != .generic
    case (.bytes, .bytes), (.bytes, .string), (.string, .string): return true
    case (.void, .void):
      if structure == nil, target.structure == nil { return true }
      return isVoidSame(as: target) { $0.canCast(to: $1, casting: .sameKind) }
    case (.datetime, _), (.timedelta, _): return false
    default:
      // A number becomes text of any length, cut if it must be.
      return textWidth != nil && (target.kind == .bytes || target.kind == .string)
    }
  }

  private func isVoidSame(as target: DType, _ isAllowed: (DType, DType) -> Bool) -> Bool {
    guard let fields, let targetFields = target.fields else {
      return structure == nil && target.structure == nil && itemSize <= target.itemSize
    }
    return fields.count == targetFields.count
      && zip(fields, targetFields).allSatisfy { $0.name == $1.name && isAllowed($0.dtype, $1.dtype) }
  }

  private func isDateSafe(to target: DType) -> Bool {
    guard let unit = dateUnit, let wanted = target.dateUnit else { return false }
    if unit.unit == .generic { return true }
    if wanted.unit == .generic { return false }
    if kind == .timedelta, unit.isCalendar != wanted.isCalendar { return false }
    if unit.isCalendar, !wanted.isCalendar { return true }
    guard unit.isCalendar == wanted.isCalendar, let ratio = unit.ratio(to: wanted) else { return false }
    return ratio.denominator == 1
  }

  /// The characters that the text of a number or date may take (NumPy's `astype('U')`); `nil` for other kinds.
  package var textWidth: Int? {
    switch kind {
    case .bool: 5
    case .signedInteger: [1: 4, 2: 6, 4: 11, 8: 21][itemSize]
    case .unsignedInteger: [1: 3, 2: 5, 4: 10, 8: 20][itemSize]
    case .float: itemSize == 16 ? 48 : 32
    case .complex: itemSize == 32 ? 96 : 64
    case .timedelta: 21
    case .datetime: dateUnit?.textWidth
    default: nil
    }
  }
}

extension AnyNDArray {
  /// The array with its elements converted: NumPy's `astype(dtype, casting=casting)`. The result has bytes of its own
  /// in the order of the original's axes (`order='K'` for C and Fortran order).
  ///
  /// Integers wrap around, floats are cut towards zero, as C does; a float that the integer type cannot hold becomes
  /// what x86's conversion gives (the lowest integer), as in NumPy, whose result is undefined there.
  ///
  /// - Throws: ``ArrayError`` with code `dtypeMismatch` if the rule forbids the conversion, `badValue` for text that is
  ///   no number, `unsupported` for conversions that do not exist, such as a date to text without a unit.
  public func asType(_ target: DType, casting: Casting = .sameKind) throws(ArrayError) -> AnyNDArray {
    guard dtype.canCast(to: target, casting: casting) else {
      throw ArrayError(
        .dtypeMismatch,
        "Cannot cast array data from \(dtype.debugDescription) to \(target.debugDescription) according to the rule "
          + "'\(casting.rawValue)'")
    }
    if let (element, extent) = target.subarray, dtype.subarray == nil {
      // Each element is repeated in an array of its own.
      let ones = [Int](repeating: 1, count: extent.count)
      return try reshaped(shape + ones).broadcast(to: shape + extent).asType(element, casting: casting)
    }
    let target = try target.sized(for: self)
    let result = try AnyNDArray(uninitialized: shape, dtype: target, fortran: isFContiguous && !isCContiguous)
    try Conversion.convert(self, into: result)
    return result
  }

  /// The array with its elements converted to a Swift type: NumPy's `astype`. Nothing is copied if they are of it.
  ///
  /// - Throws: ``ArrayError`` as ``asType(_:casting:)-(DType,_)``.
  public func asType<Element: ArrayElement>(
    _ type: Element.Type, casting: Casting = .sameKind
  ) throws(ArrayError) -> NDArray<Element> {
    let target = try Element.checkedDType
    return try NDArray<Element>(dtype.native == target ? self : asType(target, casting: casting))
  }
}

extension NDArray {
  /// The array with its elements converted to another Swift type: NumPy's `astype`.
  ///
  /// - Throws: ``ArrayError`` with code `dtypeMismatch` if the casting rule forbids it.
  public func asType<Other: ArrayElement>(
    _ type: Other.Type, casting: Casting = .sameKind
  ) throws(ArrayError) -> NDArray<Other> {
    NDArray<Other>(unchecked: try untyped.asType(Other.checkedDType, casting: casting))
  }
}

extension DType {
  /// `S`, `U` and `V` without a length, and `M8`, `m8` without a unit, take it from what is converted.
  fileprivate func sized(for array: AnyNDArray) throws(ArrayError) -> DType {
    let source = array.dtype
    switch kind {
    case .bytes where itemSize == 0:
      if source.kind == .string { return .bytes(source.itemSize / 4) }
      if source.kind == .bytes { return source }
      return .bytes(source.textWidth ?? source.itemSize)
    case .string where itemSize == 0:
      if source.kind == .string, isNative { return source }
      let count = source.kind == .string ? source.itemSize / 4 : source.textWidth ?? source.itemSize
      return DType.string(count).withByteOrder(byteOrder)
    case .void: return taking(lengthOf: source)
    case .datetime where dateUnit == .generic && (source.kind == .datetime || source.kind == .timedelta),
      .timedelta where dateUnit == .generic && (source.kind == .datetime || source.kind == .timedelta):
      let unit = source.dateUnit ?? .generic
      return (kind == .datetime ? DType.datetime(unit) : .timedelta(unit)).withByteOrder(byteOrder)
    case .datetime where dateUnit == .generic && (source.kind == .bytes || source.kind == .string),
      .timedelta where dateUnit == .generic && (source.kind == .bytes || source.kind == .string):
      let unit = try Conversion.dateUnit(ofText: array, isDatetime: kind == .datetime)
      return (kind == .datetime ? DType.datetime(unit) : .timedelta(unit)).withByteOrder(byteOrder)
    default: return self
    }
  }
}
