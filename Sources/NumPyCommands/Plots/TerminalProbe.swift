import ArgumentParser
import Plotting
import PlatformC

/// How pictures get onto the terminal.
enum GraphicsMode: String, CaseIterable, ExpressibleByArgument {
  case auto, kitty, sixel, blocks, ascii
}

/// What the terminal behind standard output can show, told by the environment and the system.
struct TerminalProbe {
  let columns: Int
  let rows: Int
  /// The size of a letter in dots, where the terminal tells it.
  let letter: (width: Int, height: Int)?
  let isTerminal: Bool

  init() {
    isTerminal = isatty(1) == 1
    var size = winsize()
    // Safe: the call fills the local variable, whose type it is.
    let status = unsafe isTerminal ? ioctl(1, UInt(TIOCGWINSZ), &size) : -1
    let isKnown = status == 0
    func variable(_ name: String) -> Int? {
      TerminalProbe.variable(name).flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }
    columns = isKnown && size.ws_col > 0 ? Int(size.ws_col) : variable("COLUMNS") ?? 80
    rows = isKnown && size.ws_row > 0 ? Int(size.ws_row) : variable("LINES") ?? 24
    if isKnown, size.ws_col > 0, size.ws_row > 0, size.ws_xpixel >= size.ws_col, size.ws_ypixel >= size.ws_row {
      letter = (Int(size.ws_xpixel / size.ws_col), Int(size.ws_ypixel / size.ws_row))
    } else {
      letter = nil
    }
  }

  static func variable(_ name: String) -> String? {
    // Safe: the environment is not changed by this process; the text is copied at once.
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// The best way to show a picture.
  var mode: GraphicsMode {
    let terminal = TerminalProbe.variable("TERM") ?? "dumb"
    guard isTerminal, terminal != "dumb", TerminalProbe.variable("NO_COLOR") == nil, TerminalProbe.isUnicode else {
      return .ascii
    }
    // Multiplexers inherit the outer terminal's variables, but do not pass its graphics on.
    if TerminalProbe.variable("TMUX") != nil || terminal.hasPrefix("tmux") || terminal.hasPrefix("screen") {
      return .blocks
    }
    let program = TerminalProbe.variable("TERM_PROGRAM")?.lowercased() ?? ""
    if terminal == "xterm-kitty" || terminal == "xterm-ghostty" || TerminalProbe.variable("KITTY_WINDOW_ID") != nil
      || program == "wezterm" || program == "ghostty"
    {
      return .kitty
    }
    let knowsSixel =
      terminal.contains("sixel") || terminal.hasPrefix("foot") || terminal.hasPrefix("mlterm")
      || terminal.hasPrefix("contour") || program == "iterm.app" || program == "mintty"
    return knowsSixel ? .sixel : .blocks
  }

  /// Whether the locale's letters are Unicode's; where there is no locale at all, terminals of today are trusted.
  private static var isUnicode: Bool {
    guard let locale = variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG") else { return true }
    let name = locale.lowercased()
    return name.contains("utf-8") || name.contains("utf8")
  }

  /// The colours of a terminal that letters are drawn on.
  var colors: TerminalStyle.Colors {
    if TerminalProbe.variable("NO_COLOR") != nil { return .none }
    let depth = TerminalProbe.variable("COLORTERM")?.lowercased() ?? ""
    let terminal = TerminalProbe.variable("TERM") ?? ""
    let isFull =
      depth == "truecolor" || depth == "24bit" || terminal.hasSuffix("-direct") || terminal.contains("truecolor")
      || terminal == "xterm-kitty"
    return isFull ? .full : .palette
  }

  /// Whether the ground is dark: as `COLORFGBG` says, where it is set; else dark, as most are.
  var isDark: Bool {
    guard let ground = TerminalProbe.variable("COLORFGBG")?.split(separator: ";").last.flatMap({ Int($0) }) else {
      return true
    }
    return ground < 7 || ground == 8
  }
}
