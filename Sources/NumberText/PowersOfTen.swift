/// Powers of ten as numbers of 128 bits, on which both directions, text to binary and binary to text, rest.
///
/// 10^k is `g × 2^(binaryExponent - 127)`, where `g` has its top bit set and is cut off, not rounded: it is below
/// the true value by less than 1 in its last place, and exact for k from 0 to 55 (5^55 has 128 bits).
enum PowersOfTen {
  /// The powers that the table has.
  static let lowest = -342
  static let highest = 342

  /// The leading 128 bits of 10^`power`. The power must be in the table.
  @inline(__always)
  static func significand(_ power: Int) -> (high: UInt64, low: UInt64) {
    let index = 2 * (power - lowest)
    return (words[index], words[index + 1])
  }

  /// The leading 64 bits of 10^`power`. The power must be in the table.
  @inline(__always)
  static func high(_ power: Int) -> UInt64 { words[2 * (power - lowest)] }

  /// The exponent of the leading bit of 10^`power`: floor(power × log2(10)).
  @inline(__always)
  static func binaryExponent(_ power: Int) -> Int { (217_706 &* power) >> 16 }

  /// Whether the significand is the power itself, nothing cut off.
  @inline(__always)
  static func isExact(_ power: Int) -> Bool { power >= 0 && power <= 55 }

  /// The powers that 64 bits hold: 10^0 to 10^19. Spelled out, so that the compiler lays them down in the binary.
  static let small: [UInt64] = [
    1, 10, 100,
    1000, 10_000, 100_000,
    1_000_000, 10_000_000, 100_000_000,
    1_000_000_000, 10_000_000_000, 100_000_000_000,
    1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
    1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
    1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]

  /// The upper 128 bits of the product of a number with its top bit set and a power's significand: too small by
  /// less than 2 in the last place.
  @inline(__always)
  static func product(_ number: UInt64, _ power: (high: UInt64, low: UInt64)) -> (high: UInt64, low: UInt64) {
    let upper = number.multipliedFullWidth(by: power.high)
    let lower = number.multipliedFullWidth(by: power.low)
    let (low, carry) = upper.low.addingReportingOverflow(lower.high)
    return (upper.high &+ (carry ? 1 : 0), low)
  }
}
