// Compares our decoder with libdeflate's and zlib's, in one run and in turns, on the data of make-deflate-data.py: our
// own segmented streams (default level), and zlib -6's (what NumPy writes).
//
// usage: InflateBenchmark FOLDER [--kinds a,b] [--repeat N] [--threads N]
//
// Prints medians in MB/s of output, and ours as a multiple of libdeflate's. With more threads each inflates a stream of
// its own, so that the sum is what the machine can do.
import ArrayDeflate
import ByteIO
import CBenchmarkLibdeflate
import CBenchmarkZlib
import Dispatch

func option(_ name: String) -> String? {
  let arguments = CommandLine.arguments
  guard let index = arguments.firstIndex(of: "--" + name), index + 1 < arguments.count else { return nil }
  return arguments[index + 1]
}

func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

func rounded(_ value: Double) -> String {
  let whole = Int((value * 100).rounded())
  return "\(whole / 100)." + (whole % 100 < 10 ? "0" : "") + "\(whole % 100)"
}

final class CountingSink: ByteSink {
  let name = "memory"
  var bytes: [UInt8] = []
  var position: Int { bytes.count }
  func write(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }
  func flush() {}
}

func zlibDeflate(_ input: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(&stream, 6, Z_DEFLATED, -15, 8, 0, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var source = input
  var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, uLong(input.count))))
  let count = source.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      stream.next_in = source.baseAddress
      stream.avail_in = uInt(source.count)
      stream.next_out = target.baseAddress
      stream.avail_out = uInt(target.count)
      deflate(&stream, Z_FINISH)
      return target.count - Int(stream.avail_out)
    }
  }
  output.removeLast(output.count - count)
  return output
}

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
let chosen = option("kinds").map { $0.split(separator: ",").map(String.init) }
let table = try FileSource(path: folder + "/kinds.tsv").readBytes(at: 0, upTo: 1 << 20)
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
      let start = ContinuousClock().now
      stream.withUnsafeBytes { source in
        nonisolated(unsafe) let source = source
        let (name, work) = inflater
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
          if !work(source, outputs[thread]) { print("\(name) fails") }
        }
      }
      let parts = (ContinuousClock().now - start).components
      if round == 0 {
        if !outputs[0].elementsEqual(input) { print("\(inflater.0) is wrong") }
      } else {
        times[index].append(Double(parts.seconds) + Double(parts.attoseconds) * 1e-18)
      }
    }
  }
  return times.map { Double(input.count * threads) / 1e6 / $0.sorted()[$0.count / 2] }
}

print("kind       | our streams: ours libdeflate  zlib  ratio | zlib -6: ours libdeflate  zlib  ratio")
for line in String(decoding: table, as: UTF8.self).split(separator: "\n") {
  let fields = line.split(separator: "\t").map(String.init)
  if let chosen, !chosen.contains(fields[0]), !chosen.contains(fields[4]) { continue }
  let input = try FileSource(path: "\(folder)/\(fields[0]).raw").readBytes(at: 0, upTo: .max)
  let layout = ItemLayout(itemSize: Int(fields[1])!, atomSize: Int(fields[2])!, strides: [Int(fields[3])!])
  let sink = CountingSink()
  let writer = try DeflateWriter(to: sink, level: .default)
  try input.withUnsafeBytes { try writer.write($0, layout: layout) }
  _ = try writer.finish()
  print(fields[0] + String(repeating: " ", count: max(0, 11 - fields[0].count)), terminator: "|")
  for stream in [sink.bytes, zlibDeflate(input)] {
    let speeds = measure(stream, input)
    print(speeds.map { pad(String(Int($0)), 9) }.joined(), pad(rounded(speeds[0] / speeds[1]), 7), "|", terminator: "")
  }
  print()
}
