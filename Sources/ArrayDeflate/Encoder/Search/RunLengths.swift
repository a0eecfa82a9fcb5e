/// Measures runs, which are matches whose distance is known: that of one item, or 1.
///
/// A run of `n` bytes makes a match at each of its positions, each a byte shorter than the one before. So a long run is
/// measured once, and where it ends is remembered: the cost of a position is one comparison of eight bytes.
struct RunLengths {
  private var itemEnd = 0
  private var byteEnd = 0

  /// The length of the run at the distance of one item.
  ///
  /// - Parameters:
  ///   - position: Where the run begins; at least eight bytes are left there.
  ///   - word: The eight bytes at `position`.
  ///   - end: Where the input ends.
  @inline(__always) mutating func item(
    _ input: InputBytes, at position: Int, word: UInt64, distance: Int, end: Int
  ) -> Int {
    RunLengths.length(input, at: position, word: word, distance: distance, end: end, knownEnd: &itemEnd)
  }

  /// The length of the run of one byte, the one before `position`.
  @inline(__always) mutating func byte(_ input: InputBytes, at position: Int, word: UInt64, end: Int) -> Int {
    RunLengths.length(input, at: position, word: word, distance: 1, end: end, knownEnd: &byteEnd)
  }

  @inline(__always) private static func length(
    _ input: InputBytes, at position: Int, word: UInt64, distance: Int, end: Int, knownEnd: inout Int
  ) -> Int {
    let run = (word ^ input.load64(position &- distance)).trailingZeroBitCount &>> 3
    if run < 8 { return run }
    if position >= knownEnd &- 8 {
      let limit = min(end &- position, 1 << 16)
      knownEnd = position &+ input.matchLength(position, position &- distance, from: 8, limit: limit)
    }
    return min(DeflateAlphabet.maxMatch, end &- position, knownEnd &- position)
  }
}
