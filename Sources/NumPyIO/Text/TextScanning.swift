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
    var index = 0
    var total = 0
    while count &- index >= 8 {
      let difference = bytes.word(index) ^ pattern
      // The top bit of each byte that is zero (H. S. Warren, "Hacker's Delight", 6-1).
      total &+= (~(((difference & low) &+ low) | difference | low)).nonzeroBitCount
      index &+= 8
    }
    while index < count {
      if bytes.byte(index) == byte { total &+= 1 }
      index &+= 1
    }
    return total
  }
}

extension RawSpan {
  /// The eight bytes from a position, which the caller knows to lie within the span.
  @inline(__always)
  fileprivate func word(_ position: Int) -> UInt64 {
    // Safe: every caller has compared the position + 8 with the span's end.
    unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
  }
}

extension TextScanning {
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
