/// How the lazy parser is to search in a region, and whether it is worth its time.
extension SegmentEncoder {
  /// Whether the lazy parser is to be taken instead of a strategy that takes so little time that even the trial has to be short.
  func isLazyBetter(
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
    if lazy < bits * min(share, Tunables.Trials.surely) { return true }
    // Too near to tell: all of the sample tells.
    guard level != .fast, hasTimeForMore(input), lazy < bits * Tunables.Trials.near,
      choice.bits < Tunables.Trials.nearlyNoise
    else { return false }
    warmUp = counted
    let last = sampleSize - warmUp
    var longer = lazyTrial(input, layout, level, warmUp: last, last: last)
    if layout.atomSize == 8 {
      let options = lazyOptions
      let other = lazyTrial(input, layout, level, warmUp: last, last: last, context: Tunables.Lazy.shortContext)
      if other < longer { longer = other } else { lazyOptions = options }
    }
    lazyOfLongerSample = longer
    return longer < choice.bits * share
  }

  /// Whether of flags and other bytes of few values a search that goes far along its chains is smaller than one that does not, and
  /// than codes and runs: then sets it up. It takes as long as zlib, nearly.
  func isFarBetter(than plain: Choice, _ input: InputBytes, _ layout: ItemLayout) -> Bool {
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
  func chooseContext(
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
    if longer >= bits { lazyOptions = options }
    chooseDepth(input, layout, level, last: last, min(bits, longer))
  }

  /// Lets the lazy parser look for no matches of three bytes, which is up to four times as fast where there are few others, unless
  /// that takes much of what it gains. Returns its bits.
  func chooseHaste(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, last: Int, _ known: Double?
  ) -> Double {
    guard hasTimeForMore(input) else { return known ?? lazyBits }
    let options = lazyOptions
    let bits = known ?? lazyTrial(input, layout, level, warmUp: last, last: last, options: options)
    setHaste(layout)
    let other = lazyTrial(input, layout, level, warmUp: last, last: last, options: lazyOptions)
    if other * (layout.atomSize > 1 ? Tunables.Trials.haste : Tunables.Trials.hasteOfBytes) <= bits { return other }
    // By what the hasty search found, short matches may seem so dear that they are never taken, and stay so: so costs begin anew.
    lazyOptions = options
    lazyParser.begin(input, sample(input, layout), options: options, costs: lazyCosts)
    return bits
  }

  /// Whether a region takes so long that one more trial does not matter.
  func hasTimeForMore(_ input: InputBytes) -> Bool { input.count >= Tunables.Trials.large }

  /// Sets up a search for no matches that are shorter than a context, which passes over most bytes.
  func setHaste(_ layout: ItemLayout) {
    lazyOptions.forgoShortMatches()
    lazyOptions.isAligned = false
    lazyOptions.skips = true
    lazyOptions.context = layout.atomSize > 1 ? Tunables.Lazy.contextOfItems : Tunables.Lazy.shortContext
  }

  /// Lets the lazy parser go farther along its chains where that is worth its time: names out of thousands.
  func chooseDepth(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, last: Int, _ known: Double?
  ) {
    guard level != .fast, hasTimeForMore(input) else { return }
    let options = lazyOptions
    let bits = known ?? lazyTrial(input, layout, level, warmUp: last, last: last, options: options)
    var deeper = options
    deeper.depth = Tunables.Lazy.farDepth
    let far = lazyTrial(input, layout, level, warmUp: last, last: last, options: deeper)
    if far >= bits * Tunables.Trials.farther { lazyOptions = options }
  }

  /// Sets what the lazy parser looks for in bytes that have few matches.
  func setShortContext(_ layout: ItemLayout) {
    lazyOptions.context = Tunables.Lazy.shortContext
    lazyOptions.isHasty = layout.itemSize == 1
  }
}
