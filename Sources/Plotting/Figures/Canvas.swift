/// What charts are drawn on: a raster picture or a document of vectors.
///
/// Lengths are in dots of the picture; y counts from the top.
protocol Canvas {
  /// The size of the text.
  var font: FontMetrics { get }

  mutating func fill(_ rectangle: Rectangle, _ color: RGB)
  /// Fills rectangles that touch each other, without seams.
  mutating func fill(_ rectangles: [Rectangle], _ color: RGB)
  /// A straight line along a row or a column, one dot wide at the font's scale.
  mutating func rule(from start: Point, to end: Point, _ color: RGB)
  mutating func stroke(_ lines: [[Point]], width: Double, _ color: RGB, within clip: Rectangle)
  /// Writes a line of text; `x` is its left end, its middle or its right end.
  mutating func write(_ text: String, x: Double, baseline: Double, _ alignment: TextAlignment, _ color: RGB)
  /// Writes a line of bold text that begins at `x`.
  mutating func writeBold(_ text: String, x: Double, baseline: Double, _ color: RGB)
  /// Puts an image into a rectangle, each of its dots a rectangle with sharp edges.
  mutating func draw(_ image: RasterImage, in rectangle: Rectangle, _ theme: Theme)
}

enum TextAlignment: Sendable {
  case left
  case center
  case right
}

/// How much room text takes; all letters are equally wide.
struct FontMetrics: Sendable {
  /// From one letter to the next.
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

  /// Text cut to so many letters, its middle left out.
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

/// An image of its own size, with transparency.
package struct RasterImage: Sendable {
  package let width: Int
  package let height: Int
  /// Four bytes a dot: red, green, blue and how opaque it is, row by row from the top.
  package var bytes: [UInt8]

  package init(width: Int, height: Int, bytes: [UInt8]) {
    self.width = width
    self.height = height
    self.bytes = bytes
  }

  /// The colour of a dot on a ground.
  package func color(x: Int, y: Int, on ground: RGB) -> RGB {
    let place = (y * width + x) * 4
    let color = RGB(bytes[place], bytes[place + 1], bytes[place + 2])
    let share = Int(bytes[place + 3])
    return share == 255 ? color : ground.covered(by: color, share: (share * 256 + 127) / 255)
  }

  var isOpaque: Bool { stride(from: 3, to: bytes.count, by: 4).allSatisfy { bytes[$0] == 255 } }
}

extension Theme {
  /// The chequered ground of transparent images.
  func check(x: Int, y: Int, size: Int) -> RGB { (x / size + y / size) % 2 == 0 ? checks.0 : checks.1 }
}
