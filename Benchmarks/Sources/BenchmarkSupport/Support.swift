import ArrayDeflate
import ByteIO

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The value of a command-line option, `--name value`.
public func option(_ name: String) -> String? {
  let arguments = CommandLine.arguments
  guard let index = arguments.firstIndex(of: "--" + name), index + 1 < arguments.count else { return nil }
  return arguments[index + 1]
}

/// A number with `digits` decimals.
public func format(_ value: Double, _ digits: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let whole = Int((value * scale).rounded())
  if digits == 0 { return String(whole) }
  let text = String(whole % Int(scale))
  return "\(whole / Int(scale))." + String(repeating: "0", count: digits - text.count) + text
}

/// Text with blanks before it.
public func pad(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

/// The seconds that something takes.
public func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock().now
  try body()
  let parts = (ContinuousClock().now - start).components
  return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
}

/// The processor time of all threads so far.
public func processorSeconds() -> Double { clock(CLOCK_PROCESS_CPUTIME_ID) }

/// A clock that only goes forward.
public func wallSeconds() -> Double { clock(CLOCK_MONOTONIC) }

private func clock(_ id: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(id, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Prints a line: a name, and the seconds of every repetition but the first one, which warms up.
public func printTimes(_ name: String, repetitions: Int, _ body: () throws -> Void) rethrows {
  var times: [Double] = []
  for _ in 0...repetitions { times.append(try seconds(body)) }
  print(name, times.dropFirst().map { String($0) }.joined(separator: " "), separator: "\t")
}

/// Keeps what is written in memory.
public final class CountingSink: ByteSink {
  public let name = "memory"
  public var bytes: [UInt8] = []
  public var position: Int { bytes.count }
  public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }
  public func write(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }
  public func flush() {}
}

/// A kind of array that make-deflate-data.py has made.
public struct Kind {
  public var name: String
  public var layout: ItemLayout
  /// `known` or `aside`.
  public var group: String

  /// The kinds of a folder; of the option `--kinds` those whose name or group it has.
  public static func all(in folder: String) throws -> [Kind] {
    let table = try FileSource(path: folder + "/kinds.tsv").readBytes(at: 0, upTo: 1 << 20)
    let kinds = String(decoding: table, as: UTF8.self).split(separator: "\n").map { line in
      let fields = line.split(separator: "\t").map(String.init)
      return Kind(
        name: fields[0],
        layout: ItemLayout(itemSize: Int(fields[1])!, atomSize: Int(fields[2])!, strides: [Int(fields[3])!]),
        group: fields[4])
    }
    guard let chosen = option("kinds")?.split(separator: ",").map(String.init) else { return kinds }
    return kinds.filter { chosen.contains($0.name) || chosen.contains($0.group) }
  }

  /// The array's bytes.
  public func bytes(in folder: String) throws -> [UInt8] {
    try FileSource(path: "\(folder)/\(name).raw").readBytes(at: 0, upTo: .max)
  }
}
