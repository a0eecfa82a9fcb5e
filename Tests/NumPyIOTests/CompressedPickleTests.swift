import ByteIO
import NumPyIO
import PickledArrays
import PythonPickle
import TestSupport
import Testing

/// Compressed pickles, whose own size bounds nothing.
@Suite struct CompressedPickleTests {
  @Test func inflatingStopsAtTheLimit() throws {
    let pickle = try Pickle.bytes(of: .bytes(PickleBytes([UInt8](repeating: 7, count: 100_000))))
    let limit = pickle.count - 1
    var whole = PickleReader(BoundedSource(MemorySource(pickle), maxBytes: pickle.count))
    #expect(try whole.read().bytes?.count == 100_000)
    var reader = PickleReader(BoundedSource(MemorySource(pickle), maxBytes: limit))
    let error = #expect(throws: FormatError.self) { try reader.read() }
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("\(limit) bytes") == true)
  }

  /// Of a source that is read in memory all bytes are there; a compressed one is believed only up to the limit.
  @Test func declaredLengthsAreChecked() throws {
    try TemporaryFolder.with { folder in
      // gzip of nothing but an opcode that declares 2**45 bytes: a stored block, with the CRC-32 that Python's zlib gives.
      let content: [UInt8] = [0x80, 4, 0x8E, 0, 0, 0, 0, 0, 0x20, 0, 0, 1, 2, 3]
      let path = "\(folder)/declared.pkl.gz"
      try Bytes.write(
        [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1, UInt8(content.count), 0, ~UInt8(content.count), 255] + content
          + [0x74, 0x1C, 0xD6, 0xB6, UInt8(content.count), 0, 0, 0], to: path)
      let error = #expect(throws: FormatError.self) { try PickleFile(opening: path) }
      #expect(error?.code == .limitExceeded)
    }
  }
}
