internal import ByteIO

/// Compresses one segment at a time; keeps its tables from one to the next.
///
/// ```
/// segment -> regions of like content (ContentRegions)
///         -> for each a strategy, by trials on a sample -> a parse -> blocks -> bits
/// ```
///
/// The stream of a segment refers to nothing outside it, so that segments can be made and read independently.
/// What it does depends on the segment's bytes, the layout and the level only, not on other segments or threads.
final class SegmentEncoder: @unchecked Sendable {
  /// One pool for the process: never more encoders than threads were at work at once.
  static let pool = Pool { SegmentEncoder() }

  private var sequences = Table<PackedSequence>(repeating: PackedSequence(literals: 0), count: 16)
  private let counts = ChunkCounts()
  private lazy var tokens = TokenList(byteCount: 16, counts)
  private var splitter = BlockSplitter()
  private let greedyCosts = CostModel()
  private let itemCosts = CostModel()
  private let optimalCosts = CostModel()
  private let histogram = Histogram()
  private let elementRunTables = ElementRunParser.Tables()
  private lazy var greedyParser = GreedyParser()
  private lazy var itemParser = ItemParser()
  private lazy var optimalParser = OptimalParser()
  /// What the greedy parser looks for in this region.
  private var greedyOptions = ItemLayout.bytes.greedyOptions
  /// What the optimal parser looks for in this region.
  private var searchOptions = ItemLayout.bytes.searchOptions
  private lazy var nearOptimalEncoder = NearOptimalEncoder()
  private let alternative = ScratchBuffer()
  /// What may be smaller than the near-optimal encoder's result, in this region.
  private var rival: Strategy?
  /// What the near-optimal encoder looks for in this region.
  private var nearOptimalOptions = SearchOptions(.bytes)

  /// The bytes in the middle of a region that the strategies are tried on.
  private var sampleSize = 0
  /// Those of them, in the beginning, that are parsed but not counted.
  private var warmUp = 0

  /// Compresses a segment of at least one byte into a buffer, without its ending: see ``BitWriter/End``.
  func encode(
    _ bytes: UnsafeRawBufferPointer, layout: ItemLayout, level: DeflateLevel, into output: ScratchBuffer
  ) throws(FormatError) -> BitWriter.End {
    // No block takes more than its stored form, which has five bytes for every 65,535 and up to seven bits to the next
    // byte; and there is less than one block for every 512 bytes: chunks have 1,024 symbols, except for the last one of
    // each stretch of the near-optimal encoder, which is longer than 4,096 bytes.
    let bound = bytes.count + (bytes.count / 512 + 8) * 6 + 64
    try output.reserve(bound)
    // Safe: the buffer is reserved and used by this call alone; the input is the caller's for its duration.
    var writer = unsafe BitWriter(output.mutableBytes(bound))
    guard let input = unsafe InputBytes(bytes) else { return writer.finish() }
    for range in ContentRegions.cut(input, layout) {
      guard let part = unsafe InputBytes(input.buffer(range)) else { continue }
      try encode(part, layout: layout, level: level, bound: bound, to: &writer)
    }
    return writer.finish()
  }

  private func encode(
    _ input: InputBytes, layout: ItemLayout, level: DeflateLevel, bound: Int, to writer: inout BitWriter
  ) throws(FormatError) {
    let strategy = choose(input, layout, level)
    let isExact = level == .best
    let before = writer
    write(strategy, input, layout, isExact: isExact, to: &writer)
    if strategy == .nearOptimal, let rival {
      // Sometimes the fast strategy is smaller after all, which a sample does not tell.
      try alternative.reserve(bound)
      // Safe: as above.
      var other = unsafe BitWriter(alternative.mutableBytes(bound))
      write(rival, input, layout, isExact: isExact, to: &other)
      if other.totalBits < writer.totalBits - before.totalBits {
        writer = before
        write(rival, input, layout, isExact: isExact, to: &writer)
      }
    }
  }

  private func write(
    _ strategy: Strategy, _ input: InputBytes, _ layout: ItemLayout, isExact: Bool, to writer: inout BitWriter
  ) {
    switch strategy {
    case .nearOptimal: nearOptimalEncoder.encode(input, nearOptimalOptions, to: &writer)
    case .optimal:
      if tokens.capacity < input.count { tokens = TokenList(byteCount: input.count, counts) }
      tokens.clear()
      optimalParser.parse(input, 0..<input.count, options: searchOptions, costs: optimalCosts, into: &tokens)
      splitter.write(tokens, input, isExact: isExact, to: &writer)
    case .elementRuns:
      let runs = ElementRunParser(input, size: layout.atomSize, elementRunTables)
      splitter.write(runs, input, isExact: isExact, to: &writer)
    case .runs, .greedy, .items, .literals:
      let list = parse(strategy, input, 0..<input.count, layout: layout)
      splitter.write(list, input, isExact: isExact, to: &writer)
    }
  }

  /// The parse of a range as sequences.
  private func parse(
    _ strategy: Strategy, _ input: InputBytes, _ range: Range<Int>, layout: ItemLayout
  ) -> SequenceList {
    let capacity = SequenceList.capacity(for: range.count)
    if sequences.count < capacity {
      sequences = Table<PackedSequence>(repeating: PackedSequence(literals: 0), count: capacity)
    }
    var list = SequenceList(sequences.view, counts)
    switch strategy {
    case .runs: RunParser.parse(input, range, distance: layout.atomDistance, into: &list)
    case .greedy: greedyParser.parse(input, range, options: greedyOptions, costs: greedyCosts, into: &list)
    case .items:
      if let options = layout.itemParserOptions {
        itemParser.parse(input, range, options: options, costs: itemCosts, into: &list)
      } else {
        list.finish(literals: range.count)
      }
    case .literals, .elementRuns, .optimal, .nearOptimal: list.finish(literals: range.count)
    }
    return list
  }

  private func sample(_ input: InputBytes, _ layout: ItemLayout) -> Range<Int> {
    guard input.count > 2 * sampleSize else { return 0..<input.count }
    // At an item's start and a multiple of 64, so that offsets within items mean the same.
    let step = 64 * min(layout.itemSize, 4096)
    let start = (input.count - sampleSize) / 2
    let aligned = start - start % step
    return aligned..<aligned + sampleSize
  }

  /// Where in a sample counting begins.
  private func countedStart(_ range: Range<Int>) -> Int {
    range.count == sampleSize ? range.lowerBound + warmUp : range.lowerBound
  }

  /// The bits a byte that a strategy takes for the sample without its beginning. For those that go by costs this
  /// learns the costs too, and what to look for.
  private func trial(
    _ strategy: Strategy, _ input: InputBytes, _ layout: ItemLayout, level: DeflateLevel
  ) -> Double {
    let range = sample(input, layout)
    if strategy == .greedy || strategy == .items {
      (strategy == .greedy ? greedyCosts : itemCosts).initialize(input, range, itemDistance: layout.atomDistance)
      if strategy == .greedy {
        greedyOptions = layout.greedyOptions
        greedyParser.beginLearning()
      }
      _ = parse(strategy, input, range, layout: layout)
      if strategy == .greedy {
        let minGain = level == .fast ? Tunables.Greedy.minGainOfFast : Tunables.Greedy.minGain
        greedyOptions = greedyParser.worthwhile(greedyOptions, of: range.count, minGain: minGain)
      }
    }
    let list = parse(strategy, input, range, layout: layout)
    var first = 0
    var position = range.lowerBound
    while first < list.count, position < countedStart(range) {
      position += list[first].literals + list[first].length
      first += 1
    }
    histogram.clear()
    let counted = range.upperBound - position
    _ = histogram.count(list, first..<list.count, input, at: position)
    return Double(histogram.huffmanBits()) / Double(max(1, counted))
  }

  /// The bits a byte that ``ElementRunParser`` takes for the sample.
  private func elementRunTrial(_ input: InputBytes, _ layout: ItemLayout) -> Double {
    let range = sample(input, layout)
    let counted = countedStart(range)..<range.upperBound
    histogram.clear()
    ElementRunParser(input, size: layout.atomSize, elementRunTables).count(counted, into: histogram)
    return Double(histogram.huffmanBits()) / Double(counted.count)
  }

  /// The bits a byte that a search at some offsets within eight bytes takes for the sample; sets up what is searched
  /// for and the costs.
  private func searchTrial(_ input: InputBytes, _ layout: ItemLayout, offsets: UInt8 = .max) -> Double {
    let range = sample(input, layout)
    if tokens.capacity < range.count { tokens = TokenList(byteCount: range.count, counts) }
    tokens.clear()
    optimalCosts.initialize(input, range, itemDistance: layout.atomDistance)
    searchOptions = layout.searchOptions
    // What the greedy parser found of use.
    searchOptions.probes = greedyOptions.probes.map {
      HashTableMatchFinder.Probe(length: $0.length, offsets: $0.offsets & offsets)
    }
    .filter { $0.offsets != 0 }
    let (stride, one) = (greedyOptions.strideDistance, greedyOptions.repeats ? 1 : 0)
    searchOptions.otherDistances = stride > 0 ? (stride, one) : (one, 0)
    optimalParser.parse(input, range, options: searchOptions, costs: optimalCosts, into: &tokens)
    // The last chunk only, as in the other trials.
    let last = counts.ends.count - 1
    let start = last > 0 ? counts.ends[last - 1].byte : range.lowerBound
    return Double(counts.histogram(last).huffmanBits()) / Double(range.upperBound - start)
  }

  /// The bits a byte that the near-optimal encoder takes for the sample; sets up what it looks for.
  private func nearOptimalTrial(_ input: InputBytes, _ layout: ItemLayout) -> Double {
    let range = sample(input, layout)
    let (options, bits) = nearOptimalEncoder.learn(input, range, countedFrom: countedStart(range), layout)
    nearOptimalOptions = options
    return bits
  }

  /// The strategy for a region: the fastest that is nearly as small as the slower ones promise to be. Each is tried on a
  /// sample only where what was tried before leaves it something to gain; the thresholds are those of ``Tunables/Trials``.
  private func choose(_ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel) -> Strategy {
    guard input.count >= 64 else { return .runs }
    (sampleSize, warmUp) = level == .best ? Tunables.Trials.sampleOfBest : Tunables.Trials.sample
    let literals = trial(.literals, input, layout, level: level)
    var runs = trial(.runs, input, layout, level: level)
    var plain = Strategy.runs
    if layout.atomSize == 4 || layout.atomSize == 8 {
      let elementRuns = elementRunTrial(input, layout)
      // It takes half the time.
      if elementRuns < runs * Tunables.Trials.elementRuns { (plain, runs) = (.elementRuns, elementRuns) }
    }
    let best = runs <= literals * Tunables.Trials.runs ? (plain, runs) : (Strategy.literals, literals)
    if level == .best { return chooseOfBest(input, layout, plain: (plain, runs), best: best) }
    let enough = level == .fast ? Tunables.Trials.enoughRunsOfFast : Tunables.Trials.enoughRuns
    // Where runs are most of what there is, even the trial of a search would cost more than it could gain.
    if runs < literals * enough { return plain }
    let greedy = trial(.greedy, input, layout, level: level)
    let worth =
      level == .fast
      ? Tunables.Trials.greedyOfFast : layout.atomSize == 1 ? Tunables.Trials.greedyOfBytes : Tunables.Trials.greedy
    if greedy >= best.1 * worth { return best.0 }
    return level == .fast ? .greedy : chooseSearch(input, layout, greedy: greedy, runs: runs)
  }

  /// The strategy of ``DeflateLevel/best``, where the best of the fast ones is known.
  private func chooseOfBest(
    _ input: InputBytes, _ layout: ItemLayout, plain: (Strategy, bits: Double), best: (Strategy, bits: Double)
  ) -> Strategy {
    // Little more than one run.
    if plain.bits < Tunables.Trials.oneRun { return plain.0 }
    let nearOptimal = nearOptimalTrial(input, layout)
    rival = best.0 != .literals && nearOptimal > best.bits * Tunables.Trials.rival ? best.0 : nil
    return nearOptimal < best.bits * Tunables.Trials.nearOptimal ? .nearOptimal : best.0
  }

  /// The strategy of ``DeflateLevel/default`` where the greedy parser is worth its time.
  private func chooseSearch(_ input: InputBytes, _ layout: ItemLayout, greedy: Double, runs: Double) -> Strategy {
    var best = (Strategy.greedy, greedy)
    if layout.itemParserOptions != nil, greedy < runs * Tunables.Trials.itemsNeedGain {
      let items = trial(.items, input, layout, level: .default)
      if items < best.1 * Tunables.Trials.items { best = (.items, items) }
    }
    guard best.0 == .greedy else { return best.0 }
    if layout.atomSize == 2 {
      // From one high byte to the next is mostly enough.
      var optimal = searchTrial(input, layout, offsets: 0xAA)
      if optimal > best.1 * Tunables.Trials.optimalAtHighBytes { optimal = searchTrial(input, layout) }
      if optimal < best.1 * Tunables.Trials.optimal { return .optimal }
    } else if greedy < runs * Tunables.Trials.optimalNeedsGain {
      if searchTrial(input, layout) < best.1 * Tunables.Trials.optimal { return .optimal }
    }
    return best.0
  }
}
