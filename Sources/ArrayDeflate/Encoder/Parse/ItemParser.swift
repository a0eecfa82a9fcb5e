/// Parses LZ77 optimally over items of few values, where a match begins and ends with an item: characters of four bytes,
/// counts, flags stored as doubles.
///
/// ```
/// 'a' 000 'l' 000 'p' 000     either one item (what changed as literals, the rest as a match at one item's distance)
///  \________ match ________/  or several at once, as they occurred before
/// ```
///
/// ## Algorithm
/// A shortest path, as in ``MinimumCostPath``, over a graph whose nodes are items instead of bytes: so there are a fourth or an
/// eighth as many nodes, and as few lengths of each match to weigh, and an optimal parse takes as long as a greedy one.
/// - Candidates come from hash chains (zlib's and libdeflate's match finder for levels 2 to 9): one table of the latest item
///   with the same short context (2 items), one with the same long context (6 or 8 items), whose chain leads to earlier ones;
///   besides those the items before, and one row before. A candidate that is no longer than the best so far is refused by one
///   comparison, at the byte where it would have to be longer.
/// - An item by itself is an edge too: what changed since the item before as literals, the rest as a match.
/// - The path is chosen chunk by chunk from the end backwards, by a ``CostModel`` that follows the data.
///
/// ## Cost
/// Linear: at most ``maxCandidates`` matches an item, each with at most 64 lengths. Within a match that goes on for
/// ``longMatch`` items nothing else is looked for, and one of ``niceLength`` bytes is taken as it is.
///
/// ## Tried and rejected
/// Longer chains (``Options/depth``): smaller by little, and slower. Matches that begin at any byte: ``OptimalParser``.
final class ItemParser {
  private static let chunk = Tunables.Items.chunk
  private static let hashBits = Tunables.Items.hashBits
  private static let maxCandidates = Tunables.Items.maxCandidates
  private static let niceLength = Tunables.Items.niceLength
  private static let longMatch = Tunables.Items.longMatch

  // Items are counted from the range's start; the tables hold the low 16 bits of an item's number, of which the window
  // (8,192 items at most) needs 14.
  private let nearTable = Table<UInt16>(repeating: 0, count: 1 << hashBits)
  private let farTable = Table<UInt16>(repeating: 0, count: 1 << hashBits)
  /// For each item of the window the one before it with the same long context.
  private let chainTable = Table<UInt16>(repeating: 0, count: 1 << 13)
  /// The matches of each item: their length in items in the high half, their distance in items in the low half.
  private let matchTable = Table<UInt32>(repeating: 0, count: (chunk + 1) * maxCandidates)
  private let matchCounts = Table<UInt8>(repeating: 0, count: chunk + 1)
  private let singleCosts = Table<Int32>(repeating: 0, count: chunk + 1)
  private let costTable = Table<Int32>(repeating: 0, count: chunk + 1)
  /// What was chosen at each item, in the form of `matchTable`; 0 for the item alone.
  private let choiceTable = Table<UInt32>(repeating: 0, count: chunk + 1)
  private let lengthCosts = Table<Int32>(repeating: 0, count: 128)

  /// What to look for.
  struct Options {
    /// The bytes of an item: 4 or 8.
    var size: Int
    /// Another distance of the layout in bytes, a multiple of the size, or 0.
    var stride: Int
    /// How many items of the long context's chain are tried.
    var depth: Int
  }

  /// A part of the input that is parsed at once.
  private struct Chunk {
    let input: InputBytes
    /// Where the range begins, which no match refers back beyond.
    let origin: Int
    /// The chunk's first item.
    let start: Int
    /// The number of its items.
    let count: Int
    let options: Options
  }

  /// Parses a range of the input; matches may refer back to its start but not beyond.
  func parse(
    _ input: InputBytes, _ range: Range<Int>, options: Options, costs: CostModel, into list: inout SequenceList
  ) {
    for table in [nearTable, farTable, chainTable] { table.view.fill(0) }
    // The context of the last items, 64 bytes at most, must lie within the range.
    let total = max(0, (range.count - 72) / options.size)
    var output = SequenceBuilder()
    var start = 0
    while start < total {
      let count = min(ItemParser.chunk, total - start)
      let first = list.count
      let position = range.lowerBound + start * options.size - output.literals - output.length
      let chunk = Chunk(input: input, origin: range.lowerBound, start: start, count: count, options: options)
      if options.size == 8 {
        findMatches(chunk, size: 8, costs)
      } else {
        findMatches(chunk, size: 4, costs)
      }
      choose(count, options.size, costs)
      emit(chunk, &output, &list)
      if list.count > first {
        costs.update(list.endChunk(from: first, input, at: position), memory: Tunables.Costs.memory)
      }
      start += count
    }
    var rest = range.count - total * options.size
    if output.length > 0 { output.flush(&list) }
    rest += output.literals
    list.finish(literals: rest)
  }

  @inline(__always) private func hash(_ input: InputBytes, _ position: Int, _ words: Int) -> Int {
    let multiplier = 0x9E37_79B9_7F4A_7C15 as UInt64
    var sum = input.load64(position) &* multiplier
    var word = 1
    while word < words {
      sum = (sum ^ sum &>> 29 ^ input.load64(position &+ word &* 8)) &* multiplier
      word &+= 1
    }
    return Int(sum &>> UInt64(64 &- ItemParser.hashBits))
  }

  @inline(__always) private func findMatches(_ chunk: Chunk, size: Int, _ costs: CostModel) {
    let (input, origin, start, count) = (chunk.input, chunk.origin, chunk.start, chunk.count)
    let options = chunk.options
    let (near, far, chain) = (nearTable.view, farTable.view, chainTable.view)
    let (matches, counts, single) = (matchTable.view, matchCounts.view, singleCosts.view)
    let shift = size == 8 ? 3 : 2
    let window = DeflateAlphabet.maxDistance / size
    let maxLength = DeflateAlphabet.maxMatch / size
    let niceLength = ItemParser.niceLength / size
    let strideCount = options.stride / size
    // Contexts in words of eight bytes: 2 and 6 items of four bytes, or 2 and 8 of eight.
    let (nearWords, farWords) = size == 8 ? (2, 8) : (1, 3)
    var index = 0
    var skipUntil = 0
    // What is left, at this item, of the longest match of the item before.
    var inherited = 0
    var inheritedDistance = 0
    while index < count {
      let item = start &+ index
      let position = origin &+ item &* size
      single[index] = item == 0 ? Int32(1 << 17) : singleCost(input, position, size: size, costs)
      let low = UInt16(truncatingIfNeeded: item)
      let farSlot = hash(input, position, farWords)
      let nearSlot = hash(input, position, nearWords)
      let (farEntry, nearEntry) = (far[farSlot], near[nearSlot])
      far[farSlot] = low
      near[nearSlot] = low
      chain[item & 0x1FFF] = farEntry
      inherited &-= 1
      if index < skipUntil {
        counts[index] = 0
        index &+= 1
        continue
      }
      if inherited >= ItemParser.longMatch {
        matches[index &* ItemParser.maxCandidates] =
          UInt32(truncatingIfNeeded: inherited) &<< 16 | UInt32(truncatingIfNeeded: inheritedDistance)
        counts[index] = 1
        index &+= 1
        continue
      }
      let limit = min(maxLength, count &- index)
      var found = 0
      var longest = 0
      @inline(__always) func consider(_ distance: Int) {
        if distance <= 0 || distance > min(window, item) || found >= ItemParser.maxCandidates { return }
        let earlier = position &- distance &<< shift
        // What is no longer than the best so far is of no use: its end is compared first.
        if longest >= limit { return }
        let ahead = longest &<< shift
        if size == 8 {
          if input.load64(position &+ ahead) != input.load64(earlier &+ ahead) { return }
        } else {
          if input.load32(position &+ ahead) != input.load32(earlier &+ ahead) { return }
        }
        let length = input.matchLength(position, earlier, limit: limit &<< shift) &>> shift
        if length > longest {
          longest = length
          inheritedDistance = distance
          matches[index &* ItemParser.maxCandidates &+ found] =
            UInt32(truncatingIfNeeded: length) &<< 16 | UInt32(truncatingIfNeeded: distance)
          found &+= 1
        }
      }
      consider(1)
      consider(Int(low &- nearEntry))
      if strideCount > 1 { consider(strideCount) }
      var entry = farEntry
      var last = 0
      var left = options.depth
      while left > 0, longest < niceLength {
        let distance = Int(low &- entry)
        if distance <= last || distance > min(window &- 1, item) { break }
        consider(distance)
        last = distance
        entry = chain[(item &- distance) & 0x1FFF]
        left &-= 1
      }
      counts[index] = UInt8(truncatingIfNeeded: found)
      inherited = longest
      if longest >= niceLength { skipUntil = index &+ longest }
      index &+= 1
    }
  }

  /// Which bytes of an item differ from those of the item before.
  @inline(__always) private func difference(_ input: InputBytes, _ position: Int, _ size: Int) -> UInt64 {
    size == 8
      ? input.load64(position) ^ input.load64(position &- 8)
      : UInt64(input.load32(position) ^ input.load32(position &- 4))
  }

  /// The cost of an item alone: runs of three and more unchanged bytes as matches, the rest as literals.
  @inline(__always) private func singleCost(
    _ input: InputBytes, _ position: Int, size: Int, _ costs: CostModel
  ) -> Int32 {
    let prices = costs.prices
    let distance = prices[costs.distanceOffset &+ (size == 8 ? 5 : 3)]
    let changed = difference(input, position, size)
    if changed &>> 8 == 0 {
      return prices[Int(input[position])] &+ prices[256 &+ size &- 1] &+ distance
    }
    var sum: Int32 = 0
    var offset = 0
    while offset < size {
      let rest = changed &>> UInt64(8 &* offset)
      let run = rest == 0 ? size &- offset : min(size &- offset, rest.trailingZeroBitCount &>> 3)
      if run >= 3 {
        sum &+= prices[256 &+ run] &+ distance
        offset &+= run
      } else {
        sum &+= prices[Int(input[position &+ offset])]
        offset &+= 1
      }
    }
    return sum
  }

  /// From the end backwards: for each item the cheapest of all paths to the end.
  private func choose(_ count: Int, _ size: Int, _ model: CostModel) {
    let (matches, counts, single) = (matchTable.view, matchCounts.view, singleCosts.view)
    let (cost, choice, lengths) = (costTable.view, choiceTable.view, lengthCosts.view)
    let prices = model.prices
    for length in 1...DeflateAlphabet.maxMatch / size { lengths[length] = prices[256 + length * size] }
    cost[count] = 0
    var index = count
    while index > 0 {
      index &-= 1
      var best = cost[index &+ 1] &+ single[index]
      var chosen: UInt32 = 0
      var at = index &* ItemParser.maxCandidates
      let stop = at &+ Int(counts[index])
      var from = 1
      while at < stop {
        let match = matches[at]
        let longest = Int(match &>> 16)
        let distance = prices[
          model.distanceOffset &+ DeflateAlphabet.distanceSlot(Int(match & 0xFFFF) &* size)]
        var length = from
        while length <= longest {
          let total = cost[index &+ length] &+ lengths[length] &+ distance
          takeCheaper(total, UInt32(truncatingIfNeeded: length) &<< 16 | match & 0xFFFF, best: &best, chosen: &chosen)
          length &+= 1
        }
        from = longest &+ 1
        at &+= 1
      }
      cost[index] = best
      choice[index] = chosen
    }
  }

  /// Follows the path from the start and makes sequences of it.
  private func emit(_ chunk: Chunk, _ output: inout SequenceBuilder, _ list: inout SequenceList) {
    let (input, origin, start, count) = (chunk.input, chunk.origin, chunk.start, chunk.count)
    let size = chunk.options.size
    let choice = choiceTable.view
    var index = 0
    while index < count {
      let chosen = choice[index]
      if chosen != 0 {
        let length = Int(chosen &>> 16)
        output.match(length: length &* size, distance: Int(chosen & 0xFFFF) &* size, &list)
        index &+= length
        continue
      }
      let position = origin &+ (start &+ index) &* size
      // The very first item has none before it: all its bytes are literals.
      let changed = start &+ index == 0 ? UInt64.max : difference(input, position, size)
      var offset = 0
      while offset < size {
        let rest = changed &>> UInt64(8 &* offset)
        let run = rest == 0 ? size &- offset : min(size &- offset, rest.trailingZeroBitCount &>> 3)
        if run >= 3 {
          output.match(length: run, distance: size, &list)
          offset &+= run
        } else {
          output.literal(&list)
          offset &+= 1
        }
      }
      index &+= 1
    }
  }
}
