import ArrayDeflate
import ByteIO
import Testing

/// gzip, bzip2, xz and their kin, read and written piece by piece; Python's modules are the oracle.
@Suite struct StreamTests {
  private static let formats = CompressionFormat.allCases.filter(\.isSupported)

  private func compressed(_ input: [UInt8], _ format: CompressionFormat, step: Int) throws -> [UInt8] {
    let sink = MemorySink()
    let writer = try CompressingSink(to: sink, format: format)
    var done = 0
    while done < input.count {
      let end = min(input.count, done + step)
      try writer.write(Array(input[done..<end]))
      done = end
    }
    try writer.finish()
    #expect(writer.position == input.count)
    return sink.bytes
  }

  @Test(arguments: formats)
  func whatIsWrittenIsReadBack(_ format: CompressionFormat) throws {
    for (count, step) in [(0, 1), (1, 1), (1000, 7), (300_000, 65_536), (700_001, 700_001)] {
      let input = DataKind.walk.bytes(count, itemSize: 4, seed: 4)
      let stream = try compressed(input, format, step: step)
      let source = try CompressedSource(MemorySource(stream), format: format)
      #expect(try source.readBytes(at: 0, upTo: .max) == input)
      // The beginning only, in small reads.
      let reader = try InflatingStream(MemorySource(stream), format: format, chunk: 100)
      #expect(try reader.readBytes(upTo: 50) == Array(input.prefix(50)))
      #expect(try reader.readBytes(upTo: 50) == Array(input.dropFirst(50).prefix(50)))
    }
  }

  @Test(arguments: formats)
  func everyCutIsAnError(_ format: CompressionFormat) throws {
    let input = DataKind.smallIntegers.bytes(3000, itemSize: 4, seed: 4)
    let stream = try compressed(input, format, step: 3000)
    for end in stride(from: 1, to: stream.count, by: 13) {
      #expect(throws: FormatError.self) {
        try InflatingStream(MemorySource(Array(stream[..<end])), format: format).readBytes(upTo: .max)
      }
    }
  }

  @Test(arguments: formats)
  func flippedBitsEndInAnErrorOrBytes(_ format: CompressionFormat) throws {
    let input = DataKind.smallIntegers.bytes(3000, itemSize: 4, seed: 4)
    let stream = try compressed(input, format, step: 3000)
    var noise = Noise(6)
    for _ in 0..<500 {
      var broken = stream
      broken[Int(noise.next() % UInt64(broken.count))] ^= 1 << UInt8(noise.next() % 8)
      _ = try? InflatingStream(MemorySource(broken), format: format).readBytes(upTo: 1 << 20)
    }
  }

  @Test(arguments: formats.filter { [.gzip, .bzip2, .xz].contains($0) })
  func severalStreamsInARowAreOne(_ format: CompressionFormat) throws {
    let first = try compressed([1, 2, 3], format, step: 3)
    let second = try compressed([4, 5], format, step: 3)
    for chunk in [64, 1 << 16] {
      let reader = try InflatingStream(MemorySource(first + second), format: format, chunk: chunk)
      #expect(try reader.readBytes(upTo: 100) == [1, 2, 3, 4, 5])
    }
    #expect(CompressionFormat(signature: first) == format)
  }

  @Test func aMemberIsReadNoFurtherThanAsked() throws {
    let input = DataKind.random.bytes(1 << 20, itemSize: 1, seed: 4)
    let (stream, _) = try deflated([input], level: .default)
    let source = CountingSource([9, 9, 9] + stream)
    let reader = try InflatingStream(source, at: 3, compressedCount: stream.count, chunk: 4096)
    #expect(try reader.readBytes(upTo: 1000) == Array(input.prefix(1000)))
    #expect(source.furthest <= 3 + 4096)
    #expect(reader.position == 1000)
  }

  /// Bytes that can be read forwards only.
  private final class Pipe: ByteSource {
    let name = "a pipe"
    let byteCount: Int? = nil
    let seekCost = SeekCost.impossible
    private let memory: MemorySource

    init(_ bytes: [UInt8]) { memory = MemorySource(bytes) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
      try unsafe memory.read(into: buffer, at: offset)
    }
  }

  /// Going back is to begin again, where the bytes behind can be read again.
  @Test func aCompressedSourceReadsForwards() throws {
    let input = DataKind.walk.bytes(100_000, itemSize: 4, seed: 4)
    let source = try CompressedSource(MemorySource(try compressed(input, .gzip, step: 1000)), format: .gzip)
    #expect(try source.readBytes(at: 50_000, upTo: 10) == Array(input[50_000..<50_010]))
    #expect(try source.readBytes(at: 10, upTo: 10) == Array(input[10..<20]))
    #expect(try source.readBytes(at: 99_000, upTo: .max) == Array(input[99_000...]))
    #expect(source.isSeekable)
    #expect(source.byteCount == nil)
    let stream = try CompressedSource(Pipe(try compressed(input, .gzip, step: 1000)), format: .gzip)
    #expect(!stream.isSeekable)
    #expect(try stream.readBytes(at: 500, upTo: 10) == Array(input[500..<510]))
    #expect(throws: FormatError(.badArgument, "")) { try stream.readBytes(at: 0, upTo: 10) }
  }

  @Test func pathsAndSignaturesNameFormats() {
    #expect(CompressionFormat(path: "a/b.txt.gz") == .gzip)
    #expect(CompressionFormat(path: "b.bz2") == .bzip2)
    #expect(CompressionFormat(path: "b.xz") == .xz)
    #expect(CompressionFormat(path: "b.lzma") == .xz)
    #expect(CompressionFormat(path: "gz") == nil)
    #expect(CompressionFormat(signature: [0x1F, 0x8B, 8]) == .gzip)
    #expect(CompressionFormat(signature: Array("BZh".utf8)) == nil)
    #expect(CompressionFormat(signature: []) == nil)
  }
}

/// Remembers how far it was read.
private final class CountingSource: ByteSource, @unchecked Sendable {
  let name = "counting"
  let byteCount: Int?
  let seekCost = SeekCost.free
  private let memory: MemorySource
  var furthest = 0

  init(_ bytes: [UInt8]) {
    memory = MemorySource(bytes)
    byteCount = bytes.count
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    let got = try unsafe memory.read(into: buffer, at: offset)
    furthest = max(furthest, offset + got)
    return got
  }
}
