/// The symbols that the next bits represent, as many as they have whole: an entry for each of their values.
///
/// What limits a decoder is that each look-up waits for the one before: some seven cycles. A match takes two of them, one for
/// its length and one for its distance; here one, if its two codes are short enough. Several literals take one too, and an
/// element of an array of small integers, which is little else than a literal and a match at the distance of an item. The
/// table is built only where the lengths of the codes say that it pays.
@safe struct PackedTable {
  static var indexBits: Int { DecodingTable.literalIndexBits }
  private let entries = Table(repeating: PackedEntry(.invalid), count: 1 << PackedTable.indexBits)
  let view: TableView<PackedEntry>

  init() { view = entries.view }

  /// How a block is best decoded, by the lengths of its codes.
  enum Kind {
    /// One symbol after the other.
    case single
    /// Several symbols in a look-up.
    case packed
    /// The same, and most matches are runs of a byte or an item of 2, 4 or 8.
    case runs
  }

  /// What a table saves of the look-ups of a block, in 2 to the power of -15 of them.
  struct Savings {
    /// Matches that are found whole.
    private(set) var match = 0
    /// Literals that are found with others or with a match.
    private(set) var pairs = 0
    /// What is not saved: lengths without their distances.
    private(set) var rest = 0
    /// Matches whose distance divides 8.
    private(set) var runs = 0

    /// Shares of what comes next by the bits that it takes.
    private typealias Shares = InlineArray<16, Int>

    /// From a block's codes.
    ///
    /// - Parameter lengths: The lengths of the codes, those of `counts.literals` literals and lengths first.
    init(_ lengths: TableView<UInt8>, counts: (literals: Int, distances: Int)) {
      // Literals, distances, lengths with their extra bits, and whole matches by the bits of both codes.
      let bytes = Savings.shares(lengths, 0..<DeflateAlphabet.endOfBlock)
      let distances = Savings.shares(lengths, counts.literals..<counts.literals + counts.distances)
      var (taking, matches) = (Shares(repeating: 0), Shares(repeating: 0))
      let limit = PackedTable.indexBits
      let first = DeflateAlphabet.endOfBlock + 1
      for symbol in first..<max(first, counts.literals) where lengths[symbol] > 0 {
        let length = Int(lengths[symbol] & 15)
        rest += Savings.share(length)
        let taken = length + Int(DeflateAlphabet.lengthExtra[min(symbol - first, 28)])
        if taken < limit { taking[taken] += Savings.share(length) }
      }
      for taken in 1..<limit {
        for more in 1...limit - taken { matches[taken + more] += (taking[taken] * distances[more]) >> 15 }
      }
      var literal = 0
      for length in 1..<limit {
        // What may follow a literal of a length so that both fit: saves a look-up, or the two of a match.
        literal += bytes[length]
        match += matches[length]
        pairs += (bytes[limit - length] * literal) >> 15
        pairs += (bytes[limit - length] * 2 * match) >> 15
      }
      match += matches[limit]
      rest -= match
      // Distances of 1, 2, 4, and 7 or 8.
      for slot in [0, 1, 3, 5] where slot < counts.distances {
        let length = Int(lengths[counts.literals + slot] & 15)
        runs += length == 0 ? 0 : Savings.share(length)
      }
    }

    /// The shares of symbols by the lengths of their codes: counted first, for which nothing is asked of each.
    private static func shares(_ lengths: TableView<UInt8>, _ symbols: Range<Int>) -> Shares {
      var shares = Shares(repeating: 0)
      for symbol in symbols { shares[Int(lengths[symbol] & 15)] += 1 }
      for length in 1...15 { shares[length] *= share(length) }
      return shares
    }

    /// The share of a symbol that has a code of some length.
    private static func share(_ length: Int) -> Int { 1 << (15 - length) }
  }

  /// How a block is decoded, and of how many bytes of the stream on.
  struct Choice {
    let kind: Kind
    /// The bytes of a block's symbols below which the table takes longer to build than it saves.
    let leastBytes: Int
    private let pairs: Int

    /// - Parameter areLong: Whether matches are so long that to copy them takes the time: then only runs gain.
    init(_ savings: Savings, areLong: Bool) {
      pairs = savings.pairs
      let saved = savings.match + pairs
      let mostAreRuns = savings.runs > 1 << 14
      // Half may be the code of one of two distances that hardly occurs.
      let areRuns = mostAreRuns || savings.runs == 1 << 14 && !areLong && pairs > 1 << 12
      let least = PackedTable.leastBytes(pairs)
      if mostAreRuns {
        let areRegular = saved > 28_000 || savings.rest < 100 || areLong
        leastBytes = areRegular ? min(8_000, least) : 20_000
      } else {
        leastBytes = least
      }
      let needed = areRuns && pairs < PackedTable.worthwhile ? PackedTable.worthwhileRuns : PackedTable.worthwhile
      if saved < needed || savings.rest > PackedTable.bearable {
        kind = .single
      } else {
        kind = areRuns ? .runs : areLong ? .single : .packed
      }
    }

    /// Whether literals that are found with others pay for the table's second pass, in a block that is likely to have as many bytes:
    /// of 24 KB, as zlib writes blocks, it takes a seventh of the time.
    func hasPairs(_ bytes: Int) -> Bool {
      kind == .runs || pairs > 8_000 || pairs * (max(bytes, leastBytes) >> 10) > 40 << 12
    }
  }

  /// How many look-ups must be saved for each that is made, in 2 to the power of -15: a half.
  private static var worthwhile: Int { 1 << 14 }
  /// The same where the last bytes are kept in a register, which takes time too.
  private static var worthwhileRuns: Int { 17_000 }
  /// The bytes of a block below which none is worth a table.
  static var leastBytes: Int { 4000 }
  /// The bytes of a block from which on it is worth a table, by the share of literals that are found with others (2 to the power of
  /// -15): to build one takes as long as to decode some 4 KB by it, and what only saves the second look-up of matches gains little.
  private static func leastBytes(_ pairs: Int) -> Int {
    pairs > 26_000 ? leastBytes : pairs > 8_000 ? 12_000 : 24_000
  }
  /// The share of look-ups that may have a length without its distance: 4.5%. Where there are more the processor mispredicts
  /// what an entry is, which costs more than is saved.
  private static var bearable: Int { 1_475 }

  /// Fills the table from a block's two codes. Cost: about 5 to 10 microseconds.
  ///
  /// - Parameters:
  ///   - runs: Whether matches of distances that divide 8 become runs.
  ///   - pairs: Whether literals are joined with what follows them.
  func build(_ tables: SymbolTables, runs: Bool, pairs: Bool) {
    let (literals, distances) = (tables.literals, tables.distances)
    let mask = Int(truncatingIfNeeded: tables.literalMask)
    let size = 1 << PackedTable.indexBits
    var literalCount = 0
    for index in 0..<size {
      let symbol = literals[index & mask]
      literalCount &+= symbol.isLiteral ? 1 : 0
      guard !symbol.isLiteral, !symbol.isExceptional else {
        view[index] = PackedEntry(symbol)
        continue
      }
      view[index] = entry(symbol, index, distances, runs: runs)
    }
    // Hardly any: little would be saved for the time it takes.
    guard pairs, literalCount > size / 8 else { return }
    // What follows a first literal is found by the bits after it: a smaller index, whose entry is there already. The
    // upper bits are missing there, so it counts only if it does not need them. Selections, not branches: which way they
    // go cannot be predicted.
    for index in 0..<size {
      let first = view[index]
      let rest = index &>> first.taken
      let known = PackedTable.indexBits &- first.taken
      let all = view[rest]
      let symbol = literals[rest & mask]
      let one = PackedEntry(literal: symbol)
      let fitsAll = all.needed <= known && all.hasRoom
      let next = fitsAll ? all : one
      let fits = first.isLiterals && (fitsAll || symbol.isLiteral && symbol.taken <= known)
      view[index] = fits ? first.followed(by: next) : first
    }
  }

  /// A length with its distance, if the index has both codes whole; else by itself.
  @inline(__always) private func entry(
    _ symbol: CodeEntry, _ index: Int, _ distances: TableView<CodeEntry>, runs: Bool
  ) -> PackedEntry {
    let rest = index &>> symbol.taken
    let distance = distances[rest & (1 << DecodingTable.distanceIndexBits - 1)]
    let codes = symbol.taken &+ Int(distance.codeBits)
    guard !distance.isExceptional, codes <= PackedTable.indexBits else { return PackedEntry(symbol) }
    let length = symbol.value(UInt64(truncatingIfNeeded: index))
    let whole = symbol.taken &+ distance.taken
    if runs, distance.value <= 8, whole <= PackedTable.indexBits {
      let bytes = distance.value(UInt64(truncatingIfNeeded: rest))
      if bytes <= 8, bytes & (bytes &- 1) == 0 { return .run(length: length, distance: bytes, taking: whole) }
    }
    return .match(length: length, distance: distance, codes: codes)
  }
}
