internal import ArrayBytes
internal import NDArrays

/// The types of elements in safetensors, the narrowest first: files hold those that stand last here first.
enum SafetensorsType: String, CaseIterable {
  case bool = "BOOL"
  case float4 = "F4"
  case float6E2M3 = "F6_E2M3"
  case float6E3M2 = "F6_E3M2"
  case uint8 = "U8"
  case int8 = "I8"
  case float8E5M2 = "F8_E5M2"
  case float8E4M3 = "F8_E4M3"
  case float8E8M0 = "F8_E8M0"
  case float8E4M3FNUZ = "F8_E4M3FNUZ"
  case float8E5M2FNUZ = "F8_E5M2FNUZ"
  case int16 = "I16"
  case uint16 = "U16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int32 = "I32"
  case uint32 = "U32"
  case float32 = "F32"
  case complex64 = "C64"
  case float64 = "F64"
  case int64 = "I64"
  case uint64 = "U64"

  /// How the elements lie in the file.
  var elements: StoredTensor.Elements {
    switch self {
    case .bool: .dtype(.bool)
    case .float4: .packed(.float4_e2m1fn, bits: 4)
    case .float6E2M3: .packed(.float6_e2m3fn, bits: 6)
    case .float6E3M2: .packed(.float6_e3m2fn, bits: 6)
    case .uint8: .dtype(.uint8)
    case .int8: .dtype(.int8)
    case .float8E5M2: .format(.float8_e5m2)
    case .float8E4M3: .format(.float8_e4m3fn)
    case .float8E8M0: .format(.float8_e8m0fnu)
    case .float8E4M3FNUZ: .format(.float8_e4m3fnuz)
    case .float8E5M2FNUZ: .format(.float8_e5m2fnuz)
    case .int16: .dtype(.int16)
    case .uint16: .dtype(.uint16)
    case .float16: .dtype(.float16)
    case .bfloat16: .format(.bfloat16)
    case .int32: .dtype(.int32)
    case .uint32: .dtype(.uint32)
    case .float32: .dtype(.float32)
    case .complex64: .dtype(.complex64)
    case .float64: .dtype(.float64)
    case .int64: .dtype(.int64)
    case .uint64: .dtype(.uint64)
    }
  }

  /// The bits of an element.
  var bits: Int {
    switch elements {
    case .dtype(let dtype): dtype.itemSize * 8
    case .format(let format): format.itemSize * 8
    case .packed(_, let bits): bits
    case .blocks: 0
    }
  }

  /// The place among the types: files hold the largest first.
  var rank: Int { SafetensorsType.allCases.firstIndex(of: self) ?? 0 }
}
