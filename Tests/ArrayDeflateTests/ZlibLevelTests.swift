import ArrayDeflate
import Testing

@Suite struct ZlibLevelTests {
  /// `.zlib` writes what Python's `zlib.compressobj(-1, DEFLATED, -15)` writes, whatever the pieces.
  @Test(arguments: DataKind.allCases)
  func bytesAreStockZlibsAtLevelSix(_ kind: DataKind) throws {
    let input = kind.bytes(700_003, itemSize: 8, seed: 2)
    let expected = zlibDeflated(input)
    for cuts in [[700_003], [128, 699_875], [1, 65_535, 300_000, 334_467]] {
      var pieces: [[UInt8]] = []
      var start = 0
      for count in cuts {
        pieces.append(Array(input[start..<(start + count)]))
        start += count
      }
      let (stream, summary) = try deflated(pieces, level: .zlib, layout: ItemLayout(itemSize: 8))
      #expect(stream == expected)
      #expect(summary.crc32 == checksum(input))
      #expect(summary.compressedCount == stream.count)
      #expect(summary.index == nil)
    }
  }
}
