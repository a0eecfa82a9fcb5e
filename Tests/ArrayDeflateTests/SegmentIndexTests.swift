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
