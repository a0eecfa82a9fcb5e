/// Finds the cheapest way through the input by the cost model, several times over with costs learnt in between.
final class OptimalParser {
  struct Options {
    /// The distances of the array's layout, tried at every place.
    var distances: [Int]
    /// The contexts searched for, and where.
    var contexts: [ContextTables.Context]
    /// How often each chunk is parsed.
    var passes: Int
    /// A match of this length is taken at once.
    var nice: Int
  }

  /// Bytes that are parsed together: costs in 16ths of a bit, with the length below them, fit 32 bits.
  private static let chunk = 1 << 15
  private static let lengthBits: Int32 = 9

  private var contexts: ContextTables
  // The matches of each place of a chunk, one after the other: length in the high half, distance - 1 in the low.
  private let matchTable = Table<UInt32>(repeating: 0, count: chunk * 6 + 64)
  private let firstMatch = Table<Int32>(repeating: 0, count: chunk + 1)
  /// The cost from each place to the chunk's end, with nine bits below it left zero.
  private let costTable = Table<Int32>(repeating: 0, count: chunk + 1)
  /// What was chosen at each place: length in the high half, distance - 1 in the low; length 1 is a literal.
  private let choiceTable = Table<UInt32>(repeating: 0, count: chunk)
  private let lengthCosts = Table<Int32>(repeating: 0, count: DeflateAlphabet.maxMatch + 1)
  private let histogram = Histogram()

  init() { contexts = ContextTables(most: ContextTables.most) }

  /// Parses a range of the input; matches may reach back to its start but not beyond.
  func parse(
    _ input: InputBytes, _ range: Range<Int>, _ options: Options, _ costs: CostModel,
    into list: inout SequenceList
  ) {
    contexts.prepare(options.contexts)
    contexts.clear()
    var start = range.lowerBound
    var literals = 0
    while start < range.upperBound {
      let end = min(range.upperBound, start + OptimalParser.chunk)
      let cut = findMatches(input, start, end, range, options)
      for pass in 0..<options.passes {
        choose(input, start, cut, costs)
        histogram.clear()
        tally(input, start, cut)
        costs.learn(histogram, memory: 0.75, keep: pass == options.passes - 1)
      }
      emit(start, cut, &literals, &list)
      start = cut
    }
    list.finish(literals: literals)
  }

  /// Fills the list of matches for each place up to `end`; returns where it stopped for want of room.
  private func findMatches(
    _ input: InputBytes, _ start: Int, _ end: Int, _ range: Range<Int>, _ options: Options
  )
    -> Int
  {
    let (matches, first) = (matchTable.view, firstMatch.view)
    let lower = range.lowerBound
    let distanceCount = min(options.distances.count, 4)
    let own = (
      distanceCount > 0 ? options.distances[0] : 0, distanceCount > 1 ? options.distances[1] : 0,
      distanceCount > 2 ? options.distances[2] : 0, distanceCount > 3 ? options.distances[3] : 0
    )
    let last = range.upperBound - 32
    var count = 0
    var position = start
    let room = matches.count - 32
    var skipUntil = start
    var skipFrom = start
    while position < end {
      first[position &- start] = Int32(truncatingIfNeeded: count)
      if count > room { break }
      if position < skipUntil {
        if position <= last, position < skipFrom + 32, contexts.looks(at: position) {
          contexts.visit(input, position) { _ in }
        }
        position += 1
        continue
      }
      let limit = min(DeflateAlphabet.maxMatch, end - position)
      if limit < DeflateAlphabet.minMatch || range.upperBound - position < 8 {
        position += 1
        continue
      }
      let word = input.load64(position)
      var longest = 2
      @inline(__always) func offer(_ distance: Int) {
        if distance == 0 || position &- distance < lower { return }
        let difference = word ^ input.load64(position &- distance)
        if difference & 0xFF_FFFF != 0 { return }
        let length =
          difference == 0
          ? input.matchLength(position, position &- distance, from: min(8, limit), limit: limit)
          : min(limit, difference.trailingZeroBitCount &>> 3)
        if length > longest {
          matches[count] =
            0x8000_0000 | UInt32(truncatingIfNeeded: length) &<< 16
            | UInt32(truncatingIfNeeded: distance &- 1)
          count &+= 1
          longest = length
        }
      }
      offer(own.0)
      if distanceCount > 1 {
        offer(own.1)
        if distanceCount > 2 {
          offer(own.2)
          offer(own.3)
        }
      }
      if position <= last, contexts.looks(at: position) {
        var best = longest
        contexts.visit(input, position) { earlier in
          if earlier < lower { return }
          let difference = word ^ input.load64(earlier)
          if difference & 0xFF_FFFF != 0 { return }
          let length =
            difference == 0
            ? input.matchLength(position, earlier, from: min(8, limit), limit: limit)
            : min(limit, difference.trailingZeroBitCount &>> 3)
          // Contexts come shortest first, so candidates come nearest first: only longer ones are of use.
          if length > best {
            best = length
            matches[count] =
              UInt32(truncatingIfNeeded: length) &<< 16 | UInt32(truncatingIfNeeded: position &- earlier &- 1)
            count &+= 1
          }
        }
        longest = max(longest, best)
      }
      if longest >= options.nice {
        skipFrom = position
        skipUntil = position + longest
      }
      position += 1
    }
    first[position - start] = Int32(count)
    return position
  }

  /// From the end backwards: for each place the cheapest of all ways on.
  private func choose(_ input: InputBytes, _ start: Int, _ end: Int, _ model: CostModel) {
    let (matches, first, cost, choice) = (matchTable.view, firstMatch.view, costTable.view, choiceTable.view)
    let (literalCosts, distanceCosts, lengths) = (model.literals, model.distances, lengthCosts.view)
    let shift = OptimalParser.lengthBits
    for length in 3...DeflateAlphabet.maxMatch {
      // In 16ths of a bit, the length below.
      lengths[length] = Int32(model.lengths[length] / 2) << shift | Int32(length)
    }
    var index = end - start
    cost[index] = Int32.min
    while index > 0 {
      index &-= 1
      var best = cost[index &+ 1] &+ (Int32(literalCosts[Int(input[start &+ index])] &>> 1) &<< shift)
      var chosen: UInt32 = 1 << 16
      var at = Int(first[index])
      let stop = Int(first[index &+ 1])
      var from = 3
      while at < stop {
        let match = matches[at]
        let longest = Int(match &>> 16 & 0x1FF)
        let distance = Int(match & 0x7FFF)
        let isOwn = match & 0x8000_0000 != 0
        var cheapest = Int32.max
        var length = isOwn ? 3 : from
        while length <= longest {
          cheapest = min(cheapest, cost[index &+ length] &+ lengths[length])
          length &+= 1
        }
        if !isOwn { from = longest &+ 1 }
        if cheapest != Int32.max {
          let slot = DeflateAlphabet.distanceSlot(distance &+ 1)
          let total = cheapest &+ (Int32(distanceCosts[slot] &>> 1) &<< shift)
          if total & ~0x1FF < best {
            best = total & ~0x1FF
            chosen = UInt32(total & 0x1FF) << 16 | UInt32(distance)
          }
        }
        at &+= 1
      }
      cost[index] = best
      choice[index] = chosen
    }
  }

  private func tally(_ input: InputBytes, _ start: Int, _ end: Int) {
    let choice = choiceTable.view
    let slots = DeflateAlphabet.lengthSlots.view
    var index = 0
    while index < end - start {
      let chosen = choice[index]
      let length = Int(chosen &>> 16)
      if length == 1 {
        histogram.literals[Int(input[start &+ index])] &+= 1
      } else {
        histogram.literals[257 &+ Int(slots[length])] &+= 1
        histogram.distances[DeflateAlphabet.distanceSlot(Int(chosen & 0x7FFF) &+ 1)] &+= 1
      }
      index &+= length
    }
  }

  private func emit(_ start: Int, _ end: Int, _ literals: inout Int, _ list: inout SequenceList) {
    let choice = choiceTable.view
    var index = 0
    while index < end - start {
      let chosen = choice[index]
      let length = Int(chosen &>> 16)
      if length == 1 {
        literals &+= 1
      } else {
        list.append(literals: literals, length: length, distance: Int(chosen & 0x7FFF) &+ 1)
        literals = 0
      }
      index &+= length
    }
  }
}
