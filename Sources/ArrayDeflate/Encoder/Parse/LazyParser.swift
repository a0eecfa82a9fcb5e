/// Parses LZ77 lazily with hash chains: what zlib -4 to -9 and libdeflate -5 to -9 do. It serves what no other strategy was made
/// for, and is what those have to come near to be taken.
///
/// ## Algorithm
/// Positions whose next bytes have the same hash are chained, the newest first; a search goes along the chain and keeps the
/// longest match. Before a match is taken, the next position is searched too, a fourth as far: where it has a better one, the byte
/// before becomes a literal (lazy evaluation). A match of three bytes is looked for at the latest position only. A short match
/// is given up where its bytes cost less as literals, by a ``CostModel`` that follows the data.
///
/// A match as long as can be is a run or a period: what follows is matched at the same distance without a search.
///
/// ## Cost
/// ``Options/depth`` steps along a chain at a position at most; positions within a match are only inserted, within a long one
/// some of them. What a step takes is the load of the next link, so links are kept as they index the chain. Memory: 320 KB.
///
/// ## Tried and rejected
/// - Comparing all matches by what they cost, with a byte worth what a byte of this data takes on the whole: short near matches
///   win among zeros, and strings of `U25` took 1.18 of zlib's size instead of 1.00.
/// - Finding the latest three bytes and pricing a short match without branches: no faster, on photographs neither.
/// - No search at the next position after a match of 32 bytes, a shorter one after 8: 4% faster, 0.1% larger.
/// - Rows of 16 positions with tags of eight bits instead of chains, as Zstandard has them, in a prototype: faster only in
///   pictures, where ``Options/isHasty`` does as much; text .7% larger. Four positions a slot, compared without branches: slower.
/// - Longer chains where nearly all is in matches: slower, and names as `S100` 1.5% larger.
/// - Looking up blocks of positions ahead of the parse, without a branch, and a mask of those that have a match: as fast as passing
///   over them one by one in noise and pictures, up to a fifth slower in all that has many matches.
/// - Trying an item's distance and the last match's distance at each position: they are in the chain anyway.
final class LazyParser {
  struct Options: Equatable {
    /// The distance of one item.
    var itemDistance: Int
    /// The distance of whole items: records, or rows of bytes.
    var rowDistance: Int
    /// The bytes of the context by which positions are chained: 4 to 8.
    var context: Int
    /// The most steps along a chain.
    var depth: Int
    /// The bytes of a match that is taken without looking further.
    var niceLength: Int
    /// The bytes of a match after which the next position is not searched.
    var longMatch = Tunables.Lazy.longMatch
    /// Whether a position whose next three bytes do not occur where they are looked for first is not searched further. In pictures,
    /// where most searches are in vain, most chains then need not be followed; elsewhere it takes up to 1% more.
    var isHasty = false
    /// Whether matches shorter than a context are looked for: not where bytes take so few bits that they gain nothing.
    var hasShortMatches = true

    /// Whether only matches at whole items are chained, of items of 2, 4 and 8 bytes: among few values, most of which are zeros,
    /// chains are full of positions at other bytes of items, which are compared in vain.
    var isAligned = false
    /// Whether positions are passed over fast that have no match where it is looked for first, of three bytes nor of a context:
    /// photographs, walks and records of measurements take two thirds of the time, and hardly a byte more where tables are large
    /// enough that hardly any contexts share a slot.
    var skips = false
    /// Whether within a match of more than a few bytes only the positions at its ends are made known, and those of whole items: strings
    /// take two thirds to five sixths of the time in `fast`.
    var isSparse = false

    /// Looks for no matches that are shorter than a context.
    mutating func forgoShortMatches() {
      (hasShortMatches, isHasty, isAligned) = (false, false, true)
    }

    /// Takes the matches that are found at once, without a look at the next position: pictures, of which most matches have three
    /// bytes.
    mutating func hurry() {
      (context, depth, isHasty) = (Tunables.Lazy.shortContext, Tunables.Lazy.nearDepth, true)
      longMatch = DeflateAlphabet.minMatch
    }

    /// The same with a longer search, for small arrays.
    func forSmall(_ level: DeflateLevel) -> Options {
      var options = self
      options.depth = level == .fast ? Tunables.Lazy.depthOfSmallFast : Tunables.Lazy.depthOfSmall
      options.context = Tunables.Lazy.context
      // Rounded doubles would be 3% larger.
      options.isHasty = itemDistance < 8
      options.skips = false
      return options
    }

    /// The same with a shorter search.
    var faster: Options {
      var options = self
      options.depth = Tunables.Lazy.depthOfFast
      options.longMatch = Tunables.Lazy.longMatchOfFast
      options.isHasty = true
      options.isSparse = true
      return options
    }
  }

  /// Three tables in one, at constant offsets (``Search``), so that one address serves all in the inner loop. The low 16 bits of
  /// positions: what lies further back is out of reach anyway.
  let tables = Table<UInt16>(repeating: 0, count: Search.chainStart + DeflateAlphabet.maxDistance)

  /// Begins with costs from the bytes alone.
  func begin(_ input: InputBytes, _ range: Range<Int>, options: Options, costs: CostModel) {
    costs.initialize(input, range, itemDistance: options.itemDistance)
  }

  /// How far a parse has come.
  private struct Cursor {
    var position: Int
    /// The first byte that is in no sequence yet: from there on to `position` all are literals.
    var literalStart: Int
    /// The distance of the last match if it is as long as can be: a run or a period, which is followed without a search.
    var runDistance = 0
  }

  /// The slots of a table for a range of some bytes: twice as many as positions, or more where clearing them takes little.
  static func slotCount(for count: Int) -> Int {
    let wanted = max(1 << 10, (count <= Tunables.Lazy.smallest ? 4 : 2) * count)
    return min(1 << Tunables.Lazy.hashBits, 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount))
  }

  /// Parses a range of the input.
  ///
  /// - Parameters:
  ///   - origin: The first byte that matches may refer to. Those before the range are inserted, not parsed.
  func parse(
    _ input: InputBytes, _ range: Range<Int>, origin: Int, options: Options, costs: CostModel,
    into list: inout SequenceList
  ) {
    let search = Search(self, input, origin: origin, end: range.upperBound, options: options, costs: costs)
    search.clear()
    search.insert(origin..<range.lowerBound)
    var cursor = Cursor(position: range.lowerBound, literalStart: range.lowerBound)
    var (sequences, isRare) = (Int.max, false)
    var (first, firstByte) = (0, cursor.literalStart)
    while cursor.position < range.upperBound {
      let end = min(range.upperBound, cursor.position + Tunables.Lazy.chunk)
      let known = list.count
      if sequences > Tunables.Lazy.fewSearches, cursor.position - origin >= DeflateAlphabet.maxDistance {
        search.forget(before: cursor.position)
      }
      while cursor.position < end {
        let (before, start) = (list.count, cursor.position)
        parseStep(search, options, isRare, upTo: min(end, start + Tunables.Lazy.step), &cursor, &list)
        isRare = (list.count - before) * Tunables.Lazy.rareMatches < cursor.position - start
      }
      if cursor.position >= range.upperBound {
        list.finish(literals: range.upperBound - cursor.literalStart)
        _ = list.endChunk(from: first, input, at: firstByte)
        return
      }
      sequences = list.count - known
      // A run that goes on tells little, and takes less time than costs do.
      let isRun = search.passesOverRuns && cursor.runDistance > 0 && list.count - first <= Tunables.Lazy.fewSequences
      if sequences > 0, !isRun {
        costs.update(list.endChunk(from: first, input, at: firstByte), memory: Tunables.Costs.memory)
        (first, firstByte) = (list.count, cursor.literalStart)
      }
    }
  }

  private func parseStep(
    _ search: Search, _ options: Options, _ isRare: Bool, upTo stop: Int, _ cursor: inout Cursor,
    _ list: inout SequenceList
  ) {
    let skips = options.skips || options.isHasty || isRare
    switch (options.hasShortMatches, options.isHasty || isRare) {
    case (true, true): parse(LazyModes.Hasty.self, search, upTo: stop, &cursor, &list)
    case (true, false) where skips: parse(LazyModes.Skipping.self, search, upTo: stop, &cursor, &list)
    case (true, false): parse(LazyModes.Thorough.self, search, upTo: stop, &cursor, &list)
    case (false, _) where skips: parse(LazyModes.LongSkipping.self, search, upTo: stop, &cursor, &list)
    case (false, _): parse(LazyModes.Long.self, search, upTo: stop, &cursor, &list)
    }
  }

  private func parse<M: LazyMode>(
    _: M.Type, _ search: Search, upTo stop: Int, _ cursor: inout Cursor, _ list: inout SequenceList
  ) {
    let last = min(stop, search.lastPosition)
    // In registers: what is passed `inout` would go through memory at every step.
    var (position, literalStart, runDistance) = (cursor.position, cursor.literalStart, cursor.runDistance)
    // The first byte has none before it.
    if position == search.origin, position < last {
      search.insert(M.self, position)
      position &+= 1
    }
    guard position < last else {
      cursor.position = stop >= search.lastPosition ? search.end : stop
      return
    }
    var ahead = search.lookAhead(position)
    while position < last {
      if runDistance > 0 {
        let length = search.runLength(position, runDistance)
        if length >= Tunables.Lazy.runLength {
          // One byte again and again, such as zeros after a string: the distance 1 has no extra bits.
          if runDistance > 1, search.isOneByte(position, length) { runDistance = 1 }
          list.append(literals: position &- literalStart, length: length, distance: runDistance)
          if search.passesOverRuns, length == DeflateAlphabet.maxMatch {
            search.insertRun(M.self, position, position &+ length)
          } else {
            search.insertMatch(M.self, position, position &+ length, runDistance)
          }
          if length < DeflateAlphabet.maxMatch { runDistance = 0 }
          position &+= length
          literalStart = position
          if position < last { ahead = search.lookAhead(position) }
          continue
        }
        runDistance = 0
      }
      if M.skips {
        let found = search.skip(M.self, position, upTo: last)
        if found > position {
          position = found
          if position == last { break }
          ahead = search.lookAhead(position)
        }
      }
      var match = search.find(M.self, position, ahead: &ahead)
      if match.length < 3 || search.isDear(match, at: position) {
        position &+= 1
        continue
      }
      var next = position &+ 1
      while match.length < search.longMatch, next < last {
        let later = search.findBetter(M.self, than: match, next, ahead: &ahead)
        next &+= 1
        guard later.isBetter(than: match) else { break }
        position = next &- 1
        match = later
      }
      list.append(literals: position &- literalStart, length: match.length, distance: match.distance)
      let target = position &+ match.length
      search.insertMatch(M.self, next, target, match.distance)
      runDistance = match.length == DeflateAlphabet.maxMatch ? match.distance : 0
      position = target
      literalStart = target
      if target < last { ahead = search.lookAhead(target) }
    }
    // Beyond there are not enough bytes left to look at.
    cursor = Cursor(
      position: max(position, stop >= search.lastPosition ? search.end : stop), literalStart: literalStart,
      runDistance: runDistance)
  }
}
