/// The choice of a strategy for ``DeflateLevel/best``.
extension SegmentEncoder {
  /// The near-optimal encoder, unless hardly anything is left; and as its rival the strategy of ``DeflateLevel/default``, if that
  /// may be smaller after all.
  func chooseOfBest(_ input: InputBytes, _ layout: ItemLayout) -> Strategy {
    if input.count <= Tunables.Trials.small, let plain = plainChoiceOfSmall(input, layout) {
      rival = plain
      return .nearOptimalSmall
    }
    let fast = choose(input, layout, .default)
    if isOneRun || fast == .lazy && isOneMatch { return fast }
    // Bytes at random.
    if fast == .literals && lazyBits > Tunables.Trials.noise { return fast }
    if input.count <= Tunables.Trials.small {
      rival = fast
      return .nearOptimalSmall
    }
    (sampleSize, warmUp) = sampleOfBest(input)
    let nearOptimal = nearOptimalTrial(input, layout)
    let known = price(fast, input, layout)
    if [.literals, .runs, .elementRuns].contains(fast) {
      // What takes next to no time is always compared.
      rival = fast
      return nearOptimal < known * Tunables.Trials.nearOptimal ? .nearOptimal : fast
    }
    if nearOptimal > known * Tunables.Trials.surelyNearOptimal { rival = fast }
    return .nearOptimal
  }

  /// Codes or runs, as what a small region is compared with: then the lazy parser, which takes a tenth to a third of the time, need not
  /// tell. `nil` where it may say that nothing is left to search, since nearly all is runs, or noise.
  private func plainChoiceOfSmall(_ input: InputBytes, _ layout: ItemLayout) -> Strategy? {
    histogram.clear()
    histogram.count(input, literals: 0..<input.count)
    let literals = code.blockBits(histogram) / Double(input.count)
    if literals > Tunables.Trials.noise { return nil }
    runDistance = layout.atomDistance
    let list = parse(.runs, input, 0..<input.count, layout: layout)
    otherHistogram.clear()
    _ = otherHistogram.count(list, 0..<list.count, input, at: 0)
    let runs = code.blockBits(otherHistogram) / Double(input.count)
    if runs < Tunables.Trials.fewBits { return nil }
    rivalBits = min(runs, literals) * Double(input.count)
    return runs < literals ? .runs : .literals
  }

  /// Whether nearly all is in matches as long as can be, by the lazy parser's last trial: then there is nothing to weigh, and all
  /// that a search takes is in vain.
  private var isOneMatch: Bool {
    lazyBits < Tunables.Trials.oneMatch || hasLongPeriod && lazyBits < Tunables.Trials.onePeriod
  }

  /// The bytes of the sample, and those that only warm up: a share of a small region, which is searched again anyway.
  private func sampleOfBest(_ input: InputBytes) -> (Int, Int) {
    let (most, _) = Tunables.Trials.sampleOfBest
    let size = max(Tunables.Trials.leastOfBest, min(most, input.count / 6))
    let rounded = size - size % (3 << 10)
    return (rounded, rounded / 3)
  }

  /// The bits a byte that a strategy of ``DeflateLevel/default``, as it has been set up, takes for the sample of `best`.
  private func price(_ strategy: Strategy, _ input: InputBytes, _ layout: ItemLayout) -> Double {
    switch strategy {
    case .lazy:
      return lazyTrial(input, layout, .default, warmUp: warmUp, last: sampleSize - warmUp, options: lazyOptions)
    case .elementRuns: return elementRunTrial(input, layout)
    case .optimal: return optimalTrial(input, layout)
    default: return trial(strategy, input, layout, level: .best)
    }
  }
}
