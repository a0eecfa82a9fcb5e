internal import ParallelLoops

/// Element by element through two arrays, on all cores.
enum Elementwise {
  /// The operation on two arrays of one native dtype and one shape; one of them may be a broadcast scalar.
  ///
  /// - Parameter inPlace: Whether the result takes the memory of `left`, which is in C order and nobody else's.
  static func calculate(
    _ operation: ArithmeticOperation, _ left: AnyNDArray, _ right: AnyNDArray, dtype: DType, inPlace: Bool = false
  ) throws(ArrayError) -> AnyNDArray {
    switch (dtype.kind, dtype.itemSize) {
    case (.signedInteger, 1), (.unsignedInteger, 1):
      return try calculate(operation, UInt8.self, left, right, dtype, inPlace)
    case (.signedInteger, 2), (.unsignedInteger, 2):
      return try calculate(operation, UInt16.self, left, right, dtype, inPlace)
    case (.signedInteger, 4), (.unsignedInteger, 4):
      return try calculate(operation, UInt32.self, left, right, dtype, inPlace)
    case (.signedInteger, 8), (.unsignedInteger, 8):
      return try calculate(operation, UInt64.self, left, right, dtype, inPlace)
    #if !(os(macOS) && arch(x86_64))
      case (.float, 2): return try calculate(operation, Float16.self, left, right, dtype, inPlace)
    #endif
    case (.float, 4): return try calculate(operation, Float.self, left, right, dtype, inPlace)
    case (.float, 8): return try calculate(operation, Double.self, left, right, dtype, inPlace)
    case (.complex, 8): return try calculate(operation, NumberPair<Float>.self, left, right, dtype, inPlace)
    case (.complex, 16): return try calculate(operation, NumberPair<Double>.self, left, right, dtype, inPlace)
    default: throw left.unsupported("arithmetic")
    }
  }

  private static func calculate<Item: ArithmeticItem>(
    _ operation: ArithmeticOperation, _: Item.Type, _ left: AnyNDArray, _ right: AnyNDArray, _ dtype: DType,
    _ inPlace: Bool
  ) throws(ArrayError) -> AnyNDArray {
    let result = inPlace ? left : try AnyNDArray(uninitialized: left.shape, dtype: dtype)
    // A loop for each operation, so that none asks in its midst which one it is.
    switch operation {
    case .sum: map(Item.self, left, right, into: result) { Item.calculate(.sum, $0, $1) }
    case .difference: map(Item.self, left, right, into: result) { Item.calculate(.difference, $0, $1) }
    case .product: map(Item.self, left, right, into: result) { Item.calculate(.product, $0, $1) }
    case .quotient: map(Item.self, left, right, into: result) { Item.calculate(.quotient, $0, $1) }
    }
    return result
  }

  /// A new C-ordered array of what `transform` makes of the items of two arrays of one shape.
  @inline(__always)
  static func map<Item: BitwiseCopyable, Result: BitwiseCopyable>(
    _: Item.Type, _ left: AnyNDArray, _ right: AnyNDArray, _ dtype: DType,
    _ transform: @Sendable (Item, Item) -> Result
  ) throws(ArrayError) -> AnyNDArray {
    let result = try AnyNDArray(uninitialized: left.shape, dtype: dtype)
    map(Item.self, left, right, into: result, transform)
    return result
  }

  /// Writes what `transform` makes of the items of two arrays of one shape into one in C order, which may be `left`.
  @inline(__always)
  private static func map<Item: BitwiseCopyable, Result: BitwiseCopyable>(
    _: Item.Type, _ left: AnyNDArray, _ right: AnyNDArray, into result: AnyNDArray,
    _ transform: @Sendable (Item, Item) -> Result
  ) {
    let (a, b) = (Operand(left), Operand(right))
    let size = MemoryLayout<Item>.size
    Parallel.forEachRange(of: result.count, grain: 1 << 15) { (range: Range<Int>) throws(Never) in
      // Safe: the operands are packed, with an item for every place of the result, or one for all; the result is nobody
      // else's, and each of its items is written after those of the operands at its place are read.
      let from = unsafe a.array.firstElement
      let other = unsafe b.array.firstElement
      let target = unsafe result.storage.baseAddress + result.offset
      switch (a.isScalar, b.isScalar) {
      case (false, false):
        for index in range {
          let item = unsafe transform(
            from.loadUnaligned(fromByteOffset: index * size, as: Item.self),
            other.loadUnaligned(fromByteOffset: index * size, as: Item.self))
          unsafe target.storeBytes(of: item, toByteOffset: index * MemoryLayout<Result>.size, as: Result.self)
        }
      case (false, true):
        let right = unsafe other.loadUnaligned(as: Item.self)
        for index in range {
          let item = unsafe transform(from.loadUnaligned(fromByteOffset: index * size, as: Item.self), right)
          unsafe target.storeBytes(of: item, toByteOffset: index * MemoryLayout<Result>.size, as: Result.self)
        }
      default:
        let left = unsafe from.loadUnaligned(as: Item.self)
        for index in range {
          let item = unsafe transform(
            left, other.loadUnaligned(fromByteOffset: b.isScalar ? 0 : index * size, as: Item.self))
          unsafe target.storeBytes(of: item, toByteOffset: index * MemoryLayout<Result>.size, as: Result.self)
        }
      }
    }
    extendLifetime(a.array.storage)
    extendLifetime(b.array.storage)
    extendLifetime(result.storage)
  }

  /// Packed, or one item that represents all.
  private struct Operand: Sendable {
    let array: AnyNDArray
    let isScalar: Bool
    init(_ array: AnyNDArray) {
      isScalar = array.count > 1 && array.strides.allSatisfy { $0 == 0 }
      self.array = isScalar ? array : array.contiguous()
    }
  }
}
