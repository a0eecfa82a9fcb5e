extension AnyNDArray {
  /// The sum of all elements, or of those along an axis: NumPy's `sum`.
  ///
  /// Integers and truth values are summed in 64 bits, signed or unsigned as they are, and wrap around; other numbers
  /// keep their type. Floating-point sums are pairwise along the axis that is nearest in memory, with NumPy's bits.
  ///
  /// - Parameter axis: Counted from the end if negative; left out, all elements are summed to a 0-d array.
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `unsupported` for dtypes that are not numeric.
  public func sum(axis: Int? = nil) throws(ArrayError) -> AnyNDArray {
    guard let sum = Reduction.sum(of: dtype) else { throw unsupported("sum") }
    return try reducible().reduced(sum, axis)
  }

  /// The mean of all elements, or of those along an axis: NumPy's `mean`. Of nothing it is NaN.
  ///
  /// Integers and truth values give doubles; other numbers keep their type, half precision by way of single.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `unsupported` for dtypes that are not numeric.
  public func mean(axis: Int? = nil) throws(ArrayError) -> AnyNDArray {
    let divisor = Double(try reducedCount(axis))
    guard let widening = Reduction.wideningSum(of: dtype) else { return try sum(axis: axis).divided(by: divisor) }
    let sums = try reducible().reduced(widening, axis)
    #if !(os(macOS) && arch(x86_64))
      if dtype.kind == .float {
        return sums.mapped(Float.self, to: Float16.self, .float16) { Float16(Float(Double($0) / divisor)) }
      }
    #endif
    return try sums.divided(by: divisor)
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
    guard let extremum = Reduction.extremum(of: dtype, isMaximum: isMaximum) else {
      throw unsupported(isMaximum ? "max" : "min")
    }
    let extremes = try nativeByteOrder().reduced(extremum, axis)
    // Any byte but zero is true; the results are looked at, not all elements.
    return dtype.kind == .bool ? extremes.normalizingBools() : extremes
  }

  /// In this machine's byte order, truth values as 0 and 1.
  func reducible() -> AnyNDArray { nativeByteOrder().normalizingBools() }

  private func reduced(_ reduction: Reduction, _ axis: Int?) throws(ArrayError) -> AnyNDArray {
    guard let axis else { return try reduction.whole(self) }
    return try reduction.along(try Layout.normalized(axis, count: ndim), self)
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
