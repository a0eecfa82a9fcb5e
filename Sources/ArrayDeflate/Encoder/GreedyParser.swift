/// One pass over the bytes: at each place the candidates are the array's own distances and the latest places of
/// up to three contexts, each looked for only at the offsets within an item where it pays; what saves most by the
/// cost model is taken.
final class GreedyParser {
  struct Options {
    /// The distance of one item.
    var itemDistance: Int
    /// Another distance of the layout (a row, a string), or 0.
    var strideDistance: Int
    var short: Probe
    var middle: Probe
    var long: Probe
    /// Whether a match waits for a better one at the next place.
    var lazy: Bool
  }

  /// A context of 1 to 8 bytes, and where it is looked for: at places with `place & wrap` among `offsets` (bits).
  struct Probe {
    var length: Int
    var wrap: Int = 0
    var offsets: UInt32 = 1

    static let none = Probe(length: 8, wrap: 0, offsets: 0)

    @inline(__always) func looks(at position: Int) -> Bool {
      offsets &>> UInt32(truncatingIfNeeded: position & wrap) & 1 != 0
    }

    @inline(__always) func hash(_ word: UInt64) -> Int {
      let context = word &<< UInt64(64 &- 8 &* length)
      return Int((context &* 0x9E37_79B9_7F4A_7C15) &>> UInt64(64 - GreedyParser.hashBits))
    }
  }

  private static let hashBits = 15
  static let chunk = 1 << 15
  // The low 16 bits of places: what lies further back is out of reach anyway.
  private let shortTable = Table<UInt16>(repeating: 0, count: 1 << hashBits)
  private let middleTable = Table<UInt16>(repeating: 0, count: 1 << hashBits)
  private let longTable = Table<UInt16>(repeating: 0, count: 1 << hashBits)
  /// What the bytes from a chunk's start to each byte cost without a search: as runs at the item's distance and
  /// literals. A match is worth what it saves against this, not against literals alone.
  private let prefixTable = Table<Int32>(repeating: 0, count: chunk + 320)
  private let histogram = Histogram()

  /// Parses a range of the input, whose matches may reach back to its start but not beyond.
  func parse(
    _ input: InputBytes, _ range: Range<Int>, _ options: Options, _ costs: CostModel, memory: Float,
    into list: inout SequenceList
  ) {
    if options.short.offsets != 0 { shortTable.view.fill(0) }
    if options.middle.offsets != 0 { middleTable.view.fill(0) }
    if options.long.offsets != 0 { longTable.view.fill(0) }
    var position = range.lowerBound
    var literalStart = position
    while position < range.upperBound {
      let end = min(range.upperBound, position + GreedyParser.chunk)
      let first = list.count
      let firstByte = literalStart
      fillPrefix(
        input, position, min(range.upperBound, end + 300), range.lowerBound, options.itemDistance, costs)
      parseChunk(input, range, &position, end, &literalStart, options, costs, &list)
      if list.count > first {
        histogram.clear()
        _ = histogram.count(list, first..<list.count, input, at: firstByte)
        costs.learn(histogram, memory: memory)
      }
    }
    list.finish(literals: range.upperBound - literalStart)
  }

  private func fillPrefix(
    _ input: InputBytes, _ start: Int, _ end: Int, _ lower: Int, _ item: Int, _ costs: CostModel
  ) {
    let (prefix, literals, lengths) = (prefixTable.view, costs.literals, costs.lengths)
    let distanceCost = Int32(costs.distances[DeflateAlphabet.distanceSlot(item)])
    var sum: Int32 = 0
    var position = start
    while position < end {
      if position &- item >= lower, position &+ 8 <= end {
        let difference = input.load64(position) ^ input.load64(position &- item)
        if difference & 0xFF_FFFF == 0 {
          let limit = min(DeflateAlphabet.maxMatch, end &- position)
          let length =
            difference == 0
            ? input.matchLength(position, position &- item, from: 8, limit: limit)
            : difference.trailingZeroBitCount &>> 3
          prefix[position &- start] = sum
          sum &+= Int32(lengths[length]) &+ distanceCost
          var inner = 1
          while inner < length {
            prefix[position &- start &+ inner] = sum
            inner &+= 1
          }
          position &+= length
          continue
        }
      }
      prefix[position &- start] = sum
      sum &+= Int32(truncatingIfNeeded: literals[Int(input[position])])
      position &+= 1
    }
    prefix[end &- start] = sum
  }

  private struct Found {
    var length = 0
    var distance = 0
    var saving: Int32 = 0
  }

  private func parseChunk(
    _ input: InputBytes, _ range: Range<Int>, _ place: inout Int, _ end: Int, _ literalStart: inout Int,
    _ options: Options, _ costs: CostModel, _ list: inout SequenceList
  ) {
    let (short, middle, long) = (shortTable.view, middleTable.view, longTable.view)
    let (shortProbe, middleProbe, longProbe) = (options.short, options.middle, options.long)
    let prefix = prefixTable.view
    let (lengthCosts, distanceCosts) = (costs.lengths, costs.distances)
    let base = place
    let lower = range.lowerBound
    let upper = range.upperBound
    let last = min(end, upper &- 8)
    let item = options.itemDistance
    let stride = options.strideDistance
    let lazy = options.lazy

    @inline(__always) func offer(
      _ position: Int, _ distance: Int, _ word: UInt64, _ limit: Int, _ best: inout Found
    ) {
      let difference = word ^ input.load64(position &- distance)
      if difference & 0xFF_FFFF != 0 { return }
      let length =
        difference == 0
        ? input.matchLength(position, position &- distance, from: 8, limit: limit)
        : difference.trailingZeroBitCount &>> 3
      let literals = prefix[position &+ length &- base] &- prefix[position &- base]
      let cost =
        Int32(lengthCosts[length]) &+ Int32(distanceCosts[DeflateAlphabet.distanceSlot(distance)])
      let saving = literals &- cost
      if saving > best.saving {
        best.saving = saving
        best.length = length
        best.distance = distance
      }
    }

    @inline(__always) func probe(
      _ table: TableView<UInt16>, _ probe: Probe, _ position: Int, _ word: UInt64, _ limit: Int,
      _ best: inout Found
    ) {
      if !probe.looks(at: position) { return }
      let slot = probe.hash(word)
      let distance = Int(UInt16(truncatingIfNeeded: position) &- table[slot])
      table[slot] = UInt16(truncatingIfNeeded: position)
      if distance == 0 || distance > min(DeflateAlphabet.maxDistance, position &- lower) { return }
      offer(position, distance, word, limit, &best)
    }

    @inline(__always) func search(_ position: Int) -> Found {
      var best = Found()
      let word = input.load64(position)
      let limit = min(DeflateAlphabet.maxMatch, upper &- position)
      if position &- item >= lower {
        best.saving = .min
        offer(position, item, word, limit, &best)
        if best.length >= 64 { return best }
        if best.length == 0 { best.saving = 0 }
      }
      if stride > 0, position &- stride >= lower { offer(position, stride, word, limit, &best) }
      if item > 1, position > lower { offer(position, 1, word, limit, &best) }
      if best.length >= 64 { return best }
      probe(long, longProbe, position, word, limit, &best)
      probe(middle, middleProbe, position, word, limit, &best)
      probe(short, shortProbe, position, word, limit, &best)
      return best
    }

    @inline(__always) func insert(_ position: Int) {
      let word = input.load64(position)
      let value = UInt16(truncatingIfNeeded: position)
      if longProbe.looks(at: position) { long[longProbe.hash(word)] = value }
      if middleProbe.looks(at: position) { middle[middleProbe.hash(word)] = value }
      if shortProbe.looks(at: position) { short[shortProbe.hash(word)] = value }
    }

    var position = place
    while position < last {
      var best = search(position)
      if best.length == 0 {
        position &+= 1
        continue
      }
      while lazy, best.length < 32, best.distance != item, position &+ 1 < last {
        let next = search(position &+ 1)
        if next.saving <= best.saving { break }
        best = next
        position &+= 1
      }
      list.append(literals: position &- literalStart, length: best.length, distance: best.distance)
      let stop = position &+ best.length
      // Places within the match, so that later matches may begin there; only the first of long ones.
      var inner = position &+ 1
      let innerEnd = min(min(stop, upper &- 8), position &+ 64)
      while inner < innerEnd {
        insert(inner)
        inner &+= 1
      }
      position = stop
      literalStart = stop
    }
    // Beyond `last` no eight bytes are left to look at.
    place = max(position, end >= upper &- 8 ? upper : end)
  }
}
