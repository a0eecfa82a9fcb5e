import ArrayBytes
import ArraySummaries
import ByteIO
import NumPyIO
import Plotting
import PythonLiterals

extension PlotMaker {
  /// How often values occur, whatever the array's shape: one pass for the range, one to count; of small integers one.
  func histogram() throws -> Plot {
    let values = try valueAxis()
    let table = try ValueTable(dtype).map { (table: ValueTable) throws(FormatError) in try blocks.summarize(table) }
    let wanted = try options.resolvedRange
    var known = ValueRange(origin: values.origin)
    if let table {
      known = table.range
    } else if wanted.low == nil || wanted.high == nil {
      known = try blocks.summarize(known)
    }
    if known.count > 0, known.finiteCount == 0 {
      throw noValues(nan: known.nanCount, infinite: known.positiveInfinities + known.negativeInfinities)
    }
    let edges = try binEdges(known, wanted)
    guard (edges.high - edges.low).isFinite else {
      throw trouble(
        "the values lie too far apart for bins: \(PythonRepr.float(edges.low)) to \(PythonRepr.float(edges.high))")
    }
    guard
      var counts = HistogramCounts(low: edges.low, high: edges.high, binCount: edges.count, origin: values.origin)
    else {
      throw trouble(
        "\(edges.count) bins do not fit between \(PythonRepr.float(edges.low)) and "
          + "\(PythonRepr.float(edges.high)): their edges would not be apart")
    }
    if let table {
      for (value, count) in table.values { counts.add(value, count: count) }
    } else {
      counts = try blocks.summarize(counts)
    }
    return plot(counts, values)
  }

  private func plot(_ counts: HistogramCounts, _ values: ValueAxis) -> Plot {
    let (low, high) = (counts.edges.first ?? 0, counts.edges.last ?? 1)
    let bins = counts.counts.count
    let axis = Axis(low, high, values.kind, title: values.title)
    var words = bins == 1 ? "1 bin" : "\(TextTable.grouped(bins)) bins"
    if case .date = values.kind {
    } else {
      words += " of " + NumberLabel.general((high - low) / Double(bins), digits: 4)
    }
    if options.log { words += ", logarithmic" }
    let figure = Figure(
      title: title, subtitle: subtitle(words),
      notes: notes(
        nan: counts.nanCount, positive: counts.positiveInfinities, negative: counts.negativeInfinities,
        more: [(counts.belowCount, "below the range"), (counts.aboveCount, "above it")]),
      content: .bars(BarChart(axis: axis, counts: counts.counts, isLogarithmic: options.log)))
    // The numbers of moments are those of the file.
    let edges = counts.edges.map { JSONValue.double($0 + Double(values.origin)) }
    return Plot(
      figure: figure, grid: nil,
      json: [
        ("kind", .string("hist")), ("edges", .array(edges)), ("counts", .array(counts.counts.map(JSONValue.int))),
        ("nan", .int(counts.nanCount)), ("inf", .int(counts.positiveInfinities + counts.negativeInfinities)),
        ("below", .int(counts.belowCount)), ("above", .int(counts.aboveCount)),
      ])
  }

  /// Between which values the bins lie, and how many.
  ///
  /// Where nothing is asked for: by Rice's rule, twice the cube root of the number of elements; of integers, bins that
  /// hold equally many of them.
  private func binEdges(
    _ known: ValueRange, _ wanted: (low: Double?, high: Double?)
  ) throws(FormatError) -> (low: Double, high: Double, count: Int) {
    let (first, last) = (wanted.low ?? known.low, wanted.high ?? known.high)
    guard first <= last else {
      throw trouble(
        "no value lies in the range: they are \(NumberLabel.short(known.low)) to \(NumberLabel.short(known.high))")
    }
    let most = max(1, min(target.mostBins, Int((2 * PlotMaker.cubeRoot(Double(blocks.count))).rounded(.up))))
    let isExact = isInteger && first.magnitude < 0x1p52 && last.magnitude < 0x1p52
    if isExact, options.bins == nil, wanted.low == nil, wanted.high == nil {
      // Integers up to some dozens are shown one by one, however few elements there are.
      let span = last - first + 1
      let limit = span <= 64 ? Double(target.mostBins) : Double(max(most, 10))
      let step = max(1, (span / limit).rounded(.up))
      let count = max(1, (span / step).rounded(.up))
      return (first - 0.5, first - 0.5 + count * step, Int(count))
    }
    let (low, high) = PlotMaker.widened(first, last)
    if let bins = options.bins { return (low, high, bins) }
    // A single value stands in the middle.
    if first == last { return (low, high, 3) }
    if isExact, (high - low).rounded() == high - low { return (low, high, max(1, min(most, Int(high - low)))) }
    // Where the values are too near each other for so many bins, fewer.
    let apart = (high - low) / (max(low.magnitude, high.magnitude).ulp * 2)
    return (low, high, max(1, min(most, apart >= 1e9 ? most : Int(apart))))
  }

  private static func cubeRoot(_ value: Double) -> Double {
    guard value > 0 else { return 0 }
    // Newton's steps from above.
    var root = max(1, value)
    for _ in 0..<200 {
      let next = (2 * root + value / (root * root)) / 3
      if next >= root { break }
      root = next
    }
    return root
  }
}
