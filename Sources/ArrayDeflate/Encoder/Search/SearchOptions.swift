/// How matches are searched where the smallest result is wanted.
struct SearchOptions: Equatable {
  /// A power of two of which the distances of ``BinaryTreeMatchFinder`` are multiples, 8 at most.
  var grain: Int
  /// The distance at which runs are looked for everywhere.
  var itemDistance: Int
  /// The offsets within eight bytes at which matches are wanted: bit `place % 8`.
  var offsets: UInt8
  /// Those of them whose matches are the ones of the next place that is searched, but for some bytes before it that are
  /// always the same.
  var derived: UInt8
  /// Positions whose next bytes are the same, 3 to 8 of them, share a tree: no match is shorter, but for runs.
  var context: Int
  /// The offsets within eight bytes at which runs are looked for: those at the distance of a number, and perhaps those of
  /// one byte.
  var runOffsets: UInt8
  /// Whether runs of one byte are looked for besides those of a number.
  var hasByteRuns: Bool
  /// How many earlier offsets are compared at the most.
  var depth: Int

  /// What is looked for as long as nothing is known of the data.
  init(_ layout: ItemLayout) {
    grain = [2, 4, 8].contains(layout.atomSize) ? layout.atomSize : 1
    itemDistance = layout.atomSize <= DeflateAlphabet.maxDistance ? layout.atomSize : 1
    offsets = .max
    derived = 0
    context = DeflateAlphabet.minMatch
    runOffsets = .max
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
  var searched: UInt8 { offsets & ~derived }

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
    for offset in 0..<8 where offsets >> UInt8(offset) & 1 != 0 && isConstant[offset % grain] {
      let source = (1..<8).first { !isConstant[(offset + $0) % grain] }
      if let source, offsets >> UInt8((offset + source) & 7) & 1 != 0 { derived |= 1 << UInt8(offset) }
    }
  }

  /// The share of equal bytes from which on they are taken for the same.
  private static let constant = 0.99
}
