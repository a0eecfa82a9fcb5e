internal import ByteIO

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Compresses one segment at a time; keeps its tables from one to the next.
///
/// The stream of a segment refers to nothing outside it, so that segments can be made and read independently.
final class SegmentEncoder: @unchecked Sendable {
  private var sequences = Table<Sequence64>(repeating: Sequence64(literals: 0), count: 16)
  private var splitter = BlockSplitter()
  private let greedy = GreedyParser()
  private let best = OptimalParser()
  private let costs = CostModel()
  static let mode: String = unsafe getenv("DFL_MODE").map { unsafe String(cString: $0) } ?? ""

  /// Compresses a segment of at least one byte into a buffer, without its ending: see ``BitWriter/End``.
  func encode(
    _ bytes: UnsafeRawBufferPointer, layout: ItemLayout, level: DeflateLevel, into output: ScratchBuffer
  ) throws(FormatError) -> BitWriter.End {
    // No block takes more than its stored form, which has five bytes for every 65,535; a block has 8,192
    // symbols at least, or is the last.
    let bound = bytes.count + (bytes.count / 4096 + 4) * 6 + 64
    try output.reserve(bound)
    var writer = unsafe BitWriter(output.mutableBytes(bound))
    guard let input = unsafe InputBytes(bytes) else { return writer.finish() }
    let capacity = SequenceList.capacity(for: input.count)
    if sequences.count < capacity {
      sequences = Table<Sequence64>(repeating: Sequence64(literals: 0), count: capacity)
    }
    var list = SequenceList(sequences.view)
    parse(input, layout, level, &list)
    splitter.write(list, input, to: &writer)
    return writer.finish()
  }

  private func parse(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, _ list: inout SequenceList
  ) {
    switch SegmentEncoder.mode {
    case "huff":
      list.finish(literals: input.count)
    case "greedy", "lazy", "all", "alllazy":
      let w = layout.atomSize
      var options = GreedyParser.Options(
        itemDistance: min(layout.atomSize, 32_768), strideDistance: 0, short: .none, middle: .none, long: .none,
        lazy: SegmentEncoder.mode.hasSuffix("lazy"))
      if layout.itemSize != layout.atomSize, layout.itemSize <= 32_768 { options.strideDistance = layout.itemSize }
      if let stride = layout.strides.first, stride > 0, stride <= 32_768 { options.strideDistance = stride }
      switch SegmentEncoder.mode.hasPrefix("all") ? 1 : w {
      case 8:
        options.middle = .init(length: 5, wrap: 7, offsets: 1)
        options.long = .init(length: 8, wrap: 7, offsets: 1)
      case 4:
        options.short = .init(length: 3, wrap: 3, offsets: 4)
        options.middle = .init(length: 4, wrap: 3, offsets: 1)
        options.long = .init(length: 8, wrap: 3, offsets: 1)
      case 2:
        options.short = .init(length: 3, wrap: 1, offsets: 2)
        options.middle = .init(length: 4, wrap: 1, offsets: 1)
        options.long = .init(length: 6, wrap: 1, offsets: 1)
      default:
        options.short = .init(length: 3)
        options.middle = .init(length: 4)
        options.long = .init(length: 7)
      }
      let sample = 0..<min(input.count, 49_152)
      costs.guess(input, sample, itemDistance: options.itemDistance)
      for _ in 0..<2 {
        var trial = SequenceList(sequences.view)
        greedy.parse(input, sample, options, costs, memory: 0.5, into: &trial)
      }
      greedy.parse(input, 0..<input.count, options, costs, memory: 0.5, into: &list)
    case "best", "dp":
      let w = layout.atomSize
      var distances = [w, layout.itemSize] + layout.strides + [1]
      distances = distances.enumerated().filter { i, d in
        d >= 1 && d <= 32_768 && !distances[..<i].contains(d)
      }.map(\.element)
      var contexts = [3, 4, 5, 6, 8, 12, 16, 24, 32].map { ContextTables.Context($0) }
      if SegmentEncoder.mode == "dp" {
        switch w {
        case 8:
          contexts = [8, 16, 32].map { ContextTables.Context($0, at: [0], of: 8) }
        case 4:
          contexts =
            [ContextTables.Context(3, at: [2], of: 4)]
            + [4, 8, 16].map { ContextTables.Context($0, at: [0], of: 4) }
        case 2:
          contexts =
            [ContextTables.Context(3, at: [1], of: 2)]
            + [4, 6].map { ContextTables.Context($0, at: [0], of: 2) }
        default: contexts = [3, 4, 6].map { ContextTables.Context($0) }
        }
      }
      var options = OptimalParser.Options(distances: distances, contexts: contexts, passes: 3, nice: 258)
      if SegmentEncoder.mode == "dp" {
        options.passes = 1
        options.nice = 48
      }
      let sample = 0..<min(input.count, 49_152)
      costs.guess(input, sample, itemDistance: min(layout.atomSize, 32_768))
      for _ in 0..<2 {
        var trial = SequenceList(sequences.view)
        best.parse(input, sample, options, costs, into: &trial)
      }
      best.parse(input, 0..<input.count, options, costs, into: &list)
    default:
      RunParser.parse(input, distance: min(layout.itemSize, 32_768), into: &list)
    }
  }
}
