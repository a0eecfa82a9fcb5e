/// What the next bits of a stream say: a symbol, or where its code goes on. An entry of a ``DecodingTable``.
///
/// ```
/// bits 0-7    how many bits to take: the code, or what is left of it in a second table, and extra bits
/// bits 8-11   how many of them are the code's: extra bits follow; or how many index a second table
/// bits 12-13  if it is exceptional: 0 the code goes on in a second table, 1 the end of the block, 2 no code
/// bit 14      whether it is exceptional
/// bit 15      whether it is no literal
/// bits 16-31  the literal, the least length or distance, or where the second table begins
/// ```
/// Four bytes: the tables of a block stay within the processor's nearest cache, beside the output.
struct CodeEntry: BitwiseCopyable, Sendable {
  let bits: UInt32

  private static let exceptional: UInt32 = 1 << 14
  private static let notLiteral: UInt32 = 1 << 15
  private static let endFlag: UInt32 = 1 << 12
  private static let invalidFlag: UInt32 = 1 << 13

  @inline(__always) init(bits: UInt32) { self.bits = bits }

  static func literal(_ byte: Int) -> CodeEntry { CodeEntry(bits: UInt32(byte) << 16) }
  /// A length or a distance, or a symbol of the code of code lengths.
  static func base(_ base: Int, extra: Int) -> CodeEntry {
    CodeEntry(bits: UInt32(base) << 16 | notLiteral | UInt32(extra))
  }
  static let end = CodeEntry(bits: notLiteral | exceptional | endFlag)
  /// Bits that are no code, or the code of a symbol that deflate reserves.
  static let invalid = CodeEntry(bits: notLiteral | exceptional | invalidFlag)
  static func table(at start: Int, indexBits: Int, taking count: Int) -> CodeEntry {
    CodeEntry(bits: UInt32(start) << 16 | notLiteral | exceptional | UInt32(indexBits) << 8 | UInt32(count))
  }
  /// The same symbol, for a code of that many bits.
  @inline(__always) func taking(_ count: Int) -> CodeEntry {
    CodeEntry(bits: bits &+ UInt32(truncatingIfNeeded: count) &* 0x101)
  }

  @inline(__always) var taken: Int { Int(bits & 0xFF) }
  /// The bits of the code alone, or those that index a second table.
  @inline(__always) var codeBits: UInt64 { UInt64(bits &>> 8 & 15) }
  @inline(__always) var extra: Int { taken &- Int(codeBits) }
  @inline(__always) var value: Int { Int(bits &>> 16) }
  /// The length or distance, from the bits as they were before the entry's were taken.
  @inline(__always) func value(_ saved: UInt64) -> Int {
    // A shift looks at the lowest six bits only, and bits 12 and 13 are 0.
    value &+ Int(truncatingIfNeeded: (saved & (1 &<< UInt64(bits) &- 1)) &>> UInt64(bits &>> 8))
  }
  /// The entry of a second table, by the bits that follow.
  @inline(__always) func index(_ bits: UInt64) -> Int {
    value &+ Int(truncatingIfNeeded: bits & (1 &<< codeBits &- 1))
  }

  @inline(__always) var isLiteral: Bool { bits & CodeEntry.notLiteral == 0 }
  @inline(__always) var isExceptional: Bool { bits & CodeEntry.exceptional != 0 }
  @inline(__always) var isTable: Bool { bits & (CodeEntry.exceptional | 0x3000) == CodeEntry.exceptional }
  @inline(__always) var isEnd: Bool {
    let end = CodeEntry.exceptional | CodeEntry.endFlag
    return bits & end == end
  }
}

extension DecodingTable {
  /// Literals and lengths (RFC 1951, 3.2.5); 286 and 287 occur in the fixed code only, and never in a stream. At most 2342
  /// entries for 288 symbols of up to 15 bits, as zlib's `enough` computes it.
  static func literals(_ entries: TableView<CodeEntry>) -> DecodingTable {
    var symbols = (0..<256).map { CodeEntry.literal($0) } + [.end]
    for slot in 0..<29 {
      symbols.append(.base(Int(DeflateAlphabet.lengthBase[slot]), extra: Int(DeflateAlphabet.lengthExtra[slot])))
    }
    return DecodingTable(
      symbols: symbols + [.invalid, .invalid], indexBits: 1...literalIndexBits, entries: entries, allowsSingleCode: true
    )
  }
  /// The most bits that index the table of literals.
  static var literalIndexBits: Int { 11 }

  /// Distances (RFC 1951, 3.2.5); 30 and 31 are reserved. At most 402 entries for 32 symbols of up to 15 bits.
  static func distances(_ entries: TableView<CodeEntry>) -> DecodingTable {
    var symbols: [CodeEntry] = []
    var base = 1
    for slot in 0..<30 {
      let extra = DeflateAlphabet.distanceExtra(slot)
      symbols.append(.base(base, extra: extra))
      base += 1 << extra
    }
    return DecodingTable(
      symbols: symbols + [.invalid, .invalid], indexBits: distanceIndexBits...distanceIndexBits, entries: entries,
      allowsSingleCode: true)
  }
  static var distanceIndexBits: Int { 8 }

  static var codeLengthCapacity: Int { 128 }

  /// The code of code lengths (RFC 1951, 3.2.7), of at most 7 bits.
  static func codeLengths(_ entries: TableView<CodeEntry>) -> DecodingTable {
    DecodingTable(
      symbols: (0..<19).map { .base($0, extra: $0 < 16 ? 0 : $0 == 16 ? 2 : $0 == 17 ? 3 : 7) }, indexBits: 7...7,
      entries: entries, allowsSingleCode: false)
  }
}
