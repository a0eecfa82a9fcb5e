import NDArrays
import Testing

@Suite struct LargePrintingTests {
  @Test("A million numbers print in full, each once", arguments: [DType.float64, .float32, .int64])
  func large(_ dtype: DType) throws {
    let count = 1_000_000
    let array = try AnyNDArray(NDArray((0..<count).map { Int64($0) })).asType(dtype, casting: .unsafe)
    let text = array.formatted(.str, options: PrintOptions(threshold: .max))
    let numbers = text.utf8.dropFirst().dropLast().split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    #expect(numbers.count == count)
    #expect(numbers.first.map { String($0) } == (dtype == .int64 ? "0" : "0.00000e+00"))
    #expect(numbers.last.map { String($0) } == (dtype == .int64 ? "999999" : "9.99999e+05"))
  }

  @Test("What has no size at all is not gone through element by element")
  func withoutSize() throws {
    let options = PrintOptions(threshold: .max)
    let empty = try AnyNDArray(bytes: [], dtype: .void(0), shape: [1 << 40, 4])
    #expect(empty.formatted(.str, options: options) == "[...]")
    #expect(empty.formatted(.str).utf8.count < 1000)
    let brackets = try AnyNDArray(
      bytes: [], dtype: .structured([(name: "a", dtype: .subarray(of: .int8, shape: [1 << 30, 0]))]),
      shape: [2])
    #expect(brackets.formatted(.str, options: options) == "[([...],) ([...],)]")
  }

  @Test("Typed arrays print as untyped ones")
  func typed() throws {
    let array = try NDArray<Float>([1, 2.5, 3, 4], shape: [2, 2])
    #expect(array.description == "[[1.  2.5]\n [3.  4. ]]")
    #expect(array.debugDescription == "array([[1. , 2.5],\n       [3. , 4. ]], dtype=float32)")
    #expect(array.formatted(.repr, options: PrintOptions(lineWidth: 24)).contains("\n      dtype=float32)"))
  }
}
