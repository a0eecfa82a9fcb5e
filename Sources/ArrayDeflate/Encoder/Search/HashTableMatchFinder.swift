/// Finds earlier occurrences by hash tables without chains: for each of several contexts the latest position with the same
/// next bytes, looked for only at some offsets within an item.
///
/// ## Algorithm
/// This is LZ77's match finder at its simplest, one slot a hash value and one table a length of context, as
/// `ht_matchfinder` in libdeflate's fastest level has it for one length, and as the two tables of Zstandard's "double fast"
/// have it for two. The latest position with the same context of `c` bytes is the nearest match of at least `c` bytes; so a
/// few lengths, one probe each, come close to what long hash chains or trees give, at a cost that does not depend on the
/// data: one look-up, one comparison of eight bytes a probe, and no branch on what they find.
///
/// Which contexts are looked for at which offsets within eight bytes, ``GreedyParser`` learns from a sample: for items of
/// eight bytes it may be two contexts at two offsets, an eighth of all there are.
///
/// ## Cost
/// The same for all data: a look-up, a store and a comparison of eight bytes for each probe, none of which is followed by a
/// branch on what was found, until a match is longer than eight bytes. Memory: 32 KB a context, and 4 bytes for each probe
/// and position of a chunk.
///
/// ## Tried and rejected
/// For the smallest results: see ``BinaryTreeMatchFinder``, which finds what tables forget.
final class HashTableMatchFinder {
  static let maxProbes = Tunables.HashTable.maxProbes
  private static let hashBits = Tunables.HashTable.hashBits
  private static let longMatch = Tunables.HashTable.longMatch

  /// A context of 3 to 16 bytes, and at which offsets it is looked for: bit `position % 8`.
  struct Probe: Equatable {
    var length: Int
    var offsets: UInt8
  }

  private let chunk: Int
  private let gapTable = Table<UInt8>(repeating: 0, count: 16)
  // The low 16 bits of positions: what lies further back is out of reach anyway.
  private let tables: [Table<UInt16>]
  private var probes: [Probe] = []
  /// The match of each probe at each position of a chunk, probe after probe; only what ``probeLists`` names is set.
  let matches: Table<Token>
  /// For each offset within eight bytes where the matches of the probes that look there begin in ``matches``, followed
  /// by -1.
  let probeLists = Table<Int>(repeating: -1, count: 8 * (maxProbes + 1))

  init(chunk: Int) {
    self.chunk = chunk
    tables = (0..<HashTableMatchFinder.maxProbes).map { _ in
      Table(repeating: 0, count: 1 << HashTableMatchFinder.hashBits)
    }
    matches = Table(repeating: Token.none, count: HashTableMatchFinder.maxProbes * chunk)
  }

  /// Sets the contexts, the shortest first, and forgets what the tables hold.
  func prepare(_ probes: [Probe]) {
    self.probes = Array(probes.prefix(HashTableMatchFinder.maxProbes))
    for index in self.probes.indices { tables[index].view.fill(0) }
    for offset in 0..<8 {
      var count = 0
      for (index, probe) in probes.enumerated() where probe.offsets >> UInt8(offset) & 1 != 0 {
        probeLists.view[offset * (HashTableMatchFinder.maxProbes + 1) + count] = index * chunk
        count += 1
      }
      probeLists.view[offset * (HashTableMatchFinder.maxProbes + 1) + count] = -1
    }
  }

  /// Where the matches of even and of odd offsets begin in ``matches``, two contexts each, -1 for none.
  struct Pairs {
    var even: (Int, Int)
    var odd: (Int, Int)
  }

  /// Where matches are looked for, if that is the same at all even offsets and at all odd ones, and the shortest
  /// context at either has 3 bytes.
  var pairs: Pairs? {
    guard probes.count <= 2, probes.first?.length == 3 else { return nil }
    var pairs = Pairs(even: (-1, -1), odd: (-1, -1))
    for (index, probe) in probes.enumerated() {
      let (even, odd) = (probe.offsets & 0x55, probe.offsets & 0xAA)
      guard even == 0 || even == 0x55, odd == 0 || odd == 0xAA else { return nil }
      let base = index * chunk
      if even > 0 { pairs.even = pairs.even.0 < 0 ? (base, -1) : (pairs.even.0, base) }
      if odd > 0 { pairs.odd = pairs.odd.0 < 0 ? (base, -1) : (pairs.odd.0, base) }
    }
    return pairs
  }

  /// One pass over a part for one context.
  private struct Pass {
    let input: InputBytes
    let part: Range<Int>
    let range: Range<Int>
    let probe: Probe
    let table: TableView<UInt16>
    /// Where the pass's matches begin.
    let base: Int
  }

  /// Looks for matches at the positions of a part of a range that is no longer than a chunk; they reach back to the range's
  /// start at most, and end within the part.
  func find(_ input: InputBytes, part: Range<Int>, of range: Range<Int>) {
    for (index, probe) in probes.enumerated() where probe.offsets != 0 {
      let table = tables[index].view
      find(Pass(input: input, part: part, range: range, probe: probe, table: table, base: index * chunk))
    }
  }

  private func find(_ pass: Pass) {
    switch pass.probe.length {
    case 3: find(pass, shift: 40, further: 0)
    case 4: find(pass, shift: 32, further: 0)
    case 5: find(pass, shift: 24, further: 0)
    case 6: find(pass, shift: 16, further: 0)
    case 7: find(pass, shift: 8, further: 0)
    case 8: find(pass, shift: 0, further: 0)
    default: find(pass, shift: 0, further: pass.probe.length - 8)
    }
  }

  /// - Parameters:
  ///   - shift: The number of bits of the first eight bytes that the context leaves out.
  ///   - further: By how much the context is longer than eight bytes.
  @inline(__always) private func find(_ pass: Pass, shift: UInt64, further: Int) {
    let (input, part, range, table, base) = (pass.input, pass.part, pass.range, pass.table, pass.base)
    let matches = matches.view
    let gaps = gapTable.view
    HashTableMatchFinder.fill(gaps, pass.probe.offsets)
    let lower = range.lowerBound
    let start = part.lowerBound
    // Where 16 bytes are left to be looked at, and nine to be matched.
    let end = min(part.upperBound - 8, range.upperBound - 16)
    let multiplier = 0x9E37_79B9_7F4A_7C15 as UInt64
    let down = UInt64(64 - HashTableMatchFinder.hashBits)
    var position = max(start, lower + 1)
    position &+= Int(gaps[8 &+ position & 7])
    while position < end {
      let word = input.load64(position)
      var hash = (word &<< shift) &* multiplier
      if further > 0 {
        hash ^= input.load64(position &+ further) &* 0xC2B2_AE3D_27D4_EB4F
        hash = (hash ^ hash &>> 29) &* multiplier
      }
      let slot = Int(hash &>> down)
      let earlier = position &- 1 &- Int(table[slot])
      table[slot] = UInt16(truncatingIfNeeded: position)
      // One less than the distance. What lies out of reach is brought within it: there will hardly be a match, but
      // to look at the bytes costs less than to ask.
      let distance = min(earlier & (DeflateAlphabet.maxDistance - 1), position &- lower &- 1)
      let difference = word ^ input.load64(position &- 1 &- distance)
      var length = difference.trailingZeroBitCount &>> 3
      if difference == 0 {
        length = input.matchLength(
          position, position &- 1 &- distance, from: 8,
          limit: min(DeflateAlphabet.maxMatch, part.upperBound &- position))
        if length >= HashTableMatchFinder.longMatch {
          matches[base &+ position &- start] = Token(length: length, distance: distance &+ 1)
          // Nothing else is looked for at the positions within.
          let stop = min(end, position &+ length &- HashTableMatchFinder.longMatch / 2)
          position &+= 1
          while position < stop {
            matches[base &+ position &- start] = Token.none
            position &+= 1
          }
          position &+= Int(gaps[8 &+ position & 7])
          continue
        }
      }
      // A length of less than three is priced out of reach.
      matches[base &+ position &- start] = Token(length: length, distance: distance &+ 1)
      position &+= Int(gaps[position & 7])
    }
    position = max(start, end)
    while position < part.upperBound {
      matches[base &+ position &- start] = Token.none
      position &+= 1
    }
  }

  /// How far it is from each offset within eight bytes to the next one of some offsets; from 8 on the same, but 0 for
  /// those offsets themselves.
  private static func fill(_ gaps: TableView<UInt8>, _ offsets: UInt8) {
    for offset in 0..<8 {
      var gap = 0
      while gap < 8, offsets >> UInt8((offset + gap) & 7) & 1 == 0 { gap += 1 }
      gaps[8 + offset] = UInt8(gap)
      gap = 1
      while gap < 8, offsets >> UInt8((offset + gap) & 7) & 1 == 0 { gap += 1 }
      gaps[offset] = UInt8(gap)
    }
  }
}
