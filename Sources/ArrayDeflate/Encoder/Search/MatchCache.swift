/// The matches of some neighbouring places, each place's in order of length.
final class MatchCache {
  /// The most places.
  static let maxPositions = 1 << 20
  /// The most matches.
  static let maxMatches = 3 << 19
  /// Where so many are left there is room for another place.
  static let roomPerPosition = DeflateAlphabet.maxMatch + 8

  let matches = Table<Token>(zeros: maxMatches)
  /// Where each place's matches begin; those of the next one follow.
  let ends = Table<Int32>(zeros: maxPositions + 1)

  func clear() { ends.view[0] = 0 }

  /// Copies the runs, which need no search, and of the other matches those that begin at certain places.
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
