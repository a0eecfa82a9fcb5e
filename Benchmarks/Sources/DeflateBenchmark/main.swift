// Compresses files for compare-deflate.py, which times other libraries in turns with it.
//
// usage: DeflateBenchmark, with a request a line on its input:
//
//   LEVEL ITEM_SIZE ATOM_SIZE STRIDES COUNT SECONDS PATH
//
// STRIDES are separated by commas; COUNT bytes of the file are compressed (0: all), again and again for about so many SECONDS,
// at least once. The answer has the bytes of the stream, and the medians of processor time and of time passed in seconds; each
// stream is inflated by zlib and compared first. NPY_THREADS=1 limits it to one thread. A LEVEL with `+zlib` after it is timed in
// turns with zlib -6 in this process, as small arrays have to be; the answer ends with the bytes and the seconds that zlib takes.
import ArrayDeflate
import BenchmarkSupport
import ByteIO

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The middle one of some numbers.
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func compress(_ input: [UInt8], _ layout: ItemLayout, _ level: DeflateLevel, into sink: CountingSink) throws {
  sink.bytes.removeAll(keepingCapacity: true)
  let writer = try DeflateWriter(to: sink, level: level)
  try input.withUnsafeBytes { try writer.write($0, layout: layout) }
  _ = try writer.finish()
}

func answer(_ request: String) throws -> String {
  let fields = request.split(separator: " ", maxSplits: 6).map(String.init)
  let words = fields[0].split(separator: "+")
  guard fields.count == 7, let level = DeflateLevel(rawValue: String(words[0])), let itemSize = Int(fields[1]),
    let atomSize = Int(fields[2]), let count = Int(fields[4]), let limit = Double(fields[5])
  else { return "not a request: \(request)" }
  let strides = fields[3].split(separator: ",").compactMap { Int($0) }
  let layout = ItemLayout(itemSize: itemSize, atomSize: atomSize, strides: strides)
  let input = try FileSource(path: fields[6]).readBytes(at: 0, upTo: count > 0 ? count : .max)
  let sink = CountingSink(capacity: input.count + 1_000_000)
  try compress(input, layout, level, into: sink)
  var check = [UInt8](repeating: 0, count: input.count)
  guard zlibInflate(sink.bytes, into: &check), check == input else { return "zlib does not read the stream" }
  if words.count > 1 { return try inTurns(input, layout, level, sink, limit) }
  var (processor, wall): ([Double], [Double]) = ([], [])
  let start = wallSeconds()
  repeat {
    let (before, began) = (processorSeconds(), wallSeconds())
    try compress(input, layout, level, into: sink)
    processor.append(processorSeconds() - before)
    wall.append(wallSeconds() - began)
  } while wallSeconds() - start < limit
  return "\(sink.bytes.count) \(median(processor)) \(median(wall))"
}

/// The processor time of ours and of zlib's in turns, each the least of some rounds of many calls.
func inTurns(
  _ input: [UInt8], _ layout: ItemLayout, _ level: DeflateLevel, _ sink: CountingSink, _ limit: Double
) throws -> String {
  var output = [UInt8](repeating: 0, count: input.count + 1_000_000)
  let size = sink.bytes.count
  let peerSize = zlibDeflate(input, into: &output)
  // A third of a millisecond a round: what else the machine does then spoils some rounds, not all.
  let calls = max(1, 10_000 / input.count)
  var (ours, theirs) = (Double.infinity, Double.infinity)
  let start = wallSeconds()
  repeat {
    var before = processorSeconds()
    for _ in 0..<calls { try compress(input, layout, level, into: sink) }
    ours = min(ours, processorSeconds() - before)
    before = processorSeconds()
    for _ in 0..<calls { _ = zlibDeflate(input, into: &output) }
    theirs = min(theirs, processorSeconds() - before)
  } while wallSeconds() - start < limit
  return "\(size) \(ours / Double(calls)) 0 \(peerSize) \(theirs / Double(calls))"
}

while let request = readLine() {
  print(try answer(request))
  fflush(nil)
}
