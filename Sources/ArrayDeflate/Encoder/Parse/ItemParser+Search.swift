extension ItemParser {
  @inline(__always) private static var multiplier: UInt64 { 0x9E37_79B9_7F4A_7C15 }
  /// By which the hashes of items before are multiplied when one is added.
  @inline(__always) private static var base: UInt64 { 0xC2B2_AE3D_27D4_EB4F }

  /// A hash of an item's bytes.
  @inline(__always) private func hash(_ input: InputBytes, _ position: Int, size: Int) -> UInt64 {
    var sum: UInt64
    if size >= 8 {
      sum = input.load64(position &+ size &- 8) &* ItemParser.multiplier
      var at = 0
      while at < size &- 8 {
        sum = (sum ^ sum &>> 29 ^ input.load64(position &+ at)) &* ItemParser.multiplier
        at &+= 8
      }
    } else if size >= 4 {
      let (first, last) = (UInt64(input.load32(position)), UInt64(input.load32(position &+ size &- 4)))
      sum = (first | last &<< 32) &* ItemParser.multiplier
    } else {
      sum = UInt64(input[position]) | UInt64(input[position &+ 1]) &<< 8 | UInt64(input[position &+ size &- 1]) &<< 16
      sum = sum &* ItemParser.multiplier
    }
    return sum ^ sum &>> 32
  }

  /// Adds up the hashes of items, so that those of any number of neighbours can be told by two of the sums.
  @inline(__always) private func addHashes(_ input: InputBytes, at origin: Int, count: Int, size: Int) {
    let hashes = hashTable.view
    var (sum, position) = (0 as UInt64, origin)
    hashes[0] = 0
    for index in 0..<count {
      sum = sum &* ItemParser.base &+ hash(input, position, size: size)
      hashes[index &+ 1] = sum
      position &+= size
    }
  }

  private static func power(_ exponent: Int) -> UInt64 { (0..<exponent).reduce(1) { power, _ in power &* base } }

  /// A context of a number of items, and where the latest item of each is.
  private struct Probe {
    let count: Int
    let power: UInt64
    let table: TableView<UInt16>

    init(_ count: Int, _ table: TableView<UInt16>) {
      (self.count, self.table) = (count, table)
      power = ItemParser.power(count)
    }

    @inline(__always) func hash(_ hashes: TableView<UInt64>, _ index: Int) -> UInt64 {
      hashes[index &+ count] &- hashes[index] &* power
    }

    /// The latest item with the context of an item, which takes its place.
    @inline(__always) func replace(_ hashes: TableView<UInt64>, _ index: Int, with low: UInt16) -> UInt16 {
      let slot = Int(truncatingIfNeeded: (hash(hashes, index) &* multiplier) &>> UInt64(64 - Tunables.Items.hashBits))
      let entry = table[slot]
      table[slot] = low
      return entry
    }
  }

  /// Looks up the latest item with each context of a chunk's items, one context after the other, so that nothing waits for
  /// memory; itself if the context goes beyond the end.
  private func lookUp(_ chunk: Chunk, ahead: Int) {
    let (hashes, heads) = (hashTable.view, headTable.view)
    for (number, context) in chunk.options.contexts.enumerated() {
      let probe = Probe(context, tables[number].view)
      let first = number &* ItemParser.chunk
      let end = min(chunk.count, max(0, ahead &- context &+ 1))
      var low = UInt16(truncatingIfNeeded: chunk.start)
      for index in 0..<end {
        heads[first &+ index] = probe.replace(hashes, index, with: low)
        low &+= 1
      }
      for index in end..<chunk.count {
        heads[first &+ index] = low
        low &+= 1
      }
    }
  }

  /// The contexts that are worth to be looked for in a range like this sample, of items that have few values: none where too
  /// few of them repeat.
  func contexts(_ input: InputBytes, _ range: Range<Int>, size: Int) -> [Int] {
    let total = min(range.count / size, Tunables.Items.chunk)
    guard total >= 64 else { return [] }
    addHashes(input, at: range.lowerBound, count: total, size: size)
    let hashes = hashTable.view
    var useful: [(count: Int, share: Double)] = []
    // A match of one small item takes more than the item.
    for count in [1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16] where count * size > 5 && count * size <= 128 {
      let probe = Probe(count, tables[0].view)
      tables[0].view.fill(0)
      var hits = 0
      for index in 0...total - count {
        let earlier = Int(probe.replace(hashes, index, with: UInt16(truncatingIfNeeded: index)))
        if index >= total / 2, earlier < index, probe.hash(hashes, index) == probe.hash(hashes, earlier) { hits += 1 }
      }
      let share = Double(hits) / Double(total - total / 2)
      if share < Tunables.Items.rareContext { break }
      useful.append((count, share))
    }
    guard let first = useful.first, first.share >= Tunables.Items.leastRepeated else { return [] }
    let usual = (useful.lastIndex { $0.share >= Tunables.Items.usualContext } ?? 0)
    if size <= 4 || size == 8 {
      // One that nearly always occurs, and one of which it is hard to tell: more take long where items are small.
      let rare = useful.firstIndex { $0.share < Tunables.Items.doubtfulContext } ?? useful.count - 1
      return usual < rare ? [useful[usual].count, useful[rare].count] : [useful[usual].count]
    }
    // From one before the longest that nearly always occurs.
    let rest = Array(useful[max(0, usual - 1)...])
    if rest.count <= ItemParser.maxContexts { return rest.map(\.count) }
    return (0..<ItemParser.maxContexts).map { rest[$0 * (rest.count - 1) / (ItemParser.maxContexts - 1)].count }
  }

  /// Finds the matches of a chunk's items, and what each takes alone.
  @inline(__always) func findMatches(_ chunk: Chunk, size: Int, _ costs: CostModel) {
    let (start, count, contexts) = (chunk.start, chunk.count, chunk.options.contexts)
    let ahead = min(chunk.total - start, count + (contexts.last ?? 0))
    addHashes(chunk.input, at: chunk.origin + start * size, count: ahead, size: size)
    lookUp(chunk, ahead: ahead)
    let heads = headTable.view
    let probeCount = contexts.count
    let (second, third, fourth) = (ItemParser.chunk, 2 * ItemParser.chunk, 3 * ItemParser.chunk)
    let (matches, counts, single) = (matchTable.view, matchCounts.view, singleCosts.view)
    let niceLength = max(1, Tunables.Items.niceLength(size: size) / size)
    let never = CostModel.never &>> 4
    let reach = Reach(size: size)
    var index = 0
    // What is left, at this item, of the longest match of the item before.
    var inherited = (length: 0, distance: 0)
    while index < count {
      let position = chunk.origin &+ (start &+ index) &* size
      let low = UInt16(truncatingIfNeeded: start &+ index)
      inherited.length &-= 1
      if inherited.length >= Tunables.Items.longMatch {
        matches[index &* ItemParser.maxCandidates] =
          UInt32(truncatingIfNeeded: inherited.length) &<< 16 | UInt32(truncatingIfNeeded: inherited.distance)
        counts[index] = 1
        single[index] = size <= 8 ? singleCost(chunk, position, size: size, costs) : never
        index &+= 1
        continue
      }
      var candidates = Candidates(chunk, index, matches, size: size, reach)
      candidates.consider(1)
      candidates.consider(Int(low &- heads[index]))
      if probeCount > 1 { candidates.consider(Int(low &- heads[second &+ index])) }
      if chunk.options.stride > 1 { candidates.consider(chunk.options.stride) }
      if probeCount > 2 { candidates.consider(Int(low &- heads[third &+ index])) }
      if probeCount > 3 { candidates.consider(Int(low &- heads[fourth &+ index])) }
      inherited = (candidates.longest, candidates.distance)
      if candidates.longest >= niceLength {
        take(candidates, index)
        index &+= candidates.longest
        inherited.length = 0
        continue
      }
      counts[index] = UInt8(truncatingIfNeeded: candidates.found)
      // A large item is never cheaper alone.
      single[index] = size <= 8 || candidates.found == 0 ? singleCost(chunk, position, size: size, costs) : never
      index &+= 1
    }
  }

  /// Lists a match alone, to be taken at its whole length: no path leads to the items within, where nothing is looked for.
  @inline(__always) private func take(_ candidates: Candidates, _ index: Int) {
    let (matches, counts, single) = (matchTable.view, matchCounts.view, singleCosts.view)
    matches[index &* ItemParser.maxCandidates] =
      ItemParser.taken | UInt32(truncatingIfNeeded: candidates.longest) &<< 16
      | UInt32(truncatingIfNeeded: candidates.distance)
    for within in index..<index &+ candidates.longest {
      counts[within] = 0
      single[within] = CostModel.never &>> 4
    }
    counts[index] = 1
  }

  /// How far and how long matches may be, in items: what would have to be divided at each item else.
  private struct Reach {
    let farthest: Int
    let longest: Int
    /// 65536 / size, rounded up: exact for lengths of up to 258 bytes.
    let reciprocal: Int

    init(size: Int) {
      farthest = DeflateAlphabet.maxDistance / size
      longest = DeflateAlphabet.maxMatch / size
      reciprocal = (65_535 + size) / size
    }
  }

  /// The matches of an item, the nearest first, each longer than the one before.
  private struct Candidates {
    private let input: InputBytes
    private let size: Int
    private let position: Int
    private let farthest: Int
    private let limit: Int
    private let first: Int
    private let reciprocal: Int
    private let matches: TableView<UInt32>
    private(set) var found = 0
    /// The length of the longest in items, and its distance in items.
    private(set) var longest = 0
    private(set) var distance = 0

    @inline(__always) init(_ chunk: Chunk, _ index: Int, _ matches: TableView<UInt32>, size: Int, _ reach: Reach) {
      (input, self.size, self.matches) = (chunk.input, size, matches)
      position = chunk.origin &+ (chunk.start &+ index) &* size
      farthest = min(reach.farthest, chunk.start &+ index)
      limit = min(reach.longest, chunk.count &- index)
      first = index &* ItemParser.maxCandidates
      reciprocal = reach.reciprocal
    }

    /// A length in bytes as whole items.
    @inline(__always) private func divided(_ length: Int) -> Int { (length &* reciprocal) &>> 16 }

    @inline(__always) mutating func consider(_ distance: Int) {
      if distance <= 0 || distance > farthest || longest >= limit { return }
      let earlier = position &- distance &* size
      // What is no longer than the best so far is of no use: its end is compared first.
      let end = (longest &+ 1) &* size
      if size >= 8 {
        if input.load64(position &+ end &- 8) != input.load64(earlier &+ end &- 8) { return }
      } else if size >= 4 {
        if input.load32(position &+ end &- 4) != input.load32(earlier &+ end &- 4) { return }
      }
      let length = divided(input.matchLength(position, earlier, limit: limit &* size))
      if length <= longest { return }
      (longest, self.distance) = (length, distance)
      matches[first &+ found] = UInt32(truncatingIfNeeded: length) &<< 16 | UInt32(truncatingIfNeeded: distance)
      found &+= 1
    }
  }

  /// The cost of an item alone: runs of three and more bytes as matches, the rest as literals.
  @inline(__always) private func singleCost(_ chunk: Chunk, _ start: Int, size: Int, _ costs: CostModel) -> Int32 {
    let prices = costs.prices
    let distance = prices[costs.distanceOffset &+ DeflateAlphabet.distanceSlot(chunk.options.runDistance)]
    var sum: Int32 = 0
    var position = start
    let end = start &+ size
    while position < end {
      let run = chunk.run(at: position, upTo: end)
      if run >= 3 {
        sum &+= prices[256 &+ run] &+ distance
        position &+= run
      } else {
        sum &+= prices[Int(chunk.input[position])]
        position &+= 1
      }
    }
    return sum
  }
}
