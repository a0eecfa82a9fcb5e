/// The choice of a strategy for a region, by what each takes for a sample of it.
extension SegmentEncoder {
  /// What is best so far.
  struct Choice {
    var strategy: Strategy
    /// Its bits a byte.
    var bits: Double
  }

  /// Codes and runs only: what takes hardly any time.
  func plainChoice(
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
    (parsed, rival, rivalBits, isOneRun) = (nil, nil, 0, false)
    (hasLongMatches, hasLongPeriod) = (false, false)
    lazyOfLongerSample = nil
    tooManyBits = 0
    guard input.count >= 16 else { return .runs }
    if input.count <= Tunables.Trials.small, let distance = ShortPeriods.whole(input, layout) {
      (runDistance, isOneRun) = (distance, true)
      return .runs
    }
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
    triedFar = !isFast && layout.atomSize == 1 && plain.bits < Tunables.Trials.fewValues
    if triedFar, isFarBetter(than: plain, input, layout, lazy) { return .lazy }
    let hasMatches: Bool
    if let lazy {
      lazyOptions = isFast ? layout.lazyOptions.faster : layout.lazyOptions
      hasMatches = lazy < plain.bits * share
    } else {
      hasMatches = isLazyBetter(than: plain, share, input, layout, level)
    }
    let hasFewRivals = layout.atomSize == 1 || runs.bits < literals * Tunables.Trials.enoughRuns
    if hasMatches, hasFewRivals, isHasteEnough(input, layout, level) { return .lazy }
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
    var bits = Double.infinity
    if hasMatches {
      bits = lazy ?? lazyOfLongerSample ?? lazyTrial(input, layout, level, warmUp: last, last: last)
    }
    if hasMatches, !isSlow, !isFast, lazyBits >= Tunables.Trials.fewMatches {
      bits = chooseHaste(input, layout, level, last: last, bits)
    }
    if hasLongMatches { return chooseOfLongMatches(input, layout, level, last: last, lazy: bits) }
    let choice = chooseSearch(input, layout, level, runs: runs, plain: plain)
    if hasMatches, !hasFewRivals, choice.strategy != .greedy, isHasteEnough(input, layout, level) { return .lazy }
    return bits < choice.bits * (isSlow ? Tunables.Trials.lazyOfBytes : share) ? .lazy : choice.strategy
  }

  /// The strategy where much is in long matches, which the lazy parser follows faster than others can be tried; but few values,
  /// such as flags, are parsed as items.
  func chooseOfLongMatches(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, last: Int, lazy: Double
  ) -> Strategy {
    guard lazy >= Tunables.Trials.nearlyOneMatch else { return .lazy }
    let size = layout.atomSize
    let worth = level == .fast ? Tunables.Trials.itemsOfFast : Tunables.Trials.items
    if size == 8 || size == 4 && layout.itemSize == 4, itemTrial(input, layout, size: size) < lazy * worth {
      return .items
    }
    if isHasteEnough(input, layout, level) || level == .fast { return .lazy }
    chooseContext(input, layout, level, last: last, lazy)
    return .lazy
  }

  /// The strategy for what takes less time to compress than trials would: the lazy parser, whose trial is its parse, unless it finds
  /// next to nothing, or runs are smaller.
  func chooseOfSmall(_ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel) -> Strategy {
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
        isOneRun = true
        return .runs
      }
    } else {
      lazyOptions.skips = literals >= Double(input.count) * Tunables.Lazy.manyBits
      if literals < Double(input.count) * Tunables.Lazy.someBits {
        lazyOptions.forgoShortMatches()
        if input.count <= Tunables.Lazy.smallest { lazyOptions.context = Tunables.Lazy.shortContext }
      }
    }
    if input.count <= Tunables.Lazy.smallest {
      lazyOptions.depth = min(lazyOptions.depth, Tunables.Lazy.depthOfSmallest)
    }
    lazyCosts.initialize(histogram, count: input.count, itemDistance: lazyOptions.itemDistance)
    parsed = parse(.lazy, input, 0..<input.count, after: 0, layout: layout)
    histogram.set(counts)
    let bits = code.blockBits(histogram)
    lazyBits = bits / Double(input.count)
    if bits < min(literals, runs) * Tunables.Trials.lazyOfSmall { return .lazy }
    parsed = nil
    return runs < literals ? .runs : .literals
  }

  /// The best of the strategies that are made for arrays of certain kinds.
  func chooseSearch(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, runs: Choice, plain: Choice
  ) -> Choice {
    let greedy = trial(.greedy, input, layout, level: level)
    let worth = level == .fast ? Tunables.Trials.greedyOfFast : Tunables.Trials.greedy
    if greedy >= plain.bits * worth { return plain }
    let choice = Choice(strategy: .greedy, bits: greedy)
    return chooseSearch(input, layout, level, greedy: choice, runs: runs)
  }

  /// The strategy of ``DeflateLevel/default`` where the greedy parser is worth its time.
  func chooseSearch(
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
}
