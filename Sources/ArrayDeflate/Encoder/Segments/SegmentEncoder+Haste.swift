/// Variants of the lazy parser in haste, for ``DeflateLevel/fast``, priced against what zlib takes.
extension SegmentEncoder {
  /// Whether a variant in haste takes no more than may be, as the sample has it: then the fastest of those is set up.
  ///
  /// Tried and rejected for ``DeflateLevel/default``: to price zlib and the variants takes a tenth of the time where all of them are
  /// too large, as most are there, and fewer kinds gain than lose.
  func isHasteEnough(_ input: InputBytes, _ layout: ItemLayout, _ level: DeflateLevel) -> Bool {
    guard level == .fast, hasTimeForMore(input), lazyBits >= Tunables.Trials.nearlyOneMatch else { return false }
    let (options, known) = (lazyOptions, lazyBits)
    let (hadLongMatches, hadLongPeriod) = (hasLongMatches, hasLongPeriod)
    let last = sampleSize - warmUp
    let allowed = referenceBits(input, layout) * Tunables.Haste.share
    var best = Double.infinity
    for (index, variant) in layout.lazyVariants.enumerated() {
      if index == Tunables.Haste.enoughToTell, best > allowed * Tunables.Haste.near { break }
      let bits = lazyTrial(input, layout, level, warmUp: last, last: last, options: variant)
      if bits <= allowed { return true }
      best = min(best, bits)
    }
    best = min(best, known)
    if best > allowed * Tunables.Haste.tooMuch { tooManyBits = best }
    beginAnew(input, layout, options)
    (lazyBits, hasLongMatches, hasLongPeriod) = (known, hadLongMatches, hadLongPeriod)
    return false
  }

  /// Searches farther, where the lazy parser was chosen and what it found in haste is far too large, if that gains much.
  func searchFarther(_ input: InputBytes, _ layout: ItemLayout) {
    let (options, last) = (lazyOptions, sampleSize - warmUp)
    let farther = layout.lazyVariant(Tunables.Haste.farSearch)
    let bits = lazyTrial(input, layout, .fast, warmUp: last, last: last, options: farther)
    if bits >= tooManyBits * Tunables.Haste.farther { beginAnew(input, layout, options) }
  }

  /// About the bits a byte that zlib -6 takes for the part of the sample that counts.
  private func referenceBits(_ input: InputBytes, _ layout: ItemLayout) -> Double {
    let range = sample(input, layout)
    let counted = range.upperBound - (sampleSize - warmUp)..<range.upperBound
    referenceParser.count(input, counted, after: range.lowerBound, into: histogram)
    return bits(ofBytes: counted.count)
  }
}

extension ItemLayout {
  /// Variants of the lazy parser, the fastest first.
  fileprivate var lazyVariants: [LazyParser.Options] {
    Tunables.Haste.searches.map(lazyVariant)
  }

  fileprivate func lazyVariant(_ search: Tunables.Haste.Search) -> LazyParser.Options {
    var options = lazyOptions
    (options.context, options.depth, options.longMatch) = (search.context, search.depth, search.longMatch)
    (options.hasShortMatches, options.isHasty) = (search.hasShortMatches, search.hasShortMatches)
    options.isSparse = true
    return options
  }
}
