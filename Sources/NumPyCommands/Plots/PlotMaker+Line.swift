import ArrayBytes
import ArraySummaries
import ByteIO
import NumPyIO
import Plotting

extension PlotMaker {
  /// Values one after the other; of many, in each column the first, the smallest, the largest and the last.
  func line() throws -> Plot {
    guard longShape.count == 1, let count = longShape.first else {
      let corner = blocks.shape.indices.map { $0 == 0 ? ":" : "0" }.joined(separator: ",")
      throw trouble(
        "a line has one axis, not \(longShape.count): name a part, such as '\(path)[\(corner)]', or --kind heatmap or hist"
      )
    }
    let values = try valueAxis()
    let columns = target.columns
    let empty = LineSummary(count: count, columnCount: count <= 4 * columns ? count : columns, origin: values.origin)
    let summary = try blocks.summarize(empty, view: longView)
    let (nan, positive, negative) = summary.columns.reduce((0, 0, 0)) { sum, column in
      (sum.0 + column.nanCount, sum.1 + column.positiveInfinities, sum.2 + column.negativeInfinities)
    }
    guard summary.columns.contains(where: \.hasValue) else { throw noValues(nan: nan, infinite: positive + negative) }
    let y = try lineAxis(summary, values)
    let x = count == 1 ? Axis(-0.5, 0.5, .integer) : Axis(0, Double(count - 1), .integer)
    let runs = summary.runs(isLogarithmic: options.log)
    var more: [String] = []
    if !summary.buckets.areSingle {
      more.append("each column the range of \(PlotMaker.perCell(summary.buckets)) values")
    }
    if options.log { more.append("logarithmic") }
    var notes = notes(nan: nan, positive: positive, negative: negative)
    if options.log, summary.columns.contains(where: { $0.hasValue && $0.low <= 0 }) {
      notes.append("values of 0 and below have no logarithm and are left out")
    }
    let figure = Figure(
      title: title, subtitle: subtitle(more.joined(separator: ", ")), notes: notes,
      content: .line(
        LineChart(x: x, y: y, lines: runs, missing: summary.missing, infinite: summary.infinite)))
    return Plot(figure: figure, grid: nil, json: json(summary, nan: nan, infinite: positive + negative, values))
  }

  private func json(
    _ summary: LineSummary, nan: Int, infinite: Int, _ values: ValueAxis
  ) -> [(key: String, value: JSONValue)] {
    let starts = summary.columns.indices.map { JSONValue.int(summary.buckets.start($0)) }
    func number(_ column: LineSummary.Column, _ value: Double) -> JSONValue {
      column.hasValue ? .double(value + Double(values.origin)) : .null
    }
    return [
      ("kind", .string("line")), ("start", .array(starts)),
      ("min", .array(summary.columns.map { number($0, $0.low) })),
      ("max", .array(summary.columns.map { number($0, $0.high) })), ("nan", .int(nan)), ("inf", .int(infinite)),
    ]
  }

  /// The axis of a line's values, a little longer than they reach.
  private func lineAxis(_ summary: LineSummary, _ values: ValueAxis) throws -> Axis {
    let wanted = try options.resolvedRange
    let shown = summary.columns.filter(\.hasValue)
    if options.log {
      let positive = shown.flatMap { [$0.low, $0.first, $0.last, $0.high] }.filter { $0 > 0 }
      guard let least = wanted.low ?? positive.min(), let most = wanted.high ?? positive.max(), least > 0, most > 0
      else {
        throw trouble("--log needs values above zero")
      }
      guard least < most else { return Axis(least / 2, most * 2, .logarithmic) }
      return Axis(wanted.low ?? least / 1.1, wanted.high ?? most * 1.1, .logarithmic)
    }
    let (least, most) = (wanted.low ?? shown.map(\.low).min() ?? 0, wanted.high ?? shown.map(\.high).max() ?? 1)
    if least > most {
      throw trouble("no value lies in the range that --range leaves open")
    }
    let (low, high) = PlotMaker.widened(least, most)
    let margin = least == most ? 0 : (high * 0.04 - low * 0.04)
    let (bottom, top) = (low - margin, high + margin)
    return Axis(
      wanted.low ?? (bottom.isFinite ? bottom : low), wanted.high ?? (top.isFinite ? top : high), values.kind,
      title: values.title)
  }

  /// How many elements a bucket has: `1,250`, or on average `1.64`.
  static func perCell(_ buckets: Buckets) -> String {
    let (least, rest) = buckets.count.quotientAndRemainder(dividingBy: buckets.bucketCount)
    if rest == 0 || least >= 100 { return TextTable.grouped(least) }
    return NumberLabel.general(Double(buckets.count) / Double(buckets.bucketCount), digits: 3)
  }
}

extension LineSummary {
  /// The points in the order in which a line runs through them, cut where something is missing.
  fileprivate func runs(isLogarithmic: Bool) -> [[Point]] {
    var runs: [[Point]] = []
    var run: [Point] = []
    func end() {
      if !run.isEmpty { runs.append(run) }
      run = []
    }
    for (index, column) in columns.enumerated() {
      guard column.hasValue else {
        end()
        continue
      }
      let middle = (Double(buckets.start(index)) + Double(buckets.start(index + 1) - 1)) / 2
      // From the first value to the nearer end, to the other one, to the last.
      let isRising = column.first - column.low <= column.high - column.first
      let ends = isRising ? [column.low, column.high] : [column.high, column.low]
      var points = [Point(Double(column.firstIndex), column.first)]
      if column.low < column.high { points += ends.map { Point(middle, $0) } }
      if column.lastIndex > column.firstIndex { points.append(Point(Double(column.lastIndex), column.last)) }
      for point in points {
        if isLogarithmic, point.y <= 0 {
          if buckets.areSingle { end() }
        } else {
          run.append(point)
        }
      }
    }
    end()
    return runs
  }

  /// Where there are NaNs.
  fileprivate var missing: [ClosedRange<Double>] {
    var ranges: [ClosedRange<Double>] = []
    for (index, column) in columns.enumerated() where column.nanCount > 0 {
      let (low, high) = (Double(buckets.start(index)) - 0.5, Double(buckets.start(index + 1)) - 0.5)
      if let last = ranges.last, last.upperBound == low {
        ranges[ranges.count - 1] = last.lowerBound...high
      } else {
        ranges.append(low...high)
      }
    }
    return ranges
  }

  /// Where there are infinities.
  fileprivate var infinite: [(x: Double, isPositive: Bool)] {
    columns.enumerated().flatMap { index, column in
      let middle = (Double(buckets.start(index)) + Double(buckets.start(index + 1) - 1)) / 2
      var marks: [(x: Double, isPositive: Bool)] = []
      if column.positiveInfinities > 0 { marks.append((middle, true)) }
      if column.negativeInfinities > 0 { marks.append((middle, false)) }
      return marks
    }
  }
}
