/// What a terminal can show.
package struct TerminalStyle: Sendable, Hashable {
  /// How many colours there are.
  package enum Colors: Sendable, Hashable {
    case none
    /// The 256 of xterm.
    case palette
    /// 24 bits.
    case full
  }

  /// Whether blocks and braille can be shown, rather than ASCII alone.
  package var isUnicode: Bool
  package var colors: Colors

  package init(isUnicode: Bool, colors: Colors) {
    self.isUnicode = isUnicode
    self.colors = colors
  }

  /// Whether a character shows two dots, one above the other, by half blocks.
  var hasHalfBlocks: Bool { isUnicode && colors != .none }

  /// The number of the colour among xterm's 256 that is nearest.
  static func paletteIndex(_ color: RGB) -> Int {
    let levels = [0, 95, 135, 175, 215, 255]
    func nearest(_ value: UInt8) -> Int {
      levels.indices.min { abs(levels[$0] - Int(value)) < abs(levels[$1] - Int(value)) } ?? 0
    }
    let cube = [nearest(color.red), nearest(color.green), nearest(color.blue)]
    let inCube = RGB(UInt8(levels[cube[0]]), UInt8(levels[cube[1]]), UInt8(levels[cube[2]]))
    let gray = max(0, min(23, (color.brightness - 3) / 10))
    let level = UInt8(8 + 10 * gray)
    if color.distance(to: RGB(level, level, level)) < color.distance(to: inCube) { return 232 + gray }
    return 16 + 36 * cube[0] + 6 * cube[1] + cube[2]
  }
}

/// A page of characters with colours, which becomes lines of text with escape sequences.
struct LetterGrid {
  struct Letter: Hashable {
    var scalar: Unicode.Scalar = " "
    var ink: RGB?
    var ground: RGB?
    var isFaint = false
  }

  let width: Int
  private(set) var lines: [[Letter]] = []

  init(width: Int) { self.width = max(1, width) }

  /// Adds an empty line and returns its number.
  mutating func addLine() -> Int {
    lines.append([Letter](repeating: Letter(), count: width))
    return lines.count - 1
  }

  mutating func set(_ letter: Letter, line: Int, column: Int) {
    guard lines.indices.contains(line), column >= 0, column < width else { return }
    lines[line][column] = letter
  }

  mutating func write(_ text: String, line: Int, column: Int, ink: RGB? = nil, isFaint: Bool = false) {
    for (place, scalar) in text.unicodeScalars.enumerated() {
      set(Letter(scalar: scalar, ink: ink, isFaint: isFaint), line: line, column: column + place)
    }
  }

  /// The lines, each with a line end; no escape sequences without colours.
  func text(_ style: TerminalStyle) -> String {
    var text = ""
    for line in lines {
      let end = line.lastIndex { $0.scalar != " " || $0.ground != nil }.map { $0 + 1 } ?? 0
      var current = Letter()
      for letter in line[..<end] {
        if style.colors != .none, !letter.looksLike(current) {
          text += LetterGrid.escape(letter, style)
          current = letter
        }
        text.unicodeScalars.append(letter.scalar)
      }
      if current.ink != nil || current.ground != nil || current.isFaint { text += "\u{1B}[0m" }
      text += "\n"
    }
    return text
  }

  private static func escape(_ letter: Letter, _ style: TerminalStyle) -> String {
    // From a clean slate each time: a line can then be cut or copied anywhere.
    var codes = ["0"]
    if letter.isFaint { codes.append("2") }
    for (color, target) in [(letter.ink, "38"), (letter.ground, "48")] {
      guard let color else { continue }
      codes.append(
        style.colors == .full
          ? "\(target);2;\(color.red);\(color.green);\(color.blue)"
          : "\(target);5;\(TerminalStyle.paletteIndex(color))")
    }
    return "\u{1B}[" + codes.joined(separator: ";") + "m"
  }
}

extension LetterGrid.Letter {
  func looksLike(_ other: LetterGrid.Letter) -> Bool {
    ink == other.ink && ground == other.ground && isFaint == other.isFaint
  }
}
