/// A distance, or a symbol of the code of code lengths: the entry of a decoding table.
///
/// ```
/// bits 0-7   how many bits to take: of the code, or of what is left of it in a second table, and extra bits
/// bits 8-11  how many of them are extra, or index a second table
/// bits 12-13 the kind
/// bits 16-31 the least distance, or where the second table begins
/// ```
struct CodeEntry: DecodingEntry {
  var bits: UInt32

  private static let tableFlag: UInt32 = 1 << 12
  private static let invalidFlag: UInt32 = 1 << 13

  @inline(__always) init(bits: UInt32) { self.bits = bits }

  static func base(_ base: Int, extra: Int) -> CodeEntry { CodeEntry(bits: UInt32(extra) << 8 | UInt32(base) << 16) }
  static let invalid = CodeEntry(bits: invalidFlag | 1)
  static func table(at start: Int, indexBits: Int, taking count: Int) -> CodeEntry {
    CodeEntry(bits: tableFlag | UInt32(start) << 16 | UInt32(indexBits) << 8 | UInt32(count))
  }
  @inline(__always) func taking(_ count: Int) -> CodeEntry {
    CodeEntry(bits: bits & ~0xFF | (UInt32(truncatingIfNeeded: count) &+ bits &>> 8 & 15))
  }

  @inline(__always) var taken: Int { Int(bits & 0xFF) }
  @inline(__always) var extra: UInt64 { UInt64(bits &>> 8 & 15) }
  /// The distance, or the number of repetitions, from the bits as they were before the entry's were taken.
  @inline(__always) func value(_ saved: UInt64) -> Int {
    value &+ Int(truncatingIfNeeded: saved &>> (UInt64(bits) &- extra) & (1 &<< extra &- 1))
  }
  @inline(__always) var value: Int { Int(bits &>> 16) }
  @inline(__always) var isTable: Bool { bits & CodeEntry.tableFlag != 0 }
  /// A distance, or a symbol.
  @inline(__always) var isPlain: Bool { bits & 0xF000 == 0 }
}

extension DecodingTable<CodeEntry> {
  /// Distances (RFC 1951, 3.2.5); 30 and 31 are reserved. At most 402 entries for 32 symbols of up to 15 bits, as zlib's
  /// `enough` computes it.
  static func distances() -> DecodingTable {
    var symbols: [CodeEntry] = []
    var base = 1
    for slot in 0..<30 {
      let extra = DeflateAlphabet.distanceExtra(slot)
      symbols.append(.base(base, extra: extra))
      base += 1 << extra
    }
    return DecodingTable(symbols: symbols + [.invalid, .invalid], indexBits: 8, capacity: 402, allowsSingleCode: true)
  }

  /// The code of code lengths (RFC 1951, 3.2.7), of at most 7 bits.
  static func codeLengths() -> DecodingTable {
    DecodingTable(
      symbols: (0..<19).map { .base($0, extra: $0 < 16 ? 0 : $0 == 16 ? 2 : $0 == 17 ? 3 : 7) }, indexBits: 7,
      capacity: 128, allowsSingleCode: false)
  }
}
