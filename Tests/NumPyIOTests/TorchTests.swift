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
        #expect(try file.value.arrayPaths().contains { $0.path == "nested.list.0" }, "it is 'one' as well")
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
        // An expanded tensor lies within its storage, and can be listed.
        #expect(throws: FormatError(name == "expanded" ? .limitExceeded : .malformed, "")) {
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

  // MARK: Files of PyTorch's own

  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/torch").path

  /// Quantized and sparse tensors, lazy views, and types that NumPy lacks: the numbers that PyTorch makes of them.
  @Test(arguments: ["tensors.pt", "tensors-legacy.pt", "tensors.pkl"], [LoadMode.whole, .mapped])
  func numbersAreThoseOfPyTorch(name: String, mode: LoadMode) throws {
    let file = try PickleFile(opening: "\(TorchTests.fixtures)/\(name)", mode: mode)
    let expected = try NPZArchive(opening: "\(TorchTests.fixtures)/tensors.npz")
    #expect(expected.names.count == 21)
    for key in expected.names {
      let value = try file.value.value(at: key)
      let array = try value.array() ?? value.value(at: "toarray").array()
      let found = try #require(array, "\(key)")
      let known: AnyNDArray = try expected.array(key)
      #expect(found.dtype == known.dtype && found.shape == known.shape, "\(key)")
      if known.dtype == .float32 {
        let (left, right) = (try NDArray<Float>(found).elements, try NDArray<Float>(known).elements)
        // NaN is NaN, whatever its bits.
        #expect(zip(left, right).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }, "\(key)")
      } else {
        #expect(found.bytes == known.bytes, "\(key)")
      }
      if let (dtype, shape) = try value.arrayDescription() { #expect(dtype == known.dtype && shape == known.shape) }
    }
  }

  /// Sparse tensors of blocks, in batches, and with an array at each place.
  @Test func denseAsOfPyTorch() throws {
    let file = try PickleFile(opening: "\(TorchTests.fixtures)/blocks.pt")
    let expected = try NPZArchive(opening: "\(TorchTests.fixtures)/blocks.npz")
    #expect(expected.names.count == 7)
    for name in expected.names {
      let found = try #require(try file.value.value(at: name + ".toarray").array(), "\(name)")
      let known: AnyNDArray = try expected.array(name)
      #expect(found.dtype == known.dtype && found.shape == known.shape && found.bytes == known.bytes, "\(name)")
    }
  }

  /// A plain pickle of tensors stays what it is.
  @Test func plainPicklesAreWrittenBack() throws {
    let bytes = try Bytes.read("\(TorchTests.fixtures)/tensors.pkl")
    #expect(try Pickle.bytes(of: Pickle.load(bytes: bytes), protocol: 4) == bytes)
  }

  @Test func filesWithoutChecksums() throws {
    let path = "\(TorchTests.fixtures)/unchecked.pt"
    let array = try #require(try PickleFile(opening: path).value["x"]?.array())
    #expect(try NDArray<Float>(array).elements == (0..<12).map { Float($0) })
    let findings = try FileCheck(path: path).findings
    #expect(findings.contains { $0.error.message.contains("without checksums") })
    #expect(!findings.contains { $0.severity != .note })
    // One checksum, and all count.
    var bytes = try Bytes.read(path)
    let name = Array("unchecked/version".utf8)
    let places = bytes.indices.filter { bytes[$0...].starts(with: name) }
    try #require(places.count == 2)
    bytes[places[1] - 46 + 16] = 1
    #expect(throws: FormatError.self) { try PickleFile(MemorySource(bytes)).value["x"]?.array() }
  }

  /// What a plain pickle of a tensor would have PyTorch unpickle is looked into as well.
  @Test func storagesAreChecked() throws {
    #expect(try FileCheck(path: "\(TorchTests.fixtures)/tensors.pkl").isSound)
    try TemporaryFolder.with { folder in
      var stream = try Pickle.bytes(
        of: .integer(PickleInteger(twosComplement: [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19])),
        protocol: 2)
      stream += try Pickle.bytes(of: 1001, protocol: 2)
      stream += try Pickle.bytes(of: ["little_endian": true], protocol: 2)
      stream += try Pickle.bytes(of: .object(PickleObject("os", "system", ["true"])), protocol: 2)
      stream += try Pickle.bytes(of: [], protocol: 2)
      let storage = PickleValue.object(PickleObject("torch.storage", "_load_from_bytes", [.bytes(stream)]))
      try Pickle.save(storage, to: "\(folder)/evil.pkl")
      let findings = try FileCheck(path: "\(folder)/evil.pkl").findings
      #expect(
        findings.contains {
          $0.severity == .error && $0.error.message.contains(".system")
        })
      try Pickle.save(
        .object(PickleObject("torch.storage", "_load_from_bytes", [.bytes(Array("cos\nsystem\n".utf8))])),
        to: "\(folder)/plain.pkl")
      #expect(try !FileCheck(path: "\(folder)/plain.pkl").isSound)
      // A name stands once in what is found.
      let names = try FileCheck(path: "\(TorchTests.fixtures)/tensors.pt").findings.map(\.error.description)
      #expect(names.allSatisfy { $0.components(separatedBy: "tensors/data.pkl").count == 2 }, "\(names)")
    }
  }

  @Test func archivesOf2016() throws {
    try withFiles { folder in
      let expected = try NPZArchive(opening: "\(folder)/expected.npz")
      let file = try PickleFile(opening: "\(folder)/tar.pt")
      #expect(file.format == .torchTar)
      let names = expected.names.filter { !$0.hasPrefix("nested") && $0 != "parameter" }
      #expect(names.count > 15)
      for key in names {
        let array = try #require(try file.value.value(at: key).array(), "\(key)")
        let known: AnyNDArray = try expected.array(key)
        #expect(array.dtype == known.dtype && array.shape == known.shape && array.bytes == known.bytes, "\(key)")
      }
      #expect(try FileCheck(path: "\(folder)/tar.pt").isSound)
      for name in ["tar-cut", "tar-beyond"] {
        #expect(throws: FormatError.self, "\(name)") { try PickleFile(opening: "\(folder)/\(name).pt") }
      }
      // No broken byte is more than an error.
      let bytes = try Bytes.read("\(folder)/tar.pt")
      for place in stride(from: 0, to: bytes.count, by: 7) {
        var changed = bytes
        changed[place] ^= 0x55
        guard let value = try? PickleFile(MemorySource(changed)).value else { continue }
        for name in names { _ = try? value[name]?.array() }
      }
    }
  }
}
