import PlatformC

/// How long something took, as IPython's `%time` tells it.
struct Stopwatch {
  /// Seconds of the processor in the program, of the processor in the system, and of the wall clock.
  struct Times {
    var user: Double
    var system: Double
    var wall: Double

    /// Two lines: `CPU times: user 2.1 ms, sys: 3.4 ms, total: 5.5 ms` and `Wall time: 6.0 ms`.
    var lines: [String] {
      [
        "CPU times: user \(Stopwatch.text(user)), sys: \(Stopwatch.text(system)), total: \(Stopwatch.text(user + system))",
        "Wall time: \(Stopwatch.text(wall))",
      ]
    }
  }

  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private let usage = Stopwatch.processorTimes()

  init() { start = clock.now }

  var times: Times {
    let now = Stopwatch.processorTimes()
    return Times(
      user: now.user - usage.user, system: now.system - usage.system, wall: Stopwatch.seconds(clock.now - start))
  }

  static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  #if canImport(Glibc)
    private static let ownProcess = __rusage_who_t(RUSAGE_SELF.rawValue)
  #else
    private static let ownProcess = RUSAGE_SELF
  #endif

  private static func processorTimes() -> (user: Double, system: Double) {
    var usage = rusage()
    // Safe: the call fills the local variable, whose type it is.
    _ = unsafe getrusage(Stopwatch.ownProcess, &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    return (seconds(usage.ru_utime), seconds(usage.ru_stime))
  }

  /// Three digits and the unit that suits them: `4.06 ms`.
  static func text(_ seconds: Double) -> String {
    let seconds = max(0, seconds)
    for (factor, unit) in [(1.0, "s"), (1e3, "ms"), (1e6, "µs")] where seconds * factor >= 1 || unit == "µs" {
      let value = seconds * factor
      let decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2
      return fixed(value, decimals) + " " + unit
    }
    return "0 µs"
  }

  /// A number with so many digits behind the point.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    var scale = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int((value * Double(scale)).rounded())
    guard decimals > 0 else { return String(scaled) }
    let fraction = String(scaled % scale)
    return "\(scaled / scale)." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }
}
