import Foundation
import NumPyIOFoundation
import TestSupport
import Testing

/// Every function that takes a path takes a file URL, and no other.
@Suite struct URLTests {
  private static func folder(_ body: (URL) throws -> Void) throws {
    try TemporaryFolder.with { path in
      let url = URL(fileURLWithPath: path).appendingPathComponent("mit Leerzeichen é%20")
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      try body(url)
    }
  }

  @Test func thereAndBack() throws {
    try URLTests.folder { folder in
      let array = NDArray<Double>([1.5, 2, 3]).untyped
      let npy = folder.appendingPathComponent("a.npy")
      let writer = try NPYWriter(url: npy, dtype: .float64)
      try writer.append(array)
      try writer.close()
      try NPYFile.append(array, to: npy)
      #expect(try NDArray<Double>(contentsOf: npy).elements == [1.5, 2, 3, 1.5, 2, 3])

      let npz = folder.appendingPathComponent("a.npz")
      let archive = try NPZWriter(url: npz)
      try archive.add("x", array)
      try archive.close()
      try NPZArchive.append([(name: "y", array: array)], to: npz)
      try NPZArchive.rename("x", to: "z", in: npz)
      try NPZArchive.remove(["y"], from: npz)
      #expect(try NPZArchive(opening: npz).names == ["z"])
      #expect(try FileCheck(url: npz).isSound)

      let text = folder.appendingPathComponent("a.txt")
      try array.saveText(to: text)
      #expect(try AnyNDArray.loadText(from: text) == array)
      #expect(try AnyNDArray.genFromText(from: text).array == array)
      let csv = folder.appendingPathComponent("a.csv")
      try array.saveCSV(to: csv)
      #expect(try AnyNDArray(csv: csv).count == 3)

      let pickle = folder.appendingPathComponent("a.pkl")
      try Document(opening: npz).save(to: pickle)
      try Document(opening: npz).array("z").save(to: folder.appendingPathComponent("z.npy"))
      #expect(try AnyNDArray(contentsOf: folder.appendingPathComponent("z.npy")) == array)
    }
  }

  @Test func typedArraysAndOtherFormats() throws {
    try URLTests.folder { folder in
      let array = NDArray<Double>([1.5, 2, 3])
      func url(_ name: String) -> URL { folder.appendingPathComponent(name) }
      try array.saveText(to: url("a.txt"))
      #expect(try NDArray<Double>(textFile: url("a.txt")) == array)
      let log = try NPYAppender(url: url("log.npy"), dtype: .float64)
      try log.append(array)
      try log.close()
      try NPYFile.append(array, to: url("log.npy"))
      var reader = try NPYReader(opening: url("log.npy"))
      #expect(try reader.next()?.shape == [6])
      try NPZArchive.save(["x": array], to: url("a.npz"))
      try NPZArchive.append(["y": array], to: url("a.npz"))
      try SafetensorsFile.save(["x": array], to: url("a.safetensors"))
      #expect(try SafetensorsFile(opening: url("a.safetensors")).array("x", as: Double.self) == array)
      try Document.convert(url("a.npz"), to: url("b.safetensors"))
      #expect(try SafetensorsFile(opening: url("b.safetensors")).names.sorted() == ["x", "y"])
      try Pickle.save(["x": .array(array)], to: url("a.pkl"))
      #expect(try PickleFile(opening: url("a.pkl")).value["x"]?.array(as: Double.self) == array)
      #expect(throws: FormatError(.wrongKind, "")) { try GGUFFile(opening: url("a.npz")) }
    }
  }

  @Test func asyncForms() async throws {
    struct Row: Codable, Equatable { var a: Int }
    try await TemporaryFolder.with { (path: String) async throws in
      let array = NDArray<Double>([1.5, 2, 3])
      func url(_ name: String) -> URL { URL(fileURLWithPath: path).appendingPathComponent(name) }
      try await array.save(to: url("a.npy"))
      #expect(try await NDArray<Double>(contentsOf: url("a.npy")) == array)
      try await NPYFile.append(AnyNDArray(array), to: url("a.npy"))
      try await NPYFile.append(array, to: url("a.npy"))
      #expect(try await AnyNDArray(contentsOf: url("a.npy")).shape == [9])
      try await array.saveText(to: url("t.txt"), format: "%.1f")
      #expect(try await NDArray<Double>(textFile: url("t.txt")) == array)
      try await AnyNDArray(array).saveText(to: url("a.txt"))
      #expect(try await AnyNDArray.loadText(from: url("a.txt")) == AnyNDArray(array))
      try await [Row(a: 1)].saveCSV(to: url("r.csv"))
      #expect(try await [Row](csv: url("r.csv")) == [Row(a: 1)])
      #expect(try await AnyNDArray(csv: url("r.csv")).count == 1)
      try await NPZArchive.save(["x": array], to: url("a.npz"))
      try await NPZArchive.append(["y": array], to: url("a.npz"))
      try await Document.convert(url("a.npz"), to: url("a.pkl"))
      #expect(try await Pickle.load(from: url("a.pkl"))["y"]?.array(as: Double.self) == array)
      try await PickleEncoder().encode([Row(a: 2)], to: url("r.pkl"))
      #expect(try await PickleDecoder().decode([Row].self, from: url("r.pkl")) == [Row(a: 2)])
      #expect(try await FileCheck(url: url("a.npz")).isSound)
    }
  }

  @Test func otherURLsAreRefused() throws {
    let url = try #require(URL(string: "https://example.org/a.npy"))
    let array = NDArray<Double>([1]).untyped
    let refused = FormatError(.unsupported, "")
    #expect(throws: refused) { try Document(opening: url) }
    #expect(throws: refused) { try NPYFile.append(array, to: url) }
    #expect(throws: refused) { try NPYWriter(url: url, dtype: .float64) }
    #expect(throws: refused) { try NPZWriter(url: url) }
    #expect(throws: refused) { try NPZArchive.remove(["x"], from: url) }
    #expect(throws: refused) { try FileCheck(url: url) }
    #expect(throws: refused) { try AnyNDArray.loadText(from: url) }
    #expect(throws: refused) { try AnyNDArray.genFromText(from: url) }
    #expect(throws: refused) { try array.saveText(to: url) }
    #expect(throws: refused) { try AnyNDArray(csv: url) }
    #expect(throws: refused) { try array.saveCSV(to: url) }
  }
}
