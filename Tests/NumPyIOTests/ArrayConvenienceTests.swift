import NumPyIO
import TestSupport
import Testing

/// What a stranger types first at loaded arrays, against the real NumPy (see ``Claims``).
@Suite struct ArrayConvenienceTests {
  private func claims<Element: NumericArrayElement & Comparable>(_: Element.Type, layout: Int) throws -> Claims {
    func laid(_ array: NDArray<Element>) throws -> NDArray<Element> {
      try NDArray(layouts(of: array.untyped)[layout].array)
    }
    var claims = Claims()
    let a = try laid(Claims.numbers(11, [4, 6]))
    let b = try laid(Claims.numbers(12, [4, 6]))
    let row = try laid(Claims.numbers(13, [6]))
    let t = try laid(Claims.numbers(14, [2, 3, 4]))
    let x = try b.element(at: [1, 1])
    claims.inputs =
      [("a", a), ("b", b), ("row", row), ("t", t)].map { (name: $0.0, array: $0.1.untyped) }
      + [("x", NDArray(scalar: x).untyped)]
    claims.expect("a % b", a % b)
    claims.expect("a % row", try a.modulo(row))
    claims.expect("a % x", a % x)
    claims.expect("x % a", x % a)
    claims.expect("t.transpose(2, 0, 1)", t.transposed(2, 0, 1))
    claims.expect("t.transpose(-1, 1, 0)", AnyNDArray(t).transposed(-1, 1, 0))
    claims.expect("t.reshape(4, -1)", AnyNDArray(t).reshaped(4, -1))
    claims.expect("t[:, :1].squeeze()", AnyNDArray(t)[.all, 0..<1].squeezed())
    claims.expect("t[:1].squeeze(0)", try AnyNDArray(t)[0..<1].squeezed(axis: 0))
    claims.expect("np.ones((2, 3), a.dtype)", NDArray<Element>(ones: 2, 3))
    let places = try NDArray([3, 0, -1, 2], shape: [2, 2])
    claims.expect("a[np.array([[3, 0], [-1, 2]])]", try a.taking(places))
    claims.expect("t.take([[1, 0]], axis=1)", try t.taking(NDArray(rows: [[1, 0]]), axis: 1))
    claims.expect("row[np.argsort(row, kind='stable')]", try row.taking(row.argsort()))
    let any = AnyNDArray(a)
    claims.expect("a[a > x]", any[a .> x])
    claims.expect("a[a[:, 0] > x]", any[a[.all, 0] .> x])
    claims.expect("a[[1, 1, -4]]", try any.taking([1, 1, -4]))
    claims.expect("np.stack([r for r in t])", try AnyNDArray.stacked(Array(AnyNDArray(t).rows)))
    return claims
  }

  @Test func agreesWithNumPy() async throws {
    var runs: [(name: String, claims: Claims)] = []
    func add<Element: NumericArrayElement & Comparable>(_ type: Element.Type) throws {
      for layout in 0..<5 { runs.append(("\(type)\(layout)", try claims(type, layout: layout))) }
    }
    func addFloat<Element: NumericArrayElement & BinaryFloatingPoint>(_ type: Element.Type) throws {
      try add(type)
      let a: NDArray<Element> = try Claims.numbers(15, [5, 7])
      for index in runs.indices.suffix(5) {
        runs[index].claims.inputs.append(("c", AnyNDArray(a)))
        runs[index].claims.expect("np.isnan(c)", a.isNaN)
        runs[index].claims.expect("np.isfinite(c)", a.isFinite)
        runs[index].claims.expect("c[~np.isnan(c)]", a[.!a.isNaN])
        runs[index].claims.expect("np.abs(c)", abs(a))
      }
    }
    func addSigned<Element: NumericArrayElement & FixedWidthInteger & SignedInteger>(_ type: Element.Type) throws {
      try add(type)
      let a = try NDArray([Element.min, .max, 0, -1, 1, -3], shape: [2, 3])
      let count = runs.count - 1
      runs[count].claims.inputs.append(("c", AnyNDArray(a)))
      runs[count].claims.expect("np.abs(c)", abs(a))
      runs[count].claims.expect("c % c.dtype.type(-1)", a % -1)
      runs[count].claims.expect("c % c.dtype.type(-3)", a % -3)
      runs[count].claims.expect("c % c.dtype.type(0)", a % 0)
    }
    try addSigned(Int8.self)
    try add(UInt8.self)
    try addSigned(Int16.self)
    try add(UInt16.self)
    try addSigned(Int32.self)
    try add(UInt32.self)
    try addSigned(Int64.self)
    try add(UInt64.self)
    try addFloat(Float16.self)
    try addFloat(Float.self)
    try addFloat(Double.self)
    try await Claims.check(runs)
  }

  @Test func complexNumbersHaveParts() async throws {
    var claims = Claims()
    let c = try NDArray([Complex(1.5, -2), Complex(0, -0.0), Complex(.infinity, 1), Complex(3, 4)], shape: [2, 2])
    let f = try c.asType(Complex<Float>.self)
    claims.inputs = [("c", AnyNDArray(c)), ("f", AnyNDArray(f))]
    claims.expect("c.real", c.real)
    claims.expect("c.imag", c.imaginary)
    claims.expect("c.T[1].imag", c.transposed()[1].imaginary)
    claims.expect("np.abs(c)", abs(c))
    claims.expect("f.real", f.real)
    claims.expect("f.imag", f.imaginary)
    claims.expect("np.abs(f)", abs(f))
    #expect(NDArray<Complex<Double>>(zeros: 0, 3).imaginary.shape == [0, 3])
    try await Claims.check([("complex", claims)])
  }

  @Test(arguments: [0, 7, 42]) func randomNumbersOfTheLegacyStream(seed: UInt32) async throws {
    var claims = Claims()
    var random = RandomState(seed: seed)
    claims.expect("(r := np.random.RandomState(\(seed))).permutation(10)", random.permutation(10))
    // The same generator goes on: each line draws all that came before.
    let lines = ["r.permutation(10)", "r.uniform(-2, 3.5, (2, 3))", "r.normal(5, 0.5, 7)", "r.permutation(1000)"]
    func after(_ count: Int) -> String {
      "(r := np.random.RandomState(\(seed)), \(lines[..<count].joined(separator: ", ")))[-1]"
    }
    claims.expect(after(2), random.uniform(-2, 3.5, shape: [2, 3]))
    claims.expect(after(3), random.normal(5, 0.5, shape: [7]))
    claims.expect(after(4), random.permutation(1000))
    for count in 0...2 {
      claims.expect("np.random.RandomState(3).permutation(\(count))", permutation(count))
    }
    try await Claims.check([("random", claims)])
  }

  private func permutation(_ count: Int) -> NDArray<Int> {
    var random = RandomState(seed: 3)
    return random.permutation(count)
  }

  @Test func reductionsGiveNumbers() throws {
    let any = AnyNDArray(try NDArray<Int16>([1, 2, 6, -1], shape: [2, 2]))
    #expect(try any.mean().item(as: Double.self) == 2)
    let largest: Int = try any.max().item()
    #expect(largest == 6)
    #expect(try any.sum().item(as: Float.self) == 8)
    func code<Element: ArrayElement>(_ array: AnyNDArray, _ type: Element.Type) -> ArrayError.Code? {
      do { _ = try array.item(as: type) } catch { return error.code }
      return nil
    }
    #expect(code(any, Int.self) == .shapeMismatch)
    #expect(code(AnyNDArray(NDArray(scalar: 1.5)), Int.self) == .dtypeMismatch)
    #expect(code(AnyNDArray(NDArray(scalar: UInt64.max)), Int.self) == .badValue)
    #expect(code(AnyNDArray(NDArray(scalar: 300)), Int8.self) == .badValue)
    #expect(code(AnyNDArray(NDArray(scalar: 127)), Int8.self) == nil)
    #expect(code(AnyNDArray(NDArray(scalar: -1)), UInt8.self) == .dtypeMismatch)
  }

  @Test func rowsOfTablesAreSelected() throws {
    struct Person: Codable, Equatable {
      var name: String
      var age: Int
    }
    let people = [Person(name: "Ada", age: 36), Person(name: "Bo", age: 12), Person(name: "Cy", age: 18)]
    let table = try AnyNDArray(rows: people)
    #expect(table.dtype.names == ["name", "age"])
    #expect(DType.float64.names == nil)
    #expect(try table["name"].strings() == ["Ada", "Bo", "Cy"])
    let ages = try table["age"].asType(Int.self)
    #expect(try table[ages .>= 18].rows(as: Person.self) == [people[0], people[2]])
    #expect(try table.taking(ages.argsort()).rows(as: Person.self) == [people[1], people[2], people[0]])
    #expect(try table.rows.map { try $0.rows(as: Person.self)[0] } == people)
    #expect(throws: ArrayError(.noSuchField, "")) { try table["height"] }
    #expect(throws: ArrayError(.shapeMismatch, "")) { try table.selecting(NDArray([true])) }
  }

  @Test func bytesAndBack() throws {
    let array = try NDArray<Int16>([1, -2, 3, 256], shape: [2, 2])
    let python = "import numpy as np; print(np.array([[1, -2], [3, 256]], 'i2').T.tobytes().hex())"
    let bytes = array.transposed().bytes
    #expect(
      try Python.run(["-c", python]).output == bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        + "\n")
    #expect(try NDArray<Int16>(bytes: bytes, shape: [2, 2]) == array.transposed())
    #expect(throws: ArrayError(.shapeMismatch, "")) { try NDArray<Int16>(bytes: bytes, shape: [3]) }
    #expect(try NDArray<Int16>(npy: array.npyBytes()) == array)
    #expect(throws: FormatError(.wrongDType, "")) { try NDArray<Int32>(npy: array.npyBytes()) }
    let floats = try array.asType(Float.self)
    #expect(try floats.encoded(as: .bfloat16).decoded(as: .bfloat16) == AnyNDArray(floats))
  }

  @Test func emptyArraysSaySo() {
    #expect(NDArray<Int>(zeros: 0, 3).isEmpty && AnyNDArray(NDArray<Int>([])).isEmpty)
    #expect(!NDArray(scalar: 1).isEmpty && !NDArray([0]).isEmpty)
  }

  @Test func equalArraysHaveOneHash() throws {
    let a = AnyNDArray(NDArray([0.0, 1.5, .infinity]))
    let other = try AnyNDArray(NDArray([-0.0, 1.5, .infinity])).asType(DType(">f8"), casting: .equiv)
    #expect(a == other)
    let reversed = AnyNDArray(NDArray([.infinity, 1.5, 0.0]))[.stride(by: -1)]
    let text = try AnyNDArray(strings: ["a", "bc"])
    let records = try AnyNDArray(rows: [Pair(a: 1, b: 2)])
    let set: Set<AnyNDArray> = [a, other, reversed, text, text, records, records.packed()]
    #expect(set.count == 3)
    #expect(set.contains(try AnyNDArray(strings: ["a", "bc"])))
    #expect(!set.contains(AnyNDArray(NDArray([0, 1]))))
  }

  private struct Pair: Codable {
    var a: Int8
    var b: Double
  }

  @Test func datesHaveNames() throws {
    #expect(DType.datetime(.nanosecond) == "M8[ns]")
    #expect(DateUnit.millisecond == DateUnit(.millisecond))
    let day = try #require(Datetime("2024-02-29"))
    #expect(day == Datetime(ticks: 19782, unit: .day))
    #expect(Datetime("2024-02-29T12:30")?.unit == .minute)
    #expect(Datetime("NaT")?.isNaT == true)
    #expect(Datetime("yesterday") == nil)
    let array = try AnyNDArray(datetimes: [day, .nat], unit: .second)
    #expect(try array.datetimes().map(\.description) == ["2024-02-29T00:00:00", "NaT"])
    #expect(Datetime.nat.isNaT)
    let python = "import numpy as np; print(np.array(['2024-02-29', 'NaT'], 'M8[s]').tobytes().hex())"
    let hex = try Python.run(["-c", python]).output
    #expect(array.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\n" == hex)
  }
}
