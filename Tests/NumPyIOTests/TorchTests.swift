import ByteIO
import Foundation
import NDArrays
import NumPyIO
import PythonPickle
import TestSupport
import Testing

/// PyTorch's files, old and new: tensors as NumPy has them, and nothing beyond their storages.
@Suite struct TorchTests {
  private func withFiles(_ body: (String) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/torch_files.py")
      let outcome = try Python.run([script.path, folder])
      try #require(outcome.exitCode == 0, "\(outcome.errors)")
      try body(folder)
    }
  }

  @Test(arguments: [LoadMode.whole, .mapped]) func tensorsAreArrays(mode: LoadMode) throws {
    try withFiles { folder in
      let expected = try NPZArchive(opening: "\(folder)/expected.npz")
      for (name, format) in [("new", PickleFile.Format.torch), ("old", .torchStream)] {
        let file = try PickleFile(opening: "\(folder)/\(name).pt", mode: mode)
        #expect(file.format == format)
        for key in expected.names {
          let array = try #require(try file.value.value(at: key).array(), "\(key)")
          let known: AnyNDArray = try expected.array(key)
          #expect(array.dtype == known.dtype && array.shape == known.shape && array.bytes == known.bytes, "\(key)")
        }
        // What is listed without reading a storage agrees with what is read.
        let described = try file.value.value(at: "bf").arrayDescription()
        #expect(described?.dtype == .float32 && described?.shape == [2, 3])
        #expect(try file.value.arrayPaths().contains { $0.path == "nested.list.0" } == false, "met as 'one' before")
      }
      let big = try PickleFile(opening: "\(folder)/big.pt", mode: mode).value
      let known: AnyNDArray = try NPZArchive(opening: "\(folder)/big.npz").array("x")
      #expect(try big["x"]?.array()?.nativeByteOrder().bytes == known.bytes)
    }
  }

  @Test func viewsShareTheirStorage() throws {
    try withFiles { folder in
      let file = try PickleFile(opening: "\(folder)/new.pt")
      let (base, turned) = (try file.value["base"]?.array(), try file.value["turned"]?.array())
      #expect(base?.storage === turned?.storage)
      #expect(turned?.strides == [4, 24])
    }
  }

  @Test func becomesAPickleOfArrays() throws {
    try withFiles { folder in
      try Pickle.save(PickleFile(opening: "\(folder)/new.pt").value, to: "\(folder)/copy.pkl", protocol: 4)
      let outcome = try Python.run([
        "-c",
        """
        import pickle, sys, numpy as np
        value = pickle.load(open(sys.argv[1] + '/copy.pkl', 'rb'))
        expected = np.load(sys.argv[1] + '/expected.npz')
        assert type(value).__name__ == 'OrderedDict', type(value)
        for name in expected.files:
            if '.' not in name: np.testing.assert_array_equal(value[name], expected[name])
        """, folder,
      ])
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
    }
  }

  @Test(arguments: ["beyond", "negative", "huge", "expanded", "overflow", "short"])
  func refusesWhatLiesOutside(name: String) throws {
    try withFiles { folder in
      for mode in [LoadMode.whole, .mapped] {
        #expect(throws: FormatError(.malformed, "")) {
          try PickleFile(opening: "\(folder)/\(name).pt", mode: mode).value["x"]?.array()
        }
      }
    }
  }

  @Test func refusesAStreamThatIsCut() throws {
    try withFiles { folder in
      #expect(throws: FormatError(.truncated, "")) { try PickleFile(opening: "\(folder)/cut.pt") }
    }
  }

  @Test func everyByteCutOffOrChanged() throws {
    try withFiles { folder in
      for name in ["big", "cut"] {
        let whole = try Bytes.read("\(folder)/\(name).pt")
        // Whatever comes of it, it is a value or an error.
        for place in stride(from: 0, to: whole.count, by: 3) {
          let value = try? PickleFile(MemorySource(Array(whole[..<place]))).value
          _ = try? value?["x"]?.array()
          var changed = whole
          changed[place] ^= 0x55
          _ = try? (try? PickleFile(MemorySource(changed)).value)?["x"]?.array()
        }
      }
    }
  }
}
