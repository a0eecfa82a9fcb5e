extension Reduction {
  /// The sum of numbers of a dtype; `nil` if they are not numeric. The array to sum is in the processor's byte order.
  static func sum(of dtype: DType) -> Reduction? {
    let isBuffered = !dtype.isNative
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _): return Reduction(reducer: Reducer(IntegerSum<UInt8>()), dtype: .int64)
    case (.signedInteger, 1): return Reduction(reducer: Reducer(IntegerSum<Int8>()), dtype: .int64)
    case (.signedInteger, 2): return Reduction(reducer: Reducer(IntegerSum<Int16>()), dtype: .int64)
    case (.signedInteger, 4): return Reduction(reducer: Reducer(IntegerSum<Int32>()), dtype: .int64)
    case (.signedInteger, 8): return Reduction(reducer: Reducer(IntegerSum<Int64>()), dtype: .int64)
    case (.unsignedInteger, 1): return Reduction(reducer: Reducer(IntegerSum<UInt8>()), dtype: .uint64)
    case (.unsignedInteger, 2): return Reduction(reducer: Reducer(IntegerSum<UInt16>()), dtype: .uint64)
    case (.unsignedInteger, 4): return Reduction(reducer: Reducer(IntegerSum<UInt32>()), dtype: .uint64)
    case (.unsignedInteger, 8): return Reduction(reducer: Reducer(IntegerSum<UInt64>()), dtype: .uint64)
    #if !(os(macOS) && arch(x86_64))
      case (.float, 2): return Reduction(reducer: Reducer(RealSum<Float16>()), dtype: .float16, isBuffered: isBuffered)
    #endif
    case (.float, 4): return Reduction(reducer: Reducer(RealSum<Float>()), dtype: .float32, isBuffered: isBuffered)
    case (.float, 8): return Reduction(reducer: Reducer(RealSum<Double>()), dtype: .float64, isBuffered: isBuffered)
    case (.complex, 8):
      return Reduction(reducer: Reducer(ComplexSum<Float>()), dtype: .complex64, isBuffered: isBuffered)
    case (.complex, 16):
      return Reduction(reducer: Reducer(ComplexSum<Double>()), dtype: .complex128, isBuffered: isBuffered)
    default: return nil
    }
  }

  /// The sum for means, of numbers that NumPy sums in a wider type than their own: integers as doubles, half precision as single;
  /// `nil` for others.
  static func wideningSum(of dtype: DType) -> Reduction? {
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _), (.unsignedInteger, 1): return Reduction(reducer: Reducer(WideningSum<UInt8>()), dtype: .float64)
    case (.signedInteger, 1): return Reduction(reducer: Reducer(WideningSum<Int8>()), dtype: .float64)
    case (.signedInteger, 2): return Reduction(reducer: Reducer(WideningSum<Int16>()), dtype: .float64)
    case (.signedInteger, 4): return Reduction(reducer: Reducer(WideningSum<Int32>()), dtype: .float64)
    case (.signedInteger, 8): return Reduction(reducer: Reducer(WideningSum<Int64>()), dtype: .float64)
    case (.unsignedInteger, 2): return Reduction(reducer: Reducer(WideningSum<UInt16>()), dtype: .float64)
    case (.unsignedInteger, 4): return Reduction(reducer: Reducer(WideningSum<UInt32>()), dtype: .float64)
    case (.unsignedInteger, 8): return Reduction(reducer: Reducer(WideningSum<UInt64>()), dtype: .float64)
    #if !(os(macOS) && arch(x86_64))
      case (.float, 2): return Reduction(reducer: Reducer(WideningSum<Float16>()), dtype: .float32)
    #endif
    default: return nil
    }
  }

  /// The smallest or largest of elements of a dtype; `nil` if they have no order. Of truth values it is any byte that is true or false.
  static func extremum(of dtype: DType, isMaximum: Bool) -> Reduction? {
    reducer(ofExtremum: dtype, isMaximum).map { Reduction(reducer: $0, dtype: dtype.native) }
  }

  private static func reducer(ofExtremum dtype: DType, _ isMaximum: Bool) -> Reducer? {
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _): return Reducer(IntegerExtremum<UInt8>(isMaximum: isMaximum, last: isMaximum ? 1 : 0))
    case (.unsignedInteger, 1): return Reducer(IntegerExtremum<UInt8>(isMaximum: isMaximum))
    case (.signedInteger, 1): return Reducer(IntegerExtremum<Int8>(isMaximum: isMaximum))
    case (.signedInteger, 2): return Reducer(IntegerExtremum<Int16>(isMaximum: isMaximum))
    case (.signedInteger, 4): return Reducer(IntegerExtremum<Int32>(isMaximum: isMaximum))
    case (.signedInteger, 8): return Reducer(IntegerExtremum<Int64>(isMaximum: isMaximum))
    case (.unsignedInteger, 2): return Reducer(IntegerExtremum<UInt16>(isMaximum: isMaximum))
    case (.unsignedInteger, 4): return Reducer(IntegerExtremum<UInt32>(isMaximum: isMaximum))
    case (.unsignedInteger, 8): return Reducer(IntegerExtremum<UInt64>(isMaximum: isMaximum))
    case (.datetime, _), (.timedelta, _): return Reducer(DateExtremum(isMaximum: isMaximum))
    #if !(os(macOS) && arch(x86_64))
      case (.float, 2): return Reducer(RealExtremum<Float16>(isMaximum: isMaximum))
    #endif
    case (.float, 4): return Reducer(RealExtremum<Float>(isMaximum: isMaximum))
    case (.float, 8): return Reducer(RealExtremum<Double>(isMaximum: isMaximum))
    case (.complex, 8): return Reducer(ComplexExtremum<Float>(isMaximum: isMaximum))
    case (.complex, 16): return Reducer(ComplexExtremum<Double>(isMaximum: isMaximum))
    default: return nil
    }
  }
}
