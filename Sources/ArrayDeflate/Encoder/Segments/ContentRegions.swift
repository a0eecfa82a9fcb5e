/// Cuts a segment where its parts are so unlike that what is learnt from a sample of one would not serve the others: an image
/// with an empty margin, an array that has been filled in part.
///
/// A sample in the middle tells nothing of the rest there: some numbers among zeros made ``DeflateLevel/default`` 1.8 times
/// zlib's size, and noise among zeros ``DeflateLevel/best`` twice. The share of bytes that repeat those of the item before, in
/// 4 KB of every 128, finds where another kind of data begins; bisection finds the border. It takes hardly any time.
enum ContentRegions {
  private static let probe = Tunables.Regions.probeSize

  /// The regions of a segment, which are compressed each by a strategy of its own: mostly one.
  static func cut(_ input: InputBytes, _ layout: ItemLayout) -> [Range<Int>] {
    // At an item's start, as samples begin.
    let step = 64 * min(layout.itemSize, 4096)
    // Whole steps to each side of its middle: what lies an item's distance before the first middle is there, too.
    let part = (Tunables.Regions.partSize + 2 * step - 1) / (2 * step) * (2 * step)
    let count = input.count / part
    guard count > 1 else { return [0..<input.count] }
    let distance = layout.atomDistance
    var ranges: [Range<Int>] = []
    var start = 0
    var before = 0
    var (mean, parts) = (0.0, 0.0)
    for index in 0..<count {
      let middle = index * part + part / 2
      let share = repeated(input, middle, distance)
      if parts > 0, areUnlike(share, mean) {
        let border = border(
          input, from: (before, mean), to: (middle, share), step: step, distance: distance)
        ranges.append(start..<border)
        start = border
        (mean, parts) = (0, 0)
      }
      parts += 1
      mean += (share - mean) / parts
      before = middle
    }
    return ranges + [start..<input.count]
  }

  /// Whether two shares of repeated bytes are those of different kinds of data.
  private static func areUnlike(_ one: Double, _ two: Double) -> Bool {
    let difference = abs(one - two)
    // Next to nothing changes in one of them, such as in zeros before numbers of which one byte in eight changes.
    return difference > Tunables.Regions.tolerance
      || difference > Tunables.Regions.little && 1 - max(one, two) < difference * Tunables.Regions.nearlyNothing
  }

  /// Where between two positions the bytes stop being like those at the first and begin to be like those at the second.
  private static func border(
    _ input: InputBytes, from lower: (position: Int, share: Double), to upper: (position: Int, share: Double),
    step: Int, distance: Int
  ) -> Int {
    var (first, second) = (lower.position, upper.position)
    while second - first > max(probe, 2 * step) {
      let middle = first + (second - first) / 2 / step * step
      let share = repeated(input, middle, distance)
      if abs(share - lower.share) < abs(share - upper.share) { first = middle } else { second = middle }
    }
    return second
  }

  /// The share of the bytes from a position on that are the same as those at a distance before.
  private static func repeated(_ input: InputBytes, _ start: Int, _ distance: Int) -> Double {
    var changed = 0
    for position in stride(from: start, to: start + probe, by: 8) {
      let difference = input.load64(position) ^ input.load64(position - distance)
      changed += WordBytes.nonzeroByteCount(difference)
    }
    return 1 - Double(changed) / Double(probe)
  }
}
