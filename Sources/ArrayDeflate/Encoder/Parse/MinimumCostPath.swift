/// Finds the cheapest way to encode some neighbouring positions by literals and matches whose costs are given: the core of
/// near-optimal parsing, as zopfli, LZMA and libdeflate's levels 10 to 12 have it.
///
/// ## Algorithm
/// Positions are the nodes of a graph without cycles, literals and matches its edges: a match of `n` bytes may be taken at any
/// length from 3 to `n`, each with a cost of its own. Dynamic programming from the end backwards gives for each position the
/// cheapest of all paths to the end, and the token that begins it. "Near" optimal, since the costs are those of codes that
/// follow from what is chosen: ``NearOptimalEncoder`` says how that circle is broken.
///
/// ## Cost
/// One addition and one comparison for each length of each match: a quarter of the time of ``DeflateLevel/best`` where much has
/// to be weighed. Hence:
/// - The first match's three bytes are weighed without a branch, since whether there is a match at all is hard to predict.
/// - Of several matches each weighs only the lengths that the shorter ones do not reach: those are cheaper at less distance.
/// - Many lengths are weighed four at a time, by vectors.
///
/// ## Tried and rejected
/// To weigh only the longest of each length symbol, which costs the same bits as all others of it: larger by 0.2 to 1% on text
/// and small integers. All lengths have to be weighed up to about 64; beyond ``longMatch`` only those near the end are, and within
/// long repetitions none. To list no matches at all there, as libdeflate does, is faster still, and strings that are mostly empty
/// take 1.4 times the size, since no match may end within a run of zeros then.
final class MinimumCostPath {
  private let costTable = Table<Int32>(zeros: MatchCache.maxPositions + 1 + DeflateAlphabet.maxMatch)
  /// What was chosen at each position: the tokens on the path follow each other from the first one on, a token's length apart.
  let table = Table<Token>(zeros: MatchCache.maxPositions)
  /// The length of each of them: to work it out of the token would take most of the time of following the path.
  private let stepTable = Table<UInt16>(zeros: MatchCache.maxPositions)
  private let symbolCounts = Table<UInt32>(repeating: 0, count: 1024)
  private let distanceCounts = Table<UInt32>(repeating: 0, count: 32)

  private static let longMatch = Tunables.MinimumCostPath.longMatch
  /// What the positions after the end cost: more than any path to the end from where a match could reach them.
  private static let unreachable = CostModel.never

  /// Calls a function for each token of the path with its position.
  @inline(__always) func forEach(_ range: Range<Int>, _ body: (_ index: Int, _ token: Token) -> Void) {
    let (path, steps) = (table.view, stepTable.view)
    var index = range.lowerBound
    while index < range.upperBound {
      let token = path[index]
      body(index, token)
      index &+= Int(steps[index])
    }
  }

  /// From the end backwards: for each position the cheapest of all paths to the end.
  ///
  /// - Parameters:
  ///   - range: The positions, counted from the first one of the cache.
  ///   - start: The first position of the cache in the input.
  func choose(_ range: Range<Int>, of input: InputBytes, from start: Int, matches cache: MatchCache, costs: CostModel) {
    let prices = costs.prices
    let distanceOffset = costs.distanceOffset
    let (cost, path, steps) = (costTable.view, table.view, stepTable.view)
    let (matches, ends) = (cache.matches.view, cache.ends.view)
    var index = range.upperBound
    cost[index] = 0
    // Nothing ends beyond the end.
    cost.fill(MinimumCostPath.unreachable, from: index &+ 1, count: DeflateAlphabet.maxMatch)
    var next: Int32 = 0
    var stop = Int(ends[index])
    var repetition = Repetition()
    while index > range.lowerBound {
      if index &- 4 >= range.lowerBound, Int(ends[index &- 4]) == stop {
        // Four positions without a match.
        index &-= 4
        next = putLiterals(input.load32(start &+ index), at: index, next, prices)
        continue
      }
      index &-= 1
      let byte = input[start &+ index]
      let first = Int(ends[index])
      if repetition.isLong, first < stop, repetition.goesOn(matches[stop &- 1], at: index) {
        next = repeatMatch(matches[stop &- 1], at: index, next, byte, costs)
        stop = first
        continue
      }
      // Whether there is a match at all is hard to predict: hence the first three bytes of one, without a branch.
      let match = matches[first]
      let literal = next &+ prices[Int(byte)]
      let total = cost[index &+ 3] &+ prices[256 + 3] &+ prices[distanceOffset &+ match.slot]
      let isBetter = first < stop && total < literal
      var best = Best(
        cost: isBetter ? total : literal,
        token: isBetter ? match.bits & ~0x3FF | (256 + 3) : Token(literal: byte).bits, length: isBetter ? 3 : 1)
      // More than one match, or a longer one.
      let hasMore = (first &+ 1 &- stop) | (first &- stop) & (256 &+ 3 &- match.symbol)
      if hasMore < 0 {
        let last = matches[stop &- 1]
        if last.symbol <= 256 &+ MinimumCostPath.longMatch {
          var from = DeflateAlphabet.minMatch &+ 1
          var at = first
          repeat {
            let match = matches[at]
            let longest = match.symbol &- 256
            best.weigh(match, from: from, to: longest, at: index, prices[distanceOffset &+ match.slot], cost, prices)
            from = longest &+ 1
            at &+= 1
          } while at < stop
        } else {
          weighLong(first..<stop, at: index, before: range.upperBound, matches, costs, &repetition, &best)
        }
      }
      stop = first
      cost[index] = best.cost
      path[index] = Token(bits: best.token)
      steps[index] = UInt16(truncatingIfNeeded: best.length)
      next = best.cost
    }
  }

  /// Within a long repetition nothing but its match and a literal is weighed.
  @inline(__always) private func repeatMatch(
    _ match: Token, at index: Int, _ next: Int32, _ byte: UInt8, _ costs: CostModel
  ) -> Int32 {
    let (prices, cost) = (costs.prices, costTable.view)
    let literal = next &+ prices[Int(byte)]
    let total =
      cost[index &+ DeflateAlphabet.maxMatch] &+ prices[match.symbol] &+ prices[costs.distanceOffset &+ match.slot]
    let isBetter = total < literal
    cost[index] = isBetter ? total : literal
    table.view[index] = isBetter ? match : Token(literal: byte)
    stepTable.view[index] = isBetter ? UInt16(truncatingIfNeeded: DeflateAlphabet.maxMatch) : 1
    return isBetter ? total : literal
  }

  /// Weighs the matches of a position of which some are long, for which not all lengths are weighed.
  @inline(never) private func weighLong(
    _ list: Range<Int>, at index: Int, before end: Int, _ matches: TableView<Token>, _ costs: CostModel,
    _ repetition: inout Repetition, _ best: inout Best
  ) {
    let (prices, distanceOffset, cost) = (costs.prices, costs.distanceOffset, costTable.view)
    repetition.note(matches[list.upperBound &- 1], at: index)
    let room = end &- index
    var from = DeflateAlphabet.minMatch &+ 1
    for at in list {
      let match = matches[at]
      let longest = min(match.symbol &- 256, room)
      var length = from
      // Where so long a match is given up, it is near its end.
      if longest > MinimumCostPath.longMatch {
        // In a repetition that goes on there is no end, and to the end of all nothing comes after it.
        let isWhole = longest == room || repetition.isLong
        length = max(from, longest &- (isWhole ? 0 : MinimumCostPath.longMatch / 2))
      }
      best.weigh(match, from: length, to: longest, at: index, prices[distanceOffset &+ match.slot], cost, prices)
      from = max(from, longest &+ 1)
    }
  }

  /// Puts four literals on the path, before what costs as much as is given; returns what all costs.
  @inline(__always) private func putLiterals(
    _ bytes: UInt32, at index: Int, _ after: Int32, _ prices: TableView<Int32>
  ) -> Int32 {
    let (cost, path, steps) = (costTable.view, table.view, stepTable.view)
    let fourth = after &+ prices[Int(bytes &>> 24)]
    let third = fourth &+ prices[Int(bytes &>> 16 & 0xFF)]
    let second = third &+ prices[Int(bytes &>> 8 & 0xFF)]
    let first = second &+ prices[Int(bytes & 0xFF)]
    cost.set(four: SIMD4(first, second, third, fourth), at: index)
    for place in 0..<4 {
      path[index &+ place] = Token(literal: UInt8(truncatingIfNeeded: bytes &>> UInt32(8 &* place)))
    }
    steps.set(four: MinimumCostPath.fourOnes, at: index)
    return first
  }

  /// Four steps of one byte in a word: what is chosen there is four literals, if the first of them is on the path.
  @inline(__always) private static var fourOnes: UInt64 { 0x0001_0001_0001_0001 }

  /// Counts what was chosen.
  func tally(_ range: Range<Int>, into histogram: Histogram) {
    histogram.clear()
    _ = count(range, symbols: .max, into: histogram)
  }

  /// Counts some symbols of a range; returns where they end.
  func count(_ range: Range<Int>, symbols maxCount: Int, into histogram: Histogram) -> Int {
    let (path, steps) = (table.view, stepTable.view)
    let (symbols, distances) = (symbolCounts.view, distanceCounts.view)
    symbols.fill(0)
    distances.fill(0)
    var index = range.lowerBound
    var left = maxCount
    while index < range.upperBound, left > 0 {
      if left >= 4, index &+ 4 <= range.upperBound, steps.four(index) == MinimumCostPath.fourOnes {
        for place in 0..<4 { symbols[path[index &+ place].symbol] &+= 1 }
        index &+= 4
        left &-= 4
        continue
      }
      let token = path[index]
      symbols[token.symbol] &+= 1
      distances[token.slot] &+= 1
      index &+= Int(steps[index])
      left &-= 1
    }
    histogram.add(symbols: symbols, distances: distances)
    return index
  }

  /// What a part of what was chosen last costs in bits, by the costs that it was chosen by.
  func price(_ range: Range<Int>) -> Float {
    Float(costTable.view[range.lowerBound] &- costTable.view[range.upperBound]) / CostModel.unit
  }

  /// Moves the tokens of a range together to its beginning and counts them; returns where they end.
  func gather(_ range: Range<Int>, into histogram: Histogram) -> Int {
    let (path, steps) = (table.view, stepTable.view)
    let (symbols, distances) = (symbolCounts.view, distanceCounts.view)
    symbols.fill(0)
    distances.fill(0)
    var index = range.lowerBound
    var made = index
    while index < range.upperBound {
      if index &+ 4 <= range.upperBound, steps.four(index) == MinimumCostPath.fourOnes {
        for place in 0..<4 {
          let token = path[index &+ place]
          path[made &+ place] = token
          symbols[token.symbol] &+= 1
        }
        index &+= 4
        made &+= 4
        continue
      }
      let token = path[index]
      path[made] = token
      made &+= 1
      symbols[token.symbol] &+= 1
      distances[token.slot] &+= 1
      index &+= Int(steps[index])
    }
    histogram.clear()
    histogram.add(symbols: symbols, distances: distances)
    return made
  }
}

extension MinimumCostPath {
  /// The cheapest way on from a position, so far: what it costs to the end, and how it begins.
  struct Best {
    var cost: Int32
    var token: UInt32
    /// The bytes that the token stands for.
    var length: Int

    /// Weighs some lengths of a match, each with what comes after it.
    @inline(__always) mutating func weigh(
      _ match: Token, from shortest: Int, to longest: Int, at index: Int, _ price: Int32, _ costs: TableView<Int32>,
      _ prices: TableView<Int32>
    ) {
      var least = cost &- price
      var (taken, length) = (0, shortest)
      if longest &- length >= 11 {
        // Many lengths: four at a time, and only if one is better, which.
        var four = SIMD4<Int32>(repeating: least)
        var others = four
        while length &+ 7 <= longest {
          // Two times four, so that one comparison need not wait for the other.
          let totals = costs.four(index &+ length) &+ prices.four(256 &+ length)
          let more = costs.four(index &+ length &+ 4) &+ prices.four(256 &+ length &+ 4)
          four.replace(with: totals, where: totals .< four)
          others.replace(with: more, where: more .< others)
          length &+= 8
        }
        if length &+ 3 <= longest {
          let totals = costs.four(index &+ length) &+ prices.four(256 &+ length)
          four.replace(with: totals, where: totals .< four)
          length &+= 4
        }
        four.replace(with: others, where: others .< four)
        let low = min(four[0], four[1], four[2], four[3])
        if low < least {
          least = low
          taken = length &- 1
          while costs[index &+ taken] &+ prices[256 &+ taken] != low { taken &-= 1 }
        }
      }
      while length <= longest {
        let total = costs[index &+ length] &+ prices[256 &+ length]
        let isBetter = total < least
        least = isBetter ? total : least
        taken = isBetter ? length : taken
        length &+= 1
      }
      let isBetter = taken > 0
      cost = isBetter ? least &+ price : cost
      token = isBetter ? match.bits & ~0x3FF | UInt32(truncatingIfNeeded: 256 &+ taken) : token
      self.length = isBetter ? taken : self.length
    }
  }

  /// The longest match of the position after, if it is as long as can be, and how many positions in a row have the same one.
  struct Repetition {
    private var (match, position, count) = (0 as UInt32, -1, 0)

    init() {}

    /// Whether all positions that a match could reach have it.
    @inline(__always) var isLong: Bool { count >= DeflateAlphabet.maxMatch }

    /// Whether the longest match of a position is that of a long repetition from the next position on, which goes on with it then.
    @inline(__always) mutating func goesOn(_ longest: Token, at index: Int) -> Bool {
      if longest.bits != match || position != index &+ 1 { return false }
      position = index
      return true
    }

    /// Takes the longest match of a position into account.
    mutating func note(_ longest: Token, at index: Int) {
      let isSame = longest.bits == match && position == index &+ 1 && longest.symbol == Token.symbolCount &- 1
      count = isSame ? count &+ 1 : 0
      (match, position) = (longest.bits, index)
    }
  }
}
