internal import NumberText

extension NDArray {
  /// The elements as numbers of a format that NumPy has no dtype for, as raw bytes: see ``AnyNDArray/encoded(as:)``.
  ///
  /// - Throws: ``ArrayError`` for elements that are no numbers.
  public func encoded(as format: ElementFormat) throws(ArrayError) -> AnyNDArray { try untyped.encoded(as: format) }
}

extension AnyNDArray {
  /// The elements as numbers of a format that NumPy has no dtype for, as raw bytes: what `astype` makes of them with the
  /// dtypes of ml_dtypes.
  ///
  /// Numbers are rounded to `float32` first, as there, then to the nearest of the format, of two to the one whose last
  /// bit is 0. What is too large becomes infinity, or NaN where there is none, or the largest number where there is
  /// neither. Integers of few bits keep the lowest of the number without its fraction.
  ///
  /// ```swift
  /// let small = try array.encoded(as: .bfloat16)   // |V2
  /// ```
  ///
  /// - Throws: ``ArrayError`` for elements that are no numbers.
  public func encoded(as format: ElementFormat) throws(ArrayError) -> AnyNDArray {
    guard [.bool, .signedInteger, .unsignedInteger, .float, .complex].contains(dtype.kind) else {
      throw ArrayError(.dtypeMismatch, "elements of \(dtype) are no numbers, which \(format.rawValue) would hold")
    }
    // In the order of the array, so that what is read in Fortran order stays so.
    if isFContiguous, !isCContiguous { return try transposed().encoded(as: format).transposed() }
    let result = try AnyNDArray(uninitialized: shape, dtype: .void(format.itemSize))
    switch format {
    case .complex32, .bcomplex32:
      let source = try asType(.complex64, casting: .unsafe).contiguous()
      let isHalf = format == .complex32
      source.convert(UInt64.self, into: result) { (pair: UInt64) -> UInt32 in
        let real = ElementFormat.halfBits(UInt32(truncatingIfNeeded: pair), isHalf)
        let imaginary = ElementFormat.halfBits(UInt32(truncatingIfNeeded: pair >> 32), isHalf)
        return UInt32(real) | UInt32(imaginary) << 16
      }
    case .int4, .uint4, .int2, .uint2, .int1, .uint1:
      let mask = UInt8(1 << format.integerBits - 1)
      // As in C, where what an `int` cannot hold is undefined.
      let isInteger = [.bool, .signedInteger, .unsignedInteger].contains(dtype.kind)
      let source = isInteger ? self : try asType(.int32, casting: .unsafe)
      let integers = try source.asType(.int64, casting: .unsafe).contiguous()
      integers.convert(UInt64.self, into: result) { (item: UInt64) -> UInt8 in UInt8(truncatingIfNeeded: item) & mask }
    default: try encodeFloats(as: format, into: result)
    }
    return result
  }

  private func encodeFloats(as format: ElementFormat, into result: AnyNDArray) throws(ArrayError) {
    let source = try asType(.float32, casting: .unsafe).contiguous()
    if format == .bfloat16 {
      source.convert(UInt32.self, into: result) { ElementFormat.bfloat16Bits(Float(bitPattern: $0)) }
    } else if format == .float8_e8m0fnu {
      source.convert(UInt32.self, into: result) { ElementFormat.powerOfTwoBits(Float(bitPattern: $0)) }
    } else if let minifloat = format.minifloat {
      source.convert(UInt32.self, into: result) { minifloat.bits(Float(bitPattern: $0)) }
    }
  }
}

extension ElementFormat {
  /// The bits of an integer of few of them.
  var integerBits: Int {
    switch self {
    case .int1, .uint1: 1
    case .int2, .uint2: 2
    default: 4
    }
  }

  /// The bits of one of the numbers of two bytes.
  static func halfBits(_ pattern: UInt32, _ isFloat16: Bool) -> UInt16 {
    let value = Float(bitPattern: pattern)
    if value.isNaN { return UInt16(pattern >> 16) & 0x8000 | (isFloat16 ? 0x7E00 : 0x7FC0) }
    return isFloat16 ? HalfFloat.bits(of: Double(value)) : bfloat16Bits(value)
  }

  /// The upper half of a `float32`, rounded.
  static func bfloat16Bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(bits >> 16) & 0x8000 | 0x7FC0 }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
  }

  /// The exponent alone of a positive number, rounded to the nearest; everything else is NaN.
  static func powerOfTwoBits(_ value: Float) -> UInt8 {
    guard value > 0, value.isFinite else { return 255 }
    let field = value.bitPattern >> 23
    let fraction = value.bitPattern & 0x7F_FFFF
    // Halfway goes up, but for the smallest.
    let isUp = fraction > 0x40_0000 || (fraction == 0x40_0000 && field > 0)
    return UInt8(field + (isUp ? 1 : 0))
  }
}
