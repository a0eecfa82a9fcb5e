import ArrayBytes
import ArraySummaries
import ByteIO
import NumPyIO
import Plotting

extension PlotMaker {
  /// A grid of values as colours; of many, each cell the mean of as many as fall on it.
  func heatMap() throws -> Plot {
    let (rows, columns) = try gridSize(for: "a heat map")
    let grid = target.grid(columns: columns, rows: rows, isImage: false)
    let values = try valueAxis()
    let sums = try gather(grid, rows: rows, columns: columns, values)
    var means = sums.means
    let lost = options.log ? PlotMaker.dropNonPositive(&means) : false
    let scale = try colorScale(means, sums, values)
    var notes: [String] = []
    if sums.nanCount > 0 { notes.append("\(TextTable.grouped(sums.nanCount)) \(missingName), left out of the means") }
    let infinite = [(sums.positiveInfinities, "+inf"), (sums.negativeInfinities, "-inf")].filter { $0.0 > 0 }
    if !infinite.isEmpty {
      let counts = infinite.map { "\(TextTable.grouped($0.0)) \($0.1)" }.joined(separator: " and ")
      notes.append(counts + ", shown as the colours' ends")
    }
    if lost { notes.append(PlotMaker.lostCells) }
    let chart = CellChart(
      x: PlotMaker.indexAxis(columns), y: PlotMaker.indexAxis(rows), columns: sums.columns.bucketCount,
      rows: sums.rows.bucketCount, values: means, scale: scale, colors: options.cmap ?? .viridis)
    let words = [meanWords(sums.rows, sums.columns), options.log ? "logarithmic" : nil].compactMap { $0 }
    let figure = Figure(
      title: title, subtitle: subtitle(words.joined(separator: ", ")),
      notes: notes.isEmpty ? [] : [notes.joined(separator: "; ")], content: .cells(chart))
    let lines = (0..<chart.rows).map { row in
      JSONValue.array((0..<chart.columns).map { .double(means[row * chart.columns + $0] + Double(values.origin)) })
    }
    return Plot(
      figure: figure, grid: grid,
      json: [
        ("kind", .string("heatmap")), ("values", .array(lines)), ("nan", .int(sums.nanCount)),
        ("inf", .int(sums.positiveInfinities + sums.negativeInfinities)),
      ])
  }

  /// An image in its own colours; a grid without channels in greys.
  func image() throws -> Plot {
    if isColorImage, dtype == .uint8 || dtype.kind == .float { return try colorImage() }
    if isColorImage {
      throw trouble("images are of uint8, or of floats from 0 to 1, not of \(dtype)")
    }
    guard dtype.kind != .datetime, dtype.kind != .timedelta else {
      throw trouble("images are of numbers, not of \(dtype)")
    }
    let (rows, columns) = try gridSize(for: "an image")
    let grid = target.grid(columns: columns, rows: rows, isImage: true)
    let values = try valueAxis()
    let sums = try gather(grid, rows: rows, columns: columns, values)
    var means = sums.means
    let lost = options.log ? PlotMaker.dropNonPositive(&means) : false
    let isByte = dtype == .uint8 && options.range == nil && !options.log
    let scale = isByte ? Axis(0, 255) : try colorScale(means, sums, values)
    let bytes = means.flatMap { value -> [UInt8] in
      if value.isNaN { return [0, 0, 0, 0] }
      let share = value.isInfinite ? (value > 0 ? 1 : 0) : max(0, min(1, scale.position(value)))
      let level = UInt8((share * 255).rounded())
      return [level, level, level, 255]
    }
    let image = RGBAImage(width: sums.columns.bucketCount, height: sums.rows.bucketCount, bytes: bytes)
    let hidden = notes(nan: sums.nanCount, positive: sums.positiveInfinities, negative: sums.negativeInfinities)
    return imagePlot(
      image, rows: sums.rows, columns: sums.columns, grid, notes: hidden + (lost ? [PlotMaker.lostCells] : []))
  }

  private func colorImage() throws -> Plot {
    let (rows, columns, depth) = (blocks.shape[0], blocks.shape[1], blocks.shape[2])
    let grid = target.grid(columns: columns, rows: rows, isImage: true)
    let empty = ImageSums(
      rowCount: rows, columnCount: columns, depth: depth, channels: dtype == .uint8 ? .bytes : .fractions,
      maxRows: grid.rows, maxColumns: grid.columns)
    let sums = try blocks.summarize(empty, keeping: 1)
    let image = RGBAImage(width: sums.columns.bucketCount, height: sums.rows.bucketCount, bytes: sums.bytes)
    return imagePlot(image, rows: sums.rows, columns: sums.columns, grid, notes: [])
  }

  private func imagePlot(
    _ image: RGBAImage, rows: Buckets, columns: Buckets, _ grid: PlotGrid, notes: [String]
  ) -> Plot {
    let figure = Figure(
      title: title, subtitle: subtitle(meanWords(rows, columns)), notes: notes,
      content: .image(
        ImageChart(x: PlotMaker.indexAxis(columns.count), y: PlotMaker.indexAxis(rows.count), image: image)))
    let lines = (0..<image.height).map { row in
      JSONValue.array(
        (0..<image.width).map { column in
          let start = 4 * (row * image.width + column)
          return .array(image.bytes[start..<(start + 4)].map { .int(Int($0)) })
        })
    }
    return Plot(figure: figure, grid: grid, json: [("kind", .string("image")), ("rgba", .array(lines))])
  }

  // MARK: Parts

  /// The rows and columns of the grid; a single axis is one row.
  private func gridSize(for what: String) throws(FormatError) -> (rows: Int, columns: Int) {
    let shape = longShape
    switch shape.count {
    case 1:
      // A column stays one.
      if blocks.shape.count == 2, blocks.shape[1] == 1 { return (shape[0], 1) }
      return (1, shape[0])
    case 2: return (shape[0], shape[1])
    default:
      let place = blocks.shape.dropLast(2).map { _ in "0" }.joined(separator: ",")
      throw trouble("\(what) has two axes, not \(shape.count): name a part, such as '\(path)[\(place)]'")
    }
  }

  private func gather(
    _ grid: PlotGrid, rows: Int, columns: Int, _ values: ValueAxis
  ) throws(FormatError) -> CellSums {
    let empty = CellSums(
      rowCount: rows, columnCount: columns, maxRows: grid.rows, maxColumns: grid.columns, origin: values.origin)
    let isColumn = columns == 1 && rows > 1
    return try blocks.summarize(empty, view: isColumn ? BlockView() : longView)
  }

  private static func indexAxis(_ count: Int) -> Axis { Axis(-0.5, Double(count) - 0.5, .integer) }

  private func meanWords(_ rows: Buckets, _ columns: Buckets) -> String? {
    if rows.areSingle, columns.areSingle { return nil }
    return "each cell the mean of \(PlotMaker.perCell(rows)) × \(PlotMaker.perCell(columns))"
  }

  private static let lostCells = "cells of 0 and below have no logarithm and are left out"

  private static func dropNonPositive(_ means: inout [Double]) -> Bool {
    var dropped = false
    for index in means.indices where means[index] <= 0 {
      means[index] = .nan
      dropped = true
    }
    return dropped
  }

  /// What the colours stand for: the range of the finite cells, or what was asked for.
  private func colorScale(_ means: [Double], _ sums: CellSums, _ values: ValueAxis) throws -> Axis {
    let wanted = try options.resolvedRange
    let finite = means.lazy.filter(\.isFinite)
    guard let least = finite.min(), let most = finite.max() else {
      if options.log { throw trouble("--log needs values above zero") }
      throw noValues(nan: sums.nanCount, infinite: sums.positiveInfinities + sums.negativeInfinities)
    }
    let (first, last) = (wanted.low ?? least, wanted.high ?? most)
    if options.log {
      guard first > 0, last > 0 else { throw trouble("--log needs a range above zero") }
      return first < last ? Axis(first, last, .logarithmic) : Axis(first / 2, first * 2, .logarithmic)
    }
    guard first <= last else { throw trouble("no value lies in the range that --range leaves open") }
    let (low, high) = PlotMaker.widened(first, last)
    var kind = values.kind
    // Means of integers are none.
    if case .integer = kind { kind = .number }
    return Axis(low, high, kind, title: values.title)
  }
}
