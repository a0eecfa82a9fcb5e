/// Parses LZ77 lazily with hash chains: what zlib -4 to -9 and libdeflate -5 to -9 do. It serves what no other strategy was made
/// for, and is what those have to come near to be taken.
///
/// ## Algorithm
/// Positions whose next bytes have the same hash are chained, the newest first; a search goes along the chain and keeps the
/// longest match. Before a match is taken, the next position is searched too, half as far: where it has a better one, the byte
/// before becomes a literal (lazy evaluation). A match of three bytes is looked for at the latest position only. A short match
/// is given up where its bytes cost less as literals, by a ``CostModel`` that follows the data.
///
/// A match as long as can be is a run or a period: what follows is matched at the same distance without a search.
///
/// ## Cost
/// ``Options/depth`` steps along a chain at a position at most; positions within a match are only inserted, within a long one
/// some of them. What a step takes is the load of the next link, so links are kept as they index the chain. Memory: 224 KB.
///
/// ## Tried and rejected
/// - Comparing all matches by what they cost, with a byte worth what a byte of this data takes on the whole: short near matches
///   win among zeros, and strings of `U25` took 1.18 of zlib's size instead of 1.00.
/// - Trying an item's distance and the last match's distance at each position: they are in the chain anyway.
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
  /// For each position of the window the one before it with the same hash.
  private let chain = Table<UInt16>(repeating: 0, count: window)

  /// Begins with costs from the bytes alone.
  func begin(_ input: InputBytes, _ range: Range<Int>, options: Options, costs: CostModel) {
    costs.initialize(input, range, itemDistance: options.itemDistance)
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
    var reach: Int { 16 }
  }

  private struct Match {
    var length: Int
    var distance: Int
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
    /// The distance of the last match if it is as long as can be: a run or a period, which is followed without a search.
    var runDistance = 0
  }

  /// Parses a range of the input.
  ///
  /// - Parameters:
  ///   - origin: The first byte that matches may refer to. Those before the range are inserted, not parsed.
  func parse(
    _ input: InputBytes, _ range: Range<Int>, origin: Int, options: Options, costs: CostModel,
    into list: inout SequenceList
  ) {
    // A slot that holds nothing is out of reach for as long as a window.
    let nothing = UInt16(truncatingIfNeeded: origin &- LazyParser.window &- 1)
    for table in [heads, shortHeads, chain] { table.view.fill(nothing) }
    let context = Context(input: input, origin: origin, end: range.upperBound, options: options, costs: costs)
    insert(context, origin..<range.lowerBound)
    var cursor = Cursor(position: range.lowerBound, literalStart: range.lowerBound)
    while cursor.position < range.upperBound {
      let end = min(range.upperBound, cursor.position + Tunables.Lazy.chunk)
      let first = list.count
      let firstByte = cursor.literalStart
      if options.context == 4 {
        parseChunk(context, upTo: end, &cursor, &list, isFour: true)
      } else {
        parseChunk(context, upTo: end, &cursor, &list, isFour: false)
      }
      if list.count > first {
        costs.update(list.endChunk(from: first, input, at: firstByte), memory: Tunables.Costs.memory)
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
      position &+= 1
    }
  }

  /// The slots of a position's contexts.
  private struct Hashes {
    private let shift: UInt64
    // Computed, since constants that are not literals would be looked up by `swift_once` at each use.
    @inline(__always) private static var multiplier: UInt64 { 0x9E37_79B9_7F4A_7C15 }
    @inline(__always) private static var down: UInt64 { UInt64(64 - hashBits) }
    @inline(__always) private static var shortDown: UInt64 { UInt64(64 - shortHashBits) }

    init(_ options: Options) {
      shift = UInt64(64 - 8 * options.context)
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
  }

  @inline(__always)
  private func parseChunk(
    _ context: Context, upTo stop: Int, _ cursor: inout Cursor, _ list: inout SequenceList, isFour: Bool
  ) {
    let (input, origin, end) = (context.input, context.origin, context.end)
    let (heads, shortHeads, chain) = (heads.view, shortHeads.view, chain.view)
    let (depth, niceLength) = (context.options.depth, context.options.niceLength)
    let step = max(16, context.options.itemDistance)
    let prices = context.costs.prices
    let distanceOffset = context.costs.distanceOffset
    let hashes = Hashes(context.options)
    let mask = LazyParser.window &- 1
    let (inputEnd, safe) = (end &- context.reach, end &- 8)
    let last = min(stop, inputEnd)
    @inline(__always) func slot(_ word: UInt64) -> Int { isFour ? hashes.four(word) : hashes.wide(word) }

    // What is changed is passed, not captured: captured variables would be checked for exclusive access at every use.
    @inline(__always) func lookAhead(_ position: Int) -> Ahead {
      let word = input.load64(position)
      let (slot, shortSlot) = (slot(word), hashes.short(word))
      return Ahead(word: word, slot: slot, shortSlot: shortSlot, head: heads[slot], short: shortHeads[shortSlot])
    }

    @inline(__always) func insert(_ position: Int) {
      let word = input.load64(position)
      let value = UInt16(truncatingIfNeeded: position)
      let slot = slot(word)
      chain[position & mask] = heads[slot]
      heads[slot] = value
      shortHeads[hashes.short(word)] = value
    }

    @inline(__always) func cost(_ match: Match) -> Int32 {
      prices[256 &+ match.length] &+ prices[distanceOffset &+ DeflateAlphabet.distanceSlot(match.distance)]
    }

    /// The match at a position that is worth most of those longer than some length; makes the position known, and looks ahead
    /// to the next one.
    @inline(__always) func find(_ position: Int, _ depth: Int, longerThan least: Int, ahead: inout Ahead) -> Match {
      let (word, head) = (ahead.word, ahead.head)
      let low = UInt16(truncatingIfNeeded: position)
      let short = Int(low &- ahead.short)
      chain[position & mask] = head
      heads[ahead.slot] = low
      shortHeads[ahead.shortSlot] = low
      ahead = lookAhead(position &+ 1)
      let farthest = min(LazyParser.window, position &- origin)
      let limit = min(DeflateAlphabet.maxMatch, safe &- position)
      var best = Match(length: 0, distance: 1)
      var longest = least
      if least < 3 {
        longest = 3
        if short &- 1 < farthest, short > 0 {
          let difference = word ^ input.load64(position &- short)
          if difference & 0xFF_FFFF == 0 {
            let length =
              difference == 0
              ? input.matchLength(position, position &- short, from: 8, limit: limit)
              : difference.trailingZeroBitCount &>> 3
            best = Match(length: length, distance: short)
            if length >= niceLength { return best }
            longest = length
          }
        }
      }
      var node = head
      var left = depth
      var tail = input.load32(position &+ longest &- 3)
      while left > 0 {
        left &-= 1
        let distance = Int(low &- node)
        // None, or out of reach.
        if UInt(bitPattern: distance &- 1) >= UInt(bitPattern: farthest) { break }
        let earlier = position &- distance
        node = chain[Int(node) & mask]
        // What is no longer is of no use, since it is farther.
        if input.load32(earlier &+ longest &- 3) == tail {
          let difference = word ^ input.load64(earlier)
          let length =
            difference == 0
            ? input.matchLength(position, earlier, from: 8, limit: limit) : difference.trailingZeroBitCount &>> 3
          if length > longest {
            longest = length
            best = Match(length: length, distance: distance)
            if length >= niceLength { break }
            tail = input.load32(position &+ longest &- 3)
          }
        }
      }
      return best
    }

    /// Makes the positions within a match known; of a long one not all.
    @inline(__always) func insertMatch(_ from: Int, _ target: Int, _ distance: Int) {
      var position = from
      // So that what goes on is found at the same distance.
      let ending = max(8, min(distance, 32))
      let last = min(target, inputEnd)
      if target &- from > Tunables.Lazy.sparse {
        let dense = min(last, from &+ 8)
        while position < dense {
          insert(position)
          position &+= 1
        }
        position &+= step &- 1
        position &-= position % step
        while position < last &- ending {
          insert(position)
          position &+= step
        }
        position = max(from &+ 8, last &- ending)
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

    var (position, literalStart, runDistance) = (cursor.position, cursor.literalStart, cursor.runDistance)
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
      if runDistance > 0 {
        let length = input.matchLength(
          position, position &- runDistance, limit: min(DeflateAlphabet.maxMatch, safe &- position))
        if length >= niceLength {
          list.append(literals: position &- literalStart, length: length, distance: runDistance)
          insertMatch(position, position &+ length, runDistance)
          if length < DeflateAlphabet.maxMatch { runDistance = 0 }
          position &+= length
          literalStart = position
          if position < last { ahead = lookAhead(position) }
          continue
        }
        runDistance = 0
      }
      var match = find(position, depth, longerThan: 0, ahead: &ahead)
      if match.length < 3 {
        position &+= 1
        continue
      }
      // A short match may cost more than its literals.
      if match.length < 6,
        cost(match) >= literals(position, match.length)
      {
        position &+= 1
        continue
      }
      var next = position &+ 1
      while match.length < niceLength, next < last {
        let later = find(next, depth &>> 1, longerThan: max(3, match.length &- 1), ahead: &ahead)
        next &+= 1
        // Four points a byte, less one for each bit of the distance; a literal has to be paid for.
        if later.length < match.length
          || 4 &* (later.length &- match.length) &+ later.distance.leadingZeroBitCount
            &- match.distance.leadingZeroBitCount <= 2
        {
          break
        }
        position = next &- 1
        match = later
      }
      list.append(literals: position &- literalStart, length: match.length, distance: match.distance)
      let target = position &+ match.length
      insertMatch(next, target, match.distance)
      runDistance = match.length == DeflateAlphabet.maxMatch ? match.distance : 0
      position = target
      literalStart = target
      if target < last { ahead = lookAhead(target) }
    }
    // Beyond there are not enough bytes left to look at.
    cursor = Cursor(
      position: max(position, stop >= inputEnd ? end : stop), literalStart: literalStart, runDistance: runDistance)
  }
}
