/// Something to be looked at, before it is known on what: a picture of pixels, of vectors, or a terminal.
package struct Figure: Sendable {
  /// What is shown.
  package enum Content: Sendable {
    case bars(BarChart)
    case line(LineChart)
    case cells(CellChart)
    case image(ImageChart)
  }

  package var title: String
  /// What the data is, in smaller words below the title.
  package var subtitle: String
  /// What the picture leaves out, a line each.
  package var notes: [String]
  package var content: Content

  package init(title: String, subtitle: String, notes: [String], content: Content) {
    self.title = title
    self.subtitle = subtitle
    self.notes = notes
    self.content = content
  }
}

/// How many values lie in each of a row of bins of equal width.
package struct BarChart: Sendable {
  /// The values, from the first bin's low edge to the last one's high edge.
  package var axis: Axis
  package var counts: [Int]
  /// Whether the counts are shown by their logarithm.
  package var isLogarithmic: Bool

  package init(axis: Axis, counts: [Int], isLogarithmic: Bool) {
    self.axis = axis
    self.counts = counts
    self.isLogarithmic = isLogarithmic
  }

  /// The axis of the counts.
  var countAxis: Axis {
    let maxCount = Double(counts.max() ?? 0)
    if isLogarithmic { return Axis(0.5, max(2, maxCount * 1.5), .logarithmic) }
    return Axis(0, maxCount > 0 ? maxCount * 1.04 : 1, .integer)
  }
}

/// Values one after the other.
package struct LineChart: Sendable {
  package var x: Axis
  package var y: Axis
  /// Runs of points, in values; between two runs something is missing.
  package var lines: [[Point]]
  /// Where, along x, values are missing.
  package var missing: [ClosedRange<Double>]
  /// Where, along x, values are infinite, and whether positive.
  package var infinite: [(x: Double, isPositive: Bool)]

  package init(
    x: Axis, y: Axis, lines: [[Point]], missing: [ClosedRange<Double>], infinite: [(x: Double, isPositive: Bool)]
  ) {
    self.x = x
    self.y = y
    self.lines = lines
    self.missing = missing
    self.infinite = infinite
  }
}

/// A grid of values, each shown by a colour.
package struct CellChart: Sendable {
  package var x: Axis
  package var y: Axis
  package var columns: Int
  package var rows: Int
  /// Row by row from the top; a NaN is missing.
  package var values: [Double]
  /// The values that the colours represent.
  package var scale: Axis
  package var colors: ColorMap

  package init(
    x: Axis, y: Axis, columns: Int, rows: Int, values: [Double], scale: Axis, colors: ColorMap
  ) {
    self.x = x
    self.y = y
    self.columns = columns
    self.rows = rows
    self.values = values
    self.scale = scale
    self.colors = colors
  }

  /// The colour of a value; `nil` of one that is missing.
  package func color(_ value: Double) -> RGB? {
    if value.isNaN { return nil }
    if value.isInfinite { return colors.color(value > 0 ? 1 : 0) }
    return colors.color(scale.position(value))
  }
}

/// An image of pixels.
package struct ImageChart: Sendable {
  package var x: Axis
  package var y: Axis
  package var image: RGBAImage

  package init(x: Axis, y: Axis, image: RGBAImage) {
    self.x = x
    self.y = y
    self.image = image
  }
}
