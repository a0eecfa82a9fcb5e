internal import ParallelLoops

/// The matrix product, as tight as multiplication: `a • b`.
infix operator • : MultiplicationPrecedence

/// The matrix product: NumPy's `a @ b`.
///
/// ```swift
/// let c = try matmul(NDArray<Double>(zeros: 2, 3), NDArray<Double>(zeros: 3, 4))     // shape [2, 4]
/// ```
///
/// Two axes are a matrix, one axis is a row on the left and a column on the right, further axes are batches that are
/// repeated to fit each other. The elements keep their type: integers wrap around, of truth values the product is
/// "and" and the sum "or", `Float16` is summed in single precision. Any strides will do; large products are packed,
/// use the widest vectors of the processor, and all cores.
///
/// - Throws: ``ArrayError`` with code `shapeMismatch` if the inner lengths differ, the batches do not fit, or an array
///   has no axes.
public func matmul<Element>(
  _ left: NDArray<Element>, _ right: NDArray<Element>
) throws(ArrayError) -> NDArray<Element> {
  NDArray(unchecked: try MatrixMultiplication.product(left.untyped, right.untyped, dtype: Element.dtype))
}

/// The matrix product of arrays of any numeric dtypes: NumPy's `a @ b`. The result's dtype is NumPy's: that in which
/// both fit.
///
/// - Throws: ``ArrayError`` with code `shapeMismatch` as for typed arrays, and `unsupported` if a dtype is not numeric
///   (or a `longdouble`).
public func matmul(_ left: AnyNDArray, _ right: AnyNDArray) throws(ArrayError) -> AnyNDArray {
  let dtype = try left.dtype.promoted(with: right.dtype)
  return try MatrixMultiplication.product(left, right, dtype: dtype)
}

extension NDArray {
  /// The matrix product: NumPy's `a @ b`; see ``matmul(_:_:)-(NDArray<Element>,_)``.
  ///
  /// - Precondition: The shapes fit. For shapes that come from files or users use `matmul`, which throws.
  public static func • (left: NDArray, right: NDArray) -> NDArray {
    do throws(ArrayError) { return try matmul(left, right) } catch { fatalError(error.message) }
  }
}

extension AnyNDArray {
  /// The matrix product: NumPy's `a @ b`; see ``matmul(_:_:)-(AnyNDArray,_)``.
  ///
  /// - Precondition: The shapes fit and the dtypes are numeric. For arrays that come from files or users use `matmul`,
  ///   which throws.
  public static func • (left: AnyNDArray, right: AnyNDArray) -> AnyNDArray {
    do throws(ArrayError) { return try matmul(left, right) } catch { fatalError(error.message) }
  }
}

/// From arrays to matrices: shapes, dtypes, batches.
enum MatrixMultiplication {
  static func product(_ left: AnyNDArray, _ right: AnyNDArray, dtype: DType) throws(ArrayError) -> AnyNDArray {
    if let wide = summingDType(of: dtype) {
      let (left, right) = (try left.asType(wide, casting: .unsafe), try right.asType(wide, casting: .unsafe))
      let isInOrder = dtype.kind == .float
      return try product(MatrixShapes(left, right), wide, isInOrder: isInOrder).asType(dtype, casting: .unsafe)
    }
    return try product(MatrixShapes(left.converted(toNative: dtype), right.converted(toNative: dtype)), dtype)
  }

  /// What numbers become that are summed in wider ones; `nil` for others.
  private static func summingDType(of dtype: DType) -> DType? {
    switch (dtype.kind, dtype.itemSize) {
    // How many places are true in both: a sum that may be rounded, but never to zero.
    case (.bool, _): .float32
    // No processor multiplies vectors of bytes; the lower byte of a 16-bit product is the wrapped one.
    case (.signedInteger, 1), (.unsignedInteger, 1): .uint16
    #if !(os(macOS) && arch(x86_64))
      // As NumPy does: products and sums in single precision, rounded once.
      case (.float, 2): .float32
    #endif
    default: nil
    }
  }

  private static func product(
    _ shapes: MatrixShapes, _ dtype: DType, isInOrder: Bool = false
  ) throws(ArrayError) -> AnyNDArray {
    switch (dtype.kind, dtype.itemSize) {
    case (.signedInteger, 2), (.unsignedInteger, 2): return try product(shapes, dtype, UInt16.self)
    case (.signedInteger, 4), (.unsignedInteger, 4): return try product(shapes, dtype, UInt32.self)
    case (.signedInteger, 8), (.unsignedInteger, 8): return try product(shapes, dtype, UInt64.self)
    case (.float, 4): return try product(shapes, dtype, Float.self, isInOrder)
    case (.float, 8): return try product(shapes, dtype, Double.self)
    case (.complex, 8): return try product(shapes, dtype, Float.self)
    case (.complex, 16): return try product(shapes, dtype, Double.self)
    default: throw ArrayError(.unsupported, "matmul is not supported for elements of \(dtype.name)")
    }
  }

  private static func product<Item: TileScalar>(
    _ shapes: MatrixShapes, _ dtype: DType, _: Item.Type, _ isInOrder: Bool = false
  ) throws(ArrayError) -> AnyNDArray {
    let result = try AnyNDArray(uninitialized: shapes.result, dtype: dtype)
    guard result.count > 0 else { return result }
    let axis = shapes.left.ndim - 2
    let (rows, steps, columns) = (
      shapes.left.shape[axis], shapes.left.shape[axis + 1], shapes.right.shape[axis + 1]
    )
    guard steps > 0 else { return try AnyNDArray(zeros: shapes.result, dtype: dtype) }
    let size = rows * columns
    let batches = result.count / size
    // Small matrices: a worker takes whole ones. Large ones: all workers share each.
    let work = Double(size) * Double(steps)
    let sharesBatches = batches > 1 && work < 4_000_000
    let multiply = { @Sendable (batch: Int) in
      let factors = shapes.factors(of: batch)
      // Safe: the result is new, held by this function, and has `size` elements for every batch.
      let start = unsafe (result.storage.baseAddress + batch * size * dtype.itemSize)
        .assumingMemoryBound(to: Item.self)
      let target = unsafe MatrixTarget(start)
      MatrixProduct<Item>(
        left: factors.left, right: factors.right, isComplex: dtype.kind == .complex,
        isSummedInOrder: isInOrder, onAllCores: !sharesBatches
      ).write(to: target)
    }
    if sharesBatches {
      Parallel.forEachRange(of: batches, grain: 1 + Int(100_000 / work)) {
        (range: Range<Int>) throws(Never) in
        for batch in range { multiply(batch) }
      }
    } else {
      for batch in 0..<batches { multiply(batch) }
    }
    extendLifetime(shapes.left.storage)
    extendLifetime(shapes.right.storage)
    return result
  }
}

extension AnyNDArray {
  /// The array in a native dtype that every one of its values fits.
  func converted(toNative target: DType) throws(ArrayError) -> AnyNDArray {
    if dtype == target { return self }
    if dtype.native == target { return nativeByteOrder() }
    return try asType(target, casting: .sameKind)
  }
}
