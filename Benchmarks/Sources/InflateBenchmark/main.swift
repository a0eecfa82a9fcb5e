// Compares our decoder with libdeflate's and zlib's, in one run and in turns, on the data of make-deflate-data.py: our
// own segmented streams (default level), and zlib -6's (what NumPy writes).
//
// usage: InflateBenchmark FOLDER [--kinds a,b] [--repeat N] [--threads N]
//
// Prints medians in MB/s of output, and ours as a multiple of libdeflate's. With more threads each inflates a stream of
// its own, so that the sum is what the machine can do.
import ArrayDeflate
import BenchmarkSupport
import CBenchmarkLibdeflate
import CBenchmarkZlib
import Dispatch

typealias Inflater = @Sendable (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Bool

@Sendable func byOurs(_ stream: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Bool {
  (try? Inflate.inflate(stream, into: target)) == stream.count
}

@Sendable func byLibdeflate(_ stream: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Bool {
  let decompressor = libdeflate_alloc_decompressor()
  defer { libdeflate_free_decompressor(decompressor) }
  return libdeflate_deflate_decompress(
    decompressor, stream.baseAddress, stream.count, target.baseAddress, target.count, nil) == LIBDEFLATE_SUCCESS
}

@Sendable func byZlib(_ stream: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Bool {
  var state = z_stream()
  inflateInit2_(&state, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  defer { inflateEnd(&state) }
  state.next_in = UnsafeMutablePointer(mutating: stream.bindMemory(to: UInt8.self).baseAddress)
  state.avail_in = uInt(stream.count)
  state.next_out = target.bindMemory(to: UInt8.self).baseAddress
  state.avail_out = uInt(target.count)
  return inflate(&state, Z_FINISH) == Z_STREAM_END && state.avail_out == 0
}

let folder = CommandLine.arguments[1]
let repeats = Int(option("repeat") ?? "9")!
let threads = Int(option("threads") ?? "1")!
let inflaters: [(String, Inflater)] = [("ours", byOurs), ("libdeflate", byLibdeflate), ("zlib", byZlib)]

/// Median MB/s of each inflater, in turns.
@MainActor func measure(_ stream: [UInt8], _ input: [UInt8]) -> [Double] {
  var times = [[Double]](repeating: [], count: inflaters.count)
  nonisolated(unsafe) let outputs = (0..<threads).map { _ in
    UnsafeMutableRawBufferPointer.allocate(byteCount: input.count, alignment: 64)
  }
  defer { for output in outputs { output.deallocate() } }
  for round in 0...repeats {
    for (index, inflater) in inflaters.enumerated() {
      for output in outputs where round == 0 { output.initializeMemory(as: UInt8.self, repeating: 0xAA) }
      let time = stream.withUnsafeBytes { source in
        nonisolated(unsafe) let source = source
        let (name, work) = inflater
        return seconds {
          DispatchQueue.concurrentPerform(iterations: threads) { thread in
            if !work(source, outputs[thread]) { print("\(name) fails") }
          }
        }
      }
      if round == 0 {
        if !outputs[0].elementsEqual(input) { print("\(inflater.0) is wrong") }
      } else {
        times[index].append(time)
      }
    }
  }
  return times.map { Double(input.count * threads) / 1e6 / $0.sorted()[$0.count / 2] }
}

print("kind       | our streams: ours libdeflate  zlib  ratio | zlib -6: ours libdeflate  zlib  ratio")
for kind in try Kind.all(in: folder) {
  let input = try kind.bytes(in: folder)
  let sink = CountingSink()
  let writer = try DeflateWriter(to: sink, level: .default)
  try input.withUnsafeBytes { try writer.write($0, layout: kind.layout) }
  _ = try writer.finish()
  print(kind.name + String(repeating: " ", count: max(0, 11 - kind.name.count)), terminator: "|")
  for stream in [sink.bytes, zlibDeflate(input, level: 6)] {
    let speeds = measure(stream, input)
    print(
      speeds.map { pad(String(Int($0)), 9) }.joined(), pad(format(speeds[0] / speeds[1], 2), 7), "|", terminator: "")
  }
  print()
}
