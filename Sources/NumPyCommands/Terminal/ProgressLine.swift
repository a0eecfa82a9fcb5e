import NumPyIO
import Locks
import PlatformC

/// One line on standard error that tells how far the work has come, if it takes longer than half a second and somebody
/// looks on.
final class ProgressLine: Sendable {
  static let shared = ProgressLine()

  private struct View {
    var isWanted = false
    var isDrawn = false
    /// The operation that is shown, and when it was first seen.
    var number = 0
    var start: ContinuousClock.Instant
    var nextDrawing: ContinuousClock.Instant
  }

  private let clock = ContinuousClock()
  private let begin: ContinuousClock.Instant
  private let view: Lock<View>

  private static let patience = Duration.milliseconds(500)
  private static let interval = Duration.milliseconds(100)
  /// What ends sooner than this after it began is not worth a line.
  private static let shortest = Duration.milliseconds(150)

  private init() {
    begin = clock.now
    view = Lock(View(start: begin, nextDrawing: begin + ProgressLine.patience))
  }

  /// Lets the line be drawn from now on, if standard error is a terminal that can erase it again.
  func allow() {
    // Safe: the environment is not changed by this process; the text is read at once.
    let isDumb = unsafe getenv("TERM").map { unsafe String(cString: $0) == "dumb" } ?? true
    if Console.errorIsTerminal, !isDumb { view.withLock { $0.isWanted = true } }
  }

  /// Draws the line, if it is time.
  func show(_ state: ByteProgress.State) {
    view.withLock { view in
      guard view.isWanted else { return }
      let now = clock.now
      if view.number != state.number {
        view.number = state.number
        view.start = now
      }
      guard now >= view.nextDrawing, now - view.start >= ProgressLine.shortest else { return }
      view.nextDrawing = now + ProgressLine.interval
      view.isDrawn = true
      let line = ProgressLine.text(state, after: Stopwatch.seconds(now - view.start), width: ProgressLine.width)
      Console.writeError("\r" + line + "\u{1B}[K")
    }
  }

  /// Takes the line away.
  func erase() {
    view.withLock { view in
      guard view.isDrawn else { return }
      view.isDrawn = false
      Console.writeError("\r\u{1B}[K")
    }
  }

  /// `reading big.npy  512.0 MB of 4.0 GB  1.3 GB/s  2.6 s left`, no wider than the terminal.
  static func text(_ state: ByteProgress.State, after seconds: Double, width: Int) -> String {
    var figures = TextTable.size(state.completed)
    if let total = state.total, total >= state.completed { figures += " of " + TextTable.size(total) }
    let rate = Double(state.completed) / max(seconds, 1e-3)
    figures += "  " + TextTable.size(rate < 1e18 ? Int(rate) : .max) + "/s"
    if let total = state.total, total > state.completed, rate > 0 {
      figures += "  " + duration(Double(total - state.completed) / rate) + " left"
    }
    var what = state.activity.rawValue + " " + Console.printable(state.file)
    let room = width - figures.count - 3
    if room < 12 { return String(figures.prefix(max(0, width - 1))) }
    if what.count > room { what = what.prefix(10) + "…" + what.suffix(max(0, room - 11)) }
    return what + "  " + figures
  }

  /// `2.6 s`, `1:05 min`, `2:03 h`.
  static func duration(_ seconds: Double) -> String {
    if seconds < 10 { return Stopwatch.fixed(seconds, 1) + " s" }
    guard seconds < 1e8 else { return "for ever" }
    let whole = Int(seconds.rounded())
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60):\(two(whole % 60)) min" }
    return "\(whole / 3600):\(two(whole / 60 % 60)) h"
  }

  private static var width: Int {
    var size = winsize()
    // Safe: the call fills the local variable, whose type it is.
    guard unsafe ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
