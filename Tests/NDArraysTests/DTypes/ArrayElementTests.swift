import NDArrays
import Testing

/// Types of the caller's as elements: structures of numbers work, and what is none is refused before memory is read as it.
@Suite struct ArrayElementTests {
  struct Color: ArrayElement {
    var red: UInt8
    var green: UInt8
    var blue: UInt8

    static var dtype: DType { records([("r", .uint8), ("g", .uint8), ("b", .uint8)]) }
  }

  /// Aligned to eight bytes, whatever its dtype says.
  struct Sample: ArrayElement {
    var time: Double
    var count: Int64

    static var dtype: DType { records([("t", .float64), ("n", .int64)]) }
  }

  struct Name: ArrayElement {
    var text: String

    static var dtype: DType { .void(MemoryLayout<String>.stride) }
  }

  struct Short: ArrayElement {
    var value: Double

    static var dtype: DType { .float32 }
  }

  /// With a gap between two fields, of which the one dtype knows nothing.
  struct Unpadded: ArrayElement {
    static let dtype: DType = "[('x', '<f8'), ('id', '<i4'), ('y', '<f8')]"
    var x: Double
    var id: Int32
    var y: Double
  }

  struct Padded: ArrayElement {
    static let dtype: DType = "{'names': ['x', 'id', 'y'], 'formats': ['<f8', '<i4', '<f8'], 'aligned': True}"
    var x: Double
    var id: Int32
    var y: Double
  }

  private static func records(_ fields: [(name: String, dtype: DType)]) -> DType {
    do { return try DType.structured(fields) } catch { preconditionFailure(error.message) }
  }

  @Test func recordsAreStructures() throws {
    let colors = try NDArray([Color(red: 1, green: 2, blue: 3), Color(red: 4, green: 5, blue: 6)], shape: [2])
    #expect(colors.untyped.bytes == [1, 2, 3, 4, 5, 6])
    let again = try NDArray<Color>(colors.untyped)
    #expect(Array(again.elements) == [Color(red: 1, green: 2, blue: 3), Color(red: 4, green: 5, blue: 6)])
  }

  @Test func errorsNameTheFieldsThatThereAre() throws {
    let colors = NDArray([Color(red: 1, green: 2, blue: 3)]).untyped
    let error = #expect(throws: ArrayError.self) { try colors.field("x") }
    #expect(error?.message == "no field of name x; there are r, g, b")
    let plain = #expect(throws: ArrayError.self) { try AnyNDArray(NDArray([1.5])).field("x") }
    #expect(plain?.message == "no field of name x: elements of float64 have no fields")
    var records = colors
    try records.setField("r", to: NDArray<UInt8>([7]))
    #expect(try NDArray<UInt8>(records.field("r")) == [7])
  }

  @Test func recordsWithoutAlignmentAreCopied() throws {
    let padded = try DType.structured([(name: "x", dtype: .uint8), (name: "s", dtype: Sample.dtype)])
    let records = try AnyNDArray(zeros: [3], dtype: padded)
    let samples = try NDArray<Sample>(records.field("s"))
    #expect(Array(samples.elements) == Array(repeating: Sample(time: 0, count: 0), count: 3))
  }

  @Test func whatIsNoNumberIsRefused() throws {
    let bytes = try AnyNDArray(zeros: [4], dtype: Name.dtype)
    #expect(throws: ArrayError.self) { try NDArray<Name>(bytes) }
    #expect(throws: ArrayError.self) { try NDArray<Name>(zeros: [4]) }
    #expect(throws: ArrayError.self) { try NDArray([Name(text: "a")], shape: [1]) }
    let floats = try AnyNDArray(zeros: [4], dtype: .float32)
    let error = #expect(throws: ArrayError.self) { try NDArray<Short>(floats) }
    #expect(error?.message == "an element of Short takes 8 bytes, one of float32 4")
    #expect(error?.code == .dtypeMismatch)
    #expect(throws: ArrayError.self) { try NDArray<Short>(zeros: [4]) }
    let gap = #expect(throws: ArrayError.self) { try NDArray<Unpadded>(zeros: [1]) }
    #expect(
      gap?.message.contains("takes 24 bytes, one of [('x', '<f8'), ('id', '<i4'), ('y', '<f8')] 20: Swift aligns")
        == true)
    #expect(try NDArray([Padded(x: 1, id: 2, y: 3)], shape: [1])[0].y == 3)
    #expect(throws: ArrayError.self) { try NDArray(repeating: Short(value: 1), shape: [4]) }
  }
}
