/// All the matches worth knowing at each place: for every length the nearest earlier occurrence, found in binary trees
/// of the places seen so far, sorted by the bytes that follow.
///
/// ```
/// distance 8   00 00 00 00 00 00 00       the run at the distance of one number, known without a search
/// distance 64  00 00 00 00 00 00 00 2a    longer, hence further
/// distance 984 00 00 00 00 00 00 00 2a 00 ...
/// ```
///
/// Numbers repeat at distances that are multiples of their size: then each offset within a number has trees of its own,
/// which are smaller by as much, and offsets at which no match begins need none. Nor do those at which the bytes are
/// always the same, as the zeros of small numbers are:
///
/// ```
/// 2a 00 00 00 07 00 00 00 2a 00 00 00 07 00 00 00    at 07 a match of 8 bytes, found in a tree;
///          00 07 ...               00 07 ...         one place before it the same one of 9, two before it of 10
/// ```
final class BinaryTreeMatchFinder {
  static let window = 1 << 15
  /// Positions of other contexts in a tree are compared in vain: so there are more trees than places.
  private static let hashBits = 18
  /// Positions that are looked up together: what is found out about them is at hand when the trees are searched, where
  /// waiting for it would cost most.
  private static let batch = 256
  /// What lies out of the window, or was never seen.
  static let outOfWindow = Int16.min
  /// Stands for a place where nothing is searched.
  private static let unsearched = Int32.min

  // Positions relative to `base`: of 16 bits, so that the tables stay near the processor.
  private let heads = Table<Int16>(repeating: outOfWindow, count: 1 << hashBits)
  /// For each place of the window the roots of what is less and of what is greater.
  let children = Table<Int16>(repeating: outOfWindow, count: 2 * window)
  private let roots = Table<Int32>(repeating: 0, count: batch)
  /// Of the places that are looked up together those whose trees have other places.
  private let occupied = Table<Int32>(repeating: 0, count: batch + 1)
  private let itemRuns = Table<Int32>(repeating: 0, count: batch)
  private let byteRuns = Table<Int32>(repeating: 0, count: batch)
  /// What was found at the places of a part that are searched, where others derive from it.
  private let found = Table<Token>(zeros: batch * MatchCache.roomPerPosition)
  private let foundEnds = Table<Int32>(repeating: 0, count: batch + 1)
  private(set) var base = 0
  private var runs = RunLengths()

  /// Forgets everything; what comes next begins at a place, a multiple of eight, before which nothing is looked at.
  func clear(at origin: Int) {
    heads.view.fill(BinaryTreeMatchFinder.outOfWindow)
    base = origin
    runs = RunLengths()
  }

  /// Moves the base on by the window's length.
  private func rebase() {
    for table in [heads.view, children.view] {
      for index in 0..<table.count {
        let moved = max(
          Int32(table[index]) &- Int32(BinaryTreeMatchFinder.window), Int32(BinaryTreeMatchFinder.outOfWindow))
        table[index] = Int16(truncatingIfNeeded: moved)
      }
    }
    base += BinaryTreeMatchFinder.window
  }

  /// Looks for matches from a place on until the cache is full or the range ends; returns where it stopped.
  ///
  /// Matches may reach back to `origin`.
  func find(
    _ input: InputBytes, _ range: Range<Int>, from origin: Int, _ options: SearchOptions, into cache: MatchCache
  ) -> Int {
    let start = range.lowerBound
    let end = min(range.upperBound, start + MatchCache.maxPositions)
    cache.clear()
    var count = 0
    var position = start
    while position < end, count + BinaryTreeMatchFinder.batch * MatchCache.roomPerPosition <= MatchCache.maxMatches {
      if position - base >= BinaryTreeMatchFinder.window { rebase() }
      var part = position..<min(end, base + BinaryTreeMatchFinder.window, position + BinaryTreeMatchFinder.batch)
      if options.derived != 0, part.upperBound < end {
        // What is searched comes last, for those before it to derive from.
        var last = part.upperBound - 1
        while last > position, options.searched >> UInt8(last & 7) & 1 == 0 { last -= 1 }
        if last > position { part = position..<last + 1 }
      }
      lookUp(input, part, range.upperBound, origin, options)
      if options.derived == 0 {
        search(input, part, range, origin, options, cache.matches, cache.ends, part.lowerBound - start + 1, &count)
      } else {
        var searched = 0
        search(input, part, range, origin, options, found, foundEnds, 1, &searched)
        derive(input, part, range, origin, options, cache, &count)
      }
      position = part.upperBound
    }
    return position
  }

  /// Finds out for each place of a part what runs begin there, and where its tree has its root.
  private func lookUp(
    _ input: InputBytes, _ part: Range<Int>, _ end: Int, _ origin: Int, _ options: SearchOptions
  ) {
    let (heads, roots, itemRuns, byteRuns) = (heads.view, roots.view, itemRuns.view, byteRuns.view)
    let (offsets, runOffsets) = (UInt64(options.searched), UInt64(options.runOffsets))
    let wanted = offsets | runOffsets
    let grainMask = options.grain &- 1
    let contextShift = UInt64(64 - 8 * options.context)
    let k = 0x9E37_79B9_7F4A_7C15 as UInt64
    var runs = runs
    defer { self.runs = runs }
    let item = options.itemDistance
    let start = part.lowerBound
    var position = start
    if runOffsets == 0 {
      // What is left to do where there are no runs.
      let stop = min(part.upperBound, end &- 7)
      while position < stop {
        var root = BinaryTreeMatchFinder.unsearched
        if offsets &>> UInt64(truncatingIfNeeded: position & 7) & 1 != 0 {
          let offset = UInt64(truncatingIfNeeded: position & grainMask)
          let head = Int(
            ((input.load64(position) &<< contextShift ^ offset) &* k) &>> UInt64(64 - BinaryTreeMatchFinder.hashBits))
          root = Int32(heads[head])
          heads[head] = Int16(truncatingIfNeeded: position &- base)
        }
        roots[position &- start] = root
        position &+= 1
      }
    }
    while position < part.upperBound {
      let index = position &- start
      position &+= 1
      let place = position &- 1
      roots[index] = BinaryTreeMatchFinder.unsearched
      itemRuns[index] = 0
      byteRuns[index] = 0
      let offset8 = UInt64(truncatingIfNeeded: place & 7)
      if wanted &>> offset8 & 1 == 0 || end &- place < 8 { continue }
      let word = input.load64(place)
      var best = 0
      let hasRuns = runOffsets &>> offset8 & 1 != 0
      if hasRuns, place &- origin >= item {
        best = runs.item(input, place, word, item, end)
        itemRuns[index] = Int32(truncatingIfNeeded: best)
      }
      if hasRuns, options.hasByteRuns, place > origin {
        let run = runs.byte(input, place, word, end)
        byteRuns[index] = Int32(truncatingIfNeeded: run)
        best = max(best, run)
      }
      if best >= RunLengths.longRun || offsets &>> offset8 & 1 == 0 { continue }
      let offset = UInt64(truncatingIfNeeded: place & grainMask)
      let head = Int(((word &<< contextShift ^ offset) &* k) &>> UInt64(64 - BinaryTreeMatchFinder.hashBits))
      roots[index] = Int32(heads[head])
      heads[head] = Int16(truncatingIfNeeded: place &- base)
    }
  }

  /// Lists the matches of each place of a part: the runs and, if it is searched, what its tree has.
  ///
  /// - Parameters:
  ///   - first: Where in `ends` the first place's end belongs.
  ///   - made: The matches listed so far.
  private func search(
    _ input: InputBytes, _ part: Range<Int>, _ range: Range<Int>, _ origin: Int, _ options: SearchOptions,
    _ matches: Table<Token>, _ ends: Table<Int32>, _ first: Int, _ made: inout Int
  ) {
    let (matches, ends) = (matches.view, ends.view)
    switch options.grain {
    case 8: search(Grain8.self, input, part, range, origin, options, matches, ends, first, &made)
    case 4: search(Grain4.self, input, part, range, origin, options, matches, ends, first, &made)
    case 2: search(Grain2.self, input, part, range, origin, options, matches, ends, first, &made)
    default: search(Grain1.self, input, part, range, origin, options, matches, ends, first, &made)
    }
  }

  private func search<G: Grain>(
    _: G.Type, _ input: InputBytes, _ part: Range<Int>, _ range: Range<Int>, _ origin: Int,
    _ options: SearchOptions, _ matches: TableView<Token>, _ ends: TableView<Int32>, _ first: Int, _ made: inout Int
  ) {
    if options.runOffsets == 0 {
      return searchTrees(G.self, input, part, range, origin, options, matches, ends, first, &made)
    }
    let (children, roots, itemRuns, byteRuns) = (children.view, roots.view, itemRuns.view, byteRuns.view)
    let itemToken = Token.exact(length: 0, distance: options.itemDistance).bits
    let byteToken = Token.exact(length: 0, distance: 1).bits
    let hasByteRuns = options.hasByteRuns
    let start = part.lowerBound &- base
    let farthest = max(origin &- 1 &- base, Int(BinaryTreeMatchFinder.outOfWindow))
    // As long as nothing is compared beyond the end.
    let safe = range.upperBound &- DeflateAlphabet.maxMatch &- 16
    var count = made
    var index = 0
    let total = part.count
    let wanted = UInt64(options.searched | options.runOffsets)
    while index < total {
      if wanted &>> UInt64(truncatingIfNeeded: (start &+ index) & 7) & 1 == 0 {
        ends[first &+ index] = Int32(truncatingIfNeeded: count)
        index &+= 1
        continue
      }
      let itemRun = Int(itemRuns[index])
      matches[count] = Token(bits: itemToken &+ UInt32(truncatingIfNeeded: itemRun))
      count &+= itemRun > 2 ? 1 : 0
      var best = max(2, itemRun)
      if hasByteRuns {
        let byteRun = Int(byteRuns[index])
        matches[count] = Token(bits: byteToken &+ UInt32(truncatingIfNeeded: byteRun))
        count &+= byteRun > best ? 1 : 0
        best = max(best, byteRun)
      }
      let root = Int(roots[index])
      if root != Int(BinaryTreeMatchFinder.unsearched) {
        let place = start &+ index
        let oldest = max(farthest, place &- BinaryTreeMatchFinder.window)
        if root <= oldest {
          let pair = BinaryTreeMatchFinder.slot(G.self, place)
          children[pair] = BinaryTreeMatchFinder.outOfWindow
          children[pair &+ 1] = BinaryTreeMatchFinder.outOfWindow
        } else if part.lowerBound &+ index < safe {
          count = BinaryTreeMatchFinder.descend(
            G.self, input, part.lowerBound &+ index, place, root, oldest, options.depth, best, children, matches,
            count)
        } else {
          count = descendNearEnd(
            G.self, input, part.lowerBound &+ index, range.upperBound, root, oldest, options.depth, best, matches,
            count)
        }
      }
      ends[first &+ index] = Int32(truncatingIfNeeded: count)
      index &+= 1
    }
    made = count
  }

  /// The same where there are no runs.
  ///
  /// Whether there is anything in a tree is as hard to foresee as the data: so the places where there is are listed first,
  /// without a branch, and what was found is counted for each place and added up afterwards.
  private func searchTrees<G: Grain>(
    _: G.Type, _ input: InputBytes, _ part: Range<Int>, _ range: Range<Int>, _ origin: Int,
    _ options: SearchOptions, _ matches: TableView<Token>, _ ends: TableView<Int32>, _ first: Int, _ made: inout Int
  ) {
    let (children, roots, occupied) = (children.view, roots.view, occupied.view)
    let start = part.lowerBound &- base
    let farthest = max(origin &- 1 &- base, Int(BinaryTreeMatchFinder.outOfWindow))
    let safe = range.upperBound &- DeflateAlphabet.maxMatch &- 16
    let total = part.count
    var occupiedCount = 0
    var index = 0
    while index < total {
      let place = start &+ index
      let oldest = max(farthest, place &- BinaryTreeMatchFinder.window)
      let pair = BinaryTreeMatchFinder.slot(G.self, place)
      children[pair] = BinaryTreeMatchFinder.outOfWindow
      children[pair &+ 1] = BinaryTreeMatchFinder.outOfWindow
      occupied[occupiedCount] = Int32(truncatingIfNeeded: index)
      occupiedCount &-= (oldest &- Int(roots[index])) &>> 63
      ends[first &+ index] = 0
      index &+= 1
    }
    var count = made
    var next = 0
    while next < occupiedCount {
      index = Int(occupied[next])
      next &+= 1
      let (position, root) = (part.lowerBound &+ index, Int(roots[index]))
      let oldest = max(farthest, start &+ index &- BinaryTreeMatchFinder.window)
      let before = count
      count =
        position < safe
        ? BinaryTreeMatchFinder.descend(
          G.self, input, position, start &+ index, root, oldest, options.depth, 2, children, matches, count)
        : descendNearEnd(G.self, input, position, range.upperBound, root, oldest, options.depth, 2, matches, count)
      ends[first &+ index] = Int32(truncatingIfNeeded: count &- before)
    }
    var sum = Int32(truncatingIfNeeded: made)
    index = 0
    while index < total {
      sum &+= ends[first &+ index]
      ends[first &+ index] = sum
      index &+= 1
    }
    made = count
  }

  /// Lists the matches of each place of a part: its own, if it was searched, or else its runs and those of the next place
  /// that was searched, as far as they begin as many bytes earlier.
  private func derive(
    _ input: InputBytes, _ part: Range<Int>, _ range: Range<Int>, _ origin: Int, _ options: SearchOptions,
    _ cache: MatchCache, _ made: inout Int
  ) {
    let (found, foundEnds) = (found.view, foundEnds.view)
    let (matches, ends) = (cache.matches.view, cache.ends.view)
    let first = part.lowerBound &- range.lowerBound &+ 1
    let searched = UInt64(options.searched) &* 0x0101_0101_0101_0101
    let derived = UInt64(options.derived) &* 0x0101_0101_0101_0101
    var count = made
    for index in 0..<part.count {
      let place = part.lowerBound &+ index
      var own = Int(foundEnds[index])
      let end = Int(foundEnds[index &+ 1])
      while own < end {
        matches[count] = found[own]
        count &+= 1
        own &+= 1
      }
      let offset = UInt64(truncatingIfNeeded: place & 7)
      let ahead = (searched &>> offset).trailingZeroBitCount
      let source = index &+ ahead
      if derived &>> offset & 1 != 0, source < part.count, place &+ 8 <= range.upperBound {
        var best = own > Int(foundEnds[index]) ? matches[count &- 1].symbol : 256 &+ 2
        let word = input.load64(place)
        let mask = ~(~0 &<< UInt64(truncatingIfNeeded: 8 &* ahead)) as UInt64
        var at = Int(foundEnds[source])
        let stop = Int(foundEnds[source &+ 1])
        while at < stop {
          let match = found[at]
          let earlier = place &- match.distance
          let symbol = min(match.symbol &+ ahead, Token.symbolCount &- 1)
          let isBetter =
            symbol > best && earlier >= origin && (word ^ input.load64(max(earlier, 0))) & mask == 0
          matches[count] = Token(bits: match.bits & ~0x3FF | UInt32(truncatingIfNeeded: symbol))
          count &+= isBetter ? 1 : 0
          best = isBetter ? symbol : best
          at &+= 1
        }
      }
      ends[first &+ index] = Int32(truncatingIfNeeded: count)
    }
    made = count
  }
}
