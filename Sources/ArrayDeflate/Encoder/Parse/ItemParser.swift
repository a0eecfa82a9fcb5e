/// Parses LZ77 optimally over items of few values, where a match begins and ends with an item: characters of four bytes,
/// counts, flags stored as doubles, strings out of a list.
///
/// ```
/// 'a' 000 'l' 000 'p' 000     either one item (what changed as literals, the rest as a match at one atom's distance)
///  \________ match ________/  or several at once, as they occurred before
/// ```
///
/// ## Algorithm
/// A shortest path, as in ``MinimumCostPath``, over a graph whose nodes are items instead of bytes: so there are a fourth or a
/// fortieth as many nodes, and as few lengths of each match to weigh, and an optimal parse takes as long as a greedy one.
/// - Candidates come from hash tables, one for each of several contexts of a number of items, which lead to the latest items
///   with the same context; besides those the items before, and one row before. A candidate that is no longer than the best so
///   far is refused by one comparison, at the item where it would have to be longer.
/// - Which contexts are of use depends on how many values there are, and is learnt from a sample
///   (``contexts(_:_:size:)``): those that nearly always occur in the window, up to those that hardly ever do.
/// - An item by itself is an edge too: what changed since the atom before as literals, the rest as matches.
/// - The path is chosen chunk by chunk from the end backwards, by a ``CostModel`` that follows the data.
///
/// ## Cost
/// Linear: at most ``maxCandidates`` matches an item, each with at most 64 lengths. Within a match that goes on for
/// ``longMatch`` items nothing else is looked for, and one of ``Tunables/Items/niceLength(size:)`` bytes is taken as it is.
///
/// ## Tried and rejected
/// Chains of the items with the same context: smaller by little, and slower. Matches that begin at any byte:
/// ``OptimalParser``.
final class ItemParser {
  static let chunk = Tunables.Items.chunk
  static let maxCandidates = Tunables.Items.maxCandidates
  static let maxContexts = 4
  /// In the form of `matchTable`, what is added to a match that is taken at its whole length.
  @inline(__always) static var taken: UInt32 { 1 &<< 31 }
  static let maxContext = 16

  // Items are counted from the range's start; the tables hold the low 16 bits of an item's number, of which the window
  // (10,922 items at most) needs 14.
  let tables = (0..<maxContexts).map { _ in Table<UInt16>(repeating: 0, count: 1 << Tunables.Items.hashBits) }
  /// The hashes of all items from the chunk's start up to each.
  let hashTable = Table<UInt64>(repeating: 0, count: chunk + maxContext + 1)
  /// The latest item with each context of each item, context after context.
  let headTable = Table<UInt16>(repeating: 0, count: chunk * maxContexts)
  /// The matches of each item: their length in items in the high half, their distance in items in the low half.
  let matchTable = Table<UInt32>(repeating: 0, count: (chunk + 1) * maxCandidates)
  let matchCounts = Table<UInt8>(repeating: 0, count: chunk + 1)
  let singleCosts = Table<Int32>(repeating: 0, count: chunk + 1)
  private let costTable = Table<Int64>(repeating: 0, count: chunk + 1)
  /// What was chosen at each item, in the form of `matchTable`; 0 for the item alone.
  private let choiceTable = Table<UInt32>(repeating: 0, count: chunk + 1)
  private let lengthCosts = Table<Int64>(repeating: 0, count: 128)

  /// What to look for.
  struct Options {
    /// The bytes of an item: 3 to 128.
    var size: Int
    /// The distance of runs within an item alone.
    var runDistance: Int
    /// Another distance of the layout in items, or 0.
    var stride: Int
    /// The items of the contexts that are looked for, the fewest first.
    var contexts: [Int]
  }

  /// A part of the input that is parsed at once.
  struct Chunk {
    let input: InputBytes
    /// Where the range begins, which no match refers back beyond.
    let origin: Int
    /// The items of the whole range.
    let total: Int
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
    for (table, _) in zip(tables, options.contexts) { table.view.fill(0) }
    let total = range.count / options.size
    let length = min(ItemParser.chunk, Tunables.Items.chunkBytes / options.size)
    var output = SequenceBuilder()
    var start = 0
    while start < total {
      let count = min(length, total - start)
      let first = list.count
      let position = range.lowerBound + start * options.size - output.literals - output.length
      let chunk = Chunk(
        input: input, origin: range.lowerBound, total: total, start: start, count: count, options: options)
      switch options.size {
      case 3: findMatches(chunk, size: 3, costs)
      case 4: findMatches(chunk, size: 4, costs)
      case 8: findMatches(chunk, size: 8, costs)
      default: findMatches(chunk, size: options.size, costs)
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

  /// From the end backwards: for each item the cheapest of all paths to the end.
  ///
  /// A cost has what leads to it in its low half, in the form of `matchTable`: so the lesser of two is the choice as well. Odd and even
  /// lengths are weighed apart, since each comparison waits for the one before.
  private func choose(_ count: Int, _ size: Int, _ model: CostModel) {
    let (matches, counts, single) = (matchTable.view, matchCounts.view, singleCosts.view)
    let (cost, choice, lengths) = (costTable.view, choiceTable.view, lengthCosts.view)
    let prices = model.prices
    for length in 1...DeflateAlphabet.maxMatch / size {
      lengths[length] = Int64(prices[256 + length * size]) << 32 | Int64(length) << 16
    }
    cost[count] = 0
    var index = count
    while index > 0 {
      index &-= 1
      var best = cost[index &+ 1] &+ Int64(single[index]) &<< 32
      var at = index &* ItemParser.maxCandidates
      let stop = at &+ Int(counts[index])
      var from = 1
      while at < stop {
        let match = matches[at]
        let longest = Int(match &>> 16 & 0x7FFF)
        let slot = DeflateAlphabet.distanceSlot(Int(match & 0xFFFF) &* size)
        let distance = Int64(prices[model.distanceOffset &+ slot]) &<< 32 | Int64(match & 0xFFFF)
        var length = match >= ItemParser.taken ? longest : from
        var (one, two) = (Int64.max &>> 1, Int64.max &>> 1)
        while length < longest {
          one = ItemParser.lesser(one, cost[index &+ length] &+ lengths[length])
          two = ItemParser.lesser(two, cost[index &+ length &+ 1] &+ lengths[length &+ 1])
          length &+= 2
        }
        if length == longest { one = ItemParser.lesser(one, cost[index &+ length] &+ lengths[length]) }
        best = ItemParser.lesser(best, ItemParser.lesser(one, two) &+ distance)
        from = longest &+ 1
        at &+= 1
      }
      cost[index] = best & ~0xFFFF_FFFF
      choice[index] = UInt32(truncatingIfNeeded: best)
    }
  }

  /// The lesser of two numbers, without a branch: see ``takeCheaper``.
  @inline(__always) private static func lesser(_ one: Int64, _ two: Int64) -> Int64 {
    let difference = two &- one
    return one &+ difference & difference &>> 63
  }

  /// Follows the path from the start and makes sequences of it.
  private func emit(_ chunk: Chunk, _ output: inout SequenceBuilder, _ list: inout SequenceList) {
    let options = chunk.options
    let choice = choiceTable.view
    var index = 0
    while index < chunk.count {
      let chosen = choice[index]
      if chosen != 0 {
        let length = Int(chosen &>> 16)
        output.match(
          length: length &* options.size, distance: Int(chosen & 0xFFFF) &* options.size, &list)
        index &+= length
        continue
      }
      var position = chunk.origin &+ (chunk.start &+ index) &* options.size
      let end = position &+ options.size
      while position < end {
        let run = chunk.run(at: position, upTo: end)
        if run >= 3 {
          output.match(length: run, distance: options.runDistance, &list)
          position &+= run
        } else {
          output.literal(&list)
          position &+= 1
        }
      }
      index &+= 1
    }
  }
}

extension ItemParser.Chunk {
  /// The bytes of an item from a position on that equal those one atom before.
  @inline(__always) func run(at position: Int, upTo end: Int) -> Int {
    // The first atom has none before it.
    if position &- origin < options.runDistance { return 0 }
    if position &+ 8 <= input.count {
      let difference = input.load64(position) ^ input.load64(position &- options.runDistance)
      if difference != 0 { return min(end &- position, difference.trailingZeroBitCount &>> 3) }
    }
    return input.matchLength(position, position &- options.runDistance, limit: end &- position)
  }
}
