internal import CNumPyIOKernels

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

  /// The first place of a byte from a position on.
  static func position(of byte: UInt8, in text: RawSpan, from position: Int) -> Int? {
    let end = text.byteCount
    let low: UInt64 = 0x0101_0101_0101_0101
    let pattern = low &* UInt64(byte)
    var place = position
    while end &- place >= 8 {
      let difference = text.word(place) ^ pattern
      // The top bit of each byte that is zero, and perhaps of some behind the first one (A. Mycroft, 1987).
      let found = (difference &- low) & ~difference & low &<< 7
      if found != 0 { return place &+ found.trailingZeroBitCount &>> 3 }
      place &+= 8
    }
    while place < end {
      if text.byte(place) == byte { return place }
      place &+= 1
    }
    return nil
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
}

/// What a first look at a text tells: one pass, many bytes at a time.
struct TextCensus {
  /// Whether all bytes are below 128.
  let isASCII: Bool
  private let feeds: Int
  private let returns: Int

  init(_ text: RawSpan) {
    // Safe: the bytes are looked at during the call only.
    let census = unsafe text.withUnsafeBytes { bytes in
      unsafe bytes.baseAddress.map { unsafe npyio_take_census($0, bytes.count) } ?? npyio_census()
    }
    isASCII = census.bits < 0x80
    feeds = Int(census.feeds)
    returns = Int(census.returns)
  }

  /// How many lines the text has at most: its line feeds, its carriage returns that stand alone, and a last line without
  /// an end.
  func lineCount(of text: RawSpan) -> Int {
    let end = text.byteCount
    guard end > 0 else { return 0 }
    var count = feeds
    if returns > 0 {
      var pairs = 0
      for index in 0..<(end - 1) where text.byte(index) == 13 && text.byte(index + 1) == 10 { pairs += 1 }
      count += returns - pairs
    }
    let last = text.byte(end - 1)
    return last == 10 || last == 13 ? count : count + 1
  }
}
