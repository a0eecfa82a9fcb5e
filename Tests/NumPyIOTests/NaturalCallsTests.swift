import NumPyIO
import TestSupport
import Testing

/// Calls as who has read the guides writes them: typed arrays, names in literals, values that tasks share.
@Suite struct NaturalCallsTests {
  @Test func typedArraysGoWhereUntypedOnesDo() throws {
    try TemporaryFolder.with { folder in
      let (npy, npz) = (folder + "/a.npy", folder + "/a.npz")
      try NDArray(rows: [[1.5, 2]]).save(to: npy)
      try NPYFile.append(NDArray([3.0, 4]), to: npy)
      try NPYFile.append(NDArray(rows: [[5.0, 6], [7, 8]]), to: npy)
      let python = try Python.run(["-c", "import numpy as np, sys; print(np.load(sys.argv[1]).tolist())", npy])
      #expect(python.output == "[[1.5, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]\n")
      let error = #expect(throws: FormatError.self) { try NPYFile.append(NDArray([1.0, 2, 3]), to: npy) }
      #expect(error?.code == .wrongShape)
      #expect(error?.message == "an array of shape (3,) is neither a row of shape (2,) nor several of them")

      try NPZArchive.save(["x": NDArray([1.5])], to: npz)
      try NPZArchive.append(["y": NDArray<Int32>([1, 2]), "z": AnyNDArray(NDArray([true]))], to: npz)
      let names = try Python.run([
        "-c", "import numpy as np, sys; f = np.load(sys.argv[1]); print([(n, f[n].tolist()) for n in f.files])", npz,
      ])
      #expect(names.output == "[('x', [1.5]), ('y', [1, 2]), ('z', [True])]\n")
    }
  }

  @Test func arraysOfPicklesAreTyped() throws {
    let value: PickleValue = ["w": .array(NDArray<Float>([1, 2])), "name": "run"]
    #expect(try value["w"]?.array(as: Float.self) == [1, 2])
    #expect(throws: FormatError(.wrongDType, "")) { try value["w"]?.array(as: Double.self) }
    #expect(throws: FormatError(.wrongKind, "")) { try value["name"]?.array(as: Double.self) }
  }

  @Test func tasksShareCoders() async throws {
    struct Run: Codable, Equatable {
      var index: Int
      var losses: NDArray<Double>
    }
    let (encoder, decoder) = (PickleEncoder(protocolVersion: 5), PickleDecoder.numPy)
    let runs = try await withThrowingTaskGroup(of: Run.self) { group in
      for index in 0..<8 {
        group.addTask {
          try decoder.decode(Run.self, from: encoder.encode(Run(index: index, losses: [Double(index)])))
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(runs.map(\.index)) == Set(0..<8))
    #expect(runs.allSatisfy { $0.losses == [Double($0.index)] })
    #expect(throws: FormatError(.badArgument, "")) { try PickleEncoder(protocolVersion: 9).encode([1]) }
  }

  @Test func everythingHasAnAsyncForm() async throws {
    struct Row: Codable, Equatable {
      var a: Int
      var b: String
    }
    try await TemporaryFolder.with { folder in
      let array = try NDArray(rows: [[1.5, 2], [3, 4]])
      try await array.saveText(to: folder + "/a.txt", delimiter: ",")
      #expect(try await NDArray<Double>(textFile: folder + "/a.txt", delimiter: ",") == array)
      try await AnyNDArray(array).saveCSV(to: folder + "/a.csv")
      #expect(try await AnyNDArray(csv: folder + "/a.csv") == AnyNDArray(array))
      let rows = [Row(a: 1, b: "x, y"), Row(a: 2, b: "")]
      try await rows.saveCSV(to: folder + "/r.csv")
      #expect(try await [Row](csv: folder + "/r.csv") == rows)
      try await array.save(to: folder + "/a.npy")
      try await NPYFile.append(array, to: folder + "/a.npy")
      #expect(try await NDArray<Double>(contentsOf: folder + "/a.npy").shape == [4, 2])
      try await NPZArchive.save(["x": array], to: folder + "/a.npz")
      try await NPZArchive.append(["y": array], to: folder + "/a.npz")
      try await NPZArchive.rename("x", to: "z", in: folder + "/a.npz")
      try await NPZArchive.remove(["y"], from: folder + "/a.npz")
      #expect(try NPZArchive(opening: folder + "/a.npz").names == ["z"])
      try await SafetensorsFile.save(["x": array], to: folder + "/a.safetensors")
      #expect(try SafetensorsFile(opening: folder + "/a.safetensors").array("x", as: Double.self) == array)
      try await PickleEncoder().encode(rows, to: folder + "/r.pkl")
      #expect(try await PickleDecoder().decode([Row].self, from: folder + "/r.pkl") == rows)
      #expect(try await FileCheck(path: folder + "/r.pkl").isSound)
    }
  }

  @Test func findingsPrintAsLines() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npy"
      try Bytes.write([1, 2, 3], to: path)
      let finding = try #require(try FileCheck(path: path).findings.first)
      #expect("\(finding)" == "error: \(finding.error)" && "\(finding)".hasPrefix("error: \(path): "))
    }
  }

  @Test func warningsHaveTheFileApart() {
    let warning = FileWarning("line 3 is short", file: "a.csv")
    #expect("\(warning)" == "a.csv: line 3 is short" && warning.message == "line 3 is short")
    let plain: FileWarning = "\(2) rows are left out"
    #expect("\(plain)" == "2 rows are left out" && plain.file == nil)
  }
}

/// Dictionaries of arrays, in the order of their names.
@Suite struct DictionaryTests {
  @Test func dictionariesAreSaved() throws {
    let arrays = ["b": NDArray<Int>([1, 2]), "a": NDArray<Int>([3])]
    let mixed: [String: any SavableArray] = ["y": NDArray<Float>([0.5]), "x": AnyNDArray(NDArray<Int8>([1]))]
    try TemporaryFolder.with { folder in
      let path = folder + "/d.npz"
      try NPZArchive.save(arrays, to: path, compression: .default)
      try NPZArchive.append(mixed, to: path)
      let archive = try NPZArchive(opening: path)
      #expect(archive.names == ["a", "b", "x", "y"])
      #expect(try archive.array("b", as: Int.self) == NDArray([1, 2]))
      #expect("\(archive)" == "\(path): 4 members: a, b, x, y")
      // A literal is taken in its order.
      try NPZArchive.save(["z": arrays["a"]!, "c": arrays["b"]!], to: path)
      #expect(try NPZArchive(opening: path).names == ["z", "c"])
      let model = folder + "/d.safetensors"
      try SafetensorsFile.save(mixed, elements: .bfloat16, to: model)
      let python = try Python.run([
        "-c",
        "import json, sys; d = open(sys.argv[1], 'rb').read(); n = int.from_bytes(d[:8], 'little'); "
          + "h = json.loads(d[8:8 + n]); print([(k, h[k]['dtype']) for k in sorted(h)], d[8 + n:].hex())", model,
      ])
      // 0.5 is 0x3F00 in bfloat16; integers stay what they are.
      #expect(python.output == "[('x', 'I8'), ('y', 'BF16')] 003f01\n", "\(python.errors)")
    }
  }
  @Test func whileOtherTasksGoOn() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder + "/d.npz"
      try await NPZArchive.save(
        ["y": NDArray<Int>([1]), "x": NDArray<Int>([2])] as [String: any SavableArray], to: path)
      #expect(try NPZArchive(opening: path).names == ["x", "y"])
    }
  }
}
