/// Looks through bytes of text, many at a time.
enum TextScanning {
  /// Whether all bytes are below 128.
  static func isASCII(_ bytes: RawSpan) -> Bool {
    let count = bytes.byteCount
    var index = 0
    var seen: UInt64 = 0
    while count &- index >= 32 {
      seen |= bytes.word(index) | bytes.word(index &+ 8) | bytes.word(index &+ 16) | bytes.word(index &+ 24)
      index &+= 32
    }
    while index < count {
      seen |= UInt64(bytes.byte(index))
      index &+= 1
    }
    return seen & 0x8080_8080_8080_8080 == 0
  }

  /// How many times a byte stands in a text.
  static func count(of byte: UInt8, in bytes: RawSpan) -> Int {
    let count = bytes.byteCount
    let pattern = 0x0101_0101_0101_0101 &* UInt64(byte)
    let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    // The top bit of each byte that is not the one in question (H. S. Warren, "Hacker's Delight", 6-1), moved down.
    func others(_ position: Int) -> UInt64 {
      let difference = bytes.word(position) ^ pattern
      return ((((difference & low) &+ low) | difference) &>> 7) & 0x0101_0101_0101_0101
    }
    var index = 0
    var total = 0
    while count &- index >= 64 {
      // The bytes of the sum hold up to 8 each.
      var sum: UInt64 = 0
      for word in 0..<8 { sum &+= others(index &+ word &* 8) }
      total &+= 64 &- Int(truncatingIfNeeded: (sum &* 0x0101_0101_0101_0101) &>> 56)
      index &+= 64
    }
    while index < count {
      if bytes.byte(index) == byte { total &+= 1 }
      index &+= 1
    }
    return total
  }

  /// Where the line ends that a position lies in: its line feed or carriage return, or the end of the text.
  static func lineEnd(_ text: RawSpan, from position: Int) -> Int {
    let end = text.byteCount
    var place = position
    let low: UInt64 = 0x0101_0101_0101_0101
    while end &- place >= 8 {
      let word = text.word(place)
      let (feed, carriage) = (word ^ low &* 10, word ^ low &* 13)
      // The top bit of each byte that is zero, and perhaps of some behind the first one (A. Mycroft, 1987).
      let found = ((feed &- low) & ~feed | (carriage &- low) & ~carriage) & low &<< 7
      if found != 0 { return place &+ found.trailingZeroBitCount >> 3 }
      place &+= 8
    }
    while place < end, text.byte(place) != 10, text.byte(place) != 13 { place &+= 1 }
    return place
  }

}

extension RawSpan {
  /// The eight bytes from a position, which the caller knows to lie within the span.
  @inline(__always)
  fileprivate func word(_ position: Int) -> UInt64 {
    // Safe: every caller has compared the position + 8 with the span's end.
    UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self))
  }
}

extension TextScanning {
  /// How many bytes from the start of a text, which goes on behind its end, are whole lines.
  static func wholeLineCount(_ text: RawSpan) -> Int {
    var end = text.byteCount
    while end > 0, text.byte(end - 1) != 10 { end -= 1 }
    if end > 0 { return end }
    // Lines that end in a carriage return; the very last one may have a line feed still to come.
    end = max(0, text.byteCount - 1)
    while end > 0, text.byte(end - 1) != 13 { end -= 1 }
    return end
  }

  /// How many lines a text has at most: its line feeds, its carriage returns that stand alone, and a last line
  /// without an end.
  static func lineCount(_ text: RawSpan) -> Int {
    let end = text.byteCount
    guard end > 0 else { return 0 }
    var count = TextScanning.count(of: 10, in: text)
    let returns = TextScanning.count(of: 13, in: text)
    if returns > 0 {
      var pairs = 0
      for index in 0..<(end - 1) where text.byte(index) == 13 && text.byte(index + 1) == 10 { pairs += 1 }
      count += returns - pairs
    }
    let last = text.byte(end - 1)
    return last == 10 || last == 13 ? count : count + 1
  }
}
