import NDArrays
import PythonLiterals
import TestSupport
import Testing

/// Against exact fractions, and NumPy where there are infinities, on the numbers that are no NaN.
@Suite struct RunningStatisticsTests {
  @Test(arguments: [Int.max, 1000, 64, 7, 1]) func inPieces(size: Int) throws {
    let cases = try LiteralLines.read("dtypes/statistics.txt").map(\.items)
    #expect(cases.count > 15)
    for parts in cases {
      let name = "\(parts[0].text ?? "") in pieces of \(size)"
      let dtype = try DType(parts[1].text ?? "")
      let bytes = parts[2].hexBytes
      let array = try AnyNDArray(bytes: bytes, dtype: dtype, shape: [bytes.count / dtype.itemSize])
      var statistics = RunningStatistics()
      var start = 0
      repeat {
        let end = size < array.count - start ? start + size : array.count
        try statistics.add(array[start..<end])
        start = end
      } while start < array.count
      let answer = parts[3]
      #expect(statistics.count == answer["count"]?.integer, "\(name)")
      #expect(statistics.nanCount == answer["nans"]?.integer, "\(name)")
      #expect(statistics.infiniteCount == answer["infinite"]?.integer, "\(name)")
      #expect(statistics.zeroCount == answer["zeros"]?.integer, "\(name)")
      #expect(isNear(statistics.minimum, answer["min"], 1e-15), "\(name)")
      #expect(isNear(statistics.maximum, answer["max"], 1e-15), "\(name)")
      #expect(isNear(statistics.mean, answer["mean"], 1e-12), "\(name), mean")
      #expect(isNear(statistics.standardDeviation, answer["std"], 1e-10), "\(name), deviation")
      let range = answer["range"]?.items.map { "\($0)" } ?? []
      let found = statistics.integerRange.map { ["\($0.lowerBound)", "\($0.upperBound)"] } ?? []
      #expect(found == range.map { $0.filter { $0.isNumber || $0 == "-" } }, "\(name)")
    }
  }

  @Test func whatIsNoNumberIsRefused() throws {
    var statistics = RunningStatistics()
    for dtype in [DType.bytes(3), .string(2), .void(4), .object] {
      let array = try AnyNDArray(zeros: [2], dtype: dtype)
      #expect(throws: ArrayError(.unsupported, ""), "\(dtype)") { try statistics.add(array) }
    }
    #expect(statistics.count == 0)
    #expect(statistics.mean == nil)
  }

  private func isNear(_ found: Double?, _ expected: PythonLiteral?, _ tolerance: Double) -> Bool {
    guard let found, let expected = expected?.number else {
      return found == nil && (expected == nil || expected == PythonLiteral.none)
    }
    if found.isNaN || expected.isNaN { return found.isNaN && expected.isNaN }
    return found == expected || abs(found - expected) <= tolerance * abs(expected)
  }
}
