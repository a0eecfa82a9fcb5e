import ArgumentParser
import ArrayBytes
import ArraySummaries
import ByteIO
import NumPyIO
import Plotting

struct PlotCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "plot", _superCommandName: "npy",
    abstract: "Draw an array: in the terminal, or as a PNG or SVG file.",
    discussion: """
      One axis is drawn as a line, two as a heat map, (h, w, 3 or 4) of uint8 as an image, more as a histogram of all
      values; --kind chooses. Axes of length 1 do not count. Arrays of any size are gone through in bounded memory:
      of many values a line shows the smallest and the largest, a heat map the mean. NaNs, and what is masked, are counted
      and shown apart.
      Of complex numbers the magnitudes are drawn. With --json, the numbers of the picture.

      EXAMPLES
        npy plot arr.npy
        npy plot 'volume.npy[40]'
        npy plot --kind hist --bins 50 --log arr.npz:x -o hist.svg
        npy plot photo.npy --graphics blocks
        npy plot --image photo.npy -o photo.png
        npy plot run.npy --field temperature --range 0,100 -o run.png
      """)

  @Argument(help: "The array.") var address: String
  @Option(
    name: .shortAndLong, help: "The picture to be written, .png or .svg; a dash is standard output, as PNG.",
    completion: .file())
  var output: String?
  @Flag(name: [.customShort("n"), .long], help: "Fail if the picture's file exists, instead of replacing it.")
  var noClobber = false
  @Flag(
    help:
      "Write a plain image (PNG) with a dot for each element: (h, w) as grays, (h, w, 3 or 4) as colours; uint8 as it is, other numbers scaled from the smallest to the largest, or as --range says."
  )
  var image = false
  @OptionGroup var options: PlotOptions
  @Flag(help: "Print the numbers of the picture as JSON.") var json = false
  @OptionGroup(title: "Text") var reading: SourceOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    if json, output != nil {
      throw ValidationError("--json prints the numbers of the picture, --output writes it: leave out one")
    }
    guard !noClobber || output != nil else { throw ValidationError("--no-clobber goes with --output") }
    let format = try output.map(PictureFormat.init(path:))
    try options.checkForm(isFile: output != nil, isJSON: json)
    try options.checkSize(isPicture: output != nil, isJSON: json)
    let probe = TerminalProbe()
    let mode = options.graphics == .auto ? probe.mode : options.graphics
    let source = try Address(address)
    let field = options.field.map { $0.split(separator: ".").map(String.init) } ?? []
    let document = try reading.document(source.path).value(naming: source.member)
    let array =
      try source.withGaps(in: document, fields: field)
      ?? source.item(of: document).array.applying(field.map { .field($0) })
    if image {
      guard let output, format == .png, !json else { throw ValidationError("--image writes a PNG: say -o FILE.png") }
      try options.checkImage()
      let plain = try PlainImage(array, options)
      return try AtomicFile.write(to: StandardStreams.target(output), replacing: !noClobber) {
        (sink: any ByteSink) throws(FormatError) in
        try plain.write(to: sink)
      }
    }
    try array.verify()
    let blocks = try ParallelBlocks(array.blocks(), array.spool)
    let target = json ? .numbers(width: options.width, height: options.height) : target(format, mode, probe)
    let maker = PlotMaker(
      blocks: blocks, options: options, target: target, title: Console.printable(options.title ?? title(source, field)),
      path: source.path)
    let size = blocks.shape.reduce(blocks.dtype.itemSize, &*)
    let plot = try ByteProgress.operation(.reading, source.text, total: size, counting: .source) { try maker.make() }
    try document.warnOfRestOfStream()
    if json {
      let shape = JSONValue.array(blocks.shape.map(JSONValue.int))
      let head: [(key: String, value: JSONValue)] = [
        ("file", .string(source.text)), ("dtype", blocks.dtype.json), ("shape", shape),
      ]
      try Console.print(JSONValue.object(head + plot.json).pretty(depth: 1))
    } else if let output, let format {
      try write(plot, to: output, format)
    } else {
      try show(plot, mode, probe, target)
    }
  }

  private func title(_ source: Address, _ field: [String]) -> String {
    source.text + (field.isEmpty ? "" : " · " + field.joined(separator: "."))
  }

  private func target(_ format: PictureFormat?, _ mode: GraphicsMode, _ probe: TerminalProbe) -> PlotTarget {
    if let format {
      return .picture(
        width: options.width, height: options.height, scale: pictureScale(options.width), isVector: format == .svg)
    }
    switch mode {
    case .kitty, .sixel:
      let (width, height) = graphicsSize(probe)
      return .graphics(width: width, height: height, scale: graphicsScale(probe))
    case .ascii, .blocks, .auto:
      let style = style(mode, probe)
      // Wider than this, a plot is hard to take in; two lines are left for the prompt.
      let width = options.width ?? max(20, min(probe.columns, 120))
      let height = options.height ?? max(8, min(probe.rows - 2, 36, width / 3 + 4))
      return .letters(width: width, height: height, style: style)
    }
  }

  private func style(_ mode: GraphicsMode, _ probe: TerminalProbe) -> TerminalStyle {
    TerminalStyle(isUnicode: mode != .ascii, colors: mode == .ascii ? .none : probe.colors)
  }

  private var pictureSize: Figure.PictureSize {
    Figure.PictureSize(width: options.width, height: options.height, scale: pictureScale(options.width))
  }

  /// Letters of wide pictures are drawn twice as large.
  private func pictureScale(_ width: Int?) -> Int { (width ?? 0) >= 1400 ? 2 : 1 }

  private func write(_ plot: Plot, to path: String, _ format: PictureFormat) throws {
    let theme = (options.theme ?? .light).theme
    let size = pictureSize
    let cells = plot.grid?.picture
    let (width, height) = (cells?.width ?? size.width, cells?.height ?? size.height)
    guard width <= PlotOptions.mostDots / height else {
      throw ValidationError(
        "a picture has at most \(TextTable.grouped(PlotOptions.mostDots)) dots, not \(width) × \(height)")
    }
    switch format {
    case .svg:
      let document = plot.figure.svg(size: size, cells: cells, theme: theme)
      try AtomicFile.write(to: StandardStreams.target(path), replacing: !noClobber) {
        (sink: any ByteSink) throws(FormatError) in
        try sink.write(document)
      }
    case .png:
      let picture = plot.figure.picture(size: size, cells: cells, theme: theme)
      try AtomicFile.write(to: StandardStreams.target(path), replacing: !noClobber) {
        (sink: any ByteSink) throws(FormatError) in
        try PNGEncoder.write(picture, to: sink)
      }
    }
  }

  private func show(_ plot: Plot, _ mode: GraphicsMode, _ probe: TerminalProbe, _ target: PlotTarget) throws {
    let theme = (options.theme ?? (probe.isDark ? .dark : .light)).theme
    switch target {
    case .letters(let width, let height, let style):
      try Console.write(
        plot.figure.letters(width: width, height: height, cells: plot.grid?.letters, style: style, theme: theme))
    default:
      let (width, height) = graphicsSize(probe)
      let size = Figure.PictureSize(width: width, height: height, scale: graphicsScale(probe))
      let picture = plot.figure.picture(size: size, cells: plot.grid?.picture, theme: theme)
      let bytes = mode == .kitty ? try TerminalGraphics.kitty(picture) : TerminalGraphics.sixel(picture)
      let sink = DescriptorSink.standardOutput()
      try sink.write(bytes)
      try sink.flush()
    }
  }

  /// The size of a picture within a terminal: its width, up to 1000 dots of a common screen, and two thirds of that.
  private func graphicsSize(_ probe: TerminalProbe) -> (width: Int, height: Int) {
    let letter = probe.letter ?? (width: 10, height: 20)
    let room = (width: max(20, probe.columns) * letter.width, height: max(8, probe.rows - 2) * letter.height)
    let scale = graphicsScale(probe)
    let width = options.width.map { $0 * letter.width } ?? min(room.width, 1000 * scale)
    let height = options.height.map { $0 * letter.height } ?? min(room.height, width * 3 / 5)
    // What is too large for a picture is cut.
    return (min(max(64, width), 4096), min(max(64, height), 1024))
  }

  /// Screens with letters as high as this have twice as many dots.
  private func graphicsScale(_ probe: TerminalProbe) -> Int { (probe.letter?.height ?? 0) >= 30 ? 2 : 1 }
}

/// The formats of pictures in files.
enum PictureFormat {
  case png, svg

  /// The format that a path's extension says.
  init(path: String) throws {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    switch name.split(separator: ".").last.map({ $0.lowercased() }) {
    case _ where path == "-": self = .png
    case "png" where name.contains("."): self = .png
    case "svg" where name.contains("."): self = .svg
    default: throw ValidationError("pictures are written as .png or .svg, which '\(path)' does not end in")
    }
  }
}
