import ComplexModule
import NDArrays
import Testing
import TestSupport

/// Against NumPy's `sum`, `mean`, `std`, `min` and `max`.
@Suite struct ReductionTests {
  let table: FixtureTable

  init() throws { table = try FixtureTable("reductions") }

  @Test(arguments: elementDTypes) func everyShapeAxisAndLayout(dtype: DType) throws {
    var seen = 0
    for name in table.names where name.hasPrefix(code(dtype) + " ") {
      let parts = name.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      let array = try fractions(seed: 3, shape(parts[1]), dtype)
      let axis = Int(parts[3])
      for layout in try layouts(of: array) {
        let what = "\(name), \(layout.name)"
        guard !table.isRefused(name) else {
          #expect(throws: ArrayError(.badValue, ""), "\(what)") { try reduce(layout.array, parts[2], axis) }
          continue
        }
        let (found, expected) = (try reduce(layout.array, parts[2], axis), try table[name])
        if layout.name == "C" {
          #expect(isSameOrNaN(found, expected), "\(what): \(found) is not \(expected)")
        } else {
          // Another order of memory, another order of summing, in NumPy as well.
          #expect(isNear(found, expected), "\(what): \(found) is not near \(expected)")
        }
        if let axis, axis < array.ndim {
          #expect(isSameOrNaN(try reduce(layout.array, parts[2], axis - array.ndim), found), "\(what), from the end")
        }
      }
      seen += 1
    }
    #expect(seen > 100)
  }

  @Test(arguments: [DType.float32, .float64, .complex64, .complex128, .int32, .float16])
  func longArrays(dtype: DType) throws {
    let array = try fractions(seed: 4, [300_007], dtype)
    for name in ["sum", "mean", "std", "min", "max"] {
      let (found, expected) = (try reduce(array, name, nil), try table["long \(code(dtype)) \(name)"])
      #expect(isSameOrNaN(found, expected), "\(name): \(found) is not \(expected)")
    }
  }

  @Test func notANumberWins() throws {
    for place in [0, 1, 9, 30] {
      var numbers = (0..<31).map { Double($0) }
      numbers[place] = .nan
      let array = NDArray(numbers)
      #expect(try array.min().isNaN && array.max().isNaN && array.sum().isNaN && array.mean().isNaN)
      #expect(try array.reshaped(31, 1).max(axis: 0)[0].isNaN)
    }
    // Beyond the blocks that are looked through for NaN first.
    for place in [0, 1023, 1024, 2500, 2999] {
      var numbers = (0..<3000).map { Float($0 * 7919 % 3001) - 1500 }
      let array = NDArray(numbers)
      let (least, most): (Float, Float) = (try array.min(), try array.max())
      #expect(least == numbers.min() && most == numbers.max())
      numbers[place] = .nan
      #expect(try NDArray(numbers).min().isNaN && NDArray(numbers).max().isNaN)
    }
    #expect(try NDArray<Double>([-.infinity, 3, .infinity]).min() == -.infinity)
  }

  @Test func typedResults() throws {
    let bytes = try NDArray<UInt8>(nested: [[1, 2, 3], [4, 5, 250]])
    let sum: UInt64 = bytes.sum()
    #expect(sum == 265)
    #expect(try bytes.sum(axis: 0).elements == [5, 7, 253])
    #expect(try bytes.max(axis: -1).elements == [3, 250])
    #expect(NDArray<Bool>([true, false, true]).sum() == 2)
    #expect(NDArray<Int>([1, 2, 4]).mean() == 7.0 / 3)
    #expect(NDArray<Int64>([.max, 1]).sum() == .min)
    #expect(throws: ArrayError(.axisOutOfRange, "")) { try bytes.sum(axis: 2) }
    #expect(throws: ArrayError(.badValue, "")) { try NDArray<Int>([]).min() }
    #expect(throws: ArrayError(.unsupported, "")) { try AnyNDArray(zeros: [2], dtype: .bytes(3)).sum() }
  }

  private func reduce(_ array: AnyNDArray, _ name: String, _ axis: Int?) throws -> AnyNDArray {
    switch name {
    case "sum": try array.sum(axis: axis)
    case "mean": try array.mean(axis: axis)
    case "std": try array.std(axis: axis)
    case "std1": try array.std(axis: axis, ddof: 1)
    case "min": try array.min(axis: axis)
    default: try array.max(axis: axis)
    }
  }

  private func fractions(seed: UInt32, _ shape: [Int], _ dtype: DType) throws -> AnyNDArray {
    var random = RandomState(seed: seed)
    switch dtype.kind {
    case .float: return try AnyNDArray(random.standardNormal(shape: shape)).asType(dtype)
    case .complex:
      let (real, imaginary) = (random.standardNormal(shape: shape), random.standardNormal(shape: shape))
      let numbers = zip(real.elements, imaginary.elements).map { Complex($0, $1) }
      return try AnyNDArray(NDArray<Complex<Double>>(numbers, shape: shape)).asType(dtype)
    default: return try sampleValues(seed: seed, shape, dtype)
    }
  }

  /// The same bits; any NaN for a NaN.
  private func isSameOrNaN(_ left: AnyNDArray, _ right: AnyNDArray) -> Bool {
    guard left.dtype == right.dtype, left.shape == right.shape else { return false }
    guard left.dtype.kind == .float || left.dtype.kind == .complex else { return left.bytes == right.bytes }
    return zip(parts(left), parts(right)).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
  }

  private func isNear(_ left: AnyNDArray, _ right: AnyNDArray) -> Bool {
    guard left.dtype == right.dtype, left.shape == right.shape else { return false }
    guard left.dtype.kind == .float || left.dtype.kind == .complex else { return left.bytes == right.bytes }
    let size = left.dtype.kind == .complex ? left.dtype.itemSize / 2 : left.dtype.itemSize
    let (relative, absolute) = size == 2 ? (0.02, 0.05) : size == 4 ? (1e-5, 1e-4) : (1e-13, 1e-13)
    return zip(parts(left), parts(right)).allSatisfy {
      $0 == $1 || ($0.isNaN && $1.isNaN) || abs($0 - $1) <= absolute + relative * abs($1)
    }
  }

  private func parts(_ array: AnyNDArray) -> [Double] {
    func all<Part: BinaryFloatingPoint & BitwiseCopyable>(_: Part.Type) -> [Double] {
      array.bytes.chunked(MemoryLayout<Part>.size).map { bytes in
        var part = Part.zero
        unsafe withUnsafeMutableBytes(of: &part) { unsafe $0.copyBytes(from: bytes) }
        return Double(part)
      }
    }
    switch array.dtype.kind == .complex ? array.dtype.itemSize / 2 : array.dtype.itemSize {
    case 2: return all(Float16.self)
    case 4: return all(Float.self)
    default: return all(Double.self)
    }
  }
}
