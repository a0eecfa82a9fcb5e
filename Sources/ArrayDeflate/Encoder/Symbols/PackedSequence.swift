/// Some literals and then a match, packed into 64 bits: what greedy parsers produce. (Zstandard calls it a sequence, too.)
///
/// The literals are not kept: they are the input's bytes between two matches.
///
/// ```
/// bits 0-23 literals | 24-33 length of the match (0: none) | 34-49 distance - 1 | 50-54 distance symbol
/// ```
struct PackedSequence: BitwiseCopyable, Sendable {
  var bits: UInt64

  @inline(__always) init(literals: Int, length: Int, distance: Int) {
    self.init(
      literals: literals, length: length, distance: distance, slot: DeflateAlphabet.distanceSlot(distance))
  }

  @inline(__always) init(literals: Int, length: Int, distance: Int, slot: Int) {
    bits =
      UInt64(truncatingIfNeeded: literals) | UInt64(truncatingIfNeeded: length) << 24
      | UInt64(truncatingIfNeeded: distance &- 1) << 34 | UInt64(truncatingIfNeeded: slot) << 50
  }

  /// Literals without a match.
  @inline(__always) init(literals: Int) { bits = UInt64(truncatingIfNeeded: literals) }

  @inline(__always) var literals: Int { Int(truncatingIfNeeded: bits & 0xFF_FFFF) }
  @inline(__always) var length: Int { Int(truncatingIfNeeded: bits &>> 24 & 0x3FF) }
  @inline(__always) var distance: Int { Int(truncatingIfNeeded: bits &>> 34 & 0xFFFF) &+ 1 }
  @inline(__always) var slot: Int { Int(truncatingIfNeeded: bits &>> 50 & 0x1F) }
}
