/// The smallest result: every match is known, every length of it weighed, and the blocks' own codes settle what is
/// cheapest.
///
/// ```
/// find   all matches of a region                                 (MatchTree)
/// parse  by the costs of what came before, and count by chunks
/// plan   join chunks to blocks                                   (BlockPlanner)
/// for each block: parse by its own costs if those before are not much like them, then by its codes' lengths; write
/// ```
final class ThoroughEncoder {
  private let tree = MatchTree()
  private var cache = MatchCache()
  private var filtered = MatchCache()
  private let planner = BlockPlanner()
  private let costs = CostModel()
  private let histogram = Histogram()
  private let writer = BlockWriter()
  private let costTable = Table<Int32>(zeros: MatchCache.places + 1)
  private let pathTable = Table<Token>(zeros: MatchCache.places)
  private let symbolCounts = Table<UInt32>(repeating: 0, count: 1024)
  private let distanceCounts = Table<UInt32>(repeating: 0, count: 32)
  private let counts = ChunkCounts()

  /// Symbols that are counted together before blocks are planned.
  private static let chunkSymbols = 1024
  /// Of a match that is longer than this only the lengths near its end are weighed.
  private static let long = 128
  /// The share of a block's bits that the costs of others may waste: where it is more, the block is parsed by its own
  /// costs before it is parsed by its codes.
  private static let waste: Float = 0.01
  /// Frequencies that unused lengths and distances are given in the beginning, as a share of the matches: what is dear
  /// is not used, and what is not used is dear.
  private static let hope: Float = 0.04
  /// A place within a number where fewer than one in so many symbols is a match that had to be searched for needs no
  /// search.
  private static let rare = 800
  /// By how much a quicker search may be larger in a sample.
  private static let margin = 1.001

  /// Compresses a segment.
  func encode(_ input: InputBytes, _ options: SearchOptions, to out: inout BitWriter) {
    tree.clear(at: 0)
    var position = 0
    while position < input.count {
      let end = tree.find(input, position..<input.count, from: 0, options, into: cache)
      let count = end - position
      if position == 0 { begin(input, 0..<min(count, 1 << 17), options) }
      choose(input, position, 0..<count)
      plan(count)
      // What each block's costs are held against.
      costs.keep()
      for block in planner.blocks { write(block, input, position, to: &out) }
      position = end
    }
  }

  /// What a search finds worth while in a sample, and the bits that a byte takes from some place in it on.
  func learn(_ input: InputBytes, _ range: Range<Int>, countedFrom: Int, _ layout: ItemLayout) -> (
    SearchOptions, bits: Double
  ) {
    var options = SearchOptions(layout)
    options.derive(input, range)
    tree.clear(at: range.lowerBound)
    let end = tree.find(input, range, from: range.lowerBound, options, into: cache)
    let sample = range.lowerBound..<end
    let counted = min(sample.count, max(0, countedFrom - range.lowerBound))
    var bits = measure(input, sample, counted, options)
    options.context = context(sample, options)
    guard options.grain > 1 else { return (options, bits) }
    let used = usedPlaces(sample, options)
    if options.derived == 0 {
      // Not all that is called numbers repeats as such: half of the sample tells.
      let half = sample.lowerBound..<sample.lowerBound + sample.count / 2
      let numbers = measure(input, half, counted / 2, options)
      swap(&cache, &filtered)
      defer { swap(&cache, &filtered) }
      var anywhere = options
      anywhere.grain = 1
      anywhere.context = DeflateAlphabet.minMatch
      tree.clear(at: half.lowerBound)
      let end = tree.find(input, half, from: half.lowerBound, anywhere, into: cache)
      let bytes = measure(input, half.lowerBound..<end, counted / 2, anywhere)
      if numbers > bytes * ThoroughEncoder.margin { return (anywhere, bits * bytes / numbers) }
    }
    if used != options.places {
      options.places = used
      bits = measure(input, sample, counted, options)
      options.context = context(sample, options)
    }
    // Where numbers begin and end there may be enough, or even more: fewer ways to say the same are used more often.
    let low: UInt8 = options.grain == 8 ? 0x01 : options.grain == 4 ? 0x11 : 0x55
    let first = low, last = low << UInt8(options.grain - 1)
    for pair in [first | first << 1, first | last, last | last >> 1] where pair.nonzeroBitCount < used.nonzeroBitCount {
      var fewer = options
      fewer.places = pair
      let less = measure(input, sample, counted, fewer)
      let isEnough = less <= bits * ThoroughEncoder.margin
      if isEnough, options.places == used || less < bits {
        fewer.context = context(sample, fewer)
        (options, bits) = (fewer, less)
      }
    }
    options.derive(input, sample)
    return (options, bits)
  }

  /// The bits that a byte of a sample takes from some place in it on, if only the matches of some places are used.
  private func measure(_ input: InputBytes, _ sample: Range<Int>, _ counted: Int, _ options: SearchOptions) -> Double {
    let whole = cache
    if options.places != .max {
      cache = filtered
      whole.copy(into: filtered, sample, options)
    }
    defer { cache = whole }
    // Where most matches derive from others there are many to weigh, and one round tells enough.
    if options.derived.nonzeroBitCount < 4 {
      begin(input, sample, options)
    } else {
      begin(input, sample, options, [ThoroughEncoder.hope])
    }
    choose(input, sample.lowerBound, 0..<sample.count)
    var start = 0
    while start < counted { start += pathTable.view[start].length }
    tally(start..<sample.count, histogram)
    return Double(histogram.huffmanBits()) / Double(max(1, sample.count - start))
  }

  /// The offsets within eight bytes at which matches that had to be searched for were chosen often enough.
  private func usedPlaces(_ sample: Range<Int>, _ options: SearchOptions) -> UInt8 {
    var used = [Int](repeating: 0, count: 8)
    let symbols = forEachSearched(sample, options) { place, _ in used[place & 7] += 1 }
    var places: UInt8 = 0
    for offset in 0..<8 where used[offset] * ThoroughEncoder.rare >= symbols { places |= 1 << UInt8(offset) }
    return places
  }

  /// The length that hardly any match falls short of that was chosen and had to be searched for.
  private func context(_ sample: Range<Int>, _ options: SearchOptions) -> Int {
    var counts = [Int](repeating: 0, count: 9)
    let symbols = forEachSearched(sample, options) { _, match in counts[min(8, match.length)] += 1 }
    var length = DeflateAlphabet.minMatch
    var shorter = counts[length]
    while length < 8, shorter * ThoroughEncoder.rare < symbols {
      length += 1
      shorter += counts[length]
    }
    return length
  }

  /// Calls a function for each match that was chosen and had to be searched for, with its place; returns the number of
  /// all symbols.
  private func forEachSearched(
    _ sample: Range<Int>, _ options: SearchOptions, _ body: (_ place: Int, _ match: Token) -> Void
  ) -> Int {
    let path = pathTable.view
    var symbols = 0
    var index = 0
    while index < sample.count {
      let token = path[index]
      symbols += 1
      if token.symbol > 256, token.distance != options.itemDistance, token.distance != 1 {
        body(sample.lowerBound + index, token)
      }
      index += token.length
    }
    return symbols
  }

  /// Learns the costs from a beginning whose matches have been found, in a round for each hope.
  private func begin(
    _ input: InputBytes, _ range: Range<Int>, _ options: SearchOptions,
    _ hopes: [Float] = [3 * ThoroughEncoder.hope, ThoroughEncoder.hope]
  ) {
    costs.guess(input, range, itemDistance: options.itemDistance)
    let distances = distanceCounts.view
    distances.fill(0)
    let itemSlot = DeflateAlphabet.distanceSlot(options.itemDistance)
    for index in 0..<Int(cache.ends.view[range.count]) { distances[cache.matches.view[index].slot] &+= 1 }
    distances[itemSlot] = 0
    costs.expect(distances)
    for hope in hopes {
      choose(input, range.lowerBound, 0..<range.count)
      tally(0..<range.count, histogram)
      costs.set(histogram, hope: hope)
    }
  }

  private func write(_ block: BlockPlanner.Block, _ input: InputBytes, _ start: Int, to out: inout BitWriter) {
    histogram.copy(block.histogram)
    costs.restore()
    let before = costs.bits(histogram)
    costs.set(histogram, hope: ThoroughEncoder.hope)
    let after = costs.bits(histogram)
    if before - after > ThoroughEncoder.waste * after {
      choose(input, start, block.bytes)
      tally(block.bytes, histogram)
    }
    costs.setCodes(histogram)
    choose(input, start, block.bytes)
    tally(block.bytes, histogram)
    // The tokens of the path, one after the other, at its beginning.
    let path = pathTable.view
    var made = block.bytes.lowerBound
    var index = made
    while index < block.bytes.upperBound {
      let token = path[index]
      path[made] = token
      made &+= 1
      index &+= token.length
    }
    let list = TokenList(pathTable, count: made, counts)
    let bytes = start + block.bytes.lowerBound..<start + block.bytes.upperBound
    writer.write(list, block.bytes.lowerBound..<made, input, bytes, histogram, to: &out)
    costs.set(histogram, hope: ThoroughEncoder.hope)
  }

  /// From the end backwards: for each place the cheapest of all ways on.
  private func choose(_ input: InputBytes, _ start: Int, _ range: Range<Int>) {
    let prices = costs.prices
    let distanceOffset = costs.distanceOffset
    let (cost, path) = (costTable.view, pathTable.view)
    let (matches, ends) = (cache.matches.view, cache.ends.view)
    let end = range.upperBound
    var index = end
    cost[index] = 0
    var next: Int32 = 0
    var stop = Int(ends[index])
    while index > range.lowerBound {
      index &-= 1
      let byte = input[start &+ index]
      var best = next &+ prices[Int(byte)]
      var chosen = Token(literal: byte).bits
      let first = Int(ends[index])
      let room = end &- index
      if room >= DeflateAlphabet.minMatch {
        // Whether there is a match at all is hard to foresee: hence the first three bytes of one, without a branch.
        let match = matches[first]
        let price = prices[distanceOffset &+ match.slot]
        let total = cost[index &+ 3] &+ prices[256 + 3] &+ price
        let isBetter = first < stop && total < best
        best = isBetter ? total : best
        chosen = isBetter ? match.bits & ~0x3FF | (256 + 3) : chosen
        if first &+ 1 < stop || first < stop && match.symbol > 256 + 3 {
          var from = DeflateAlphabet.minMatch + 1
          var at = first
          while at < stop {
            let match = matches[at]
            let longest = min(match.symbol &- 256, room)
            let price = prices[distanceOffset &+ match.slot]
            var least = best &- price
            var taken = 0
            var length = from
            // Where so long a match is given up, it is near its end.
            if longest > ThoroughEncoder.long { length = max(from, longest &- ThoroughEncoder.long / 2) }
            if longest &- length >= 11 {
              // Many lengths: four at a time, and only if one is better, which.
              var least4 = SIMD4<Int32>(repeating: least)
              while length &+ 3 <= longest {
                let totals = cost.four(index &+ length) &+ prices.four(256 &+ length)
                least4.replace(with: totals, where: totals .< least4)
                length &+= 4
              }
              let low = min(least4[0], least4[1], least4[2], least4[3])
              if low < least {
                least = low
                taken = length &- 1
                while cost[index &+ taken] &+ prices[256 &+ taken] != low { taken &-= 1 }
              }
            }
            while length <= longest {
              let total = cost[index &+ length] &+ prices[256 &+ length]
              let isBetter = total < least
              least = isBetter ? total : least
              taken = isBetter ? length : taken
              length &+= 1
            }
            let isBetter = taken > 0
            best = isBetter ? least &+ price : best
            chosen = isBetter ? match.bits & ~0x3FF | UInt32(truncatingIfNeeded: 256 &+ taken) : chosen
            from = max(from, longest &+ 1)
            at &+= 1
          }
        }
      }
      stop = first
      cost[index] = best
      path[index] = Token(bits: chosen)
      next = best
    }
  }

  /// Counts what was chosen.
  private func tally(_ range: Range<Int>, _ histogram: Histogram) {
    let (path, symbols, distances) = (pathTable.view, symbolCounts.view, distanceCounts.view)
    symbols.fill(0)
    distances.fill(0)
    var index = range.lowerBound
    while index < range.upperBound {
      let token = path[index]
      symbols[token.symbol] &+= 1
      distances[token.slot] &+= 1
      index &+= token.length
    }
    histogram.clear()
    histogram.add(symbols: symbols, distances: distances)
  }

  /// Cuts what was chosen into chunks of symbols, and those into blocks.
  private func plan(_ count: Int) {
    let (path, symbols, distances) = (pathTable.view, symbolCounts.view, distanceCounts.view)
    planner.clear()
    var index = 0
    while index < count {
      symbols.fill(0)
      distances.fill(0)
      let first = index
      var left = ThoroughEncoder.chunkSymbols
      while index < count, left > 0 {
        let token = path[index]
        symbols[token.symbol] &+= 1
        distances[token.slot] &+= 1
        index &+= token.length
        left &-= 1
      }
      planner.add(first..<index).add(symbols: symbols, distances: distances)
    }
    planner.join()
  }
}
