import NumPyIO
import TestSupport
import Testing

/// One kind of file opened as another: the error says what the file is.
@Suite struct WrongKindTests {
  @Test func errorsSayWhatTheFileIs() throws {
    try TemporaryFolder.with { folder in
      let array: NDArray<Double> = [1, 2, 3]
      try array.save(to: folder + "/a.npy")
      try NPZArchive.save(["x": array], to: folder + "/a.npz")
      try Pickle.save(["x": .array(array)], to: folder + "/a.pkl")
      try Bytes.write(Array("name,age\nAnn,3\n".utf8), to: folder + "/a.csv")
      func message(_ body: () throws -> Void) -> String? {
        do { try body() } catch let error as FormatError where error.code == .wrongKind { return error.message } catch {
          return "\(error)"
        }
        return nil
      }
      let names = ["npy": "a .npy file", "npz": "a zip archive, as .npz files are", "pkl": "a pickle", "csv": "text"]
      for (name, what) in names {
        let path = "\(folder)/a.\(name)"
        if name != "npy" {
          #expect(message { _ = try AnyNDArray(contentsOf: path) } == "this is \(what), not a .npy file")
          #expect(message { _ = try AnyNDArray(contentsOf: path, mode: .mapped) } == "this is \(what), not a .npy file")
        }
        if name != "npz" {
          #expect(message { _ = try NPZArchive(opening: path) } == "this is \(what), not a zip archive")
        }
        if name == "npy" || name == "npz" {
          #expect(message { _ = try Pickle.load(from: path) } == "this is \(what), not a pickle")
        }
      }
      for (name, what) in names where name != "csv" {
        let path = "\(folder)/a.\(name)"
        let expected = "this is \(what), not text"
        #expect(message { _ = try NDArray<Double>(textFile: path) } == expected)
        #expect(message { _ = try AnyNDArray.genFromText(from: path) } == expected)
        #expect(message { _ = try AnyNDArray(csv: path) } == expected)
        #expect(message { _ = try SafetensorsFile(opening: path) } == "this is \(what), not a safetensors file")
        #expect(message { _ = try GGUFFile(opening: path) } == "this is \(what), not a GGUF file")
      }
      // A line of text that is no number is a wrong value.
      #expect(throws: FormatError(.badValue, "")) { try NDArray<Double>(textFile: folder + "/a.csv") }
      // What is damaged is not of another kind.
      var bytes = try Bytes.read(folder + "/a.pkl")
      bytes.removeLast(20)
      #expect(throws: FormatError(.truncated, "")) { try Pickle.load(bytes: bytes) }
    }
  }

  @Test func typedMembersAndPaths() throws {
    struct Run: Codable, Equatable {
      var name: String
      var losses: NDArray<Float>
    }
    try TemporaryFolder.with { folder in
      try NPZArchive.save(["x": NDArray<Float>([1, 2])], to: folder + "/a.npz")
      let archive = try NPZArchive(opening: folder + "/a.npz")
      #expect(try archive.array("x", as: Float.self) == [1, 2])
      #expect(throws: FormatError(.wrongDType, "")) { try archive.array("x", as: Double.self) }
      try SafetensorsFile.save(["x": NDArray<Float>([1, 2])], to: folder + "/a.safetensors")
      let file = try SafetensorsFile(opening: folder + "/a.safetensors")
      #expect(try file.array("x", as: Float.self) == [1, 2])
      #expect(throws: FormatError(.wrongDType, "")) { try file.array("x", as: Int32.self) }
      let run = Run(name: "first", losses: [0.5, 0.25])
      try PickleEncoder().encode(run, to: folder + "/run.pkl")
      #expect(try PickleDecoder().decode(Run.self, from: folder + "/run.pkl") == run)
    }
  }
}
