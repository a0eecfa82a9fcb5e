import ByteIO
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite struct SourceTests {
  static let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ ($0 >> 8)) }

  /// A stream that is kept reads as its bytes do, from memory and then from the file; one that is no longer kept only
  /// forwards.
  @Test func keptStreamsAreReadAgain() throws {
    try TemporaryFolder.with { folder in
      for memory in [0, 1000, 64 << 10, 1 << 20] {
        let stream = try SourceTests.pipe(of: SourceTests.content)
        let kept = ReplayableStream(stream, memoryLimit: memory, folder: folder)
        #expect(kept.isSeekable && kept.byteCount == nil)
        let reads = [
          (0, 10), (70_000, 20), (5, 20), (900, 200), (0, 99_000), (99_990, 100), (200_000, 5), (0, 100_001),
        ]
        for (offset, count) in reads {
          let start = min(offset, SourceTests.content.count)
          let expected = SourceTests.content[start..<min(start + count, SourceTests.content.count)]
          #expect(try kept.readBytes(at: offset, upTo: count) == Array(expected), "\(memory), \(offset)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
      }
      let once = ReplayableStream(try SourceTests.pipe(of: SourceTests.content), memoryLimit: 0, folder: folder)
      _ = try once.readBytes(at: 0, upTo: 100)
      once.willBeReadOnce()
      #expect(!once.isSeekable)
      #expect(try once.readBytes(at: 0, upTo: 50_000) == Array(SourceTests.content.prefix(50_000)))
      #expect(throws: FormatError(.badArgument, "")) { try once.readBytes(at: 200, upTo: 10) }
      #expect(try once.readBytes(at: 50_000, upTo: .max) == Array(SourceTests.content.dropFirst(50_000)))
      #expect(throws: FormatError(.notFound, "")) { try ScratchFile(in: folder + "/none", name: "x") }
    }
  }

  private static func pipe(of bytes: [UInt8]) throws -> StreamSource {
    let ends = try FileDescriptor.pipe()
    Thread.detachNewThread {
      _ = try? ends.writeEnd.writeAll(bytes)
      try? ends.writeEnd.close()
    }
    return StreamSource(ends.readEnd, name: "a pipe")
  }

  /// Every source that can be read from anywhere reads the same.
  @Test func readsByPosition() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/file"
      try Bytes.write(SourceTests.content, to: path)
      let sources: [any ByteSource] = [
        MemorySource(SourceTests.content), try FileSource(path: path), try MappedFile(path: path),
        try MappedFile(path: path, access: .copyOnWrite), try FileSource.openSource(path: path),
        try PeekableSource(MemorySource(SourceTests.content), keeping: 10),
      ]
      for source in sources {
        #expect(source.isSeekable)
        #expect(source.byteCount == SourceTests.content.count)
        for (offset, count) in [(0, 10), (5, 20), (99_990, 10), (99_990, 100), (100_000, 5), (200_000, 5), (0, 0)] {
          let start = min(offset, SourceTests.content.count)
          let expected = SourceTests.content[start..<min(start + count, SourceTests.content.count)]
          #expect(try source.readBytes(at: offset, upTo: count) == Array(expected), "\(type(of: source)), \(offset)")
        }
        #expect(try source.readBytes(at: 0, upTo: .max) == SourceTests.content)
        #expect(throws: FormatError(.truncated, "")) { try source.readBytes(at: 99_000, count: 1001, "a piece") }
      }
    }
  }

  @Test func filesThatAreNone() throws {
    try TemporaryFolder.with { folder in
      #expect(throws: FormatError(.notFound, "")) { try FileSource(path: folder + "/none") }
      #expect(throws: FormatError(.wrongKind, "")) { try FileSource(path: folder) }
      #expect(throws: FormatError(.notFound, "")) { try MappedFile(path: folder + "/none") }
      #expect(throws: FormatError(.wrongKind, "")) { try MappedFile(path: folder) }
      #expect(throws: FormatError(.wrongKind, "")) { try MappedFile(path: "/dev/null") }
      try Bytes.write([], to: folder + "/empty")
      #expect(try MappedFile(path: folder + "/empty").count == 0)
      #expect(try MappedFile(path: folder + "/empty").readBytes(at: 0, upTo: 10) == [])
      #expect(try FileSource(path: folder + "/empty").readBytes(at: 0, upTo: 10) == [])
    }
  }

  @Test func mappedMemory() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/file"
      try Bytes.write(SourceTests.content, to: path)
      let map = try MappedFile(path: path)
      map.adviseSequential()
      map.discard(0..<map.count)
      #expect(map.bytes.byteCount == SourceTests.content.count)
      let byte = map.withBytesInMemory { unsafe $0.unsafeLoad(fromByteOffset: 300, as: UInt8.self) }
      #expect(byte == SourceTests.content[300])
      // Written to in this process, and in the file.
      let copy = try MappedFile(path: path, access: .copyOnWrite)
      unsafe copy.baseAddress.storeBytes(of: 0xEE, toByteOffset: 1, as: UInt8.self)
      #expect(try copy.readBytes(at: 1, upTo: 1) == [0xEE])
      #expect(try Bytes.read(path)[1] == SourceTests.content[1])
      let shared = try MappedFile(path: path, access: .readWrite)
      unsafe shared.baseAddress.storeBytes(of: 0xEE, toByteOffset: 2, as: UInt8.self)
      #expect(try Bytes.read(path)[2] == 0xEE)
    }
  }

  /// A pipe whose other end writes these bytes in small pieces.
  private func pipe<Result>(_ bytes: [UInt8], _ body: (StreamSource) throws -> Result) throws -> Result {
    let ends = try FileDescriptor.pipe()
    let writer = Thread {
      var left = bytes[...]
      while !left.isEmpty {
        guard (try? ends.writeEnd.writeAll(left.prefix(777))) != nil else { break }
        left = left.dropFirst(777)
      }
      try? ends.writeEnd.close()
    }
    writer.start()
    defer { try? ends.readEnd.close() }
    return try body(StreamSource(ends.readEnd, name: "pipe"))
  }

  @Test func streamsGoForwards() throws {
    try pipe(SourceTests.content) { (source: StreamSource) throws in
      #expect(source.byteCount == nil)
      #expect(!source.isSeekable)
      #expect(try source.readBytes(at: 0, upTo: 5) == Array(SourceTests.content[..<5]))
      #expect(try source.readBytes(at: 70_000, upTo: 5000) == Array(SourceTests.content[70_000..<75_000]))
      do throws(FormatError) {
        _ = try source.readBytes(at: 10, upTo: 5)
        Issue.record("a stream has been read backwards")
      } catch {
        #expect(error.code == .badArgument)
        #expect(error.offset == 10)
      }
      #expect(try source.readBytes(at: 75_000, upTo: .max) == Array(SourceTests.content[75_000...]))
      #expect(try source.readBytes(at: 100_000, upTo: 10) == [])
      #expect(try source.readBytes(at: 200_000, upTo: 10) == [])
    }
  }

  @Test func prefixesAreKept() throws {
    try pipe(SourceTests.content) { (stream: StreamSource) throws in
      let source = try PeekableSource(stream, keeping: 100)
      #expect(source.name == "pipe")
      for _ in 0..<3 { #expect(try source.readBytes(at: 0, upTo: 6) == Array(SourceTests.content[..<6])) }
      #expect(try source.readBytes(at: 90, upTo: 50) == Array(SourceTests.content[90..<140]))
      #expect(try source.readBytes(at: 140, upTo: .max) == Array(SourceTests.content[140...]))
    }
    try pipe([1, 2]) { (stream: StreamSource) throws in
      let source = try PeekableSource(stream, keeping: 100)
      #expect(try source.readBytes(at: 0, upTo: 50) == [1, 2])
      #expect(try source.readBytes(at: 2, upTo: 50) == [])
    }
  }

  @Test func readersReadInOrder() throws {
    func check(_ source: any ByteSource) throws {
      let content = SourceTests.content
      var reader = ByteReader(source, at: 0)
      #expect(try reader.peek(4) == content[..<4])
      #expect(try reader.read(10, "ten") == content[..<10])
      #expect(try reader.read(upTo: 5) == content[10..<15])
      #expect(reader.position == 15)
      try reader.skip(5000)
      #expect(try !reader.isAtEnd())
      var buffer = [UInt8](repeating: 0, count: 50_000)
      let count = try unsafe buffer.withUnsafeMutableBytes { try unsafe reader.read(into: $0) }
      #expect(count == 50_000)
      #expect(buffer[...] == content[5015..<55_015])
      #expect(try reader.peek(1) == content[55_015..<55_016])
      try reader.skip(44_980)
      do throws(FormatError) {
        _ = try reader.read(10, "the end")
        Issue.record("read beyond the end")
      } catch {
        #expect(error.code == .truncated)
        #expect(error.offset == 100_000)
        #expect(error.file == source.name)
      }
      #expect(try reader.read(upTo: 10) == content[99_995...])
      #expect(try reader.isAtEnd())
      #expect(try reader.read(upTo: 10).isEmpty)
    }
    try check(MemorySource(SourceTests.content))
    try pipe(SourceTests.content, check)
    #expect(ByteReader(MemorySource([1, 2, 3]), at: 2).remaining == 1)
    #expect(ByteReader(MemorySource([1, 2, 3]), at: 20).remaining == 0)
    var far = ByteReader(MemorySource([1]), at: 1)
    #expect(throws: FormatError(.limitExceeded, "")) { try far.skip(.max) }
  }

  @Test func numbersDoNotOverflow() throws {
    #expect(throws: FormatError(.limitExceeded, "")) { try Int.max.checkedAdding(1) }
    #expect(throws: FormatError(.limitExceeded, "")) { try (Int.max / 2).checkedMultiplied(by: 3) }
    #expect(try (Int.max - 1).checkedAdding(1) == .max)
    #expect(FormatError(.io, "x", offset: .max).shifted(by: 1).offset == nil)
    #expect(FormatError(.io, "x", offset: 3).shifted(by: 4).offset == 7)
    let error = FormatError(.corrupt, "broken", file: "a.npz").at(file: "b", member: "m", offset: 5)
    #expect(error.description == "a.npz:m: broken (byte 5)")
  }

  @Test func sinksCountAndGather() throws {
    let memory = MemorySink()
    try memory.write("añb")
    try memory.write([1, 2])
    try memory.write(repeating: 7, count: 70_000)
    #expect(memory.position == 70_006)
    #expect(memory.bytes.prefix(6) == [97, 0xC3, 0xB1, 98, 1, 2])
    try TemporaryFolder.with { folder in
      let path = folder + "/file"
      try AtomicFile.write(to: path) { (sink: any ByteSink) throws(FormatError) in
        for size in [1, 1000, 65_535, 65_536, 65_537, 3, 32_768, 0, 100_000] {
          let before = sink.position
          try sink.write([UInt8](repeating: UInt8(size % 251), count: size))
          #expect(sink.position == before + size)
        }
      }
      let expected = [1, 1000, 65_535, 65_536, 65_537, 3, 32_768, 0, 100_000].flatMap {
        [UInt8](repeating: UInt8($0 % 251), count: $0)
      }
      #expect(try Bytes.read(path) == expected)
    }
  }
}
