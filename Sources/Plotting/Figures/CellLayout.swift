/// Where a grid of cells lies in a picture.
///
/// Known before the data: so a grid of many elements is reduced to as many cells as there are pixels, and none of them
/// is stretched.
package struct CellLayout: Sendable {
  /// The picture's size.
  package let width: Int
  package let height: Int
  /// Where the cells are.
  package let plot: Rectangle

  /// - Parameters:
  ///   - width, height: The picture's size; left out, one that suits the grid.
  ///   - isLimit: Whether the picture may be smaller than that.
  ///   - columns, rows: The grid's elements.
  ///   - isImage: Whether the cells are an image: always square, and without a colour bar.
  ///   - isVector: Whether the picture is one of vectors, whose characters are larger.
  package init(
    width: Int?, height: Int?, isLimit: Bool, scale: Int, columns: Int, rows: Int, isImage: Bool, isVector: Bool
  ) {
    let font = isVector ? SVGCanvas.metrics(scale) : RasterCanvas.metrics(scale)
    let margins = ChartMargins(font)
    let labelDigits = Double(max(2, String(max(rows - 1, 0)).utf8.count))
    let left = margins.outer + labelDigits * font.advance + margins.tick + margins.gap
    let right =
      isImage
      ? margins.outer + font.advance * 2
      : margins.outer + margins.barGap + margins.barWidth + margins.tick
        + margins.gap + 9 * font.advance
    let (top, bottom) = (margins.top, margins.bottom(noteCount: 1, hasContext: false))
    let unit = Double(scale)
    let roomWidth = max(8, (width.map(Double.init) ?? (isImage ? 1000 : 800) * unit) - left - right)
    let roomHeight = max(8, (height.map(Double.init) ?? (isImage ? 900 : 700) * unit) - top - bottom)
    let (across, down) = (Double(max(1, columns)), Double(max(1, rows)))
    let ratio = across / down
    var (plotWidth, plotHeight) = (roomWidth, roomHeight)
    if isImage || (ratio >= 0.25 && ratio <= 4) {
      // Square cells, whole pixels wide where that costs little.
      var size = min(roomWidth / across, roomHeight / down)
      // A page that may grow is made as wide as twice the cells rather than that some are wider than others.
      if width == nil, height == nil, size >= 1.5, size < 2 { size = 2 }
      if size >= 1, width == nil && height == nil || size >= 2 { size = size.rounded(.down) }
      if isImage, size > 1, isLimit || (width == nil && height == nil) {
        // Small images are enlarged, but not to fill a page.
        size = min(size, max(1, (320 * unit / max(across, down)).rounded(.up)))
      }
      (plotWidth, plotHeight) = (across * size, down * size)
    } else {
      if height == nil { plotHeight = min(plotHeight, 400 * unit) }
      if plotWidth / across >= 2 { plotWidth = (plotWidth / across).rounded(.down) * across }
      if plotHeight / down >= 2 { plotHeight = (plotHeight / down).rounded(.down) * down }
    }
    (plotWidth, plotHeight) = (max(1, plotWidth.rounded()), max(1, plotHeight.rounded()))
    let minWidth = isImage ? 320 * unit : 400 * unit
    let (fittingWidth, fittingHeight) = (
      Int(max(left + plotWidth + right, min(minWidth, 800 * unit))), Int(top + plotHeight + bottom)
    )
    self.width = width.map { isLimit ? min($0, fittingWidth) : $0 } ?? fittingWidth
    self.height = height.map { isLimit ? min($0, fittingHeight) : $0 } ?? fittingHeight
    plot = Rectangle(x: left.rounded(), y: top.rounded(), width: plotWidth, height: plotHeight)
  }

  /// How many cells there are pixels for.
  package var columns: Int { Int(plot.width) }
  package var rows: Int { Int(plot.height) }
}

/// The distances around a chart.
struct ChartMargins {
  let outer: Double
  let tick: Double
  let gap: Double
  let barGap: Double
  let barWidth: Double
  /// From the upper edge to the plot: the title, the subtitle and a gap.
  let top: Double
  private let lineHeight: Double

  init(_ font: FontMetrics) {
    outer = 12 * font.scale
    tick = 4 * font.scale
    gap = 4 * font.scale
    barGap = 18 * font.scale
    barWidth = 14 * font.scale
    lineHeight = font.lineHeight
    top = outer + 2 * font.lineHeight + 6 * font.scale
  }

  /// From the plot to the lower edge: ticks, their labels, what they leave out, notes.
  func bottom(noteCount: Int, hasContext: Bool) -> Double {
    let lines = 1 + (hasContext ? 1 : 0) + noteCount
    return tick + gap + Double(lines) * lineHeight + (noteCount > 0 ? gap : 0) + outer
  }
}
