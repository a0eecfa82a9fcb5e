/// A chart's canvas of pixels.
struct RasterCanvas: Canvas {
  var picture: RasterImage
  let scale: Int

  /// - Parameter scale: How many pixels a pixel of the font is.
  init(width: Int, height: Int, scale: Int, background: RGB) {
    picture = RasterImage(width: width, height: height, filledWith: background)
    self.scale = max(1, scale)
  }

  var font: FontMetrics { RasterCanvas.metrics(scale) }

  static func metrics(_ scale: Int) -> FontMetrics {
    FontMetrics(
      advance: Double(BitmapFont.advance * scale), ascent: Double(BitmapFont.ascent * scale),
      lineHeight: Double(12 * scale), scale: Double(scale))
  }

  mutating func fill(_ rectangle: Rectangle, _ color: RGB) { picture.fill(rectangle, color) }

  mutating func fill(_ rectangles: [Rectangle], _ color: RGB) {
    // Neighbours share their common edge's pixels: rounded to whole pixels, there is no seam and no overlap.
    for rectangle in rectangles {
      let (left, right) = (rectangle.x.rounded(), rectangle.right.rounded())
      picture.fill(Rectangle(x: left, y: rectangle.y, width: right - left, height: rectangle.height), color)
    }
  }

  mutating func rule(from start: Point, to end: Point, _ color: RGB) {
    let (left, top) = (min(start.x, end.x).rounded(.down), min(start.y, end.y).rounded(.down))
    let wide = Double(scale)
    let isUpright = start.x == end.x
    picture.fill(
      Rectangle(
        x: left, y: top, width: isUpright ? wide : abs(end.x - start.x).rounded(),
        height: isUpright ? abs(end.y - start.y).rounded() : wide), color)
  }

  mutating func stroke(_ lines: [[Point]], width: Double, _ color: RGB, within clip: Rectangle) {
    picture.stroke(lines, width: width * Double(scale), color, within: clip)
  }

  mutating func write(_ text: String, x: Double, baseline: Double, _ alignment: TextAlignment, _ color: RGB) {
    // The gap after the last character does not count.
    let width = font.width(of: text) - Double(scale)
    let left =
      switch alignment {
      case .left: x
      case .center: x - width / 2
      case .right: x - width
      }
    picture.write(
      text, x: Int(left.rounded()), y: Int(baseline.rounded()) - BitmapFont.ascent * scale, scale: scale, color)
  }

  mutating func writeBold(_ text: String, x: Double, baseline: Double, _ color: RGB) {
    for step in 0...1 { write(text, x: x + Double(step), baseline: baseline, .left, color) }
  }

  mutating func draw(_ image: RGBAImage, in rectangle: Rectangle, _ theme: Theme) {
    let (left, top) = (Int(rectangle.x.rounded()), Int(rectangle.y.rounded()))
    let (width, height) = (Int(rectangle.width.rounded()), Int(rectangle.height.rounded()))
    guard image.width > 0, image.height > 0 else { return }
    for y in 0..<max(0, height) {
      let row = min(image.height - 1, (2 * y + 1) * image.height / (2 * height))
      for x in 0..<max(0, width) {
        let column = min(image.width - 1, (2 * x + 1) * image.width / (2 * width))
        picture[left + x, top + y] = image.color(
          x: column, y: row, on: theme.check(x: x, y: y, size: 8 * scale))
      }
    }
  }
}
