import NDArrays
import PythonLiterals
import TestSupport
import Testing

/// Against `np.isclose` for numbers, `!=` for the rest.
@Suite struct ArrayDifferenceTests {
  @Test(arguments: [Int.max, 7, 1]) func asNumPySays(size: Int) throws {
    let cases = try LiteralLines.read("dtypes/differences.txt").map(\.items)
    #expect(cases.count > 150)
    for parts in cases {
      let (left, right) = (try array(parts[1], parts[2]), try array(parts[3], parts[4]))
      var difference = ArrayDifference(
        relativeTolerance: parts[5].number ?? 0, absoluteTolerance: parts[6].number ?? 0,
        equalNaN: parts[7].truth ?? false)
      var start = 0
      repeat {
        let end = size < left.count - start ? start + size : left.count
        try difference.add(left[start..<end], right[start..<end])
        start = end
      } while start < left.count
      let what = "\(parts[0].text ?? ""), \(left) and \(right), tolerances \(parts[5]), \(parts[6]), \(parts[7])"
      #expect(difference.count == left.count)
      #expect(difference.differingCount == parts[8].integer, "\(what)")
      #expect(difference.worstIndex == parts[9].integer, "\(what)")
      if let worst = parts[10].number {
        let found = difference.worstDifference
        let isSame = found == worst || (found.isNaN && worst.isNaN) || abs(found - worst) <= 1e-15 * abs(worst)
        #expect(isSame, "\(what): \(found) is not \(worst)")
      }
    }
  }

  @Test func recordsAndRawBytes() throws {
    let dtype = try DType(parsing: "[('a', '<i2'), ('b', 'S2')]")
    let left = try AnyNDArray(bytes: [1, 0, 65, 0, 2, 0, 66, 0], dtype: dtype, shape: [2])
    let right = try AnyNDArray(bytes: [1, 0, 65, 0, 2, 1, 66, 0], dtype: dtype, shape: [2])
    var difference = ArrayDifference()
    try difference.add(left, right)
    #expect(difference.differingCount == 1)
    #expect(difference.worstIndex == 1)
    #expect(!difference.hasMagnitudes)
    // Another byte order is no difference.
    var swapped = ArrayDifference()
    try swapped.add(left, left.asType(dtype.withByteOrder(.big), casting: .equiv))
    #expect(swapped.differingCount == 0)
  }

  /// Each field is compared by the rules for its type, those of records within records and of subarrays too.
  @Test func fieldsOfRecords() throws {
    let dtype = try DType(parsing: "[('x', '<f4', (2,)), ('in', [('n', '<i4'), ('c', '<c8')])]")
    func record(_ x: (Float, Float), _ n: Int32, _ c: (Float, Float)) -> [UInt8] {
      let words = [x.0.bitPattern, x.1.bitPattern, UInt32(bitPattern: n), c.0.bitPattern, c.1.bitPattern]
      return words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }
    let left = try AnyNDArray(
      bytes: record((1, .nan), 3, (1, 2)) + record((1, 2), 3, (.nan, 0)) + record((0, 2), 100, (1, 1)), dtype: dtype,
      shape: [3])
    let right = try AnyNDArray(
      bytes: record((1, .nan), 3, (1, 2)) + record((1, 2), 3, (.nan, 0)) + record((-0.0, 2), 101, (1, 1)), dtype: dtype,
      shape: [3])
    for (tolerance, equalNaN, expected) in [(0, false, 3), (0, true, 1), (0.1, false, 2), (0.1, true, 0)] {
      var difference = ArrayDifference(relativeTolerance: tolerance, equalNaN: equalNaN)
      try difference.add(left, right)
      #expect(difference.differingCount == expected, "\(tolerance), \(equalNaN)")
      #expect(difference.worstIndex == (expected == 0 ? nil : equalNaN ? 2 : 0))
    }
  }

  @Test func whatCannotBeComparedIsRefused() throws {
    let numbers = try AnyNDArray(zeros: [2], dtype: .int32)
    for dtype in [DType.bytes(4), .void(4), .datetime()] {
      var difference = ArrayDifference()
      #expect(throws: ArrayError(.dtypeMismatch, ""), "\(dtype)") {
        try difference.add(numbers, AnyNDArray(zeros: [2], dtype: dtype))
      }
    }
    var difference = ArrayDifference()
    #expect(throws: ArrayError(.shapeMismatch, "")) {
      try difference.add(numbers, AnyNDArray(zeros: [3], dtype: .int32))
    }
  }

  @Test func equality() throws {
    let array = try NDArray<Double>([1, .nan, 0, 4], shape: [2, 2])
    #expect(try !AnyNDArray(array).isEqual(to: AnyNDArray(array)))
    #expect(try AnyNDArray(array).isEqual(to: AnyNDArray(array), equalNaN: true))
    #expect(try !AnyNDArray(array).isEqual(to: AnyNDArray(array.flattened()), equalNaN: true))
    #expect(try !AnyNDArray(NDArray<Int>([1])).isEqual(to: AnyNDArray(NDArray<Double>([1]))))
    #expect(NDArray<Double>([0, 1]) == NDArray<Double>([-0.0, 1]))
    #expect(NDArray<Double>([.nan]) != NDArray<Double>([.nan]))
  }

  private func array(_ dtype: PythonLiteral, _ hex: PythonLiteral) throws -> AnyNDArray {
    let (dtype, bytes) = (try DType(dtype.text ?? ""), hex.hexBytes)
    return try AnyNDArray(bytes: bytes, dtype: dtype, shape: [bytes.count / dtype.itemSize])
  }
}
