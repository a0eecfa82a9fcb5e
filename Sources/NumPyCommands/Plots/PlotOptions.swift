import ArgumentParser
import Plotting

/// What a plot shows.
enum PlotKind: String, CaseIterable, ExpressibleByArgument {
  case hist, line, heatmap, image
}

/// What colours a picture stands on.
enum ThemeName: String, CaseIterable, ExpressibleByArgument {
  case light, dark

  var theme: Theme { self == .light ? .light : .dark }
}

extension ColorMap: ExpressibleByArgument {}

/// How a plot looks.
struct PlotOptions: ParsableArguments {
  @Option(help: "hist, line, heatmap or image; left out, by the array's shape.") var kind: PlotKind?
  @Option(help: "The field of records, as name or outer.inner.") var field: String?
  @Option(help: "How many bins the histogram has, which this asks for.") var bins: Int?
  @Option(parsing: .unconditional, help: "The values that are shown, as lo,hi; either may be left out.")
  var range: String?
  @Flag(help: "Show counts, lines and colours by their logarithm.") var log = false
  @Option(help: "The colours of heat maps: viridis (left out) or gray (left out, of --image).") var cmap: ColorMap?
  @Option(parsing: .unconditional, help: "The title, instead of the address.") var title: String?
  @Option(help: "The width: dots of a picture, letters of a terminal.") var width: Int?
  @Option(help: "The height: dots of a picture, lines of a terminal.") var height: Int?
  @Option(help: "How the terminal shows it: auto, kitty, sixel, blocks or ascii.") var graphics: GraphicsMode = .auto
  @Option(help: "light or dark; left out, light for files and as the terminal is.") var theme: ThemeName?

  /// The most bins that are counted.
  static let mostBins = 1_000_000
  /// The most dots of a picture.
  static let mostDots = 1 << 22

  func validate() throws {
    if let bins, !(1...PlotOptions.mostBins).contains(bins) {
      throw ValidationError("--bins takes 1 to \(PlotOptions.mostBins), not \(bins)")
    }
    _ = try resolvedRange
  }

  /// The ends of `--range`.
  var resolvedRange: (low: Double?, high: Double?) {
    get throws {
      guard let range else { return (nil, nil) }
      let parts = range.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
      let trouble = ValidationError("--range takes two numbers, as 0,1 or 0, or ,1, not '\(range)'")
      guard parts.count == 2 else { throw trouble }
      var ends: [Double?] = []
      for part in parts {
        guard !part.isEmpty else {
          ends.append(nil)
          continue
        }
        guard let number = Double(part), number.isFinite else { throw trouble }
        ends.append(number)
      }
      if let low = ends[0], let high = ends[1], low >= high {
        throw ValidationError("--range takes the lower number first, not '\(range)'")
      }
      return (ends[0], ends[1])
    }
  }

  /// Refuses what a plain image has not: it is the array itself, a dot for an element.
  func checkImage() throws {
    try refuse(
      [
        ("--kind", kind != nil), ("--bins", bins != nil), ("--log", log), ("--title", title != nil),
        ("--width", width != nil), ("--height", height != nil), ("--theme", theme != nil),
      ], "--image writes a dot for each element, nothing around it")
  }

  /// Refuses what only other forms of a picture have: a file, the numbers, letters without colours.
  func checkForm(isFile: Bool, isJSON: Bool) throws {
    if isJSON {
      try refuse(
        [
          ("--cmap", cmap != nil), ("--theme", theme != nil), ("--graphics", graphics != .auto),
          ("--title", title != nil),
        ], "--json prints numbers, which have no colours and no words")
    } else if isFile {
      try refuse([("--graphics", graphics != .auto)], "--graphics is for the terminal, not for a file")
    } else if graphics == .ascii {
      try refuse([("--cmap", cmap != nil), ("--theme", theme != nil)], "--graphics ascii has no colours")
    }
  }

  /// Refuses what a kind of plot has not.
  ///
  /// - Parameters:
  ///   - hasOwnColors: Whether it is an image whose values are colours.
  ///   - isJSON: Whether its numbers are printed, which are not scaled.
  func checkUse(of kind: PlotKind, hasOwnColors: Bool, isJSON: Bool) throws {
    if kind != .hist {
      try refuse([("--bins", bins != nil)], "only histograms have bins, and this is --kind \(kind.rawValue)")
    }
    if kind != .heatmap {
      try refuse([("--cmap", cmap != nil)], "only heat maps have --cmap, and this is --kind \(kind.rawValue)")
    }
    if hasOwnColors {
      try refuse([("--range", range != nil), ("--log", log)], "the image has colours of its own")
    }
    guard isJSON else { return }
    let what = "the numbers of --kind \(kind.rawValue) do not depend on it"
    switch kind {
    case .hist: try refuse([("--log", log), ("--width", width != nil), ("--height", height != nil)], what)
    case .line: try refuse([("--log", log), ("--range", range != nil), ("--height", height != nil)], what)
    case .heatmap: try refuse([("--range", range != nil)], what)
    case .image: break
    }
  }

  private func refuse(_ options: [(name: String, isGiven: Bool)], _ reason: String) throws {
    guard let given = options.first(where: \.isGiven) else { return }
    throw ValidationError("\(reason): leave out \(given.name)")
  }

  /// Holds a size against what can be drawn.
  func checkSize(isPicture: Bool, isJSON: Bool) throws {
    let limits = isJSON ? 1...4096 : isPicture ? 64...16_384 : 20...1000
    for (name, value) in [("--width", width), ("--height", height)] {
      let limits = name == "--height" && !isPicture && !isJSON ? 8...1000 : limits
      if let value, !limits.contains(value) {
        throw ValidationError("\(name) takes \(limits.lowerBound) to \(limits.upperBound) here, not \(value)")
      }
    }
    if isPicture, !isJSON, let width, let height, width * height > PlotOptions.mostDots {
      throw ValidationError("a picture has at most \(TextTable.grouped(PlotOptions.mostDots)) dots")
    }
  }
}
