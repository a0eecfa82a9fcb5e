/// What each strategy takes for a sample of a region.
extension SegmentEncoder {
  /// Where the strategies are tried in a region.
  func sample(_ input: InputBytes, _ layout: ItemLayout) -> Range<Int> {
    guard input.count > 2 * sampleSize else { return 0..<input.count }
    // At an item's start and a multiple of 64, so that offsets within items mean the same.
    let step = 64 * min(layout.itemSize, 4096)
    let start = (input.count - sampleSize) / 2
    let aligned = start - start % step
    return aligned..<aligned + sampleSize
  }

  /// Where in a sample counting begins.
  func countedStart(_ range: Range<Int>) -> Int {
    range.count == sampleSize ? range.lowerBound + warmUp : range.lowerBound
  }

  /// The bits a byte of what was counted.
  func bits(ofBytes count: Int) -> Double {
    Double(code.symbolBits(histogram)) / Double(max(1, count))
  }

  /// The bits a byte that a strategy takes for the sample without its beginning. For those that go by costs this
  /// learns the costs too, and what to look for.
  func trial(
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
    var (first, position) = (0, range.lowerBound)
    // Literals have nothing to warm up, and come in long sequences.
    if strategy == .literals { position = countedStart(range) }
    var list = parse(strategy, input, position..<range.upperBound, layout: layout)
    while first < list.count, position < countedStart(range) {
      position += list[first].literals + list[first].length
      first += 1
    }
    if strategy == .runs, 2 * (range.upperBound - position) < range.upperBound - countedStart(range) {
      // So do literals between runs: of what counts hardly anything would be left.
      (first, position) = (0, countedStart(range))
      list = parse(strategy, input, position..<range.upperBound, layout: layout)
    }
    histogram.clear()
    let counted = range.upperBound - position
    _ = histogram.count(list, first..<list.count, input, at: position)
    return bits(ofBytes: counted)
  }

  /// The bits a byte that the lazy parser takes for the last bytes of the sample; what comes before them it knows, but does not
  /// parse. Learns its costs.
  func lazyTrial(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, warmUp: Int, last: Int,
    context: Int? = nil, options: LazyParser.Options? = nil
  ) -> Double {
    lazyOptions = options ?? (level == .fast ? layout.lazyOptions.faster : layout.lazyOptions)
    if let context { lazyOptions.context = context }
    if context == Tunables.Lazy.shortContext { setShortContext(layout) }
    if context == Tunables.Lazy.longContext, layout.atomSize == 1 {
      lazyOptions.depth = Tunables.Lazy.depthOfLongContext
    }
    let range = last >= input.count ? 0..<input.count : sample(input, layout)
    let counted = max(range.lowerBound, range.upperBound - last)..<range.upperBound
    let origin = max(0, counted.lowerBound - warmUp)
    lazyParser.begin(input, counted, options: lazyOptions, costs: lazyCosts)
    let list = parse(.lazy, input, counted, after: origin, layout: layout)
    parsed = counted == 0..<input.count ? list : nil
    histogram.set(counts)
    let bits = bits(ofBytes: counted.count)
    lazyBits = bits
    hasLongMatches = bits < Tunables.Trials.longMatches
    hasLongPeriod = bits < Tunables.Trials.nearlyOneMatch && histogram.hasLongPeriod
    return bits
  }

  /// The bits a byte that ``ElementRunParser`` takes for the sample.
  func elementRunTrial(_ input: InputBytes, _ layout: ItemLayout) -> Double {
    let range = sample(input, layout)
    let counted = countedStart(range)..<range.upperBound
    histogram.clear()
    ElementRunParser(input, size: layout.atomSize, elementRunTables).count(counted, into: histogram)
    return bits(ofBytes: counted.count)
  }

  /// The bits a byte that the item parser takes for the sample with items of some size; infinite where they are too different
  /// from each other. Sets up what it looks for and learns its costs.
  func itemTrial(_ input: InputBytes, _ layout: ItemLayout, size: Int) -> Double {
    let contexts = itemParser.contexts(input, sample(input, layout), size: size)
    if contexts.isEmpty { return .infinity }
    itemOptions = layout.itemParserOptions(size: size, contexts: contexts)
    return trial(.items, input, layout, level: .default)
  }

  /// The bits a byte that a search at some offsets within eight bytes takes for the sample; sets up what is searched
  /// for and the costs.
  func searchTrial(_ input: InputBytes, _ layout: ItemLayout, offsets: UInt8 = .max) -> Double {
    searchOptions = layout.searchOptions
    // What the greedy parser found of use.
    searchOptions.probes = greedyOptions.probes.map {
      HashTableMatchFinder.Probe(length: $0.length, offsets: $0.offsets & offsets)
    }
    .filter { $0.offsets != 0 }
    let (stride, one) = (greedyOptions.strideDistance, greedyOptions.repeats ? 1 : 0)
    searchOptions.otherDistances = stride > 0 ? (stride, one) : (one, 0)
    return optimalTrial(input, layout)
  }

  /// The bits a byte that the optimal parser takes for the last bytes of the sample, as it has been set up. Learns its costs.
  func optimalTrial(_ input: InputBytes, _ layout: ItemLayout) -> Double {
    let range = sample(input, layout)
    if tokens.capacity < range.count { tokens = TokenList(byteCount: range.count, counts) }
    tokens.clear()
    optimalCosts.initialize(input, range, itemDistance: layout.atomDistance)
    optimalParser.parse(input, range, options: searchOptions, costs: optimalCosts, into: &tokens)
    // The last chunk only, as in the other trials.
    let last = counts.ends.count - 1
    let start = last > 0 ? counts.ends[last - 1].byte : range.lowerBound
    return Double(code.symbolBits(counts.histogram(last))) / Double(range.upperBound - start)
  }

  /// The bits a byte that the near-optimal encoder takes for the sample; sets up what it looks for.
  func nearOptimalTrial(_ input: InputBytes, _ layout: ItemLayout) -> Double {
    let range = sample(input, layout)
    let (options, bits) = nearOptimalEncoder.learn(input, range, countedFrom: countedStart(range), layout)
    nearOptimalOptions = options
    return bits
  }
}
