internal import ByteIO

/// A chart's canvas of vectors: an SVG 1.1 document.
struct SVGCanvas: Canvas {
  private var body = ""
  private let width: Int
  private let height: Int
  let scale: Double
  private var clipCount = 0

  init(width: Int, height: Int, scale: Int, background: RGB) {
    self.width = max(1, width)
    self.height = max(1, height)
    self.scale = Double(max(1, scale))
    fill(Rectangle(x: 0, y: 0, width: self.width, height: self.height), background)
  }

  /// Letters of the usual monospaced fonts are 0.6 of their size wide.
  private static let fontSize = 11.0
  var font: FontMetrics { SVGCanvas.metrics(Int(scale)) }

  static func metrics(_ scale: Int) -> FontMetrics {
    let unit = Double(max(1, scale))
    return FontMetrics(
      advance: fontSize * 0.602 * unit, ascent: fontSize * 0.73 * unit, lineHeight: 14 * unit, scale: unit)
  }

  /// The whole document.
  ///
  /// - Parameter title: What viewers show as its name.
  func document(title: String) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" \
    width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" \
    font-family="'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace" \
    font-size="\(SVGCanvas.number(SVGCanvas.fontSize * scale))">
    <title>\(SVGCanvas.escaped(title))</title>
    \(body)</svg>

    """
  }

  mutating func fill(_ rectangle: Rectangle, _ color: RGB) {
    body += "<rect \(SVGCanvas.attributes(rectangle)) fill=\"\(color.notation)\"/>\n"
  }

  mutating func fill(_ rectangles: [Rectangle], _ color: RGB) {
    let path = rectangles.filter { $0.width > 0 && $0.height > 0 }.map { rectangle in
      "M\(SVGCanvas.number(rectangle.x)) \(SVGCanvas.number(rectangle.y))h\(SVGCanvas.number(rectangle.width))"
        + "v\(SVGCanvas.number(rectangle.height))h\(SVGCanvas.number(-rectangle.width))z"
    }
    guard !path.isEmpty else { return }
    body += "<path d=\"\(path.joined())\" fill=\"\(color.notation)\"/>\n"
  }

  mutating func rule(from start: Point, to end: Point, _ color: RGB) {
    // Half a pixel aside, so that the line fills whole pixels.
    let half = scale / 2
    let (isUpright, isLevel) = (start.x == end.x, start.y == end.y)
    let (x, y) = (isUpright ? half : 0, isLevel ? half : 0)
    body +=
      "<path d=\"M\(SVGCanvas.number(start.x + x)) \(SVGCanvas.number(start.y + y))"
      + "L\(SVGCanvas.number(end.x + x)) \(SVGCanvas.number(end.y + y))\" "
      + "stroke=\"\(color.notation)\" stroke-width=\"\(SVGCanvas.number(scale))\" fill=\"none\"/>\n"
  }

  mutating func stroke(_ lines: [[Point]], width: Double, _ color: RGB, within clip: Rectangle) {
    var path = ""
    for line in lines {
      guard let first = line.first else { continue }
      path += "M\(SVGCanvas.number(first.x)) \(SVGCanvas.number(first.y))"
      // A point alone is a line without length, which round ends make a dot.
      if line.count == 1 { path += "h0" }
      for point in line.dropFirst() { path += "L\(SVGCanvas.number(point.x)) \(SVGCanvas.number(point.y))" }
    }
    guard !path.isEmpty else { return }
    clipCount += 1
    body += "<clipPath id=\"clip\(clipCount)\"><rect \(SVGCanvas.attributes(clip))/></clipPath>\n"
    body +=
      "<path d=\"\(path)\" fill=\"none\" stroke=\"\(color.notation)\" stroke-width=\"\(SVGCanvas.number(width * scale))\" "
      + "stroke-linejoin=\"round\" stroke-linecap=\"round\" clip-path=\"url(#clip\(clipCount))\"/>\n"
  }

  mutating func write(_ text: String, x: Double, baseline: Double, _ alignment: TextAlignment, _ color: RGB) {
    let anchor =
      switch alignment {
      case .left: "start"
      case .center: "middle"
      case .right: "end"
      }
    write(text, x: x, baseline: baseline, color, attributes: "text-anchor=\"\(anchor)\"")
  }

  mutating func writeBold(_ text: String, x: Double, baseline: Double, _ color: RGB) {
    write(text, x: x, baseline: baseline, color, attributes: "font-weight=\"bold\"")
  }

  private mutating func write(_ text: String, x: Double, baseline: Double, _ color: RGB, attributes: String) {
    body +=
      "<text x=\"\(SVGCanvas.number(x))\" y=\"\(SVGCanvas.number(baseline))\" \(attributes) "
      + "fill=\"\(color.notation)\" xml:space=\"preserve\">\(SVGCanvas.escaped(text))</text>\n"
  }

  mutating func draw(_ image: RGBAImage, in rectangle: Rectangle, _ theme: Theme) {
    if !image.isOpaque { drawChecks(rectangle, theme) }
    let sink = MemorySink()
    // Memory never refuses; the encoder has no other reason to fail.
    guard
      (try? PNGEncoder.write(image.bytes, width: image.width, height: image.height, layout: .rgba, to: sink)) != nil
    else { return }
    let data = String(decoding: Base64.encode(sink.bytes), as: UTF8.self)
    body +=
      "<image \(SVGCanvas.attributes(rectangle)) preserveAspectRatio=\"none\" image-rendering=\"optimizeSpeed\" "
      + "style=\"image-rendering:pixelated\" xlink:href=\"data:image/png;base64,\(data)\"/>\n"
  }

  private mutating func drawChecks(_ rectangle: Rectangle, _ theme: Theme) {
    let size = SVGCanvas.number(8 * scale)
    body +=
      "<defs><pattern id=\"checks\" width=\"\(SVGCanvas.number(16 * scale))\" height=\"\(SVGCanvas.number(16 * scale))\" "
      + "patternUnits=\"userSpaceOnUse\"><rect width=\"100%\" height=\"100%\" fill=\"\(theme.checks.0.notation)\"/>"
      + "<path d=\"M\(size) 0h\(size)v\(size)h-\(size)zM0 \(size)h\(size)v\(size)h-\(size)z\" "
      + "fill=\"\(theme.checks.1.notation)\"/></pattern></defs>\n"
    body += "<rect \(SVGCanvas.attributes(rectangle)) fill=\"url(#checks)\"/>\n"
  }

  private static func attributes(_ rectangle: Rectangle) -> String {
    "x=\"\(number(rectangle.x))\" y=\"\(number(rectangle.y))\" width=\"\(number(max(0, rectangle.width)))\" "
      + "height=\"\(number(max(0, rectangle.height)))\""
  }

  /// A length with up to two digits after the point.
  private static func number(_ value: Double) -> String {
    // Places far outside of the picture are as good at its millionfold.
    let hundredths = Int((max(-1e9, min(1e9, value.isNaN ? 0 : value)) * 100).rounded())
    let (whole, rest) = (hundredths.magnitude / 100, hundredths.magnitude % 100)
    var text = (hundredths < 0 ? "-" : "") + String(whole)
    if rest > 0 { text += rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)" }
    return text
  }

  /// Text as it may stand in a document: markup escaped, what XML 1.0 does not allow replaced.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default:
        let isAllowed = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
        result.unicodeScalars.append(isAllowed ? scalar : "\u{FFFD}")
      }
    }
    return result
  }
}
