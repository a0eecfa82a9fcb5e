/// The matches of some neighbouring positions, each position's in order of length.
///
/// The near-optimal encoder weighs the same matches several times, by costs that change; to search them again would take
/// far longer. libdeflate's encoder keeps a `match_cache` for the same reason.
final class MatchCache {
  /// The most positions.
  static let maxPositions = Tunables.MatchCache.maxPositions
  /// The most matches.
  static let maxMatches = Tunables.MatchCache.maxMatches
  /// The most matches that one position can have: one of each length, and the runs.
  static let roomPerPosition = DeflateAlphabet.maxMatch + 8

  let matches = Table<Token>(zeros: maxMatches)
  /// Where each position's matches begin; those of the next one follow.
  let ends = Table<Int32>(zeros: maxPositions + 1)

  func clear() { ends.view[0] = 0 }

  /// Copies the runs, which need no search, and of the other matches those that begin at the offsets of the options.
  func copy(into other: MatchCache, _ range: Range<Int>, _ options: SearchOptions) {
    other.clear()
    var count = 0
    for index in 0..<range.count {
      let isSearched = options.offsets >> UInt8((range.lowerBound + index) & 7) & 1 != 0
      for at in Int(ends.view[index])..<Int(ends.view[index + 1]) {
        let match = matches.view[at]
        guard isSearched || match.distance == options.itemDistance || match.distance == 1 else { continue }
        other.matches.view[count] = match
        count += 1
      }
      other.ends.view[index + 1] = Int32(truncatingIfNeeded: count)
    }
  }
}
