import NDArrays
import Testing

@Suite struct PrintingSpeedTests {
  @Test("A million numbers print in seconds at most, and what has no size at all does not take longer")
  func large() throws {
    let clock = ContinuousClock()
    let options = PrintOptions(threshold: .max)
    let count = 1_000_000
    var took: [String] = []
    let numbers = (0..<count).map { Double($0) / 7 }
    let doubles = NDArray(numbers)
    let floats = NDArray(numbers.map { Float($0) })
    let integers = NDArray((0..<count).map { Int64($0) })
    for (name, array) in [
      ("f8", AnyNDArray(doubles)), ("f4", AnyNDArray(floats)), ("i8", AnyNDArray(integers)),
    ] {
      var length = 0
      took.append("\(name) \(clock.measure { length = array.formatted(.str, options: options).utf8.count })")
      #expect(length > count)
    }
    print("a million elements:", took.joined(separator: ", "))

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
