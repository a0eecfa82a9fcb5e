internal import CNumPyIOKernels

/// Comparisons element by element, which give truth values: a mask.
enum ElementComparison: Sendable {
  case equal, less, lessOrEqual, greater, greaterOrEqual

  /// The comparison that says the same with its operands in the other order, where loops know that one alone.
  private var mirrored: ElementComparison? {
    switch self {
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    case .equal, .less, .lessOrEqual: nil
    }
  }

  /// A mask of where two arrays of one dtype compare so, by NumPy's broadcasting.
  func mask(_ left: AnyNDArray, _ right: AnyNDArray, dtype: DType) throws(ArrayError) -> AnyNDArray {
    let (left, right) = try AnyNDArray.broadcast(left, right)
    if let mirrored { return try mirrored.mask(right, left, dtype: dtype) }
    if let made = try Elementwise.calculate(kernel, left, right, operands: dtype, results: .bool) { return made }
    switch (dtype.kind, dtype.itemSize) {
    #if !(os(macOS) && arch(x86_64))
      case (.float, 2): return try mask(Float16.self, left, right)
    #endif
    case (.complex, 8) where self == .equal: return try equal(NumberPair<Float>.self, left, right)
    case (.complex, 16) where self == .equal: return try equal(NumberPair<Double>.self, left, right)
    default: throw left.unsupported("comparison")
    }
  }

  /// The comparison as the loops in C know it.
  private var kernel: npyio_operation {
    switch self {
    case .equal: NPYIO_EQUAL
    case .less, .greater: NPYIO_LESS
    case .lessOrEqual, .greaterOrEqual: NPYIO_LESS_EQUAL
    }
  }

  private func mask<Item: BitwiseCopyable & Comparable & SendableMetatype>(
    _: Item.Type, _ left: AnyNDArray, _ right: AnyNDArray
  ) throws(ArrayError) -> AnyNDArray {
    // A loop for each, so that none asks in its midst which one it is.
    switch self {
    case .equal: return try Elementwise.map(Item.self, left, right, .bool) { $0 == $1 ? UInt8(1) : 0 }
    case .less, .greater: return try Elementwise.map(Item.self, left, right, .bool) { $0 < $1 ? UInt8(1) : 0 }
    case .lessOrEqual, .greaterOrEqual:
      return try Elementwise.map(Item.self, left, right, .bool) { $0 <= $1 ? UInt8(1) : 0 }
    }
  }

  private func equal<Part>(
    _: NumberPair<Part>.Type, _ left: AnyNDArray, _ right: AnyNDArray
  ) throws(ArrayError) -> AnyNDArray {
    try Elementwise.map(NumberPair<Part>.self, left, right, .bool) {
      $0.real == $1.real && $0.imaginary == $1.imaginary ? UInt8(1) : 0
    }
  }
}

extension NDArray {
  /// Where two arrays compare so.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes do not fit each other.
  func mask(_ comparison: ElementComparison, _ other: NDArray) throws(ArrayError) -> NDArray<Bool> {
    NDArray<Bool>(unchecked: try comparison.mask(untyped, other.untyped, dtype: Element.dtype))
  }

  /// The same for operators.
  static func mask(_ left: NDArray, _ comparison: ElementComparison, _ right: NDArray) -> NDArray<Bool> {
    do throws(ArrayError) { return try left.mask(comparison, right) } catch { fatalError(error.message) }
  }

  static func mask(_ left: NDArray, _ comparison: ElementComparison, _ right: Element) -> NDArray<Bool> {
    mask(left, comparison, NDArray(scalar: right))
  }

  static func mask(_ left: Element, _ comparison: ElementComparison, _ right: NDArray) -> NDArray<Bool> {
    mask(NDArray(scalar: left), comparison, right)
  }
}
