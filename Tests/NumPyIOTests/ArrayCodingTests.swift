import ByteIO
import ComplexModule
import Foundation
import NumPyIO
import TestSupport
import Testing

/// Arrays as fields of Codable types: NumPy's arrays for Python, and back.
@Suite struct ArrayCodingTests {
  struct Model: Codable, Equatable {
    var name: String
    var weights: NDArray<Float>
    var any: AnyNDArray
    var layers: [NDArray<Int64>]
    var byName: [String: NDArray<Bool>]
    var phase: Complex<Double>
    var missing: NDArray<Double>?

    static func == (left: Model, right: Model) -> Bool {
      left.name == right.name && left.weights == right.weights && left.any.bytes == right.any.bytes
        && left.any.dtype == right.any.dtype && left.layers == right.layers && left.byName == right.byName
        && left.phase == right.phase && left.missing == right.missing
    }
  }

  private func model() throws -> Model {
    let turned = try NDArray<Float>((0..<6).map { Float($0) }, shape: [2, 3]).transposed()
    let strings = try AnyNDArray(bytes: Array("abcd".utf8), dtype: .bytes(2), shape: [2])
    return Model(
      name: "m", weights: turned, any: strings, layers: [NDArray([1, 2]), NDArray([])],
      byName: ["mask": NDArray([true, false])], phase: Complex(1, -2), missing: nil)
  }

  @Test(arguments: 0...5) func pythonHasArrays(version: Int) throws {
    let data = try PickleEncoder(protocolVersion: version).encode(model())
    let program = """
      import numpy as np, pickle, sys
      value = pickle.loads(bytes.fromhex(sys.argv[1]))
      print({k: (v.dtype.str, v.tolist(), v.flags.f_contiguous) if isinstance(v, np.ndarray) else v for k, v in value.items()})
      value['missing'] = np.array([np.pi])
      print(pickle.dumps(value, int(sys.argv[2])).hex())
      """
    let hex = data.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let outcome = try Python.run(["-c", program, hex, "\(version)"])
    let lines = outcome.output.split(separator: "\n")
    try #require(lines.count == 2, "\(outcome.errors)")
    #expect(
      lines[0]
        == "{'name': 'm', 'weights': ('<f4', [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]], True), 'any': ('|S2', [b'ab', b'cd'], True), "
        + "'layers': [array([1, 2]), array([], dtype=int64)], 'byName': {'mask': array([ True, False])}, 'phase': (1-2j)}"
    )
    var expected = try model()
    #expect(try PickleDecoder().decode(Model.self, from: data) == expected)
    expected.missing = NDArray([Double.pi])
    let back = stride(from: 0, to: lines[1].utf8.count, by: 2).compactMap { place in
      UInt8(String(decoding: Array(lines[1].utf8)[place..<(place + 2)], as: UTF8.self), radix: 16)
    }
    #expect(try PickleDecoder().decode(Model.self, from: back) == expected)
    // The tree that is to be written can be read itself.
    let value = try PickleEncoder().encodeValue(model())
    #expect(try value["weights"]?.array()?.shape == [3, 2])
    #expect(try PickleDecoder().decode(Model.self, from: value) == (try model()))
  }

  @Test func otherElementsAreAnError() throws {
    let data = try PickleEncoder().encode(["x": NDArray<Float>([1])])
    #expect(throws: DecodingError.self) { try PickleDecoder().decode([String: NDArray<Int64>].self, from: data) }
    #expect(throws: DecodingError.self) { try PickleDecoder().decode([String: NDArray<Float>].self, from: ["x": 5]) }
    #expect(throws: DecodingError.self) { try PickleDecoder().decode([String: ObjectHolder].self, from: ["x": 5]) }
  }

  struct ObjectHolder: Codable { var array: AnyNDArray }

  @Test func otherCodersKeepArrays() throws {
    let before = try model()
    let json = try JSONEncoder().encode(before)
    let after = try JSONDecoder().decode(Model.self, from: json)
    #expect(after == before)
    let forged = #"{"dtype": "<f8", "shape": [4611686018427387904, 8], "bytes": []}"#
    #expect(throws: (any Error).self) { try JSONDecoder().decode(AnyNDArray.self, from: Data(forged.utf8)) }
    let objects = #"{"dtype": "|O", "shape": [1], "bytes": [1, 2, 3, 4, 5, 6, 7, 8]}"#
    #expect(throws: (any Error).self) { try JSONDecoder().decode(AnyNDArray.self, from: Data(objects.utf8)) }
  }

  struct Log: Codable, Equatable {
    var loss: Double
    var step: Int
    var name: String
    var losses: [Double]
    var grid: [[Int]]
    var done: Bool
  }

  @Test func scalarsOfNumPyAreNumbers() throws {
    let program = """
      import numpy as np, pickle
      print(pickle.dumps({'loss': np.float64(0.5), 'step': np.int64(7), 'name': np.str_('é'), 'losses': np.array([1.5, 2.5], 'f4'),
        'grid': np.arange(6).reshape(2, 3), 'done': np.bool_(True)}, 4).hex())
      """
    let text = try Python.run(["-c", program]).output
    let data = stride(from: 0, to: text.utf8.count - 1, by: 2).compactMap { place in
      UInt8(String(decoding: Array(text.utf8)[place..<(place + 2)], as: UTF8.self), radix: 16)
    }
    let log = Log(loss: 0.5, step: 7, name: "é", losses: [1.5, 2.5], grid: [[0, 1, 2], [3, 4, 5]], done: true)
    #expect(try PickleDecoder.numPy.decode(Log.self, from: data) == log)
    #expect(throws: DecodingError.self) { try PickleDecoder().decode(Log.self, from: data) }
  }
}

/// Typed arrays as lists within lists, as NumPy's `tolist` gives them to Python's `json`.
@Suite struct NestedListCodingTests {
  @Test func listsAndBack() throws {
    let array = try NDArray<Int32>(Array(1...6), shape: [2, 3])
    #expect(String(decoding: try JSONEncoder().encode(array), as: UTF8.self) == "[[1,2,3],[4,5,6]]")
    #expect(String(decoding: try JSONEncoder().encode(array.transposed()), as: UTF8.self) == "[[1,4],[2,5],[3,6]]")
    #expect(try JSONDecoder().decode(NDArray<Int32>.self, from: JSONEncoder().encode(array)) == array)
    let deep = try NDArray<Double>(Array(0..<24).map(Double.init), shape: [2, 1, 3, 4])
    #expect(try JSONDecoder().decode(NDArray<Double>.self, from: JSONEncoder().encode(deep)) == deep)
    let truths: NDArray<Bool> = [true, false]
    #expect(try JSONDecoder().decode(NDArray<Bool>.self, from: JSONEncoder().encode(truths)) == truths)
    let complex: NDArray<Complex<Double>> = [Complex(1, 2), Complex(3, -4)]
    #expect(try JSONDecoder().decode(NDArray<Complex<Double>>.self, from: JSONEncoder().encode(complex)) == complex)
    let scalar = NDArray(scalar: 2.5)
    #expect(try JSONDecoder().decode([NDArray<Double>].self, from: JSONEncoder().encode([scalar])) == [scalar])
    #expect(try JSONDecoder().decode(NDArray<Double>.self, from: Data("[[],[]]".utf8)).shape == [2, 0])
    #expect(try JSONDecoder().decode(NDArray<Double>.self, from: Data("[]".utf8)).shape == [0])
  }

  @Test func bytesWhereTheyAreAskedFor() throws {
    let array = try NDArray<Float>([1, .nan, 3, 4], shape: [2, 2])
    let encoder = JSONEncoder()
    #expect(throws: EncodingError.self) { try encoder.encode(array) }
    encoder.userInfo[.arrayCoding] = ArrayCoding.bytes
    let data = try encoder.encode(array)
    #expect(try JSONDecoder().decode(NDArray<Float>.self, from: data).untyped.bytes == array.untyped.bytes)
    #expect(try JSONDecoder().decode(AnyNDArray.self, from: data).dtype == .float32)
  }

  @Test(arguments: [
    "[[1,2],[3]]", "[1,[2]]", "[[1],2]", "[[1],[[2]]]", "[\"a\"]", "{}", "[1.5]", "[[1,2],[]]", "[300]",
  ])
  func listsThatMakeNoArray(text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(NDArray<UInt8>.self, from: Data(text.utf8)) }
  }
}
