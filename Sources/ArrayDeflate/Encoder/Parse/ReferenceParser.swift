/// Finds out what zlib -6 takes for a sample: what the lazy parser may take at most, so that of its variants the fastest is chosen
/// that does.
///
/// It parses as the literature describes zlib's levels from 4 on: hash chains of three bytes, lazy evaluation by length alone, a
/// search that is cut short after a good match. Of the symbols only their frequencies are kept, which are priced as those of other
/// trials are.
final class ReferenceParser {
  /// The latest position with each hash of three bytes, counted from the origin less one; 0 for none.
  private let heads = Table<UInt16>(repeating: 0, count: 1 << hashBits)
  /// For each position the one before it with the same hash.
  private let chain = Table<UInt16>(zeros: 1 << 16)

  private static let hashBits = 15

  private typealias Match = (length: Int, distance: Int)

  /// What a parse goes by.
  private struct Context {
    let input: InputBytes
    let origin: Int
    let end: Int
    let heads: TableView<UInt16>
    let chain: TableView<UInt16>

    /// Makes a position known; returns the latest one that may begin with the same three bytes, counted as in the tables.
    @inline(__always) func insert(_ position: Int) -> Int {
      let word = UInt64(input.load32(position) & 0xFF_FFFF)
      let slot = Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) &>> UInt64(64 - ReferenceParser.hashBits))
      let head = heads[slot]
      chain[position &- origin &+ 1] = head
      heads[slot] = UInt16(truncatingIfNeeded: position &- origin &+ 1)
      return Int(head)
    }

    /// The longest match of those in a chain that are longer than one of the position before.
    @inline(__always) func find(_ head: Int, _ position: Int, longerThan least: Int, steps: Int) -> Match {
      let limit = min(DeflateAlphabet.maxMatch, end &- position)
      let here = position &- origin &+ 1
      var best = Match(length: least, distance: 0)
      var (node, left) = (head, steps)
      while node > 0, left > 0, here &- node <= DeflateAlphabet.maxDistance, best.length < limit {
        let earlier = node &+ origin &- 1
        if input[earlier &+ best.length] == input[position &+ best.length] {
          let length = input.matchLength(position, earlier, limit: limit)
          if length > best.length {
            best = Match(length: length, distance: here &- node)
            if length >= Tunables.Reference.niceLength { break }
          }
        }
        node = Int(chain[node])
        left &-= 1
      }
      return best
    }
  }

  /// Counts the symbols of a range of the input, at most 32 KB, which may refer to what comes before it, from `origin` on.
  func count(_ input: InputBytes, _ range: Range<Int>, after origin: Int, into histogram: Histogram) {
    heads.view.fill(0)
    histogram.clear()
    let context = Context(
      input: input, origin: origin, end: range.upperBound, heads: heads.view, chain: chain.view)
    let (literals, distances) = (histogram.literals, histogram.distances)
    let lengthSlots = DeflateAlphabet.lengthSlots.view
    let last = range.upperBound &- 4
    for position in origin..<min(range.lowerBound, last) { _ = context.insert(position) }
    var position = range.lowerBound
    // The match of the position before, or none.
    var before = Match(length: 2, distance: 0)
    var hasByte = false
    while position < last {
      let head = context.insert(position)
      var match = Match(length: 2, distance: 0)
      if before.length < Tunables.Reference.lazyLength {
        let steps = Tunables.Reference.depth
        match = context.find(
          head, position, longerThan: before.length,
          steps: before.length >= Tunables.Reference.goodLength ? steps / 4 : steps)
        if match.distance == 0 || match.length == 3 && match.distance > Tunables.Reference.farthestShort {
          match = Match(length: 2, distance: 0)
        }
      }
      if before.length >= 3, match.length <= before.length {
        literals[257 &+ Int(lengthSlots[before.length])] &+= 1
        distances[DeflateAlphabet.distanceSlot(before.distance)] &+= 1
        let next = position &- 1 &+ before.length
        position &+= 1
        while position < next {
          if position < last { _ = context.insert(position) }
          position &+= 1
        }
        (before, hasByte) = (Match(length: 2, distance: 0), false)
        continue
      }
      if hasByte { literals[Int(input[position &- 1])] &+= 1 }
      (before, hasByte) = (match, true)
      position &+= 1
    }
    if hasByte { position &-= 1 }
    while position < range.upperBound {
      literals[Int(input[position])] &+= 1
      position &+= 1
    }
  }
}
