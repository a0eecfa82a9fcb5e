/// What to search for, learnt from a sample of the segment.
extension NearOptimalEncoder {
  private static let rare = Tunables.NearOptimal.rare
  private static let margin = Tunables.NearOptimal.margin

  /// Learns from a sample what is worth searching for, by what is taken from some position of the sample on.
  ///
  /// - Returns: That, and about the bits a byte that it leads to.
  func learn(_ input: InputBytes, _ range: Range<Int>, countedFrom: Int, _ layout: ItemLayout) -> (
    SearchOptions, bits: Double
  ) {
    var options = SearchOptions(layout)
    options.derive(input, range)
    options.hasShortTable = tree.deepens(input, range, options)
    tree.clear(at: range.lowerBound, count: range.count)
    let end = tree.find(
      SearchContext(input: input, range: range, origin: range.lowerBound, options: options), into: cache)
    let sample = range.lowerBound..<end
    let counted = min(sample.count, max(0, countedFrom - range.lowerBound))
    var bits = measure(input, sample, counted: counted, options)
    learnt.copy(measured)
    options.context = context(sample, counted, options)
    // Where most bytes are always the same there are runs of them, however rare.
    if options.derived.nonzeroBitCount <= 4 { (options.runOffsets, options.hasByteRuns) = usedRuns(sample, options) }
    guard options.grain > 1 else { return (options, bits) }
    let used = usedOffsets(sample, options)
    if let (anywhere, share) = searchAnywhere(input, sample, counted: counted, options) {
      return (anywhere, bits * share)
    }
    if used != options.offsets {
      options.offsets = used
      bits = measure(input, sample, counted: counted, options)
      learnt.copy(measured)
      options.context = context(sample, counted, options)
    }
    // The offsets where items begin and end may be enough, or even better: fewer ways to say the same are used more often.
    let low: UInt8 = options.grain == 8 ? 0x01 : options.grain == 4 ? 0x11 : 0x55
    let first = low, last = low << UInt8(options.grain - 1)
    for pair in [first | first << 1, first | last, last | last >> 1] where pair.nonzeroBitCount < used.nonzeroBitCount {
      var fewer = options
      fewer.offsets = pair
      let less = measure(input, sample, counted: counted, fewer)
      let isEnough = less <= bits * NearOptimalEncoder.margin
      if isEnough, options.offsets == used || less < bits {
        fewer.context = context(sample, counted, fewer)
        (options, bits) = (fewer, less)
        learnt.copy(measured)
      }
    }
    options.derive(input, sample)
    return (options, bits)
  }

  /// The search for matches that begin at any byte, at any distance, if that gains something, and the share of the bits that is left:
  /// not all items repeat as such. Half of the sample tells.
  private func searchAnywhere(
    _ input: InputBytes, _ sample: Range<Int>, counted: Int, _ options: SearchOptions
  ) -> (SearchOptions, share: Double)? {
    let half = sample.lowerBound..<sample.lowerBound + sample.count / 2
    let items = measure(input, half, counted: counted / 2, options)
    swap(&cache, &filtered)
    defer { swap(&cache, &filtered) }
    var anywhere = options.anywhere
    anywhere.hasShortTable = tree.deepens(input, half, anywhere)
    tree.clear(at: half.lowerBound, count: half.count)
    let end = tree.find(
      SearchContext(input: input, range: half, origin: half.lowerBound, options: anywhere), into: cache)
    let bytes = measure(input, half.lowerBound..<end, counted: counted / 2, anywhere)
    guard items > bytes * NearOptimalEncoder.margin else { return nil }
    learnt.copy(measured)
    return (anywhere, bytes / items)
  }

  /// The bits that a byte of a sample takes from the `counted`th on, if only the matches at the options' offsets are used.
  private func measure(
    _ input: InputBytes, _ sample: Range<Int>, counted: Int, _ options: SearchOptions
  ) -> Double {
    let whole = cache
    if options.offsets != .max {
      cache = filtered
      whole.copy(into: filtered, sample, options)
    }
    defer { cache = whole }
    // Where most matches derive from others there are many to weigh, and one round tells enough.
    if options.derived.nonzeroBitCount < 4 {
      begin(input, sample, options)
    } else {
      begin(input, sample, options, smoothings: [NearOptimalEncoder.smoothing])
    }
    choose(0..<sample.count, of: input, from: sample.lowerBound)
    var start = 0
    while start < counted { start += path.table.view[start].length }
    path.tally(start..<sample.count, into: histogram)
    measured.copy(histogram)
    return Double(code.symbolBits(histogram)) / Double(max(1, sample.count - start))
  }

  /// The offsets within eight bytes at which matches that had to be searched for were chosen often enough.
  private func usedOffsets(_ sample: Range<Int>, _ options: SearchOptions) -> UInt8 {
    var used = [Int](repeating: 0, count: 8)
    let symbols = forEachSearched(sample, options) { position, _ in used[position & 7] += 1 }
    var offsets: UInt8 = 0
    for offset in 0..<8 where used[offset] * NearOptimalEncoder.rare >= symbols { offsets |= 1 << UInt8(offset) }
    return offsets
  }

  /// The length that hardly any match is shorter than that was chosen and had to be searched for.
  private func context(_ sample: Range<Int>, _ counted: Int, _ options: SearchOptions) -> Int {
    var (counts, later) = ([Int](repeating: 0, count: 9), [Int](repeating: 0, count: 9))
    let symbols = forEachSearched(sample, options) { position, match in
      counts[min(8, match.length)] += 1
      if position >= sample.lowerBound + counted { later[min(8, match.length)] += 1 }
    }
    func length(_ counts: [Int]) -> Int {
      var length = DeflateAlphabet.minMatch
      var shorter = counts[length]
      while length < 8, shorter * NearOptimalEncoder.rare < symbols {
        length += 1
        shorter += counts[length]
      }
      return length
    }
    // In the beginning matches are shorter than later, which tells little of longer ones: those are of use in other parts.
    return max(length(counts), min(4, length(later)))
  }

  /// The offsets within eight bytes at which enough bytes are in runs, and whether enough are in runs of one byte.
  private func usedRuns(_ sample: Range<Int>, _ options: SearchOptions) -> (offsets: UInt8, hasByteRuns: Bool) {
    var used = [Int](repeating: 0, count: 8)
    var bytes = 0
    path.forEach(0..<sample.count) { index, token in
      if token.symbol <= 256 { return }
      let isItem = token.distance == options.itemDistance
      if isItem || token.distance == 1 { used[(sample.lowerBound + index) & 7] += token.length }
      if !isItem && token.distance == 1 { bytes += token.length }
    }
    var offsets: UInt8 = 0
    for offset in 0..<8 where used[offset] * NearOptimalEncoder.rare >= sample.count { offsets |= 1 << UInt8(offset) }
    return (offsets, bytes * NearOptimalEncoder.rare >= sample.count)
  }

  /// Calls a function for each match that was chosen and had to be searched for, with its position; returns the number of
  /// all symbols.
  private func forEachSearched(
    _ sample: Range<Int>, _ options: SearchOptions, _ body: (_ position: Int, _ match: Token) -> Void
  ) -> Int {
    var symbols = 0
    path.forEach(0..<sample.count) { index, token in
      symbols += 1
      if token.symbol > 256, token.distance != options.itemDistance, token.distance != 1 {
        body(sample.lowerBound + index, token)
      }
    }
    return symbols
  }

  /// Learns the costs from a sample whose matches have been found, in a round for each smoothing.
  func begin(
    _ input: InputBytes, _ range: Range<Int>, _ options: SearchOptions,
    smoothings: [Float] = [3 * NearOptimalEncoder.smoothing, NearOptimalEncoder.smoothing], evenness: Float = 0
  ) {
    costs.initialize(input, range, itemDistance: options.itemDistance, evenness: evenness)
    histogram.clear()
    let distances = histogram.distances
    let itemSlot = DeflateAlphabet.distanceSlot(options.itemDistance)
    for index in 0..<Int(cache.ends.view[range.count]) { distances[cache.matches.view[index].slot] &+= 1 }
    distances[itemSlot] = 0
    costs.setDistancePrior(distances)
    for smoothing in smoothings {
      choose(0..<range.count, of: input, from: range.lowerBound)
      path.tally(0..<range.count, into: histogram)
      costs.set(histogram, smoothing: smoothing)
    }
  }
}
