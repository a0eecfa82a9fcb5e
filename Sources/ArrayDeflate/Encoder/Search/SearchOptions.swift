/// What ``BinaryTreeMatchFinder`` looks for, and where.
///
/// Offsets are positions modulo 8, as a mask: bit `position % 8`. Items of 2, 4 and 8 bytes begin at the same offsets all
/// over a segment, and segments and samples begin at multiples of 8.
struct SearchOptions: Equatable {
  /// A power of two of which all distances are multiples, 8 at most.
  var grain: Int
  /// The distance at which runs are looked for everywhere.
  var itemDistance: Int
  /// The offsets at which matches are wanted.
  var offsets: UInt8
  /// Those of ``offsets`` whose matches are derived: they are the matches of the next position that is searched, longer by
  /// the bytes between the two, which are always the same.
  var derived: UInt8
  /// Positions whose next bytes are the same, 3 to 8 of them, share a tree: no match is shorter, except for runs.
  var context: Int {
    didSet { if context > DeflateAlphabet.minMatch { hasShortTable = false } }
  }
  /// Whether matches of three bytes come from a table, and trees begin at four.
  var hasShortTable = false
  /// The offsets at which runs are looked for: those at the distance of an item, and perhaps those of one byte.
  var runOffsets: UInt8
  /// Whether runs of one byte are looked for besides those of an item.
  var hasByteRuns: Bool
  /// The number of earlier positions that are compared, at most.
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
    depth = Tunables.BinaryTree.depth
  }

  /// The same for matches that begin at any byte, whatever the distance.
  var anywhere: SearchOptions {
    var options = self
    options.grain = 1
    options.context = DeflateAlphabet.minMatch
    return options
  }

  /// The offsets at which the trees are searched.
  var searched: UInt8 { offsets & ~derived }

  /// Looks for no runs where they are rare: there the trees find them as any other matches, if they are searched at each position.
  mutating func forgoRareRuns(_ input: InputBytes, _ range: Range<Int>) {
    guard derived == 0 else { return }
    var (found, looked) = (0, 0)
    let first = range.lowerBound + max(1, itemDistance)
    for position in stride(from: first, to: range.upperBound - 3, by: Tunables.BinaryTree.runStep) {
      let word = input.load32(position)
      let isRun = word == input.load32(position &- itemDistance) || word == input.load32(position &- 1)
      found &+= isRun ? 1 : 0
      looked &+= 1
    }
    if Double(found) < Tunables.BinaryTree.rareRuns * Double(looked) { (runOffsets, hasByteRuns) = (0, false) }
  }

  /// Finds out in a sample which matches derive from others: those at bytes that are nearly always the same, if all bytes
  /// up to the next position that is searched are.
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
      isConstant[offset] = Double(counts.max() ?? 0) >= Tunables.BinaryTree.constantShare * Double(total)
    }
    for offset in 0..<8 where offsets >> UInt8(offset) & 1 != 0 && isConstant[offset % grain] {
      let source = (1..<8).first { !isConstant[(offset + $0) % grain] }
      if let source, offsets >> UInt8((offset + source) & 7) & 1 != 0 { derived |= 1 << UInt8(offset) }
    }
  }
}

/// Where ``BinaryTreeMatchFinder`` searches, and what for.
struct SearchContext {
  let input: InputBytes
  /// The positions whose matches are wanted; no match ends beyond it.
  let range: Range<Int>
  /// The first position that matches may refer to: a multiple of 8.
  let origin: Int
  let options: SearchOptions
}
