import ArrayDeflate
import ByteIO
import CNumPyIOZlib

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

/// Inflates a raw stream with stock zlib, the oracle; `nil` if zlib refuses it or bytes are left over.
func zlibInflated(_ stream: [UInt8], count: Int) -> [UInt8]? {
  var output = [UInt8](repeating: 0, count: count + 1)
  var input = stream
  var state = unsafe z_stream()
  guard unsafe inflateInit2_(&state, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
    return nil
  }
  defer { unsafe inflateEnd(&state) }
  let result = unsafe input.withUnsafeMutableBufferPointer { source in
    unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe state.next_in = source.baseAddress
      unsafe state.avail_in = uInt(source.count)
      unsafe state.next_out = target.baseAddress
      unsafe state.avail_out = uInt(target.count)
      return unsafe inflate(&state, Z_FINISH)
    }
  }
  guard result == Z_STREAM_END, unsafe state.avail_in == 0, unsafe state.avail_out == 1 else { return nil }
  output.removeLast()
  return output
}

/// Inflates a raw stream with the library.
func inflated(_ stream: [UInt8], count: Int) throws -> [UInt8] {
  var output = [UInt8](repeating: 0xAA, count: count)
  let result: Result<Int, FormatError> = unsafe stream.withUnsafeBytes { source in
    unsafe output.withUnsafeMutableBytes { target in
      do throws(FormatError) { return .success(try unsafe Inflate.inflate(source, into: target)) } catch {
        return .failure(error)
      }
    }
  }
  _ = try result.get()
  return output
}

/// Inflates a range by the index.
func inflated(_ range: Range<Int>, of index: SegmentIndex, _ source: any ByteSource, at offset: Int) throws
  -> [UInt8]
{
  var output = [UInt8](repeating: 0xAA, count: range.count)
  let result: Result<Void, FormatError> = unsafe output.withUnsafeMutableBytes { target in
    do throws(FormatError) {
      return .success(try unsafe Inflate.inflate(range, of: index, from: source, at: offset, into: target))
    } catch { return .failure(error) }
  }
  try result.get()
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
