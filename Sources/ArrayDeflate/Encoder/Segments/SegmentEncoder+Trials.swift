/// The choice of a strategy for a region, by what each takes for a sample of it.
extension SegmentEncoder {
  /// Where the strategies are tried in a region.
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

  /// The bits a byte of what was counted.
  private func bits(ofBytes count: Int) -> Double {
    Double(code.symbolBits(histogram)) / Double(max(1, count))
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
    var (first, position) = (0, range.lowerBound)
    // Literals and runs have nothing to warm up, and literals come in long sequences.
    if strategy == .literals || strategy == .runs { position = countedStart(range) }
    let list = parse(strategy, input, position..<range.upperBound, layout: layout)
    while first < list.count, position < countedStart(range) {
      position += list[first].literals + list[first].length
      first += 1
    }
    histogram.clear()
    let counted = range.upperBound - position
    _ = histogram.count(list, first..<list.count, input, at: position)
    return bits(ofBytes: counted)
  }

  /// The bits a byte that the lazy parser takes for the last bytes of the sample; what comes before them it knows, but does not
  /// parse. Learns its costs.
  private func lazyTrial(
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
  private func elementRunTrial(_ input: InputBytes, _ layout: ItemLayout) -> Double {
    let range = sample(input, layout)
    let counted = countedStart(range)..<range.upperBound
    histogram.clear()
    ElementRunParser(input, size: layout.atomSize, elementRunTables).count(counted, into: histogram)
    return bits(ofBytes: counted.count)
  }

  /// The bits a byte that the item parser takes for the sample with items of some size; infinite where they are too different
  /// from each other. Sets up what it looks for and learns its costs.
  private func itemTrial(_ input: InputBytes, _ layout: ItemLayout, size: Int) -> Double {
    let contexts = itemParser.contexts(input, sample(input, layout), size: size)
    if contexts.isEmpty { return .infinity }
    itemOptions = layout.itemParserOptions(size: size, contexts: contexts)
    return trial(.items, input, layout, level: .default)
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
    return Double(code.symbolBits(counts.histogram(last))) / Double(range.upperBound - start)
  }

  /// The bits a byte that the near-optimal encoder takes for the sample; sets up what it looks for.
  private func nearOptimalTrial(_ input: InputBytes, _ layout: ItemLayout) -> Double {
    let range = sample(input, layout)
    let (options, bits) = nearOptimalEncoder.learn(input, range, countedFrom: countedStart(range), layout)
    nearOptimalOptions = options
    return bits
  }

  /// What is best so far.
  private struct Choice {
    var strategy: Strategy
    /// Its bits a byte.
    var bits: Double
  }

  /// Codes and runs only: what takes hardly any time.
  private func plainChoice(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel
  ) -> (literals: Double, runs: Choice) {
    let literals = trial(.literals, input, layout, level: level)
    runDistance = layout.atomDistance
    var runs = Choice(strategy: .runs, bits: trial(.runs, input, layout, level: level))
    // Of what is small the difference in time is less than the trial takes.
    if layout.atomSize == 4 || layout.atomSize == 8, input.count > Tunables.Trials.small {
      let bits = elementRunTrial(input, layout)
      // It takes half the time.
      if bits < runs.bits * Tunables.Trials.elementRuns { runs = Choice(strategy: .elementRuns, bits: bits) }
    }
    if layout.atomDistance > 1, runs.bits < Tunables.Trials.fewBits, runs.bits >= Tunables.Trials.oneRun {
      // Mostly zeros, whatever an item is: the distance 1 has no extra bits.
      runDistance = 1
      let bits = trial(.runs, input, layout, level: level)
      if bits < runs.bits { runs = Choice(strategy: .runs, bits: bits) } else { runDistance = layout.atomDistance }
    }
    return (literals, runs)
  }

  /// The strategy for a region: the fastest that is nearly as small as the slower ones promise to be. Each is tried on a
  /// sample only where what was tried before leaves it something to gain; the thresholds are those of ``Tunables/Trials``.
  /// What no strategy was made for is left to the lazy parser, which finds whatever there is in the window.
  func choose(_ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel) -> Strategy {
    runDistance = layout.atomDistance
    (parsed, rival, isOneRun) = (nil, nil, false)
    (hasLongMatches, hasLongPeriod) = (false, false)
    lazyOfLongerSample = nil
    guard input.count >= 16 else { return .runs }
    if level == .best { return chooseOfBest(input, layout) }
    if input.count <= Tunables.Trials.small { return chooseOfSmall(input, layout, level) }
    (sampleSize, warmUp) = Tunables.Trials.sample
    let (literals, runs) = plainChoice(input, layout, level)
    let plain =
      runs.bits <= literals * Tunables.Trials.runs ? runs : Choice(strategy: .literals, bits: literals)
    isOneRun = runs.bits < Tunables.Trials.oneRun
    if isOneRun { return runs.strategy }
    var lazy: Double?
    let last = sampleSize - warmUp
    if let size = layout.itemParserSizes.first, size != layout.atomSize {
      // Whole strings and records out of a few.
      let items = itemTrial(input, layout, size: size)
      if items < plain.bits * Tunables.Trials.items {
        let bits = lazyTrial(input, layout, level, warmUp: last, last: last)
        if items < bits { return .items }
        lazy = bits
      }
    }
    let isFast = level == .fast
    let share = isFast ? Tunables.Trials.lazyOfFast : Tunables.Trials.lazy
    if !isFast, layout.atomSize == 1, plain.bits < Tunables.Trials.fewValues, isFarBetter(than: plain, input, layout) {
      return .lazy
    }
    let hasMatches = isLazyBetter(than: plain, share, input, layout, level)
    // Where runs are most of what there is, even the trial of a search would cost more than it could gain.
    if runs.bits < literals * Tunables.Trials.enoughRuns {
      if hasMatches, !isFast { chooseContext(input, layout, level, last: last, lazy) }
      return hasMatches ? .lazy : runs.strategy
    }
    if isFast, hasMatches, layout.atomSize == 1, lazyBits >= Tunables.Trials.fewMatches {
      setHaste(layout)
      return .lazy
    }
    let isSlow = layout.atomSize == 1 && !isFast
    // Of bytes the other searches are as slow, and mostly larger, but where records have few matches.
    if isSlow, layout.itemSize == 1 || !hasMatches || lazyBits < Tunables.Trials.fewMatches {
      if hasMatches { chooseContext(input, layout, level, last: last, lazy) }
      return hasMatches ? .lazy : plain.strategy
    }
    if isSlow {
      lazy = lazyTrial(input, layout, level, warmUp: last, last: last, context: Tunables.Lazy.shortContext)
      if hasMatches {
        chooseDepth(input, layout, level, last: last, lazy)
        lazy = min(lazy ?? .infinity, lazyBits)
      }
    }
    var bits = hasMatches ? lazy ?? lazyOfLongerSample ?? lazyTrial(input, layout, level, warmUp: last, last: last) : .infinity
    if hasMatches, !isSlow, !isFast, lazyBits >= Tunables.Trials.fewMatches {
      bits = chooseHaste(input, layout, level, last: last, bits)
    }
    if hasLongMatches { return chooseOfLongMatches(input, layout, level, last: last, lazy: bits) }
    let choice = chooseSearch(input, layout, level, runs: runs, plain: plain)
    return bits < choice.bits * (isSlow ? Tunables.Trials.lazyOfBytes : share) ? .lazy : choice.strategy
  }

  /// The strategy where much is in long matches, which the lazy parser follows faster than others can be tried; but few values,
  /// such as flags, are parsed as items.
  private func chooseOfLongMatches(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, last: Int, lazy: Double
  ) -> Strategy {
    guard lazy >= Tunables.Trials.nearlyOneMatch else { return .lazy }
    let size = layout.atomSize
    if size == 8 || size == 4 && layout.itemSize == 4,
      itemTrial(input, layout, size: size) < lazy * (level == .fast ? Tunables.Trials.itemsOfFast : Tunables.Trials.items)
    {
      return .items
    }
    if level == .fast { return .lazy }
    chooseContext(input, layout, level, last: last, lazy)
    return .lazy
  }

  /// The strategy for what takes less time to compress than trials would: the lazy parser, whose trial is its parse, unless it finds
  /// next to nothing, or runs are smaller.
  private func chooseOfSmall(_ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel) -> Strategy {
    histogram.clear()
    histogram.count(input, literals: 0..<input.count)
    let literals = code.blockBits(histogram)
    lazyOptions = layout.lazyOptions.forSmall(level)
    var runs = Double.infinity
    if literals < Double(input.count) * Tunables.Lazy.fewBits {
      lazyOptions.forgoShortMatches()
      if layout.atomSize >= 4 { lazyOptions.context = Tunables.Lazy.longContext }
      let list = parse(.runs, input, 0..<input.count, layout: layout)
      otherHistogram.clear()
      _ = otherHistogram.count(list, 0..<list.count, input, at: 0)
      runs = code.blockBits(otherHistogram)
      if list.count <= input.count / DeflateAlphabet.maxMatch + 2,
        (0..<list.count).reduce(0, { $0 + list[$1].literals }) <= 2 * layout.atomDistance
      {
        // One run, which nothing is smaller than; of one byte, the distance 1 has no extra bits.
        if input.matchLength(1, 0, limit: input.count - 1) == input.count - 1 { runDistance = 1 }
        return .runs
      }
    } else {
      lazyOptions.skips = literals >= Double(input.count) * Tunables.Lazy.manyBits
      if literals < Double(input.count) * Tunables.Lazy.someBits {
        lazyOptions.forgoShortMatches()
        lazyOptions.context = Tunables.Lazy.shortContext
      }
    }
    if input.count <= Tunables.Lazy.smallest { lazyOptions.depth = min(lazyOptions.depth, Tunables.Lazy.depthOfSmallest) }
    lazyCosts.initialize(histogram, count: input.count, itemDistance: lazyOptions.itemDistance)
    parsed = parse(.lazy, input, 0..<input.count, after: 0, layout: layout)
    histogram.set(counts)
    let bits = code.blockBits(histogram)
    lazyBits = bits / Double(input.count)
    if bits < min(literals, runs) * Tunables.Trials.lazyOfSmall { return .lazy }
    parsed = nil
    return runs < literals ? .runs : .literals
  }

  /// Whether the lazy parser is to be taken instead of a strategy that takes so little time that even the trial has to be short.
  private func isLazyBetter(
    than choice: Choice, _ share: Double, _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel
  ) -> Bool {
    let counted = warmUp
    defer { warmUp = counted }
    warmUp = sampleSize - Tunables.Trials.lazySample
    let bits =
      choice.strategy == .elementRuns
      ? elementRunTrial(input, layout) : trial(choice.strategy, input, layout, level: level)
    let lazy = lazyTrial(
      input, layout, level, warmUp: Tunables.Trials.lazyWarmUp, last: Tunables.Trials.lazySample)
    if lazy < bits * share { return true }
    // Too near to tell: all of the sample tells.
    guard level != .fast, lazy < bits * Tunables.Trials.near, choice.bits < Tunables.Trials.nearlyNoise else { return false }
    warmUp = counted
    let last = sampleSize - warmUp
    var longer = lazyTrial(input, layout, level, warmUp: last, last: last)
    if layout.atomSize == 8 {
      let options = lazyOptions
      let other = lazyTrial(input, layout, level, warmUp: last, last: last, context: Tunables.Lazy.shortContext)
      if other < longer { longer = other } else { restore(options, input, layout) }
    }
    lazyOfLongerSample = longer
    return longer < choice.bits * share
  }

  /// Whether of flags and other bytes of few values a search that goes far along its chains is smaller than one that does not, and
  /// than codes and runs: then sets it up. It takes as long as zlib, nearly.
  private func isFarBetter(than plain: Choice, _ input: InputBytes, _ layout: ItemLayout) -> Bool {
    var options = layout.lazyOptions.forSmall(.default)
    options.forgoShortMatches()
    let last = sampleSize - warmUp
    func trial(_ options: LazyParser.Options?) -> Double {
      lazyTrial(input, layout, .default, warmUp: last, last: last, options: options)
    }
    let far = trial(options) / Tunables.Trials.far
    guard far < plain.bits, far < trial(nil) else { return false }
    lazyOptions = options
    return true
  }

  /// Chooses the context by which the lazy parser chains positions, by what its last trial took: a shorter one of bytes that have
  /// few matches, a longer one if that is smaller where they have many: what its chains do not hold is not compared in vain.
  ///
  /// - Parameter known: The bits that it takes for the last bytes of the sample, if they are known.
  private func chooseContext(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, last: Int, _ known: Double?
  ) {
    if lazyBits >= Tunables.Trials.fewMatches {
      if layout.atomSize == 1 { setShortContext(layout) }
      let bits = chooseHaste(input, layout, level, last: last, nil)
      if layout.atomSize == 1, layout.itemSize > 1, lazyOptions.hasShortMatches {
        chooseDepth(input, layout, level, last: last, bits)
      }
      return
    }
    if lazyBits < Tunables.Trials.nearlyOneMatch { return }
    let bits = known ?? lazyTrial(input, layout, level, warmUp: last, last: last)
    let options = lazyOptions
    let longer = lazyTrial(input, layout, level, warmUp: last, last: last, context: Tunables.Lazy.longContext)
    if longer >= bits { restore(options, input, layout) }
    chooseDepth(input, layout, level, last: last, min(bits, longer))
  }

  /// Lets the lazy parser look for no matches of three bytes, which is up to four times as fast where there are few others, unless
  /// that takes much of what it gains. Returns its bits.
  private func chooseHaste(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, last: Int, _ known: Double?
  ) -> Double {
    let options = lazyOptions
    let bits = known ?? lazyTrial(input, layout, level, warmUp: last, last: last, options: options)
    setHaste(layout)
    let other = lazyTrial(input, layout, level, warmUp: last, last: last, options: lazyOptions)
    if other * (layout.atomSize > 1 ? Tunables.Trials.haste : Tunables.Trials.hasteOfBytes) <= bits { return other }
    restore(options, input, layout)
    return bits
  }

  /// Goes back to options that were tried before. By what another search found, what this one finds may seem so dear that it is never
  /// taken, and stays so: so the costs begin anew.
  private func restore(_ options: LazyParser.Options, _ input: InputBytes, _ layout: ItemLayout) {
    lazyOptions = options
    lazyParser.begin(input, sample(input, layout), options: options, costs: lazyCosts)
  }

  /// Sets up a search for no matches that are shorter than a context, which passes over most bytes.
  private func setHaste(_ layout: ItemLayout) {
    lazyOptions.forgoShortMatches()
    lazyOptions.isAligned = false
    lazyOptions.skips = true
    lazyOptions.context = layout.atomSize > 1 ? Tunables.Lazy.contextOfItems : Tunables.Lazy.shortContext
  }

  /// Lets the lazy parser go farther along its chains where that is worth its time: names out of thousands.
  private func chooseDepth(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, last: Int, _ known: Double?
  ) {
    if level == .fast { return }
    let options = lazyOptions
    let bits = known ?? lazyTrial(input, layout, level, warmUp: last, last: last, options: options)
    var deeper = options
    deeper.depth = Tunables.Lazy.farDepth
    let far = lazyTrial(input, layout, level, warmUp: last, last: last, options: deeper)
    if far >= bits * Tunables.Trials.farther { restore(options, input, layout) }
  }

  /// Sets what the lazy parser looks for in bytes that have few matches.
  private func setShortContext(_ layout: ItemLayout) {
    lazyOptions.context = Tunables.Lazy.shortContext
    lazyOptions.isHasty = layout.itemSize == 1
  }

  /// The best of the strategies that are made for arrays of certain kinds.
  private func chooseSearch(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, runs: Choice, plain: Choice
  ) -> Choice {
    let greedy = trial(.greedy, input, layout, level: level)
    let worth = level == .fast ? Tunables.Trials.greedyOfFast : Tunables.Trials.greedy
    if greedy >= plain.bits * worth { return plain }
    let choice = Choice(strategy: .greedy, bits: greedy)
    return chooseSearch(input, layout, level, greedy: choice, runs: runs)
  }

  /// The strategy of ``DeflateLevel/default`` where the greedy parser is worth its time.
  private func chooseSearch(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, greedy: Choice, runs: Choice
  ) -> Choice {
    var choice = greedy
    if let size = layout.itemParserSizes.last, size == layout.atomSize,
      greedy.bits < runs.bits * Tunables.Trials.itemsNeedGain
    {
      let items = itemTrial(input, layout, size: size)
      let worth = level == .fast ? Tunables.Trials.itemsOfFast : Tunables.Trials.items
      if items < greedy.bits * worth { choice = Choice(strategy: .items, bits: items) }
      if items < greedy.bits * Tunables.Trials.manyItems { return choice }
    }
    if level == .fast { return choice }
    if layout.atomSize == 2 {
      // From one high byte to the next is mostly enough.
      var optimal = searchTrial(input, layout, offsets: 0xAA)
      if optimal > greedy.bits * Tunables.Trials.optimalAtHighBytes { optimal = searchTrial(input, layout) }
      if optimal < choice.bits * Tunables.Trials.optimal { return Choice(strategy: .optimal, bits: optimal) }
    } else if greedy.bits < runs.bits * Tunables.Trials.optimalNeedsGain {
      let optimal = searchTrial(input, layout)
      if optimal < choice.bits * Tunables.Trials.optimal { return Choice(strategy: .optimal, bits: optimal) }
    }
    return choice
  }

  /// The strategy of ``DeflateLevel/best``: the near-optimal encoder, unless hardly anything is left; and as its rival that of
  /// ``DeflateLevel/default``, than which nothing may be larger.
  private func chooseOfBest(_ input: InputBytes, _ layout: ItemLayout) -> Strategy {
    let fast = choose(input, layout, .default)
    if isOneRun || fast == .lazy && lazyBits < Tunables.Trials.oneMatch { return fast }
    // Bytes at random.
    if fast == .literals && lazyBits > Tunables.Trials.noise { return fast }
    rival = fast
    if input.count <= Tunables.Trials.small { return .nearOptimalSmall }
    (sampleSize, warmUp) = Tunables.Trials.sampleOfBest
    let nearOptimal = nearOptimalTrial(input, layout)
    switch fast {
    case .literals, .runs:
      return nearOptimal < trial(fast, input, layout, level: .best) * Tunables.Trials.nearOptimal ? .nearOptimal : fast
    case .elementRuns:
      return nearOptimal < elementRunTrial(input, layout) * Tunables.Trials.nearOptimal ? .nearOptimal : fast
    default: return .nearOptimal
    }
  }
}
