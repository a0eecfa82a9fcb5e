/// The symbols that the next bits represent, as many as they have whole: an entry for each of their values.
///
/// An array of small integers is little else than a literal and a match at the distance of an item again and again: one
/// look-up for an element. The table is built only where the lengths of the codes say that it pays.
@safe struct PackedTable {
  static let indexBits = 12
  private let entries = Table(repeating: LiteralEntry.invalid, count: 1 << PackedTable.indexBits)
  let view: TableView<LiteralEntry>

  init() { view = entries.view }

  enum Single: DecodingMode {
    static var indexBits: Int { DecodingTable<LiteralEntry>.literalIndexBits }
    static var hasRuns: Bool { false }
  }
  enum Packed: DecodingMode {
    static var indexBits: Int { PackedTable.indexBits }
    static var hasRuns: Bool { false }
  }
  enum Runs: DecodingMode {
    static var indexBits: Int { PackedTable.indexBits }
    static var hasRuns: Bool { true }
  }

  /// How a block is best decoded, by the lengths of its codes.
  enum Kind {
    /// One symbol after the other: most codes are too long for two of them in a look-up.
    case single
    /// Several symbols in a look-up.
    case packed
    /// The same, and short distances with them: most matches are runs of a byte or an item of 2, 4 or 8.
    case runs

    init(_ lengths: TableView<UInt8>, literals: Range<Int>, distances: Range<Int>) {
      // Each code's share of the symbols, as far as its length tells it, in 2 to the power of -15.
      var shares: InlineArray<16, Int> = .init(repeating: 0)
      var literalShares: InlineArray<16, Int> = .init(repeating: 0)
      for symbol in literals {
        let length = Int(lengths[symbol] & 15)
        let share = length == 0 ? 0 : 1 << (15 - length)
        shares[length] += share
        if symbol < DeflateAlphabet.endOfBlock { literalShares[length] += share }
      }
      var below = 0
      var pairs = 0
      for length in 1..<PackedTable.indexBits {
        // What may follow a literal of a length so that both fit.
        below += shares[length]
        pairs += literalShares[PackedTable.indexBits - length] * below
      }
      // Distances of 1, 2, 4, and 7 or 8.
      var runs = 0
      for slot in [0, 1, 3, 5] where slot < distances.count {
        let length = Int(lengths[distances.lowerBound + slot] & 15)
        runs += length == 0 ? 0 : 1 << (15 - length)
      }
      if runs >= 1 << 14 {
        self = .runs
      } else {
        // Worth it if a fifth of the symbols have another with them.
        self = pairs > 1 << 30 / 5 ? .packed : .single
      }
    }
  }

  /// Fills the table from a block's two codes. Cost: a few microseconds.
  ///
  /// - Parameter distances: The table of distances, if runs are to be packed.
  func build(_ literals: TableView<LiteralEntry>, runsOf distances: TableView<CodeEntry>? = nil) {
    let size = 1 << PackedTable.indexBits
    let literalMask = 1 << DecodingTable<LiteralEntry>.literalIndexBits - 1
    for index in 0..<size { view[index] = literals[index & literalMask] }
    if let distances { packRuns(distances) }
    // What follows a first literal is found by the bits after it: a smaller index, whose entry is there already. The
    // upper bits are missing there, so it counts only if it does not need them. Selections, not branches: which way they
    // go cannot be predicted.
    for index in 0..<size {
      let first = view[index]
      let rest = index &>> first.taken
      let known = PackedTable.indexBits &- first.taken
      let all = view[rest]
      let one = literals[rest & literalMask]
      let fitsAll = all.needed <= known && all.literalCount < 4
      let next = fitsAll ? all : one
      let fits = first.isLiteral && next.needed <= known
      let both = next.bits & 0xFFFF_FFFF | (next.bits &>> 32) &<< 40
      view[index] = LiteralEntry(bits: first.bits &+ (fits ? both : 0))
    }
  }

  /// Replaces lengths by whole matches where the bits tell the distance, and it divides 8.
  private func packRuns(_ distances: TableView<CodeEntry>) {
    for index in 0..<(1 << PackedTable.indexBits) where view[index].isLength {
      let entry = view[index]
      let rest = index &>> entry.taken
      let distance = distances[rest & 0xFF]
      let whole = entry.taken &+ distance.taken
      guard distance.isPlain, whole <= PackedTable.indexBits, distance.value <= 8 else { continue }
      let length = entry.length(UInt64(truncatingIfNeeded: index))
      let bytes = distance.value(UInt64(truncatingIfNeeded: rest))
      if bytes <= 8, bytes & (bytes &- 1) == 0 {
        view[index] = .run(length: length, distance: bytes, taking: whole)
      }
    }
  }
}
