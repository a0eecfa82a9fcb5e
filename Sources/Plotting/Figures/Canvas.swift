/// What charts are drawn on: a raster picture or a document of vectors.
///
/// Lengths are in pixels of the picture; y counts from the top.
protocol Canvas {
  /// The size of the text.
  var font: FontMetrics { get }

  mutating func fill(_ rectangle: Rectangle, _ color: RGB)
  /// Fills rectangles that touch each other, without seams.
  mutating func fill(_ rectangles: [Rectangle], _ color: RGB)
  /// A straight line along a row or a column, one pixel wide at the font's scale.
  mutating func rule(from start: Point, to end: Point, _ color: RGB)
  mutating func stroke(_ lines: [[Point]], width: Double, _ color: RGB, within clip: Rectangle)
  /// Writes a line of text; `x` is its left end, its middle or its right end.
  mutating func write(_ text: String, x: Double, baseline: Double, _ alignment: TextAlignment, _ color: RGB)
  /// Writes a line of bold text that begins at `x`.
  mutating func writeBold(_ text: String, x: Double, baseline: Double, _ color: RGB)
  /// Puts an image into a rectangle, each of its pixels a rectangle with sharp edges.
  mutating func draw(_ image: RGBAImage, in rectangle: Rectangle, _ theme: Theme)
}

enum TextAlignment: Sendable {
  case left
  case center
  case right
}

/// How much room text takes; all characters are equally wide.
struct FontMetrics: Sendable {
  /// From one character to the next.
  var advance: Double
  /// From the line to the top of capitals.
  var ascent: Double
  /// From one line of text to the next.
  var lineHeight: Double
  /// The unit of margins and ticks.
  var scale: Double

  func width(of text: String) -> Double { Double(text.unicodeScalars.count) * advance }

  /// Text cut to a width, its middle left out.
  func fitted(_ text: String, into width: Double) -> String {
    FontMetrics.fitted(text, into: Int(width / advance))
  }

  /// Text cut to that many characters, its middle left out.
  static func fitted(_ text: String, into count: Int, mark: String = "…") -> String {
    let letters = Array(text.unicodeScalars)
    guard letters.count > count else { return text }
    guard count > mark.count else { return String(mark.prefix(max(0, count))) }
    let kept = count - mark.count
    var result = String.UnicodeScalarView()
    result.append(contentsOf: letters[..<((kept + 1) / 2)])
    result.append(contentsOf: mark.unicodeScalars)
    result.append(contentsOf: letters[(letters.count - kept / 2)...])
    return String(result)
  }
}

extension Theme {
  /// The chequered ground of transparent images.
  func check(x: Int, y: Int, size: Int) -> RGB { (x / size + y / size) % 2 == 0 ? checks.0 : checks.1 }
}
