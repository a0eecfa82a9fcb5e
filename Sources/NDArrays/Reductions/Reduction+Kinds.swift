extension Reduction {
  /// The sum of numbers of a dtype; `nil` if they are not numeric. The array to sum is in the processor's byte order.
  static func sum(of dtype: DType) -> Reduction? {
    let isBuffered = !dtype.isNative
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _): return Reduction(reducer: IntegerSum<UInt8>(), dtype: .int64)
    case (.signedInteger, 1): return Reduction(reducer: IntegerSum<Int8>(), dtype: .int64)
    case (.signedInteger, 2): return Reduction(reducer: IntegerSum<Int16>(), dtype: .int64)
    case (.signedInteger, 4): return Reduction(reducer: IntegerSum<Int32>(), dtype: .int64)
    case (.signedInteger, 8): return Reduction(reducer: IntegerSum<Int64>(), dtype: .int64)
    case (.unsignedInteger, 1): return Reduction(reducer: IntegerSum<UInt8>(), dtype: .uint64)
    case (.unsignedInteger, 2): return Reduction(reducer: IntegerSum<UInt16>(), dtype: .uint64)
    case (.unsignedInteger, 4): return Reduction(reducer: IntegerSum<UInt32>(), dtype: .uint64)
    case (.unsignedInteger, 8): return Reduction(reducer: IntegerSum<UInt64>(), dtype: .uint64)
    #if !(os(macOS) && arch(x86_64))
      case (.float, 2): return Reduction(reducer: RealSum<Float16>(), dtype: .float16, isBuffered: isBuffered)
    #endif
    case (.float, 4): return Reduction(reducer: RealSum<Float>(), dtype: .float32, isBuffered: isBuffered)
    case (.float, 8): return Reduction(reducer: RealSum<Double>(), dtype: .float64, isBuffered: isBuffered)
    case (.complex, 8): return Reduction(reducer: ComplexSum<Float>(), dtype: .complex64, isBuffered: isBuffered)
    case (.complex, 16): return Reduction(reducer: ComplexSum<Double>(), dtype: .complex128, isBuffered: isBuffered)
    default: return nil
    }
  }

  /// The sum for means, of numbers that NumPy sums in a wider type than their own: integers as doubles, half precision as single;
  /// `nil` for others.
  static func wideningSum(of dtype: DType) -> Reduction? {
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _), (.unsignedInteger, 1): return Reduction(reducer: WideningSum<UInt8>(), dtype: .float64)
    case (.signedInteger, 1): return Reduction(reducer: WideningSum<Int8>(), dtype: .float64)
    case (.signedInteger, 2): return Reduction(reducer: WideningSum<Int16>(), dtype: .float64)
    case (.signedInteger, 4): return Reduction(reducer: WideningSum<Int32>(), dtype: .float64)
    case (.signedInteger, 8): return Reduction(reducer: WideningSum<Int64>(), dtype: .float64)
    case (.unsignedInteger, 2): return Reduction(reducer: WideningSum<UInt16>(), dtype: .float64)
    case (.unsignedInteger, 4): return Reduction(reducer: WideningSum<UInt32>(), dtype: .float64)
    case (.unsignedInteger, 8): return Reduction(reducer: WideningSum<UInt64>(), dtype: .float64)
    #if !(os(macOS) && arch(x86_64))
      case (.float, 2): return Reduction(reducer: WideningSum<Float16>(), dtype: .float32)
    #endif
    default: return nil
    }
  }

  /// The smallest or largest of elements of a dtype; `nil` if they have no order. Of truth values it is any byte that is true or false.
  static func extremum(of dtype: DType, isMaximum: Bool) -> Reduction? {
    reducer(ofExtremum: dtype, isMaximum).map { Reduction(reducer: $0, dtype: dtype.native) }
  }

  private static func reducer(ofExtremum dtype: DType, _ isMaximum: Bool) -> (any Reducer)? {
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _): return IntegerExtremum<UInt8>(isMaximum: isMaximum, last: isMaximum ? 1 : 0)
    case (.unsignedInteger, 1): return IntegerExtremum<UInt8>(isMaximum: isMaximum)
    case (.signedInteger, 1): return IntegerExtremum<Int8>(isMaximum: isMaximum)
    case (.signedInteger, 2): return IntegerExtremum<Int16>(isMaximum: isMaximum)
    case (.signedInteger, 4): return IntegerExtremum<Int32>(isMaximum: isMaximum)
    case (.signedInteger, 8): return IntegerExtremum<Int64>(isMaximum: isMaximum)
    case (.unsignedInteger, 2): return IntegerExtremum<UInt16>(isMaximum: isMaximum)
    case (.unsignedInteger, 4): return IntegerExtremum<UInt32>(isMaximum: isMaximum)
    case (.unsignedInteger, 8): return IntegerExtremum<UInt64>(isMaximum: isMaximum)
    case (.datetime, _), (.timedelta, _): return DateExtremum(isMaximum: isMaximum)
    #if !(os(macOS) && arch(x86_64))
      case (.float, 2): return RealExtremum<Float16>(isMaximum: isMaximum)
    #endif
    case (.float, 4): return RealExtremum<Float>(isMaximum: isMaximum)
    case (.float, 8): return RealExtremum<Double>(isMaximum: isMaximum)
    case (.complex, 8): return ComplexExtremum<Float>(isMaximum: isMaximum)
    case (.complex, 16): return ComplexExtremum<Double>(isMaximum: isMaximum)
    default: return nil
    }
  }
}
