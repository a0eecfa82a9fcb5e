import ByteIO
import SystemPackage
import TestSupport
import Testing

/// What sources and sinks say of themselves, through everything that wraps them.
@Suite struct CapabilityTests {
  /// A source as one of a remote file would be: it knows its length or not, and each request has a cost.
  final class RemoteSource: ByteSource {
    let name = "http://example.org/arr.npy"
    let byteCount: Int?
    let seekCost = SeekCost.perRead
    private let base: MemorySource

    init(_ bytes: [UInt8], knowsLength: Bool) {
      base = MemorySource(bytes)
      byteCount = knowsLength ? bytes.count : nil
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
      try unsafe base.read(into: buffer, at: offset)
    }
  }

  @Test(arguments: [true, false]) func newKindsOfSourcesNeedNoMoreThanToRead(_ knowsLength: Bool) throws {
    let content = SourceTests.content
    let source = RemoteSource(content, knowsLength: knowsLength)
    #expect(source.isSeekable && !source.readsInOrder)
    #expect(try source.mapped(.readOnly) == nil && source.residentBytes == nil)
    #expect(source.withBytesInMemory { $0.byteCount } == nil)
    #expect(!source.verifiesItself && !source.isStandardInput && source.segmentOffsets.isEmpty)
    var reader = ByteReader(source, at: 10)
    #expect(try Array(reader.read(upTo: 20)) == Array(content[10..<30]))
    try reader.skip(70_000)
    #expect(try Array(reader.read(100, "the bytes")) == Array(content[70_030..<70_130]))
    #expect(reader.remaining == (knowsLength ? content.count - 70_130 : nil))
  }

  @Test func seekCostsAreOrdered() {
    let costs: [SeekCost] = [.free, .perRead, .restart, .impossible]
    for (left, right) in zip(costs, costs.dropFirst()) { #expect(left < right) }
  }

  @Test func standardInputIsKnownThroughWrappers() throws {
    try TemporaryFolder.with { folder in
      #expect(StreamSource.standardInput.isStandardInput)
      #expect(ReplayableStream(StreamSource.standardInput, folder: folder).isStandardInput)
      let path = folder + "/standard input"
      try Bytes.write([1], to: path)
      #expect(try !FileSource.openSource(path: path).isStandardInput)
      #expect(!StreamSource(.standardInput, name: "standard input").isStandardInput)
    }
  }

  @Test func filesAreMapped() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/file"
      try Bytes.write(SourceTests.content, to: path)
      let file = try FileSource.openSource(path: path)
      let map = try #require(try file.mapped(.copyOnWrite))
      #expect(map.access == .copyOnWrite && map.count == SourceTests.content.count)
      #expect(try map.mapped(.copyOnWrite) === map)
      #expect(try map.mapped(.readOnly) == nil)
      #expect(map.residentBytes?.isMapped == true)
      #expect(MemorySource([1, 2]).residentBytes?.isMapped == false)
      #expect(try MemorySource([1]).mapped(.readOnly) == nil)
    }
  }

  @Test func sinksSayWhetherTheyGoBack() throws {
    let memory = MemorySink()
    #expect(!memory.canOverwrite)
    try memory.reserve(100)
    #expect(throws: FormatError(.unsupported, "")) { try memory.overwrite([1], at: 0) }
    try TemporaryFolder.with { folder in
      let file = try AtomicFile(path: folder + "/file")
      #expect(file.canOverwrite)
      try file.write([1, 2, 3])
      try file.overwrite([9], at: 1)
      try file.commit()
      #expect(try FileSource(path: folder + "/file").readBytes(at: 0, upTo: 10) == [1, 9, 3])
      let scratch = try ScratchFile(in: folder, name: "x")
      #expect(scratch.canOverwrite)
    }
  }
}
