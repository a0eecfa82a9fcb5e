/// Cuts a segment where its parts are so unlike that what is learnt from a sample of one would not serve the others: a
/// picture with an empty margin, an array that has been filled in part.
enum ContentRegions {
  /// About as many bytes as are taken for alike.
  private static let part = 128 << 10
  /// The bytes of each part that are looked at: fewer than half of it.
  private static let probe = 4096
  /// By how much the shares of bytes that repeat those one number before may differ.
  private static let tolerance = 0.25

  /// The ranges of a segment that are to be compressed each by a strategy of its own: mostly one.
  static func cut(_ input: InputBytes, _ layout: ItemLayout) -> [Range<Int>] {
    // At an item's start, as samples begin.
    let step = 64 * min(layout.itemSize, 4096)
    // Whole steps to each side of its middle: what lies a number's distance before the first middle is there, too.
    let part = (ContentRegions.part + 2 * step - 1) / (2 * step) * (2 * step)
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
      if parts > 0, abs(share - mean) > tolerance {
        let border = border(input, before, mean, middle, share, step, distance)
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

  /// Where the bytes between two places stop being like those at the first and begin to be like those at the second.
  private static func border(
    _ input: InputBytes, _ first: Int, _ firstShare: Double, _ second: Int, _ secondShare: Double, _ step: Int,
    _ distance: Int
  ) -> Int {
    var (first, second) = (first, second)
    while second - first > max(probe, 2 * step) {
      let middle = first + (second - first) / 2 / step * step
      let share = repeated(input, middle, distance)
      if abs(share - firstShare) < abs(share - secondShare) { first = middle } else { second = middle }
    }
    return second
  }

  /// The share of the bytes from a place on that are the same as those at a distance before.
  private static func repeated(_ input: InputBytes, _ start: Int, _ distance: Int) -> Double {
    let low = 0x7F7F_7F7F_7F7F_7F7F as UInt64
    var changed = 0
    for position in stride(from: start, to: start + probe, by: 8) {
      let difference = input.load64(position) ^ input.load64(position - distance)
      // The highest bit of each byte that is not zero.
      changed += ((difference & low &+ low | difference) & ~low).nonzeroBitCount
    }
    return 1 - Double(changed) / Double(probe)
  }
}
