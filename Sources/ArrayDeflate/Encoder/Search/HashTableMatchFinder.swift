/// Finds earlier occurrences: for each of several contexts the latest place with the same next bytes, looked for
/// only at some offsets within a number.
///
/// The latest place with the same context of `c` bytes is the nearest match of at least `c` bytes; so a few
/// lengths of context, one probe each, come close to what long chains or trees give, at a cost that does not depend
/// on the data.
final class HashTableMatchFinder {
  /// The maxProbes contexts.
  static let maxProbes = 8
  private static let hashBits = 14
  /// In a match of so many bytes no others are looked for.
  private static let longMatch = 96

  /// A context of 3 to 16 bytes, and where it is looked for: bit `place % 8`.
  struct Probe: Equatable {
    var length: Int
    var offsets: UInt8
  }

  private let chunk: Int
  private let gapTable = Table<UInt8>(repeating: 0, count: 16)
  // The low 16 bits of offsets: what lies further back is out of reach anyway.
  private let tables: [Table<UInt16>]
  private var probes: [Probe] = []
  /// The match of each probe at each place of a chunk, probe after probe; only what ``probeLists`` names is set.
  let matches: Table<Token>
  /// For each offset within eight bytes where the matches of the probes that look there begin in ``matches``, with
  /// -1 behind.
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
  /// context at either is 3 bytes at the maxProbes.
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

  /// Looks for matches at the offsets of a part of a range that is no longer than a chunk; they reach back to the
  /// range's start at maxProbes, and end within the part.
  func find(_ input: InputBytes, _ part: Range<Int>, _ range: Range<Int>) {
    for index in probes.indices where probes[index].offsets != 0 {
      find(input, part, range, probes[index], tables[index].view, index * chunk)
    }
  }

  private func find(
    _ input: InputBytes, _ part: Range<Int>, _ range: Range<Int>, _ probe: Probe, _ table: TableView<UInt16>,
    _ base: Int
  ) {
    switch probe.length {
    case 3: find(input, part, range, 40, 0, probe, table, base)
    case 4: find(input, part, range, 32, 0, probe, table, base)
    case 5: find(input, part, range, 24, 0, probe, table, base)
    case 6: find(input, part, range, 16, 0, probe, table, base)
    case 7: find(input, part, range, 8, 0, probe, table, base)
    case 8: find(input, part, range, 0, 0, probe, table, base)
    default: find(input, part, range, 0, probe.length - 8, probe, table, base)
    }
  }

  /// - Parameters:
  ///   - shift: How many bits of the first eight bytes the context leaves out.
  ///   - further: How much longer than eight bytes the context is.
  @inline(__always) private func find(
    _ input: InputBytes, _ part: Range<Int>, _ range: Range<Int>, _ shift: UInt64, _ further: Int, _ probe: Probe,
    _ table: TableView<UInt16>, _ base: Int
  ) {
    let matches = matches.view
    let gaps = gapTable.view
    HashTableMatchFinder.fill(gaps, probe.offsets)
    let lower = range.lowerBound
    let start = part.lowerBound
    // Where 16 bytes are left to be looked at, and nine to be matched.
    let end = min(part.upperBound - 8, range.upperBound - 16)
    let k = 0x9E37_79B9_7F4A_7C15 as UInt64
    let down = UInt64(64 - HashTableMatchFinder.hashBits)
    var position = max(start, lower + 1)
    position &+= Int(gaps[8 &+ position & 7])
    while position < end {
      let word = input.load64(position)
      var hash = (word &<< shift) &* k
      if further > 0 {
        hash ^= input.load64(position &+ further) &* 0xC2B2_AE3D_27D4_EB4F
        hash = (hash ^ hash &>> 29) &* k
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
          // Nothing else is looked for at the offsets within.
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
  /// the offsets themselves.
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
