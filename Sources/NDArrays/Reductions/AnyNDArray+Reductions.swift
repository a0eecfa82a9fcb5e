extension AnyNDArray {
  /// The sum of all elements, or of those along an axis: NumPy's `sum`.
  ///
  /// Integers and truth values are summed in 64 bits, signed or unsigned as they are, and wrap around; other numbers
  /// keep their type. Floating-point sums are pairwise along the axis that is nearest in memory, with NumPy's bits.
  ///
  /// - Parameter axis: Counted from the end if negative; left out, all elements are summed to a 0-d array.
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `unsupported` for dtypes that are not numeric.
  public func sum(axis: Int? = nil) throws(ArrayError) -> AnyNDArray {
    let (array, buffered) = (reducible(), !dtype.isNative)
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _): return try array.reduced(IntegerSum<UInt8>(), axis, .int64)
    case (.signedInteger, 1): return try array.reduced(IntegerSum<Int8>(), axis, .int64)
    case (.signedInteger, 2): return try array.reduced(IntegerSum<Int16>(), axis, .int64)
    case (.signedInteger, 4): return try array.reduced(IntegerSum<Int32>(), axis, .int64)
    case (.signedInteger, 8): return try array.reduced(IntegerSum<Int64>(), axis, .int64)
    case (.unsignedInteger, 1): return try array.reduced(IntegerSum<UInt8>(), axis, .uint64)
    case (.unsignedInteger, 2): return try array.reduced(IntegerSum<UInt16>(), axis, .uint64)
    case (.unsignedInteger, 4): return try array.reduced(IntegerSum<UInt32>(), axis, .uint64)
    case (.unsignedInteger, 8): return try array.reduced(IntegerSum<UInt64>(), axis, .uint64)
    #if !(os(macOS) && arch(x86_64))
      case (.float, 2): return try array.summed(RealSum<Float16>(), buffered, axis, .float16)
    #endif
    case (.float, 4): return try array.summed(RealSum<Float>(), buffered, axis, .float32)
    case (.float, 8): return try array.summed(RealSum<Double>(), buffered, axis, .float64)
    case (.complex, 8): return try array.summed(ComplexSum<Float>(), buffered, axis, .complex64)
    case (.complex, 16): return try array.summed(ComplexSum<Double>(), buffered, axis, .complex128)
    default: throw unsupported("sum")
    }
  }

  /// The mean of all elements, or of those along an axis: NumPy's `mean`. Of nothing it is NaN.
  ///
  /// Integers and truth values give doubles; other numbers keep their type, half precision by way of single.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `unsupported` for dtypes that are not numeric.
  public func mean(axis: Int? = nil) throws(ArrayError) -> AnyNDArray {
    let array = reducible()
    let divisor = Double(try reducedCount(axis))
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _), (.unsignedInteger, 1): return try array.meanOfIntegers(UInt8.self, axis, divisor)
    case (.signedInteger, 1): return try array.meanOfIntegers(Int8.self, axis, divisor)
    case (.signedInteger, 2): return try array.meanOfIntegers(Int16.self, axis, divisor)
    case (.signedInteger, 4): return try array.meanOfIntegers(Int32.self, axis, divisor)
    case (.signedInteger, 8): return try array.meanOfIntegers(Int64.self, axis, divisor)
    case (.unsignedInteger, 2): return try array.meanOfIntegers(UInt16.self, axis, divisor)
    case (.unsignedInteger, 4): return try array.meanOfIntegers(UInt32.self, axis, divisor)
    case (.unsignedInteger, 8): return try array.meanOfIntegers(UInt64.self, axis, divisor)
    #if !(os(macOS) && arch(x86_64))
      case (.float, 2):
        let sums = try array.reduced(WideningSum<Float16>(), axis, .float32)
        let means = sums.mapped(Float.self, to: Float16.self, .float16) { Float16(Float(Double($0) / divisor)) }
        return means
    #endif
    default: return try sum(axis: axis).divided(by: divisor)
    }
  }

  /// The smallest element, or those along an axis: NumPy's `min`. NaN wins over any other.
  ///
  /// - Throws: ``ArrayError`` with code `badValue` if there are no elements to choose from, `axisOutOfRange`, or
  ///   `unsupported` for dtypes without an order.
  public func min(axis: Int? = nil) throws(ArrayError) -> AnyNDArray { try extremum(isMaximum: false, axis) }

  /// The largest element, or those along an axis: NumPy's `max`. NaN wins over any other.
  ///
  /// - Throws: ``ArrayError`` with code `badValue` if there are no elements to choose from, `axisOutOfRange`, or
  ///   `unsupported` for dtypes without an order.
  public func max(axis: Int? = nil) throws(ArrayError) -> AnyNDArray { try extremum(isMaximum: true, axis) }

  private func extremum(isMaximum: Bool, _ axis: Int?) throws(ArrayError) -> AnyNDArray {
    let length = try reducedCount(axis)
    let results = Layout.elementCount(try shapeWithout(axis)) ?? 1
    let isEmpty = length == 0 && results > 0
    guard !isEmpty else {
      throw ArrayError(
        .badValue,
        "zero-size array to reduction operation \(isMaximum ? "maximum" : "minimum") which has no identity")
    }
    let array = nativeByteOrder()
    let dtype = dtype.native
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _):
      // Any byte but zero is true; the results are looked at, not all elements.
      return try array.reduced(IntegerExtremum<UInt8>(isMaximum: isMaximum, last: isMaximum ? 1 : 0), axis, dtype)
        .normalizingBools()
    case (.unsignedInteger, 1): return try array.reduced(IntegerExtremum<UInt8>(isMaximum: isMaximum), axis, dtype)
    case (.signedInteger, 1): return try array.reduced(IntegerExtremum<Int8>(isMaximum: isMaximum), axis, dtype)
    case (.signedInteger, 2): return try array.reduced(IntegerExtremum<Int16>(isMaximum: isMaximum), axis, dtype)
    case (.signedInteger, 4): return try array.reduced(IntegerExtremum<Int32>(isMaximum: isMaximum), axis, dtype)
    case (.signedInteger, 8): return try array.reduced(IntegerExtremum<Int64>(isMaximum: isMaximum), axis, dtype)
    case (.unsignedInteger, 2): return try array.reduced(IntegerExtremum<UInt16>(isMaximum: isMaximum), axis, dtype)
    case (.unsignedInteger, 4): return try array.reduced(IntegerExtremum<UInt32>(isMaximum: isMaximum), axis, dtype)
    case (.unsignedInteger, 8): return try array.reduced(IntegerExtremum<UInt64>(isMaximum: isMaximum), axis, dtype)
    case (.datetime, _), (.timedelta, _): return try array.reduced(DateExtremum(isMaximum: isMaximum), axis, dtype)
    #if !(os(macOS) && arch(x86_64))
      case (.float, 2): return try array.reduced(RealExtremum<Float16>(isMaximum: isMaximum), axis, dtype)
    #endif
    case (.float, 4): return try array.reduced(RealExtremum<Float>(isMaximum: isMaximum), axis, dtype)
    case (.float, 8): return try array.reduced(RealExtremum<Double>(isMaximum: isMaximum), axis, dtype)
    case (.complex, 8): return try array.reduced(ComplexExtremum<Float>(isMaximum: isMaximum), axis, dtype)
    case (.complex, 16): return try array.reduced(ComplexExtremum<Double>(isMaximum: isMaximum), axis, dtype)
    default: throw unsupported(isMaximum ? "max" : "min")
    }
  }

  /// In this machine's byte order, truth values as 0 and 1.
  func reducible() -> AnyNDArray { nativeByteOrder().normalizingBools() }

  private func summed<R: Reducer>(
    _ reducer: R, _ buffered: Bool, _ axis: Int?, _ dtype: DType
  ) throws(ArrayError) -> AnyNDArray {
    buffered ? try reduced(BufferedSum(base: reducer), axis, dtype) : try reduced(reducer, axis, dtype)
  }

  func reduced<R: Reducer>(_ reducer: R, _ axis: Int?, _ dtype: DType) throws(ArrayError) -> AnyNDArray {
    guard let axis else { return try Reduction.whole(self, reducer, dtype: dtype) }
    return try Reduction.along(try Layout.normalized(axis, count: ndim), self, reducer, dtype: dtype)
  }

  /// How many elements become one.
  func reducedCount(_ axis: Int?) throws(ArrayError) -> Int {
    guard let axis else { return count }
    return shape[try Layout.normalized(axis, count: ndim)]
  }

  private func shapeWithout(_ axis: Int?) throws(ArrayError) -> [Int] {
    guard let axis else { return [] }
    var shape = shape
    shape.remove(at: try Layout.normalized(axis, count: ndim))
    return shape
  }

  private func meanOfIntegers<Item: RealItem>(
    _: Item.Type, _ axis: Int?, _ divisor: Double
  ) throws(ArrayError) -> AnyNDArray where Item.Value == Double {
    try reduced(WideningSum<Item>(), axis, .float64).divided(by: divisor)
  }

  /// Divides floating-point numbers in double precision, and rounds to their own type, as NumPy's `mean` does.
  func divided(by divisor: Double) throws(ArrayError) -> AnyNDArray {
    // NumPy's division of complex numbers multiplies by the inverse.
    let inverse = 1 / divisor
    switch dtype {
    #if !(os(macOS) && arch(x86_64))
      case .float16: return mapped(Float16.self, to: Float16.self, dtype) { Float16(Double($0) / divisor) }
    #endif
    case .float32: return mapped(Float.self, to: Float.self, dtype) { Float(Double($0) / divisor) }
    case .float64: return mapped(Double.self, to: Double.self, dtype) { $0 / divisor }
    case .complex64:
      return mapped(NumberPair<Float>.self, to: NumberPair<Float>.self, dtype) {
        let (real, imaginary) = (Double($0.real), Double($0.imaginary))
        return NumberPair(Float((real + imaginary * 0) * inverse), Float((imaginary - real * 0) * inverse))
      }
    case .complex128:
      return mapped(NumberPair<Double>.self, to: NumberPair<Double>.self, dtype) {
        NumberPair(($0.real + $0.imaginary * 0) * inverse, ($0.imaginary - $0.real * 0) * inverse)
      }
    default: throw unsupported("mean")
    }
  }

  /// A small C-ordered array, element by element.
  func mapped<From: BitwiseCopyable, To: BitwiseCopyable>(
    _: From.Type, to _: To.Type, _ dtype: DType, _ transform: (From) -> To
  ) -> AnyNDArray {
    let source = contiguous()
    let result = AnyNDArray(
      uncheckedDType: dtype, shape: shape, strides: Layout.strides(shape, itemSize: dtype.itemSize), offset: 0,
      storage: ArrayStorage(uninitializedByteCount: count * dtype.itemSize))
    for index in 0..<count {
      // Safe: both have `count` items of these sizes one after the other.
      unsafe result.storage.baseAddress.storeBytes(
        of: transform(
          source.firstElement.loadUnaligned(fromByteOffset: index * MemoryLayout<From>.size, as: From.self)),
        toByteOffset: index * MemoryLayout<To>.size, as: To.self)
    }
    extendLifetime(source.storage)
    return result
  }

  func unsupported(_ operation: String) -> ArrayError {
    ArrayError(.unsupported, "\(operation) is not supported for elements of \(dtype.name)")
  }
}
