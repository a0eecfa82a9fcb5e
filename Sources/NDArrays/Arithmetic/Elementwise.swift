internal import CNumPyIOKernels

/// Element by element through two arrays of one shape, on all cores; one of them may be a number that is repeated.
enum Elementwise {
  /// Two operands, a result, and the way through them.
  @safe private struct Walk: Sendable {
    let left: AnyNDArray
    let right: AnyNDArray
    let result: AnyNDArray
    let plan: ElementwisePlan

    /// - Parameter result: Where the results go; a new array in the operands' order of memory if left out.
    init(_ left: AnyNDArray, _ right: AnyNDArray, _ dtype: DType, into result: AnyNDArray? = nil) throws(ArrayError) {
      (self.left, self.right) = (left, right)
      if let result {
        self.result = result
      } else {
        self.result = try AnyNDArray(
          uninitialized: left.shape, dtype: dtype,
          strides: ElementwisePlan.resultStrides(
            left.shape, itemSize: dtype.itemSize, left.strides, right.strides))
      }
      plan = ElementwisePlan(
        shape: left.shape, left: left.strides, right: right.strides, result: self.result.strides)
    }

    /// Calls `body` with the addresses of the first elements of each part, and the part.
    @inline(__always)
    func forEachPart(
      _ body: @Sendable (UnsafeRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer, ElementwisePlan.Part) -> Void
    ) {
      if result.count == 0 { return }
      let size = left.dtype.itemSize + right.dtype.itemSize + result.dtype.itemSize
      plan.forEachPart(bytesEach: size) { part in
        // Safe: the plan's parts lie within the arrays, which this walk holds; the result is nobody else's, or the left
        // operand, each element of which is read before the result takes its place.
        unsafe body(
          left.firstElement + part.left, right.firstElement + part.right,
          result.storage.baseAddress + (result.offset + part.result), part)
      }
      extendLifetime(left.storage)
      extendLifetime(right.storage)
      extendLifetime(result.storage)
    }
  }

  /// What an operation of the loops in C makes of two arrays of one native dtype; `nil` if they have none for it.
  ///
  /// - Parameter result: Where the results go, which may be `left`; a new array if left out.
  static func calculate(
    _ operation: npyio_operation, _ left: AnyNDArray, _ right: AnyNDArray, operands: DType, results: DType,
    into result: AnyNDArray? = nil
  ) throws(ArrayError) -> AnyNDArray? {
    guard let type = operands.kernel, hasLoop(operation, type) else { return nil }
    if left.shape.isEmpty, right.shape.isEmpty {
      return single(operation, type, left, right, results, into: result)
    }
    let walk = try Walk(left, right, results, into: result)
    let (inner, width) = (walk.plan.inner, npyio_vector_width())
    // Safe: the loop reads and writes the elements of a part, whose steps are those of the plan.
    unsafe walk.forEachPart { left, right, result, part in
      _ = unsafe npyio_elementwise(
        operation, type, width, npyio_operand(items: left, step: inner.left),
        npyio_operand(items: right, step: inner.right), result, inner.result, part.count)
    }
    return walk.result
  }

  /// What an operation makes of two arrays without axes, which need no way through them.
  private static func single(
    _ operation: npyio_operation, _ type: npyio_number, _ left: AnyNDArray, _ right: AnyNDArray, _ dtype: DType,
    into given: AnyNDArray?
  ) -> AnyNDArray {
    let result =
      given
      ?? AnyNDArray(
        uncheckedDType: dtype, shape: [], strides: [], offset: 0,
        storage: ArrayStorage(uninitializedByteCount: dtype.itemSize))
    // Safe: each array has one element, and the result is nobody else's, or the left operand.
    _ = unsafe npyio_elementwise(
      operation, type, npyio_vector_width(), npyio_operand(items: left.firstElement, step: 0),
      npyio_operand(items: right.firstElement, step: 0), result.storage.baseAddress + result.offset, 0, 1)
    extendLifetime(left.storage)
    extendLifetime(right.storage)
    extendLifetime(result.storage)
    return result
  }

  /// Whether there is a loop for an operation on a type.
  private static func hasLoop(_ operation: npyio_operation, _ type: npyio_number) -> Bool {
    // Safe: of no elements nothing is read or written.
    unsafe Kernels.know { address in
      let operand = unsafe npyio_operand(items: address, step: 0)
      return unsafe npyio_elementwise(operation, type, npyio_vector_width(), operand, operand, address, 0, 0)
    }
  }

  /// The operation on two arrays of one native dtype and one shape.
  ///
  /// - Parameter result: Where the results go, which may be `left` and is nobody else's; a new array if left out.
  static func calculate(
    _ operation: ArithmeticOperation, _ left: AnyNDArray, _ right: AnyNDArray, dtype: DType,
    into result: AnyNDArray? = nil
  ) throws(ArrayError) -> AnyNDArray {
    if let made = try calculate(operation.kernel, left, right, operands: dtype, results: dtype, into: result) {
      return made
    }
    switch (dtype.kind, dtype.itemSize) {
    #if !(os(macOS) && arch(x86_64))
      case (.float, 2): return try calculate(operation, Float16.self, left, right, dtype, into: result)
    #endif
    case (.complex, 8): return try calculate(operation, NumberPair<Float>.self, left, right, dtype, into: result)
    case (.complex, 16): return try calculate(operation, NumberPair<Double>.self, left, right, dtype, into: result)
    default: throw left.unsupported("arithmetic")
    }
  }

  private static func calculate<Item: ArithmeticItem>(
    _ operation: ArithmeticOperation, _: Item.Type, _ left: AnyNDArray, _ right: AnyNDArray, _ dtype: DType,
    into result: AnyNDArray?
  ) throws(ArrayError) -> AnyNDArray {
    // A loop for each operation, so that none asks in its midst which one it is.
    switch operation {
    case .sum: try map(Item.self, left, right, dtype, into: result) { Item.calculate(.sum, $0, $1) }
    case .difference: try map(Item.self, left, right, dtype, into: result) { Item.calculate(.difference, $0, $1) }
    case .product: try map(Item.self, left, right, dtype, into: result) { Item.calculate(.product, $0, $1) }
    case .quotient: try map(Item.self, left, right, dtype, into: result) { Item.calculate(.quotient, $0, $1) }
    }
  }

  /// What `transform` makes of the items of two arrays of one shape.
  ///
  /// - Parameter result: Where the results go, which may be `left`; a new array if left out.
  @inline(__always)
  static func map<Item: BitwiseCopyable, Result: BitwiseCopyable>(
    _: Item.Type, _ left: AnyNDArray, _ right: AnyNDArray, _ dtype: DType, into result: AnyNDArray? = nil,
    _ transform: @Sendable (Item, Item) -> Result
  ) throws(ArrayError) -> AnyNDArray {
    let walk = try Walk(left, right, dtype, into: result)
    let inner = walk.plan.inner
    // Safe: the elements of a part, whose steps are those of the plan, are as large as the types say.
    unsafe walk.forEachPart { left, right, result, part in
      for index in 0..<part.count {
        let item = unsafe transform(
          left.loadUnaligned(fromByteOffset: index &* inner.left, as: Item.self),
          right.loadUnaligned(fromByteOffset: index &* inner.right, as: Item.self))
        unsafe result.storeBytes(of: item, toByteOffset: index &* inner.result, as: Result.self)
      }
    }
    return walk.result
  }
}
