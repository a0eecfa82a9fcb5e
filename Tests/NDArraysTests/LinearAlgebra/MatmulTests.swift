import ComplexModule
import NDArrays
import Testing
import TestSupport

/// Against NumPy's `@`.
@Suite struct MatmulTests {
  let table: FixtureTable

  init() throws { table = try FixtureTable("matmul") }

  @Test(arguments: elementDTypes) func everyShapeAndLayout(dtype: DType) throws {
    var seen = 0
    for name in table.names where name.hasPrefix(code(dtype) + " ") {
      let parts = name.split(separator: " ", omittingEmptySubsequences: false)
      let left = try sampleValues(seed: 1, shape(parts[1]), dtype)
      let right = try sampleValues(seed: 2, shape(parts[2]), dtype)
      let expected = try table[name]
      for a in try layouts(of: left) {
        for b in try layouts(of: right) {
          let product = try matmul(a.array, b.array)
          #expect(areSame(product, expected), "\(name), \(a.name) by \(b.name)")
        }
      }
      let foreign = left.dtype.withByteOrder(.big)
      let swapped = try AnyNDArray(
        bytes: left.bytes.chunked(left.dtype.swap).flatMap { $0.reversed() }, dtype: foreign,
        shape: left.shape)
      #expect(areSame(try matmul(swapped, right), expected), "\(name), other byte order")
      seen += 1
    }
    #expect(seen == 17)
  }

  @Test(arguments: elementDTypes) func largerThanTheBlocks(dtype: DType) throws {
    let left = try sampleValues(seed: 1, [203, 301], dtype)
    let right = try sampleValues(seed: 2, [301, 197], dtype)
    let rows = try table["large \(code(dtype)) rows"]
    let columns = try table["large \(code(dtype)) columns"]
    func check<Element: ArrayElement, Sum: NumericArrayElement>(
      _: Element.Type, _: Sum.Type, _ convert: (Element) -> Sum
    ) throws {
      for a in try layouts(of: left) where a.name != "framed" {
        for b in try layouts(of: right) where b.name != "framed" {
          let product = try NDArray<Element>(try matmul(a.array, b.array)).elements
          for (index, sum) in try NDArray<Sum>(rows).elements.enumerated() {
            let found = product[(index * 7 * 197)..<((index * 7 + 1) * 197)].reduce(Sum.zero) {
              Sum.wrappingSum($0, convert($1))
            }
            #expect(found == sum, "row \(index * 7), \(a.name) by \(b.name)")
          }
          for (index, sum) in try NDArray<Sum>(columns).elements.enumerated() {
            let found = (0..<203).reduce(Sum.zero) {
              Sum.wrappingSum($0, convert(product[$1 * 197 + index * 7]))
            }
            #expect(found == sum, "column \(index * 7), \(a.name) by \(b.name)")
          }
        }
      }
    }
    switch dtype {
    case .bool: try check(Bool.self, Int64.self) { $0 ? 1 : 0 }
    case .int8: try check(Int8.self, Int64.self) { Int64($0) }
    case .uint8: try check(UInt8.self, Int64.self) { Int64($0) }
    case .int16: try check(Int16.self, Int64.self) { Int64($0) }
    case .uint16: try check(UInt16.self, Int64.self) { Int64($0) }
    case .int32: try check(Int32.self, Int64.self) { Int64($0) }
    case .uint32: try check(UInt32.self, Int64.self) { Int64($0) }
    case .int64: try check(Int64.self, Int64.self) { $0 }
    case .uint64: try check(UInt64.self, Int64.self) { Int64(truncatingIfNeeded: $0) }
    case .float16: try check(Float16.self, Int64.self) { Int64($0) }
    case .float32: try check(Float.self, Int64.self) { Int64($0) }
    case .float64: try check(Double.self, Int64.self) { Int64($0) }
    case .complex64:
      try check(Complex<Float>.self, Complex<Double>.self) { Complex(Double($0.real), Double($0.imaginary)) }
    default: try check(Complex<Double>.self, Complex<Double>.self) { $0 }
    }
  }

  @Test func halvesAreSummedInSinglePrecisionInOrder() throws {
    let (a, b) = (try table["half a"], try table["half b"])
    #expect(areIdentical(try matmul(a, b), try table["half product"]))
    #expect(areIdentical(try matmul(a, b[.all, 0]), try table["half vector"]))
  }

  @Test func longVectors() throws {
    // Longer than the pieces that workers share; exact in doubles.
    let numbers = (0..<200_003).map { Double($0 % 11 - 5) }
    let others = (0..<200_003).map { Double($0 % 7) }
    let expected = zip(numbers, others).reduce(0) { $0 + $1.0 * $1.1 }
    #expect((NDArray(numbers) • NDArray(others)).elements == [expected])
    let backwards = NDArray(Array(others.reversed()))[.stride(by: -1)]
    #expect((NDArray(numbers) • backwards).elements == [expected])
  }

  @Test func complexVectors() throws {
    // Longer than blocks of rows, and exact.
    let (rows, steps) = (203, 131)
    var numbers: [Complex<Double>] = []
    for index in 0..<(rows * steps) { numbers.append(Complex(Double(index % 11 - 5), Double(index % 7 - 3))) }
    var factors: [Complex<Double>] = []
    for index in 0..<rows { factors.append(Complex(Double(index % 5), Double(index % 3 - 1))) }
    let matrix = AnyNDArray(try NDArray(numbers, shape: [rows, steps]))
    let long = AnyNDArray(NDArray<Complex<Double>>(factors))
    let short = AnyNDArray(NDArray<Complex<Double>>(Array(factors[..<steps])))
    var byRows = [Complex<Double>](repeating: .zero, count: rows)
    var byColumns = [Complex<Double>](repeating: .zero, count: steps)
    for row in 0..<rows {
      for column in 0..<steps {
        byRows[row] += numbers[row * steps + column] * factors[column]
        byColumns[column] += numbers[row * steps + column] * factors[row]
      }
    }
    for matrix in try layouts(of: matrix) {
      let name = matrix.name
      #expect(try NDArray<Complex<Double>>(matmul(matrix.array, short)).elements == byRows, "\(name)")
      #expect(try NDArray<Complex<Double>>(matmul(long, matrix.array)).elements == byColumns, "\(name)")
    }
  }

  @Test func promotesAsNumPy() throws {
    for name in table.names where name.hasPrefix("promoted") {
      let parts = name.split(separator: " ").map(String.init)
      let promoted = try DType(parts[1]).promoted(with: DType(parts[2]))
      #expect(promoted == (try table[name].dtype), "\(name)")
    }
    #expect(try DType.bytes(3).promoted(with: .bytes(5)) == .bytes(5))
    #expect(try DType.bytes(7).promoted(with: .string(5)) == .string(7))
    #expect(try DType.int8.promoted(with: .bytes(5)) == .bytes(5))
    #expect(throws: ArrayError.self) { try DType.int8.promoted(with: .datetime(DateUnit(.day))) }
  }

  @Test func shapesThatDoNotFitAreRefused() throws {
    func refused(_ left: [Int], _ right: [Int]) throws {
      let (a, b) = (try NDArray<Double>(zeros: left), try NDArray<Double>(zeros: right))
      #expect(throws: ArrayError(.shapeMismatch, "")) { try matmul(a, b) }
    }
    try refused([], [3])
    try refused([3], [])
    try refused([2, 3], [2, 3])
    try refused([3], [4])
    try refused([2, 3, 4], [3, 4, 5])
    let records = try AnyNDArray(zeros: [2], dtype: DType("<f4,<i4"))
    #expect(throws: ArrayError.self) { try matmul(records, records) }
  }

  @Test func operatorOnSlices() {
    var random = RandomState(seed: 0)
    let arr = random.randint(1, 100, shape: [100, 100, 100])
    let product = arr[2..<6, 4, 3..<4] • arr[8..<9, 3, 4..<8]
    #expect(product.shape == [4, 4])
    #expect(product[1, 2] == arr[3, 4, 3] * arr[8, 3, 6])
  }
}

/// Equal but for the sign of zeros, which sums in another order may change.
func areSame(_ left: AnyNDArray, _ right: AnyNDArray) -> Bool {
  func equal<Element: ArrayElement>(_: Element.Type) -> Bool {
    guard let a = try? NDArray<Element>(left), let b = try? NDArray<Element>(right) else { return false }
    return a.elements == b.elements
  }
  guard left.dtype == right.dtype, left.shape == right.shape else { return false }
  switch left.dtype {
  case .float16: return equal(Float16.self)
  case .float32: return equal(Float.self)
  case .float64: return equal(Double.self)
  case .complex64: return equal(Complex<Float>.self)
  case .complex128: return equal(Complex<Double>.self)
  default: return left.bytes == right.bytes
  }
}

extension Array {
  func chunked(_ size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: count, by: size).map { self[$0..<Swift.min(count, $0 + size)] }
  }
}

extension DType {
  /// The size of the numbers whose bytes another order reverses.
  var swap: Int { kind == .complex ? itemSize / 2 : itemSize }
}
