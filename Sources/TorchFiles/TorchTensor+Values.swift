internal import ArrayBytes
internal import ByteIO
internal import NDArrays

// Numbers of types that NumPy lacks, and of tensors that represent others than their storage holds.

extension TorchTensor {
  /// The same numbers in a type that NumPy has.
  func widened(_ array: AnyNDArray) -> AnyNDArray {
    TorchTensor.widened(array, type, isBig: storage.storages.byteOrder == .big)
  }

  /// The same numbers, of a type and a byte order, in a type that NumPy has.
  static func widened(_ array: AnyNDArray, _ type: TorchScalarType, isBig: Bool) -> AnyNDArray {
    guard let wide = type.wideDType else { return array }
    if let table = TorchFloat8.tables[type.name] {
      return TorchTensor.made(array, wide) { (byte: UInt8) in table[Int(byte)].bitPattern }
    }
    if type.name == "complex32" {
      return TorchTensor.made(array, wide) { (pair: UInt32) in
        let pair = isBig ? UInt32(bigEndian: pair) : UInt32(littleEndian: pair)
        // On a big-endian machine the real part, which comes first, has the upper half.
        let (first, second) = (UInt16(truncatingIfNeeded: pair), UInt16(truncatingIfNeeded: pair >> 16))
        let (real, imaginary) = isBig ? (second, first) : (first, second)
        func single(_ half: UInt16) -> UInt64 { UInt64(TorchFloat8.half(half).bitPattern) }
        return single(real) | single(imaginary) << 32
      }
    }
    // `bfloat16` is the upper half of a `float32`.
    return TorchTensor.made(array, wide) { (half: UInt16) in
      UInt32(isBig ? UInt16(bigEndian: half) : UInt16(littleEndian: half)) << 16
    }
  }

  /// An array of the same shape, each of its elements made of one.
  private static func made<From: FixedWidthInteger & BitwiseCopyable, To: FixedWidthInteger & BitwiseCopyable>(
    _ array: AnyNDArray, _ dtype: DType, _ convert: (From) -> To
  ) -> AnyNDArray {
    let packed = array.contiguous()
    let (from, to) = (MemoryLayout<From>.size, MemoryLayout<To>.size)
    let storage = ArrayStorage(uninitializedByteCount: packed.count * to)
    unsafe packed.withContiguousBytes { source in
      // Safe: both have room for `count` elements, and nobody else knows the new storage.
      let target = unsafe storage.mutableBuffer
      for index in 0..<packed.count {
        let element = unsafe convert(source.loadUnaligned(fromByteOffset: index * from, as: From.self))
        unsafe target.storeBytes(of: element.littleEndian, toByteOffset: index * to, as: To.self)
      }
    }
    return AnyNDArray(
      uncheckedDType: dtype.withByteOrder(.little), shape: array.shape,
      strides: Layout.strides(array.shape, itemSize: to), offset: 0, storage: storage)
  }

  /// The numbers that a view represents which leaves conjugating or negating to its reader.
  func resolved(_ array: AnyNDArray) throws(FormatError) -> AnyNDArray {
    guard isConjugate || isNegative else { return array }
    let packed = try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      try array.asType(array.dtype.withByteOrder(.little), casting: .unsafe).contiguous()
    }
    // Floats are negated by their highest bit, of a complex number that of either part.
    let isComplex = packed.dtype.kind == .complex
    guard isComplex || (packed.dtype.kind == .float && !isConjugate) else {
      throw FormatError(.unsupported, "a lazily conjugated or negated view of \(type.name)")
    }
    let size = isComplex ? packed.dtype.itemSize / 2 : packed.dtype.itemSize
    var bytes = packed.bytes
    for part in 0..<(bytes.count / size) {
      let isImaginary = isComplex && part % 2 == 1
      if isNegative != (isConjugate && isImaginary) { bytes[part * size + size - 1] ^= 0x80 }
    }
    return try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      try AnyNDArray(bytes: bytes, dtype: packed.dtype, shape: array.shape)
    }
  }
}

/// The small floats of PyTorch: `c10/util/Float8_*.h`, after the Open Compute Project's 8-bit formats.
enum TorchFloat8 {
  /// The number of each of the 256 bytes.
  static let tables: [String: [Float]] = [
    // The highest value alone is NaN; there is no infinity.
    "float8_e4m3fn": table { number($0, exponentBits: 4, bias: 7) { $0 & 0x7F == 0x7F } },
    // As in IEEE 754: the upper byte of a half.
    "float8_e5m2": table { half(UInt16($0) << 8) },
    // Negative zero's place is NaN's.
    "float8_e4m3fnuz": table { number($0, exponentBits: 4, bias: 8) { $0 == 0x80 } },
    "float8_e5m2fnuz": table { number($0, exponentBits: 5, bias: 16) { $0 == 0x80 } },
    // A power of two.
    "float8_e8m0fnu": table { $0 == 0xFF ? .nan : Float(sign: .plus, exponent: Int($0) - 127, significand: 1) },
  ]

  private static func table(_ number: (UInt8) -> Float) -> [Float] { (0...255).map { number(UInt8($0)) } }

  private static func number(_ byte: UInt8, exponentBits: Int, bias: Int, isNaN: (UInt8) -> Bool) -> Float {
    if isNaN(byte) { return .nan }
    let fractionBits = 7 - exponentBits
    let exponent = Int(byte & 0x7F) >> fractionBits
    let fraction = Float(byte & ((1 << fractionBits) - 1)) / Float(1 << fractionBits)
    let value =
      exponent == 0
      ? Float(sign: .plus, exponent: 1 - bias, significand: 1) * fraction
      : Float(sign: .plus, exponent: exponent - bias, significand: 1 + fraction)
    return byte & 0x80 == 0 ? value : -value
  }

  /// The number of a half's bits.
  static func half(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let (exponent, fraction) = (Int(bits >> 10) & 31, Float(bits & 0x3FF) / 1024)
    switch exponent {
    case 0: return sign * fraction * 0x1p-14
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
    }
  }
}
