/// One pass over the bytes: at each place the candidates are the array's own distances and the latest places of
/// up to four contexts, each looked for only at the offsets within a number where it pays; what saves most by the
/// cost model is taken.
///
/// ```
/// offset   0  1  2  3  0  1  2  3
/// byte    5a 01 20 00 71 02 20 00      one number after the other
///          ?  =  =  =  ?  !  \____     = as one number before, ? a literal, a context looked for at offset 2
/// ```
final class GreedyParser {
  static let probeCount = 4

  struct Options {
    /// The distance of one number.
    var itemDistance: Int
    /// Another distance of the layout (a row, a string), or 0.
    var strideDistance: Int
    /// Whether one byte that repeats is looked for.
    var repeats: Bool
    /// The contexts, from the shortest to the longest.
    var probes: [Probe]
  }

  typealias Probe = HashTableMatchFinder.Probe

  /// The best match of a place so far; `probe` is negative for the one at the item's distance.
  private struct Candidate {
    var length: Int
    var distance: Int
    var saving: Int32
    var probe: Int
  }

  /// The probes as the inner loop has them.
  private struct ProbeSet {
    let one: UInt8
    let two: UInt8
    let three: UInt8
    let four: UInt8
    /// Any of them, eight times over.
    let any: UInt64
    let shiftOne: UInt64
    let shiftTwo: UInt64
    let shiftThree: UInt64
    let shiftFour: UInt64
    let lengthFour: Int

    init(_ probes: [Probe]) {
      func probe(_ index: Int) -> Probe { index < probes.count ? probes[index] : Probe(length: 8, offsets: 0) }
      (one, two, three, four) = (probe(0).offsets, probe(1).offsets, probe(2).offsets, probe(3).offsets)
      any = UInt64(one | two | three | four) &* 0x0101_0101_0101_0101
      func shift(_ index: Int) -> UInt64 { UInt64(64 - 8 * min(8, probe(index).length)) }
      (shiftOne, shiftTwo, shiftThree, shiftFour) = (shift(0), shift(1), shift(2), shift(3))
      lengthFour = probe(3).length
    }
  }

  private static let hashBits = 14
  static let chunk = 1 << 15
  /// A match of so many bytes is taken at once.
  private static let niceLength = 40
  /// Half a bit in favour of matches: else what is rare grows dearer, and so still rarer.
  private static let bias = Int32(CostModel.unit / 2)
  // The low 16 bits of positions: what lies further back is out of reach anyway.
  private let tables: [Table<UInt16>]
  /// What each context saved at each offset, in the cost model's units, since ``beginLearning()``.
  private let gains = Table<Int32>(repeating: 0, count: (probeCount + 2) * 8)

  private var isLearning = false

  init() {
    tables = (0..<GreedyParser.probeCount).map { _ in Table(repeating: 0, count: 1 << GreedyParser.hashBits) }
  }

  /// Adds up from now on what each context saves, until ``worthwhile(_:of:minGain:)``.
  func beginLearning() {
    gains.view.fill(0)
    isLearning = true
  }

  /// The options without what saved less than so many of the cost model's units for each place at which it was
  /// looked for, when so many bytes were parsed.
  func worthwhile(_ options: Options, of byteCount: Int, minGain: Int) -> Options {
    isLearning = false
    var kept = options
    let gains = gains.view
    let bound = Int32(clamping: byteCount / 8 * minGain)
    for index in options.probes.indices {
      for offset in 0..<8 where gains[index * 8 + offset] < bound {
        kept.probes[index].offsets &= ~(1 << UInt8(offset))
      }
    }
    // The other distances are tried wherever a context is.
    let count = Int32(kept.probes.reduce(0 as UInt8) { $0 | $1.offsets }.nonzeroBitCount)
    func total(_ probe: Int) -> Int32 { (0..<8).reduce(0) { $0 + gains[probe * 8 + $1] } }
    if total(GreedyParser.probeCount) < bound * count { kept.strideDistance = 0 }
    if total(GreedyParser.probeCount + 1) < bound * count { kept.repeats = false }
    return kept
  }

  /// Parses a range of the input, whose matches may reach back to its start but not beyond.
  func parse(
    _ input: InputBytes, _ range: Range<Int>, _ options: Options, _ costs: CostModel, memory: Float,
    into list: inout SequenceList
  ) {
    for (table, probe) in zip(tables, options.probes) where probe.offsets != 0 { table.view.fill(0) }
    let probeSet = ProbeSet(options.probes)
    var position = min(range.lowerBound + options.itemDistance, range.upperBound)
    var literalStart = range.lowerBound
    while position < range.upperBound {
      let end = min(range.upperBound, position + GreedyParser.chunk)
      let first = list.count
      let firstByte = literalStart
      parseChunk(input, range, &position, end, &literalStart, options, probeSet, costs, &list)
      if list.count > first { costs.update(list.endChunk(from: first, input, at: firstByte), memory: memory) }
    }
    list.finish(literals: range.upperBound - literalStart)
  }

  private func parseChunk(
    _ input: InputBytes, _ range: Range<Int>, _ next: inout Int, _ end: Int, _ literalStart: inout Int,
    _ options: Options, _ probeSet: ProbeSet, _ costs: CostModel, _ list: inout SequenceList
  ) {
    let (one, two, three, four) = (tables[0].view, tables[1].view, tables[2].view, tables[3].view)
    let gains = gains.view
    let prices = costs.prices
    let distanceOffset = costs.distanceOffset
    let lower = range.lowerBound
    let upper = range.upperBound
    // Sixteen bytes are looked at.
    let last = min(end, upper &- 16)
    let item = options.itemDistance
    let itemSlot = DeflateAlphabet.distanceSlot(item)
    let itemCost = prices[distanceOffset &+ itemSlot]
    let stride = options.strideDistance
    let repeats = options.repeats
    let isLearning = isLearning
    let k = 0x9E37_79B9_7F4A_7C15 as UInt64
    let down = UInt64(64 - GreedyParser.hashBits)

    /// What bytes cost without a search, as runs at the item's distance and literals: a match is worth what it
    /// saves against this, not against literals alone.
    @inline(__always) func plainCost(_ position: Int, _ length: Int) -> Int32 {
      var sum: Int32 = 0
      var at = position
      let stop = position &+ length
      while at < stop {
        let difference = input.load64(at) ^ input.load64(at &- item)
        if difference & 0xFF_FFFF == 0 {
          let run =
            difference == 0
            ? input.matchLength(at, at &- item, from: 8, limit: max(8, min(DeflateAlphabet.maxMatch, stop &- at)))
            : difference.trailingZeroBitCount &>> 3
          sum &+= prices[256 &+ run] &+ itemCost
          at &+= run
        } else {
          sum &+= prices[Int(input[at])]
          at &+= 1
        }
      }
      return sum
    }

    @inline(__always) func consider(
      _ earlier: Int, _ probe: Int, _ position: Int, _ word: UInt64, _ best: inout Candidate
    ) {
      if earlier == 0 || earlier > min(DeflateAlphabet.maxDistance, position &- lower) { return }
      let difference = word ^ input.load64(position &- earlier)
      if difference & 0xFF_FFFF != 0 { return }
      let length =
        difference == 0
        ? input.matchLength(
          position, position &- earlier, from: 8, limit: min(DeflateAlphabet.maxMatch, upper &- 8 &- position))
        : difference.trailingZeroBitCount &>> 3
      if length < best.length || length == best.length && best.probe >= 0, earlier >= best.distance { return }
      let cost = prices[256 &+ length] &+ prices[distanceOffset &+ DeflateAlphabet.distanceSlot(earlier)]
      let saving = plainCost(position, length) &- cost
      if saving > best.saving {
        best = Candidate(length: length, distance: earlier, saving: saving, probe: probe)
      }
    }

    /// Takes a candidate over if it is no shorter. What lies out of reach is brought within it: there will hardly be
    /// a match, but to look at the bytes costs less than to ask.
    @inline(__always) func considerLonger(
      _ earlier: inout Int, _ position: Int, _ word: UInt64, _ length: inout Int, _ nearest: inout Int
    ) {
      earlier = min((earlier &- 1) & (DeflateAlphabet.maxDistance - 1), position &- lower &- 1) &+ 1
      let equal = (word ^ input.load64(position &- earlier)).trailingZeroBitCount &>> 3
      nearest = equal >= length ? earlier : nearest
      length = equal >= length ? equal : length
    }

    /// What up to seven bytes cost as literals.
    @inline(__always) func literalCost(_ word: UInt64, _ length: Int) -> Int32 {
      var sum =
        prices[Int(word & 0xFF)] &+ prices[Int(word &>> 8 & 0xFF)]
        &+ prices[Int(word &>> 16 & 0xFF)]
      sum &+= length > 3 ? prices[Int(word &>> 24 & 0xFF)] : 0
      sum &+= length > 4 ? prices[Int(word &>> 32 & 0xFF)] : 0
      if length > 5 {
        sum &+= prices[Int(word &>> 40 & 0xFF)]
        sum &+= length > 6 ? prices[Int(word &>> 48 & 0xFF)] : 0
      }
      return sum
    }

    @inline(__always) func hashFour(_ position: Int, _ word: UInt64) -> Int {
      if probeSet.lengthFour <= 8 { return Int((word &<< probeSet.shiftFour &* k) &>> down) }
      let more = input.load64(position &+ probeSet.lengthFour &- 8)
      let mixed = word &* k ^ more &* 0xC2B2_AE3D_27D4_EB4F
      return Int(((mixed ^ mixed &>> 29) &* k) &>> down)
    }

    @inline(__always) func insert(_ position: Int) {
      let word = input.load64(position)
      let value = UInt16(truncatingIfNeeded: position)
      let bit = UInt8(truncatingIfNeeded: 1 &<< (position & 7))
      if probeSet.one & bit != 0 { one[Int((word &<< probeSet.shiftOne &* k) &>> down)] = value }
      if probeSet.two & bit != 0 { two[Int((word &<< probeSet.shiftTwo &* k) &>> down)] = value }
      if probeSet.three & bit != 0 { three[Int((word &<< probeSet.shiftThree &* k) &>> down)] = value }
      if probeSet.four & bit != 0 { four[hashFour(position, word)] = value }
    }

    var position = next
    while position < last {
      let word = input.load64(position)
      let difference = word ^ input.load64(position &- item)
      let event = (probeSet.any &>> UInt64(truncatingIfNeeded: position & 7)).trailingZeroBitCount
      var best = Candidate(length: 0, distance: item, saving: 0, probe: -1)
      if difference & 0xFF_FFFF != 0 {
        if event > 0 {
          // On to the next place where a run begins or a context is looked for.
          let equal = RunParser.zeroBytes(difference)
          let starts = equal & equal &>> 8 & equal &>> 16
          let gap = starts == 0 ? 6 : starts.trailingZeroBitCount &>> 3
          position &+= min(gap, event)
          continue
        }
      } else {
        let limit = min(DeflateAlphabet.maxMatch, upper &- 8 &- position)
        best.length =
          difference == 0
          ? input.matchLength(position, position &- item, from: 8, limit: limit)
          : difference.trailingZeroBitCount &>> 3
      }
      if event == 0 {
        let value = UInt16(truncatingIfNeeded: position)
        let bit = UInt8(truncatingIfNeeded: 1 &<< (position & 7))
        if best.length >= GreedyParser.niceLength {
          insert(position)
        } else {
          // The longest of all candidates by their first eight bytes, the nearest of equals, without branches that
          // depend on the data: which of them hits is hard to foresee.
          var length = 0
          var nearest = 0
          var (fourth, third, second, first) = (0, 0, 0, 0)
          if probeSet.four & bit != 0 {
            let slot = hashFour(position, word)
            fourth = Int(value &- four[slot])
            four[slot] = value
            considerLonger(&fourth, position, word, &length, &nearest)
          }
          if probeSet.three & bit != 0 {
            let slot = Int((word &<< probeSet.shiftThree &* k) &>> down)
            third = Int(value &- three[slot])
            three[slot] = value
            considerLonger(&third, position, word, &length, &nearest)
          }
          if probeSet.two & bit != 0 {
            let slot = Int((word &<< probeSet.shiftTwo &* k) &>> down)
            second = Int(value &- two[slot])
            two[slot] = value
            considerLonger(&second, position, word, &length, &nearest)
          }
          if probeSet.one & bit != 0 {
            let slot = Int((word &<< probeSet.shiftOne &* k) &>> down)
            first = Int(value &- one[slot])
            one[slot] = value
            considerLonger(&first, position, word, &length, &nearest)
          }
          if stride > 0 {
            var distance = stride
            considerLonger(&distance, position, word, &length, &nearest)
          }
          if repeats {
            var distance = 1
            considerLonger(&distance, position, word, &length, &nearest)
          }
          if length == 8 {
            consider(fourth, 3, position, word, &best)
            if third != fourth { consider(third, 2, position, word, &best) }
            if second != third { consider(second, 1, position, word, &best) }
            if first != second { consider(first, 0, position, word, &best) }
            if stride > 0 { consider(stride, 4, position, word, &best) }
            if repeats { consider(1, 5, position, word, &best) }
          } else if length >= 3, length > best.length {
            let equal = RunParser.zeroBytes(difference)
            let runs = (equal & equal &>> 8 & equal &>> 16) &<< UInt64(64 &- 8 &* length)
            let plain = runs == 0 ? literalCost(word, length) : plainCost(position, length)
            let cost =
              prices[256 &+ length] &+ prices[distanceOffset &+ DeflateAlphabet.distanceSlot(nearest)]
            if plain &+ GreedyParser.bias > cost {
              // Which one it was is of interest to the sample only.
              var probe = 0
              if isLearning {
                probe =
                  nearest == fourth
                  ? 3 : nearest == third ? 2 : nearest == second ? 1 : nearest == first ? 0 : nearest == 1 ? 5 : 4
              }
              best = Candidate(length: length, distance: nearest, saving: plain &- cost, probe: probe)
            }
          }
          if best.length == 0 {
            position &+= 1
            continue
          }
          if isLearning, best.probe >= 0 { gains[best.probe &* 8 &+ position & 7] &+= best.saving }
        }
      }
      list.append(
        literals: position &- literalStart, length: best.length, distance: best.distance,
        slot: best.distance == item ? itemSlot : DeflateAlphabet.distanceSlot(best.distance))
      let stop = position &+ best.length
      // Positions within the match, so that later matches may begin there; only the first of long ones.
      if probeSet.any != 0 {
        var inner = position &+ 1
        let innerEnd = min(min(stop, last), position &+ 64)
        while true {
          inner &+= (probeSet.any &>> UInt64(truncatingIfNeeded: inner & 7)).trailingZeroBitCount
          if inner >= innerEnd { break }
          insert(inner)
          inner &+= 1
        }
      }
      position = stop
      literalStart = stop
    }
    // Beyond `last` there are not enough bytes left to look at.
    next = max(position, end >= upper &- 16 ? upper : end)
  }
}
