/// Looks through bytes of text, many at a time.
enum TextScanning {
  /// Whether all bytes are below 128.
  static func isASCII(_ bytes: RawSpan) -> Bool {
    let count = bytes.byteCount
    var index = 0
    var seen = SIMD32<UInt8>(repeating: 0)
    while count - index >= 32 {
      // Safe: 32 bytes from `index` on lie within the span, and any bits make such a vector.
      seen |= unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: SIMD32<UInt8>.self)
      index += 32
    }
    var last: UInt8 = 0
    while index < count {
      last |= unsafe bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
      index += 1
    }
    return last < 0x80 && seen.max() < 0x80
  }

  /// How many times a byte stands in a text.
  static func count(of byte: UInt8, in bytes: RawSpan) -> Int {
    let count = bytes.byteCount
    var index = 0
    var total = 0
    let pattern = SIMD32<UInt8>(repeating: byte)
    let one = SIMD32<UInt8>(repeating: 1)
    while count - index >= 32 {
      // A lane counts up to 255 before it must be emptied.
      var lanes = SIMD32<UInt8>(repeating: 0)
      let end = min(count - 31, index + 255 * 32)
      while index < end {
        // Safe: 32 bytes from `index` on lie within the span.
        let word = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: SIMD32<UInt8>.self)
        lanes.replace(with: lanes &+ one, where: word .== pattern)
        index += 32
      }
      for lane in lanes.indices { total += Int(lanes[lane]) }
    }
    while index < count {
      if unsafe bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self) == byte { total += 1 }
      index += 1
    }
    return total
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
