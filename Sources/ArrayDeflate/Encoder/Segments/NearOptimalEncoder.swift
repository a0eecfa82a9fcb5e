internal import ByteIO

/// Encodes near-optimally: every match is known, every length of it weighed, and costs come from the codes themselves. The
/// encoder of ``DeflateLevel/best``, of the kind of zopfli, LZMA's normal mode and libdeflate's levels 10 to 12.
///
/// ```
/// find   all matches of a stretch of input, kept for several parses        (BinaryTreeMatchFinder, MatchCache)
/// parse  the cheapest path, window by window by the costs of the last one  (MinimumCostPath, CostModel)
/// merge  chunks of symbols to blocks                                       (BlockMerger)
/// write  each block, parsed once more by its codes' lengths where the costs did not fit it
/// ```
///
/// ## Costs without iteration
/// Costs follow from what is chosen, and what is chosen from the costs. zopfli and libdeflate iterate over each block; here a
/// window of 64 KiB is parsed by the costs of the window before, with the first by those of the sample. Afterwards each block is
/// compared with its own code: where its path costs hardly more by the costs it was chosen by than its own code would take, a
/// second parse by the code's lengths gains nothing (ids are not a byte larger without it). Where there is much to choose from
/// it is worth 0.1% even at a difference of 0.05%: hence two thresholds, ``Tunables/NearOptimal/waste``.
///
/// ## What is searched
/// ``learn(_:_:countedFrom:_:)`` finds out in a sample at which offsets of an item matches are worth searching for and how long
/// they are. Fewer candidates may even be better: where a match may begin at any byte of an item the same is said in four
/// ways, each of which has a code (int32 of few values: 2.8% smaller with matches at the first two bytes only).
///
/// ## Cost
/// 2 to 50 MB/s a core; a third to a half is search, a quarter path. Memory: about 25 MB.
///
/// ## Tried and rejected
/// One set of costs for a MiB and another parse of each block by its own: larger (series 0.4%, labels 0.3%) and slower.
final class NearOptimalEncoder {
  let tree = BinaryTreeMatchFinder()
  var cache = MatchCache()
  var filtered = MatchCache()
  let path = MinimumCostPath()
  let costs = CostModel()
  let histogram = Histogram()
  let code = BlockCode()
  /// What was chosen in a sample when it was last measured, and what with the options that were learnt.
  let (measured, learnt) = (Histogram(), Histogram())
  private let merger = BlockMerger()
  /// Whether what is compressed is a small input, all of it at once.
  private var isSmall = false
  /// The symbols of a chunk.
  private var chunkSymbols = Tunables.NearOptimal.chunkSymbols
  private let writer = BlockWriter()
  private let counts = ChunkCounts()

  static let smoothing = Tunables.NearOptimal.smoothing

  /// Compresses a segment by options that were learnt from it.
  ///
  /// - Throws: ``FormatError`` with code `cancelled`: a segment takes up to seconds.
  func encode(_ input: InputBytes, _ options: SearchOptions, to out: inout BitWriter) throws(FormatError) {
    tree.clear(at: 0, count: input.count)
    costs.set(learnt, smoothing: NearOptimalEncoder.smoothing)
    var position = 0
    while position < input.count {
      let context = SearchContext(input: input, range: position..<input.count, origin: 0, options: options)
      let end = tree.find(context, into: cache) { !isCancelled }
      try checkWhetherWanted()
      try encodeFound(input, position..<end, to: &out)
      // The next stretch begins with the costs of the last block.
      costs.set(histogram, smoothing: NearOptimalEncoder.smoothing)
      position = end
    }
  }

  /// Compresses a small input: matches of any distance at any position, those at bytes that are always the same derived, with costs
  /// that begin with what a parse of all chose, or with none where there is little to choose from. (With one more it takes .05% less,
  /// and a tenth longer. With no match derived numbers take 1.3 to 10 times as long, and up to 1% less at 16 KB.)
  ///
  /// - Throws: ``FormatError`` with code `cancelled`.
  func encodeSmall(_ input: InputBytes, _ layout: ItemLayout, to out: inout BitWriter) throws(FormatError) {
    var options = SearchOptions(layout)
    options.derive(input, 0..<input.count)
    options = options.anywhere
    options.depth = Tunables.BinaryTree.depthOfSmall
    options.forgoRareRuns(input, 0..<input.count)
    options.hasShortTable = tree.deepens(input, 0..<input.count, options)
    tree.clear(at: 0, count: input.count)
    let context = SearchContext(input: input, range: 0..<input.count, origin: 0, options: options)
    let end = tree.find(context, into: cache)
    let smoothing = NearOptimalEncoder.smoothing
    let hasFew = Int(cache.ends.view[end]) * Tunables.NearOptimal.fewMatches < end
    // Half of what is not short tells as much.
    let part = end > Tunables.NearOptimal.wholeToLearn ? end / 2 : end
    let evenness = Tunables.NearOptimal.evenness
    begin(input, 0..<part, options, smoothings: hasFew ? [] : [smoothing], evenness: evenness)
    if end == input.count {
      setChunks(of: end, learntFrom: part, hasLearnt: !hasFew)
      defer { setUsualChunks() }
      let hasMany = Int(cache.ends.view[end]) >= end
      let rounds = hasMany ? Tunables.NearOptimal.roundsOfMany : Tunables.NearOptimal.rounds
      return try encodeFound(input, 0..<end, rounds: hasFew ? 1 : rounds, to: &out)
    }
    // More matches than there is memory for.
    learnt.copy(histogram)
    try encode(input, options, to: &out)
  }

  /// Sets how a small input is cut into chunks: so many, by what a parse of a part of it chose. The smallest are one block: to find out
  /// that takes a tenth of their time.
  private func setChunks(of count: Int, learntFrom part: Int, hasLearnt: Bool) {
    guard hasLearnt, count > Tunables.NearOptimal.smallest else { return }
    isSmall = true
    merger.headerBits = Tunables.Blocks.mergerHeaderBitsOfSmall
    let symbols = (0..<DeflateAlphabet.literalCount).reduce(0) { $0 + Int(histogram.literals[$1]) } * count / part
    let wanted = symbols / Tunables.NearOptimal.chunksOfSmall
    chunkSymbols = max(Tunables.NearOptimal.leastChunk, min(Tunables.NearOptimal.chunkSymbols, wanted))
  }

  private func setUsualChunks() {
    isSmall = false
    merger.headerBits = Tunables.Blocks.mergerHeaderBits
    chunkSymbols = Tunables.NearOptimal.chunkSymbols
  }

  /// Compresses a stretch whose matches have been found; blocks that the costs did not fit are parsed again in some rounds.
  private func encodeFound(
    _ input: InputBytes, _ range: Range<Int>, rounds: Int = 1, to out: inout BitWriter
  ) throws(FormatError) {
    try parse(input, from: range.lowerBound, count: range.count)
    let hasLittle = Int(cache.ends.view[range.count]) * 3 < range.count * 2
    for block in merger.blocks {
      try checkWhetherWanted()
      write(block, of: input, from: range.lowerBound, hasLittle: hasLittle, rounds: rounds, to: &out)
    }
  }

  /// Chooses a path window by window, each by the costs of the one before, and cuts it into chunks of symbols and those
  /// into blocks.
  private func parse(_ input: InputBytes, from start: Int, count: Int) throws(FormatError) {
    merger.clear()
    var first = 0
    while first < count {
      try checkWhetherWanted()
      let end = min(count, first + Tunables.NearOptimal.costWindow)
      choose(first..<end, of: input, from: start)
      histogram.clear()
      while first < end {
        first = merger.add(from: first) { chunk in
          let next = path.count(first..<end, symbols: chunkSymbols, into: chunk)
          histogram.add(chunk)
          return (next, path.price(first..<next))
        }
      }
      costs.set(histogram, smoothing: NearOptimalEncoder.smoothing)
    }
    merger.join()
    if isSmall { merger.joinByCodes() }
  }

  private var isCancelled: Bool { ByteProgress.current?.isCancelled == true }

  /// - Throws: ``FormatError`` with code `cancelled`: who writes the segments knows the name of the file.
  private func checkWhetherWanted() throws(FormatError) {
    if isCancelled { throw FormatError(.cancelled, "cancelled") }
  }

  /// Chooses the cheapest path by the costs as they are.
  func choose(_ range: Range<Int>, of input: InputBytes, from start: Int) {
    path.choose(range, of: input, from: start, matches: cache, costs: costs)
  }

  private func write(
    _ block: BlockMerger.Block, of input: InputBytes, from start: Int, hasLittle: Bool, rounds: Int,
    to out: inout BitWriter
  ) {
    let waste = hasLittle ? Tunables.NearOptimal.wasteOfLittle : Tunables.NearOptimal.waste
    histogram.copy(block.histogram)
    costs.set(histogram, smoothing: NearOptimalEncoder.smoothing)
    let fitting = costs.bits(histogram)
    let coded = costs.setCodes(histogram)
    if coded > fitting * Tunables.NearOptimal.coarse, histogram.hasRareMatches {
      chooseByCoarseCodes(block, of: input, from: start, coded)
    } else if block.price - fitting > waste * fitting {
      _ = chooseAgain(block, of: input, from: start, coded, rounds: rounds)
    }
    let made = path.gather(block.bytes, into: histogram)
    let list = TokenList(path.table, count: made, counts)
    let bytes = start + block.bytes.lowerBound..<start + block.bytes.upperBound
    writer.write(
      list, symbols: block.bytes.lowerBound..<made, of: input, bytes: bytes, histogram: histogram, to: &out)
  }

  /// Parses a block by its code's lengths, which are set and lead to some bits, and again as long as that gains, up to some
  /// rounds. Returns the bits that the last parse but one leads to.
  private func chooseAgain(
    _ block: BlockMerger.Block, of input: InputBytes, from start: Int, _ coded: Float, rounds: Int
  ) -> Float {
    choose(block.bytes, of: input, from: start)
    var bits = coded
    for _ in 1..<max(1, rounds) {
      path.tally(block.bytes, into: histogram)
      let fewer = costs.setCodes(histogram)
      if bits - fewer < Tunables.NearOptimal.gain * fewer { return fewer }
      bits = fewer
      choose(block.bytes, of: input, from: start)
    }
    return bits
  }

  /// The same where codes are coarse and most is literals: among bases what seemed too dear by entropy may be free in whole bits. So what has not
  /// been used is tried as well, at a price at which it may be.
  private func chooseByCoarseCodes(_ block: BlockMerger.Block, of input: InputBytes, from start: Int, _ coded: Float) {
    costs.makeUnusedCheaper(histogram)
    choose(block.bytes, of: input, from: start)
    path.tally(block.bytes, into: histogram)
    let rounds = Tunables.NearOptimal.coarseRounds
    let bits = chooseAgain(block, of: input, from: start, costs.setCodes(histogram), rounds: rounds)
    if bits <= coded { return }
    // In vain.
    histogram.copy(block.histogram)
    _ = costs.setCodes(histogram)
    choose(block.bytes, of: input, from: start)
  }
}
