import ArrayDeflate
import ByteIO
import Testing

@Suite struct SegmentIndexTests {
  private func index(_ count: Int) throws -> SegmentIndex {
    var noise = Noise(UInt64(count))
    return try SegmentIndex(
      (0..<count).map { number in
        SegmentIndex.Segment(
          uncompressedCount: number == 0 ? 128 : number == count - 1 ? 777 : 1 << 20,
          compressedCount: 20_000 + Int(noise.next() % 900_000),
          crc32: UInt32(truncatingIfNeeded: noise.next()))
      })
  }

  @Test(arguments: [0, 1, 2, 3, 100, 5000])
  func bytesGiveTheIndexBack(_ count: Int) throws {
    let index = try index(count)
    let bytes = index.encoded(atMost: .max)
    let back = try SegmentIndex(
      decoding: bytes, uncompressedCount: index.uncompressedCount, compressedCount: index.compressedCount)
    #expect(back == index)
  }

  @Test func anIndexThatIsTooLongIsMadeCoarser() throws {
    let index = try index(50_000)
    let bytes = index.encoded(atMost: 60_000)
    #expect(bytes.count <= 60_000)
    let back = try SegmentIndex(
      decoding: bytes, uncompressedCount: index.uncompressedCount, compressedCount: index.compressedCount)
    #expect(back.segments.count > 4000)
    #expect(back.crc32 == index.crc32)
  }

  @Test func brokenBytesAreRefused() throws {
    let index = try index(20)
    let bytes = index.encoded(atMost: .max)
    let (input, stream) = (index.uncompressedCount, index.compressedCount)
    for end in bytes.indices {
      #expect(throws: FormatError(.malformed, "")) {
        try SegmentIndex(decoding: bytes[..<end], uncompressedCount: input, compressedCount: stream)
      }
    }
    #expect(throws: FormatError(.malformed, "")) {
      try SegmentIndex(decoding: bytes + [0], uncompressedCount: input, compressedCount: stream)
    }
    #expect(throws: FormatError(.malformed, "")) {
      try SegmentIndex(decoding: bytes, uncompressedCount: input + 1, compressedCount: stream)
    }
    #expect(throws: FormatError(.malformed, "")) {
      try SegmentIndex(decoding: bytes, uncompressedCount: input, compressedCount: stream - 1)
    }
    // A count of segments that the bytes cannot hold takes no memory.
    #expect(throws: FormatError(.malformed, "")) {
      try SegmentIndex(
        decoding: [1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1], uncompressedCount: 0, compressedCount: 0)
    }
  }

  @Test func moreThanDeflateCanReachIsRefused() {
    #expect(throws: FormatError(.malformed, "")) {
      try SegmentIndex([SegmentIndex.Segment(uncompressedCount: 1 << 30, compressedCount: 100, crc32: 0)])
    }
    #expect(throws: FormatError(.malformed, "")) {
      try SegmentIndex([SegmentIndex.Segment(uncompressedCount: -1, compressedCount: 100, crc32: 0)])
    }
    #expect(Inflate.isPlausible(uncompressedCount: 1032 * 1000, compressedCount: 1000))
    #expect(!Inflate.isPlausible(uncompressedCount: .max, compressedCount: 1000))
  }

  /// What is one value again and again is cut into long segments, but not what has another part anywhere.
  @Test(arguments: [DeflateLevel.fast, .default], [1, 3, 8])
  func segmentsOfOneValueAreLong(_ level: DeflateLevel, _ itemSize: Int) throws {
    var noise = Noise(9)
    let item = (0..<itemSize).map { _ in UInt8(truncatingIfNeeded: noise.next()) }
    let count = (9 << 20) / itemSize
    var input = Array(repeatElement(item, count: count).joined())
    let layout = ItemLayout(itemSize: itemSize)
    let (stream, summary) = try deflated([input], level: level, layout: layout)
    #expect(zlibInflated(stream, count: input.count) == input)
    let index = try #require(summary.index)
    #expect(index.segments.count == 3)
    let range = 5 << 20..<(8 << 20) + 5
    #expect(try inflated(range, of: index, MemorySource(stream), at: 0) == Array(input[range]))

    for position in (4 << 20)..<(6 << 20) { input[position] = UInt8(truncatingIfNeeded: noise.next()) }
    let (mixed, other) = try deflated([input], level: level, layout: layout)
    #expect(zlibInflated(mixed, count: input.count) == input)
    #expect(try #require(other.index).segments.count >= 9)
  }

  /// Of data with a long period each segment refers to the one before, and is read together with it.
  @Test(arguments: [DeflateLevel.fast, .default], [1, 8])
  func segmentsOfALongPeriodAreOne(_ level: DeflateLevel, _ itemSize: Int) throws {
    var noise = Noise(5)
    let row = (0..<8000).map { _ in UInt8(truncatingIfNeeded: noise.next()) }
    var input = Array(repeatElement(row, count: (10 << 20) / row.count).joined())
    // The first bytes of what has no period are in the last segment that has one.
    input += (0..<(5 << 19)).map { _ in UInt8(truncatingIfNeeded: noise.next()) }
    let (stream, summary) = try deflated([input], level: level, layout: ItemLayout(itemSize: itemSize))
    #expect(zlibInflated(stream, count: input.count) == input)
    let index = try #require(summary.index)
    #expect(index.segments.count < 7)
    #expect(index.uncompressedCount == input.count)
    #expect(index.crc32 == checksum(input))
    // The row is stored once for every eight segments, not for each; a match takes about two bytes.
    #expect(stream.count < (5 << 19) + 2 * row.count + input.count / 258 * 2)
    for start in [0, 3 << 20, (8 << 20) - 100, (8 << 20) + 7, input.count - 5000] {
      let range = start..<start + 5000
      #expect(try inflated(range, of: index, MemorySource(stream), at: 0) == Array(input[range]))
    }
  }

  @Test func segmentsAreFoundByTheBytesTheyHold() throws {
    let index = try index(5)
    #expect(index.segments(covering: 0..<1) == 0..<1)
    #expect(index.segments(covering: 0..<128) == 0..<1)
    #expect(index.segments(covering: 127..<129) == 0..<2)
    #expect(index.segments(covering: 128..<129) == 1..<2)
    #expect(index.segments(covering: 5..<5).isEmpty)
    #expect(index.segments(covering: 0..<index.uncompressedCount) == 0..<5)
    let last = index.uncompressedCount - 1
    #expect(index.segments(covering: last..<last + 1) == 4..<5)
  }
}
