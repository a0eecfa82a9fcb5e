import ArrayDeflate
import ByteIO

/// Compresses pieces and gives the stream and what the writer says of it.
func deflated(
  _ pieces: [[UInt8]], level: DeflateLevel, layout: ItemLayout = .bytes
) throws -> (stream: [UInt8], summary: DeflateSummary) {
  let sink = MemorySink()
  let writer = try DeflateWriter(to: sink, level: level)
  for piece in pieces { try writer.write(piece, layout: layout) }
  let summary = try writer.finish()
  return (sink.bytes, summary)
}

/// Inflates a raw stream with the library.
func inflated(_ stream: [UInt8], count: Int) throws -> [UInt8] {
  var output = [UInt8](repeating: 0xAA, count: count)
  // Safe: neither buffer is kept beyond the call.
  try unsafe stream.withUnsafeBytes { source in
    try unsafe output.withUnsafeMutableBytes { target in _ = try unsafe Inflate.inflate(source, into: target) }
  }
  return output
}

/// Inflates a range by the index.
func inflated(
  _ range: Range<Int>, of index: SegmentIndex, _ source: any ByteSource, at offset: Int
) throws -> [UInt8] {
  var output = [UInt8](repeating: 0xAA, count: range.count)
  // Safe: the buffer is not kept beyond the call.
  try unsafe output.withUnsafeMutableBytes { target in
    try unsafe Inflate.inflate(range, of: index, from: source, at: offset, into: target)
  }
  return output
}

/// The checksum of an array's bytes.
func checksum(_ bytes: [UInt8], following previous: UInt32 = 0) -> UInt32 {
  unsafe bytes.withUnsafeBytes { unsafe CRC32.checksum($0, following: previous) }
}

/// Repeatable randomness (SplitMix64).
struct Noise: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
