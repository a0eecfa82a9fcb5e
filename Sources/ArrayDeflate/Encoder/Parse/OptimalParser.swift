/// Parses LZ77 optimally by a cost model, chunk by chunk, with matches from hash tables: the shortest path of zopfli and of
/// libdeflate's near-optimal levels, made fast enough for ``DeflateLevel/default``.
///
/// ## Algorithm
/// The bytes of a chunk are nodes of a graph; from each leads an edge of one literal and an edge for each candidate match at
/// its full length, whose weights are what they cost in bits. The cheapest path is found by dynamic programming from the end
/// backwards. There are three passes over each chunk, none of which branches on the data, since what compresses is as hard to
/// predict for the processor as for us:
///
/// ```
/// find    at each position of interest the latest one with the same next bytes     (HashTableMatchFinder)
/// choose  from the end backwards: literal, run or match, whatever is cheapest on the whole
/// emit    from the start forwards: what was chosen becomes tokens, and is counted
/// ```
///
/// Shorter parts of a match are not weighed: contexts of several lengths, and the runs, give several lengths to choose from.
/// The costs come from a ``CostModel``, which is updated after each chunk, with a share of the past. There is one pass over
/// the data, where zopfli makes fifteen and libdeflate two to ten.
///
/// What is of interest ``GreedyParser`` learns from a sample.
///
/// ## Cost
/// Linear, and the same for all data: a comparison and an addition for each probe and distance at each position. Items of two
/// bytes have a loop of their own, with one or two contexts at even and at odd positions: 16-bit walks take .984 of zlib's
/// size, faster than by the greedy parser.
///
/// ## Tried and rejected
/// Selections by `?:`: compilers turn them into branches even where they cost most, so ``takeCheaper`` uses masks.
final class OptimalParser {
  struct Options {
    /// The distance of one item, at which runs are looked for everywhere.
    var itemDistance: Int
    /// Other distances of the layout (a row, a string, one byte) at which runs are looked for; 0 for none.
    var otherDistances: (Int, Int)
    /// Contexts to search for, and where.
    var probes: [HashTableMatchFinder.Probe]
  }

  static let chunk = Tunables.Optimal.chunk

  private let finder = HashTableMatchFinder(chunk: chunk)
  /// The cost from a position to the chunk's end, and the token that begins the cheapest path.
  private struct Step: BitwiseCopyable, Sendable {
    var cost: Int32
    var token: Token
  }
  private let pathTable = Table<Step>(repeating: Step(cost: 0, token: Token.none), count: chunk + 1)
  private let countTable = Table<UInt32>(repeating: 0, count: 1024)
  private let distanceCountTable = Table<UInt32>(repeating: 0, count: 32)

  /// Parses a range of the input; matches may refer back to its start but not beyond.
  func parse(
    _ input: InputBytes, _ range: Range<Int>, options: Options, costs: CostModel, into list: inout TokenList
  ) {
    finder.prepare(options.probes)
    let tokens = list.tokens.view
    var position = range.lowerBound
    // The first item has none before it.
    while position < min(range.upperBound, range.lowerBound + options.itemDistance) {
      tokens[list.count] = Token(literal: input[position])
      list.count += 1
      position += 1
    }
    var head = position - range.lowerBound
    while position < range.upperBound {
      let end = min(range.upperBound, position + OptimalParser.chunk)
      finder.find(input, part: position..<end, of: range)
      let others = (
        position - options.otherDistances.0 < range.lowerBound ? 0 : options.otherDistances.0,
        position - options.otherDistances.1 < range.lowerBound ? 0 : options.otherDistances.1
      )
      let histogram = list.counts.next()
      choose(
        Chunk(input: input, start: position, count: end - position, item: options.itemDistance, others: others), costs)
      emit(end - position, &list)
      histogram.clear()
      histogram.add(symbols: countTable.view, distances: distanceCountTable.view)
      while head > 0 {
        histogram.literals[Int(input[range.lowerBound + head - 1])] += 1
        head -= 1
      }
      list.counts.end(symbol: list.count, byte: end)
      costs.update(histogram, memory: Tunables.Costs.memory)
      position = end
    }
    if head > 0 {
      let histogram = list.counts.next()
      histogram.clear()
      for position in range { histogram.literals[Int(input[position])] += 1 }
      list.counts.end(symbol: list.count, byte: range.upperBound)
    }
  }

  /// A part of the input that is parsed at once.
  private struct Chunk {
    let input: InputBytes
    let start: Int
    let count: Int
    /// The distance of one item.
    let item: Int
    /// Other distances, 0 for none.
    let others: (Int, Int)
  }

  private func choose(_ chunk: Chunk, _ costs: CostModel) {
    let hasOthers = chunk.others.0 > 0 || chunk.others.1 > 0
    if chunk.item == 2, !hasOthers, chunk.start & 1 == 0, let pairs = finder.pairs {
      choosePairs(chunk, pairs, costs)
    } else if hasOthers {
      choose(chunk, costs, hasOthers: true)
    } else {
      choose(chunk, costs, hasOthers: false)
    }
  }

  /// From the end backwards: for each position the cheapest of all paths to the end.
  @inline(__always) private func choose(_ chunk: Chunk, _ costs: CostModel, hasOthers: Bool) {
    let (input, start, count, item, others) = (chunk.input, chunk.start, chunk.count, chunk.item, chunk.others)
    let prices = costs.prices
    let path = pathTable.view
    let matches = finder.matches.view
    let probeLists = finder.probeLists.view
    let (firstDistance, secondDistance) = (max(1, others.0), max(1, others.1))
    let (hasFirst, hasSecond) = (others.0 > 0, others.1 > 0)
    let itemToken = Token(length: 0, distance: item).bits
    let itemCost = prices[costs.distanceOffset &+ Token(bits: itemToken).slot]
    let firstToken = Token(length: 0, distance: firstDistance).bits
    let secondToken = Token(length: 0, distance: secondDistance).bits
    let firstCost = prices[costs.distanceOffset &+ Token(bits: firstToken).slot]
    let secondCost = prices[costs.distanceOffset &+ Token(bits: secondToken).slot]
    var run = 0
    var firstRun = 0
    var secondRun = 0
    path[count] = Step(cost: 0, token: Token.none)
    var next: Int32 = 0
    var index = count

    /// Weighs a run at a distance of the layout.
    @inline(__always) func consider(
      _ byte: UInt8, distance: Int, price: Int32, token: UInt32, run: inout Int, best: inout Int32,
      chosen: inout UInt32
    ) {
      let longer = min(run &+ 1, DeflateAlphabet.maxMatch)
      run = input[start &+ index &- distance] == byte ? longer : 0
      // Less than three bytes are priced out of reach.
      let total = path[index &+ run].cost &+ prices[256 &+ run] &+ price
      takeCheaper(total, token &+ UInt32(truncatingIfNeeded: run), best: &best, chosen: &chosen)
    }

    while index > 0 {
      index &-= 1
      let byte = input[start &+ index]
      var best = next &+ prices[Int(byte)]
      var chosen = Token(literal: byte).bits
      consider(
        byte, distance: item, price: itemCost, token: itemToken, run: &run, best: &best, chosen: &chosen)
      if hasOthers {
        if hasFirst {
          consider(
            byte, distance: firstDistance, price: firstCost, token: firstToken, run: &firstRun, best: &best,
            chosen: &chosen)
        }
        if hasSecond {
          consider(
            byte, distance: secondDistance, price: secondCost, token: secondToken, run: &secondRun, best: &best,
            chosen: &chosen)
        }
      }
      // The list of the probes that look here ends with -1.
      var at = ((start &+ index) & 7) &* (HashTableMatchFinder.maxProbes + 1)
      var base = probeLists[at]
      while base >= 0 {
        let match = matches[base &+ index]
        let symbol = match.symbol
        let price = prices[costs.distanceOffset &+ match.slot]
        let total = path[index &+ symbol &- 256].cost &+ prices[symbol] &+ price
        takeCheaper(total, match.bits, best: &best, chosen: &chosen)
        at &+= 1
        base = probeLists[at]
      }
      path[index] = Step(cost: best, token: Token(bits: chosen))
      next = best
    }
  }

  /// The same for items of two bytes, of which one context or two are looked for at the first byte and at the second:
  /// the nearest match of a context includes the run at the distance of one item.
  private func choosePairs(_ chunk: Chunk, _ pairs: HashTableMatchFinder.Pairs, _ costs: CostModel) {
    let (input, start, count) = (chunk.input, chunk.start, chunk.count)
    let (prices, distanceOffset) = (costs.prices, costs.distanceOffset)
    let (path, matches) = (pathTable.view, finder.matches.view)
    path[count] = Step(cost: 0, token: Token.none)
    var next: Int32 = 0
    var index = count

    @inline(__always) func consider(_ base: Int, _ best: inout Int32, _ chosen: inout UInt32) {
      let match = matches[base &+ index]
      let symbol = match.symbol
      let total =
        path[index &+ symbol &- 256].cost &+ prices[symbol] &+ prices[distanceOffset &+ match.slot]
      takeCheaper(total, match.bits, best: &best, chosen: &chosen)
    }
    @inline(__always) func step(_ first: Int, _ second: Int) {
      index &-= 1
      let byte = input[start &+ index]
      var best = next &+ prices[Int(byte)]
      var chosen = Token(literal: byte).bits
      if first >= 0 { consider(first, &best, &chosen) }
      if second >= 0 { consider(second, &best, &chosen) }
      path[index] = Step(cost: best, token: Token(bits: chosen))
      next = best
    }

    if count & 1 != 0 { step(-1, -1) }
    while index > 0 {
      step(pairs.odd.0, pairs.odd.1)
      step(pairs.even.0, pairs.even.1)
    }
  }

  /// Counts what was chosen, and makes it the list's next tokens.
  private func emit(_ count: Int, _ list: inout TokenList) {
    let (path, symbols, distances) = (pathTable.view, countTable.view, distanceCountTable.view)
    symbols.fill(0)
    distances.fill(0)
    let tokens = list.tokens.view
    var index = 0
    var made = list.count
    while index < count {
      let token = path[index].token
      let slot = token.exactSlot
      tokens[made] = token.with(slot: slot)
      symbols[token.symbol] &+= 1
      distances[slot] &+= 1
      made &+= 1
      index &+= token.length
    }
    list.count = made
  }
}
