/// Draws figures, on whatever canvas.
struct ChartDrawing<Surface: Canvas> {
  var canvas: Surface
  let theme: Theme
  let width: Double
  let height: Double
  let margins: ChartMargins

  init(_ canvas: Surface, width: Int, height: Int, theme: Theme) {
    self.canvas = canvas
    self.theme = theme
    self.width = Double(width)
    self.height = Double(height)
    margins = ChartMargins(canvas.font)
  }

  /// - Parameter plot: Where cells lie; other charts find their place themselves.
  mutating func draw(_ figure: Figure, cells plot: Rectangle?) {
    switch figure.content {
    case .bars(let chart): drawBars(chart, figure)
    case .line(let chart): drawLine(chart, figure)
    case .cells(let chart): if let plot { drawCells(chart, figure, plot) }
    case .image(let chart): if let plot { drawImage(chart, figure, plot) }
    }
  }

  // MARK: Charts

  private mutating func drawBars(_ chart: BarChart, _ figure: Figure) {
    let counts = chart.countAxis
    let plot = frame(x: chart.axis, y: counts, figure)
    drawGrid(plot, counts)
    var bars: [Rectangle] = []
    let step = plot.width / Double(max(1, chart.counts.count))
    // A gap between bars where they are wide enough to spare it.
    let gap = step >= 6 * canvas.font.scale ? canvas.font.scale : 0
    for (place, count) in chart.counts.enumerated() where count > 0 {
      let share = max(0, min(1, counts.position(Double(count))))
      // What is not empty can be seen.
      let tall = max(canvas.font.scale, plot.height * share)
      let left = plot.x + Double(place) * step
      bars.append(Rectangle(x: left + gap, y: plot.bottom - tall, width: step - gap, height: tall))
    }
    canvas.fill(bars, theme.ink)
    drawAxes(plot, x: chart.axis, y: counts)
    drawWords(figure, plot, context: chart.axis.context)
  }

  private mutating func drawLine(_ chart: LineChart, _ figure: Figure) {
    let plot = frame(x: chart.x, y: chart.y, figure)
    let unit = canvas.font.scale
    for range in chart.missing {
      let left = plot.x + plot.width * max(0, chart.x.position(range.lowerBound))
      let right = plot.x + plot.width * min(1, chart.x.position(range.upperBound))
      let wide = max(unit, right - left)
      canvas.fill(
        Rectangle(x: min(left, plot.right - wide), y: plot.y, width: wide, height: plot.height),
        theme.background.covered(by: theme.missing, share: 128))
    }
    drawGrid(plot, chart.y)
    let lines = chart.lines.map { line in
      line.map { point in
        Point(
          plot.x + plot.width * chart.x.position(point.x), plot.y + plot.height * (1 - chart.y.position(point.y)))
      }
    }
    // Room for the width of lines that touch the frame.
    let clip = Rectangle(x: plot.x - unit, y: plot.y - unit, width: plot.width + 2 * unit, height: plot.height + unit)
    canvas.stroke(lines, width: 1.4, theme.ink, within: clip)
    let points = lines.joined()
    // Where points are few they can be seen; where one stands alone it must.
    if points.count <= 50 {
      let room = Rectangle(
        x: clip.x - 4 * unit, y: clip.y - 2 * unit, width: clip.width + 8 * unit, height: clip.height + 4 * unit)
      canvas.stroke(points.map { [$0] }, width: points.count == 1 ? 7 : 4.5, theme.ink, within: room)
    }
    let marks = chart.infinite.map { mark in
      Rectangle(
        x: plot.x + plot.width * chart.x.position(mark.x) - unit, y: mark.isPositive ? plot.y : plot.bottom - 6 * unit,
        width: 2 * unit, height: 6 * unit)
    }
    canvas.fill(marks, theme.infinite)
    drawAxes(plot, x: chart.x, y: chart.y)
    drawWords(figure, plot, context: chart.x.context, side: chart.y.context)
  }

  private mutating func drawCells(_ chart: CellChart, _ figure: Figure, _ plot: Rectangle) {
    let pixels = chart.values.flatMap { value in
      let color = chart.color(value) ?? theme.missing
      return [color.red, color.green, color.blue, 255]
    }
    canvas.draw(RGBAImage(width: chart.columns, height: chart.rows, bytes: pixels), in: plot, theme)
    drawFrame(plot, x: chart.x, y: chart.y)
    drawColorBar(chart, plot)
    drawWords(figure, plot, context: nil, side: chart.scale.context)
  }

  private mutating func drawImage(_ chart: ImageChart, _ figure: Figure, _ plot: Rectangle) {
    canvas.draw(chart.image, in: plot, theme)
    drawFrame(plot, x: chart.x, y: chart.y)
    drawWords(figure, plot, context: nil)
  }

  private mutating func drawColorBar(_ chart: CellChart, _ plot: Rectangle) {
    let unit = canvas.font.scale
    // Long enough for two numbers, however flat the grid is.
    var bar = Rectangle(
      x: plot.right + margins.barGap, y: plot.y, width: margins.barWidth,
      height: max(plot.height, min(60 * unit, height - plot.y - margins.outer)))
    if chart.values.contains(where: \.isNaN) {
      bar.height = max(8 * unit, bar.height - margins.barWidth - 8 * unit)
      drawMissing(below: bar)
    }
    let steps = max(1, min(256, Int(bar.height)))
    let pixels = (0..<steps).flatMap { step in
      let color = chart.colors.color((Double(steps - step) - 0.5) / Double(steps))
      return [color.red, color.green, color.blue, 255]
    }
    canvas.draw(RGBAImage(width: 1, height: steps, bytes: pixels), in: bar, theme)
    outline(bar)
    let height = canvas.font.lineHeight
    let labelX = bar.right + margins.tick + margins.gap
    for tick in chart.scale.ticks(length: bar.height, maxCount: 12, spacing: { _, _ in height * 2 }) {
      let y = bar.y + bar.height * (1 - chart.scale.position(tick.value))
      canvas.rule(from: Point(bar.right, y), to: Point(bar.right + margins.tick, y), theme.axis)
      let label = canvas.font.fitted(tick.label, into: width - labelX)
      canvas.write(label, x: labelX, baseline: y + canvas.font.ascent / 2, .left, theme.text)
    }
  }

  /// What the colour of missing cells represents.
  private mutating func drawMissing(below bar: Rectangle) {
    let box = Rectangle(
      x: bar.x, y: (bar.bottom + 8 * canvas.font.scale).rounded(), width: bar.width, height: margins.barWidth)
    canvas.fill(box, theme.missing)
    outline(box)
    let baseline = box.y + (box.height + canvas.font.ascent) / 2
    canvas.write("NaN", x: box.right + margins.tick + margins.gap, baseline: baseline, .left, theme.text)
  }

  // MARK: Around the plot

  /// Where a chart of two axes lies: as large as the labels leave room for.
  private func frame(x: Axis, y: Axis, _ figure: Figure) -> Rectangle {
    let hasContext = x.context != nil
    let bottom = margins.bottom(noteCount: figure.notes.count, hasContext: hasContext)
    let tall = max(8, height - margins.top - bottom)
    let ticks = yTicks(y, tall)
    let labels = ticks.map { canvas.font.width(of: $0.label) }.max() ?? 0
    let left = min(margins.outer + labels + margins.tick + margins.gap, width / 2).rounded()
    let right = margins.outer + canvas.font.advance * 2
    return Rectangle(
      x: left, y: margins.top.rounded(), width: max(8, (width - left - right).rounded()), height: tall.rounded())
  }

  private func yTicks(_ axis: Axis, _ length: Double) -> [Tick] {
    let minDistance = canvas.font.lineHeight * 2.5
    return axis.ticks(length: length, maxCount: 12) { _, _ in minDistance }
  }

  private func xTicks(_ axis: Axis, _ length: Double) -> [Tick] {
    let font = canvas.font
    return axis.ticks(length: length, maxCount: 12) { left, right in
      (font.width(of: left.label) + font.width(of: right.label)) / 2 + 3 * font.advance
    }
  }

  private mutating func drawGrid(_ plot: Rectangle, _ axis: Axis) {
    for tick in yTicks(axis, plot.height) {
      let y = plot.y + plot.height * (1 - axis.position(tick.value))
      canvas.rule(from: Point(plot.x, y), to: Point(plot.right, y), theme.grid)
    }
  }

  private mutating func drawAxes(_ plot: Rectangle, x: Axis, y: Axis) {
    let unit = canvas.font.scale
    canvas.rule(from: Point(plot.x - unit, plot.y), to: Point(plot.x - unit, plot.bottom + unit), theme.axis)
    canvas.rule(from: Point(plot.x - unit, plot.bottom), to: Point(plot.right, plot.bottom), theme.axis)
    drawXLabels(plot, x, xTicks(x, plot.width))
    for tick in yTicks(y, plot.height) {
      let place = plot.y + plot.height * (1 - y.position(tick.value))
      drawYLabel(plot, tick, at: place)
    }
  }

  private mutating func drawYLabel(_ plot: Rectangle, _ tick: Tick, at y: Double) {
    canvas.rule(
      from: Point(plot.x - margins.tick - canvas.font.scale, y), to: Point(plot.x - canvas.font.scale, y), theme.axis)
    let right = plot.x - margins.tick - margins.gap
    let label = canvas.font.fitted(tick.label, into: right)
    canvas.write(label, x: right, baseline: y + canvas.font.ascent / 2, .right, theme.text)
  }

  private mutating func drawXLabels(_ plot: Rectangle, _ axis: Axis, _ ticks: [Tick]) {
    let unit = canvas.font.scale
    let baseline = plot.bottom + margins.tick + margins.gap + canvas.font.ascent
    for tick in ticks {
      let x = plot.x + plot.width * axis.position(tick.value)
      canvas.rule(from: Point(x, plot.bottom + unit), to: Point(x, plot.bottom + unit + margins.tick), theme.axis)
      // A label at the end of the axis stays within the picture.
      let half = canvas.font.width(of: tick.label) / 2
      let middle = min(max(x, half + unit), width - half - unit)
      canvas.write(tick.label, x: middle, baseline: baseline, .center, theme.text)
    }
  }

  /// The outline of a grid, with the numbers of its rows and columns.
  private mutating func drawFrame(_ plot: Rectangle, x: Axis, y: Axis) {
    outline(plot)
    drawXLabels(plot, x, xTicks(x, plot.width))
    // Row 0 is at the top: the axis runs downwards.
    for tick in yTicks(y, plot.height) {
      drawYLabel(plot, tick, at: plot.y + plot.height * y.position(tick.value))
    }
  }

  private mutating func outline(_ rectangle: Rectangle) {
    let unit = canvas.font.scale
    let (left, top) = (rectangle.x - unit, rectangle.y - unit)
    canvas.rule(from: Point(left, top), to: Point(rectangle.right + unit, top), theme.axis)
    canvas.rule(from: Point(left, rectangle.bottom), to: Point(rectangle.right + unit, rectangle.bottom), theme.axis)
    canvas.rule(from: Point(left, top), to: Point(left, rectangle.bottom + unit), theme.axis)
    canvas.rule(from: Point(rectangle.right, top), to: Point(rectangle.right, rectangle.bottom + unit), theme.axis)
  }

  /// Title, subtitle, what the labels of both axes leave out, and notes.
  private mutating func drawWords(
    _ figure: Figure, _ plot: Rectangle, context: String?, side: String? = nil
  ) {
    let font = canvas.font
    let left = min(plot.x, margins.outer + font.advance * 8)
    let room = width - left - margins.outer
    var baseline = margins.outer + font.ascent
    canvas.writeBold(font.fitted(figure.title, into: room), x: left, baseline: baseline, theme.text)
    baseline += font.lineHeight
    let subtitle = [figure.subtitle, side ?? ""].filter { !$0.isEmpty }.joined(separator: " · ")
    canvas.write(font.fitted(subtitle, into: room), x: left, baseline: baseline, .left, theme.faintText)
    baseline = plot.bottom + margins.tick + margins.gap + font.ascent + font.lineHeight
    if let context {
      canvas.write(context, x: plot.right, baseline: baseline, .right, theme.faintText)
      baseline += font.lineHeight
    }
    baseline += margins.gap
    for note in figure.notes {
      canvas.write(font.fitted(note, into: room), x: left, baseline: baseline, .left, theme.faintText)
      baseline += font.lineHeight
    }
  }
}
