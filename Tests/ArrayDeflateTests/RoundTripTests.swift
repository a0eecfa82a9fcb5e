import ArrayDeflate
import ByteIO
import Testing

/// Data of a kind, of any length: what arrays hold, and what they should not.
enum DataKind: String, CaseIterable {
  case zeros, constant, random, smallIntegers, walk, sparse, text, runs, alternating, farRepeats, skewed, words, flags

  func bytes(_ count: Int, itemSize: Int, seed: UInt64) -> [UInt8] {
    var noise = Noise(seed)
    var bytes = [UInt8](repeating: 0, count: count)
    switch self {
    case .zeros: break
    case .constant: for i in 0..<count { bytes[i] = UInt8(truncatingIfNeeded: i % itemSize &* 37) }
    case .random: for i in 0..<count { bytes[i] = UInt8(truncatingIfNeeded: noise.next()) }
    case .smallIntegers:
      for i in stride(from: 0, to: count, by: itemSize) { bytes[i] = UInt8(noise.next() % 99 + 1) }
    case .walk:
      var value = 0 as Int64
      for i in 0..<count {
        if i % itemSize == 0 { value += Int64(noise.next() % 31) - 15 }
        bytes[i] = UInt8(truncatingIfNeeded: value >> Int64(min(56, 8 * (i % itemSize))))
      }
    case .sparse:
      for i in 0..<count where noise.next() % 40 == 0 { bytes[i] = UInt8(truncatingIfNeeded: noise.next()) }
    case .text: for i in 0..<count { bytes[i] = i % 4 == 0 ? UInt8(97 + noise.next() % 7) : 0 }
    case .runs:
      var i = 0
      while i < count {
        let end = min(count, i + Int(noise.next() % 600) + 1)
        let byte = UInt8(noise.next() % 3)
        while i < end {
          bytes[i] = byte
          i += 1
        }
      }
    case .alternating: for i in 0..<count { bytes[i] = i % 2 == 0 ? 0x55 : UInt8(truncatingIfNeeded: i >> 9) }
    case .farRepeats:
      for i in 0..<count {
        bytes[i] = i < 32_768 ? UInt8(truncatingIfNeeded: noise.next()) : bytes[i - 32_768]
      }
    case .words:
      // Characters of one item each, in words that come again: what the parser of numbers is for.
      let words = ["alpha   ", "beta    ", "gamma   ", "omega"].map { Array($0.utf8) }
      var word = words[0]
      var letter = 0
      for i in stride(from: 0, to: count, by: itemSize) {
        if letter == word.count {
          word = words[Int(noise.next() % 4)]
          letter = 0
        }
        bytes[i] = noise.next() % 30 == 0 ? UInt8(48 + noise.next() % 10) : word[letter]
        letter += 1
      }
    case .flags:
      // 0.0 and 1.0: the last bytes of an item tell them apart.
      for i in stride(from: itemSize, through: count, by: itemSize) where noise.next() % 2 == 0 {
        bytes[i - 1] = 0x3F
        if itemSize > 1 { bytes[i - 2] = 0xF0 }
      }
    case .skewed:
      // Frequencies like Fibonacci's numbers make the deepest codes.
      for i in 0..<count {
        bytes[i] = UInt8(min(40, noise.next().trailingZeroBitCount + noise.next().trailingZeroBitCount))
      }
    }
    return bytes
  }
}

private let levels: [DeflateLevel] = [.fast, .default, .best]

// Debug builds check every access to the encoder's tables, and are a hundred times slower: less data there.
#if DEBUG
  private let (largest, itemSizes, segmentItemSizes, most) = (5000, [1, 2, 4, 8, 12, 40], [4], 2000)
  private let partSize = 150_000
#else
  private let (largest, itemSizes, segmentItemSizes, most) =
    (40_000, [1, 2, 3, 4, 6, 8, 12, 16, 24, 40, 100], [1, 2, 4, 8, 40], 2 << 20)
  private let partSize = 450_000
#endif

@Suite struct RoundTripTests {
  @Test(arguments: DataKind.allCases, levels)
  func everyItemSizeInflatesToTheInput(_ kind: DataKind, _ level: DeflateLevel) throws {
    for itemSize in itemSizes {
      for count in [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 100, 257, 1000, largest] {
        let input = kind.bytes(count, itemSize: itemSize, seed: UInt64(itemSize * 100_003 + count))
        let (stream, summary) = try deflated([input], level: level, layout: ItemLayout(itemSize: itemSize))
        #expect(
          zlibInflated(stream, count: count) == input, "\(kind) \(level) item \(itemSize), \(count) bytes")
        #expect(try inflated(stream, count: count) == input)
        #expect(summary.compressedCount == stream.count)
        #expect(summary.uncompressedCount == count)
        // Never more than a little over the input, whatever it is.
        #expect(stream.count <= count + 5 * (count / 65_535 + 1) + 8)
      }
    }
  }

  @Test(arguments: DataKind.allCases, levels)
  func severalSegmentsInflateToTheInput(_ kind: DataKind, _ level: DeflateLevel) throws {
    var noise = Noise(7)
    for itemSize in segmentItemSizes {
      let count = (1 << 20) + Int(noise.next() % UInt64(most))
      let input = kind.bytes(count, itemSize: itemSize, seed: 11)
      let (stream, summary) = try deflated(
        [Array(input[..<128]), Array(input[128...])], level: level, layout: ItemLayout(itemSize: itemSize))
      #expect(
        zlibInflated(stream, count: count) == input, "\(kind) \(level) item \(itemSize), \(count) bytes")
      #expect(summary.crc32 == checksum(input))
      let index = try #require(summary.index)
      #expect(index.segments.count >= 3)
      let source = MemorySource([1, 2, 3] + stream)
      #expect(try inflated(0..<count, of: index, source, at: 3) == input)
      let range = count / 3..<count / 3 + count / 2
      #expect(try inflated(range, of: index.coarsened(), source, at: 3) == Array(input[range]))
    }
  }

  /// Numbers of one byte eight times over, and numbers that share bytes at either end with the one before: where a
  /// run of one byte and a run at the distance of one number may be taken for each other.
  @Test(arguments: levels)
  func numbersThatAreNearlyAlikeInflateToTheInput(_ level: DeflateLevel) throws {
    let palette: [UInt64] = [
      0, 5, 1 << 56, 0x0101_0101_0101_0101, .max, 0xFF00, 0x7F00_0000, 5 << 32, 0x0500_0000_0000_0005,
    ]
    for size in [4, 8] {
      for kinds in 1...palette.count {
        var noise = Noise(UInt64(kinds * 10 + size))
        var input: [UInt8] = []
        while input.count < 70_000 {
          let number = palette[Int(noise.next() % UInt64(kinds))]
          for _ in 0..<noise.next() % 40 + 1 {
            for byte in 0..<size { input.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * byte))) }
          }
        }
        input.removeLast(kinds % 3)
        let (stream, _) = try deflated([input], level: level, layout: ItemLayout(itemSize: size))
        #expect(zlibInflated(stream, count: input.count) == input, "size \(size), \(kinds) kinds")
      }
    }
  }

  /// What is learnt from a sample in the middle does not serve what is around it.
  @Test(arguments: [DataKind.random, .walk, .skewed, .smallIntegers], [DeflateLevel.default, .best])
  func partsThatAreUnlikeTakeLittleMoreThanZlib(_ kind: DataKind, _ level: DeflateLevel) throws {
    for itemSize in [1, 4, 8] {
      let (margin, middle) = (partSize / itemSize * itemSize, partSize / 3 / itemSize * itemSize)
      let zeros = [UInt8](repeating: 0, count: margin)
      let input = zeros + kind.bytes(middle, itemSize: itemSize, seed: 3) + zeros + [1, 2, 3]
      let layout = ItemLayout(itemSize: itemSize)
      let (stream, _) = try deflated([input], level: level, layout: layout)
      #expect(zlibInflated(stream, count: input.count) == input)
      // Which is stock zlib's, byte for byte.
      let (stock, _) = try deflated([input], level: .zlib, layout: layout)
      #expect(Double(stream.count) < Double(stock.count) * 1.03, "\(kind) \(level) item \(itemSize)")
    }
  }

  /// Of which a segment has few, so that no sample lies where it would with smaller ones.
  @Test(arguments: levels) func largeItemsInflateToTheInput(_ level: DeflateLevel) throws {
    for (itemSize, atomSize) in [(2048, 1), (3000, 4), (4000, 8), (5000, 1), (70_000, 70_000)] {
      let count = max(8, 600_000 / itemSize) * itemSize
      let input = DataKind.skewed.bytes(count, itemSize: 4, seed: 5)
      let (stream, _) = try deflated([input], level: level, layout: ItemLayout(itemSize: itemSize, atomSize: atomSize))
      #expect(zlibInflated(stream, count: count) == input, "\(level) item \(itemSize)")
    }
  }

  @Test func nothingIsAStreamToo() throws {
    for level in DeflateLevel.allCases {
      let (stream, summary) = try deflated([], level: level)
      #expect(zlibInflated(stream, count: 0) == [])
      #expect(try inflated(stream, count: 0) == [])
      #expect(summary.crc32 == 0)
      #expect(summary.compressedCount == stream.count)
    }
  }

  /// What zlib makes of a period: at each distance where the decoder copies in another way, from the first bytes on, and with so few
  /// bytes that none is far from the end.
  @Test func periodsFromTheFirstBytesOnAreRead() throws {
    for period in Array(1...48) + [63, 64, 65, 127, 128, 129, 300] {
      for more in [3, 7, 8, 9, 39, 40, 41, 79, 80, 81, 128, 257, 258, 259, 700] {
        let input = (0..<period + more).map { UInt8(truncatingIfNeeded: $0 % period &* 37 &+ 11) }
        #expect(try inflated(zlibDeflated(input), count: input.count) == input)
      }
    }
  }
}
