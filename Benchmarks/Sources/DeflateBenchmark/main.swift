// Compares the levels of ArrayDeflate with zlib -6 (what NumPy does) and libdeflate, in one run.
//
// usage: DeflateBenchmark FOLDER [--kinds a,b] [--levels fast,default,best] [--peers 1,6,12] [--repeat N]
//
// FOLDER is what make-deflate-data.py made. Sizes are relative to zlib -6's, speeds are multiples of it; z6 is
// zlib -6's own speed in MB/s. Every stream of ours is inflated with zlib and compared.
import ArrayDeflate
import BenchmarkSupport
import CBenchmarkLibdeflate

/// The least time of several runs in seconds, and the last run's result.
func timed<Value>(_ repeats: Int, _ body: () throws -> Value) rethrows -> (Double, Value) {
  var best = Double.infinity
  var value: Value?
  for _ in 0..<repeats { best = min(best, try seconds { value = try body() }) }
  return (best, value!)
}

let folder = CommandLine.arguments[1]
let kinds = try Kind.all(in: folder)
let levels = (option("levels") ?? "fast,default").split(separator: ",").compactMap {
  DeflateLevel(rawValue: String($0))
}
let peers = (option("peers") ?? "").split(separator: ",").compactMap { Int32($0) }
let repeats = Int(option("repeat") ?? "3")!

print(pad("kind", 10), pad("MB", 5), pad("z6 MB/s", 8), terminator: "")
for level in levels {
  print(pad(level.rawValue + " size", 14), pad("x z6", 7), pad("MB/s", 7), terminator: "")
}
for peer in peers { print(pad("ld-\(peer) size", 12), pad("MB/s", 6), terminator: "") }
print()
for kind in kinds {
  let input = try kind.bytes(in: folder)
  let (zlibTime, reference) = timed(1) { zlibDeflate(input, level: 6) }
  let size = Double(input.count) / 1e6
  print(pad(kind.name, 10), pad(format(size, 1), 5), pad(format(size / zlibTime, 1), 8), terminator: "")
  for level in levels {
    let sink = CountingSink(capacity: input.count + 1_000_000)
    let (time, _) = try timed(repeats) {
      sink.bytes.removeAll(keepingCapacity: true)
      let writer = try DeflateWriter(to: sink, level: level)
      try input.withUnsafeBytes { try writer.write($0, layout: kind.layout) }
      return try writer.finish()
    }
    var check = [UInt8](repeating: 0, count: input.count)
    guard zlibInflate(sink.bytes, into: &check), check == input else {
      print("WRONG STREAM for \(kind.name) at \(level)")
      continue
    }
    print(
      pad(format(Double(sink.bytes.count) / Double(reference.count), 4), 14),
      pad(format(zlibTime / time, 2), 7),
      pad(format(size / time, 1), 7), terminator: "")
  }
  for peer in peers {
    let (time, count) = timed(1) { libdeflateDeflate(input, level: peer) }
    print(
      pad(format(Double(count) / Double(reference.count), 4), 12), pad(format(size / time, 2), 6),
      terminator: "")
  }
  print()
}
