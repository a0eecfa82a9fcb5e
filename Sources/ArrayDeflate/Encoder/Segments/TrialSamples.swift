/// The parts of a region on which strategies are tried: in several places, since what is in the middle of an array often says
/// little of its ends.
struct TrialSamples {
  /// A part that is parsed, whose symbols count from some position on: what comes before fills tables.
  struct Sample {
    var range: Range<Int>
    var counted: Int
  }

  var samples: [Sample] = []
  /// Whether the only sample is the whole region.
  var isWhole = true

  init() {}

  init(_ input: InputBytes, _ layout: ItemLayout, isBest: Bool) {
    let isSmall = input.count < Tunables.Trials.small
    let (size, warmUp) =
      isBest ? Tunables.Trials.sampleOfBest : isSmall ? Tunables.Trials.sampleOfSmall : Tunables.Trials.sample
    guard input.count > size + size / 4 else {
      samples = [Sample(range: 0..<input.count, counted: 0)]
      return
    }
    isWhole = false
    let places = isBest ? 1 : max(1, min(Tunables.Trials.places, input.count / (6 * size)))
    // At an item's start and a multiple of 64, so that offsets within items mean the same.
    let step = 64 * min(layout.itemSize, 4096)
    for place in 0..<places {
      let start = (input.count - size) * (2 * place + 1) / (2 * places)
      let aligned = start - start % step
      samples.append(Sample(range: aligned..<aligned + size, counted: aligned + warmUp))
    }
  }

  /// The one in the middle, from which is learnt.
  var middle: Sample { samples[samples.count / 2] }
}
