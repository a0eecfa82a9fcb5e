/// Finds what is little more than one value or a few in turns, again and again.
///
/// A segment takes 16 bytes for the description of its codes and its end, 1.6% of what a MiB of such data takes: so they are cut
/// into longer segments, which are compressed and read at several GB/s all the same.
enum ShortPeriods {
  private static let probe = 4096

  /// Whether hardly a byte differs from the one a few items before, in probes at many places.
  static func fill(_ input: InputBytes, _ layout: ItemLayout) -> Bool {
    let step = input.count / Tunables.Regions.periodProbes
    guard step > 2 * probe else { return false }
    let distances = candidates(layout)
    for place in 0..<Tunables.Regions.periodProbes {
      // Each in the middle of its part, so that there are bytes before it.
      let start = place * step + step / 2
      if !distances.contains(where: { repeats(input, start, $0) }) { return false }
    }
    return true
  }

  /// The distance at which all of an input repeats from its start on, if there is one: nothing is smaller than that run then.
  static func whole(_ input: InputBytes, _ layout: ItemLayout) -> Int? {
    // One that does not is refused at its first bytes, mostly.
    for atoms in 0...7 {
      let distance = atoms == 0 ? 1 : atoms == 7 ? layout.itemSize : atoms * layout.atomDistance
      guard distance >= 1, distance <= min(Tunables.Regions.longestPeriod, input.count / 2) else { continue }
      let rest = input.count - distance
      if input.matchLength(distance, 0, limit: rest) == rest { return distance }
    }
    return nil
  }

  /// Up to six atoms, and an item.
  private static func candidates(_ layout: ItemLayout) -> [Int] {
    let atoms = (1...6).map { $0 * layout.atomDistance }
    return (atoms + [layout.itemSize]).filter { 1...probe ~= $0 }
  }

  /// Whether the bytes from a position on are those at a distance before, but for a few.
  private static func repeats(_ input: InputBytes, _ start: Int, _ distance: Int) -> Bool {
    var changed = 0
    for position in stride(from: start, to: start + probe, by: 8) {
      changed += WordBytes.nonzeroByteCount(input.load64(position) ^ input.load64(position - distance))
      if changed > Tunables.Regions.changesOfPeriod { return false }
    }
    return true
  }
}
