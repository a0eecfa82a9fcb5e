/// A literal or a match, ready to be looked up and written:
///
/// ```
/// bits 0-9 symbol: a literal's value, or 256 + a match's length | 10-14 distance symbol | 15-29 distance - 1
/// ```
///
/// Both have the same form, a literal with a distance symbol that takes no bits; so loops over tokens need not branch on
/// which one comes, which is hard to predict and would cost more than all the rest.
struct Token: BitwiseCopyable, Sendable {
  static let symbolCount = 256 + DeflateAlphabet.maxMatch + 1
  /// The distance symbol of literals, which deflate does not have: no bits.
  static let noDistance = 31
  /// Represents that no match was found: a length that is priced out of reach.
  static var none: Token { Token(bits: 257 | UInt32(noDistance) << 10) }

  var bits: UInt32

  @inline(__always) init(bits: UInt32) { self.bits = bits }

  @inline(__always) init(literal: UInt8) {
    bits = UInt32(literal) | UInt32(Token.noDistance) << 10
  }

  /// A match whose distance symbol is left at the first of the two that have as many extra bits.
  @inline(__always) init(length: Int, distance: Int) {
    let value = UInt32(truncatingIfNeeded: distance &- 1)
    let top = UInt32(truncatingIfNeeded: (value | 1).leadingZeroBitCount ^ 31)
    bits = UInt32(truncatingIfNeeded: 256 &+ length) | top << 11 | value << 15
  }

  /// The distance symbol itself.
  @inline(__always) var exactSlot: Int {
    let value = bits &>> 15
    let half = value &>> UInt32(truncatingIfNeeded: max(slot &>> 1 &- 1, 0)) & 1
    return slot | Int(truncatingIfNeeded: half)
  }

  @inline(__always) func with(slot: Int) -> Token {
    Token(bits: bits & ~(0x1F << 10) | UInt32(truncatingIfNeeded: slot) << 10)
  }

  @inline(__always) var symbol: Int { Int(bits & 0x3FF) }
  @inline(__always) var slot: Int { Int(bits &>> 10 & 0x1F) }
  @inline(__always) var distance: Int { Int(bits &>> 15) &+ 1 }
  /// The number of bytes that it represents.
  @inline(__always) var length: Int {
    // Without a branch: which kind comes next is hard to predict.
    let more = symbol &- 257
    return 1 &+ (more & ~(more &>> 63))
  }
}

/// The tokens of a segment: what ``OptimalParser`` and ``NearOptimalEncoder`` produce.
struct TokenList {
  let tokens: Table<Token>
  let counts: ChunkCounts
  var count = 0

  init(byteCount: Int, _ counts: ChunkCounts) {
    tokens = Table(repeating: Token.none, count: byteCount)
    self.counts = counts
  }

  init(_ tokens: Table<Token>, count: Int, _ counts: ChunkCounts) {
    self.tokens = tokens
    self.counts = counts
    self.count = count
  }

  var capacity: Int { tokens.count }

  mutating func clear() {
    count = 0
    counts.clear()
  }
}

extension Token {
  /// A match with its own distance symbol.
  @inline(__always) static func exact(length: Int, distance: Int) -> Token {
    Token(length: length, distance: distance).with(slot: DeflateAlphabet.distanceSlot(distance))
  }
}
