import ComplexModule
import NDArrays

/// The dtypes that have Swift elements.
let elementDTypes: [DType] = [
  .bool, .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64, .float16, .float32, .float64,
  .complex64,
  .complex128,
]

/// The notation without the byte order, as the fixtures name dtypes: `i8`.
func code(_ dtype: DType) -> String { String(dtype.notation.drop { "<>|=".contains($0) }).replacingBool }

extension String {
  fileprivate var replacingBool: String { self == "b1" ? "?" : self }
}

/// What `values` in `Tests/Fixtures/make-numerics` draws.
func sampleValues(seed: UInt32, _ shape: [Int], _ dtype: DType) throws -> AnyNDArray {
  var random = RandomState(seed: seed)
  func real<Element: ArrayElement & BinaryFloatingPoint>(_: Element.Type) throws -> AnyNDArray {
    AnyNDArray(
      try NDArray<Element>(random.randint(-3, 4, shape: shape).elements.map { Element($0) }, shape: shape))
  }
  func complex<Part: ComplexComponent & BinaryFloatingPoint>(_: Part.Type) throws -> AnyNDArray {
    let parts = random.randint(-3, 4, shape: shape).elements
    let others = random.randint(-3, 4, shape: shape).elements
    return AnyNDArray(
      try NDArray<Complex<Part>>(zip(parts, others).map { Complex(Part($0), Part($1)) }, shape: shape))
  }
  func integers<Element: ArrayElement & FixedWidthInteger>(_: Element.Type) -> AnyNDArray {
    AnyNDArray(random.randint(in: .min ... .max, shape: shape) as NDArray<Element>)
  }
  switch dtype {
  case .bool:
    return AnyNDArray(
      try NDArray<Bool>(random.randint(0, 4, shape: shape).elements.map { $0 == 0 }, shape: shape))
  case .int8: return integers(Int8.self)
  case .uint8: return integers(UInt8.self)
  case .int16: return integers(Int16.self)
  case .uint16: return integers(UInt16.self)
  case .int32: return integers(Int32.self)
  case .uint32: return integers(UInt32.self)
  case .int64: return integers(Int64.self)
  case .uint64: return integers(UInt64.self)
  case .float16: return try real(Float16.self)
  case .float32: return try real(Float.self)
  case .float64: return try real(Double.self)
  case .complex64: return try complex(Float.self)
  default: return try complex(Double.self)
  }
}

/// `2x3` as a shape.
func shape(_ text: some StringProtocol) -> [Int] { text.split(separator: "x").compactMap { Int($0) } }
