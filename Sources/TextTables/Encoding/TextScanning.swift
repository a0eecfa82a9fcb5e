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
      // The top bit of each byte that is zero, and perhaps of some after the first one (A. Mycroft, 1987).
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
      // The top bit of each byte that is zero, and perhaps of some after the first one (A. Mycroft, 1987).
      let found = ((feed &- low) & ~feed | (carriage &- low) & ~carriage) & low &<< 7
      if found != 0 { return place &+ found.trailingZeroBitCount >> 3 }
      place &+= 8
    }
    while place < end, text.byte(place) != 10, text.byte(place) != 13 { place &+= 1 }
    return place
  }

  /// Moves over a line end (a line feed, a carriage return, or both), or stands at the end of the text.
  ///
  /// - Parameters:
  ///   - end: Where the text ends.
  ///   - isLast: Whether that is the end of the file: if not, a carriage return at the end of the text is not complete, as
  ///     a line feed that belongs to it may follow.
  /// - Returns: Whether the line end is complete.
  @inline(__always)
  static func skipLineEnd(_ text: RawSpan, _ position: inout Int, end: Int, isLast: Bool) -> Bool {
    if position >= end { return isLast }
    if text.byte(position) == 13 {
      if position &+ 1 == end { if !isLast { return false } } else if text.byte(position &+ 1) == 10 { position &+= 1 }
    }
    position &+= 1
    return true
  }

  /// Moves over a line as it is, quotes and all, and over its end; false if it is not complete.
  static func skipLine(_ text: RawSpan, _ position: inout Int, isLast: Bool) -> Bool {
    var next = lineEnd(text, from: position)
    guard skipLineEnd(text, &next, end: text.byteCount, isLast: isLast) else { return false }
    position = next
    return true
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
  /// How many bytes from the start of a text, which goes on after its end, are whole lines.
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
struct TextScan {
  /// Whether all bytes are below 128.
  let isASCII: Bool
  private let feeds: Int
  private let returns: Int

  init(_ text: RawSpan) {
    // Safe: the bytes are looked at during the call only.
    let scan = unsafe text.withUnsafeBytes { bytes in
      unsafe bytes.baseAddress.map { unsafe npyio_take_census($0, bytes.count) } ?? npyio_census()
    }
    isASCII = scan.bits < 0x80
    feeds = Int(scan.feeds)
    returns = Int(scan.returns)
  }

  /// How many lines the text has at most: its line feeds, its carriage returns that stand alone, and a last line without
  /// an end.
  func lineCount(of text: RawSpan) -> Int {
    let end = text.byteCount
    guard end > 0 else { return 0 }
    let last = text.byte(end - 1)
    return lineEnds(of: text) + (last == 10 || last == 13 ? 0 : 1)
  }

  /// How many line ends the text has: its line feeds, and its carriage returns that stand alone.
  func lineEnds(of text: RawSpan) -> Int {
    guard returns > 0 else { return feeds }
    var pairs = 0
    for index in 0..<(text.byteCount - 1) where text.byte(index) == 13 && text.byte(index + 1) == 10 { pairs += 1 }
    return feeds + returns - pairs
  }

  /// The same, of a part of a text.
  static func lineEnds(of text: ArraySlice<UInt8>) -> Int {
    // Safe: the span is used while the bytes are held.
    unsafe text.withUnsafeBytes { bytes in
      let span = unsafe RawSpan(_unsafeBytes: bytes)
      return TextScan(span).lineEnds(of: span)
    }
  }
}
