import ArrayDeflate
import ByteIO
import Testing

// Debug builds check every access to memory, and are a hundred times slower.
#if DEBUG
  private let rounds = 30
#else
  private let rounds = 500
#endif

/// Streams that are not what they should be: a typed error, and never more output than declared.
@Suite struct CorruptStreamTests {
  private func sample() throws -> (input: [UInt8], stream: [UInt8]) {
    let input = DataKind.walk.bytes(20_000, itemSize: 4, seed: 3)
    return (input, try deflated([input], level: .default, layout: ItemLayout(itemSize: 4)).stream)
  }

  @Test func outputOfAnotherSizeThanDeclaredIsCorrupt() throws {
    let (input, stream) = try sample()
    for count in [0, 1, 100, input.count - 1, input.count + 1, input.count * 2] {
      #expect(throws: FormatError(.corrupt, "")) { try inflated(stream, count: count) }
    }
  }

  @Test func everyCutIsCorrupt() throws {
    let (input, stream) = try sample()
    for end in stride(from: 0, to: stream.count, by: 97) {
      #expect(throws: FormatError(.corrupt, "")) { try inflated(Array(stream[..<end]), count: input.count) }
    }
  }

  /// Flipped bits: what zlib reads is read, to the same bytes, and what zlib refuses is refused.
  @Test(arguments: [DeflateLevel.fast, .default, .zlib], DataKind.allCases)
  func flippedBitsAreReadAsZlibReadsThem(_ level: DeflateLevel, _ kind: DataKind) throws {
    let input = kind.bytes(12_000, itemSize: 4, seed: 3)
    let stream = try deflated([input], level: level, layout: ItemLayout(itemSize: 4)).stream
    var noise = Noise(99)
    for round in 0..<rounds {
      var broken = stream
      for _ in 0..<Int(noise.next() % 3 + 1) {
        // Half of them in the beginning, where the codes are described.
        let reach = round % 2 == 0 ? broken.count : min(broken.count, 120)
        broken[Int(noise.next() % UInt64(reach))] ^= 1 << UInt8(noise.next() % 8)
      }
      #expect(try outcome(broken, count: input.count) == zlibPrefix(broken, count: input.count))
    }
  }

  /// Streams whose blocks are made of the rules' edges: codes that are not complete or too full, symbols that are
  /// reserved, matches that reach too far, counts too high, lengths repeated beyond the end.
  @Test func blocksAtTheEdgesOfTheRulesAreReadAsZlibReadsThem() throws {
    var noise = Noise(2024)
    var accepted = 0
    for _ in 0..<(rounds * 40) {
      let stream = RandomBlocks.stream(&noise)
      for count in [ZlibOutcome(inflating: stream, room: 1 << 15).bytes.count, Int(noise.next() % 300)] {
        let expected = zlibPrefix(stream, count: count)
        if expected != nil { accepted += 1 }
        #expect(try outcome(stream, count: count) == expected)
      }
    }
    // The test is of no use if all of them are refused.
    #expect(accepted > rounds / 2)
  }

  /// Stored blocks, which are read before anything else, cut anywhere, with any bit flipped, and of other lengths than declared.
  @Test func storedBlocksAreReadAsZlibReadsThem() throws {
    func block(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
      let count = UInt8(bytes.count)
      return [isLast ? 1 : 0, count, 0, ~count, 255] + bytes
    }
    let stream = block([1, 2, 3], isLast: false) + block([], isLast: false) + block([4, 5], isLast: true)
    for count in 0...7 {
      for end in 0...stream.count {
        let cut = Array(stream[..<end])
        #expect(try outcome(cut, count: count) == zlibPrefix(cut, count: count))
      }
      for bit in 0..<8 * stream.count {
        var broken = stream
        broken[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(try outcome(broken, count: count) == zlibPrefix(broken, count: count))
      }
    }
  }

  /// A stream with one mistake each. libdeflate takes all but the reserved distance, which reaches too far here.
  @Test func whatOnlyZlibRefusesIsRefused() throws {
    for (name, stream) in LenientStreams.all {
      #expect(zlibPrefix(stream, count: LenientStreams.count) == nil, "\(name)")
      #expect(try outcome(stream, count: LenientStreams.count) == nil, "\(name)")
    }
  }

  /// What the library makes of a stream: the bytes, or `nil` for the one error that there may be.
  private func outcome(_ stream: [UInt8], count: Int) throws -> [UInt8]? {
    do { return try inflated(stream, count: count) } catch let error as FormatError {
      #expect(error.code == .corrupt)
      #expect(error.offset.map { (0...stream.count).contains($0) } == true)
      return nil
    }
  }

  @Test func noiseIsAnErrorOrWhatZlibReads() throws {
    var noise = Noise(5)
    for _ in 0..<5000 {
      let bytes = (0..<Int(noise.next() % 60)).map { _ in UInt8(truncatingIfNeeded: noise.next()) }
      let count = Int(noise.next() % 40)
      #expect(try outcome(bytes, count: count) == zlibPrefix(bytes, count: count))
    }
  }

  @Test func bytesBeyondTheTargetAreNotTouched() throws {
    let (input, stream) = try sample()
    var guarded = [UInt8](repeating: 0x5C, count: input.count + 64)
    unsafe stream.withUnsafeBytes { source in
      unsafe guarded.withUnsafeMutableBytes { memory in
        for count in [input.count, input.count / 2, 0] {
          let target = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[32..<(32 + count)])
          _ = unsafe try? Inflate.inflate(source, into: target)
        }
      }
    }
    #expect(guarded[..<32].allSatisfy { $0 == 0x5C })
    #expect(guarded[(input.count + 32)...].allSatisfy { $0 == 0x5C })
  }

  /// Of a part of a segment no more is inflated than is wanted, and nothing beyond the memory is written.
  @Test(arguments: DataKind.allCases) func partsOfSegmentsAreWhatTheWholeHasThere(_ kind: DataKind) throws {
    let input = kind.bytes(2_500_000, itemSize: 8, seed: 1)
    let (stream, summary) = try deflated([input], level: .fast, layout: ItemLayout(itemSize: 8))
    let index = try #require(summary.index)
    let source = MemorySource(stream)
    var noise = Noise(31)
    for _ in 0..<20 {
      let parts = (0..<Int(noise.next() % 5 + 1)).map { _ in
        let lower = Int(noise.next() % UInt64(input.count))
        return lower..<min(input.count, lower + Int(noise.next() % (noise.next() % 4 == 0 ? 1_500_000 : 300)))
      }
      var output = [UInt8](repeating: 0xAA, count: parts.reduce(64) { $0 + $1.count })
      try unsafe output.withUnsafeMutableBytes { memory in
        var place = 0
        var pieces: [SourcePiece] = []
        for part in parts {
          let target = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[place..<(place + part.count)])
          unsafe pieces.append(SourcePiece(offset: part.lowerBound, memory: target))
          place += part.count
        }
        try Inflate.inflate(pieces, of: index, from: source, at: 0)
      }
      #expect(output == parts.flatMap { input[$0] } + [UInt8](repeating: 0xAA, count: 64))
    }
    // The rest of a segment may be broken where only its beginning is wanted.
    var broken = stream
    for place in (index.compressedOffsets[1] - 8)..<index.compressedOffsets[1] { broken[place] = 0xFF }
    #expect(try inflated(0..<100, of: index, MemorySource(broken), at: 0) == Array(input[..<100]))
    let whole = 0..<index.uncompressedOffsets[1]
    #expect(throws: FormatError(.corrupt, "")) { try inflated(whole, of: index, MemorySource(broken), at: 0) }
  }

  @Test func aSegmentThatFailsItsChecksumIsNamed() throws {
    let input = DataKind.smallIntegers.bytes(3 << 20, itemSize: 8, seed: 1)
    let (stream, summary) = try deflated([input], level: .default, layout: ItemLayout(itemSize: 8))
    let index = try #require(summary.index)
    var segments = index.segments
    segments[1].crc32 ^= 1
    let lying = try SegmentIndex(segments)
    let source = MemorySource(stream)
    #expect(throws: FormatError(.corrupt, "")) { try inflated(0..<input.count, of: lying, source, at: 0) }
    // The other segments are still good.
    let range = (2 << 20) + 5..<input.count - 7
    #expect(try inflated(range, of: lying, source, at: 0) == Array(input[range]))
    // A source that ends within a segment.
    let cut = MemorySource(Array(stream[..<(stream.count - 1)]))
    #expect(throws: FormatError(.truncated, "")) { try inflated(range, of: index, cut, at: 0) }
  }
}
