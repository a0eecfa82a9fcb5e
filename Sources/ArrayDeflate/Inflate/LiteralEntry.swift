/// What the next bits of a stream represent: up to four literals, and what follows them.
///
/// ```
/// bits 0-7    how many bits to take, the extra bits of a length included
/// bits 8-10   how many literals, in bits 32-63
/// bit 11      then a match of length (bits 16-24) whose distance divides 8: (64 - 8 x distance) in bits 25-31
/// bit 12      then something else (bits 13-14):
///             0 a length (bits 16-24), of whose bits the last (25-31) are extra; its distance follows
///             1 a code that goes on in a second table (at 16-27, whose index has 28-31 bits)
///             2 the end of the block
///             3 no code
/// ```
/// The table of a code has one symbol in each entry; ``PackedTable`` has several.
struct LiteralEntry: DecodingEntry {
  var bits: UInt64

  static let runFlag: UInt64 = 1 << 11
  static let otherFlag: UInt64 = 1 << 12
  enum Other { static let length: UInt64 = 0, table: UInt64 = 1, end: UInt64 = 2, invalid: UInt64 = 3 }

  @inline(__always) init(bits: UInt64) { self.bits = bits }
  private init(_ other: UInt64, low: Int = 0) {
    bits = LiteralEntry.otherFlag | other << 13 | UInt64(low) << 16
  }

  static func literal(_ byte: Int) -> LiteralEntry { LiteralEntry(bits: 1 << 8 | UInt64(byte) << 32) }
  static func length(_ base: Int, extra: Int) -> LiteralEntry { LiteralEntry(Other.length, low: base | extra << 9) }
  static let end = LiteralEntry(Other.end)
  static let invalid = LiteralEntry(Other.invalid).taking(1)
  static func table(at start: Int, indexBits: Int, taking count: Int) -> LiteralEntry {
    LiteralEntry(Other.table, low: start | indexBits << 12).taking(count)
  }
  @inline(__always) func taking(_ count: Int) -> LiteralEntry {
    LiteralEntry(bits: bits & ~0xFF | UInt64(truncatingIfNeeded: count &+ (isLength ? Int(extra) : 0)))
  }
  @inline(__always) static func run(length: Int, distance: Int, taking count: Int) -> LiteralEntry {
    LiteralEntry(
      bits: UInt64(truncatingIfNeeded: count) | runFlag | UInt64(truncatingIfNeeded: length) << 16
        | UInt64(truncatingIfNeeded: 64 &- 8 &* distance) << 25)
  }

  @inline(__always) var taken: Int { Int(truncatingIfNeeded: bits & 0xFF) }
  /// The bits of codes alone.
  @inline(__always) var needed: Int { taken &- (isLength ? Int(truncatingIfNeeded: extra) : 0) }
  /// The length, from the bits as they were before the entry's were taken.
  @inline(__always) func length(_ saved: UInt64) -> Int {
    length &+ Int(truncatingIfNeeded: saved &>> (bits &- extra) & (1 &<< extra &- 1))
  }
  @inline(__always) var literalCount: Int { Int(truncatingIfNeeded: bits &>> 8 & 7) }
  @inline(__always) var literals: UInt64 { bits &>> 32 }
  @inline(__always) var length: Int { Int(truncatingIfNeeded: bits &>> 16 & 0x1FF) }
  @inline(__always) var extra: UInt64 { bits &>> 25 & 0x7F }
  @inline(__always) var tableStart: Int { Int(truncatingIfNeeded: bits &>> 16 & 0xFFF) }
  @inline(__always) var tableBits: UInt64 { bits &>> 28 & 15 }

  @inline(__always) var isOther: Bool { bits & LiteralEntry.otherFlag != 0 }
  @inline(__always) private func isOther(_ other: UInt64) -> Bool {
    bits & 0x7000 == LiteralEntry.otherFlag | other &<< 13
  }
  /// Nothing but one literal, in the table of a code.
  @inline(__always) var isLiteral: Bool { bits & (LiteralEntry.otherFlag | LiteralEntry.runFlag) == 0 }
  @inline(__always) var isLength: Bool { isOther(Other.length) }
  @inline(__always) var isTable: Bool { isOther(Other.table) }
  @inline(__always) var isEnd: Bool { isOther(Other.end) }
}

extension DecodingTable<LiteralEntry> {
  /// Room for the tables of 288 symbols of up to 15 bits, the first indexed by 11: as zlib's `enough` computes it.
  static var literalCapacity: Int { 2342 }
  static var literalIndexBits: Int { 11 }

  /// Literals and lengths (RFC 1951, 3.2.5); 286 and 287 occur in the fixed code only, and never in a stream.
  static func literals() -> DecodingTable {
    var symbols = (0..<256).map { LiteralEntry.literal($0) } + [.end]
    for slot in 0..<29 {
      symbols.append(.length(Int(DeflateAlphabet.lengthBase[slot]), extra: Int(DeflateAlphabet.lengthExtra[slot])))
    }
    return DecodingTable(
      symbols: symbols + [.invalid, .invalid], indexBits: literalIndexBits, capacity: literalCapacity,
      allowsSingleCode: true)
  }
}
