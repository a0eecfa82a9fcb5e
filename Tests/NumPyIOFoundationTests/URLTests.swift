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
