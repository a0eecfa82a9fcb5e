/// Formats of elements that NumPy itself has no dtype for, and that its files hold as raw bytes: those of ml_dtypes
/// (https://github.com/jax-ml/ml_dtypes), whose names they have.
///
/// Each is decoded into a dtype that holds all its values: floats into `float32`, integers into `int8` and `uint8`, pairs
/// of halves into `complex64`.
public enum ElementFormat: String, CaseIterable, Sendable, Hashable {
  /// The upper half of a `float32`.
  case bfloat16
  case float8_e3m4, float8_e4m3, float8_e4m3fn, float8_e4m3b11fnuz, float8_e4m3fnuz, float8_e5m2, float8_e5m2fnuz
  /// Powers of two: an exponent and nothing else.
  case float8_e8m0fnu
  /// In the lower bits of a byte each.
  case float6_e2m3fn, float6_e3m2fn, float4_e2m1fn
  /// In the lower bits of a byte each.
  case int4, uint4, int2, uint2, int1, uint1
  /// Two `float16`.
  case complex32
  /// Two `bfloat16`.
  case bcomplex32

  /// The bytes of an element.
  public var itemSize: Int {
    switch self {
    case .bfloat16: 2
    case .complex32, .bcomplex32: 4
    default: 1
    }
  }

  /// The dtype that elements are decoded into.
  public var dtype: DType {
    switch self {
    case .int4, .int2, .int1: .int8
    case .uint4, .uint2, .uint1: .uint8
    case .complex32, .bcomplex32: .complex64
    default: .float32
    }
  }

  /// The format that a header means by a notation that is no dtype of NumPy's: a name, or what ml_dtypes writes for the
  /// formats that have a letter of their own (`<f1`, `<W4`).
  package init?(headerNotation notation: String) {
    let plain = notation.first.map { "<>|=".contains($0) } ?? false ? String(notation.dropFirst()) : notation
    switch plain {
    case "f1": self = .float8_e5m2
    case "W4": self = .complex32
    default:
      guard let format = ElementFormat(rawValue: plain) else { return nil }
      self = format
    }
  }

  /// How floats of a byte or less are made; `nil` for other formats.
  var minifloat: Minifloat? {
    switch self {
    case .float8_e3m4: Minifloat(exponentBits: 3, fractionBits: 4, bias: 3, specials: .ieee)
    case .float8_e4m3: Minifloat(exponentBits: 4, fractionBits: 3, bias: 7, specials: .ieee)
    case .float8_e4m3fn: Minifloat(exponentBits: 4, fractionBits: 3, bias: 7, specials: .allOnes)
    case .float8_e4m3fnuz: Minifloat(exponentBits: 4, fractionBits: 3, bias: 8, specials: .minusZero)
    case .float8_e4m3b11fnuz: Minifloat(exponentBits: 4, fractionBits: 3, bias: 11, specials: .minusZero)
    case .float8_e5m2: Minifloat(exponentBits: 5, fractionBits: 2, bias: 15, specials: .ieee)
    case .float8_e5m2fnuz: Minifloat(exponentBits: 5, fractionBits: 2, bias: 16, specials: .minusZero)
    case .float6_e2m3fn: Minifloat(exponentBits: 2, fractionBits: 3, bias: 1, specials: .none)
    case .float6_e3m2fn: Minifloat(exponentBits: 3, fractionBits: 2, bias: 3, specials: .none)
    case .float4_e2m1fn: Minifloat(exponentBits: 2, fractionBits: 1, bias: 1, specials: .none)
    default: nil
    }
  }

  /// The value of each byte, of a float of one byte.
  var floatTable: [Float] {
    (0..<256).map { byte in
      if let minifloat { return minifloat.value(UInt32(byte)) }
      guard self == .float8_e8m0fnu, byte < 255 else { return self == .float8_e8m0fnu ? .nan : 0 }
      return Float(sign: .plus, exponent: byte - 127, significand: 1)
    }
  }

  /// The notation that headers have for the dtype of ml_dtypes.
  package var headerNotation: String {
    switch self {
    case .float8_e5m2: "<f1"
    case .complex32, .bcomplex32: "<W4"
    default: "<V\(itemSize)"
    }
  }

  /// The value of each byte, of an integer in the lower bits of one.
  var integerTable: [UInt8] {
    (0..<256).map { byte in
      switch self {
      case .int4: UInt8(bitPattern: Int8(truncatingIfNeeded: byte << 4) >> 4)
      case .int2: UInt8(bitPattern: Int8(truncatingIfNeeded: byte << 6) >> 6)
      case .int1: UInt8(bitPattern: Int8(truncatingIfNeeded: byte << 7) >> 7)
      case .uint4: UInt8(byte & 15)
      case .uint2: UInt8(byte & 3)
      case .uint1: UInt8(byte & 1)
      default: 0
      }
    }
  }
}
