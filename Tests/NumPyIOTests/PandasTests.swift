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

  /// A frame as a table: fields by the labels of its columns, strings as text.
  @Test func framesAreTables() throws {
    let value = try Pickle.load(bytes: Bytes.read("\(PandasTests.folder)/frame-2.2.pkl"))
    let frame = try #require(try PandasFrame(value))
    let table = try frame.table()
    let expected = try NPZArchive(opening: "\(PandasTests.folder)/frame-2.2.npz")
    #expect(table.dtype.fields?.map(\.name) == expected.names.dropLast())
    for name in expected.names.dropLast() {
      guard case .values(let known) = try expected.storedArray(name) else { continue }
      let field = try table.field(name)
      #expect(field.dtype.native == known.dtype.native && field.packed().bytes == known.packed().bytes, "\(name)")
    }
  }

  /// Intervals as records, sparse columns with all of their values.
  @Test func partsAreArrays() throws {
    let bytes = try Bytes.read("\(PandasTests.folder)/parts.pkl")
    let value = try Pickle.load(bytes: bytes)
    let expected = try NPZArchive(opening: "\(PandasTests.folder)/parts.npz")
    #expect(expected.names.count == 8)
    for name in expected.names {
      let found = try #require(try value.value(at: name).array(), "\(name)")
      let known: AnyNDArray = try expected.array(name)
      #expect(found.dtype == known.dtype && found.shape == known.shape && found.bytes == known.bytes, "\(name)")
    }
    #expect(try Pickle.bytes(of: value, protocol: 4) == bytes)
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 0x15
      guard let value = try? Pickle.load(bytes: changed) else { continue }
      for name in expected.names { _ = try? value.value(at: name).array() }
    }
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

  // MARK: PyArrow

  /// Columns that PyArrow holds, and periods.
  @Test(arguments: ["arrow-4", "arrow-5", "arrow-parts"]) func columnsOfPyArrow(name: String) throws {
    let bytes = try Bytes.read("\(PandasTests.folder)/\(name).pkl")
    let value = try Pickle.load(bytes: bytes)
    let frame = try #require(try PandasFrame(value))
    let expected = try NPZArchive(opening: "\(PandasTests.folder)/arrow.npz")
    #expect(frame.columns.compactMap(\.label.string) + ["index"] == expected.names)
    // The rows of the parts are 1, 2, 0 and 1 of the whole.
    let rows = name == "arrow-parts" ? [1, 2, 0, 1] : [0, 1, 2, 3]
    for column in expected.names {
      let found = try #require(try PickledArray(value.value(at: column))?.content, "\(column)")
      switch try expected.storedArray(column) {
      case .objects(let known):
        // Where no part is missing any, the column is one of values.
        let items = try found.objects ?? ObjectArray(#require(found.values))
        #expect(items.items.map { $0.repr() } == rows.map { known.items[$0].repr() }, "\(column)")
      case .values(let known):
        let array = try #require(found.values, "\(column)")
        let size = known.dtype.itemSize
        let taken = rows.flatMap { known.bytes[($0 * size)..<(($0 + 1) * size)] }
        #expect(array.dtype == known.dtype && array.shape == [4] && array.bytes == taken, "\(column)")
      }
    }
    #expect(try Pickle.bytes(of: value, protocol: name == "arrow-5" ? 5 : 4) == bytes)
  }

  @Test func forgedPyArrowIsRefused() throws {
    func column(_ type: String, _ length: Int, _ offset: Int, _ buffers: [PickleValue]) -> PickleValue {
      let alias = PickleValue.object(PickleObject("pyarrow.lib", "type_for_alias", [.string(type)]))
      let parts: [PickleValue] = [alias, .int(length), 0, .int(offset), .list(buffers), [], nil]
      let array = PickleValue.object(PickleObject("pyarrow.lib", "_restore_array", [.tuple(parts)]))
      return .object(PickleObject("pandas.arrays", "ArrowExtensionArray", [], state: ["_pa_array": array]))
    }
    let eight = PickleValue.bytes([UInt8](repeating: 255, count: 8))
    for forged in [
      column("int64", 2, 0, [nil, eight]), column("int64", .max, 1, [nil, eight]),
      column("int64", 1, .max, [nil, eight]),
      column("int64", -1, 0, [nil, eight]), column("bool", 1 << 40, 0, [nil, eight]), column("int64", 1, 0, []),
      column("int64", 1, 0, [.bytes([]), eight]), column("string", 1, 0, [nil, eight, eight]),
      column("large_string", 1 << 60, 0, [nil, eight, eight]), column("null", 1 << 40, 0, []),
      column("timestamp[xs]", 1, 0, [nil, eight]), column("int64", 1, 0, [nil, 5]),
    ] {
      let frame = PickleValue.object(
        PickleObject(
          "pandas", "Series", [],
          state: [
            "_mgr": .object(
              PickleObject(
                "pandas.core.internals.managers", "SingleBlockManager", [],
                state: .tuple([
                  [], [], [], ["0.14.1": ["axes": [[]], "blocks": [["values": forged, "mgr_locs": []]]]],
                ])))
          ]))
      let column = try #require(try PandasFrame(frame)?.columns.first)
      #expect(throws: FormatError.self) { try column.array() }
    }
  }
}
