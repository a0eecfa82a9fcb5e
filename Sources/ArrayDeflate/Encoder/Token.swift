/// A literal or a match, ready to be looked up and written:
///
/// ```
/// bits 0-9 symbol: a literal's value, or 256 + a match's length | 10-14 distance symbol | 15-29 distance - 1
/// ```
///
/// Both have the same form, a literal with a distance symbol that takes no bits; so loops over tokens need not ask
/// which one comes, which would be hard to foresee and so would cost more than all the rest.
struct Token: BitwiseCopyable, Sendable {
  static let symbolCount = 256 + DeflateAlphabet.maxMatch + 1
  /// The distance symbol of what has no distance.
  static let noDistance = 31
  /// Stands where no match was found: a length that is priced out of reach.
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
  /// The bytes that it stands for.
  @inline(__always) var length: Int {
    // No branch: which kind comes next is hard to foresee.
    let more = symbol &- 257
    return 1 &+ (more & ~(more &>> 63))
  }
}

/// The chunks of a segment whose symbols have been counted, so that nobody needs to count them again.
final class ChunkCounts {
  private var histograms: [Histogram] = []
  /// Where each chunk ends.
  private(set) var ends: [(symbol: Int, byte: Int)] = []
  private var taken = 0

  func clear() {
    ends.removeAll(keepingCapacity: true)
    taken = 0
  }

  /// An empty histogram for the chunk that comes next.
  func next() -> Histogram {
    if ends.count == histograms.count { histograms.append(Histogram()) }
    histograms[ends.count].clear()
    return histograms[ends.count]
  }

  func end(symbol: Int, byte: Int) { ends.append((symbol, byte)) }

  func histogram(_ chunk: Int) -> Histogram { histograms[chunk] }

  /// Hands out one chunk after the other; `nil` where no more have been counted.
  func take(into histogram: Histogram) -> (symbol: Int, byte: Int)? {
    guard taken < ends.count else { return nil }
    histogram.copy(histograms[taken])
    taken += 1
    return ends[taken - 1]
  }
}

/// The tokens of a segment.
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
