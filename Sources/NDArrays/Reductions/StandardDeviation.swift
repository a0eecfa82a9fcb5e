internal import ParallelLoops

extension AnyNDArray {
  /// The standard deviation of all elements, or of those along an axis: NumPy's `std`. Of nothing it is NaN.
  ///
  /// In two passes, as NumPy: the mean, then the mean of the squared deviations, for which a copy of the array's size
  /// is made where they are not all in one run in memory. For one pass over data that does not fit memory see ``RunningStatistics``.
  ///
  /// - Parameters:
  ///   - axis: Counted from the end if negative; left out, all elements are taken.
  ///   - ddof: What is taken from the number of elements in the division: 1 for a sample's estimate.
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`, or `unsupported` for dtypes that are not numeric.
  public func std(axis: Int? = nil, ddof: Int = 0) throws(ArrayError) -> AnyNDArray {
    let array = reducible()
    let count = try reducedCount(axis)
    var mean: AnyNDArray
    if dtype.kind == .float || dtype.kind == .complex {
      // Not `mean()`: that would sum half precision in single.
      mean = try array.sum(axis: axis).divided(by: Double(count))
    } else {
      mean = try array.mean(axis: axis)
    }
    let (freedom, overflow) = count.subtractingReportingOverflow(ddof)
    // Only a negative `ddof` overflows.
    let divisor = overflow ? Double(count) - Double(ddof) : Double(Swift.max(0, freedom))
    let sum: AnyNDArray
    if axis == nil, let run = array.sumOfSquaredDeviationsInOneRun(from: mean) {
      sum = run
    } else {
      if let axis { mean = mean.addingAxis(at: try Layout.normalized(axis, count: ndim)) }
      sum = try array.squaredDeviations(from: mean.broadcast(to: shape)).sum(axis: axis)
    }
    let variance = try sum.divided(by: divisor)
    switch variance.dtype {
    #if !(os(macOS) && arch(x86_64))
      case .float16:
        return variance.mapped(Float16.self, to: Float16.self, .float16) { Float16(Float($0).squareRoot()) }
    #endif
    case .float32: return variance.mapped(Float.self, to: Float.self, .float32) { $0.squareRoot() }
    default: return variance.mapped(Double.self, to: Double.self, .float64) { $0.squareRoot() }
    }
  }

  /// The sum of all squared distances, without storing them; `nil` unless the elements make a single run, in which
  /// they are summed in the very order in which the copy would be.
  private func sumOfSquaredDeviationsInOneRun(from mean: AnyNDArray) -> AnyNDArray? {
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _), (.unsignedInteger, 1): return sumOfSquares(UInt8.self, mean, .float64)
    case (.signedInteger, 1): return sumOfSquares(Int8.self, mean, .float64)
    case (.signedInteger, 2): return sumOfSquares(Int16.self, mean, .float64)
    case (.signedInteger, 4): return sumOfSquares(Int32.self, mean, .float64)
    case (.signedInteger, 8): return sumOfSquares(Int64.self, mean, .float64)
    case (.unsignedInteger, 2): return sumOfSquares(UInt16.self, mean, .float64)
    case (.unsignedInteger, 4): return sumOfSquares(UInt32.self, mean, .float64)
    case (.unsignedInteger, 8): return sumOfSquares(UInt64.self, mean, .float64)
    case (.float, 4): return sumOfSquares(Float.self, mean, .float32)
    case (.float, 8): return sumOfSquares(Double.self, mean, .float64)
    // Half precision rounds each square, complex numbers have two parts.
    default: return nil
    }
  }

  private func sumOfSquares<Item: RealItem>(_: Item.Type, _ mean: AnyNDArray, _ dtype: DType) -> AnyNDArray? {
    let plan = LoopPlan(shape: shape, first: strides, second: strides)
    guard count > 0, plan.inner.count == count else { return nil }
    // Safe: the one row holds all elements of this array, which is held until the end; the mean is one of the items'
    // `Value`, as `std` made it.
    let run = unsafe ItemRun<Item>(firstElement + plan.firstOffset, step: plan.inner.first, count: count)
    let center = unsafe mean.firstElement.loadUnaligned(as: Item.Value.self)
    let sum = PairwiseSum.sum(SquaredDeviations(run: run, mean: center), onAllCores: true)
    extendLifetime(storage)
    let result = AnyNDArray(
      uncheckedDType: dtype, shape: [], strides: [], offset: 0,
      storage: ArrayStorage(uninitializedByteCount: MemoryLayout<Item.Value>.size))
    // Safe: the result is new and as large as the sum.
    unsafe result.storage.baseAddress.storeBytes(of: sum, as: Item.Value.self)
    return result
  }

  /// The squared distance of every element to its mean, packed, in this array's order of memory.
  private func squaredDeviations(from mean: AnyNDArray) throws(ArrayError) -> AnyNDArray {
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _), (.unsignedInteger, _), (.signedInteger, _), (.float, 8):
      return try squares(in: .float64, mean)
    case (.float, 4): return try squares(in: .float32, mean)
    case (.float, 2): return try squares(in: .float16, mean)
    case (.complex, 8):
      return try squares(NumberPair<Float>.self, NumberPair<Float>.self, mean, .float32) {
        let part = $0 - $1
        return part.real * part.real + part.imaginary * part.imaginary
      }
    case (.complex, 16):
      return try squares(NumberPair<Double>.self, NumberPair<Double>.self, mean, .float64) {
        let part = $0 - $1
        return part.real * part.real + part.imaginary * part.imaginary
      }
    default: throw unsupported("std")
    }
  }

  /// The squares by NumPy's own steps: the elements as floats, less the mean, times themselves.
  private func squares(in dtype: DType, _ mean: AnyNDArray) throws(ArrayError) -> AnyNDArray {
    let result = try packedLike(dtype)
    if self.dtype != dtype { try Conversion.convert(self, into: result) }
    let elements = self.dtype == dtype ? self : result
    _ = try Elementwise.calculate(.difference, elements, mean, dtype: dtype, into: result)
    return try Elementwise.calculate(.product, result, result, dtype: dtype, into: result)
  }

  @inline(__always)
  private func squares<Item: BitwiseCopyable, Mean: BitwiseCopyable, Square: BitwiseCopyable>(
    _: Item.Type, _: Mean.Type, _ mean: AnyNDArray, _ dtype: DType, _ square: @Sendable (Item, Mean) -> Square
  ) throws(ArrayError) -> AnyNDArray {
    let result = try packedLike(dtype)
    guard count > 0 else { return result }
    // The plan visits this array in its order of memory, in which the result is packed.
    let plan = LoopPlan(shape: shape, first: strides, second: mean.strides)
    let inner = plan.inner
    var done = 0
    plan.forEachRow { offset, other in
      let start = done
      Parallel.forEachRange(of: inner.count, grain: 1 << 15) { (range: Range<Int>) throws(Never) in
        // Safe: the plan's rows lie within both arrays, which are held until the end of this function; the result is
        // new, and as many items long as the rows together.
        let items = unsafe firstElement + plan.firstOffset + offset
        let means = unsafe mean.firstElement + plan.secondOffset + other
        let target = unsafe result.storage.baseAddress + start * MemoryLayout<Square>.size
        if inner.first == MemoryLayout<Item>.size, inner.second == 0 {
          // Spelled apart so that the compiler sees the unit stride.
          let mean = unsafe means.loadUnaligned(as: Mean.self)
          for index in range {
            let item = unsafe items.loadUnaligned(fromByteOffset: index * MemoryLayout<Item>.size, as: Item.self)
            unsafe target.storeBytes(
              of: square(item, mean), toByteOffset: index * MemoryLayout<Square>.size, as: Square.self)
          }
          return
        }
        for index in range {
          let item = unsafe items.loadUnaligned(fromByteOffset: index * inner.first, as: Item.self)
          let mean = unsafe means.loadUnaligned(fromByteOffset: index * inner.second, as: Mean.self)
          unsafe target.storeBytes(
            of: square(item, mean), toByteOffset: index * MemoryLayout<Square>.size, as: Square.self)
        }
      }
      done += inner.count
    }
    extendLifetime(storage)
    extendLifetime(mean.storage)
    return result
  }

  /// A new array of this shape, packed, with its axes in this array's order of memory, backwards ones too.
  private func packedLike(_ dtype: DType) throws(ArrayError) -> AnyNDArray {
    let byteCount = try AnyNDArray.check(shape: shape, itemSize: dtype.itemSize)
    try ArrayStorage.requireRoom(for: byteCount)
    // Stable, as `LoopPlan` sorts: the largest stride outermost.
    let order = shape.indices.sorted {
      (strides[$0].magnitude, $1) > (strides[$1].magnitude, $0)
    }
    var steps = [Int](repeating: 0, count: ndim)
    var offset = 0
    var step = dtype.itemSize
    for axis in order.reversed() {
      let isBackwards = strides[axis] < 0 && shape[axis] > 1
      steps[axis] = isBackwards ? -step : step
      if isBackwards { offset += (shape[axis] - 1) * step }
      step *= Swift.max(1, shape[axis])
    }
    return AnyNDArray(
      uncheckedDType: dtype, shape: shape, strides: steps, offset: count == 0 ? 0 : offset,
      storage: ArrayStorage(uninitializedByteCount: byteCount))
  }
}
