import ArgumentParser
import ArrayBytes
import ArraySummaries
import ByteIO
import NumPyIO
import Plotting

/// Makes figures of arrays: decides what is shown, gathers it, and says in words what the picture leaves out.
struct PlotMaker {
  let blocks: ParallelBlocks
  let options: PlotOptions
  let target: PlotTarget
  let title: String
  let path: String

  var dtype: DType { blocks.dtype }
  /// The axes that are longer than 1; of a single element, the last.
  private var longAxes: [Int] {
    let long = blocks.shape.indices.filter { blocks.shape[$0] != 1 }
    return long.isEmpty ? Array(blocks.shape.indices.suffix(1)) : long
  }
  /// The view that leaves the others out.
  var longView: BlockView { BlockView(droppedAxes: Set(blocks.shape.indices).subtracting(longAxes)) }
  var longShape: [Int] { longAxes.map { blocks.shape[$0] } }

  func make() throws -> Plot {
    try checkElements()
    guard !blocks.shape.isEmpty else {
      throw trouble("a single value has no picture; `npy show` prints it")
    }
    guard blocks.count > 0 else {
      throw trouble("the array is empty, of shape \(Layout.describe(blocks.shape)): there is nothing to plot")
    }
    let kind = options.kind ?? (options.bins == nil ? automaticKind : .hist)
    var isJSON = false
    if case .numbers = target { isJSON = true }
    try options.checkUse(of: kind, hasOwnColors: kind == .image && isColorImage, isJSON: isJSON)
    switch kind {
    case .hist: return try histogram()
    case .line: return try line()
    case .heatmap: return try heatMap()
    case .image: return try image()
    }
  }

  func trouble(_ message: String) -> FormatError { FormatError(.badArgument, message, file: path) }

  private var automaticKind: PlotKind {
    if isColorImage, dtype == .uint8 { return .image }
    switch longShape.count {
    case 1: return .line
    case 2: return .heatmap
    default: return .hist
    }
  }

  /// Whether the shape is that of an image of three or four channels.
  var isColorImage: Bool { blocks.shape.count == 3 && (3...4).contains(blocks.shape[2]) }

  private func checkElements() throws(FormatError) {
    if let fields = dtype.fields {
      let names = fields.map(\.name)
      let drawn = fields.first { ![.bytes, .string, .void, .object].contains($0.dtype.kind) || $0.dtype.fields != nil }
      let first = (options.field.map { $0 + "." } ?? "") + (drawn?.name ?? names.first ?? "")
      throw trouble(
        "the elements are records of the fields \(PlotMaker.list(names)); name one: --field \(first)")
    }
    switch dtype.kind {
    case .bool, .signedInteger, .unsignedInteger, .float, .complex, .datetime, .timedelta: return
    case .object: throw trouble("the elements are Python objects, not numbers")
    case .bytes, .string: throw trouble("the elements are text (\(dtype)), not numbers")
    case .void: throw trouble("the elements are raw bytes (\(dtype)), not numbers")
    }
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.count > 12 ? Array(names.prefix(11)) + ["\(names.count - 11) more"] : names
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
    return shown.dropLast().joined(separator: ", ") + " and " + last
  }

  // MARK: Words

  /// What the data is: `float64 (100, 100)`.
  func subtitle(_ more: String?...) -> String {
    var what = "\(dtype.native.description) \(Layout.describe(blocks.shape))"
    if dtype.kind == .complex { what = "magnitude of " + what }
    return ([what] + more.compactMap { $0 }.filter { !$0.isEmpty }).joined(separator: " · ")
  }

  /// What is not shown: `3 NaN, 1 +inf, 2 below the range`.
  func notes(nan: Int, positive: Int, negative: Int, more: [(Int, String)] = []) -> [String] {
    var parts: [String] = []
    for (count, name) in [(nan, missingName), (positive, "+inf"), (negative, "-inf")] + more where count > 0 {
      parts.append("\(TextTable.grouped(count)) \(name)")
    }
    return parts.isEmpty ? [] : ["not shown: " + parts.joined(separator: ", ")]
  }

  /// What a value that is none is called.
  var missingName: String { dtype.kind == .datetime || dtype.kind == .timedelta ? "NaT" : "NaN" }

  func noValues(nan: Int, infinite: Int) -> FormatError {
    let missing = "\(TextTable.grouped(nan)) \(missingName)"
    return trouble(
      infinite == 0
        ? "there is nothing to plot: \(missing), and no other value"
        : "there is nothing to plot: no value is finite, \(missing), \(TextTable.grouped(infinite)) infinite")
  }

  // MARK: Values

  /// How the elements become numbers, and what an axis says of them.
  func valueAxis() throws(FormatError) -> ValueAxis {
    try ValueAxis(dtype, first: dtype.kind == .datetime ? blocks.firstInteger() : nil)
  }

  var isInteger: Bool {
    switch dtype.kind {
    case .bool, .signedInteger, .unsignedInteger: true
    default: false
    }
  }

  /// Ends that are apart: of a single value, on both sides of it.
  static func widened(_ low: Double, _ high: Double) -> (Double, Double) {
    guard low >= high else { return (low, high) }
    let margin = max(0.5, low.magnitude * 0x1p-20)
    return (low - margin, high + margin)
  }
}

/// What an axis of an array's values says.
struct ValueAxis {
  /// What moments are counted from.
  let origin: Int64
  let kind: Axis.Kind
  let title: String?

  /// - Parameter first: The first moment of an array of moments.
  init(_ dtype: DType, first: Int64?) {
    let unit = dtype.dateUnit ?? .generic
    switch dtype.kind {
    case .datetime:
      let origin = first == Int64.min ? 0 : first ?? 0
      if let scale = ValueAxis.scale(unit, origin) {
        (self.origin, kind, title) = (origin, .date(scale), nil)
      } else {
        (self.origin, kind, title) = (0, .number, unit.unit == .generic ? nil : "in \(unit.unit.rawValue) since 1970")
      }
    case .timedelta:
      origin = 0
      kind = .number
      let count = unit.count == 1 ? "" : "\(unit.count) "
      title = unit.unit == .generic ? nil : "in \(count)\(unit.unit.rawValue)"
    case .bool, .signedInteger, .unsignedInteger: (origin, kind, title) = (0, .integer, nil)
    default: (origin, kind, title) = (0, .number, nil)
    }
  }

  /// The calendar of a unit's steps from an origin; `nil` where there is none.
  private static func scale(_ unit: DateUnit, _ origin: Int64) -> DateScale? {
    let count = unit.count
    func months(_ length: Int) -> DateScale? {
      let (step, overflow) = length.multipliedReportingOverflow(by: count)
      let (start, overflows) = Int(origin).multipliedReportingOverflow(by: step)
      return overflow || overflows ? nil : DateScale(unit: .months(step), origin: start)
    }
    func seconds(_ length: Int) -> DateScale? {
      let (step, overflow) = length.multipliedReportingOverflow(by: count)
      let (start, overflows) = Int(origin).multipliedReportingOverflow(by: step)
      return overflow || overflows ? nil : DateScale(unit: .seconds(Double(step)), origin: start)
    }
    func fractions(_ perSecond: Int) -> DateScale? {
      let (steps, overflow) = Int(origin).multipliedReportingOverflow(by: count)
      if overflow { return nil }
      var (whole, rest) = steps.quotientAndRemainder(dividingBy: perSecond)
      if rest < 0 { (whole, rest) = (whole - 1, rest + perSecond) }
      return DateScale(
        unit: .seconds(Double(count) / Double(perSecond)), origin: whole,
        originFraction: Double(rest) / Double(perSecond))
    }
    return switch unit.unit {
    case .year: months(12)
    case .month: months(1)
    case .week: seconds(604_800)
    case .day: seconds(86_400)
    case .hour: seconds(3600)
    case .minute: seconds(60)
    case .second: seconds(1)
    case .millisecond: fractions(1000)
    case .microsecond: fractions(1_000_000)
    case .nanosecond: fractions(1_000_000_000)
    case .picosecond: fractions(1_000_000_000_000)
    case .femtosecond: fractions(1_000_000_000_000_000)
    case .attosecond: fractions(1_000_000_000_000_000_000)
    case .generic: nil
    }
  }
}
