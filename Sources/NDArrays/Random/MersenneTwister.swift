/// The generator MT19937 of Matsumoto and Nishimura: 32 bits a draw, with the single-integer seeding that NumPy's
/// `np.random.seed` uses (`init_genrand`).
///
/// Draws come in blocks of 624: a whole block is made at once, in loops that the compiler turns into vectors, and
/// then handed out.
struct MersenneTwister: Sendable {
  private static let length = 624
  private static let middle = 397

  /// The state proper.
  private var key: [UInt32]
  /// The state's words, tempered: what the draws return.
  private var block: [UInt32]
  /// The next draw's place in `block`.
  private var position = MersenneTwister.length

  init(seed: UInt32) {
    key = []
    key.reserveCapacity(MersenneTwister.length)
    var word = seed
    for place in 1...MersenneTwister.length {
      key.append(word)
      word = 1_812_433_253 &* (word ^ (word >> 30)) &+ UInt32(place)
    }
    block = [UInt32](repeating: 0, count: MersenneTwister.length)
  }

  /// The next 32 bits.
  @inline(__always)
  mutating func next() -> UInt32 {
    if position == MersenneTwister.length { makeBlock() }
    defer { position += 1 }
    return block[position]
  }

  /// The next 64 bits; the first draw gives the upper half.
  @inline(__always)
  mutating func next64() -> UInt64 {
    let high = next()
    return UInt64(high) << 32 | UInt64(next())
  }

  /// The next double in `0..<1`, of 53 random bits.
  @inline(__always)
  mutating func nextDouble() -> Double {
    let high = next() >> 5
    let low = next() >> 6
    return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
  }

  /// Calls `body` with the draws that are ready, at least one and at most `limit`, and counts them as used.
  @inline(__always)
  mutating func take(atMost limit: Int, _ body: (Span<UInt32>) -> Void) {
    if position == MersenneTwister.length { makeBlock() }
    let count = min(limit, MersenneTwister.length - position)
    body(block.span.extracting(position..<(position + count)))
    position += count
  }

  private mutating func makeBlock() {
    MersenneTwister.advance(&key)
    MersenneTwister.temper(key, into: &block)
    position = 0
  }

  private static func advance(_ words: inout [UInt32]) {
    var key = words.mutableSpan
    for place in 0..<(length - middle) {
      key[place] = key[place + middle] ^ twist(key[place], key[place + 1])
    }
    for place in (length - middle)..<(length - 1) {
      key[place] = key[place + middle - length] ^ twist(key[place], key[place + 1])
    }
    key[length - 1] = key[middle - 1] ^ twist(key[length - 1], key[0])
  }

  private static func temper(_ key: [UInt32], into words: inout [UInt32]) {
    var block = words.mutableSpan
    let key = key.span
    for place in 0..<length {
      var word = key[place]
      word ^= word >> 11
      word ^= (word << 7) & 0x9d2c_5680
      word ^= (word << 15) & 0xefc6_0000
      block[place] = word ^ (word >> 18)
    }
  }

  @inline(__always)
  private static func twist(_ upper: UInt32, _ lower: UInt32) -> UInt32 {
    let word = (upper & 0x8000_0000) | (lower & 0x7fff_ffff)
    return (word >> 1) ^ ((0 &- (word & 1)) & 0x9908_b0df)
  }
}
