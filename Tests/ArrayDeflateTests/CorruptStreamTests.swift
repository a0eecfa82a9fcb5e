import ArrayDeflate
import ByteIO
import CNumPyIOZlib
import Testing

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

  /// Flipped bits: an error, or the bytes that zlib makes of the same stream. libdeflate takes some codes that zlib
  /// refuses (incomplete ones, whose missing symbols never occur), so what zlib refuses is not compared.
  @Test func flippedBitsAreAnErrorOrWhatZlibReads() throws {
    let (input, stream) = try sample()
    var noise = Noise(99)
    for _ in 0..<3000 {
      var broken = stream
      for _ in 0..<Int(noise.next() % 3 + 1) {
        broken[Int(noise.next() % UInt64(broken.count))] ^= 1 << UInt8(noise.next() % 8)
      }
      let ours = try? inflated(broken, count: input.count)
      if let ours, let theirs = zlibPrefix(broken, count: input.count) { #expect(theirs == ours) }
    }
  }

  @Test func noiseIsAnErrorOrWhatZlibReads() throws {
    var noise = Noise(5)
    for _ in 0..<5000 {
      let bytes = (0..<Int(noise.next() % 60)).map { _ in UInt8(truncatingIfNeeded: noise.next()) }
      let count = Int(noise.next() % 40)
      do {
        let ours = try inflated(bytes, count: count)
        #expect(zlibPrefix(bytes, count: count) == ours)
      } catch let error as FormatError {
        #expect(error.code == .corrupt)
      }
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

  /// What zlib reads of a stream that may have bytes after its end; `nil` unless it gives exactly `count` bytes.
  private func zlibPrefix(_ stream: [UInt8], count: Int) -> [UInt8]? {
    var output = [UInt8](repeating: 0, count: count + 1)
    var input = stream + [0]
    var state = unsafe z_stream()
    guard unsafe inflateInit2_(&state, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return nil
    }
    defer { unsafe inflateEnd(&state) }
    let result = unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target in
        unsafe state.next_in = source.baseAddress
        unsafe state.avail_in = uInt(stream.count)
        unsafe state.next_out = target.baseAddress
        unsafe state.avail_out = uInt(target.count)
        return unsafe inflate(&state, Z_FINISH)
      }
    }
    guard result == Z_STREAM_END, unsafe state.avail_out == 1 else { return nil }
    output.removeLast()
    return output
  }
}
