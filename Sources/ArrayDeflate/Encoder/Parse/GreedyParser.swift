/// Parses LZ77 greedily in one pass, by what matches save according to a cost model.
///
/// ```
/// offset   0  1  2  3  0  1  2  3
/// byte    5a 01 20 00 71 02 20 00      one item after the other
///          ?  =  =  =  ?  !  \____     = as one item before, ? a literal, a context looked for at offset 2
/// ```
///
/// ## Algorithm
/// A greedy parser takes a match as soon as it finds one, where a lazy one (zlib -4 to -9) first looks whether the next
/// position has a longer one. What brings this one near zlib's lazy parse, and often below it, is what it compares:
/// - The candidates at a position are the distances that the array's layout suggests (one item, a row, one byte) and the
///   latest positions of up to four contexts, each in a hash table without chains as in ``HashTableMatchFinder``.
/// - They are looked for only at the offsets within an item where that pays, which is learnt: over a sample each context's
///   savings are added up for each offset (``beginLearning()``, ``worthwhile(_:of:minGain:)``).
/// - Of the candidates the one is taken that saves most by a ``CostModel``, which follows the data. It is weighed not against
///   literals but against what the bytes cost without a search: runs at the item's distance and literals. For most arrays
///   these are nearly all that there is, and a match that is longer but further than the run is a loss.
/// - A match of ``niceLength`` bytes (the term of libdeflate) is taken without looking further.
///
/// ## Cost
/// One pass; where no context is looked for and no run begins, up to six bytes are skipped at once.
/// What compresses is as hard to predict for the processor as for us, and a mispredicted branch costs as much as 50
/// instructions: so which candidate hits is found out by arithmetic on their first eight bytes, without branches.
///
/// ## Tried and rejected
/// Of 2-byte items ``OptimalParser`` is both smaller and faster, with one context that begins at each high byte; with contexts
/// at the low bytes too it is slower by a quarter and no smaller.
final class GreedyParser {
  typealias Probe = HashTableMatchFinder.Probe

  static let probeCount = 4

  /// The best match of a position so far; `probe` is negative for the one at the item's distance.
  private struct Candidate {
    var length: Int
    var distance: Int
    var saving: Int32
    var probe: Int
  }

  private static let hashBits = Tunables.Greedy.hashBits
  private static let niceLength = Tunables.Greedy.niceLength
  private static let bias = Int32(CostModel.unit * Tunables.Greedy.biasBits)
  // The low 16 bits of positions: what lies further back is out of reach anyway.
  private let tables: [Table<UInt16>]
  /// What each context saved at each offset, in the cost model's units, since ``beginLearning()``.
  let gains = Table<Int32>(repeating: 0, count: (probeCount + 2) * 8)

  var isLearning = false

  init() {
    tables = (0..<GreedyParser.probeCount).map { _ in Table(repeating: 0, count: 1 << GreedyParser.hashBits) }
  }

  /// What a parse goes by.
  private struct Context {
    let input: InputBytes
    let range: Range<Int>
    let options: Options
    let probes: ProbeSet
    let costs: CostModel
  }

  /// How far a parse has come.
  private struct Cursor {
    var position: Int
    /// The first byte that is in no sequence yet: from there on to `position` all are literals.
    var literalStart: Int
  }

  /// Parses a range of the input, whose matches may refer back to its start but not beyond.
  func parse(
    _ input: InputBytes, _ range: Range<Int>, options: Options, costs: CostModel, into list: inout SequenceList
  ) {
    for (table, probe) in zip(tables, options.probes) where probe.offsets != 0 { table.view.fill(0) }
    let context = Context(
      input: input, range: range, options: options, probes: ProbeSet(options.probes), costs: costs)
    let start = min(range.lowerBound + options.itemDistance, range.upperBound)
    var cursor = Cursor(position: start, literalStart: range.lowerBound)
    while cursor.position < range.upperBound {
      let end = min(range.upperBound, cursor.position + Tunables.Greedy.chunk)
      let first = list.count
      let firstByte = cursor.literalStart
      parseChunk(context, upTo: end, &cursor, &list)
      if list.count > first {
        costs.update(list.endChunk(from: first, input, at: firstByte), memory: Tunables.Costs.memory)
      }
    }
    list.finish(literals: range.upperBound - cursor.literalStart)
  }

  private func parseChunk(_ context: Context, upTo end: Int, _ cursor: inout Cursor, _ list: inout SequenceList) {
    let (input, range, options, probes) = (context.input, context.range, context.options, context.probes)
    let costs = context.costs
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
    let multiplier = 0x9E37_79B9_7F4A_7C15 as UInt64
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

    /// Takes a candidate over if it saves more than the best so far.
    @inline(__always) func consider(
      _ earlier: Int, probe: Int, at position: Int, _ word: UInt64, best: inout Candidate
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
      _ earlier: inout Int, at position: Int, _ word: UInt64, length: inout Int, nearest: inout Int
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
      if probes.lengthFour <= 8 { return Int((word &<< probes.shiftFour &* multiplier) &>> down) }
      let more = input.load64(position &+ probes.lengthFour &- 8)
      let mixed = word &* multiplier ^ more &* 0xC2B2_AE3D_27D4_EB4F
      return Int(((mixed ^ mixed &>> 29) &* multiplier) &>> down)
    }

    @inline(__always) func insert(_ position: Int) {
      let word = input.load64(position)
      let value = UInt16(truncatingIfNeeded: position)
      let bit = UInt8(truncatingIfNeeded: 1 &<< (position & 7))
      if probes.one & bit != 0 { one[Int((word &<< probes.shiftOne &* multiplier) &>> down)] = value }
      if probes.two & bit != 0 { two[Int((word &<< probes.shiftTwo &* multiplier) &>> down)] = value }
      if probes.three & bit != 0 { three[Int((word &<< probes.shiftThree &* multiplier) &>> down)] = value }
      if probes.four & bit != 0 { four[hashFour(position, word)] = value }
    }

    var (position, literalStart) = (cursor.position, cursor.literalStart)
    while position < last {
      let word = input.load64(position)
      let difference = word ^ input.load64(position &- item)
      let event = (probes.any &>> UInt64(truncatingIfNeeded: position & 7)).trailingZeroBitCount
      var best = Candidate(length: 0, distance: item, saving: 0, probe: -1)
      if difference & 0xFF_FFFF != 0 {
        if event > 0 {
          // On to the next position where a run begins or a context is looked for.
          let equal = WordBytes.zeroBytes(difference)
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
          // depend on the data: which of them hits is hard to predict.
          var length = 0
          var nearest = 0
          var (fourth, third, second, first) = (0, 0, 0, 0)
          if probes.four & bit != 0 {
            let slot = hashFour(position, word)
            fourth = Int(value &- four[slot])
            four[slot] = value
            considerLonger(&fourth, at: position, word, length: &length, nearest: &nearest)
          }
          if probes.three & bit != 0 {
            let slot = Int((word &<< probes.shiftThree &* multiplier) &>> down)
            third = Int(value &- three[slot])
            three[slot] = value
            considerLonger(&third, at: position, word, length: &length, nearest: &nearest)
          }
          if probes.two & bit != 0 {
            let slot = Int((word &<< probes.shiftTwo &* multiplier) &>> down)
            second = Int(value &- two[slot])
            two[slot] = value
            considerLonger(&second, at: position, word, length: &length, nearest: &nearest)
          }
          if probes.one & bit != 0 {
            let slot = Int((word &<< probes.shiftOne &* multiplier) &>> down)
            first = Int(value &- one[slot])
            one[slot] = value
            considerLonger(&first, at: position, word, length: &length, nearest: &nearest)
          }
          if stride > 0 {
            var distance = stride
            considerLonger(&distance, at: position, word, length: &length, nearest: &nearest)
          }
          if repeats {
            var distance = 1
            considerLonger(&distance, at: position, word, length: &length, nearest: &nearest)
          }
          if length == 8 {
            consider(fourth, probe: 3, at: position, word, best: &best)
            if third != fourth { consider(third, probe: 2, at: position, word, best: &best) }
            if second != third { consider(second, probe: 1, at: position, word, best: &best) }
            if first != second { consider(first, probe: 0, at: position, word, best: &best) }
            if stride > 0 { consider(stride, probe: 4, at: position, word, best: &best) }
            if repeats { consider(1, probe: 5, at: position, word, best: &best) }
          } else if length >= 3, length > best.length {
            let equal = WordBytes.zeroBytes(difference)
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
      if probes.any != 0 {
        var inner = position &+ 1
        let innerEnd = min(min(stop, last), position &+ 64)
        while true {
          inner &+= (probes.any &>> UInt64(truncatingIfNeeded: inner & 7)).trailingZeroBitCount
          if inner >= innerEnd { break }
          insert(inner)
          inner &+= 1
        }
      }
      position = stop
      literalStart = stop
    }
    // Beyond `last` there are not enough bytes left to look at.
    cursor = Cursor(position: max(position, end >= upper &- 16 ? upper : end), literalStart: literalStart)
  }
}
