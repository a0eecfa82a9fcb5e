/// Random changes of a file's bytes, as broken disks, cut downloads and people with bad intentions make them.
struct Mutator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// A number below a bound, by xorshift64*: the same for a seed on every machine.
  mutating func next(below bound: Int) -> Int {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % max(1, bound)
  }

  /// Numbers at which fields of one, two, four and eight bytes tell their extremes.
  private static let extremes: [UInt64] = [
    0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 40, 1 << 62,
    (1 << 63) - 1,
    1 << 63, .max - 1, .max,
  ]

  /// One to four changes of a file; some with pieces of another.
  mutating func mutate(_ bytes: [UInt8], with other: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0...next(below: 4) {
      guard !result.isEmpty else { return result }
      // Headers, directories and opcodes stand at the ends.
      let place = [
        next(below: result.count), next(below: min(result.count, 160)),
        result.count - 1 - next(below: min(result.count, 160)),
      ][next(below: 3)]
      switch next(below: 9) {
      case 0: result[place] ^= 1 << UInt8(next(below: 8))
      case 1: result[place] = UInt8(next(below: 256))
      case 2: result.removeSubrange(place...)
      case 3: result.removeSubrange(place..<min(result.count, place + 1 + next(below: 16)))
      case 4:
        let piece = result[place..<min(result.count, place + 1 + next(below: 64))]
        result.insert(contentsOf: Array(piece), at: next(below: result.count + 1))
      case 5:
        guard !other.isEmpty else { continue }
        let start = next(below: other.count)
        result.insert(contentsOf: other[start..<min(other.count, start + 1 + next(below: 200))], at: place)
      case 6: writeExtreme(at: place, in: &result)
      case 7: result[place] = UInt8(ascii: "0") + UInt8(next(below: 10))
      default: result.insert(UInt8(next(below: 256)), at: place)
      }
    }
    return result
  }

  private mutating func writeExtreme(at place: Int, in bytes: inout [UInt8]) {
    let value = Mutator.extremes[next(below: Mutator.extremes.count)]
    let width = [1, 2, 4, 8][next(below: 4)]
    for index in 0..<width where place + index < bytes.count {
      bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
    }
  }
}
