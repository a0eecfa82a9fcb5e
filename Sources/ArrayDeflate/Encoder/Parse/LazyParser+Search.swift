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
    /// See ``LazyParser/Options/isHasty``.
    var isHasty: Bool
    /// See ``LazyParser/Options/skips``.
    let skips: Bool
    /// See ``LazyParser/Options/hasShortMatches``.
    private let hasShortMatches: Bool
    /// The distance of positions that are inserted within a long match: whole items.
    private let step: Int
    /// The bits of eight bytes that are not part of a context.
    private let shift: UInt64
    /// The low bits of a position that are part of its hash: see ``LazyParser/Options/isAligned``.
    private let alignment: Int
    /// The bits of a hash that are used: fewer for small ranges, whose tables would take longer to clear than to use.
    private let mask: Int
    private let heads: TableView<UInt16>
    private let shortHeads: TableView<UInt16>
    private let chain: TableView<UInt16>
    private let prices: TableView<Int32>
    private let distanceOffset: Int

    init(
      _ parser: LazyParser, _ input: InputBytes, origin: Int, end: Int, options: Options, costs: CostModel
    ) {
      (self.input, self.origin, self.end) = (input, origin, end)
      lastPosition = end &- 8
      (depth, niceLength, longMatch, isHasty) = (options.depth, options.niceLength, options.longMatch, options.isHasty)
      hasShortMatches = options.hasShortMatches
      skips = options.skips
      step = max(16, options.itemDistance)
      shift = UInt64(64 - 8 * options.context)
      alignment = options.isAligned && [2, 4, 8].contains(options.itemDistance) ? options.itemDistance - 1 : 0
      mask = LazyParser.slotCount(for: end &- origin) &- 1
      (heads, shortHeads, chain) = (parser.heads.view, parser.shortHeads.view, parser.chain.view)
      (prices, distanceOffset) = (costs.prices, costs.distanceOffset)
    }

    // Computed, since constants that are not literals would be looked up by `swift_once` at each use.
    @inline(__always) private static var multiplier: UInt64 { 0x9E37_79B9_7F4A_7C15 }
    @inline(__always) private static var down: UInt64 { UInt64(64 - Tunables.Lazy.hashBits) }
    @inline(__always) private static var window: Int { DeflateAlphabet.maxDistance &- 1 }

    @inline(__always) private func slot(_ word: UInt64, _ position: Int) -> Int {
      let key = word &<< shift | UInt64(truncatingIfNeeded: position & alignment)
      return Int(truncatingIfNeeded: (key &* Search.multiplier) &>> Search.down) & mask
    }

    /// The slot of three bytes.
    @inline(__always) private func shortSlot(_ word: UInt64) -> Int {
      Int(truncatingIfNeeded: ((word & 0xFF_FFFF) &* Search.multiplier) &>> Search.down) & mask
    }

    @inline(__always) func lookAhead(_ position: Int) -> Ahead {
      let word = input.load64(position)
      let (slot, shortSlot) = (slot(word, position), shortSlot(word))
      return Ahead(word: word, slot: slot, shortSlot: shortSlot, head: heads[slot], short: shortHeads[shortSlot])
    }

    /// Makes a position known.
    @inline(__always) func insert(_ position: Int) {
      let word = input.load64(position)
      let value = UInt16(truncatingIfNeeded: position)
      let slot = slot(word, position)
      chain[position & Search.window] = heads[slot]
      heads[slot] = value
      if hasShortMatches { shortHeads[shortSlot(word)] = value }
    }

    /// Makes positions known up to the next one whose three bytes, or whose context if shorter matches are not looked for, are as
    /// at the latest one with their hash, and returns that. No branch depends on the data but the last one, so that the processor
    /// works on several positions at once.
    @inline(__always) func skip(_ start: Int, upTo last: Int) -> Int {
      if !hasShortMatches { return skipByContext(start, upTo: last) }
      return isHasty ? skipByThree(start, upTo: last) : skipByEither(start, upTo: last)
    }

    /// The same where either will do.
    @inline(__always) private func skipByEither(_ start: Int, upTo last: Int) -> Int {
      var position = start
      while position < last {
        let word = input.load64(position)
        let (slot, shortSlot) = (slot(word, position), shortSlot(word))
        let low = UInt16(truncatingIfNeeded: position)
        let head = heads[slot]
        let distance = reach(low &- head, at: position)
        let short = reach(low &- shortHeads[shortSlot], at: position)
        let same = (word ^ input.load64(position &- distance)) &<< shift == 0
        let sameShort = (word ^ input.load64(position &- short)) & 0xFF_FFFF == 0
        if same || sameShort { break }
        chain[position & Search.window] = head
        heads[slot] = low
        shortHeads[shortSlot] = low
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
        let head = heads[slot]
        let distance = reach(low &- head, at: position)
        if (word ^ input.load64(position &- distance)) &<< shift == 0 { break }
        chain[position & Search.window] = head
        heads[slot] = low
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
        let distance = reach(low &- shortHeads[shortSlot], at: position)
        if (word ^ input.load64(position &- distance)) & 0xFF_FFFF == 0 { break }
        chain[position & Search.window] = heads[slot]
        heads[slot] = low
        shortHeads[shortSlot] = low
        position &+= 1
      }
      return position
    }

    /// A distance by the low bits of two positions. What is out of reach is brought within it: there is hardly a match, but to look
    /// at the bytes costs less than to ask.
    @inline(__always) private func reach(_ distance: UInt16, at position: Int) -> Int {
      min(Int(distance &- 1) & Search.window, position &- origin &- 1) &+ 1
    }

    func insert(_ range: Range<Int>) {
      let last = min(range.upperBound, lastPosition)
      var position = range.lowerBound
      while position < last {
        insert(position)
        position &+= 1
      }
    }

    /// Forgets what is out of reach, before the low bits of its positions stand for others: a search that follows those is in vain.
    func forget(before position: Int) {
      let low = UInt16(truncatingIfNeeded: position)
      heads.forget(low, count: mask &+ 1)
      shortHeads.forget(low, count: mask &+ 1)
    }

    /// Makes the positions within a match known; of a long one not all.
    @inline(__always) func insertMatch(_ from: Int, _ target: Int, _ distance: Int) {
      var position = from
      let last = min(target, lastPosition)
      if target &- from > Tunables.Lazy.sparse {
        // The last ones, so that what goes on is found at the same distance.
        let ending = last &- max(8, min(distance, 32))
        let dense = min(last, from &+ 8)
        while position < dense {
          insert(position)
          position &+= 1
        }
        position &+= step &- 1
        position &-= position % step
        while position < ending {
          insert(position)
          position &+= step
        }
        position = max(from &+ 8, ending)
      }
      while position < last {
        insert(position)
        position &+= 1
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

    /// Whether a match saves too little over its bytes as literals, as a short one may.
    @inline(__always) func isDear(_ match: Match, at position: Int) -> Bool {
      if match.length >= 6 { return false }
      var literals: Int32 = 0
      var at = position
      let stop = position &+ match.length
      while at < stop {
        literals &+= prices[Int(input[at])]
        at &+= 1
      }
      return prices[256 &+ match.length]
        &+ prices[distanceOffset &+ DeflateAlphabet.distanceSlot(match.distance)] &+ Tunables.Lazy.minGain >= literals
    }

    /// The longest match at a position of those longer than some length, and the nearest of them; makes the position known,
    /// and looks ahead to the next one.
    @inline(__always) func find(_ position: Int, _ depth: Int, longerThan least: Int, ahead: inout Ahead) -> Match {
      let (word, head) = (ahead.word, ahead.head)
      let low = UInt16(truncatingIfNeeded: position)
      let farthest = min(DeflateAlphabet.maxDistance, position &- origin)
      let short = reach(low &- ahead.short, at: position)
      chain[position & Search.window] = head
      heads[ahead.slot] = low
      shortHeads[ahead.shortSlot] = low
      ahead = lookAhead(position &+ 1)
      let limit = min(DeflateAlphabet.maxMatch, end &- position)
      let enough = min(niceLength, limit)
      var best = Match(length: 0, distance: 1)
      var longest = least
      if !hasShortMatches {
        longest = max(3, least)
        // A run of one byte: the distance 1 has no extra bits, and is in no chain of whole items.
        if alignment > 0 {
          let run = word ^ input.load64(position &- 1)
          if run & 0xFFFF_FFFF == 0 {
            let length =
              run == 0
              ? input.matchLength(position, position &- 1, from: 8, limit: limit) : run.trailingZeroBitCount &>> 3
            if length > longest {
              longest = length
              best = Match(length: length, distance: 1)
              if length >= enough { return best }
            }
          }
        }
      } else if least < 3 {
        let difference = word ^ input.load64(position &- short)
        if difference & 0xFF_FFFF == 0 {
          longest =
            difference == 0
            ? input.matchLength(position, position &- short, from: 8, limit: limit)
            : difference.trailingZeroBitCount &>> 3
          best = Match(length: longest, distance: short)
          if longest >= enough { return best }
        } else {
          // Where not even three bytes are as at the latest position that begins with them, there is hardly a longer match.
          if isHasty { return best }
          longest = 3
        }
      }
      // What is no longer than the rest of the range cannot be beaten.
      if longest >= limit { return best }
      follow(
        head, from: position, word, steps: depth, farthest: farthest, limit: limit, enough: enough, longerThan: longest,
        best: &best)
      return best
    }

    @inline(__always) private func length(_ word: UInt64, _ position: Int, _ earlier: Int, _ limit: Int) -> Int {
      let difference = word ^ input.load64(earlier)
      return difference == 0
        ? input.matchLength(position, earlier, from: 8, limit: limit) : difference.trailingZeroBitCount &>> 3
    }

    /// Goes along a chain from a position, whose first bytes are `word`.
    @inline(__always) private func follow(
      _ head: UInt16, from position: Int, _ word: UInt64, steps: Int, farthest: Int, limit: Int, enough: Int,
      longerThan least: Int, best: inout Match
    ) {
      let low = UInt16(truncatingIfNeeded: position)
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
        node = chain[Int(node) & Search.window]
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
  /// Replaces what is farther from a position than a window by what will be out of reach for as long as another.
  fileprivate func forget(_ low: UInt16, count: Int) {
    let window = UInt16(truncatingIfNeeded: DeflateAlphabet.maxDistance)
    let nothing = low &- window &- 1
    for index in 0..<count {
      let entry = self[index]
      self[index] = low &- entry > window ? nothing : entry
    }
  }
}
