internal import ByteIO

/// Compresses one segment at a time; keeps its tables from one to the next.
///
/// The stream of a segment refers to nothing outside it, so that segments can be made and read independently.
/// What it does depends on the segment's bytes, the layout and the level only.
final class SegmentEncoder: @unchecked Sendable {
  private var sequences = Table<Sequence64>(repeating: Sequence64(literals: 0), count: 16)
  private var splitter = BlockSplitter()
  private let costs = CostModel()
  private let histogram = Histogram()
  /// The strategy whose costs have been learnt for this segment.
  private var prepared: Strategy?
  private lazy var greedy = GreedyParser()
  private lazy var atoms = AtomParser()
  private lazy var optimal = OptimalParser()
  #if canImport(CNumPyIOLibdeflate)
    private let alternative = ScratchBuffer()
    private var libraries: [Int: LibdeflateEncoder] = [:]
  #endif

  /// The bytes at the middle of a segment that the strategies are tried on.
  private static let sampleSize = 32 << 10
  /// The part of the sample's parse that is not counted: there is little to refer to yet.
  private static let warmUp = 8 << 10

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
    prepared = nil
    let strategy = try choose(input, layout, level)
    if case .library(let depth) = strategy,
      let end = try unsafe encodeByLibrary(bytes, bound, level: depth, into: output)
    {
      return end
    }
    var list = SequenceList(sequences.view)
    prepareCosts(strategy, input, layout, level)
    parse(strategy, input, 0..<input.count, layout, level, &list)
    splitter.write(list, input, to: &writer)
    let end = writer.finish()
    if level == .best, strategy != .literals,
      let smaller = try unsafe stronger(bytes, bound, than: end, output)
    {
      return smaller
    }
    return end
  }

  /// The same segment by libdeflate's strongest level, where that is at hand, if it is smaller than what `output`
  /// holds, which it then replaces.
  private func stronger(
    _ bytes: UnsafeRawBufferPointer, _ bound: Int, than end: BitWriter.End, _ output: ScratchBuffer
  ) throws(FormatError) -> BitWriter.End? {
    #if canImport(CNumPyIOLibdeflate)
      guard let other = try unsafe encodeByLibrary(bytes, bound, level: 12, into: alternative),
        other.position * 8 + other.bitCount < end.position * 8 + end.bitCount
      else { return nil }
      // Safe: both buffers have room for `bound` bytes, and the stream is shorter.
      unsafe output.mutableBytes(bound).copyMemory(from: alternative.bytes(min(bound, other.position + 8)))
      return other
    #else
      return nil
    #endif
  }

  /// Compresses a segment by libdeflate; `nil` if that is not at hand or takes more than `bound` bytes.
  private func encodeByLibrary(
    _ bytes: UnsafeRawBufferPointer, _ bound: Int, level: Int, into output: ScratchBuffer
  ) throws(FormatError) -> BitWriter.End? {
    #if canImport(CNumPyIOLibdeflate)
      try output.reserve(bound)
      return unsafe library(level)?.encode(bytes, into: output.mutableBytes(bound))
    #else
      return nil
    #endif
  }

  #if canImport(CNumPyIOLibdeflate)
    private func library(_ level: Int) -> LibdeflateEncoder? {
      if let known = libraries[level] { return known }
      let made = LibdeflateEncoder(level: level)
      libraries[level] = made
      return made
    }
  #endif

  /// The bits a byte that libdeflate takes for the sample, its beginning left out as in ``trial``.
  private func libraryTrial(_ depth: Int, _ input: InputBytes, _ layout: ItemLayout) throws(FormatError) -> Double {
    #if canImport(CNumPyIOLibdeflate)
      let range = sample(input, layout)
      let room = SegmentEncoder.sampleSize * 3
      try alternative.reserve(room)
      let head = range.lowerBound..<range.lowerBound + SegmentEncoder.warmUp
      guard range.count == SegmentEncoder.sampleSize, let library = library(depth),
        let whole = unsafe library.size(input.buffer(range), using: alternative.mutableBytes(room)),
        let start = unsafe library.size(input.buffer(head), using: alternative.mutableBytes(room))
      else { return .infinity }
      return Double(8 * (whole - start)) / Double(range.count - head.count)
    #else
      return .infinity
    #endif
  }

  private func parse(
    _ strategy: Strategy, _ input: InputBytes, _ range: Range<Int>, _ layout: ItemLayout,
    _ level: DeflateLevel,
    _ list: inout SequenceList
  ) {
    switch strategy {
    case .literals: list.finish(literals: range.count)
    case .runs: RunParser.parse(input, range, distance: layout.atomDistance, into: &list)
    case .greedy:
      greedy.parse(input, range, layout.greedyOptions(lazy: false), costs, memory: 0.5, into: &list)
    case .atoms:
      guard let options = layout.atomOptions else { return list.finish(literals: range.count) }
      atoms.parse(input, range, options, costs, into: &list)
    case .optimal:
      optimal.parse(input, range, layout.optimalOptions(thorough: level == .best), costs, into: &list)
    case .library:
      // The library declined: the greedy parser serves any bytes.
      greedy.parse(input, range, layout.greedyOptions(lazy: false), costs, memory: 0.5, into: &list)
    }
  }

  private func sample(_ input: InputBytes, _ layout: ItemLayout) -> Range<Int> {
    guard input.count > 2 * SegmentEncoder.sampleSize else { return 0..<input.count }
    // At an item's start and a multiple of 64, so that offsets within items mean the same.
    let step = 64 * min(layout.itemSize, 4096)
    let start = (input.count - SegmentEncoder.sampleSize) / 2
    let aligned = start - start % step
    return aligned..<aligned + SegmentEncoder.sampleSize
  }

  /// Learns the costs from the sample, parsed for the purpose: the first guess is far off for most data.
  private func prepareCosts(
    _ strategy: Strategy, _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel
  ) {
    guard strategy == .greedy || strategy == .optimal || strategy == .atoms, prepared != strategy else { return }
    prepared = strategy
    let range = sample(input, layout)
    costs.guess(input, range, itemDistance: layout.atomDistance)
    for _ in 0..<(level == .best ? 2 : 1) {
      var trial = SequenceList(sequences.view)
      parse(strategy, input, range, layout, level, &trial)
    }
  }

  /// The bits that a strategy takes for the sample, its beginning left out.
  private func trial(_ strategy: Strategy, _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel)
    -> Double
  {
    let range = sample(input, layout)
    prepareCosts(strategy, input, layout, level)
    var list = SequenceList(sequences.view)
    parse(strategy, input, range, layout, level, &list)
    var first = 0
    var position = range.lowerBound
    if range.count == SegmentEncoder.sampleSize {
      while first < list.count, position < range.lowerBound + SegmentEncoder.warmUp {
        position += list[first].literals + list[first].length
        first += 1
      }
    }
    histogram.clear()
    let counted = range.upperBound - position
    _ = histogram.count(list, first..<list.count, input, at: position)
    return Double(histogram.huffmanBits()) / Double(max(1, counted))
  }

  /// The strategy for a segment: the fastest that is nearly as small as the slower ones promise to be.
  private func choose(_ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel) throws(FormatError) -> Strategy
  {
    guard input.count >= 64 else { return .runs }
    let literals = trial(.literals, input, layout, level)
    let runs = trial(.runs, input, layout, level)
    var best = runs <= literals * 0.998 ? (Strategy.runs, runs) : (Strategy.literals, literals)
    if level == .best {
      return trial(.optimal, input, layout, level) < best.1 * 0.9995 ? .optimal : best.0
    }
    // Where runs are most of what there is, even the trial of a search would cost more than it could gain.
    if runs < literals * (level == .fast ? 0.75 : 0.3) { return .runs }
    let greedy = trial(.greedy, input, layout, level)
    // Single bytes are searched slowly, since a match may begin anywhere.
    let worth = level == .fast ? 0.88 : layout.atomSize == 1 ? 0.94 : 0.975
    if greedy < best.1 * worth { best = (.greedy, greedy) }
    if level == .fast { return best.0 }
    // The library's quick level costs less than the greedy parser's search; its deeper one must earn its time.
    let quick = try libraryTrial(2, input, layout)
    if quick < best.1 * (best.0 == .greedy ? 1.0 : worth) { best = (.library(level: 2), quick) }
    guard best.0 != .runs, best.0 != .literals else { return best.0 }
    if layout.atomOptions != nil {
      let numbers = trial(.atoms, input, layout, level)
      if numbers < best.1 * 0.98 { best = (.atoms, numbers) }
    }
    let deep = try libraryTrial(6, input, layout)
    if deep < best.1 * 0.94 { best = (.library(level: 6), deep) }
    if quick.isFinite { return best.0 }
    // Without the library. The optimal parser's estimate costs most. It finds what the greedy parser finds, only
    // better: where that gained nothing, it is not worth a try.
    return trial(.optimal, input, layout, level) < best.1 * 0.945 ? .optimal : best.0
  }
}
