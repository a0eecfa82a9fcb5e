extension GreedyParser {
  /// What is looked for.
  struct Options {
    /// The distance of one item.
    var itemDistance: Int
    /// Another distance of the layout (a row, a string), or 0 for none.
    var strideDistance: Int
    /// Whether runs of one byte are looked for.
    var repeats: Bool
    /// The contexts, from the shortest to the longest.
    var probes: [Probe]
  }

  /// The probes as the inner loop has them.
  struct ProbeSet {
    let one: UInt8
    let two: UInt8
    let three: UInt8
    let four: UInt8
    /// The offsets of any of them, eight times over.
    let any: UInt64
    let shiftOne: UInt64
    let shiftTwo: UInt64
    let shiftThree: UInt64
    let shiftFour: UInt64
    let lengthFour: Int

    init(_ probes: [Probe]) {
      func probe(_ index: Int) -> Probe { index < probes.count ? probes[index] : Probe(length: 8, offsets: 0) }
      (one, two, three, four) = (probe(0).offsets, probe(1).offsets, probe(2).offsets, probe(3).offsets)
      any = UInt64(one | two | three | four) &* 0x0101_0101_0101_0101
      func shift(_ index: Int) -> UInt64 { UInt64(64 - 8 * min(8, probe(index).length)) }
      (shiftOne, shiftTwo, shiftThree, shiftFour) = (shift(0), shift(1), shift(2), shift(3))
      lengthFour = probe(3).length
    }
  }

  /// Adds up from now on what each context saves, until ``worthwhile(_:of:minGain:)``.
  func beginLearning() {
    gains.view.fill(0)
    isLearning = true
  }

  /// The options without what saved less than `minGain` of the cost model's units for each position at which it was looked
  /// for, when `byteCount` bytes were parsed.
  func worthwhile(_ options: Options, of byteCount: Int, minGain: Int) -> Options {
    isLearning = false
    var kept = options
    let gains = gains.view
    let bound = Int32(clamping: byteCount / 8 * minGain)
    for index in options.probes.indices {
      for offset in 0..<8 where gains[index * 8 + offset] < bound {
        kept.probes[index].offsets &= ~(1 << UInt8(offset))
      }
    }
    // The other distances are tried wherever a context is.
    let count = Int32(kept.probes.reduce(0 as UInt8) { $0 | $1.offsets }.nonzeroBitCount)
    func total(_ probe: Int) -> Int32 { (0..<8).reduce(0) { $0 + gains[probe * 8 + $1] } }
    if total(GreedyParser.probeCount) < bound * count { kept.strideDistance = 0 }
    if total(GreedyParser.probeCount + 1) < bound * count { kept.repeats = false }
    return kept
  }
}
