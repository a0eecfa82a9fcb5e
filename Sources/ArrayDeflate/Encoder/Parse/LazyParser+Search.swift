extension LazyParser {
  struct Match {
    var length: Int
    var distance: Int

    /// Whether it is worth one literal more than another match that begins a byte before: four points a byte, less one for each
    /// bit of the distance.
    @inline(__always) func isBetter(than other: Match) -> Bool {
      length >= other.length
        && 4 &* (length &- other.length) &+ distance.leadingZeroBitCount &- other.distance.leadingZeroBitCount > 2
    }
  }

  /// The next position's bytes, its slots and what they hold: looked up while the search of the one before goes on, which would
  /// wait for memory else.
  struct Ahead {
    fileprivate var word: UInt64
    fileprivate var slot: Int
    fileprivate var shortSlot: Int
    fileprivate var head: UInt16
    fileprivate var short: UInt16
  }

  /// The match finder of a parse: hash chains, and what matches cost.
  ///
  /// A value, whose parts the inner loop keeps in registers.
  struct Search {
    private let input: InputBytes
    /// The first byte that matches may refer to.
    let origin: Int
    /// Where the range ends, and with it all matches.
    let end: Int
    /// Beyond this position there are not enough bytes to look at.
    let lastPosition: Int
    /// The most steps along a chain.
    let depth: Int
    let niceLength: Int
    let longMatch: Int
    /// See ``LazyParser/Options/hasShortMatches``.
    private let hasShortMatches: Bool
    /// Whether the range is so large that what a run leaves out does not matter: of 120 KB one percent.
    let passesOverRuns: Bool
    /// The distance of positions that are inserted within a long match: whole items.
    private let step: Int
    /// Within a match of more bytes than this not every position is inserted, but so many of its first ones and its last ones.
    private let (sparse, head, tail): (Int, Int, Int)
    /// The bits of eight bytes that are not part of a context.
    private let shift: UInt64
    /// What hashes the bytes of a context in eight: the others are shifted out.
    private let multiplier: UInt64
    /// The low bits of a position that are part of its hash: see ``LazyParser/Options/isAligned``.
    private let alignment: Int
    /// The slots that are used: fewer for small ranges, whose tables would take longer to clear than to use.
    private let slots: Int
    /// The bits of a hash that are not used.
    private let down: UInt64
    private let tables: TableView<UInt16>
    private let prices: TableView<Int32>
    private let distanceOffset: Int

    init(
      _ parser: LazyParser, _ input: InputBytes, origin: Int, end: Int, options: Options, costs: CostModel
    ) {
      (self.input, self.origin, self.end) = (input, origin, end)
      lastPosition = end &- 8
      passesOverRuns = end &- origin >= Tunables.Trials.large
      (depth, niceLength, longMatch) = (options.depth, options.niceLength, options.longMatch)
      hasShortMatches = options.hasShortMatches
      let distance = max(1, options.rowDistance)
      step = (15 + distance) / distance * distance
      (sparse, head, tail) = options.isSparse ? Tunables.Lazy.sparser : Tunables.Lazy.sparse
      shift = UInt64(64 - 8 * options.context)
      multiplier = Search.multiplier &<< shift
      alignment = options.isAligned && [2, 4, 8].contains(options.itemDistance) ? options.itemDistance - 1 : 0
      slots = LazyParser.slotCount(for: end &- origin)
      down = UInt64(64 - slots.trailingZeroBitCount)
      tables = parser.tables.view
      (prices, distanceOffset) = (costs.prices, costs.distanceOffset)
    }

    // Computed, since constants that are not literals would be looked up by `swift_once` at each use.
    @inline(__always) private static var multiplier: UInt64 { 0x9E37_79B9_7F4A_7C15 }
    @inline(__always) private static var window: Int { DeflateAlphabet.maxDistance &- 1 }
    /// The latest position with each hash of a context is at the table's start; with each hash of three bytes, here.
    @inline(__always) private static var shortStart: Int { 1 &<< Tunables.Lazy.hashBits }
    /// For each position of the window the one before it with the same hash of a context.
    @inline(__always) static var chainStart: Int { 2 &<< Tunables.Lazy.hashBits }

    @inline(__always) private func slot(_ word: UInt64, _ position: Int) -> Int {
      let key = word &* multiplier &+ UInt64(truncatingIfNeeded: position & alignment) &<< 61
      return Int(truncatingIfNeeded: key &>> down)
    }

    /// The slot of three bytes.
    @inline(__always) private func shortSlot(_ word: UInt64) -> Int {
      Search.shortStart &+ Int(truncatingIfNeeded: ((word & 0xFF_FFFF) &* Search.multiplier) &>> down)
    }

    @inline(__always) private func link(_ position: Int) -> Int { Search.chainStart &+ position & Search.window }

    /// Empties the tables. A slot that holds nothing refers to the origin: so what is looked up is never before it. Links are read
    /// only where they have been written.
    func clear() {
      let nothing = UInt16(truncatingIfNeeded: origin)
      tables.fill(nothing, from: 0, count: slots)
      if hasShortMatches { tables.fill(nothing, from: Search.shortStart, count: slots) }
    }

    @inline(__always) func lookAhead(_ position: Int) -> Ahead {
      let word = input.load64(position)
      let (slot, shortSlot) = (slot(word, position), shortSlot(word))
      return Ahead(word: word, slot: slot, shortSlot: shortSlot, head: tables[slot], short: tables[shortSlot])
    }

    /// Makes a position known.
    @inline(__always) func insert<M: LazyMode>(_: M.Type, _ position: Int) {
      let word = input.load64(position)
      let value = UInt16(truncatingIfNeeded: position)
      let slot = slot(word, position)
      tables[link(position)] = tables[slot]
      tables[slot] = value
      if M.hasShortMatches { tables[shortSlot(word)] = value }
    }

    /// Makes positions known up to the next one whose three bytes, or whose context if shorter matches are not looked for, are as
    /// at the latest one with their hash, and returns that. No branch depends on the data but the last one, so that the processor
    /// works on several positions at once.
    @inline(__always) func skip<M: LazyMode>(_: M.Type, _ start: Int, upTo last: Int) -> Int {
      if !M.hasShortMatches { return skipByContext(start, upTo: last) }
      return M.isHasty ? skipByThree(start, upTo: last) : skipByEither(start, upTo: last)
    }

    /// The same where either will do.
    @inline(__always) private func skipByEither(_ start: Int, upTo last: Int) -> Int {
      var position = start
      while position < last {
        let word = input.load64(position)
        let (slot, shortSlot) = (slot(word, position), shortSlot(word))
        let low = UInt16(truncatingIfNeeded: position)
        let head = tables[slot]
        let same = (word ^ input.load64(latest(head, low, position))) &<< shift == 0
        let sameShort = (word ^ input.load64(latest(tables[shortSlot], low, position))) & 0xFF_FFFF == 0
        if same || sameShort { break }
        tables[link(position)] = head
        tables[slot] = low
        tables[shortSlot] = low
        position &+= 1
      }
      return position
    }

    @inline(__always) private func skipByContext(_ start: Int, upTo last: Int) -> Int {
      var position = start
      while position < last {
        let word = input.load64(position)
        let slot = slot(word, position)
        let low = UInt16(truncatingIfNeeded: position)
        let head = tables[slot]
        if (word ^ input.load64(latest(head, low, position))) &<< shift == 0 { break }
        tables[link(position)] = head
        tables[slot] = low
        position &+= 1
      }
      return position
    }

    @inline(__always) private func skipByThree(_ start: Int, upTo last: Int) -> Int {
      var position = start
      while position < last {
        let word = input.load64(position)
        let (slot, shortSlot) = (slot(word, position), shortSlot(word))
        let low = UInt16(truncatingIfNeeded: position)
        if (word ^ input.load64(latest(tables[shortSlot], low, position))) & 0xFF_FFFF == 0 { break }
        tables[link(position)] = tables[slot]
        tables[slot] = low
        tables[shortSlot] = low
        position &+= 1
      }
      return position
    }

    /// The position in the window before another whose low bits are in a slot, by the low bits of both. What is out of reach is
    /// brought within it: there is hardly a match, but to look at the bytes costs less than to ask.
    @inline(__always) private func latest(_ slot: UInt16, _ low: UInt16, _ position: Int) -> Int {
      position &- DeflateAlphabet.maxDistance &+ Int(slot &- low) & Search.window
    }

    func insert(_ range: Range<Int>) {
      let last = min(range.upperBound, lastPosition)
      var position = range.lowerBound
      while position < last {
        if hasShortMatches { insert(LazyModes.Thorough.self, position) } else { insert(LazyModes.Long.self, position) }
        position &+= 1
      }
    }

    /// Forgets what is out of reach, before the low bits of its positions stand for others: a search that follows those is in vain.
    func forget(before position: Int) {
      let low = UInt16(truncatingIfNeeded: position)
      tables.forget(low, 0..<slots)
      if hasShortMatches { tables.forget(low, Search.shortStart..<Search.shortStart &+ slots) }
    }

    /// Makes the positions within a match known; of a long one not all.
    @inline(__always) func insertMatch<M: LazyMode>(_: M.Type, _ from: Int, _ target: Int, _ distance: Int) {
      var position = from
      let last = min(target, lastPosition)
      if target &- from > sparse {
        // The last ones, so that what goes on is found at the same distance.
        let ending = last &- max(min(tail, 8), min(distance, tail))
        let dense = min(last, from &+ head)
        while position < dense {
          insert(M.self, position)
          position &+= 1
        }
        position &+= step &- 1
        position &-= Int(UInt32(truncatingIfNeeded: position) % UInt32(truncatingIfNeeded: step))
        while position < ending {
          insert(M.self, position)
          position &+= step
        }
        position = max(from &+ head, ending)
      }
      while position < last {
        insert(M.self, position)
        position &+= 1
      }
    }

    /// Makes some positions known within a run that goes on, where what repeats is known from a period before. (All that a match
    /// has otherwise took half of the time of periods.)
    @inline(__always) func insertRun<M: LazyMode>(_: M.Type, _ from: Int, _ target: Int) {
      var position = from
      let last = min(target, lastPosition)
      while position < last {
        insert(M.self, position)
        position &+= step
      }
    }

    /// The bytes from a position on that repeat those at a distance, as many as a match may have.
    @inline(__always) func runLength(_ position: Int, _ distance: Int) -> Int {
      input.matchLength(
        position, position &- distance, limit: min(DeflateAlphabet.maxMatch, end &- position))
    }

    /// Whether the bytes from a position on equal the one before.
    @inline(__always) func isOneByte(_ position: Int, _ length: Int) -> Bool {
      input.load64(position) == input.load64(position &- 1)
        && input.matchLength(position, position &- 1, limit: length) >= length
    }

    /// Whether a match saves too little over its bytes as literals, as a short one may. The length is hard to foresee, so nothing
    /// depends on it but what is added.
    @inline(__always) func isDear(_ match: Match, at position: Int) -> Bool {
      if match.length >= 6 { return false }
      let word = input.load64(position)
      @inline(__always) func price(_ index: UInt64) -> Int32 { prices[Int(word &>> (8 &* index) & 0xFF)] }
      let fourth = price(3) & (match.length > 3 ? -1 : 0)
      let fifth = price(4) & (match.length > 4 ? -1 : 0)
      let literals = price(0) &+ price(1) &+ price(2) &+ fourth &+ fifth
      return prices[256 &+ match.length]
        &+ prices[distanceOffset &+ DeflateAlphabet.distanceSlot(match.distance)] &+ Tunables.Lazy.minGain >= literals
    }

    /// Makes a position known that has been looked up, and looks ahead to the next one.
    @inline(__always) private func pass(_ position: Int, ahead: inout Ahead) {
      let low = UInt16(truncatingIfNeeded: position)
      tables[link(position)] = ahead.head
      tables[ahead.slot] = low
      tables[ahead.shortSlot] = low
      ahead = lookAhead(position &+ 1)
    }

    /// The longest match at a position and the nearest of them; makes the position known, and looks ahead to the next one.
    @inline(__always) func find<M: LazyMode>(_: M.Type, _ position: Int, ahead: inout Ahead) -> Match {
      let (word, head) = (ahead.word, ahead.head)
      let short = position &- latest(ahead.short, UInt16(truncatingIfNeeded: position), position)
      pass(position, ahead: &ahead)
      let limit = min(DeflateAlphabet.maxMatch, end &- position)
      let enough = min(niceLength, limit)
      var best = Match(length: 0, distance: 1)
      var longest = 3
      if !M.hasShortMatches {
        // A run of one byte: the distance 1 has no extra bits, and is in no chain of whole items.
        if alignment > 0 {
          let length = length(word, position, position &- 1, limit)
          if length > longest {
            longest = length
            best = Match(length: length, distance: 1)
            if length >= enough { return best }
          }
        }
      } else {
        let difference = word ^ input.load64(position &- short)
        if difference & 0xFF_FFFF == 0 {
          longest =
            difference == 0
            ? input.matchLength(position, position &- short, from: 8, limit: limit)
            : difference.trailingZeroBitCount &>> 3
          best = Match(length: longest, distance: short)
          if longest >= enough { return best }
        } else if M.isHasty {
          // Where not even three bytes are as at the latest position that begins with them, there is hardly a longer match.
          return best
        }
      }
      // What is no longer than the rest of the range cannot be beaten.
      if longest >= limit { return best }
      follow(head, from: position, word, steps: depth, limit: limit, longerThan: longest, best: &best)
      return best
    }

    /// The longest match at a position of those that are no shorter than another one, which begins a byte before. It is in the chain.
    @inline(__always) func findBetter<M: LazyMode>(
      _: M.Type, than match: Match, _ position: Int, ahead: inout Ahead
    ) -> Match {
      let (word, head) = (ahead.word, ahead.head)
      pass(position, ahead: &ahead)
      let limit = min(DeflateAlphabet.maxMatch, end &- position)
      var best = Match(length: 0, distance: 1)
      var longest = max(3, match.length &- 1)
      if !M.hasShortMatches, alignment > 0 {
        let length = length(word, position, position &- 1, limit)
        if length > longest {
          longest = length
          best = Match(length: length, distance: 1)
          if length >= min(niceLength, limit) { return best }
        }
      }
      if longest >= limit { return best }
      follow(head, from: position, word, steps: depth &>> 2, limit: limit, longerThan: longest, best: &best)
      return best
    }

    @inline(__always) private func length(_ word: UInt64, _ position: Int, _ earlier: Int, _ limit: Int) -> Int {
      let difference = word ^ input.load64(earlier)
      return difference == 0
        ? input.matchLength(position, earlier, from: 8, limit: limit) : difference.trailingZeroBitCount &>> 3
    }

    /// Goes along a chain from a position, whose first bytes are `word`.
    @inline(__always) private func follow(
      _ head: UInt16, from position: Int, _ word: UInt64, steps: Int, limit: Int, longerThan least: Int,
      best: inout Match
    ) {
      let low = UInt16(truncatingIfNeeded: position)
      let farthest = min(DeflateAlphabet.maxDistance, position &- origin)
      let enough = min(niceLength, limit)
      var longest = least
      var node = head
      var left = steps
      var tail = input.load32(position &+ longest &- 3)
      var last = 0
      while left > 0 {
        left &-= 1
        let distance = Int(low &- node)
        // None, out of reach, or another chain, which a link leads to whose position has been used again.
        if distance <= last || distance > farthest { return }
        last = distance
        let earlier = position &- distance
        node = tables[link(Int(node))]
        // What is no longer is of no use, since it is farther.
        if input.load32(earlier &+ longest &- 3) == tail {
          let length = length(word, position, earlier, limit)
          if length > longest {
            longest = length
            best = Match(length: length, distance: distance)
            if length >= enough { return }
            tail = input.load32(position &+ longest &- 3)
          }
        }
      }
    }
  }
}

extension TableView where Element == UInt16 {
  /// Replaces what is a window away from a position, or farther, by what will be out of reach for as long as another.
  fileprivate func forget(_ low: UInt16, _ range: Range<Int>) {
    let low = SIMD16<Int16>(repeating: Int16(truncatingIfNeeded: low))
    let nothing = low &- .min &- 1
    for index in stride(from: range.lowerBound, to: range.upperBound, by: 16) {
      let entries = sixteen(index)
      // All bits where the distance is that of a window at least, as its sign.
      let far = (low &- entries) &>> 15
      set(sixteen: entries & ~far | nothing & far, at: index)
    }
  }
}
