import ByteIO
import Foundation
import NDArrays
import NumPyIO
import PythonPickle
import TestSupport
import Testing

/// SciPy's sparse matrices: with their zeros they are what SciPy's `toarray` made.
@Suite struct SparseArrayTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/scipy").path

  @Test(arguments: ["1.10", "1.18"]) func denseAsOfSciPy(version: String) throws {
    let known = try NDArray<Double>(contentsOf: "\(SparseArrayTests.folder)/random-\(version).npy")
    for name in ["csr", "csc", "coo"] {
      let bytes = try Bytes.read("\(SparseArrayTests.folder)/random-\(name)-\(version).pkl")
      let value = try Pickle.load(bytes: bytes)
      let sparse = try #require(try SparseArray(value))
      #expect(sparse.format.rawValue == name && sparse.shape == [5, 7])
      #expect(try NDArray<Double>(sparse.dense()) == known, "\(name)")
      #expect(try value.value(at: "toarray").array()?.bytes == AnyNDArray(known).bytes)
      #expect(try Pickle.bytes(of: value, protocol: 4) == bytes)
    }
    // Values at the same place add up.
    let twice = try #require(try SparseArray(Pickle.load(from: "\(SparseArrayTests.folder)/twice-\(version).pkl")))
    #expect(
      try NDArray<Double>(twice.dense())
        == NDArray<Double>(contentsOf: "\(SparseArrayTests.folder)/twice-\(version).npy"))
    #expect(throws: FormatError(.limitExceeded, "")) { try twice.dense(limit: 100) }
  }

  /// Blocks, diagonals, vectors and three axes.
  @Test func otherFormsAreDenseAsOfSciPy() throws {
    let value = try Pickle.load(from: "\(SparseArrayTests.folder)/forms.pkl")
    let expected = try NPZArchive(opening: "\(SparseArrayTests.folder)/forms.npz")
    #expect(expected.names.count == 6)
    for name in expected.names {
      let found = try #require(try value.value(at: name + ".toarray").array(), "\(name)")
      let known: AnyNDArray = try expected.array(name)
      #expect(found.dtype == known.dtype && found.shape == known.shape && found.bytes == known.bytes, "\(name)")
    }
  }

  @Test func forgedMatricesAreRefused() throws {
    for name in ["random-csr-1.18", "random-csc-1.18", "random-coo-1.18", "forms"] {
      let bytes = try Bytes.read("\(SparseArrayTests.folder)/\(name).pkl")
      for place in bytes.indices {
        var changed = bytes
        changed[place] ^= 0x41
        // A matrix or an error, whatever the byte.
        guard let value = try? Pickle.load(bytes: changed) else { continue }
        _ = try? SparseArray(value)?.dense(limit: 1 << 20)
        for child in value.children { _ = try? SparseArray(child.value)?.dense(limit: 1 << 20) }
      }
    }
  }
}
