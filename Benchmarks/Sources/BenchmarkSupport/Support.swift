import ByteIO

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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
