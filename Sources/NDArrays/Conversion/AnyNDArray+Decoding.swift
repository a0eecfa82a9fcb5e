internal import NumberText
internal import ParallelLoops

extension AnyNDArray {
  /// The elements, which are raw bytes to NumPy, decoded as numbers of another format.
  ///
  /// ```swift
  /// let weights = try AnyNDArray(contentsOf: "bfloat16.npy")   // |V2
  /// let numbers = try weights.decoded(as: .bfloat16)           // float32
  /// ```
  ///
  /// - Throws: ``ArrayError`` with code `dtypeMismatch` if elements of the format have another size.
  public func decoded(as format: ElementFormat) throws(ArrayError) -> AnyNDArray {
    guard dtype.itemSize == format.itemSize, !dtype.hasObjects else {
      throw ArrayError(
        .dtypeMismatch,
        "elements of \(dtype) have \(dtype.itemSize) bytes, those of \(format.rawValue) \(format.itemSize)")
    }
    // In the order of the array, so that what is read in Fortran order stays so.
    if isFContiguous, !isCContiguous { return try transposed().decoded(as: format).transposed() }
    let source = contiguous()
    let result = try AnyNDArray(uninitialized: shape, dtype: format.dtype)
    switch format {
    case .bfloat16: source.convert(UInt16.self, into: result) { UInt32($0) << 16 }
    case .bcomplex32: source.convert(UInt32.self, into: result) { UInt64($0 << 16) | UInt64($0 & 0xFFFF_0000) << 32 }
    case .complex32:
      source.convert(UInt32.self, into: result) { (pair: UInt32) -> UInt64 in
        let real = Float(HalfFloat.double(UInt16(truncatingIfNeeded: pair))).bitPattern
        let imaginary = Float(HalfFloat.double(UInt16(truncatingIfNeeded: pair >> 16))).bitPattern
        return UInt64(real) | UInt64(imaginary) << 32
      }
    case .int4, .uint4, .int2, .uint2, .int1, .uint1:
      let table = format.integerTable
      source.convert(UInt8.self, into: result) { table[Int($0)] }
    default:
      let table = format.floatTable
      source.convert(UInt8.self, into: result) { table[Int($0)] }
    }
    return result
  }

  /// Writes what `transform` makes of each item into a new array, on all cores.
  @inline(__always)
  func convert<
    Item: FixedWidthInteger & BitwiseCopyable & SendableMetatype, Result: BitwiseCopyable & SendableMetatype
  >(
    _: Item.Type, into result: AnyNDArray, _ transform: @Sendable (Item) -> Result
  ) {
    Parallel.forEachRange(of: count, grain: 1 << 15) { (range: Range<Int>) throws(Never) in
      // Safe: both arrays are packed and have an item at each of these places; the result is new.
      let from = unsafe self.firstElement
      let target = unsafe result.storage.baseAddress
      for index in range {
        let item = unsafe from.loadUnaligned(fromByteOffset: index * MemoryLayout<Item>.size, as: Item.self)
        unsafe target.storeBytes(
          of: transform(Item(littleEndian: item)), toByteOffset: index * MemoryLayout<Result>.size, as: Result.self)
      }
    }
    extendLifetime(storage)
  }

  /// The same bytes as another dtype; where its size is another, the last axis becomes longer or shorter: NumPy's `view`.
  ///
  /// - Throws: ``ArrayError`` with code `dtypeMismatch` if the bytes of the last axis are no whole number of elements.
  package func viewed(resizingLastAxisFor dtype: DType) throws(ArrayError) -> AnyNDArray {
    if dtype.itemSize == self.dtype.itemSize { return try viewed(as: dtype) }
    let shape = try AnyNDArray.viewedShape(shape, self.dtype, as: dtype)
    let packed = contiguous()
    return try AnyNDArray(storage: packed.storage, offset: packed.offset, dtype: dtype, shape: shape)
  }

  /// The shape of a view as another dtype.
  package static func viewedShape(_ shape: [Int], _ old: DType, as new: DType) throws(ArrayError) -> [Int] {
    guard !old.hasObjects, !new.hasObjects, new.subarray == nil, let last = shape.last, new.itemSize > 0 else {
      throw ArrayError(.dtypeMismatch, "elements of \(old.itemSize) bytes cannot be seen as \(new.notation)")
    }
    let (bytes, overflow) = last.multipliedReportingOverflow(by: old.itemSize)
    guard !overflow, bytes % new.itemSize == 0 else {
      throw ArrayError(
        .dtypeMismatch,
        "When changing to a larger dtype, its size must be a divisor of the total size in bytes of the last axis of "
          + "the array: \(last) elements of \(old.itemSize) bytes, seen as \(new.notation)")
    }
    return shape.dropLast() + [bytes / new.itemSize]
  }
}
