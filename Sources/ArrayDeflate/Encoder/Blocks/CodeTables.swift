/// The codes of a block, as loops over symbols want them: code and number of bits side by side.
final class CodeTables: @unchecked Sendable {
  /// Literals by their value; lengths `n` at `256 + n`, with their extra bits. The bits in the low 24, their number
  /// above.
  let symbols = Table<UInt32>(repeating: 0, count: Token.symbolCount)
  /// Distance symbols: the code in the low 16 bits, the number of bits with the extra ones in the next eight, and
  /// without them above.
  let distances = Table<UInt32>(repeating: 0, count: 32)
  /// The extra bits of each distance symbol.
  let masks = Table<UInt32>(repeating: 0, count: 32)
  /// The end of the block, like a literal.
  private(set) var end: UInt32 = 0

  init() {
    for slot in 0..<DeflateAlphabet.distanceCount {
      masks.view[slot] = 1 << UInt32(DeflateAlphabet.distanceExtra(slot)) - 1
    }
  }

  /// Deflate's fixed codes: never changed.
  static let fixed: CodeTables = {
    let tables = CodeTables()
    tables.fill(HuffmanCode.fixedLiterals, HuffmanCode.fixedDistances)
    return tables
  }()

  func fill(_ literals: HuffmanCode, _ distances: HuffmanCode) {
    let (symbols, distanceView) = (symbols.view, self.distances.view)
    let (codes, bitCounts) = (literals.codes, literals.lengths)
    // What does not occur is not looked up.
    literals.forEachUsed { symbol in
      let bits = UInt32(bitCounts[symbol])
      if symbol <= DeflateAlphabet.endOfBlock {
        let entry = UInt32(codes[symbol]) | bits &<< 24
        if symbol < 256 { symbols[symbol] = entry } else { end = entry }
        return
      }
      let slot = symbol &- 257
      if slot >= 29 { return }
      let entry = UInt32(codes[symbol]) | (bits &+ UInt32(DeflateAlphabet.lengthExtra[slot])) &<< 24
      let lengths = DeflateAlphabet.lengths(ofSlot: slot)
      for length in lengths {
        symbols[256 &+ length] = entry | UInt32(truncatingIfNeeded: length &- lengths.lowerBound) &<< bits
      }
    }
    for slot in 0..<DeflateAlphabet.distanceCount {
      let bits = UInt32(distances.lengths[slot])
      distanceView[slot] =
        UInt32(distances.codes[slot]) | (bits + UInt32(DeflateAlphabet.distanceExtra(slot))) << 16 | bits << 24
    }
  }
}
