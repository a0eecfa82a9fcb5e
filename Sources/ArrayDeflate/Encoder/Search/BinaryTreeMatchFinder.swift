/// Finds all matches worth knowing at each position, for every length the nearest one, by binary trees: the match finder
/// of LZMA (`bt4`) and of libdeflate's highest levels (`bt_matchfinder`), for ``NearOptimalEncoder``.
///
/// ## Algorithm
/// The positions of the 32 KiB window whose next bytes (``SearchOptions/context`` of them) have the same hash share a
/// binary search tree, ordered by the bytes that follow each position. The newest position is the root, and every parent
/// is newer than its children. To search for a position and to insert it is one descent (``descend``): at each node the
/// bytes of both are compared, from the length on that the two bounds of the subtree are known to share; the node and one
/// of its subtrees then belong to the new root's smaller or greater side. Since nodes come newest first, each match that is
/// longer than all before it is the nearest one of its length, and no other is of use to a parser:
///
/// ```
/// distance 8   00 00 00 00 00 00 00       the run at the distance of one item, known without a search
/// distance 64  00 00 00 00 00 00 00 2a    longer, hence further
/// distance 984 00 00 00 00 00 00 00 2a 00 ...
/// ```
///
/// ## Cost
/// A step takes about 8 ns, a position ``SearchOptions/depth`` steps at most; where much has to be searched that is a third
/// to a half of the time of ``DeflateLevel/best``. Memory: 0.5 MB for the roots, 256 KB for the latest three bytes, 128 KB for the
/// children.
///
/// Of matches of three bytes only the nearest one is of use, and that is the latest position with these bytes, which a table
/// has: where trees that begin at three bytes are deeper than those that begin at four (``deepens(_:_:_:)``), as in bytes of few
/// values, they begin at four.
///
/// ## What arrays add
/// - Items repeat at multiples of their size. So each offset within an item has trees of its own (``SearchOptions/grain``),
///   which are smaller by as much, and offsets at which no match begins need none; which those are is learnt from a sample.
/// - Where a byte of an item is always the same, as the zeros of small integers are, the matches that begin there are those
///   of the position after it, one byte longer. To derive them instead of searching for them makes the search three to four
///   times as fast, text, counts and doubles of 0 and 1 as a whole 1.2 to 2 times, and the result no larger:
///
///   ```
///   2a 00 00 00 07 00 00 00 2a 00 00 00 07 00 00 00    at 07 a match of 8 bytes, found in a tree;
///            00 07 ...               00 07 ...         one position before it the same one of 9, two before it of 10
///   ```
/// - Trees that begin at as many bytes as the shortest match worth its cost, which the sample tells, are less deep: sorted
///   numbers take 0.7 of the time that they take with trees of three bytes.
/// - Runs, at the distance of an item or of one byte, are measured and not searched for (``RunLengths``).
/// - Positions are looked up in batches, and the trees that have other positions are listed first, without a branch:
///   whether a tree has any is as hard to predict as the data. That saved a tenth of the whole.
///
/// ## Tried and rejected
/// - Four searches at once, in four parts of the input or in four trees, so that one goes on while another waits for memory:
///   no faster, a step takes 8 ns either way.
/// - Hash chains of the four nearest positions of three bytes and two of four: within 0.1% on images and 16-bit walks, but six
///   comparisons cost what one or two steps in a tree do.
/// - The nearest match of each of a few lengths of context, from tables of the two latest positions: larger by 3% of the
///   matches that a table forgets: 0.3% on images, 0.1 to 0.3% on numbers of few values. In four times the memory it comes
///   within 0.05%, no faster on images, twice as fast on floats of 256 values.
/// - To derive the parser's choice along with the match, by making longer what was chosen at the position after: faster
///   still, and larger by 0.6 to 10%.
final class BinaryTreeMatchFinder {
  static let window = DeflateAlphabet.maxDistance
  private static let batch = Tunables.BinaryTree.batch
  /// The end of a branch: a position that is out of the window, or never was.
  static let outOfWindow = Int16.min
  /// Represents the root of a position where nothing is searched.
  static let unsearched = Int32.min

  // Nodes are positions relative to `base`, of 16 bits, so that the tables stay near the processor.
  private let heads = Table<Int16>(repeating: outOfWindow, count: 1 << Tunables.BinaryTree.hashBits)
  /// The latest position with each hash of three bytes.
  private let shortHeads = Table<Int16>(repeating: outOfWindow, count: 1 << Tunables.BinaryTree.shortHashBits)
  /// The bits of a hash that are used: fewer for small inputs, for which tables would take longer to clear than to use.
  private var hashBits = Tunables.BinaryTree.hashBits
  private var shortHashBits = Tunables.BinaryTree.shortHashBits
  /// For each position of the window the roots of the subtrees of what is less and of what is greater.
  let children = Table<Int16>(repeating: outOfWindow, count: 2 * window)
  /// The root of each position of a batch, before it is inserted.
  let roots = Table<Int32>(repeating: 0, count: batch)
  /// The latest position before each of a batch with the same three bytes and another fourth.
  let shortRoots = Table<Int32>(repeating: unsearched, count: batch)
  /// How often some hashes of three and of four bytes occur in a sample.
  private let pairCounts = Table<UInt16>(repeating: 0, count: 1 << 12)
  private let otherPairCounts = Table<UInt16>(repeating: 0, count: 1 << 12)
  /// The positions of a batch whose trees have other positions.
  let occupied = Table<Int32>(repeating: 0, count: batch + 1)
  let itemRuns = Table<Int32>(repeating: 0, count: batch)
  let byteRuns = Table<Int32>(repeating: 0, count: batch)
  /// The matches of a batch's positions that are searched, where others derive from them.
  let found = Table<Token>(zeros: batch * MatchCache.roomPerPosition)
  let foundEnds = Table<Int32>(repeating: 0, count: batch + 1)
  private(set) var base = 0
  private var runs = RunLengths()

  /// Forgets everything; what comes next, some bytes, begins at a position, a multiple of eight, that nothing refers back beyond.
  func clear(at origin: Int, count: Int) {
    let wanted = Int.bitWidth - max(1, count - 1).leadingZeroBitCount + 3
    hashBits = min(Tunables.BinaryTree.hashBits, max(Tunables.BinaryTree.leastHashBits, wanted))
    shortHashBits = min(Tunables.BinaryTree.shortHashBits, hashBits - 1)
    heads.view.fill(BinaryTreeMatchFinder.outOfWindow, count: 1 << hashBits)
    shortHeads.view.fill(BinaryTreeMatchFinder.outOfWindow, count: 1 << shortHashBits)
    base = origin
    runs = RunLengths()
  }

  /// Moves the base on by the window's length.
  private func rebase() {
    let tables = [(heads.view, 1 << hashBits), (shortHeads.view, 1 << shortHashBits), (children.view, children.count)]
    for (table, count) in tables {
      for index in 0..<count {
        let moved = max(
          Int32(table[index]) &- Int32(BinaryTreeMatchFinder.window), Int32(BinaryTreeMatchFinder.outOfWindow))
        table[index] = Int16(truncatingIfNeeded: moved)
      }
    }
    base += BinaryTreeMatchFinder.window
  }

  /// Lists the matches of the positions of a range until it ends or the cache is full; returns where it stopped.
  ///
  /// What was searched before, since ``clear(at:)``, ends where the range begins.
  ///
  /// - Parameter goesOn: Asked now and then; after `false` what has been found is incomplete, and of no use.
  func find(_ context: SearchContext, into cache: MatchCache, while goesOn: () -> Bool = { true }) -> Int {
    let (range, options) = (context.range, context.options)
    let start = range.lowerBound
    let end = min(range.upperBound, start + MatchCache.maxPositions)
    cache.clear()
    var count = 0
    var position = start
    while position < end, count + BinaryTreeMatchFinder.batch * MatchCache.roomPerPosition <= MatchCache.maxMatches {
      if (position - start) & 0xFFFF < BinaryTreeMatchFinder.batch, !goesOn() { break }
      if position - base >= BinaryTreeMatchFinder.window { rebase() }
      var part = position..<min(end, base + BinaryTreeMatchFinder.window, position + BinaryTreeMatchFinder.batch)
      if options.derived != 0, part.upperBound < end {
        // What is searched comes last, for those before it to derive from.
        var last = part.upperBound - 1
        while last > position, options.searched >> UInt8(last & 7) & 1 == 0 { last -= 1 }
        if last > position { part = position..<last + 1 }
      }
      lookUp(part, context)
      if options.derived == 0 {
        let firstEnd = part.lowerBound - start + 1
        var list = MatchList(matches: cache.matches.view, ends: cache.ends.view, firstEnd: firstEnd, count: count)
        search(part, context, &list)
        count = list.count
      } else {
        var list = MatchList(matches: found.view, ends: foundEnds.view, firstEnd: 1, count: 0)
        search(part, context, &list)
        derive(part, context, cache, &count)
      }
      position = part.upperBound
    }
    return position
  }

  /// Looks up the trees of a part's positions where there are no runs, but for those near the end; returns where it stopped.
  private func lookUpTrees(_ part: Range<Int>, _ context: SearchContext, _ short: ShortMatches) -> Int {
    let (input, options) = (context.input, context.options)
    let (heads, roots, shortRoots) = (heads.view, roots.view, shortRoots.view)
    let (offsets, grainMask) = (UInt64(options.searched), options.grain &- 1)
    let (shift, down) = (BinaryTreeMatchFinder.contextShift(options), UInt64(64 - hashBits))
    let hasShort = options.hasShortTable
    let start = part.lowerBound
    var position = start
    let stop = min(part.upperBound, context.range.upperBound &- 7)
    while position < stop {
      var root = BinaryTreeMatchFinder.unsearched
      var shortRoot = root
      if offsets &>> UInt64(truncatingIfNeeded: position & 7) & 1 != 0 {
        let offset = UInt64(truncatingIfNeeded: position & grainMask)
        let word = input.load64(position)
        let head = Int(((word &<< shift ^ offset) &* BinaryTreeMatchFinder.multiplier) &>> down)
        root = Int32(heads[head])
        heads[head] = Int16(truncatingIfNeeded: position &- base)
        if hasShort { shortRoot = short.replace(word, at: position, offset: offset) }
      }
      roots[position &- start] = root
      if hasShort { shortRoots[position &- start] = shortRoot }
      position &+= 1
    }
    return position
  }

  @inline(__always) private static var multiplier: UInt64 { 0x9E37_79B9_7F4A_7C15 }

  /// The bits of eight bytes that are not part of what positions of a tree share.
  private static func contextShift(_ options: SearchOptions) -> UInt64 {
    UInt64(64 - 8 * (options.hasShortTable ? options.context + 1 : options.context))
  }

  /// Finds out for each position of a part which runs begin there and where its tree has its root, and makes the position
  /// its tree's head.
  private func lookUp(_ part: Range<Int>, _ context: SearchContext) {
    let (input, options, origin, end) = (context.input, context.options, context.origin, context.range.upperBound)
    let (heads, roots, itemRuns, byteRuns) = (heads.view, roots.view, itemRuns.view, byteRuns.view)
    let (offsets, runOffsets) = (UInt64(options.searched), UInt64(options.runOffsets))
    let wanted = offsets | runOffsets
    let grainMask = options.grain &- 1
    let contextShift = BinaryTreeMatchFinder.contextShift(options)
    let multiplier = BinaryTreeMatchFinder.multiplier
    let short = ShortMatches(shortHeads.view, bits: shortHashBits, context, base: base)
    let (hasShort, shortRoots) = (options.hasShortTable, shortRoots.view)
    let down = UInt64(64 - hashBits)
    var runs = runs
    defer { self.runs = runs }
    let item = options.itemDistance
    let start = part.lowerBound
    var position = start
    if runOffsets == 0 { position = lookUpTrees(part, context, short) }
    while position < part.upperBound {
      let index = position &- start
      let here = position
      position &+= 1
      roots[index] = BinaryTreeMatchFinder.unsearched
      if hasShort { shortRoots[index] = BinaryTreeMatchFinder.unsearched }
      itemRuns[index] = 0
      byteRuns[index] = 0
      let offset8 = UInt64(truncatingIfNeeded: here & 7)
      if wanted &>> offset8 & 1 == 0 || end &- here < 8 { continue }
      let word = input.load64(here)
      var best = 0
      let hasRuns = runOffsets &>> offset8 & 1 != 0
      if hasRuns, here &- origin >= item {
        best = runs.item(input, at: here, word: word, distance: item, end: end)
        itemRuns[index] = Int32(truncatingIfNeeded: best)
      }
      if hasRuns, options.hasByteRuns, here > origin {
        let run = runs.byte(input, at: here, word: word, end: end)
        byteRuns[index] = Int32(truncatingIfNeeded: run)
        best = max(best, run)
      }
      if best >= Tunables.BinaryTree.longRun || offsets &>> offset8 & 1 == 0 { continue }
      let offset = UInt64(truncatingIfNeeded: here & grainMask)
      let head = Int(((word &<< contextShift ^ offset) &* multiplier) &>> down)
      roots[index] = Int32(heads[head])
      heads[head] = Int16(truncatingIfNeeded: here &- base)
      if hasShort { shortRoots[index] = short.replace(word, at: here, offset: offset) }
    }
  }
}

extension BinaryTreeMatchFinder {
  /// Whether trees that begin at three bytes are deeper by so many steps than those that begin at four that a table for matches of three
  /// is worth its time: as the positions of some bytes tell, of which pairs with the same bytes are counted.
  func deepens(_ input: InputBytes, _ range: Range<Int>, _ options: SearchOptions) -> Bool {
    let probe = Tunables.BinaryTree.depthProbe
    guard range.count >= 4 * probe, options.context == DeflateAlphabet.minMatch else { return false }
    let start = range.lowerBound + (range.count - probe) / 2
    let (threes, fours) = (pairCounts.view, otherPairCounts.view)
    threes.fill(0)
    fours.fill(0)
    var (three, four) = (0 as UInt32, 0 as UInt32)
    for position in start..<start + probe where options.searched >> UInt8(position & 7) & 1 != 0 {
      let offset = UInt32(truncatingIfNeeded: position & (options.grain - 1))
      let word = input.load32(position)
      let one = Int(((word &<< 8 ^ offset) &* 0x9E37_79B1) &>> 20)
      let other = Int(((word ^ offset) &* 0x9E37_79B1) &>> 20)
      three &+= UInt32(threes[one])
      four &+= UInt32(fours[other])
      threes[one] &+= 1
      fours[other] &+= 1
    }
    let scale = Float(min(range.count, BinaryTreeMatchFinder.window)) / Float(probe * probe)
    return Histogram.logarithm(1 + Float(three) * scale) - Histogram.logarithm(1 + Float(four) * scale)
      > Tunables.BinaryTree.deeper
  }
}

/// Looks up the nearest match of three bytes, where it is no longer.
private struct ShortMatches {
  private let heads: TableView<Int16>
  private let down: UInt64
  private let input: InputBytes
  private let (base, origin): (Int, Int)

  init(_ heads: TableView<Int16>, bits: Int, _ context: SearchContext, base: Int) {
    (self.heads, self.base) = (heads, base)
    down = UInt64(64 - bits)
    (input, origin) = (context.input, context.origin)
  }

  /// The latest position with the same three bytes and another fourth as the tables have it, or that there is none; the
  /// position, of which `word` are the next bytes, takes its place. Whether there is one is hard to predict, so no branch depends
  /// on it.
  @inline(__always) func replace(_ word: UInt64, at position: Int, offset: UInt64) -> Int32 {
    let slot = Int((((word &<< 40) ^ offset) &* 0x9E37_79B9_7F4A_7C15) &>> down)
    let node = position &- base
    let latest = Int(heads[slot])
    heads[slot] = Int16(truncatingIfNeeded: node)
    let oldest = max(
      origin &- 1 &- base, Int(BinaryTreeMatchFinder.outOfWindow), node &- BinaryTreeMatchFinder.window)
    let difference = UInt32(truncatingIfNeeded: word) ^ input.load32(max(latest &+ base, origin))
    // None of the lowest 24 bits differ, but one of the others.
    let isMatch = (difference & 0xFF_FFFF == 0 ? 1 : 0) & (difference != 0 ? 1 : 0) & (latest > oldest ? 1 : 0)
    return isMatch != 0 ? Int32(truncatingIfNeeded: latest) : BinaryTreeMatchFinder.unsearched
  }
}
