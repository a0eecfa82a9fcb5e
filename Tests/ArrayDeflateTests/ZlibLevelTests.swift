import ArrayDeflate
import CNumPyIOZlib
import Testing

@Suite struct ZlibLevelTests {
  /// `.zlib` writes what Python's `zlib.compressobj(-1, DEFLATED, -15)` writes, whatever the pieces.
  @Test(arguments: DataKind.allCases)
  func bytesAreStockZlibsAtLevelSix(_ kind: DataKind) throws {
    let input = kind.bytes(700_003, itemSize: 8, seed: 2)
    let expected = stockZlib(input)
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

  private func stockZlib(_ input: [UInt8]) -> [UInt8] {
    var state = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    unsafe deflateInit2_(&state, -1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    defer { unsafe deflateEnd(&state) }
    var source = input
    var output = [UInt8](repeating: 0, count: input.count * 2 + 100)
    let count = unsafe source.withUnsafeMutableBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target in
        unsafe state.next_in = source.baseAddress
        unsafe state.avail_in = uInt(source.count)
        unsafe state.next_out = target.baseAddress
        unsafe state.avail_out = uInt(target.count)
        unsafe deflate(&state, Z_FINISH)
        return unsafe target.count - Int(state.avail_out)
      }
    }
    return Array(output[..<count])
  }
}
