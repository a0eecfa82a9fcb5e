// Inflates files for compare-inflate.py, by our decoder, libdeflate's and zlib's in turns.
//
// usage: InflateBenchmark, with a request a line on its input:
//
//   STREAM ITEM_SIZE ATOM_SIZE STRIDES SECONDS PATH
//
// STREAM is the path of a raw deflate stream of the bytes at PATH, or a level of ours, which then makes the stream. The answer
// has the bytes of the stream, and each decoder's shortest processor time in microseconds: ours, libdeflate, zlib.
import ArrayDeflate
import BenchmarkSupport
import ByteIO
import CBenchmarkLibdeflate
import CBenchmarkZlib

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

typealias Inflater = (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Bool

func byOurs(_ stream: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Bool {
  (try? Inflate.inflate(stream, into: target)) == stream.count
}

nonisolated(unsafe) let decompressor = libdeflate_alloc_decompressor()

func byLibdeflate(_ stream: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Bool {
  libdeflate_deflate_decompress(
    decompressor, stream.baseAddress, stream.count, target.baseAddress, target.count, nil) == LIBDEFLATE_SUCCESS
}

func byZlib(_ stream: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Bool {
  var state = z_stream()
  inflateInit2_(&state, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  defer { inflateEnd(&state) }
  state.next_in = UnsafeMutablePointer(mutating: stream.bindMemory(to: UInt8.self).baseAddress)
  state.avail_in = uInt(stream.count)
  state.next_out = target.bindMemory(to: UInt8.self).baseAddress
  state.avail_out = uInt(target.count)
  return inflate(&state, Z_FINISH) == Z_STREAM_END && state.avail_out == 0
}

let inflaters: [Inflater] = [byOurs, byLibdeflate, byZlib]

/// What measures a time worth the clock's own.
let shortest = 0.0003

/// The least seconds of each inflater, in turns: what else the machine does only adds to it. Small streams are inflated again and again.
@MainActor func measure(_ stream: [UInt8], _ input: [UInt8], _ limit: Double) -> [Double]? {
  var times = [Double](repeating: .infinity, count: inflaters.count)
  var rounds = 0
  var repeats = [Int](repeating: 1, count: inflaters.count)
  var output = [UInt8](repeating: 0, count: input.count)
  let start = wallSeconds()
  repeat {
    for (index, inflate) in inflaters.enumerated() {
      let before = processorSeconds()
      var succeeds = true
      stream.withUnsafeBytes { source in
        output.withUnsafeMutableBytes { target in
          for _ in 0..<repeats[index] where !inflate(source, target) { succeeds = false }
        }
      }
      let time = processorSeconds() - before
      guard succeeds, memcmp(output, input, input.count) == 0 else { return nil }
      times[index] = min(times[index], time / Double(repeats[index]))
      if time < shortest { repeats[index] = min(repeats[index] * 4, 1 << 16) }
    }
    rounds += 1
  } while wallSeconds() - start < limit || rounds < 7
  return times
}

@MainActor func answer(_ request: String) throws -> String {
  let fields = request.split(separator: " ", maxSplits: 5).map(String.init)
  guard fields.count == 6, let itemSize = Int(fields[1]), let atomSize = Int(fields[2]), let limit = Double(fields[4])
  else { return "not a request: \(request)" }
  let input = try FileSource(path: fields[5]).readBytes(at: 0, upTo: .max)
  var stream: [UInt8]
  if let level = DeflateLevel(rawValue: fields[0]) {
    let sink = CountingSink(capacity: input.count + 1_000_000)
    let writer = try DeflateWriter(to: sink, level: level)
    let strides = fields[3].split(separator: ",").compactMap { Int($0) }
    try input.withUnsafeBytes {
      try writer.write($0, layout: ItemLayout(itemSize: itemSize, atomSize: atomSize, strides: strides))
    }
    _ = try writer.finish()
    stream = sink.bytes
  } else {
    stream = try FileSource(path: fields[0]).readBytes(at: 0, upTo: .max)
  }
  guard let times = measure(stream, input, limit) else { return "a decoder fails: \(request)" }
  return "\(stream.count) " + times.map { String($0 * 1e6) }.joined(separator: " ")
}

while let request = readLine() {
  print(try answer(request))
  fflush(nil)
}
