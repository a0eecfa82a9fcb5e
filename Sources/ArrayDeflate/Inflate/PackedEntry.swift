/// What the next bits of a stream represent: up to four literals, and what follows them. An entry of a ``PackedTable``.
///
/// ```
/// bits 0-7    how many bits to take, extra bits included
/// bits 8-10   how many literals, in bits 32-63
/// bit 11      then a match of length (bits 16-24) whose distance divides 8: (64 - 8 x distance) in bits 25-31
/// bit 12      then something else:
///   bit 15    a match: its length (bits 16-24), where the extra bits of its distance begin (25-31), how many they are (40-43),
///             and the least distance (48-63); one literal (32-39) at most
///   bits 13-14, else:
///             0 a length (bits 16-24), of whose bits the last (25-31) are extra; its distance follows
///             1 a code that goes on in a second table
///             2 the end of the block
///             3 no code
/// ```
struct PackedEntry: BitwiseCopyable, Sendable {
  let bits: UInt64

  static let runFlag: UInt64 = 1 << 11
  private static let otherFlag: UInt64 = 1 << 12
  private static let matchFlag: UInt64 = 1 << 15
  private enum Other { static let length: UInt64 = 0, table: UInt64 = 1, end: UInt64 = 2, invalid: UInt64 = 3 }

  @inline(__always) init(bits: UInt64) { self.bits = bits }

  /// A literal.
  @inline(__always) init(literal symbol: CodeEntry) {
    bits = UInt64(symbol.bits & 0xFF) | 1 << 8 | UInt64(symbol.bits &>> 16) << 32
  }

  /// One symbol.
  @inline(__always) init(_ symbol: CodeEntry) {
    let taken = UInt64(symbol.bits & 0xFF)
    let value = UInt64(truncatingIfNeeded: symbol.value)
    if symbol.isLiteral {
      bits = taken | 1 << 8 | value << 32
    } else if !symbol.isExceptional {
      bits = taken | PackedEntry.otherFlag | value << 16 | (taken &- symbol.codeBits) << 25
    } else {
      let other = symbol.isTable ? Other.table : symbol.isEnd ? Other.end : Other.invalid
      bits = taken | PackedEntry.otherFlag | other << 13
    }
  }

  /// A match of a distance that divides 8.
  @inline(__always) static func run(length: Int, distance: Int, taking count: Int) -> PackedEntry {
    PackedEntry(
      bits: UInt64(truncatingIfNeeded: count) | runFlag | UInt64(truncatingIfNeeded: length) << 16
        | UInt64(truncatingIfNeeded: 64 &- 8 &* distance) << 25)
  }

  /// A match whose distance has extra bits after the first `count`.
  @inline(__always) static func match(length: Int, distance: CodeEntry, codes count: Int) -> PackedEntry {
    let extra = distance.extra
    let low = UInt64(truncatingIfNeeded: count &+ extra) | otherFlag | matchFlag
    let middle = UInt64(truncatingIfNeeded: length) << 16 | UInt64(truncatingIfNeeded: count) << 25
    return PackedEntry(
      bits: low | middle | UInt64(truncatingIfNeeded: extra) << 40 | UInt64(truncatingIfNeeded: distance.value) << 48)
  }

  @inline(__always) var taken: Int { Int(truncatingIfNeeded: bits & 0xFF) }
  @inline(__always) var literalCount: Int { Int(truncatingIfNeeded: bits &>> 8 & 7) }
  @inline(__always) var literals: UInt64 { bits &>> 32 }
  @inline(__always) var length: Int { Int(truncatingIfNeeded: bits &>> 16 & 0x1FF) }
  @inline(__always) var extra: UInt64 { bits &>> 25 & 0x7F }

  /// The length, from the bits as they were before the entry's were taken.
  @inline(__always) func length(_ saved: UInt64) -> Int {
    length &+ Int(truncatingIfNeeded: saved &>> (bits &- extra) & (1 &<< extra &- 1))
  }
  /// The distance of a match, from the bits as they were before the entry's were taken.
  @inline(__always) func distance(_ saved: UInt64) -> Int {
    let mask = 1 &<< (bits &>> 40 & 15) &- 1 as UInt64
    return Int(truncatingIfNeeded: bits &>> 48 &+ (saved &>> (bits &>> 25)) & mask)
  }

  @inline(__always) var isOther: Bool { bits & PackedEntry.otherFlag != 0 }
  @inline(__always) var isMatch: Bool { bits & PackedEntry.matchFlag != 0 }
  /// Literals and nothing else.
  @inline(__always) var isLiterals: Bool { bits & (PackedEntry.otherFlag | PackedEntry.runFlag) == 0 }
  @inline(__always) private func isOther(_ other: UInt64) -> Bool {
    bits & 0x7000 == PackedEntry.otherFlag | other &<< 13
  }
  /// A length whose distance is not in the entry.
  @inline(__always) var isLength: Bool { isOther(Other.length) }
  @inline(__always) var isTable: Bool { isOther(Other.table) }
  @inline(__always) var isEnd: Bool { isOther(Other.end) }

  /// The bits that an index must have whole: those of a distance that are extra may lie behind it.
  @inline(__always) var needed: Int { isMatch ? Int(truncatingIfNeeded: extra) : taken }
  /// Whether a literal can be put before it: literals, a run or a match.
  @inline(__always) var hasRoom: Bool { isOther ? isMatch && literalCount == 0 : literalCount < 4 }

  /// This literal and then `next`, which has room for it.
  @inline(__always) func followed(by next: PackedEntry) -> PackedEntry {
    let low = next.bits & 0xFFFF_FFFF &+ bits & 0xFFFF &+ (next.isMatch ? (bits & 0xFF) &<< 25 : 0)
    let high = next.isMatch ? next.bits & ~0xFF_FFFF_FFFF : (next.bits &>> 32) &<< 40
    return PackedEntry(bits: low | high | bits & 0xFF_0000_0000)
  }
}
