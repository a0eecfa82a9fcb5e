/// The runs at the distance of one number, and those of one byte, which need no search.
struct RunLengths {
  /// Within a run of so many bytes nothing else is looked for.
  static let longRun = 200

  private var itemEnd = 0
  private var byteEnd = 0

  /// The length of the run at the distance of one number, at a place with at least eight bytes left.
  @inline(__always) mutating func item(
    _ input: InputBytes, _ position: Int, _ word: UInt64, _ distance: Int, _ end: Int
  ) -> Int {
    RunLengths.length(input, position, word, distance, end, &itemEnd)
  }

  /// The length of the run of one byte, the one before.
  @inline(__always) mutating func byte(_ input: InputBytes, _ position: Int, _ word: UInt64, _ end: Int) -> Int {
    RunLengths.length(input, position, word, 1, end, &byteEnd)
  }

  @inline(__always) private static func length(
    _ input: InputBytes, _ position: Int, _ word: UInt64, _ distance: Int, _ end: Int, _ known: inout Int
  ) -> Int {
    let run = (word ^ input.load64(position &- distance)).trailingZeroBitCount &>> 3
    if run < 8 { return run }
    // Long runs are measured once.
    if position >= known &- 8 {
      let limit = min(end &- position, 1 << 16)
      known = position &+ input.matchLength(position, position &- distance, from: 8, limit: limit)
    }
    return min(DeflateAlphabet.maxMatch, end &- position, known &- position)
  }
}
