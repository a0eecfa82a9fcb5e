/// The cheapest way through numbers of few values, where a match begins and ends with a number: characters of
/// four bytes, counts, flags stored as doubles.
///
/// ```
/// 'a' 000 'l' 000 'p' 000     either one number (what changed as literals, the rest as a match at one item)
///  \________ match ________/  or several at once, as they occurred before
/// ```
/// With places only between numbers there are a quarter or an eighth as many as bytes, and as few lengths of each
/// match to weigh; so the search may go deep, and the choice may be optimal, at the speed of a greedy parser.
final class ItemParser {
  /// Numbers that are parsed together.
  private static let chunk = 1 << 13
  private static let hashBits = 15
  /// The most candidates of one item.
  private static let maxCandidates = 6
  /// A match of so many bytes is taken at once.
  private static let niceLength = 40

  /// Within a match that goes on for so many numbers nothing else is looked for.
  private static let longMatch = 6

  // Numbers are counted from the range's start; the tables hold the low 16 bits of a number's position, of which the
  // window (8,192 numbers at most) needs 14.
  private let nearTable = Table<UInt16>(repeating: 0, count: 1 << hashBits)
  private let farTable = Table<UInt16>(repeating: 0, count: 1 << hashBits)
  /// For each number of the window the one before it with the same long context.
  private let chainTable = Table<UInt16>(repeating: 0, count: 1 << 13)
  /// The matches of each number: how many numbers in the high half, the distance in numbers in the low.
  private let matchTable = Table<UInt32>(repeating: 0, count: (chunk + 1) * maxCandidates)
  private let matchCounts = Table<UInt8>(repeating: 0, count: chunk + 1)
  private let singleCosts = Table<Int32>(repeating: 0, count: chunk + 1)
  private let costTable = Table<Int32>(repeating: 0, count: chunk + 1)
  /// What was chosen at each number, in the form of `matchTable`; 0 for the number alone.
  private let choiceTable = Table<UInt32>(repeating: 0, count: chunk + 1)
  private let lengthCosts = Table<Int32>(repeating: 0, count: 128)

  /// What to look for.
  struct Options {
    /// The bytes of a number: 4 or 8.
    var size: Int
    /// Another distance of the layout in bytes, a multiple of the size, or 0.
    var stride: Int
    /// How many places of the long context are tried.
    var depth: Int
  }

  /// A parse under way: sequences, and the match that the next one may prolong.
  private struct Output {
    var literals = 0
    var length = 0
    var distance = 0

    @inline(__always) mutating func literal(_ list: inout SequenceList) {
      if length > 0 { flush(&list) }
      literals &+= 1
    }

    @inline(__always) mutating func match(_ more: Int, _ at: Int, _ list: inout SequenceList) {
      if length > 0 {
        if distance == at, length &+ more <= DeflateAlphabet.maxMatch {
          length &+= more
          return
        }
        flush(&list)
      }
      length = more
      distance = at
    }

    @inline(__always) mutating func flush(_ list: inout SequenceList) {
      list.append(literals: literals, length: length, distance: distance)
      literals = 0
      length = 0
    }
  }

  /// Parses a range of the input; matches may reach back to its start but not beyond.
  func parse(
    _ input: InputBytes, _ range: Range<Int>, _ options: Options, _ costs: CostModel,
    into list: inout SequenceList
  ) {
    for table in [nearTable, farTable, chainTable] { table.view.fill(0) }
    // The context of the last numbers, 64 bytes at most, must lie within the range.
    let total = max(0, (range.count - 72) / options.size)
    var output = Output()
    var start = 0
    while start < total {
      let count = min(ItemParser.chunk, total - start)
      let first = list.count
      let position = range.lowerBound + start * options.size - output.literals - output.length
      if options.size == 8 {
        findMatches(input, range.lowerBound, start, count, 8, options, costs)
      } else {
        findMatches(input, range.lowerBound, start, count, 4, options, costs)
      }
      choose(count, options.size, costs)
      emit(input, range.lowerBound, start, count, options.size, &output, &list)
      if list.count > first { costs.update(list.endChunk(from: first, input, at: position), memory: 0.6) }
      start += count
    }
    var rest = range.count - total * options.size
    if output.length > 0 { output.flush(&list) }
    rest += output.literals
    list.finish(literals: rest)
  }

  @inline(__always) private func hash(_ input: InputBytes, _ position: Int, _ words: Int) -> Int {
    let k = 0x9E37_79B9_7F4A_7C15 as UInt64
    var sum = input.load64(position) &* k
    var word = 1
    while word < words {
      sum = (sum ^ sum &>> 29 ^ input.load64(position &+ word &* 8)) &* k
      word &+= 1
    }
    return Int(sum &>> UInt64(64 &- ItemParser.hashBits))
  }

  @inline(__always) private func findMatches(
    _ input: InputBytes, _ origin: Int, _ start: Int, _ count: Int, _ size: Int, _ options: Options,
    _ costs: CostModel
  ) {
    let (near, far, chain) = (nearTable.view, farTable.view, chainTable.view)
    let (matches, counts, single) = (matchTable.view, matchCounts.view, singleCosts.view)
    let shift = size == 8 ? 3 : 2
    let window = DeflateAlphabet.maxDistance / size
    let maxLength = DeflateAlphabet.maxMatch / size
    let niceLength = ItemParser.niceLength / size
    let strideCount = options.stride / size
    // Contexts in words of eight bytes: 2 and 6 characters, or 2 and 8 doubles.
    let (nearWords, farWords) = size == 8 ? (2, 8) : (1, 3)
    var index = 0
    var skipUntil = 0
    // What is left, at this number, of the longest match of the one before.
    var inherited = 0
    var inheritedDistance = 0
    while index < count {
      let item = start &+ index
      let position = origin &+ item &* size
      single[index] = item == 0 ? Int32(1 << 17) : singleCost(input, position, size, costs)
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
        // What is no longer than the best so far is of no use: its end decides first.
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

  /// Which bytes of a number differ from those of the number before.
  @inline(__always) private func difference(_ input: InputBytes, _ position: Int, _ size: Int) -> UInt64 {
    size == 8
      ? input.load64(position) ^ input.load64(position &- 8)
      : UInt64(input.load32(position) ^ input.load32(position &- 4))
  }

  /// The cost of a number alone: runs of three and more unchanged bytes as matches, the rest as literals.
  @inline(__always) private func singleCost(
    _ input: InputBytes, _ position: Int, _ size: Int, _ costs: CostModel
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

  /// From the end backwards: for each number the cheapest of all ways on.
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
          takeCheaper(total, UInt32(truncatingIfNeeded: length) &<< 16 | match & 0xFFFF, &best, &chosen)
          length &+= 1
        }
        from = longest &+ 1
        at &+= 1
      }
      cost[index] = best
      choice[index] = chosen
    }
  }

  private func emit(
    _ input: InputBytes, _ origin: Int, _ start: Int, _ count: Int, _ size: Int, _ output: inout Output,
    _ list: inout SequenceList
  ) {
    let choice = choiceTable.view
    var index = 0
    while index < count {
      let chosen = choice[index]
      if chosen != 0 {
        let length = Int(chosen &>> 16)
        output.match(length &* size, Int(chosen & 0xFFFF) &* size, &list)
        index &+= length
        continue
      }
      let position = origin &+ (start &+ index) &* size
      // The very first number has none before it: all its bytes are literals.
      let changed = start &+ index == 0 ? UInt64.max : difference(input, position, size)
      var offset = 0
      while offset < size {
        let rest = changed &>> UInt64(8 &* offset)
        let run = rest == 0 ? size &- offset : min(size &- offset, rest.trailingZeroBitCount &>> 3)
        if run >= 3 {
          output.match(run, size, &list)
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
