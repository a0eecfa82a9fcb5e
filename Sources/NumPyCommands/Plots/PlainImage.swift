import ArgumentParser
import ByteIO
import NumPyIO
import Plotting

/// An array as an image of its own size: a dot for each element, and nothing around it.
struct PlainImage {
  private let width: Int
  private let height: Int
  private let channels: Int
  /// A byte for each channel of each dot, row by row from the top.
  private let pixels: [UInt8]
  private let palette: [RGB]
  /// Which dots have no number: they are transparent. Empty if all have.
  private let gaps: [Bool]

  /// The most dots of an image.
  private static let mostDots = 1 << 28

  init(_ array: LazyArray, _ options: PlotOptions) throws {
    let (shape, isChannelFirst) = try PlainImage.layout(array.shape, array.name)
    (height, width, channels) = (shape[0], shape[1], shape[2])
    guard width > 0, height > 0, width <= PlainImage.mostDots / height else {
      throw FormatError(
        .limitExceeded, "an image has 1 to \(TextTable.grouped(PlainImage.mostDots)) dots, not \(height) x \(width)",
        file: array.name)
    }
    guard channels == 1 || options.cmap == nil else {
      throw ValidationError("an image of \(channels) channels has colours of its own: leave out --cmap")
    }
    var values = try array.read().requireValues()
    if isChannelFirst { values = try values.reshaped([channels, height, width]).transposed([1, 2, 0]) }
    (pixels, gaps) = try PlainImage.bytes(values, channels: channels, array.name, options)
    palette = channels == 1 ? (0..<256).map { (options.cmap ?? .gray).color(Double($0) / 255) } : []
  }

  /// Height, width and channels of a shape, and whether the channels come first, as in PyTorch.
  private static func layout(_ given: [Int], _ name: String) throws -> (shape: [Int], isChannelFirst: Bool) {
    let channels = [1, 3, 4]
    var shape = given
    // Axes of length 1 in front do not count.
    while shape.count > 3, shape[0] == 1 { shape.removeFirst() }
    if shape.count == 2 { return (shape + [1], false) }
    if shape.count == 3, channels.contains(shape[2]) { return (shape, false) }
    if shape.count == 3, channels.contains(shape[0]) { return ([shape[1], shape[2], shape[0]], true) }
    throw FormatError(
      .badArgument,
      "an image has the shape (h, w) or (h, w, 1, 3 or 4), not \(Layout.describe(given)): choose a part of it",
      file: name)
  }

  private static func bytes(
    _ array: AnyNDArray, channels: Int, _ name: String, _ options: PlotOptions
  ) throws -> (pixels: [UInt8], gaps: [Bool]) {
    let (low, high) = try options.resolvedRange
    switch array.dtype.kind {
    case .unsignedInteger where array.dtype.itemSize == 1 && low == nil && high == nil:
      return (array.bytes, [])
    case .bool where low == nil && high == nil:
      return (array.bytes.map { $0 == 0 ? 0 : 255 }, [])
    case .bool, .signedInteger, .unsignedInteger, .float: break
    default:
      throw FormatError(.unsupported, "an image is made of numbers, not of \(array.dtype)", file: name)
    }
    let numbers = try NDArray<Double>(array.asType(.float64)).elements
    var (least, most) = (Double.infinity, -Double.infinity)
    for number in numbers where number.isFinite { (least, most) = (min(least, number), max(most, number)) }
    let (start, end) = (low ?? least, high ?? most)
    let pixels = numbers.map { level($0, start, end) }
    guard numbers.contains(where: \.isNaN) else { return (pixels, []) }
    return (
      pixels,
      stride(from: 0, to: numbers.count, by: channels).map { dot in
        numbers[dot..<(dot + channels)].contains(where: \.isNaN)
      }
    )
  }

  /// The level of a number between two limits, from 0 to 255. These may lie farther apart than there are doubles.
  private static func level(_ number: Double, _ low: Double, _ high: Double) -> UInt8 {
    guard high > low, number > low else { return 0 }
    guard number < high else { return 255 }
    let share = (high - low).isFinite ? (number - low) / (high - low) : (number / 2 - low / 2) / (high / 2 - low / 2)
    return UInt8((share * 255).rounded())
  }

  func write(to sink: any ByteSink) throws(FormatError) {
    guard gaps.isEmpty else {
      return try PNGEncoder.write(dotsWithGaps(), width: width, height: height, layout: .rgba, palette: [], to: sink)
    }
    let layout: PNGEncoder.Layout = channels == 1 ? .palette : channels == 3 ? .rgb : .rgba
    try PNGEncoder.write(pixels, width: width, height: height, layout: layout, palette: palette, to: sink)
  }

  /// Red, green, blue and opacity of each dot.
  private func dotsWithGaps() -> [UInt8] {
    var dots: [UInt8] = []
    dots.reserveCapacity(4 * gaps.count)
    for (place, isGap) in gaps.enumerated() {
      let dot = pixels[(place * channels)..<((place + 1) * channels)]
      if isGap {
        dots += [0, 0, 0, 0]
      } else if channels == 1, let level = dot.first {
        let color = palette[Int(level)]
        dots += [color.red, color.green, color.blue, 255]
      } else {
        dots += channels == 3 ? dot + [255] : dot
      }
    }
    return dots
  }
}
