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
  ///
  /// - Parameter known: The bits of a search that does not, if they are known.
  func isFarBetter(than plain: Choice, _ input: InputBytes, _ layout: ItemLayout, _ known: Double?) -> Bool {
    var options = layout.lazyOptions.forSmall(.default)
    options.forgoShortMatches()
    (options.context, options.depth) = (Tunables.Lazy.longContext, Tunables.Lazy.depthOfFewValues)
    let last = sampleSize - warmUp
    func trial(_ options: LazyParser.Options?) -> Double {
      lazyTrial(input, layout, .default, warmUp: last, last: last, options: options)
    }
    let bits = trial(options)
    let far = bits / Tunables.Trials.far
    guard far < plain.bits, far < known ?? trial(nil) else { return false }
    // Half as far, and no look at the next position: flags of even odds take half of the time, and no more bits.
    var near = options
    (near.depth, near.longMatch) = (Tunables.Lazy.depthOfFewValues / 2, DeflateAlphabet.minMatch)
    (near.isAligned, near.skips) = (false, true)
    if trial(near) > bits * Tunables.Trials.nearOfFewValues { beginAnew(input, layout, options) }
    return true
  }

  /// Chooses how the lazy parser is to search, by what its last trial took: bytes that have few matches by less, if that takes
  /// hardly more bits; where there are many by a longer context, if that is smaller: what its chains do not hold is not compared
  /// in vain.
  ///
  /// - Parameter known: The bits that it takes for the last bytes of the sample, if they are known.
  func chooseContext(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, last: Int, _ known: Double?
  ) {
    if lazyBits >= Tunables.Trials.fewMatches {
      if layout.itemSize == 1, hasTimeForMore(input) { return chooseHurry(input, layout, level, last: last) }
      if layout.atomSize == 1 { setShortContext(layout) }
      let bits = chooseHaste(input, layout, level, last: last, nil)
      if layout.atomSize == 1, layout.itemSize > 1, lazyOptions.hasShortMatches {
        chooseDepth(input, layout, level, last: last, bits)
      }
      return
    }
    if lazyBits < Tunables.Trials.nearlyOneMatch { return }
    var bits = known ?? lazyTrial(input, layout, level, warmUp: last, last: last)
    let options = lazyOptions
    let longer = lazyTrial(input, layout, level, warmUp: last, last: last, context: Tunables.Lazy.longContext)
    if longer >= bits { lazyOptions = options } else { bits = longer }
    // Words and names out of many, of bytes, take .3 to .5% more than a sample tells.
    if layout.atomSize > 1 || bits < Tunables.Trials.longMatches {
      let isText = layout.atomSize == 4 && layout.itemSize > 4
      let worth = isText ? Tunables.Trials.shortMatchesOfText : Tunables.Trials.hardlyMore
      bits = tries(worth, input, layout, level, last: last, bits) { $0.forgoShortMatches() } ?? bits
    }
    bits = chooseSparse(input, layout, level, last: last, bits)
    chooseDepth(input, layout, level, last: last, bits)
  }

  /// Makes fewer positions within matches known where that takes hardly more bits, which it returns.
  private func chooseSparse(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, last: Int, _ bits: Double
  ) -> Double {
    let worth =
      layout.atomSize > 1
      ? Tunables.Trials.sparseOfItems : layout.itemSize > 1 ? Tunables.Trials.sparse : Tunables.Trials.hardlyMore
    return tries(worth, input, layout, level, last: last, bits) { $0.isSparse = true } ?? bits
  }

  /// How bytes by themselves are searched that have few matches: pictures in a hurry, text with care.
  private func chooseHurry(_ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, last: Int) {
    let bits = lazyTrial(input, layout, level, warmUp: last, last: last)
    let hurried = tries(Tunables.Trials.hurry, input, layout, level, last: last, bits) { $0.hurry() }
    guard let hurried else {
      lazyOptions.depth = Tunables.Lazy.depthOfProse
      return
    }
    _ = chooseHaste(input, layout, level, last: last, hurried)
  }

  /// Changes what the lazy parser looks for if that takes no more than so many times the bits that it takes without, which it
  /// returns then.
  private func tries(
    _ worth: Double, _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, last: Int, _ bits: Double,
    _ change: (inout LazyParser.Options) -> Void
  ) -> Double? {
    guard level != .fast, hasTimeForMore(input) else { return nil }
    let options = lazyOptions
    var changed = options
    change(&changed)
    let other = lazyTrial(input, layout, level, warmUp: last, last: last, options: changed)
    if other <= bits * worth { return other }
    beginAnew(input, layout, options)
    return nil
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
    beginAnew(input, layout, options)
    return bits
  }

  /// Takes back what was tried. By what it found, short matches may seem so dear that they are never taken, and stay so: so costs
  /// begin anew.
  func beginAnew(_ input: InputBytes, _ layout: ItemLayout, _ options: LazyParser.Options) {
    lazyOptions = options
    lazyParser.begin(input, sample(input, layout), options: options, costs: lazyCosts)
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

  /// Lets the lazy parser go farther along its chains where that is worth its time, as in names out of thousands, and less far
  /// where that takes hardly more bits.
  func chooseDepth(
    _ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel, last: Int, _ known: Double?
  ) {
    guard level != .fast, hasTimeForMore(input) else { return }
    let bits = known ?? lazyTrial(input, layout, level, warmUp: last, last: last, options: lazyOptions)
    let less = tries(Tunables.Trials.hardlyMore, input, layout, level, last: last, bits) {
      $0.depth = Tunables.Lazy.nearDepth
    }
    if less != nil || triedFar { return }
    if layout.atomSize == 4, layout.itemSize > 4 {
      let less = tries(Tunables.Trials.nearOfText, input, layout, level, last: last, bits) {
        $0.depth = Tunables.Lazy.depthOfText
      }
      if less != nil { return }
    }
    _ = tries(Tunables.Trials.farther, input, layout, level, last: last, bits) { $0.depth = Tunables.Lazy.farDepth }
  }

  /// Sets what the lazy parser looks for in bytes that have few matches.
  func setShortContext(_ layout: ItemLayout) {
    lazyOptions.context = Tunables.Lazy.shortContext
    lazyOptions.isHasty = layout.itemSize == 1
  }
}
