/// The symbols that deflate has for lengths and distances (RFC 1951, 3.2.5), as tables and arithmetic.
enum DeflateAlphabet {
  static let minMatch = 3
  static let maxMatch = 258
  static let maxDistance = 32_768
  static let endOfBlock = 256
  static let literalCount = 286
  static let distanceCount = 30

  /// The extra bits of the 29 length symbols.
  static let lengthExtra: [UInt8] = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  /// The least length of each length symbol.
  static let lengthBase: [UInt16] = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
    227,
    258,
  ]

  /// The length symbol (0 to 28) of each length, indexed by the length.
  static let lengthSlots: Table<UInt8> = {
    var slots = [UInt8](repeating: 0, count: maxMatch + 1)
    for slot in 0..<29 {
      for length in lengths(ofSlot: slot) { slots[length] = UInt8(slot) }
    }
    return Table(slots, default: 0)
  }()

  /// The lengths of a length symbol (0 to 28).
  @inline(__always) static func lengths(ofSlot slot: Int) -> Range<Int> {
    let first = Int(lengthBase[slot])
    return first..<(slot == 28 ? 259 : slot == 27 ? 258 : Int(lengthBase[slot + 1]))
  }

  /// The distance symbol (0 to 29) of a distance of 1 to 32,768.
  @inline(__always) static func distanceSlot(_ distance: Int) -> Int {
    let value = UInt32(truncatingIfNeeded: distance &- 1)
    let top = 31 &- (value | 1).leadingZeroBitCount
    return 2 &* top &+ Int(value &>> UInt32(truncatingIfNeeded: max(top, 1) &- 1)) & 1
  }

  /// How many extra bits follow a distance symbol.
  @inline(__always) static func distanceExtra(_ slot: Int) -> Int { slot < 2 ? 0 : slot &>> 1 &- 1 }

  /// Whether a stream of `compressedCount` bytes can possibly inflate to `uncompressedCount`: at most 258 bytes come from a
  /// match of two bits, one for its length and one for its distance.
  static func isPlausible(uncompressedCount: Int, compressedCount: Int) -> Bool {
    guard uncompressedCount >= 0, compressedCount >= 0 else { return false }
    return uncompressedCount / 1032 <= compressedCount
  }
}
