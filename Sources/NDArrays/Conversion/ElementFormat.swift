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

  /// The value of each byte, of a float of one byte.
  var floatTable: [Float] {
    (0..<256).map { byte in
      let bits = UInt32(byte)
      switch self {
      case .float8_e3m4: return Minifloat(exponentBits: 3, fractionBits: 4, bias: 3, specials: .ieee).value(bits)
      case .float8_e4m3: return Minifloat(exponentBits: 4, fractionBits: 3, bias: 7, specials: .ieee).value(bits)
      case .float8_e4m3fn: return Minifloat(exponentBits: 4, fractionBits: 3, bias: 7, specials: .allOnes).value(bits)
      case .float8_e4m3fnuz:
        return Minifloat(exponentBits: 4, fractionBits: 3, bias: 8, specials: .minusZero).value(bits)
      case .float8_e4m3b11fnuz:
        return Minifloat(exponentBits: 4, fractionBits: 3, bias: 11, specials: .minusZero).value(bits)
      case .float8_e5m2: return Minifloat(exponentBits: 5, fractionBits: 2, bias: 15, specials: .ieee).value(bits)
      case .float8_e5m2fnuz:
        return Minifloat(exponentBits: 5, fractionBits: 2, bias: 16, specials: .minusZero).value(bits)
      case .float6_e2m3fn: return Minifloat(exponentBits: 2, fractionBits: 3, bias: 1, specials: .none).value(bits)
      case .float6_e3m2fn: return Minifloat(exponentBits: 3, fractionBits: 2, bias: 3, specials: .none).value(bits)
      case .float4_e2m1fn: return Minifloat(exponentBits: 2, fractionBits: 1, bias: 1, specials: .none).value(bits)
      case .float8_e8m0fnu: return byte == 255 ? .nan : Float(sign: .plus, exponent: byte - 127, significand: 1)
      default: return 0
      }
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

/// A float of a few bits: a sign, an exponent, a fraction.
private struct Minifloat {
  /// Which bits are no numbers.
  enum Specials {
    /// An exponent of ones: infinity, or NaN where there is a fraction.
    case ieee
    /// All ones: NaN.
    case allOnes
    /// What would be minus zero: NaN.
    case minusZero
    case none
  }

  let exponentBits: Int
  let fractionBits: Int
  let bias: Int
  let specials: Specials

  func value(_ bits: UInt32) -> Float {
    // Bits above those of the format count as its sign, as in ml_dtypes.
    let isNegative = bits >> (exponentBits + fractionBits) != 0
    let highest = (1 << exponentBits) - 1
    let exponent = Int(bits >> fractionBits) & highest
    let fraction = Int(bits) & (1 << fractionBits - 1)
    switch specials {
    case .ieee where exponent == highest: return fraction != 0 ? .nan : isNegative ? -.infinity : .infinity
    case .allOnes where exponent == highest && fraction == 1 << fractionBits - 1: return .nan
    case .minusZero where isNegative && exponent == 0 && fraction == 0: return .nan
    default: break
    }
    let digits = exponent == 0 ? fraction : fraction + 1 << fractionBits
    let scale = max(exponent, 1) - bias - fractionBits
    let magnitude = Float(digits) * Float(sign: .plus, exponent: scale, significand: 1)
    return isNegative ? -magnitude : magnitude
  }
}
