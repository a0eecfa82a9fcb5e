/// Where matches are listed, one position after the other.
struct MatchList {
  let matches: TableView<Token>
  /// Where the matches of each position end.
  let ends: TableView<Int32>
  /// Where in `ends` that of a part's first position belongs.
  let firstEnd: Int
  /// The number of matches listed so far.
  var count: Int
}

extension BinaryTreeMatchFinder {
  /// Lists the matches of each position of a part that has been looked up: the runs and, if it is searched, what its tree
  /// has.
  func search(_ part: Range<Int>, _ context: SearchContext, _ list: inout MatchList) {
    switch context.options.grain {
    case 8: search(Grain8.self, part, context, &list)
    case 4: search(Grain4.self, part, context, &list)
    case 2: search(Grain2.self, part, context, &list)
    default: search(Grain1.self, part, context, &list)
    }
  }

  private func search<G: Grain>(_: G.Type, _ part: Range<Int>, _ context: SearchContext, _ list: inout MatchList) {
    let (range, options) = (context.range, context.options)
    if options.runOffsets == 0 { return searchTrees(G.self, part, context, &list) }
    let (matches, ends) = (list.matches, list.ends)
    let (children, roots, itemRuns, byteRuns) = (children.view, roots.view, itemRuns.view, byteRuns.view)
    let (shortRoots, hasShort) = (shortRoots.view, options.hasShortTable)
    let trees = TreeDescent(input: context.input, children: children, matches: matches, depth: options.depth)
    let itemToken = Token.exact(length: 0, distance: options.itemDistance).bits
    let byteToken = Token.exact(length: 0, distance: 1).bits
    let hasByteRuns = options.hasByteRuns
    let start = part.lowerBound &- base
    let farthest = max(context.origin &- 1 &- base, Int(BinaryTreeMatchFinder.outOfWindow))
    // As long as nothing is compared beyond the end.
    let safeEnd = range.upperBound &- DeflateAlphabet.maxMatch &- 16
    var count = list.count
    var index = 0
    let (total, firstEnd) = (part.count, list.firstEnd)
    let wanted = UInt64(options.searched | options.runOffsets)
    var longest = LongestMatch()
    while index < total {
      if wanted &>> UInt64(truncatingIfNeeded: (start &+ index) & 7) & 1 == 0 {
        ends[firstEnd &+ index] = Int32(truncatingIfNeeded: count)
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
        let node = start &+ index
        if hasShort, best < DeflateAlphabet.minMatch { listShort(shortRoots[index], at: node, matches, &count, &best) }
        let oldest = max(farthest, node &- BinaryTreeMatchFinder.window)
        let position = part.lowerBound &+ index
        if root <= oldest {
          let pair = BinaryTreeMatchFinder.slot(G.self, node)
          children[pair] = BinaryTreeMatchFinder.outOfWindow
          children[pair &+ 1] = BinaryTreeMatchFinder.outOfWindow
        } else if position < safeEnd {
          count = trees.descend(
            G.self, position: position, node: node, root: root, oldest: oldest, longest: best, count: count,
            after: &longest)
        } else {
          count = trees.descendNearEnd(
            G.self, position: position, node: node, root: root, oldest: oldest, longest: best, count: count,
            end: range.upperBound)
        }
      }
      ends[firstEnd &+ index] = Int32(truncatingIfNeeded: count)
      index &+= 1
    }
    list.count = count
  }

  /// Lists a match of three bytes, if there is one.
  @inline(__always) private func listShort(
    _ root: Int32, at node: Int, _ matches: TableView<Token>, _ count: inout Int, _ best: inout Int
  ) {
    if root == BinaryTreeMatchFinder.unsearched { return }
    best = DeflateAlphabet.minMatch
    matches[count] = Token.exact(length: best, distance: node &- Int(root))
    count &+= 1
  }

  /// The same where there are no runs.
  ///
  /// Whether there is anything in a tree is as hard to predict as the data: so the positions where there is are listed
  /// first, without a branch, and what was found is counted for each position and added up afterwards.
  private func searchTrees<G: Grain>(_: G.Type, _ part: Range<Int>, _ context: SearchContext, _ list: inout MatchList) {
    let ends = list.ends
    let (children, roots, occupied, shortRoots) = (children.view, roots.view, occupied.view, shortRoots.view)
    let hasShort = context.options.hasShortTable
    let trees = TreeDescent(
      input: context.input, children: children, matches: list.matches, depth: context.options.depth)
    let start = part.lowerBound &- base
    let farthest = max(context.origin &- 1 &- base, Int(BinaryTreeMatchFinder.outOfWindow))
    let end = context.range.upperBound
    let safeEnd = end &- DeflateAlphabet.maxMatch &- 16
    let (firstEnd, total) = (list.firstEnd, part.count)
    var occupiedCount = 0
    var index = 0
    while index < total {
      let node = start &+ index
      let oldest = max(farthest, node &- BinaryTreeMatchFinder.window)
      let pair = BinaryTreeMatchFinder.slot(G.self, node)
      children[pair] = BinaryTreeMatchFinder.outOfWindow
      children[pair &+ 1] = BinaryTreeMatchFinder.outOfWindow
      occupied[occupiedCount] = Int32(truncatingIfNeeded: index)
      let short = hasShort ? Int(shortRoots[index]) : Int(BinaryTreeMatchFinder.unsearched)
      occupiedCount &-= (oldest &- max(Int(roots[index]), short)) &>> 63
      ends[firstEnd &+ index] = 0
      index &+= 1
    }
    var count = list.count
    var longest = LongestMatch()
    var next = 0
    while next < occupiedCount {
      index = Int(occupied[next])
      next &+= 1
      let (position, node, root) = (part.lowerBound &+ index, start &+ index, Int(roots[index]))
      let oldest = max(farthest, node &- BinaryTreeMatchFinder.window)
      let before = count
      var best = DeflateAlphabet.minMatch &- 1
      if hasShort { listShort(shortRoots[index], at: node, list.matches, &count, &best) }
      if root <= oldest {
        // Nothing but those three bytes.
      } else if position < safeEnd {
        count = trees.descend(
          G.self, position: position, node: node, root: root, oldest: oldest, longest: best, count: count,
          after: &longest)
      } else {
        count = trees.descendNearEnd(
          G.self, position: position, node: node, root: root, oldest: oldest, longest: best, count: count, end: end)
      }
      ends[firstEnd &+ index] = Int32(truncatingIfNeeded: count &- before)
    }
    var sum = Int32(truncatingIfNeeded: list.count)
    index = 0
    while index < total {
      sum &+= ends[firstEnd &+ index]
      ends[firstEnd &+ index] = sum
      index &+= 1
    }
    list.count = count
  }

  /// Lists the matches of each position of a part: its own, if it was searched, or else its runs and those of the next
  /// position that was searched, as far as they begin as many bytes earlier.
  func derive(_ part: Range<Int>, _ context: SearchContext, _ cache: MatchCache, _ made: inout Int) {
    let (input, range, options) = (context.input, context.range, context.options)
    let (found, foundEnds) = (found.view, foundEnds.view)
    let (matches, ends) = (cache.matches.view, cache.ends.view)
    let first = part.lowerBound &- range.lowerBound &+ 1
    let searched = UInt64(options.searched) &* 0x0101_0101_0101_0101
    let derived = UInt64(options.derived) &* 0x0101_0101_0101_0101
    var count = made
    for index in 0..<part.count {
      let position = part.lowerBound &+ index
      var own = Int(foundEnds[index])
      let end = Int(foundEnds[index &+ 1])
      while own < end {
        matches[count] = found[own]
        count &+= 1
        own &+= 1
      }
      let offset = UInt64(truncatingIfNeeded: position & 7)
      let ahead = (searched &>> offset).trailingZeroBitCount
      let source = index &+ ahead
      if derived &>> offset & 1 != 0, source < part.count, position &+ 8 <= range.upperBound {
        var best = own > Int(foundEnds[index]) ? matches[count &- 1].symbol : 256 &+ 2
        let word = input.load64(position)
        let mask = ~(~0 &<< UInt64(truncatingIfNeeded: 8 &* ahead)) as UInt64
        var at = Int(foundEnds[source])
        let stop = Int(foundEnds[source &+ 1])
        while at < stop {
          let match = found[at]
          let earlier = position &- match.distance
          let symbol = min(match.symbol &+ ahead, Token.symbolCount &- 1)
          let isBetter =
            symbol > best && earlier >= context.origin && (word ^ input.load64(max(earlier, 0))) & mask == 0
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
