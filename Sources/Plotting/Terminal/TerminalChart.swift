/// Draws figures as characters.
struct TerminalChart {
  let style: TerminalStyle
  let theme: Theme
  let width: Int
  let height: Int
  var grid: LetterGrid

  init(width: Int, height: Int, style: TerminalStyle, theme: Theme) {
    self.style = style
    self.theme = theme
    self.width = max(20, width)
    self.height = max(8, height)
    grid = LetterGrid(width: self.width)
  }

  /// Colours that can be read on dark and on light ground alike.
  static let ink = RGB(hex: 0x2A9DC8)
  static let missing = RGB(hex: 0xD9639A)
  static let infinite = RGB(hex: 0xE0554F)

  mutating func draw(_ figure: Figure, cells: TerminalCells?) -> String {
    drawWords(figure.title, isFaint: false)
    drawWords(figure.subtitle, isFaint: true)
    switch figure.content {
    case .bars(let chart): drawBars(chart, figure)
    case .line(let chart): drawLine(chart, figure)
    case .cells(let chart): if let cells { drawCells(chart, cells) }
    case .image(let chart): if let cells { drawImage(chart, cells) }
    }
    for note in figure.notes { drawWords(note, isFaint: true) }
    return grid.text(style)
  }

  private mutating func drawWords(_ text: String, isFaint: Bool) {
    guard !text.isEmpty else { return }
    let line = grid.addLine()
    grid.write(
      FontMetrics.fitted(plain(text), into: width, mark: style.isUnicode ? "…" : "..."), line: line, column: 0,
      isFaint: isFaint)
  }

  /// The text without what ASCII has no characters for.
  private func plain(_ text: String) -> String {
    guard !style.isUnicode else { return text }
    return text.unicodeScalars.map { scalar in
      switch scalar {
      case "·": "|"
      case "×": "x"
      case "−": "-"
      default: scalar.isASCII ? String(scalar) : "?"
      }
    }.joined()
  }

  // MARK: Axes

  /// The place of a plot: the column of its first character, and its lines.
  private struct Plot {
    var left: Int
    var width: Int
    var lines: Range<Int>
  }

  private func lineCount(_ figure: Figure, context: String?) -> Int {
    let words = 2 + figure.notes.count + (context == nil ? 0 : 1)
    return max(3, height - words - 2)
  }

  /// The numbers beside the lines, and the vertical axis.
  private mutating func beginPlot(_ axis: Axis, lines count: Int, width wanted: (Int) -> Int) -> Plot {
    let ticks = axis.ticks(length: Double(count), maxCount: count / 2) { _, _ in count > 12 ? 3 : 2 }
    let labels = min(width / 2, ticks.map(\.label.count).max() ?? 0)
    let left = labels + 2
    let first = grid.lines.count
    for _ in 0..<count { _ = grid.addLine() }
    for line in first..<(first + count) {
      grid.write(style.isUnicode ? "│" : "|", line: line, column: labels + 1, isFaint: true)
    }
    for tick in ticks {
      let place = ((1 - axis.position(tick.value)) * Double(count)).rounded(.down)
      let line = first + Int(max(0, min(Double(count - 1), place)))
      grid.write(tick.label, line: line, column: max(0, labels - tick.label.count))
      grid.write(style.isUnicode ? "┤" : "+", line: line, column: labels + 1, isFaint: true)
    }
    return Plot(left: left, width: wanted(width - left), lines: first..<(first + count))
  }

  /// The horizontal axis and its numbers.
  private mutating func endPlot(_ plot: Plot, _ axis: Axis) {
    let (line, labels) = (grid.addLine(), grid.addLine())
    grid.write(style.isUnicode ? "└" : "+", line: line, column: plot.left - 1, isFaint: true)
    let rule = String(repeating: style.isUnicode ? "─" : "-", count: plot.width)
    grid.write(rule, line: line, column: plot.left, isFaint: true)
    drawXLabels(plot, axis, line: line, labels: labels)
    if let context = axis.context {
      let last = grid.addLine()
      grid.write(
        plain(context), line: last, column: max(0, plot.left + plot.width - context.count), isFaint: true)
    }
  }

  private mutating func drawXLabels(_ plot: Plot, _ axis: Axis, line: Int, labels: Int) {
    let ticks = axis.ticks(length: Double(plot.width), maxCount: plot.width / 6) { left, right in
      Double(left.label.count + right.label.count) / 2 + 3
    }
    for tick in ticks {
      let place = Int(
        max(0, min(Double(plot.width - 1), (axis.position(tick.value) * Double(plot.width)).rounded(.down))))
      grid.write(style.isUnicode ? "┬" : "+", line: line, column: plot.left + place, isFaint: true)
      let start = plot.left + place - tick.label.count / 2
      grid.write(tick.label, line: labels, column: max(0, min(start, width - tick.label.count)))
    }
  }

  // MARK: Charts

  private mutating func drawBars(_ chart: BarChart, _ figure: Figure) {
    let counts = chart.countAxis
    let lines = lineCount(figure, context: chart.axis.context)
    let bins = chart.counts.count
    let plot = beginPlot(counts, lines: lines) { room in bins <= room ? room / bins * bins : room }
    for column in 0..<plot.width {
      // Where there are more bins than characters the highest is shown.
      let first = column * bins / plot.width
      let last = max(first + 1, (column + 1) * bins / plot.width)
      let count = chart.counts[first..<min(bins, last)].max() ?? 0
      guard count > 0 else { continue }
      let share = max(0, min(1, counts.position(Double(count))))
      drawBar(share, column: plot.left + column, plot)
    }
    endPlot(plot, chart.axis)
  }

  private mutating func drawBar(_ share: Double, column: Int, _ plot: Plot) {
    let steps = style.isUnicode ? 8 : 2
    // What is not empty can be seen.
    let total = max(1, Int((share * Double(plot.lines.count * steps)).rounded()))
    for (place, line) in plot.lines.reversed().enumerated() {
      let filled = min(steps, total - place * steps)
      guard filled > 0 else { return }
      // U+2581 to U+2588: one to eight eighths.
      let block = Unicode.Scalar(0x2580 + UInt32(filled)) ?? "█"
      let scalar = style.isUnicode ? block : filled == steps ? "#" : "."
      grid.set(
        LetterGrid.Letter(scalar: scalar, ink: TerminalChart.ink), line: line, column: column)
    }
  }

  private mutating func drawLine(_ chart: LineChart, _ figure: Figure) {
    let plot = beginPlot(chart.y, lines: lineCount(figure, context: chart.x.context)) { $0 }
    var dots = DotGrid(columns: plot.width, lines: plot.lines.count, isBraille: style.isUnicode)
    func place(_ point: Point) -> (x: Int, y: Int) {
      let x = chart.x.position(point.x) * Double(dots.width - 1)
      let y = (1 - chart.y.position(point.y)) * Double(dots.height - 1)
      // Far outside is as good as just outside.
      return (Int(max(-1, min(x, Double(dots.width))).rounded()), Int(max(-1, min(y, Double(dots.height))).rounded()))
    }
    for line in chart.lines {
      if let first = line.first { dots.set(place(first).x, place(first).y) }
      for (start, end) in zip(line, line.dropFirst()) {
        let (from, to) = (place(start), place(end))
        dots.draw(from: from, to: to)
      }
    }
    for line in 0..<plot.lines.count {
      for column in 0..<plot.width {
        guard let scalar = dots.letter(column: column, line: line) else { continue }
        grid.set(
          LetterGrid.Letter(scalar: scalar, ink: TerminalChart.ink), line: plot.lines.lowerBound + line,
          column: plot.left + column)
      }
    }
    endPlot(plot, chart.x)
    drawMarks(chart, plot)
  }

  /// What is missing, on the axis; what is infinite, at the upper or the lower end.
  private mutating func drawMarks(_ chart: LineChart, _ plot: Plot) {
    func column(_ value: Double) -> Int {
      plot.left + Int(max(0, min(Double(plot.width - 1), chart.x.position(value) * Double(plot.width))))
    }
    for range in chart.missing {
      for place in column(range.lowerBound)...max(column(range.lowerBound), column(range.upperBound)) {
        let mark = LetterGrid.Letter(scalar: style.isUnicode ? "╳" : "x", ink: TerminalChart.missing)
        grid.set(mark, line: plot.lines.upperBound, column: place)
      }
    }
    for (x, isPositive) in chart.infinite {
      let scalar: Unicode.Scalar = style.isUnicode ? (isPositive ? "▲" : "▼") : (isPositive ? "^" : "v")
      let line = isPositive ? plot.lines.lowerBound : plot.lines.upperBound - 1
      grid.set(LetterGrid.Letter(scalar: scalar, ink: TerminalChart.infinite), line: line, column: column(x))
    }
  }

  private mutating func drawCells(_ chart: CellChart, _ cells: TerminalCells) {
    let plot = drawDots(cells, x: chart.x, y: chart.y) { x, y in
      let column = min(chart.columns - 1, (2 * x + 1) * chart.columns / (2 * cells.dotsAcross))
      let row = min(chart.rows - 1, (2 * y + 1) * chart.rows / (2 * cells.dotsDown))
      let value = chart.values[row * chart.columns + column]
      guard let color = chart.color(value) else { return Dot(color: TerminalChart.missing, shade: nil) }
      return Dot(
        color: color, shade: max(0, min(1, value.isInfinite ? (value > 0 ? 1 : 0) : chart.scale.position(value))))
    }
    drawColorBar(chart, plot)
  }

  private mutating func drawImage(_ chart: ImageChart, _ cells: TerminalCells) {
    let (image, theme) = (chart.image, theme)
    _ = drawDots(cells, x: chart.x, y: chart.y) { x, y in
      let column = min(image.width - 1, (2 * x + 1) * image.width / (2 * cells.dotsAcross))
      let row = min(image.height - 1, (2 * y + 1) * image.height / (2 * cells.dotsDown))
      let color = image.color(x: column, y: row, on: theme.check(x: x, y: y, size: 2))
      return Dot(color: color, shade: Double(color.brightness) / 255)
    }
  }

  /// A dot of a grid: its colour, or how much of a character is filled; `nil` where something is missing.
  private struct Dot {
    var color: RGB
    var shade: Double?
  }

  private mutating func drawDots(
    _ cells: TerminalCells, x: Axis, y: Axis, _ dot: (Int, Int) -> Dot
  ) -> Plot {
    let lines = style.hasHalfBlocks ? (cells.dotsDown + 1) / 2 : cells.dotsDown
    let first = grid.lines.count
    for _ in 0..<lines { _ = grid.addLine() }
    let plot = Plot(left: cells.labelWidth + 1, width: cells.dotsAcross, lines: first..<(first + lines))
    for line in 0..<lines {
      for column in 0..<cells.dotsAcross {
        let letter: LetterGrid.Letter
        if style.hasHalfBlocks {
          let lower = 2 * line + 1 < cells.dotsDown ? dot(column, 2 * line + 1).color : nil
          letter = LetterGrid.Letter(scalar: "▀", ink: dot(column, 2 * line).color, ground: lower)
        } else {
          letter = LetterGrid.Letter(scalar: shade(dot(column, line).shade))
        }
        grid.set(letter, line: first + line, column: plot.left + column)
      }
    }
    let ticks = y.ticks(length: Double(lines), maxCount: lines / 2) { _, _ in lines > 12 ? 3 : 2 }
    for tick in ticks {
      let place = Int(max(0, min(Double(lines - 1), (y.position(tick.value) * Double(lines)).rounded(.down))))
      grid.write(tick.label, line: first + place, column: max(0, cells.labelWidth - 1 - tick.label.count))
      grid.write(style.isUnicode ? "┤" : "+", line: first + place, column: cells.labelWidth, isFaint: true)
    }
    let (axisLine, labels) = (grid.addLine(), grid.addLine())
    drawXLabels(plot, x, line: axisLine, labels: labels)
    return plot
  }

  private static let shades: [Unicode.Scalar] = Array(" .:-=+*#%@".unicodeScalars)
  private static let blockShades: [Unicode.Scalar] = [" ", "░", "▒", "▓", "█"]

  /// A character that is filled by a share.
  private func shade(_ share: Double?) -> Unicode.Scalar {
    guard let share else { return "?" }
    let shades = style.isUnicode ? TerminalChart.blockShades : TerminalChart.shades
    return shades[min(shades.count - 1, Int(share * Double(shades.count)))]
  }

  private mutating func drawColorBar(_ chart: CellChart, _ plot: Plot) {
    let line = grid.addLine()
    let (low, high) = (
      TerminalChart.label(chart.scale.low, chart.scale), TerminalChart.label(chart.scale.high, chart.scale)
    )
    let hasMissing = chart.values.contains(where: \.isNaN)
    let bar = max(4, min(32, width - plot.left - low.count - high.count - (hasMissing ? 8 : 2)))
    grid.write(low, line: line, column: plot.left)
    let start = plot.left + low.count + 1
    for place in 0..<bar {
      let share = (Double(place) + 0.5) / Double(bar)
      let letter =
        style.hasHalfBlocks
        ? LetterGrid.Letter(scalar: "█", ink: chart.colors.color(share)) : LetterGrid.Letter(scalar: shade(share))
      grid.set(letter, line: line, column: start + place)
    }
    grid.write(high, line: line, column: start + bar + 1)
    if hasMissing {
      let column = start + bar + high.count + 3
      grid.write(style.hasHalfBlocks ? "█" : "?", line: line, column: column, ink: TerminalChart.missing)
      grid.write("NaN", line: line, column: column + 2)
    }
    if let context = chart.scale.context {
      drawWords(String(repeating: " ", count: plot.left) + context, isFaint: true)
    }
  }

  private static func label(_ value: Double, _ axis: Axis) -> String {
    if case .date(let scale) = axis.kind { return scale.text(value) }
    return NumberLabel.short(value)
  }
}

extension Figure {
  /// The figure as lines of characters, with escape sequences for colours where the style has them.
  ///
  /// - Parameter cells: Where the cells of a grid lie.
  package func letters(width: Int, height: Int, cells: TerminalCells?, style: TerminalStyle, theme: Theme) -> String {
    var chart = TerminalChart(width: width, height: height, style: style, theme: theme)
    return chart.draw(self, cells: cells)
  }
}
