/// Finds the cheapest way through the input by the cost model, chunk by chunk.
///
/// Three passes over each chunk, none of which branches on the data, since what compresses is as hard to foresee for
/// the processor as for us:
///
/// ```
/// find    at each place of interest the latest one with the same next bytes     (MatchFinder)
/// choose  from the end backwards: literal, run or match, whatever is cheapest on the whole
/// walk    from the start forwards: what was chosen becomes tokens, and is counted
/// ```
///
/// What is of interest is learnt from a sample: for numbers of eight bytes it may be two contexts at two offsets.
final class OptimalParser {
  struct Options {
    /// The distance of one number, at which runs are looked for everywhere.
    var itemDistance: Int
    /// Other distances of the layout (a row, a string, one byte) at which runs are looked for; 0 for none.
    var otherDistances: (Int, Int)
    /// Contexts to search for, and where.
    var probes: [MatchFinder.Probe]
    /// Whether all lengths of a match are weighed, not only the longest.
    var allLengths: Bool
    /// How often each chunk is parsed, with costs learnt in between.
    var passes: Int
  }

  /// Bytes that are parsed together.
  static let chunk = 1 << 14
  /// No run is longer, nor are matches.
  private static let longest = Int32(DeflateAlphabet.maxMatch)

  private let finder = MatchFinder(chunk: chunk)
  /// The cost from a place to the chunk's end, and the token that begins the cheapest way.
  private struct Step: BitwiseCopyable, Sendable {
    var cost: Int32
    var token: Token
  }
  private let pathTable = Table<Step>(repeating: Step(cost: 0, token: Token.none), count: chunk + 1)
  private let countTable = Table<UInt32>(repeating: 0, count: 1024)
  private let distanceCountTable = Table<UInt32>(repeating: 0, count: 32)
  /// What each probe saved at each offset within eight bytes, and the other distances, in the cost model's units.
  private let gains = Table<Int>(repeating: 0, count: MatchFinder.most * 8 + 2)

  /// Parses a range of the input; matches may reach back to its start but not beyond.
  func parse(
    _ input: InputBytes, _ range: Range<Int>, _ options: Options, _ costs: CostModel, into list: inout TokenList
  ) {
    finder.prepare(options.probes)
    let tokens = list.tokens.view
    var position = range.lowerBound
    // The first number has none before it.
    while position < min(range.upperBound, range.lowerBound + options.itemDistance) {
      tokens[list.count] = Token(literal: input[position])
      list.count += 1
      position += 1
    }
    var head = position - range.lowerBound
    while position < range.upperBound {
      let end = min(range.upperBound, position + OptimalParser.chunk)
      finder.find(input, position..<end, range)
      let others = (
        position - options.otherDistances.0 < range.lowerBound ? 0 : options.otherDistances.0,
        position - options.otherDistances.1 < range.lowerBound ? 0 : options.otherDistances.1
      )
      let histogram = list.counts.next()
      for pass in 1...options.passes {
        choose(
          input, position, end - position, options.itemDistance, others, costs, allLengths: options.allLengths)
        if pass == options.passes { emit(end - position, &list) } else { count(end - position) }
        histogram.clear()
        histogram.add(symbols: countTable.view, distances: distanceCountTable.view)
        if pass < options.passes { costs.learn(histogram, memory: 0.75, keep: false) }
      }
      while head > 0 {
        histogram.literals[Int(input[range.lowerBound + head - 1])] += 1
        head -= 1
      }
      list.counts.end(symbol: list.count, byte: end)
      costs.learn(histogram, memory: 0.6)
      position = end
    }
    if head > 0 {
      let histogram = list.counts.next()
      histogram.clear()
      for place in range { histogram.literals[Int(input[place])] += 1 }
      list.counts.end(symbol: list.count, byte: range.upperBound)
    }
  }

  private func choose(
    _ input: InputBytes, _ start: Int, _ count: Int, _ item: Int, _ others: (Int, Int), _ costs: CostModel,
    allLengths: Bool
  ) {
    if allLengths {
      choose(input, start, count, item, others, costs, hasOthers: true, allLengths: true)
    } else if others.0 > 0 || others.1 > 0 {
      choose(input, start, count, item, others, costs, hasOthers: true, allLengths: false)
    } else {
      choose(input, start, count, item, others, costs, hasOthers: false, allLengths: false)
    }
  }

  /// From the end backwards: for each place the cheapest of all ways on.
  @inline(__always) private func choose(
    _ input: InputBytes, _ start: Int, _ count: Int, _ item: Int, _ others: (Int, Int), _ costs: CostModel,
    hasOthers: Bool, allLengths: Bool
  ) {
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
    @inline(__always) func weigh(
      _ byte: UInt8, _ distance: Int, _ price: Int32, _ token: UInt32, _ run: inout Int,
      _ best: inout Int32, _ chosen: inout UInt32
    ) {
      let longer = min(run &+ 1, DeflateAlphabet.maxMatch)
      run = input[start &+ index &- distance] == byte ? longer : 0
      // Less than three bytes are priced out of reach.
      let total = path[index &+ run].cost &+ prices[256 &+ run] &+ price
      let isBetter = total < best
      best = isBetter ? total : best
      chosen = isBetter ? token &+ UInt32(truncatingIfNeeded: run) : chosen
    }

    while index > 0 {
      index &-= 1
      let byte = input[start &+ index]
      var best = next &+ prices[Int(byte)]
      var chosen = Token(literal: byte).bits
      weigh(byte, item, itemCost, itemToken, &run, &best, &chosen)
      if hasOthers {
        if hasFirst { weigh(byte, firstDistance, firstCost, firstToken, &firstRun, &best, &chosen) }
        if hasSecond { weigh(byte, secondDistance, secondCost, secondToken, &secondRun, &best, &chosen) }
      }
      // The list of the probes that look here ends with -1.
      var at = ((start &+ index) & 7) &* (MatchFinder.most + 1)
      var base = probeLists[at]
      var from = DeflateAlphabet.minMatch
      while base >= 0 {
        let match = matches[base &+ index]
        let symbol = match.symbol
        let price = prices[costs.distanceOffset &+ match.slot]
        if allLengths {
          // Probes come with the shortest context first, so what was found by the one before was nearer.
          let longest = symbol &- 256
          var length = from
          while length < longest {
            let total = path[index &+ length].cost &+ prices[256 &+ length] &+ price
            let isBetter = total < best
            best = isBetter ? total : best
            chosen = isBetter ? match.bits &- UInt32(truncatingIfNeeded: longest &- length) : chosen
            length &+= 1
          }
          from = max(from, longest &+ 1)
        }
        let total = path[index &+ symbol &- 256].cost &+ prices[symbol] &+ price
        let isBetter = total < best
        best = isBetter ? total : best
        chosen = isBetter ? match.bits : chosen
        at &+= 1
        base = probeLists[at]
      }
      path[index] = Step(cost: best, token: Token(bits: chosen))
      next = best
    }
  }

  /// Counts what was chosen.
  private func count(_ count: Int) {
    let (path, symbols, distances) = (pathTable.view, countTable.view, distanceCountTable.view)
    symbols.fill(0)
    distances.fill(0)
    var index = 0
    while index < count {
      let token = path[index].token
      symbols[token.symbol] &+= 1
      distances[token.exactSlot] &+= 1
      index &+= token.length
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

  // MARK: What is worth a search

  func forgetGains() { gains.view.fill(0) }

  /// Adds up what each probe and each other distance saves over runs at the item's distance, by the choices for a
  /// range that has just been parsed with one chunk.
  private func addGains(_ input: InputBytes, _ start: Int, _ count: Int, _ options: Options, _ costs: CostModel) {
    // The cost without any search, in the same table; the choices of the search stay.
    let choices = (0..<count).map { pathTable.view[$0].token }
    finder.hide()
    choose(input, start, count, options.itemDistance, (0, 0), costs, allLengths: false)
    finder.show()
    let (gains, path, matches) = (gains.view, pathTable.view, finder.matches.view)
    let prices = costs.prices
    var index = 0
    while index < count {
      let token = choices[index]
      if token.symbol > 256, token.distance != options.itemDistance {
        let length = token.length
        let saved = Int(
          path[index].cost - path[index + length].cost - prices[token.symbol]
            - prices[costs.distanceOffset + token.slot])
        let offset = (start + index) & 7
        if token.distance == options.otherDistances.0 {
          gains[MatchFinder.most * 8] += saved
        } else if token.distance == options.otherDistances.1 {
          gains[MatchFinder.most * 8 + 1] += saved
        } else {
          var at = offset * (MatchFinder.most + 1)
          while finder.probeLists.view[at] >= 0 {
            let base = finder.probeLists.view[at]
            let match = matches[base + index]
            if match.distance == token.distance, match.length >= length {
              gains[base / OptimalParser.chunk * 8 + offset] += saved
              break
            }
            at += 1
          }
        }
      }
      index += token.length
    }
  }

  /// Parses a sample and returns the options without what saved less than so many units for each place at which it
  /// was looked for.
  func learn(
    _ input: InputBytes, _ range: Range<Int>, _ options: Options, _ costs: CostModel, least: Int,
    scratch list: inout TokenList
  ) -> Options {
    var options = options
    forgetGains()
    finder.prepare(options.probes)
    var position = range.lowerBound + options.itemDistance
    while position < range.upperBound {
      let end = min(range.upperBound, position + OptimalParser.chunk)
      let others = (
        position - options.otherDistances.0 < range.lowerBound ? 0 : options.otherDistances.0,
        position - options.otherDistances.1 < range.lowerBound ? 0 : options.otherDistances.1
      )
      finder.find(input, position..<end, range)
      choose(input, position, end - position, options.itemDistance, others, costs, allLengths: false)
      count(end - position)
      let histogram = list.counts.next()
      histogram.clear()
      histogram.add(symbols: countTable.view, distances: distanceCountTable.view)
      costs.learn(histogram, memory: 0.6)
      choose(input, position, end - position, options.itemDistance, others, costs, allLengths: false)
      addGains(input, position, end - position, options, costs)
      position = end
    }
    let bound = range.count / 8 * least
    let gains = gains.view
    for index in options.probes.indices {
      for offset in 0..<8 where gains[index * 8 + offset] < bound {
        options.probes[index].places &= ~(1 << UInt8(offset))
      }
    }
    options.probes.removeAll { $0.places == 0 }
    if gains[MatchFinder.most * 8 + 1] < 4 * bound { options.otherDistances.1 = 0 }
    if gains[MatchFinder.most * 8] < 4 * bound {
      options.otherDistances = (options.otherDistances.1, 0)
    }
    return options
  }
}
