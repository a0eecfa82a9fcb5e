/// How matches are searched where the smallest result is wanted.
struct SearchOptions: Equatable {
  /// A power of two of which the distances of ``MatchTree`` are multiples, 8 at most.
  var grain: Int
  /// The distance at which runs are looked for everywhere.
  var itemDistance: Int
  /// The offsets within eight bytes at which the tree is searched: bit `place % 8`.
  var places: UInt8
  /// How many earlier places are compared at the most.
  var depth: Int

  /// What is looked for as long as nothing is known of the data.
  init(_ layout: ItemLayout) {
    grain = [2, 4, 8].contains(layout.atomSize) ? layout.atomSize : 1
    itemDistance = layout.atomSize <= DeflateAlphabet.maxDistance ? layout.atomSize : 1
    places = .max
    depth = 100
  }
}

/// The runs at the distance of one number, and those of one byte, which need no search.
struct RunLengths {
  /// Within a run of so many bytes nothing else is looked for.
  static let enough = 200

  private var itemEnd = 0
  private var byteEnd = 0

  /// The length of the run at the distance of one number, at a place with at least eight bytes left.
  @inline(__always) mutating func item(
    _ input: InputBytes, _ position: Int, _ word: UInt64, _ distance: Int, _ end: Int
  ) -> Int {
    RunLengths.length(input, position, word, distance, end, &itemEnd)
  }

  /// The length of the run of one byte, the one before.
  @inline(__always) mutating func byte(_ input: InputBytes, _ position: Int, _ word: UInt64, _ end: Int) -> Int {
    RunLengths.length(input, position, word, 1, end, &byteEnd)
  }

  @inline(__always) private static func length(
    _ input: InputBytes, _ position: Int, _ word: UInt64, _ distance: Int, _ end: Int, _ known: inout Int
  ) -> Int {
    let run = (word ^ input.load64(position &- distance)).trailingZeroBitCount &>> 3
    if run < 8 { return run }
    // Long runs are measured once.
    if position >= known &- 8 {
      let limit = min(end &- position, 1 << 16)
      known = position &+ input.matchLength(position, position &- distance, from: 8, limit: limit)
    }
    return min(DeflateAlphabet.maxMatch, end &- position, known &- position)
  }
}

/// The matches of some neighbouring places, each place's in order of length.
final class MatchCache {
  /// The most places.
  static let places = 1 << 20
  /// The most matches.
  static let most = 3 << 19
  /// Where so many are left there is room for another place.
  static let room = DeflateAlphabet.maxMatch + 8

  let matches = Table<Token>(zeros: most)
  /// Where each place's matches begin; those of the next one follow.
  let ends = Table<Int32>(zeros: places + 1)

  func clear() { ends.view[0] = 0 }

  /// Copies the runs, which need no search, and of the other matches those that begin at certain places.
  func copy(into other: MatchCache, _ range: Range<Int>, _ options: SearchOptions) {
    other.clear()
    var count = 0
    for index in 0..<range.count {
      let isSearched = options.places >> UInt8((range.lowerBound + index) & 7) & 1 != 0
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

extension Token {
  /// A match with its own distance symbol.
  @inline(__always) static func exact(length: Int, distance: Int) -> Token {
    Token(length: length, distance: distance).with(slot: DeflateAlphabet.distanceSlot(distance))
  }
}
