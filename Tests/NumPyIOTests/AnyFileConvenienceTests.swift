import Foundation
import NumPyIO
import TestSupport
import Testing

/// Files as a stranger loads and saves them, read and written by the real NumPy and pandas' conventions.
@Suite struct AnyFileConvenienceTests {
  @Test func typedArraysAreCSV() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.csv"
      let array = try NDArray(rows: [[1.5, 2], [-3, 0.1]])
      try array.saveCSV(to: path)
      #expect(try String(decoding: Bytes.read(path), as: UTF8.self) == "1.5,2.0\n-3.0,0.1\n")
      #expect(try NDArray<Double>(csv: path) == array)
      try array.saveCSV(to: path, names: ["x", "y, z"])
      #expect(try String(decoding: Bytes.read(path), as: UTF8.self) == "x,\"y, z\"\n1.5,2.0\n-3.0,0.1\n")
      #expect(try NDArray<Double>(csv: path) == array)
      #expect(try NDArray<Float>(csv: path) == array.asType(Float.self))
      let python = try Python.run([
        "-c", "import numpy as np, sys; print(np.loadtxt(sys.argv[1], delimiter=',', skiprows=1).tolist())", path,
      ])
      #expect(python.output == "[[1.5, 2.0], [-3.0, 0.1]]\n")
      #expect(throws: FormatError(.wrongShape, "")) { try array.saveCSV(to: path, names: ["x"]) }
      try Bytes.write(Array("a,b,c\n1,x,2\n3,,4\n".utf8), to: path)
      let error = #expect(throws: FormatError.self) { try NDArray<Double>(csv: path) }
      #expect(error?.code == .wrongDType)
      #expect(error?.message.hasPrefix("column b: ") == true)
      try Bytes.write(Array("a,b\n1,2\n3,\n".utf8), to: path)
      let gaps = try NDArray<Double>(csv: path)
      #expect(gaps[0, 1] == 2 && gaps[1, 1].isNaN)
      #expect(throws: FormatError(.wrongDType, "")) { try NDArray<Int>(csv: path) }
    }
  }

  @Test func typedArraysAreCSVInTasks() async throws {
    try await TemporaryFolder.with { folder in
      let (path, array) = (folder + "/a.csv", try NDArray(rows: [[1.5, 2], [-3, 0.1]]))
      try await array.saveCSV(to: path)
      #expect(try await NDArray<Double>(csv: path) == array)
    }
  }

  @Test func noRowsAreAnEmptyFile() throws {
    struct Row: Codable { var a: Int }
    try TemporaryFolder.with { folder in
      try [Row]().saveCSV(to: folder + "/a.csv")
      #expect(try Bytes.read(folder + "/a.csv").isEmpty)
      #expect(try [Row](csv: folder + "/a.csv").isEmpty)
    }
  }

  @Test func partsOfAnyFile() throws {
    try TemporaryFolder.with { folder in
      let array = try NDArray<Int32>((0..<12).map { $0 }, shape: [4, 3])
      try NPZArchive.save(["x": array], to: folder + "/a.npz", compression: .default)
      let lazy = try Document(opening: folder + "/a.npz").array("x")
      #expect(try lazy.read(1..<3, -1).requireValues() == AnyNDArray(array[1..<3, -1]))
      #expect(try lazy.applying(.slice(0..<2, .all)).read(as: Double.self) == array[0..<2].asType(Double.self))
      #expect(throws: FormatError(.badArgument, "")) { try lazy.read(5) }
      #expect(throws: FormatError(.wrongDType, "")) { try lazy.read(as: UInt8.self) }
      try array.save(to: folder + "/a.npy")
      let file = try NPYFile(opening: folder + "/a.npy")
      #expect(file.shape == [4, 3] && file.dtype == .int32)
    }
  }

  @Test func objectsOfAFile() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/o.npy"
      _ = try Python.run(["-c", "import numpy as np, sys; np.save(sys.argv[1], np.array([1, 'a', None], 'O'))", path])
      let objects = try ObjectArray(contentsOf: path)
      #expect(objects.shape == [3] && objects.items[0].int == 1 && objects.items[1].string == "a")
      try NDArray([1.5]).save(to: path)
      #expect(throws: FormatError(.wrongDType, "")) { try ObjectArray(contentsOf: path) }
    }
  }

  @Test func untypedArraysAreLists() throws {
    let encoder = JSONEncoder()
    encoder.userInfo[.arrayCoding] = ArrayCoding.lists
    func json(_ array: AnyNDArray) throws -> String { String(decoding: try encoder.encode(array), as: UTF8.self) }
    func back(_ text: String) throws -> AnyNDArray {
      try JSONDecoder().decode(AnyNDArray.self, from: Data(text.utf8))
    }
    #expect(try json(AnyNDArray(NDArray<Int16>([1, 2, 3, 4], shape: [2, 2]).transposed())) == "[[1,3],[2,4]]")
    #expect(try json(AnyNDArray(NDArray<Float>([0.1, 2.5]))) == "[0.1,2.5]")
    #expect(try json(AnyNDArray(NDArray([true, false]))) == "[true,false]")
    #expect(try json(AnyNDArray(strings: ["a", "bc", "", "d"], shape: [2, 2])) == #"[["a","bc"],["","d"]]"#)
    #expect(try json(AnyNDArray(NDArray(scalar: UInt64.max))) == "18446744073709551615")
    #expect(throws: EncodingError.self) { try json(AnyNDArray(NDArray([Complex(1.0, 2)]))) }
    #expect(try back("[[1,3],[2,4]]") == AnyNDArray(NDArray<Int64>([1, 3, 2, 4], shape: [2, 2])))
    #expect(try back("[1,2.5]") == AnyNDArray(NDArray([1, 2.5])))
    #expect(try back("[true,false]") == AnyNDArray(NDArray([true, false])))
    #expect(try back(#"[["a","bc"],["","d"]]"#) == AnyNDArray(strings: ["a", "bc", "", "d"], shape: [2, 2]))
    #expect(try back("[]").shape == [0])
    #expect(throws: (any Error).self) { try back("[[1],[2,3]]") }
    #expect(throws: (any Error).self) { try back(#"[1,"a"]"#) }
    // What nobody has asked lists of is as before.
    let array = AnyNDArray(NDArray<Int16>([1, 2]))
    let data = try JSONEncoder().encode(array)
    #expect(try JSONDecoder().decode(AnyNDArray.self, from: data) == array)
  }
}
