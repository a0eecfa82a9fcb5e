/// The choice of a strategy for a region, by what each takes for some samples of it.
extension SegmentEncoder {
  /// The bits a byte of some symbols: with their codes' description if they are all that a region has.
  private func bits(ofBytes count: Int) -> Double {
    histogram.codeBits(withHeader: samples.isWhole) / Double(max(1, count))
  }

  /// The bits a byte that a strategy takes for the samples.
  private func price(_ strategy: Strategy, _ input: InputBytes, _ layout: ItemLayout) -> Double {
    histogram.clear()
    var counted = 0
    for sample in samples.samples {
      let end = sample.range.upperBound
      if strategy == .lazy {
        // What comes before a sample has to be known, but not parsed.
        let start = samples.isWhole ? sample.counted : end - Tunables.Trials.lazySample
        let origin = max(0, start - Tunables.Trials.lazyWarmUp)
        let list = parse(strategy, input, start..<end, after: origin, layout: layout)
        _ = histogram.count(list, 0..<list.count, input, at: start)
        counted += end - start
        continue
      }
      let list = parse(strategy, input, sample.range, layout: layout)
      var first = 0
      var position = sample.range.lowerBound
      while first < list.count, position < sample.counted {
        position += list[first].literals + list[first].length
        first += 1
      }
      _ = histogram.count(list, first..<list.count, input, at: position)
      counted += end - position
    }
    return bits(ofBytes: counted)
  }

  /// The bits a byte that ``ElementRunParser`` takes.
  private func elementRunPrice(_ input: InputBytes, _ layout: ItemLayout) -> Double {
    histogram.clear()
    var counted = 0
    for sample in samples.samples {
      let range = sample.counted..<sample.range.upperBound
      ElementRunParser(input, size: layout.atomSize, elementRunTables).count(range, into: histogram)
      counted += range.count
    }
    return bits(ofBytes: counted)
  }

  /// The bits a byte that the greedy parser takes, which learns from a sample what to look for.
  private func greedyPrice(_ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel) -> Double {
    let range = samples.middle.range
    greedyCosts.initialize(input, range, itemDistance: layout.atomDistance)
    greedyOptions = layout.greedyOptions
    greedyParser.beginLearning()
    _ = parse(.greedy, input, range, layout: layout)
    let minGain = level == .fast ? Tunables.Greedy.minGainOfFast : Tunables.Greedy.minGain
    greedyOptions = greedyParser.worthwhile(greedyOptions, of: range.count, minGain: minGain)
    return price(.greedy, input, layout)
  }

  /// The bits a byte that the item parser takes.
  private func itemPrice(_ input: InputBytes, _ layout: ItemLayout) -> Double {
    let range = samples.middle.range
    itemCosts.initialize(input, range, itemDistance: layout.atomDistance)
    _ = parse(.items, input, range, layout: layout)
    return price(.items, input, layout)
  }

  /// The bits a byte that the lazy parser takes.
  private func lazyPrice(_ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel) -> Double {
    lazyOptions = level == .fast ? layout.lazyOptions.faster : layout.lazyOptions
    let sample = samples.middle
    lazyParser.begin(input, sample.range, options: lazyOptions, costs: lazyCosts)
    if !samples.isWhole {
      let end = sample.range.upperBound
      let learnt = end - Tunables.Trials.lazySample..<end
      _ = parse(.lazy, input, learnt, after: max(0, learnt.lowerBound - Tunables.Trials.lazyWarmUp), layout: layout)
    }
    return price(.lazy, input, layout)
  }

  /// The bits a byte that a search at some offsets within eight bytes takes; sets up what is searched for and the costs.
  private func searchPrice(_ input: InputBytes, _ layout: ItemLayout, offsets: UInt8 = .max) -> Double {
    optimalCosts.initialize(input, samples.middle.range, itemDistance: layout.atomDistance)
    searchOptions = layout.searchOptions
    // What the greedy parser found of use.
    searchOptions.probes = greedyOptions.probes.map {
      HashTableMatchFinder.Probe(length: $0.length, offsets: $0.offsets & offsets)
    }
    .filter { $0.offsets != 0 }
    let (stride, one) = (greedyOptions.strideDistance, greedyOptions.repeats ? 1 : 0)
    searchOptions.otherDistances = stride > 0 ? (stride, one) : (one, 0)
    histogram.clear()
    var counted = 0
    for sample in samples.samples {
      if tokens.capacity < sample.range.count { tokens = TokenList(byteCount: sample.range.count, counts) }
      tokens.clear()
      optimalParser.parse(input, sample.range, options: searchOptions, costs: optimalCosts, into: &tokens)
      // Of chunks, those that begin where counting does.
      var start = sample.range.lowerBound
      for (chunk, end) in counts.ends.enumerated() {
        if start >= sample.counted || counts.ends.count == 1 {
          histogram.add(counts.histogram(chunk))
          counted += end.byte - start
        }
        start = end.byte
      }
    }
    return bits(ofBytes: counted)
  }

  /// The bits a byte that the near-optimal encoder takes for the sample; sets up what it looks for.
  private func nearOptimalPrice(_ input: InputBytes, _ layout: ItemLayout) -> Double {
    let sample = samples.middle
    let (options, bits) = nearOptimalEncoder.learn(input, sample.range, countedFrom: sample.counted, layout)
    nearOptimalOptions = options
    return bits
  }

  /// What there is to choose from, and which is best so far. Of strategies that are nearly as small the faster one is taken.
  private struct Choice {
    var strategy: Strategy
    /// Its bits a byte.
    var bits: Double

    /// Takes over a slower strategy if it takes less than a share of the bits.
    mutating func consider(_ other: Strategy, _ bits: Double, share: Double) {
      if bits < self.bits * share { (strategy, self.bits) = (other, bits) }
    }
  }

  /// Codes and runs only: what takes hardly any time.
  private func plainChoice(_ input: InputBytes, _ layout: ItemLayout) -> (runs: Choice, best: Choice) {
    let literals = price(.literals, input, layout)
    runDistance = layout.atomDistance
    var runs = Choice(strategy: .runs, bits: price(.runs, input, layout))
    if layout.atomSize == 4 || layout.atomSize == 8 {
      let bits = elementRunPrice(input, layout)
      if bits < runs.bits * Tunables.Trials.elementRuns { runs = Choice(strategy: .elementRuns, bits: bits) }
    }
    if layout.atomDistance > 1, runs.bits < Tunables.Trials.fewBits {
      // Zeros, whatever an item is: the distance 1 has no extra bits.
      runDistance = 1
      let bits = price(.runs, input, layout)
      if bits < runs.bits { runs = Choice(strategy: .runs, bits: bits) } else { runDistance = layout.atomDistance }
    }
    let isRuns = runs.bits <= literals * Tunables.Trials.runs
    return (runs, isRuns ? runs : Choice(strategy: .literals, bits: literals))
  }

  /// The strategy for a region: the one of which the samples take the fewest bits, the faster one of those that are nearly
  /// alike. The lazy parser is the measure: it finds whatever there is, which the others must nearly reach to be taken.
  func choose(_ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel) -> Strategy {
    samples = TrialSamples(input, layout, isBest: level == .best)
    runDistance = layout.atomDistance
    guard input.count >= 64 else { return .runs }
    let (runs, plain) = plainChoice(input, layout)
    if level == .best { return chooseOfBest(input, layout, plain: plain) }
    if runs.bits < Tunables.Trials.oneRun { return runs.strategy }
    let isFast = level == .fast
    let lazy = lazyPrice(input, layout, level)
    var choice = plain
    // As good as any search: zlib's is a lazy one.
    if choice.bits <= lazy * (isFast ? Tunables.Trials.enoughOfFast : Tunables.Trials.enough) { return choice.strategy }
    // A small array is compressed twice by the lazy parser before the others would have been tried.
    if lazy < Tunables.Trials.longMatches || input.count < Tunables.Trials.small / 4 {
      choice.consider(.lazy, lazy, share: Tunables.Trials.greedy)
      return choice.strategy
    }
    let greedy = greedyPrice(input, layout, level)
    choice.consider(.greedy, greedy, share: isFast ? Tunables.Trials.greedyOfFast : Tunables.Trials.greedy)
    if isFast {
      if choice.bits > lazy * Tunables.Trials.enoughOfFast { choice = Choice(strategy: .lazy, bits: lazy) }
      return choice.strategy
    }
    if layout.itemParserOptions != nil {
      choice.consider(.items, itemPrice(input, layout), share: Tunables.Trials.items)
    }
    choice.consider(.lazy, lazy, share: Tunables.Trials.lazy)
    // Where runs are nearly all that there is, a search over all bytes would not gain what it costs; nor where a match may begin
    // at any byte, unless it is rarely looked for.
    guard layout.atomSize == 2 || layout.atomSize > 2 && greedy < runs.bits * Tunables.Trials.optimalNeedsGain
    else { return choice.strategy }
    if layout.atomSize == 2 {
      // From one high byte to the next is mostly enough.
      var optimal = searchPrice(input, layout, offsets: 0xAA)
      if optimal > choice.bits * Tunables.Trials.optimalAtHighBytes { optimal = searchPrice(input, layout) }
      choice.consider(.optimal, optimal, share: Tunables.Trials.optimal)
    } else {
      choice.consider(.optimal, searchPrice(input, layout), share: Tunables.Trials.optimal)
    }
    return choice.strategy
  }

  /// The strategy of ``DeflateLevel/best``, where the best of the fast ones is known.
  private func chooseOfBest(_ input: InputBytes, _ layout: ItemLayout, plain: Choice) -> Strategy {
    var fast = plain
    fast.consider(.lazy, lazyPrice(input, layout, .best), share: 1)
    // Little more than one run.
    if fast.bits < Tunables.Trials.oneRun { return fast.strategy }
    let nearOptimal = nearOptimalPrice(input, layout)
    let isDoubtful = fast.strategy != .literals && nearOptimal > fast.bits * Tunables.Trials.rival
    rival = isDoubtful ? fast.strategy : nil
    return nearOptimal < fast.bits * Tunables.Trials.nearOptimal ? .nearOptimal : fast.strategy
  }
}
