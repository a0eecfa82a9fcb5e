internal import ByteIO

/// Compresses one segment at a time; keeps its tables from one to the next.
///
/// ```
/// segment -> regions of like content (ContentRegions)
///         -> for each a strategy, by trials on a sample -> a parse -> blocks -> bits
/// ```
///
/// The stream of a segment refers to nothing outside it, so that segments can be made and read independently; but where the
/// data has a long period, which each segment would have to begin anew, to the window before. What it does depends on these bytes, the layout and the level only, not on other segments or threads.
final class SegmentEncoder: @unchecked Sendable {
  /// One pool for the process: never more encoders than threads were at work at once.
  static let pool = Pool { SegmentEncoder() }

  private var sequences = Table<PackedSequence>(repeating: PackedSequence(literals: 0), count: 16)
  let counts = ChunkCounts()
  lazy var tokens = TokenList(byteCount: 16, counts)
  private var splitter = BlockSplitter()
  let greedyCosts = CostModel()
  let itemCosts = CostModel()
  let optimalCosts = CostModel()
  let lazyCosts = CostModel()
  let histogram = Histogram()
  let otherHistogram = Histogram()
  let code = BlockCode()
  let elementRunTables = ElementRunParser.Tables()
  lazy var greedyParser = GreedyParser()
  lazy var itemParser = ItemParser()
  lazy var lazyParser = LazyParser()
  lazy var optimalParser = OptimalParser()
  lazy var referenceParser = ReferenceParser()
  /// The distance of runs in this region.
  var runDistance = 1
  /// What the greedy parser looks for in this region.
  var greedyOptions = ItemLayout.bytes.greedyOptions
  /// What the item parser looks for in this region.
  var itemOptions = ItemLayout.bytes.itemParserOptions(size: 4, contexts: [])
  /// What the optimal parser looks for in this region.
  var searchOptions = ItemLayout.bytes.searchOptions
  /// What the lazy parser looks for in this region.
  var lazyOptions = ItemLayout.bytes.lazyOptions
  lazy var nearOptimalEncoder = NearOptimalEncoder()
  private let alternative = ScratchBuffer()
  /// What may be smaller than what was chosen, in this region: at ``DeflateLevel/best`` the choice of ``DeflateLevel/default``.
  var rival: Strategy?
  /// About the bits that it takes, if that is known; else 0.
  var rivalBits = 0.0
  /// What the near-optimal encoder looks for in this region.
  var nearOptimalOptions = SearchOptions(.bytes)

  /// Whether nearly all of the region is in long matches, as the lazy parser's trial had it, and whether it has a long period,
  /// so that to begin without a window would take much of the size.
  var (hasLongMatches, hasLongPeriod) = (false, false)
  /// Whether the region is little more than one run.
  var isOneRun = false
  /// Whether a search that goes far along its chains has been tried.
  var triedFar = false
  /// The bits a byte of the lazy parser's last trial.
  var lazyBits = 0.0
  /// The same of all of the sample, if less did not tell whether it is to be taken.
  var lazyOfLongerSample: Double?
  /// The bits a byte that the lazy parser takes in haste, where that is far more than `fast` may take; else 0.
  var tooManyBits = 0.0
  /// The lazy parser's sequences for the whole region, if they are the last that were made.
  var parsed: SequenceList?
  /// The bytes of a sample, and those of them that are not counted.
  var (sampleSize, warmUp) = Tunables.Trials.sample

  /// Compresses a segment of at least one byte into a buffer, without its ending: see ``BitWriter/End``.
  ///
  /// - Parameters:
  ///   - bytes: The segment, and what comes before it.
  ///   - windowCount: How many bytes come before the segment, to which it may refer.
  /// - Returns: Where it ends, and whether it refers to what comes before.
  func encode(
    _ bytes: UnsafeRawBufferPointer, after windowCount: Int = 0, layout: ItemLayout, level: DeflateLevel,
    into output: ScratchBuffer
  ) throws(FormatError) -> (end: BitWriter.End, refersBack: Bool) {
    // No block takes more than its stored form, which has five bytes for every 65,535 and up to seven bits to the next
    // byte; and there is less than one block for every 128 bytes, and eight: chunks have so many symbols in small inputs, and 1,024 in
    // others, except for the last one of each stretch of the near-optimal encoder, which is longer than 4,096 bytes.
    let bound = bytes.count + (bytes.count / Tunables.NearOptimal.leastChunk + 8) * 6 + 64
    try output.reserve(bound)
    // Safe: the buffer is reserved and used by this call alone; the input is the caller's for its duration.
    var writer = unsafe BitWriter(output.mutableBytes(bound))
    var refersBack = false
    guard let whole = unsafe InputBytes(bytes), let input = unsafe InputBytes(whole.buffer(windowCount..<bytes.count))
    else { return (writer.finish(), false) }
    for range in ContentRegions.cut(input, layout) {
      guard let part = unsafe InputBytes(input.buffer(range)) else { continue }
      let strategy = choose(part, layout, level)
      if strategy == .lazy, tooManyBits > 0 { searchFarther(part, layout) }
      let begins = range.lowerBound == 0 && windowCount > 0
      if begins, strategy == .lazy, hasLongPeriod,
        let input = unsafe InputBytes(whole.buffer(0..<windowCount + range.upperBound))
      {
        refersBack = true
        let list = parse(.lazy, input, windowCount..<input.count, after: 0, layout: layout)
        splitter.write(list, input, from: windowCount, to: &writer)
      } else {
        try encode(part, by: strategy, layout: layout, level: level, bound: bound, to: &writer)
      }
    }
    return (writer.finish(), refersBack)
  }

  private func encode(
    _ input: InputBytes, by strategy: Strategy, layout: ItemLayout, level: DeflateLevel, bound: Int,
    to writer: inout BitWriter
  ) throws(FormatError) {
    let isExact = level == .best
    let before = writer
    try write(strategy, input, layout, isExact: isExact, to: &writer)
    let made = writer.totalBits - before.totalBits
    if let rival, rival != strategy, rivalBits <= Double(made) {
      // Sometimes the fast strategy is smaller after all, which a sample does not tell.
      try alternative.reserve(bound)
      // Safe: the buffer is reserved and used by this call alone.
      var other = unsafe before.alternative(alternative.mutableBytes(bound))
      try write(rival, input, layout, isExact: false, to: &other)
      if other.totalBits < writer.totalBits - before.position * 8 {
        writer = before
        writer.take(other)
      }
    }
  }

  private func write(
    _ strategy: Strategy, _ input: InputBytes, _ layout: ItemLayout, isExact: Bool, to writer: inout BitWriter
  ) throws(FormatError) {
    switch strategy {
    case .nearOptimal: try nearOptimalEncoder.encode(input, nearOptimalOptions, to: &writer)
    case .nearOptimalSmall: try nearOptimalEncoder.encodeSmall(input, layout, to: &writer)
    case .optimal:
      if tokens.capacity < input.count { tokens = TokenList(byteCount: input.count, counts) }
      tokens.clear()
      optimalParser.parse(input, 0..<input.count, options: searchOptions, costs: optimalCosts, into: &tokens)
      splitter.write(tokens, input, isExact: isExact, to: &writer)
    case .elementRuns:
      let runs = ElementRunParser(input, size: layout.atomSize, elementRunTables)
      splitter.write(runs, input, isExact: isExact, to: &writer)
    case .runs, .greedy, .items, .literals, .lazy:
      let list = parsed ?? parse(strategy, input, 0..<input.count, layout: layout)
      splitter.write(list, input, isExact: isExact, to: &writer)
    }
  }

  /// The parse of a range as sequences; the lazy parser may refer to what comes before it, from `origin` on.
  func parse(
    _ strategy: Strategy, _ input: InputBytes, _ range: Range<Int>, after origin: Int? = nil, layout: ItemLayout
  ) -> SequenceList {
    let capacity = SequenceList.capacity(for: range.count)
    if sequences.count < capacity {
      sequences = Table<PackedSequence>(zeros: capacity)
    }
    parsed = nil
    var list = SequenceList(sequences.view, counts)
    switch strategy {
    case .runs: RunParser.parse(input, range, distance: runDistance, into: &list)
    case .greedy: greedyParser.parse(input, range, options: greedyOptions, costs: greedyCosts, into: &list)
    case .items:
      itemParser.parse(input, range, options: itemOptions, costs: itemCosts, into: &list)
    case .lazy:
      lazyParser.parse(
        input, range, origin: origin ?? range.lowerBound, options: lazyOptions, costs: lazyCosts, into: &list)
    case .literals, .elementRuns, .optimal, .nearOptimal, .nearOptimalSmall: list.finish(literals: range.count)
    }
    return list
  }
}
