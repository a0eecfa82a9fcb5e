import ByteIO
import Foundation
import NDArrays
import NumPyIO
import PythonPickle
import TestSupport
import Testing

/// Frames of five releases of pandas: their columns are what `numpy.asarray` made of them.
@Suite struct PandasTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/pandas").path

  @Test(arguments: ["0.25", "1.0", "1.5", "2.2", "3.1"]) func columnsAreArrays(version: String) throws {
    let path = "\(PandasTests.folder)/frame-\(version)"
    let bytes = try Bytes.read(path + ".pkl")
    let value = try Pickle.load(bytes: bytes)
    let frame = try #require(try PandasFrame(value))
    let expected = try NPZArchive(opening: path + ".npz")
    #expect(frame.columns.map { $0.label.string ?? $0.label.repr() } + ["index"] == expected.names)
    for name in expected.names {
      let found = try #require(try PickledArray(value.value(at: name))?.content, "\(name)")
      switch try expected.storedArray(name) {
      case .objects(let known):
        // Missing text is None in some releases, NaN in others.
        #expect(found.objects?.items.map(PandasTests.text) == known.items.map(PandasTests.text), "\(name)")
      case .values(let known):
        let array = try #require(found.values, "\(name)")
        #expect(array.dtype == known.dtype && array.shape == known.shape && array.bytes == known.bytes, "\(name)")
      }
    }
    #expect(try value.arrayPaths().map(\.path) == expected.names)
    // The frame itself is kept as it was.
    #expect(try Pickle.bytes(of: value, protocol: 4) == bytes)
  }

  private static func text(_ value: PickleValue) -> String {
    let text = value.repr()
    return text == "None" ? "nan" : text
  }

  @Test(arguments: ["0.25", "1.0", "1.5", "2.2", "3.1"]) func seriesHaveValuesAndIndex(version: String) throws {
    let value = try Pickle.load(from: "\(PandasTests.folder)/series-\(version).pkl")
    let values = try #require(try value.value(at: "values").array())
    #expect(try NDArray<Double>(values).elements == [1.5, 2.5])
    let index = try #require(try value.value(at: "index").array())
    #expect(try NDArray<Int64>(index).elements == [10, 20])
  }

  @Test func forgedFramesAreRefused() throws {
    let bytes = try Bytes.read("\(PandasTests.folder)/frame-3.1.pkl")
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 0x15
      // A value or an error, whatever the byte.
      guard let value = try? Pickle.load(bytes: changed) else { continue }
      _ = try? value.arrayPaths()
      for name in ["int", "kind", "nullable", "index"] { _ = try? value.value(at: name) }
    }
  }
}
