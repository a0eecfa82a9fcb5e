import NumPyIO
import TestSupport
import Testing

/// What a person does with loaded arrays, against the real NumPy: results are saved under the NumPy expression that they
/// must equal, in dtype, shape and value.
@Suite struct ArrayFunctionsTests {
  private func claims<Element: NumericArrayElement & Comparable & ReducibleElement>(
    _: Element.Type, layout: Int
  ) throws -> Claims where Element.Total: NumericArrayElement {
    func laid(_ array: NDArray<Element>) throws -> NDArray<Element> {
      try NDArray(layouts(of: array.untyped)[layout].array)
    }
    var claims = Claims()
    let a = try laid(Claims.numbers(1, [4, 6]))
    let b = try laid(Claims.numbers(2, [4, 6]))
    let row = try laid(Claims.numbers(3, [6]))
    let column = try laid(Claims.numbers(4, [4, 1]))
    let t = try laid(Claims.numbers(5, [2, 3, 4]))
    let none = try NDArray<Element>(zeros: [0, 3])
    let x = try b.element(at: [3, 3])
    claims.inputs =
      [("a", a), ("b", b), ("row", row), ("column", column), ("t", t), ("none", none)]
      .map { (name: $0.0, array: $0.1.untyped) } + [("x", NDArray(scalar: x).untyped)]

    // Broadcasting.
    claims.expect("a + row", a + row)
    claims.expect("column - a", column - a)
    claims.expect("row * column", row * column)
    claims.expect("t + t[:, :1]", try t.adding(t[.all, 0..<1]))
    claims.expect("none + row[:3]", none + row[0..<3])
    claims.expect("-a", -a)
    var c = a
    c += row
    c -= column
    c *= b
    c += x
    claims.expect("((a + row) - column) * b + x", c)
    claims.expect("a", a)
    var same = a
    same += same
    claims.expect("a + a", same)

    // Comparisons.
    claims.expect("a == b", a .== b)
    claims.expect("a != b", a .!= b)
    claims.expect("a < row", a .< row)
    claims.expect("a <= b", a .<= b)
    claims.expect("column > a", column .> a)
    claims.expect("a >= x", a .>= x)
    claims.expect("x < a", x .< a)
    claims.expect("a != x", a .!= x)
    for (comparison, sign) in [
      (NDArray<Element>.Comparison.equal, "=="), (.notEqual, "!="), (.less, "<"), (.lessOrEqual, "<="), (.greater, ">"),
      (.greaterOrEqual, ">="),
    ] { claims.expect("a \(sign) b", try a.comparing(comparison, to: b)) }
    let (p, q) = (a .> x, b .< row)
    claims.expect("(a > x) & (b < row)", p .& q)
    claims.expect("(a > x) | (b < row)", p .| q)
    claims.expect("(a > x) ^ (b < row)", p .^ q)
    claims.expect("~(a > x)", .!p)
    claims.expect("(a > x).all()", p.all())
    claims.expect("(a > x).any()", p.any())
    claims.expect("(a > x).all(axis=0)", try p.all(axis: 0))
    claims.expect("(a > x).any(axis=-1)", try p.any(axis: -1))
    claims.expect("np.nonzero(t > x)[1]", (t .> x).nonzero()[1])

    // Selection.
    claims.expect("a[a > x]", a[a .> x])
    claims.expect("a[column[:, 0] > row[0]]", a[column[.all, 0] .> row[0]])
    claims.expect("a.take([3, -1, 0, 3], axis=0)", try a.taking([3, -1, 0, 3]))
    claims.expect("t.take([2, 0], axis=1)", try t.taking([2, 0], axis: 1))
    claims.expect("t.take([-1], axis=-1)", try t.taking([-1], axis: -1))
    claims.expect("np.where(a > x, row, b)", try NDArray.choosing(where: a .> x, row, b))
    claims.expect("np.where(a > x, a, x)", try NDArray.choosing(where: a .> x, a, x))
    claims.expect("np.where(a > x, x, a)", try NDArray.choosing(where: a .> x, x, a))
    var d = a
    d[d .> x] = NDArray(scalar: x)
    claims.expect("np.where(a > x, x, a)", d)
    d = a
    d[d .> x] = x
    claims.expect("np.where(a > x, x, a)", d)
    d[d .== x] += row[0] as Element
    claims.expect("np.where(a >= x, x + row[0], a)", d)
    var e = b
    e[a .> x] = a[a .> x]
    claims.expect("np.where(a > x, a, b)", e)
    var f = a
    f[column[.all, 0] .> row[0]] = row
    claims.expect("np.where(column > row[0], row, a)", f)

    // Order.
    for axis in [0, 1, -1] {
      claims.expect("np.sort(a, axis=\(axis))", try a.sorted(axis: axis))
      claims.expect("np.argsort(a, axis=\(axis), kind='stable')", try a.argsort(axis: axis))
      claims.expect("a.argmin(axis=\(axis))", try a.argmin(axis: axis))
      claims.expect("t.argmax(axis=\(axis))", try t.argmax(axis: axis))
      claims.expect("t.cumsum(axis=\(axis))", try t.cumsum(axis: axis))
      claims.expect("a.cumprod(axis=\(axis))", try a.cumprod(axis: axis))
    }
    claims.expect("np.sort(none, axis=0)", try none.sorted(axis: 0))
    claims.expect("a.argmin()", try a.argmin())
    claims.expect("a.argmax()", try a.argmax())
    claims.expect("a.cumsum()", a.cumsum())
    claims.expect("t.cumprod()", t.cumprod())
    claims.expect("none.cumsum()", none.cumsum())
    let (low, high) = try NDArray<Int8>([1, 5]).asType(Element.self, casting: .unsafe).pair()
    claims.expect("a.clip(1, 5)", a.clipped(min: low, max: high))
    claims.expect("a.clip(max=5)", a.clipped(max: high))

    // Axes.
    claims.expect("t.min(axis=(0, 2))", try t.min(axes: [0, 2]))
    claims.expect("t.max(axis=(-1, 0), keepdims=True)", try t.max(axes: [-1, 0], keepDims: true))
    claims.expect("a.max(axis=(), keepdims=True)", try a.max(axes: [], keepDims: true))
    claims.expect("column.squeeze()", column.squeezed())
    claims.expect("column.squeeze(-1)", try column.squeezed(axis: -1))
    claims.expect("np.expand_dims(a, 1)", try a.expandingDimensions(axis: 1))
    claims.expect("np.expand_dims(a, -1)", try a.expandingDimensions(axis: -1))
    claims.expect("np.broadcast_to(row, (2, 3, 6))", try row.broadcast(to: [2, 3, 6]))
    claims.expect("a[1]", a[1])
    claims.expect("t[-1, 2]", t[-1, 2, .ellipsis])
    claims.expect("t[1:, 2]", try t.slice(1..., 2))
    claims.expect("a[1, 2]", try a.element(at: 1, 2))
    claims.expect("np.stack([r.sum() for r in t])", try NDArray.stacked(t.rows.map { NDArray(scalar: $0.sum()) }))
    let single: Element = a[1, 2]
    claims.expect("a[1, 2]", single)
    var g = t
    g[1] = NDArray(scalar: x)
    g[0, 2, .all] = row[0..<4]
    g[0, 0, 1] = x
    claims.expect(
      "(h := t.copy(), h.__setitem__(1, x), h.__setitem__((0, 2), row[:4]), h.__setitem__((0, 0, 1), x))[0]", g)

    var k = t
    k[1] = x
    k[0, 1...] = x
    k[.all, 0, -1] = x
    k[0, 0, .all] += x
    claims.expect(
      "(h := t.copy(), h.__setitem__(1, x), h.__setitem__((0, slice(1, 3)), x), h.__setitem__((slice(0, 2), 0, -1), x), "
        + "h[0, 0].__iadd__(x))[0]", k)

    // Sequences.
    claims.expect("a.ravel()", NDArray(Array(a)))
    return claims
  }

  @Test func agreesWithNumPy() async throws {
    var runs: [(name: String, claims: Claims)] = []
    func add<Element: NumericArrayElement & Comparable & ReducibleElement>(
      _ type: Element.Type
    ) throws where Element.Total: NumericArrayElement {
      for layout in 0..<5 { runs.append(("\(type)\(layout)", try claims(type, layout: layout))) }
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

  /// Sums of several axes, of numbers whose sums are exact; of one axis that stays; what divides; numbers in steps.
  @Test func numbersInStepsAndSums() async throws {
    var claims = Claims()
    let t = try NDArray<Int32>(Array(-30..<30), shape: [3, 4, 5])
    let f = try t.asType(Double.self)
    // Sums of these are rounded, so that their bits tell the order in which they were added.
    let long = try NDArray<Float>((0..<3000).map { Float($0) / 10 }, shape: [1000, 3])
    claims.inputs = [("t", t.untyped), ("f", f.untyped), ("long", long.untyped)]
    for axes in [[0], [1, 2], [0, 2], [-1, 1, 0], []] {
      let python = "(" + axes.map { "\($0)," }.joined() + ")"
      claims.expect("t.sum(axis=\(python))", try t.sum(axes: axes))
      claims.expect("f.mean(axis=\(python), keepdims=True)", try f.mean(axes: axes, keepDims: true))
    }
    claims.expect("t.sum(axis=1, keepdims=True)", try t.sum(axis: 1, keepDims: true))
    claims.expect("f.mean(axis=-1, keepdims=True)", try f.mean(axis: -1, keepDims: true))
    claims.expect("f.std(axis=0, ddof=1, keepdims=True)", try f.std(axis: 0, ddof: 1, keepDims: true))
    claims.expect("t.max(axis=1, keepdims=True)", try t.max(axis: 1, keepDims: true))
    claims.expect("t.min(axis=-1, keepdims=True)", try t.min(axis: -1, keepDims: true))
    claims.expect("t.min(axis=0)", try t.min(axis: 0, keepDims: false))
    claims.expect("long.sum(axis=0, keepdims=True)", try long.sum(axis: 0, keepDims: true))
    claims.expect("long.std(axis=0, keepdims=True)", try long.std(axis: 0, keepDims: true))
    claims.expect("t.sum(axis=2)", try t.sum(axis: 2, keepDims: false))
    claims.expect("f.std(axis=(0, 1), ddof=1)", try f.std(axes: [0, 1], ddof: 1))
    claims.expect("t / (t[0] + 100)", t / (t[0] + 100))
    var half = f
    half /= 2
    half /= f[0]
    claims.expect("f / 2 / f[0]", half)
    claims.expect("np.arange(5)", try NDArray<Int64>.arange(to: 5))
    claims.expect("np.arange(9, -2, -3, dtype='i2')", try NDArray<Int16>.arange(9, to: -2, by: -3))
    claims.expect("np.arange(-128, 127, 50, dtype='i1')", try NDArray<Int8>.arange(-128, to: 127, by: 50))
    claims.expect("np.arange(3, 3, dtype='u1')", try NDArray<UInt8>.arange(3, to: 3))
    for (start, stop, step) in [(0.0, 1.0, 0.1), (1, 2.05, 0.3), (5, 0, -0.7), (0, -1, 0.5), (1e10, 1e10 + 3, 0.25)] {
      claims.expect("np.arange(\(start), \(stop), \(step))", try NDArray<Double>.arange(start, to: stop, by: step))
      claims.expect("np.linspace(\(start), \(stop), 7)", try NDArray<Double>.linspace(start, stop, count: 7))
      claims.expect(
        "np.linspace(\(start), \(stop), 50, endpoint=False)",
        try NDArray<Double>.linspace(start, stop, includesEnd: false))
      claims.expect(
        "np.linspace(\(start), \(stop), 3, dtype='f4')",
        try NDArray<Float>.linspace(Float(start), Float(stop), count: 3))
    }
    for count in 0...2 {
      claims.expect("np.linspace(2, 3, \(count))", try NDArray<Double>.linspace(2, 3, count: count))
    }
    claims.expect("np.linspace(0, 5e-324, 4)", try NDArray<Double>.linspace(0, .leastNonzeroMagnitude, count: 4))
    claims.expect("np.arange(2.5, 9, 0.7, dtype='f4')", try NDArray<Float>.arange(2.5, to: 9, by: 0.7))
    claims.expect("np.ones((2, 0, 3))", try NDArray<Double>(ones: [2, 0, 3]))
    claims.expect("np.ones((2, 3), 'f4')", NDArray<Float>(ones: 2, 3))
    claims.expect("np.array([[1, 2, 3], [4, 5, 6]])", try NDArray<Int64>(rows: [[1, 2, 3], [4, 5, 6]]))
    claims.expect("np.zeros((2, 0))", try NDArray<Double>(rows: [[], []]))
    try await Claims.check([("steps", claims)])
  }

  @Test func errorsHaveCodes() throws {
    let a = try NDArray<Double>(Array(0..<6).map(Double.init), shape: [2, 3])
    func code(_ body: () throws -> Void) -> ArrayError.Code? {
      do { try body() } catch { return (error as? ArrayError)?.code }
      return nil
    }
    #expect(code { _ = try a.adding(NDArray([1, 2])) } == .shapeMismatch)
    #expect(code { _ = try a.comparing(.less, to: NDArray([1, 2])) } == .shapeMismatch)
    #expect(code { _ = try a.selecting(NDArray([true])) } == .shapeMismatch)
    #expect(code { _ = try a.taking([3], axis: 1) } == .indexOutOfRange)
    #expect(code { _ = try a.taking([0], axis: 2) } == .axisOutOfRange)
    #expect(code { _ = try a.squeezed(axis: 0) } == .shapeMismatch)
    #expect(code { _ = try a.sum(axes: [0, -2]) } == .badIndex)
    #expect(code { _ = try NDArray<Double>([]).argmax() } == .badValue)
    #expect(code { _ = try NDArray<Double>(ones: [2, -1]) } == .shapeMismatch)
    #expect(code { _ = try NDArray<Double>(rows: [[1], [2, 3]]) } == .shapeMismatch)
    // The shapes in the order in which they were given, whichever loop compares.
    for comparison in [NDArray<Double>.Comparison.less, .lessOrEqual, .greater, .greaterOrEqual, .equal] {
      #expect {
        try a.comparing(comparison, to: NDArray([1, 2]))
      } throws: { error in
        "\(error)" == "operands could not be broadcast together with shapes (2, 3) (2,)"
      }
    }
    #expect(code { _ = try NDArray<Double>.arange(0, to: 1, by: 0) } == .badValue)
    #expect(code { _ = try NDArray<Double>.arange(0, to: .nan) } == .badValue)
    #expect(code { _ = try NDArray<Double>.arange(0, to: 1e300) } == .tooLarge)
    #expect(code { _ = try NDArray<Double>.linspace(0, 1, count: -1) } == .badValue)
    #expect(code { _ = try NDArray<Double>.linspace(0, 1, count: 1 << 55) } == .tooLarge)
    #expect(code { _ = try a.element(at: [0]) } == .badIndex)
    #expect(code { _ = try a.element(at: [0, 3]) } == .indexOutOfRange)
    #expect(code { _ = try a.item() } == .shapeMismatch)
    var b = a
    #expect(code { try b.assign(NDArray([1, 2]), where: a .> 1) } == .shapeMismatch)
    #expect(b == a)
  }

  @Test func partsAlongTheFirstAxis() throws {
    let a = try NDArray<Int>(Array(0..<24), shape: [2, 3, 4])
    for array in [a, try a.transposed([2, 0, 1]), a[.stride(by: -1), .all, .stride(by: 2)], a[0..<0], a[.all, 1..<1]] {
      #expect(array.rows == array.shape[0..<1].flatMap { (0..<$0).map { array[$0, .ellipsis] } })
      #expect(AnyNDArray(array).rows == array.rows.map { AnyNDArray($0) })
    }
    #expect(a[0, 1].rows.map { try? $0.item() } == [4, 5, 6, 7])
    #expect(NDArray(scalar: 1).rows.isEmpty)
    // A part that is written to has bytes of its own.
    var row = a.rows[1]
    row[0] = 7
    #expect(a[1, 0, 0] == 12)
  }

  @Test func conformances() throws {
    let a: NDArray<Int> = [3, 1, 2]
    #expect(a.reduce(0, +) == 6)
    #expect(a.sorted() == [1, 2, 3])
    #expect(Set([a, [3, 1, 2], [1]]).count == 2)
    #expect(Array(try NDArray<Int>(Array(0..<4), shape: [2, 2]).transposed()) == [0, 2, 1, 3])
    #expect(AnyNDArray(a) == AnyNDArray([3, 1, 2] as NDArray<Int>))
    #expect(AnyNDArray(a) != AnyNDArray([3, 1] as NDArray<Int>))
    #expect(AnyNDArray(a) != AnyNDArray([3, 1, 2] as NDArray<Double>))
    let dtype: DType = "<f4"
    #expect(dtype == .float32)
    #expect(try AnyNDArray(a).asType(Float.self) == [3, 1, 2])
    #expect(Mirror(reflecting: a).children.compactMap(\.label) == ["shape", "dtype", "elements"])
    var random = RandomState(seed: 1)
    #expect((0..<10).contains(Int.random(in: 0..<10, using: &random)))
    // A row is written through, without the array it came from.
    var m = try NDArray<Int>(zeros: [2, 2])
    let row = m[0]
    m[0] = [5, 6]
    #expect(row.elements == [0, 0] && m.elements == [5, 6, 0, 0])
  }
}

extension NDArray {
  /// The two elements of an array of two.
  fileprivate func pair() throws -> (Element, Element) { (try element(at: [0]), try element(at: [1])) }
}
