/// How matches are searched where the smallest result is wanted.
struct SearchOptions: Equatable {
  /// A power of two of which the distances of ``MatchTree`` are multiples, 8 at most.
  var grain: Int
  /// The distance at which runs are looked for everywhere.
  var itemDistance: Int
  /// The offsets within eight bytes at which matches are wanted: bit `place % 8`.
  var places: UInt8
  /// Those of them whose matches are the ones of the next place that is searched, but for some bytes before it that are
  /// always the same.
  var derived: UInt8
  /// Places whose next bytes are the same, 3 to 8 of them, share a tree: no match is shorter, but for runs.
  var context: Int
  /// The offsets within eight bytes at which runs are looked for: those at the distance of a number, and perhaps those of
  /// one byte.
  var runPlaces: UInt8
  /// Whether runs of one byte are looked for besides those of a number.
  var hasByteRuns: Bool
  /// How many earlier places are compared at the most.
  var depth: Int

  /// What is looked for as long as nothing is known of the data.
  init(_ layout: ItemLayout) {
    grain = [2, 4, 8].contains(layout.atomSize) ? layout.atomSize : 1
    itemDistance = layout.atomSize <= DeflateAlphabet.maxDistance ? layout.atomSize : 1
    places = .max
    derived = 0
    context = DeflateAlphabet.minMatch
    runPlaces = .max
    hasByteRuns = itemDistance != 1
    depth = SearchOptions.depth(grain)
  }

  /// Where a match may begin at any byte, trees are deep, and what lies deep in them is worth 1% on masks.
  private static func depth(_ grain: Int) -> Int { grain == 1 ? 32 : 100 }

  /// The same for matches that begin at any byte, whatever the distance.
  var anywhere: SearchOptions {
    var options = self
    options.grain = 1
    options.context = DeflateAlphabet.minMatch
    options.depth = SearchOptions.depth(1)
    return options
  }

  /// The offsets at which the tree is searched.
  var searched: UInt8 { places & ~derived }

  /// Finds out in a sample which matches derive from others: those at bytes that are nearly always the same, as are all
  /// from there to the next place that is searched.
  mutating func derive(_ input: InputBytes, _ sample: Range<Int>) {
    derived = 0
    guard grain > 1 else { return }
    var isConstant = [Bool](repeating: false, count: grain)
    for offset in 0..<grain {
      var counts = [Int](repeating: 0, count: 256)
      let first = sample.lowerBound + (offset - sample.lowerBound % grain + grain) % grain
      var total = 0
      for position in stride(from: first, to: sample.upperBound, by: grain) {
        counts[Int(input[position])] += 1
        total += 1
      }
      isConstant[offset] = Double(counts.max() ?? 0) >= SearchOptions.constant * Double(total)
    }
    for offset in 0..<8 where places >> UInt8(offset) & 1 != 0 && isConstant[offset % grain] {
      let source = (1..<8).first { !isConstant[(offset + $0) % grain] }
      if let source, places >> UInt8((offset + source) & 7) & 1 != 0 { derived |= 1 << UInt8(offset) }
    }
  }

  /// The share of equal bytes from which on they are taken for the same.
  private static let constant = 0.99
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
