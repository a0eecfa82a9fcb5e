// usage: PickleFuzz SECONDS SEED CURRENT SEEDS…
//
// Broken pickles of all kinds, made of the files SEEDS (`.hex`: lines that end in a pickle's hexadecimal digits), go
// through all that the library does with pickles. Whatever comes of it is an error or a value, within a second and a
// bounded memory; and a value that can be written must come back. CURRENT is the file that holds the bytes being tried: what
// remains when the process crashes.
import ByteIO
import NumPyIO

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
  mutating func below(_ limit: Int) -> Int { limit > 0 ? Int(next() % UInt64(limit)) : 0 }
}

/// All operations of pickles.
let opcodes: [UInt8] =
  Array("(.012FIJKLMNPQRSTUVXabcd}eghijlop)qrstu]BC".utf8) + Array(UInt8(0x80)...UInt8(0x98))

/// Changes some bytes of an input: as a whole by what pickles are made of, or at random.
func mutate(_ bytes: inout [UInt8], _ seeds: [[UInt8]], _ noise: inout Noise) {
  for _ in 0...noise.below(1 << noise.below(4)) {
    if bytes.isEmpty { bytes = [0x80, 4, 0x4E, 0x2E] }
    let place = noise.below(bytes.count)
    switch noise.below(11) {
    case 0: bytes[place] ^= 1 << UInt8(noise.below(8))
    case 1: bytes[place] = UInt8(noise.below(256))
    case 2: bytes[place] = opcodes[noise.below(opcodes.count)]
    case 3: bytes.insert(opcodes[noise.below(opcodes.count)], at: place)
    case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + noise.below(8)))
    case 5: bytes.removeSubrange(place...)
    case 6:
      let part = bytes[place..<min(bytes.count, place + 1 + noise.below(64))]
      bytes.insert(contentsOf: part, at: noise.below(bytes.count))
    case 7:
      let other = seeds[noise.below(seeds.count)]
      let start = noise.below(other.count)
      bytes.insert(contentsOf: other[start..<min(other.count, start + 1 + noise.below(200))], at: place)
    case 8:
      let other = seeds[noise.below(seeds.count)]
      bytes = Array(bytes[..<place]) + other[noise.below(other.count)...]
    case 9:
      // Numbers that lengths and indices go wrong at.
      let number = [0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, .max, .min, -1][noise.below(11)]
      for index in 0..<[1, 2, 4, 8][noise.below(4)] where place + index < bytes.count {
        bytes[place + index] = UInt8(truncatingIfNeeded: number >> (8 * index))
      }
    default:
      // A few values more, from the memo or new.
      let parts: [[UInt8]] = [
        [0x68, 0], [0x6A, 0, 1, 0, 0], [0x32], [0x30], [0x85], [0x86], [0x94], [0x28, 0x74], [0x5D, 0x7D, 0x73],
      ]
      bytes.insert(contentsOf: parts[noise.below(parts.count)], at: place)
    }
  }
}

/// All that the library does with a pickle.
@MainActor
func exercise(_ bytes: [UInt8], _ noise: inout Noise) throws {
  var options = PickleReader.Options()
  options.encoding = PickleStringEncoding.allCases[noise.below(3)]
  // At protocols below 3 these modules' names mean others, as in Python.
  var namesPython2 = false
  options.onGlobal = { if ["__builtin__", "copy_reg", "exceptions"].contains($0.module) { namesPython2 = true } }
  _ = try? Pickle.list(MemorySource(bytes)) { _ throws(FormatError) in }
  let file: PickleFile
  do { file = try PickleFile(MemorySource(bytes), options: options) } catch {
    tally.errors += 1
    return
  }
  tally.values += 1
  let value = file.value
  let text = value.repr(options: PrintOptions(), limit: 1 << 16)
  guard value == value else { return report("a value that differs from itself") }
  _ = value.hashValue
  _ = value.description
  if let paths = try? value.arrayPaths() {
    for (path, array) in paths.prefix(20) {
      _ = try? value.value(at: path)
      _ = try? array.array()?.bytes.count
    }
  }
  for child in value.children.prefix(20) { _ = try? value.value(at: child.name) }
  if let frame = (try? PandasFrame(value)) ?? nil { for column in frame.columns.prefix(50) { _ = try? column.array() } }
  _ = try? SparseArray(value)?.dense(limit: 1 << 24)
  _ = try? TorchSparse(value)?.dense(limit: 1 << 24)
  // What is written must come back as the same.
  let version = noise.below(6)
  guard !(namesPython2 && version < 3), let written = try? Pickle.bytes(of: value, protocol: version) else { return }
  options.encoding = .latin1
  do {
    let back = try Pickle.load(bytes: written, options: options)
    // Arrays of files and tensors become arrays of NumPy's; numbers of protocols that have no other form become lists.
    let again = try Pickle.bytes(of: back, protocol: version)
    if again != written { report("written twice, the bytes differ at protocol \(version)") }
    if file.format == .pickle, version >= 4 {
      let other = back.repr(options: PrintOptions(), limit: 1 << 16)
      // A text that is cut off is cut where parts turn up again, which the two may count differently.
      if other != text, !text.hasSuffix("…"), !other.hasSuffix("…") {
        report("what was written prints differently at protocol \(version)")
      }
    }
  } catch { report("what was written cannot be read at protocol \(version): \(error)") }
}

struct Tally {
  var values = 0
  var errors = 0
  var reports: [String: Int] = [:]
}
var tally = Tally()
var input: [UInt8] = []
var kept = 0

/// Notes a failure, and keeps the first inputs of each kind beside the current one.
@MainActor
func report(_ what: String) {
  let kind = String(what.prefix(60))
  tally.reports[kind, default: 0] += 1
  guard tally.reports[kind] ?? 0 <= 3 else { return }
  kept += 1
  print("\(what): \(CommandLine.arguments[3]).\(kept)")
  save(input, CommandLine.arguments[3] + ".\(kept)")
}

func save(_ bytes: [UInt8], _ path: String) {
  guard let file = fopen(path, "wb") else { return }
  fwrite(bytes, 1, bytes.count, file)
  fclose(file)
}

/// The time that the process has worked.
func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func megabytes() -> Int {
  var usage = rusage()
  #if canImport(Glibc)
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1024
  #else
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss >> 20
  #endif
}

let arguments = CommandLine.arguments
guard arguments.count > 4, let duration = Double(arguments[1]), let seed = UInt64(arguments[2]) else {
  print("usage: PickleFuzz SECONDS SEED CURRENT SEEDS…")
  exit(64)
}
var seeds: [[UInt8]] = []
for path in arguments[4...] {
  let bytes = try FileSource(path: path).readBytes(at: 0, upTo: 1 << 20)
  guard path.hasSuffix(".hex") else {
    seeds.append(bytes)
    continue
  }
  for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
    let digits = line.split(separator: " ").last.map { Array($0.utf8) } ?? []
    var decoded: [UInt8] = []
    for place in stride(from: 0, to: digits.count - 1, by: 2) {
      decoded.append(UInt8(String(decoding: digits[place...(place + 1)], as: UTF8.self), radix: 16) ?? 0)
    }
    if decoded.count < 20_000 { seeds.append(decoded) }
  }
}
seeds.removeAll(where: \.isEmpty)
var noise = Noise(state: seed)
let start = seconds()
var rounds = 0
var slowest = 0.0
while seconds() - start < duration {
  input = seeds[noise.below(seeds.count)]
  mutate(&input, seeds, &noise)
  save(input, arguments[3])
  let (before, memory) = (seconds(), megabytes())
  try exercise(input, &noise)
  let took = seconds() - before
  slowest = max(slowest, took)
  if took > 1 { report("took \(took) seconds") }
  if megabytes() - memory > 200 { report("took \(megabytes() - memory) MB more") }
  rounds += 1
}
print(
  "\(rounds) inputs of \(seeds.count) seeds, seed \(seed): \(tally.values) values, \(tally.errors) errors, "
    + "slowest \(slowest) s, at most \(megabytes()) MB; failures: \(tally.reports)")
exit(tally.reports.isEmpty ? 0 : 1)
