import ByteIO
import ComplexModule
import NumPyIO
import Testing
import TestSupport

/// Records, text and moments as Swift values, against arrays that NumPy makes and checks.
@Suite struct RowTests {
  struct Inner: Codable, Equatable {
    var a: Int16
    var b: [[Float]]
  }
  struct Star: Codable, Equatable {
    var name: String
    var tag: String
    var id: UInt64
    var flag: Bool
    var weight: Double
    var half: Double
    var wide: Double
    var position: [Double]
    var phase: Complex<Double>
    var seen: Datetime
    var inner: Inner
    var note: Int?
  }

  static let dtype = """
    np.dtype([('name','<U6'),('tag','S4'),('id','u8'),('flag','?'),('weight','f8'),('half','f2'),('wide','g'),
    ('position','f8',(3,)),('phase','c16'),('seen','M8[ms]'),('inner',[('a','i2'),('b','f4',(2,2))])])
    """
  static let rows = """
    [('Véga', b'ab', 2**64-1, True, 0.1, 1.5, -2.25, [1,2,3], 1-2j, '2024-02-29T12:30:00.125', (-7, [[1,2],[3,4.5]])),
    ('', b'', 0, False, float('inf'), -0.0, 0.5, [0,0,-1], 0, 'NaT', (32767, [[0,0],[0,0]]))]
    """
  static let stars = [
    Star(
      name: "Véga", tag: "ab", id: .max, flag: true, weight: 0.1, half: 1.5, wide: -2.25, position: [1, 2, 3],
      phase: Complex(1, -2), seen: Datetime(ticks: 1_709_209_800_125, unit: DateUnit(.millisecond)),
      inner: Inner(a: -7, b: [[1, 2], [3, 4.5]]), note: nil),
    Star(
      name: "", tag: "", id: 0, flag: false, weight: .infinity, half: -0.0, wide: 0.5, position: [0, 0, -1], phase: 0,
      seen: Datetime(ticks: .min, unit: DateUnit(.millisecond)), inner: Inner(a: .max, b: [[0, 0], [0, 0]]), note: nil),
  ]

  private func python(_ lines: String, in folder: String) throws {
    let outcome = try Python.run(["-c", "import numpy as np\ndtype = \(RowTests.dtype)\n\(lines)"], folder: folder)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
  }

  @Test(arguments: ["", ".newbyteorder('>')"], ["a", "np.repeat(a, 2)[::2]", "a[::-1][::-1]", "a.reshape(1, 2)"])
  func recordsBecomeValues(_ order: String, _ layout: String) throws {
    try TemporaryFolder.with { folder in
      try python(
        "a = np.array(\(RowTests.rows), dtype).astype(dtype\(order)); np.save('a.npy', \(layout))", in: folder)
      let array = try AnyNDArray(contentsOf: folder + "/a.npy")
      #expect(try array.rows(as: Star.self) == RowTests.stars)
      // A view backwards, and one of every other record.
      let flat = try array.reshaped([2])
      #expect(try flat[.stride(by: -1)].rows(as: Star.self) == RowTests.stars.reversed())
      #expect(try flat[.stride(by: 2)].rows(as: Star.self) == [RowTests.stars[0]])
      #expect(try flat[0..<0].rows(as: Star.self).isEmpty)
    }
  }

  @Test(arguments: [false, true]) func valuesBecomeRecords(_ isBig: Bool) throws {
    try TemporaryFolder.with { folder in
      try python(
        "np.save('empty.npy', np.empty(0, dtype\(isBig ? ".newbyteorder('>')" : "")))", in: folder)
      let dtype = try AnyNDArray(contentsOf: folder + "/empty.npy").dtype
      try AnyNDArray(rows: RowTests.stars, dtype: dtype).save(to: folder + "/ours.npy")
      try python(
        """
        ours = np.load('ours.npy'); wanted = np.array(\(RowTests.rows), dtype)
        assert ours.dtype == dtype\(isBig ? ".newbyteorder('>')" : ""), ours.dtype
        assert repr(ours) == repr(wanted.astype(ours.dtype)), ours
        """, in: folder)
    }
  }

  @Test func theDTypeFollowsFromTheValues() throws {
    struct Row: Codable, Equatable {
      var id: Int
      var word: String
      var small: Float
      var point: [Int8]
      var maybe: Double?
      var when: Datetime
      var on: Bool
    }
    let unit = DateUnit(.day)
    let rows = [
      Row(id: 1, word: "a", small: 0.5, point: [1, -1], maybe: nil, when: Datetime(ticks: 0, unit: unit), on: true),
      Row(id: -2, word: "bcd", small: 2, point: [3, 4], maybe: 8, when: Datetime(ticks: 1, unit: unit), on: false),
    ]
    try TemporaryFolder.with { folder in
      let array = try AnyNDArray(rows: rows)
      try array.save(to: folder + "/ours.npy")
      try python(
        """
        ours = np.load('ours.npy')
        wanted = np.array([(1, 'a', .5, [1, -1], np.nan, '1970-01-01', True),
          (-2, 'bcd', 2, [3, 4], 8, '1970-01-02', False)],
          [('id','i8'),('word','U3'),('small','f4'),('point','i1',(2,)),('maybe','f8'),('when','M8[D]'),('on','?')])
        assert repr(ours) == repr(wanted), repr(ours)
        """, in: folder)
      // The second row has no value missing; the first has a NaN, which is a value.
      #expect(try array.rows(as: Row.self)[1] == rows[1])
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    struct Narrow: Codable { var x: Int8 }
    struct Text: Codable { var x: String }
    struct Missing: Codable { var y: Int }
    let dtype = try DType(parsing: "[('x', '<i8')]")
    let array = try AnyNDArray(bytes: [44, 1, 0, 0, 0, 0, 0, 0], dtype: dtype, shape: [1])
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch { return String(describing: error) }
      return "nothing was thrown"
    }
    #expect(
      message { _ = try array.rows(as: Narrow.self) } == "row 0: field 'x' is 300, which Int8 cannot hold")
    #expect(message { _ = try array.rows(as: Text.self) }.contains("not read as String"))
    #expect(throws: ArrayError(.noSuchField, "")) { try array.rows(as: Missing.self) }
    #expect(throws: ArrayError(.noSuchField, "")) { try AnyNDArray(rows: [Missing(y: 1)], dtype: dtype) }
    #expect(throws: ArrayError(.badValue, "")) {
      try AnyNDArray(rows: [Text(x: "long")], dtype: DType(parsing: "[('x', '<U3')]"))
    }
    #expect(throws: ArrayError(.badValue, "")) { try AnyNDArray(rows: [Int]()) }
    #expect(throws: ArrayError(.shapeMismatch, "")) { try AnyNDArray(rows: [[1], [1, 2]]) }
    #expect(throws: ArrayError(.badValue, "")) { try AnyNDArray(rows: [300], dtype: .int8) }
    #expect(throws: ArrayError(.dtypeMismatch, "")) { try NDArray<Double>([1.5]).untyped.rows(as: Int.self) }
  }

  @Test func textAndDatetimes() throws {
    try TemporaryFolder.with { folder in
      try python(
        """
        np.save('u.npy', np.array([['a', 'b\\u00e9\\U0001F600'], ['', 'x']], '>U4'))
        np.save('s.npy', np.array([b'ab', b'\\xc3\\xa9', b''], 'S5'))
        np.save('bad.npy', np.array([b'\\xff'], 'S1'))
        np.save('m.npy', np.array(['2024-02-29', 'NaT', '0001-01-01'], 'M8[D]'))
        """, in: folder)
      let text = try AnyNDArray(contentsOf: folder + "/u.npy")
      #expect(try text.strings() == ["a", "bé😀", "", "x"])
      #expect(try text.transposed().strings() == ["a", "", "bé😀", "x"])
      #expect(try text.string(at: [-1, 1]) == "x")
      #expect(throws: ArrayError(.indexOutOfRange, "")) { try text.string(at: [2, 0]) }
      let bytes = try AnyNDArray(contentsOf: folder + "/s.npy")
      #expect(try bytes.strings() == ["ab", "é", ""])
      #expect(try bytes.byteStrings() == [[97, 98], [0xC3, 0xA9], []])
      #expect(throws: ArrayError(.badValue, "")) { try AnyNDArray(contentsOf: folder + "/bad.npy").strings() }
      let days = try AnyNDArray(contentsOf: folder + "/m.npy").datetimes()
      #expect(days.map(\.description) == ["2024-02-29", "NaT", "0001-01-01"])
      #expect(days[0].converted(to: DateUnit(.hour))?.description == "2024-02-29T00")
      try AnyNDArray(strings: ["bé😀", "", "x", "a"], shape: [2, 2]).save(to: folder + "/ours-u.npy")
      try AnyNDArray(byteStrings: [[97, 98], []]).save(to: folder + "/ours-s.npy")
      try AnyNDArray(datetimes: days, unit: DateUnit(.second)).save(to: folder + "/ours-m.npy")
      try python(
        """
        def same(name, wanted):
            ours = np.load(name)
            assert ours.dtype == wanted.dtype and repr(ours) == repr(wanted), repr(ours)
        same('ours-u.npy', np.array([['b\\u00e9\\U0001F600', ''], ['x', 'a']]))
        same('ours-s.npy', np.array([b'ab', b'']))
        same('ours-m.npy', np.array(['2024-02-29', 'NaT', '0001-01-01'], 'M8[s]'))
        """, in: folder)
      #expect(throws: ArrayError(.shapeMismatch, "")) { try AnyNDArray(strings: ["a"], shape: [2]) }
      #expect(throws: ArrayError(.dtypeMismatch, "")) { try NDArray<Int>([1]).untyped.strings() }
    }
  }

  @Test func fieldsAreWritten() throws {
    var array = try AnyNDArray(zeros: [3], dtype: DType(parsing: "[('x', '<i4'), ('y', '>f8', (2,))]"))
    let before = array
    try array.setField("x", to: NDArray<Int32>([1, 2, 3]).untyped)
    try array.setField("y", to: NDArray<Double>([0.5, -1]).untyped)
    #expect(array.debugDescription.hasPrefix("array([(1, [ 0.5, -1. ]), (2, [ 0.5, -1. ]), (3, [ 0.5, -1. ])]"))
    #expect(try before.field("x").bytes.allSatisfy { $0 == 0 })
    #expect(throws: ArrayError(.noSuchField, "")) { try array.setField("z", to: before) }
    #expect(throws: ArrayError(.shapeMismatch, "")) { try array.setField("x", to: NDArray<Int32>([1, 2]).untyped) }
  }
}
