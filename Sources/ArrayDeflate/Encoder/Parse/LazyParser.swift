/// Parses LZ77 lazily with hash chains: what zlib -4 to -9 and libdeflate -5 to -9 do, and what every other strategy has to beat.
///
/// ## Algorithm
/// Positions whose next bytes have the same hash are chained, the newest first; a search goes along the chain and keeps the best
/// match. Before a match is taken, the next position is searched too: where it has a better one, the byte before becomes a
/// literal (lazy evaluation). Two things differ from zlib:
/// - Matches are compared by what they cost (``CostModel``), not by their lengths. What more bytes of a longer match are worth is
///   what a byte of this data takes on the whole (`rate`): hardly anything among strings of few words, where a near match is
///   cheaper than a far one that goes on a little; three bits in text.
/// - Besides the chain the distance of the last match, that of one item, and the latest position of a long context are tried:
///   in arrays they hold most of what is to be found, so the chain can be short.
///
/// ## Cost
/// ``Options/depth`` steps along a chain at a position at most; positions within a match are only inserted, within a long one
/// some of them. Memory: 160 KB.
final class LazyParser {
  struct Options: Equatable {
    /// The distance of one item.
    var itemDistance: Int
    /// The bytes of the context by which positions are chained: 4 to 8.
    var context: Int
    /// The most steps along a chain.
    var depth: Int
    /// The bytes of a match that is taken without looking further.
    var niceLength: Int
    /// The bytes of a longer context of which only the latest position is tried, 9 to 64; 0 for none.
    var longContext = 0

    /// The same with a shorter search.
    var faster: Options {
      var options = self
      options.depth = Tunables.Lazy.depthOfFast
      options.niceLength = Tunables.Lazy.niceLength / 2
      return options
    }
  }

  private static let hashBits = Tunables.Lazy.hashBits
  private static let shortHashBits = Tunables.Lazy.shortHashBits
  private static let window = DeflateAlphabet.maxDistance

  // The low 16 bits of positions: what lies further back is out of reach anyway.
  private let heads = Table<UInt16>(repeating: 0, count: 1 << hashBits)
  private let shortHeads = Table<UInt16>(repeating: 0, count: 1 << shortHashBits)
  private let longHeads = Table<UInt16>(repeating: 0, count: 1 << hashBits)
  /// For each position of the window the one before it with the same hash.
  private let chain = Table<UInt16>(repeating: 0, count: window)
  /// What a byte takes on the whole, in the cost model's units.
  private var rate: Int32 = 0

  /// Begins with costs from the bytes alone.
  func begin(_ input: InputBytes, _ range: Range<Int>, options: Options, costs: CostModel) {
    costs.initialize(input, range, itemDistance: options.itemDistance)
    rate = costs.meanLiteral(input, range) / 2
  }

  /// What a parse goes by.
  private struct Context {
    let input: InputBytes
    /// The first byte that matches may refer to.
    let origin: Int
    let end: Int
    let options: Options
    let costs: CostModel
    /// What is read beyond a position.
    var reach: Int { max(16, options.longContext + 8) }
  }

  /// A match and what it is worth: what its bytes take on the whole, less what it costs.
  private struct Match {
    var length: Int
    var distance: Int
    var worth: Int32
  }

  /// The next position's bytes, its slots and what they hold: looked up while the search of the one before goes on, which would
  /// wait for memory else.
  private struct Ahead {
    var word: UInt64
    var slot: Int
    var shortSlot: Int
    var head: UInt16
    var short: UInt16
  }

  /// How far a parse has come.
  private struct Cursor {
    var position: Int
    /// The first byte that is in no sequence yet: from there on to `position` all are literals.
    var literalStart: Int
    /// The distance of the last match.
    var distance: Int
  }

  /// Parses a range of the input.
  ///
  /// - Parameters:
  ///   - origin: The first byte that matches may refer to. Those before the range are inserted, not parsed.
  func parse(
    _ input: InputBytes, _ range: Range<Int>, origin: Int, options: Options, costs: CostModel,
    into list: inout SequenceList
  ) {
    // The chain too: a slot that holds nothing looks like position 0, from which a chain of the last parse would go on.
    for table in [heads, shortHeads, chain] { table.view.fill(0) }
    if options.longContext > 0 { longHeads.view.fill(0) }
    let context = Context(input: input, origin: origin, end: range.upperBound, options: options, costs: costs)
    insert(context, origin..<range.lowerBound)
    var cursor = Cursor(
      position: range.lowerBound, literalStart: range.lowerBound, distance: options.itemDistance)
    while cursor.position < range.upperBound {
      let end = min(range.upperBound, cursor.position + Tunables.Lazy.chunk)
      let first = list.count
      let firstByte = cursor.literalStart
      switch (options.context, options.longContext > 0) {
      case (4, false): parseChunk(context, upTo: end, &cursor, &list, isFour: true, isLong: false)
      case (4, true): parseChunk(context, upTo: end, &cursor, &list, isFour: true, isLong: true)
      case (_, false): parseChunk(context, upTo: end, &cursor, &list, isFour: false, isLong: false)
      case (_, true): parseChunk(context, upTo: end, &cursor, &list, isFour: false, isLong: true)
      }
      if list.count > first {
        let histogram = list.endChunk(from: first, input, at: firstByte)
        costs.update(histogram, memory: Tunables.Costs.memory)
        rate = Int32(costs.bits(histogram) * CostModel.unit / Float(max(1, cursor.literalStart - firstByte)))
      }
    }
    list.finish(literals: range.upperBound - cursor.literalStart)
  }

  private func insert(_ context: Context, _ range: Range<Int>) {
    let last = min(range.upperBound, context.end - context.reach)
    var position = range.lowerBound
    let hashes = Hashes(context.options)
    while position < last {
      let word = context.input.load64(position)
      let value = UInt16(truncatingIfNeeded: position)
      let slot = context.options.context == 4 ? hashes.four(word) : hashes.wide(word)
      chain.view[position & (LazyParser.window &- 1)] = heads.view[slot]
      heads.view[slot] = value
      shortHeads.view[hashes.short(word)] = value
      if context.options.longContext > 0 { longHeads.view[hashes.long(context.input, position, word)] = value }
      position &+= 1
    }
  }

  /// The slots of a position's contexts.
  private struct Hashes {
    private let shift: UInt64
    private let longContext: Int
    // Computed, since constants that are not literals would be looked up by `swift_once` at each use.
    @inline(__always) private static var multiplier: UInt64 { 0x9E37_79B9_7F4A_7C15 }
    @inline(__always) private static var down: UInt64 { UInt64(64 - hashBits) }
    @inline(__always) private static var shortDown: UInt64 { UInt64(64 - shortHashBits) }

    init(_ options: Options) {
      shift = UInt64(64 - 8 * options.context)
      longContext = options.longContext
    }

    @inline(__always) func short(_ word: UInt64) -> Int {
      Int(truncatingIfNeeded: (word &<< 40 &* Hashes.multiplier) &>> Hashes.shortDown)
    }
    @inline(__always) func four(_ word: UInt64) -> Int {
      Int(truncatingIfNeeded: (word &<< 32 &* Hashes.multiplier) &>> Hashes.down)
    }
    @inline(__always) func wide(_ word: UInt64) -> Int {
      Int(truncatingIfNeeded: (word &<< shift &* Hashes.multiplier) &>> Hashes.down)
    }
    @inline(__always) func long(_ input: InputBytes, _ position: Int, _ word: UInt64) -> Int {
      var sum = word &* Hashes.multiplier
      var at = 8
      let last = longContext &- 8
      while at < last {
        sum = (sum ^ sum &>> 29 ^ input.load64(position &+ at)) &* Hashes.multiplier
        at &+= 8
      }
      sum = (sum ^ sum &>> 29 ^ input.load64(position &+ last)) &* Hashes.multiplier
      return Int(truncatingIfNeeded: sum &>> Hashes.down)
    }
  }

  @inline(__always)
  private func parseChunk(
    _ context: Context, upTo stop: Int, _ cursor: inout Cursor, _ list: inout SequenceList, isFour: Bool, isLong: Bool
  ) {
    let (input, origin, end) = (context.input, context.origin, context.end)
    let (heads, shortHeads, longHeads, chain) = (heads.view, shortHeads.view, longHeads.view, chain.view)
    let (depth, niceLength) = (context.options.depth, context.options.niceLength)
    let itemDistance = context.options.itemDistance
    let prices = context.costs.prices
    let distanceOffset = context.costs.distanceOffset
    let hashes = Hashes(context.options)
    let rate = self.rate
    let mask = LazyParser.window &- 1
    let (inputEnd, safe) = (end &- context.reach, end &- 8)
    let last = min(stop, inputEnd)
    @inline(__always) func slot(_ word: UInt64) -> Int { isFour ? hashes.four(word) : hashes.wide(word) }

    // What is changed is passed, not captured: captured variables would be checked for exclusive access at every use.
    @inline(__always) func lookAhead(_ position: Int) -> Ahead {
      let word = input.load64(position)
      let (slot, shortSlot) = (slot(word), hashes.short(word))
      return Ahead(
        word: word, slot: slot, shortSlot: shortSlot, head: heads[slot], short: shortHeads[shortSlot])
    }

    @inline(__always) func insert(_ position: Int) {
      let word = input.load64(position)
      let value = UInt16(truncatingIfNeeded: position)
      let slot = slot(word)
      chain[position & mask] = heads[slot]
      heads[slot] = value
      shortHeads[hashes.short(word)] = value
      if isLong { longHeads[hashes.long(input, position, word)] = value }
    }

    @inline(__always) func worth(_ length: Int, _ distance: Int) -> Int32 {
      Int32(truncatingIfNeeded: length) &* rate &- prices[256 &+ length]
        &- prices[distanceOffset &+ DeflateAlphabet.distanceSlot(distance)]
    }

    /// The number of bytes from a position on that equal those before, whose first eight differ by `difference`.
    @inline(__always) func measure(_ position: Int, _ distance: Int, _ difference: UInt64) -> Int {
      if difference != 0 { return difference.trailingZeroBitCount &>> 3 }
      return input.matchLength(
        position, position &- distance, from: 8, limit: min(DeflateAlphabet.maxMatch, safe &- position))
    }

    @inline(__always)
    func consider(_ position: Int, _ distance: Int, _ difference: UInt64, farthest: Int, best: inout Match) {
      if difference & 0xFF_FFFF != 0 || distance > farthest { return }
      let length = measure(position, distance, difference)
      let worth = worth(length, distance)
      if worth > best.worth { best = Match(length: length, distance: distance, worth: worth) }
    }

    /// The match at a position that is worth most; makes the position known, and looks ahead to the next one.
    @inline(__always) func find(_ position: Int, _ depth: Int, last: Int, ahead: inout Ahead) -> Match {
      let (word, head) = (ahead.word, ahead.head)
      let low = UInt16(truncatingIfNeeded: position)
      let short = Int(low &- ahead.short)
      chain[position & mask] = head
      heads[ahead.slot] = low
      shortHeads[ahead.shortSlot] = low
      ahead = lookAhead(position &+ 1)
      let farthest = min(LazyParser.window, position &- origin)
      var best = Match(length: 0, distance: 0, worth: Int32.min / 2)
      // Distances that are out of reach are brought within it: to look at the bytes costs less than to ask.
      let byItem = word ^ input.load64(position &- min(itemDistance, farthest))
      let byLast = word ^ input.load64(position &- min(last, farthest))
      let byShort = word ^ input.load64(position &- min(max(short, 1), farthest))
      if isLong {
        let longSlot = hashes.long(input, position, word)
        let distance = Int(low &- longHeads[longSlot])
        longHeads[longSlot] = low
        if distance > 0, distance <= farthest {
          consider(
            position, distance, word ^ input.load64(position &- distance), farthest: farthest, best: &best)
        }
      }
      // One branch for all three: mostly none hits.
      if byItem & 0xFF_FFFF == 0 || byLast & 0xFF_FFFF == 0 || byShort & 0xFF_FFFF == 0 {
        consider(position, itemDistance, byItem, farthest: farthest, best: &best)
        if last != itemDistance { consider(position, last, byLast, farthest: farthest, best: &best) }
        if short > 0 { consider(position, short, byShort, farthest: farthest, best: &best) }
      }
      if best.length >= niceLength { return best }
      var distance = Int(low &- head)
      var before = 0
      var left = depth
      var longest = max(best.length, 3)
      var tail = input.load32(position &+ longest &- 3)
      while distance > before, distance <= farthest, left > 0 {
        left &-= 1
        let earlier = position &- distance
        let next = chain[earlier & mask]
        // What is no longer is of no use, since it is farther.
        if input.load32(earlier &+ longest &- 3) == tail {
          let length = measure(position, distance, word ^ input.load64(earlier))
          if length > longest {
            longest = length
            let worth = worth(length, distance)
            if worth > best.worth { best = Match(length: length, distance: distance, worth: worth) }
            if length >= niceLength { break }
            tail = input.load32(position &+ longest &- 3)
          }
        }
        before = distance
        distance = Int(low &- next)
      }
      return best
    }

    /// Makes the positions within a match known; of a long one not all.
    @inline(__always) func insertMatch(_ from: Int, _ target: Int) {
      var position = from
      let last = min(target, inputEnd)
      if target &- from > Tunables.Lazy.sparse {
        let step = itemDistance < 16 ? 16 : itemDistance
        let dense = min(last, from &+ 8)
        while position < dense {
          insert(position)
          position &+= 1
        }
        position &+= step &- 1
        position &-= position % step
        while position < last &- 8 {
          insert(position)
          position &+= step
        }
        position = max(from &+ 8, last &- 8)
      }
      while position < last {
        insert(position)
        position &+= 1
      }
    }

    /// What bytes cost as literals.
    @inline(__always) func literals(_ position: Int, _ length: Int) -> Int32 {
      var sum: Int32 = 0
      var at = position
      let stop = position &+ length
      while at < stop {
        sum &+= prices[Int(input[at])]
        at &+= 1
      }
      return sum
    }

    var (position, literalStart, lastDistance) = (cursor.position, cursor.literalStart, cursor.distance)
    // The first byte has none before it.
    if position == origin, position < last {
      insert(position)
      position &+= 1
    }
    guard position < last else {
      cursor.position = stop >= inputEnd ? end : stop
      return
    }
    var ahead = lookAhead(position)
    while position < last {
      var match = find(position, depth, last: lastDistance, ahead: &ahead)
      if match.length < 3 {
        position &+= 1
        continue
      }
      // A short match may cost more than its literals.
      if match.length < 12,
        Int32(truncatingIfNeeded: match.length) &* rate &- match.worth >= literals(position, match.length)
      {
        position &+= 1
        continue
      }
      var next = position &+ 1
      while match.length < niceLength, next < last {
        let later = find(next, depth &>> 1, last: lastDistance, ahead: &ahead)
        next &+= 1
        if later.length < 3 || later.worth &+ rate &- prices[Int(input[position])] <= match.worth { break }
        position = next &- 1
        match = later
      }
      list.append(literals: position &- literalStart, length: match.length, distance: match.distance)
      let target = position &+ match.length
      lastDistance = match.distance
      insertMatch(next, target)
      if target < last { ahead = lookAhead(target) }
      position = target
      literalStart = target
    }
    // Beyond there are not enough bytes left to look at.
    cursor = Cursor(
      position: max(position, stop >= inputEnd ? end : stop), literalStart: literalStart, distance: lastDistance)
  }
}
