public import NDArrays

/// A type of PyTorch's elements, and NumPy's dtype for it.
public struct TorchScalarType: Hashable, Sendable {
  /// PyTorch's name without its module: `float32`, `bfloat16`.
  public let name: String
  /// The dtype of the bytes in the file, little-endian. Types that NumPy lacks are raw bytes of their size.
  public let dtype: DType

  /// The type of NumPy's that holds the numbers of a type which NumPy lacks; `nil` where ``dtype`` does.
  public var wideDType: DType? {
    switch name {
    case "bfloat16": .float32
    case "complex32": .complex64
    default: TorchFloat8.tables[name] == nil ? nil : .float32
    }
  }

  private init(_ name: String, _ dtype: DType) {
    self.name = name
    self.dtype = dtype
  }

  /// The type by PyTorch's name of it; `nil` for one that is not known.
  public init?(named name: String) {
    guard let known = TorchScalarType.types.first(where: { $0.name == name }) else { return nil }
    self = known
  }

  /// The type of elements that NumPy has, in either byte order; `nil` for those that PyTorch lacks.
  init?(_ dtype: DType) {
    let native = dtype.withByteOrder(.little)
    guard dtype.kind != .void, let known = TorchScalarType.types.first(where: { $0.dtype == native }) else {
      return nil
    }
    self = known
  }

  /// The type of elements that NumPy lacks; `nil` for those that PyTorch lacks as well.
  init?(_ format: ElementFormat) {
    guard format.dtype.kind != .signedInteger, format.dtype.kind != .unsignedInteger else { return nil }
    self.init(named: format.rawValue)
  }

  /// The class of storages of the type, in the module `torch`; `nil` for types that are younger than those classes.
  var storageClass: String? {
    TorchScalarType.storageClasses.first { $0.value == name && $0.key != "UntypedStorage" }?.key
  }

  /// Little-endian numbers of the type in one that NumPy has.
  package func widened(_ array: AnyNDArray) -> AnyNDArray { TorchTensor.widened(array, self, isBig: false) }

  /// The type of a storage class of the module `torch`, such as `FloatStorage`.
  init?(storageClass name: String) {
    guard let type = TorchScalarType.storageClasses[name] else { return nil }
    self.init(named: type)
  }

  private static let types: [TorchScalarType] = [
    TorchScalarType("float32", .float32), TorchScalarType("float64", .float64), TorchScalarType("float16", .float16),
    TorchScalarType("bfloat16", .void(2)), TorchScalarType("int64", .int64), TorchScalarType("int32", .int32),
    TorchScalarType("int16", .int16), TorchScalarType("int8", .int8), TorchScalarType("uint8", .uint8),
    TorchScalarType("uint16", .uint16), TorchScalarType("uint32", .uint32), TorchScalarType("uint64", .uint64),
    TorchScalarType("bool", .bool), TorchScalarType("complex64", .complex64),
    TorchScalarType("complex128", .complex128), TorchScalarType("complex32", .void(4)),
    TorchScalarType("float8_e4m3fn", .void(1)), TorchScalarType("float8_e5m2", .void(1)),
    TorchScalarType("float8_e4m3fnuz", .void(1)), TorchScalarType("float8_e5m2fnuz", .void(1)),
    TorchScalarType("float8_e8m0fnu", .void(1)), TorchScalarType("float4_e2m1fn_x2", .void(1)),
    TorchScalarType("qint8", .int8), TorchScalarType("quint8", .uint8), TorchScalarType("qint32", .int32),
  ]

  /// `torch/storage.py`, `_new_dtypes` and `_dtype_to_storage_type_map`.
  private static let storageClasses: [String: String] = [
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16", "LongStorage": "int64",
    "IntStorage": "int32", "ShortStorage": "int16", "CharStorage": "int8", "ByteStorage": "uint8",
    "BoolStorage": "bool", "BFloat16Storage": "bfloat16", "ComplexDoubleStorage": "complex128",
    "ComplexFloatStorage": "complex64", "UntypedStorage": "uint8", "QInt8Storage": "qint8", "QUInt8Storage": "quint8",
    "QInt32Storage": "qint32",
  ]
}
