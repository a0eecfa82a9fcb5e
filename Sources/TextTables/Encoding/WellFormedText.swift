/// Whether bytes are well-formed UTF-8, by the table of the Unicode standard: looked at eight at a time where they are ASCII.
enum WellFormedText {
  /// - Parameter count: How many bytes of the span are looked at; behind them it must have eight more.
  static func isWellFormed(_ text: RawSpan, count: Int) -> Bool {
    precondition(count >= 0 && text.byteCount - count >= 8)
    var place = 0
    while place < count {
      let marks = word(text, place) & 0x8080_8080_8080_8080
      guard marks != 0 else {
        place &+= 8
        continue
      }
      place &+= marks.trailingZeroBitCount >> 3
      // Where one character is not ASCII, the next often is not either.
      while place < count, text.byte(place) >= 0x80 {
        let length = characterLength(word(text, place))
        guard length > 0, length <= count &- place else { return false }
        place &+= length
      }
    }
    return true
  }

  /// How many bytes the character beyond ASCII has with which eight bytes begin; 0 if it is none.
  @inline(__always)
  private static func characterLength(_ word: UInt64) -> Int {
    let first = word & 0xFF
    if first < 0xE0 { return first >= 0xC2 && word & 0xC000 == 0x8000 ? 2 : 0 }
    if first < 0xF0 {
      guard word & 0xC0_C000 == 0x80_8000 else { return 0 }
      // The second byte tells what could have been shorter, and surrogates.
      let second = word >> 8 & 0xFF
      return first == 0xE0 && second < 0xA0 || first == 0xED && second >= 0xA0 ? 0 : 3
    }
    guard first <= 0xF4, word & 0xC0C0_C000 == 0x8080_8000 else { return 0 }
    let second = word >> 8 & 0xFF
    return first == 0xF0 && second < 0x90 || first == 0xF4 && second >= 0x90 ? 0 : 4
  }

  @inline(__always)
  private static func word(_ text: RawSpan, _ place: Int) -> UInt64 {
    // Safe: there are eight bytes behind the last that is looked at.
    UInt64(littleEndian: unsafe text.unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: UInt64.self))
  }
}
