import ByteIO
import NumPyIO
import Testing
import TestSupport

@Suite struct NPYFileTests {
  /// The numbers 0, 1, 2 … in C order, as little-endian bytes: made without the code under test.
  static func counting(_ count: Int) -> [UInt8] {
    (0..<count).flatMap { n in (0..<8).map { UInt8(n >> ($0 * 8) & 255) } }
  }

  static func sample(_ shape: [Int]) throws -> NDArray<Int64> {
    try NDArray((0..<Int64(shape.reduce(1, *))).map { $0 }, shape: shape)
  }

  @Test func bytesOfASmallArray() throws {
    // `np.save(f, np.arange(3))` with NumPy 2.4.6.
    var expected: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0]
    let text = "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }"
    expected += Array(text.utf8) + [UInt8](repeating: 32, count: 117 - text.utf8.count) + [10]
    #expect(try NPYFileTests.sample([3]).untyped.npyBytes() == expected + NPYFileTests.counting(3))
  }

  @Test func savedAndLoadedInEveryWay() throws {
    try TemporaryFolder.with { folder in
      let array = try NPYFileTests.sample([7, 5, 3])
      let path = folder + "/a.npy"
      try array.save(to: path)
      #expect(try NDArray<Int64>(contentsOf: path).elements == array.elements)
      let mapped = try AnyNDArray(contentsOf: path, mode: .mapped)
      #expect(mapped.bytes == NPYFileTests.counting(105))
      var private_ = try NDArray<Int64>(contentsOf: path, mode: .mappedCopyOnWrite)
      private_[0, 0, 0] = 99
      #expect(private_[0, 0, 0] == 99)
      #expect(try AnyNDArray(contentsOf: path).bytes == NPYFileTests.counting(105))
      var copy = try NDArray<Int64>(contentsOf: path, mode: .mapped)
      copy[6, 4, 2] = -1
      #expect(copy[6, 4, 2] == -1)
      #expect(try AnyNDArray(contentsOf: path).bytes == NPYFileTests.counting(105))
      #expect(throws: FormatError(.wrongDType, "")) { try NDArray<Double>(contentsOf: path) }
      #expect(throws: FormatError(.notFound, "")) { try AnyNDArray(contentsOf: folder + "/b.npy") }
      #expect(throws: FormatError(.wrongKind, "")) { try AnyNDArray(contentsOf: folder) }
      #expect(throws: FormatError(.alreadyExists, "")) { try array.save(to: path, replacing: false) }
    }
  }

  @Test func slicesReadWhatTheyNeed() throws {
    let array = try NPYFileTests.sample([6, 50, 40])
    for fortran in [false, true] {
      let saved = fortran ? array.untyped.packed(fortran: true) : array.untyped
      let source = CountingSource(try saved.npyBytes())
      let file = try NPYFile(source)
      #expect(file.header.isFortranOrder == fortran)
      source.reset()
      let part = try file.read(2..<4, 10, 3..<7)
      #expect(part.shape == [2, 4])
      #expect(part.bytes == array.untyped[2..<4, 10, 3..<7].bytes)
      #expect(
        try file.read(.stride(by: -2), .ellipsis, -1).bytes == array.untyped[.stride(by: -2), .ellipsis, -1].bytes)
      #expect(try file.read(.newAxis, 5, 49, 39).shape == [1])
      #expect(try file.read(3..<3).shape == [0, 50, 40])
      #expect(throws: FormatError(.badArgument, "")) { try file.read(6) }
      #expect(throws: FormatError(.badArgument, "")) { try file.read(0, 0, 0, 0) }
    }
    // Two rows far apart: no more than their pages.
    let wide = try NDArray<Int64>(zeros: [100, 10_000])
    let source = CountingSource(try wide.untyped.npyBytes())
    let file = try NPYFile(source)
    source.reset()
    _ = try file.read(.stride(from: 0, to: 100, by: 60), 100..<200)
    #expect(source.bytesRead == 2 * 100 * 8)
  }

  @Test func chunksCoverTheArrayInOrder() throws {
    let array = try NPYFileTests.sample([23, 4])
    for fortran in [false, true] {
      let file = try NPYFile(MemorySource(array.untyped.packed(fortran: fortran).npyBytes()))
      var rows: [Int] = []
      var elements: [Int64] = []
      try file.forEachChunk(ofBytes: 5 * 32) { range, chunk in
        rows += Array(range)
        elements += ((try? NDArray<Int64>(chunk).elements) ?? [])
        #expect(chunk.shape == [range.count, 4])
      }
      #expect(rows == Array(0..<23))
      #expect(elements == array.elements)
    }
  }

  @Test func severalArraysFollowEachOther() throws {
    let first = try NPYFileTests.sample([3, 2])
    let second = NDArray<Double>([1.5, 2.5])
    let bytes = try first.untyped.npyBytes() + second.untyped.npyBytes()
    for seekable in [true, false] {
      let source: any ByteSource = seekable ? MemorySource(bytes) : ForwardOnlySource(bytes)
      var reader = NPYReader(source)
      #expect(try reader.next()?.bytes == first.untyped.bytes)
      #expect(try reader.next()?.bytes == second.untyped.bytes)
      let end = try reader.next()
      #expect(end?.count == nil)
    }
    var cut = NPYReader(ForwardOnlySource(Array(bytes.dropLast())))
    _ = try cut.next()
    #expect(throws: FormatError(.truncated, "")) { try cut.next() }
  }

  @Test func aFalseLengthInAStreamCostsNoMemory() throws {
    let text = "{'descr': '<i8', 'fortran_order': False, 'shape': (1000000000000,), }\n"
    let source = ForwardOnlySource(HostileHeaderTests.file(text, data: 100))
    var reader = NPYReader(source)
    #expect(throws: FormatError(.truncated, "")) { try reader.next() }
  }
}
