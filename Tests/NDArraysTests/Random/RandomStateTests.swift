import NDArrays
import Testing
import TestSupport

/// Against `np.random.RandomState`, by way of `Tests/Fixtures/make-numerics`.
@Suite struct RandomStateTests {
  let table: FixtureTable

  init() throws { table = try FixtureTable("random") }

  @Test(arguments: [0, 1, 42, 1 << 31, UInt32.max])
  func drawsOfAllKindsInTurn(seed: UInt32) throws {
    var random = RandomState(seed: seed)
    func expect(_ name: String, _ array: AnyNDArray) throws {
      #expect(areIdentical(array, try table["mixed \(seed) \(name)"]), "\(name)")
    }
    try expect("randint", AnyNDArray(random.randint(1, 100, shape: [5, 7])))
    try expect("sample", AnyNDArray(random.randomSample(shape: [3, 4])))
    try expect("normal", AnyNDArray(random.standardNormal(shape: [5])))
    let bytes = random.randint(0, 200, shape: [11], as: UInt8.self)
    try expect("bytes", AnyNDArray(bytes))
    try expect("normal again", AnyNDArray(random.standardNormal(shape: [4])))
    try expect("bools", AnyNDArray(random.randomBools(shape: [37])))
    try expect("last", AnyNDArray(random.randint(0, 1 << 62, shape: [3])))
  }

  @Test func everyIntegerTypeAndRange() throws {
    var seen = 0
    for name in table.names where name.hasPrefix("range") && !name.hasSuffix("then") {
      let parts = name.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      let shape = parts[4].split(separator: "x").compactMap { Int($0) }
      func check<Element: ArrayElement & FixedWidthInteger>(_: Element.Type) throws {
        let low = try #require(Element(parts[2]))
        let high = try #require(Element(parts[3]))
        var random = RandomState(seed: 12345)
        let array = random.randint(in: low...high, shape: shape)
        #expect(areIdentical(AnyNDArray(array), try table[name]), "\(name)")
        let next = random.randomSample(shape: [])
        #expect(
          areIdentical(AnyNDArray(next), try table[name + " then"]), "\(name), how many draws were taken")
        if high < .max {
          var again = RandomState(seed: 12345)
          let half = again.randint(low, high + 1, shape: shape, as: Element.self)
          #expect(half.elements == array.elements)
        }
        if let low = Int(exactly: low), let high = Int(exactly: high), high < .max {
          var again = RandomState(seed: 12345)
          let any = try again.randint(low, high + 1, shape: shape, dtype: Element.dtype)
          #expect(areIdentical(any, AnyNDArray(array)))
        }
      }
      switch parts[1] {
      case "u1": try check(UInt8.self)
      case "i1": try check(Int8.self)
      case "u2": try check(UInt16.self)
      case "i2": try check(Int16.self)
      case "u4": try check(UInt32.self)
      case "i4": try check(Int32.self)
      case "u8": try check(UInt64.self)
      default: try check(Int64.self)
      }
      seen += 1
    }
    #expect(seen == 35 * 5)
  }

  @Test func drawsAcrossBlocks() throws {
    var random = RandomState(seed: 7)
    let integers = random.randint(1, 100, shape: [5000]).elements
    let weighted = integers.indices.reduce(0) { $0 + integers[$1] * Int64($1) }
    #expect(try NDArray<Int64>(table["long"]).elements == [integers.reduce(0, +), weighted, integers[4999]])
    let normals = random.standardNormal(shape: [2001]).elements
    #expect(
      try NDArray<Double>(table["long normal"]).elements == [0, 1, 623, 624, 1999, 2000].map { normals[$0] })
  }

  @Test func boundsOutsideTheDTypeAreRefused() {
    var random = RandomState(seed: 0)
    let wrong: [(Int, Int, DType)] = [
      (-1, 5, .uint8), (0, 257, .uint8), (5, 5, .int64), (6, 5, .int16), (0, 3, .bool), (0, 5, .float64),
      (-129, 0, .int8), (0, .min, .int8), (.min, .max, .int32),
    ]
    for (low, high, dtype) in wrong {
      #expect(throws: ArrayError.self) { try random.randint(low, high, shape: [2], dtype: dtype) }
    }
    #expect(throws: ArrayError.self) { try random.randint(0, 5, shape: [-1], dtype: .int8) }
    #expect(throws: ArrayError.self) { try random.randint(0, 5, shape: [.max, .max], dtype: .int8) }
  }

  @Test func copiesGoOnAlike() {
    var first = RandomState(seed: 3)
    _ = first.standardNormal(shape: [3])
    var second = first
    #expect(first.standardNormal(shape: [700]).elements == second.standardNormal(shape: [700]).elements)
  }
}

/// Numbers without a seed: within their range, and all of it.
@Suite struct UnseededRandomTests {
  @Test func integersFillTheirRange() {
    let array = NDArray.random(in: 1..<100, shape: [300, 100])
    #expect(array.shape == [300, 100])
    #expect(Set(array.elements) == Set(1..<100))
    #expect(Set(NDArray<Int8>.random(in: .min ... .max, shape: [20000]).elements).count == 256)
    #expect(Set(NDArray<UInt64>.random(in: .min ... .max, shape: [1000]).elements).count == 1000)
    #expect(NDArray<UInt16>.random(in: 7...7, shape: [3]).elements == [7, 7, 7])
    #expect(Set(NDArray<Int32>.random(in: -1...1, shape: [500]).elements) == [-1, 0, 1])
    #expect(NDArray<Int>.random(in: 0..<5, shape: [0, 3]).count == 0)
  }

  @Test func realNumbersStayInTheirRange() {
    let doubles = NDArray.random(in: -1.5..<2.5, shape: [10000]).elements
    #expect(doubles.allSatisfy { $0 >= -1.5 && $0 < 2.5 })
    #expect(abs(doubles.reduce(0, +) / 10000 - 0.5) < 0.1)
    let floats = NDArray<Float>.random(in: 0...1, shape: [100]).elements
    #expect(floats.allSatisfy { $0 >= 0 && $0 <= 1 } && Set(floats).count > 90)
  }

  @Test func truthValuesAreBoth() {
    #expect(Set(NDArray<Bool>.random(shape: [200]).elements).count == 2)
  }
}
