// usage: DeflateFuzz SECONDS [SEED]
//
// Each round: random data of a random layout is compressed at a random level and must come back by zlib and by
// ourselves; zlib's stream of the same data must come back by ourselves; and of broken streams we must make an
// error or what zlib makes of them.
import ArrayDeflate
import ByteIO
import CFuzzZlib

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Repeatable randomness (SplitMix64).
struct Noise {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}

/// Data with changing structure: each stretch is drawn in one of several ways.
func makeData(_ noise: inout Noise, itemSize: Int) -> [UInt8] {
  let most = [40, 4000, 70_000, 300_000, 3 << 20][min(4, noise.below(24) / 5)]
  let count = noise.below(most + 1)
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count)
  while bytes.count < count {
    let end = min(count, bytes.count + 1 + noise.below(noise.below(2) == 0 ? 600 : max(1, count)))
    let kinds = 1 + noise.below([2, 4, 100, 256][noise.below(4)])
    let start = bytes.count
    switch noise.below(7) {
    case 0: while bytes.count < end { bytes.append(UInt8(truncatingIfNeeded: noise.next())) }
    case 1: while bytes.count < end { bytes.append(bytes.count % itemSize == 0 ? UInt8(noise.below(kinds)) : 0) }
    case 2:
      let byte = UInt8(noise.below(256))
      while bytes.count < end { bytes.append(byte) }
    case 3:
      let back = 1 + noise.below(min(max(1, start), 70_000))
      while bytes.count < end { bytes.append(bytes.count >= back ? bytes[bytes.count - back] : 7) }
    case 4:
      let table = (0..<kinds * itemSize).map { _ in UInt8(truncatingIfNeeded: noise.next()) }
      var item = 0
      while bytes.count < end {
        if bytes.count % itemSize == 0 { item = noise.below(kinds) }
        bytes.append(table[item * itemSize + bytes.count % itemSize])
      }
    case 5:
      var value = noise.next()
      while bytes.count < end {
        if bytes.count % itemSize == 0 { value &+= UInt64(noise.below(kinds)) }
        bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * (bytes.count % itemSize % 8))))
      }
    default:
      while bytes.count < end {
        bytes.append(UInt8(min(60, noise.next().trailingZeroBitCount + noise.next().trailingZeroBitCount)))
      }
    }
  }
  return bytes
}

func inflated(_ stream: [UInt8], count: Int) -> [UInt8]? {
  var output = [UInt8](repeating: 0xA5, count: count + 16)
  let isWhole = stream.withUnsafeBytes { source in
    output.withUnsafeMutableBytes { target in
      let part = UnsafeMutableRawBufferPointer(rebasing: target[..<count])
      return (try? Inflate.inflate(source, into: part)) != nil
    }
  }
  guard output[count...].allSatisfy({ $0 == 0xA5 }) else { fail("wrote beyond the target") }
  return isWhole ? Array(output[..<count]) : nil
}

nonisolated(unsafe) var round: UInt64 = 0

func fail(_ what: String) -> Never {
  print("FAILED: \(what); again with: DeflateFuzz 1 \(round)")
  exit(1)
}

let seconds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 60 : 60
let given = CommandLine.arguments.count > 2 ? UInt64(CommandLine.arguments[2]) : nil
round = given ?? UInt64.random(in: 0..<1 << 48)
let end = ContinuousClock.now + .seconds(seconds)
var rounds = 0
repeat {
  var noise = Noise(state: round)
  let atom = [1, 2, 4, 4, 8, 8, 16, 3][noise.below(8)]
  let itemSize = atom * [1, 1, 1, 3, 10][noise.below(5)]
  let input = makeData(&noise, itemSize: itemSize)
  let level = [DeflateLevel.fast, .default, .default, .best, .zlib][noise.below(5)]
  let layout = ItemLayout(
    itemSize: itemSize, atomSize: atom, strides: noise.below(2) == 0 ? [] : [noise.below(40_000)])
  let sink = MemorySink()
  let writer = try DeflateWriter(to: sink, level: level)
  let cut = noise.below(3) == 0 ? noise.below(input.count + 1) : 0
  try writer.write(Array(input[..<cut]), layout: layout)
  try writer.write(Array(input[cut...]), layout: layout)
  let summary = try writer.finish()
  let stream = sink.bytes
  let theirs = zlibInflated(stream, room: input.count)
  if !theirs.isWhole || theirs.unread != 0 || theirs.bytes != input { fail("zlib does not read our \(level)") }
  if inflated(stream, count: input.count) != input { fail("we do not read our own \(level)") }
  if summary.compressedCount != stream.count { fail("the summary counts another number of bytes") }
  let stock = zlibDeflated(input, level: Int32(noise.below(10)), strategy: Int32(noise.below(5)))
  if inflated(stock, count: input.count) != input { fail("we do not read zlib's stream") }
  for _ in 0..<(input.count < 100_000 ? 40 : 2) {
    var broken = noise.below(2) == 0 ? stream : stock
    for _ in 0...noise.below(3) where !broken.isEmpty {
      broken[noise.below(broken.count)] ^= 1 << UInt8(noise.below(8))
    }
    if noise.below(4) == 0 { broken.removeLast(noise.below(broken.count + 1)) }
    let count = noise.below(4) == 0 ? noise.below(input.count + 100) : input.count
    let ours = inflated(broken, count: count)
    let oracle = zlibInflated(broken, room: count)
    // libdeflate takes some codes that zlib refuses (incomplete ones, symbols that never occur); up to there both
    // must agree. Bytes after the stream's end are judged differently and not compared.
    if let ours, oracle.isWhole ? oracle.bytes != ours : !ours.starts(with: oracle.bytes) {
      fail("a broken stream is read unlike by zlib")
    }
    if ours == nil, oracle.isWhole, oracle.unread == 0, oracle.bytes.count == count {
      fail("a stream that zlib reads is refused")
    }
  }
  rounds += 1
  round &+= 1
} while ContinuousClock.now < end
print("\(rounds) rounds, no difference")
