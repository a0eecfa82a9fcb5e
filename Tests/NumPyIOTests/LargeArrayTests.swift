import NumPyIO
import TestSupport
import Testing

/// Arrays of more elements than the loops take at a time, in every layout, against the real NumPy.
@Suite struct LargeArrayTests {
  private func arithmetic<Element: NumericArrayElement & Comparable & ReducibleElement>(
    _: Element.Type, layout: Int
  ) throws -> Claims where Element.Total: NumericArrayElement {
    func laid(_ array: NDArray<Element>) throws -> NDArray<Element> {
      try NDArray(layouts(of: array.untyped)[layout].array)
    }
    var claims = Claims()
    let a = try laid(Claims.numbers(6, [3, 1111]))
    let b = try laid(Claims.numbers(7, [3, 1111]))
    let row = try laid(Claims.numbers(8, [1111]))
    let column = try laid(Claims.numbers(9, [3, 1]))
    let t = try laid(Claims.numbers(10, [2, 70, 40]))
    let x = try b.element(at: [1, 1000])
    claims.inputs =
      [("a", a), ("b", b), ("row", row), ("column", column), ("t", t)].map { (name: $0.0, array: $0.1.untyped) }
      + [("x", NDArray(scalar: x).untyped)]
    // What is saved has its layout only if it is packed.
    let isPacked = layout < 2
    func expect(_ expression: String, _ array: AnyNDArray) {
      claims.expect(expression, array, keepsOrder: isPacked)
    }
    expect("a + b", (a + b).untyped)
    expect("a * b - a", (a * b - a).untyped)
    expect("a.T - b.T", (a.transposed() - b.transposed()).untyped)
    expect("a + np.ascontiguousarray(b)", try (a + NDArray(b.untyped.packed())).untyped)
    expect("t + t", (t + t).untyped)
    expect(
      "t.transpose(1, 0, 2) * t.transpose(1, 0, 2)", try (t.transposed([1, 0, 2]) * t.transposed([1, 0, 2])).untyped)
    expect("a + x", (a + x).untyped)
    expect("x - a", (x - a).untyped)
    expect("a == b", (a .== b).untyped)
    expect("a.T < b.T", (a.transposed() .< b.transposed()).untyped)
    expect("(a <= x) & (b != x)", ((a .<= x) .& (b .!= x)).untyped)
    claims.expect("a + row", a + row)
    claims.expect("column * a", column * a)
    claims.expect("row - column", row - column)
    var c = a
    c += b
    c *= row
    c -= x
    claims.expect("(a + b) * row - x", c)
    var same = a
    same *= same
    claims.expect("a * a", same)
    for axis in 0..<2 {
      claims.expect("a.max(axis=\(axis))", try a.max(axis: axis))
      claims.expect("a.min(axis=\(axis))", try a.min(axis: axis))
      claims.expect("(a > x).max(axis=\(axis))", try (a .> x).untyped.max(axis: axis))
      claims.expect("(a > x).min(axis=\(axis))", try (a .> x).untyped.min(axis: axis))
    }
    for axis in 0..<3 { claims.expect("t.max(axis=\(axis))", try t.max(axis: axis)) }
    claims.expect("np.max(row)", try row.max())
    claims.expect("np.min(t)", try t.min())
    claims.expect("(t > x).max()", try (t .> x).untyped.max())
    claims.expect("(t >= t.min()).min()", try (t .>= t.min()).untyped.min())
    return claims
  }

  @Test func arithmeticAndExtremes() async throws {
    var runs: [(name: String, claims: Claims)] = []
    func add<Element: NumericArrayElement & Comparable & ReducibleElement>(
      _ type: Element.Type
    ) throws where Element.Total: NumericArrayElement {
      for layout in 0..<5 { runs.append(("\(type)\(layout)", try arithmetic(type, layout: layout))) }
    }
    try add(Int8.self)
    try add(UInt8.self)
    try add(Int16.self)
    try add(UInt16.self)
    try add(Int32.self)
    try add(UInt32.self)
    try add(Int64.self)
    try add(UInt64.self)
    try add(Float16.self)
    try add(Float.self)
    try add(Double.self)
    try await Claims.check(runs)
  }

  private static let dtypes = [
    "?", "i1", "u1", "<i2", ">u2", "<i4", ">i4", "<u4", "<i8", ">i8", "<u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8",
    "<c8",
    "<c16", ">c16",
  ]

  /// Numbers that fit the target and, of floats, many that do not, between all layouts.
  @Test func casts() async throws {
    var claims = Claims()
    var random = RandomState(seed: 3)
    let whole: NDArray<Int64> = random.randint(-70_000, 70_000, shape: [2, 1100])
    let floats: NDArray<Double> = random.standardNormal(shape: [2, 1100]) * 1e6
    var odd = floats.flattened()
    for (index, value) in [Double.nan, .infinity, -.infinity, -0.0, 1e300, 65519.9, 0x1p63, 0x1p31, -0x1p31 - 1]
      .enumerated()
    {
      odd[index * 7] = value
    }
    for (number, code) in LargeArrayTests.dtypes.enumerated() {
      let dtype = try DType(parsing: code)
      let isReal = dtype.kind == .float || dtype.kind == .complex
      let source = isReal ? try odd.reshaped([2, 1100]).untyped : whole.untyped
      let array = try source.asType(dtype, casting: .unsafe)
      claims.inputs.append(("s\(number)", array))
      for (layout, laid) in try layouts(of: array).enumerated() {
        for target in LargeArrayTests.dtypes where target != code {
          // NumPy warns of the imaginary parts it drops.
          if dtype.kind == .complex, !target.contains("c") { continue }
          let wanted = try DType(parsing: target)
          if layout > 1, wanted.itemSize > 4 { continue }
          // What does not fit is another number on each processor, and in each of NumPy's loops.
          if isReal, target == "<u4" || target == "<u8" { continue }
          claims.expect("s\(number).astype('\(target)')", try laid.array.asType(wanted, casting: .unsafe))
        }
      }
    }
    try await Claims.check([("casts", claims)])
  }

  @Test func deviations() async throws {
    var claims = Claims()
    var random = RandomState(seed: 4)
    let floats: NDArray<Double> = random.standardNormal(shape: [37, 600])
    for (number, code) in LargeArrayTests.dtypes.enumerated() where !code.contains("c") {
      let dtype = try DType(parsing: code)
      let array = try (floats * 9).untyped.asType(dtype, casting: .unsafe)
      for (layout, laid) in try layouts(of: array).prefix(2).enumerated() {
        claims.inputs.append(("s\(number)_\(layout)", laid.array))
        for axis in 0..<2 {
          claims.expect("s\(number)_\(layout).std(axis=\(axis))", try laid.array.std(axis: axis))
          claims.expect("s\(number)_\(layout).sum(axis=\(axis))", try laid.array.sum(axis: axis))
          claims.expect("s\(number)_\(layout).max(axis=\(axis))", try laid.array.max(axis: axis))
        }
        claims.expect("s\(number)_\(layout).std()", try laid.array.std())
        claims.expect("s\(number)_\(layout).sum()", try laid.array.sum())
        claims.expect("s\(number)_\(layout).max()", try laid.array.max())
        claims.expect(
          "np.ascontiguousarray(s\(number)_\(layout)).reshape(2, -1).sum(axis=1)",
          try laid.array.packed().reshaped([2, 11100]).sum(axis: 1))
        claims.expect("s\(number)_\(layout).mean()", try laid.array.mean())
      }
    }
    try await Claims.check([("deviations", claims)])
  }

  /// A single element that differs is found wherever it is, and NaN, zeros and byte orders count as they should.
  @Test func equality() throws {
    var random = RandomState(seed: 5)
    let whole: NDArray<Int64> = random.randint(0, 100, shape: [3, 1111])
    for code in LargeArrayTests.dtypes {
      let dtype = try DType(parsing: code)
      let array = try whole.untyped.asType(dtype, casting: .unsafe)
      for (_, left) in try layouts(of: array) {
        for (_, right) in try layouts(of: array) { #expect(try left.isEqual(to: right), "\(code)") }
        #expect(try left.isEqual(to: left.asType(dtype.withByteOrder(dtype.isNative ? .big : .little))), "\(code)")
      }
      for place in [[0, 0], [1, 1023], [1, 1024], [2, 1110]] {
        var other = array
        let number = try other.slice(place.map { .index($0) }).asType(Double.self, casting: .unsafe).item()
        let changed = NDArray<Double>(scalar: dtype == .bool ? 1 - number : number + 1)
        try other.assign(changed.untyped.asType(dtype, casting: .unsafe), to: place.map { .index($0) })
        for (_, left) in try layouts(of: array) { #expect(try !left.isEqual(to: other), "\(code) \(place)") }
      }
    }
    var a = NDArray<Double>(zeros: 3000)
    let b = a
    a[2999] = -0.0
    #expect(try a.untyped.isEqual(to: b.untyped))
    a[5] = .nan
    #expect(try !a.untyped.isEqual(to: a.untyped))
    #expect(try a.untyped.isEqual(to: a.untyped, equalNaN: true))
    #expect(try !a.untyped.isEqual(to: b.untyped, equalNaN: true))
  }
}
