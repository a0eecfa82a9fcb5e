internal import CNumPyIOKernels
internal import NDArrays

/// Texts as NumPy keeps them: four bytes for each code point, and zeros behind them.
enum CSVText {
  /// Stores a text of well-formed UTF-8 that has no more code points than there is room for; behind it there must be eight bytes of
  /// memory more.
  @inline(__always)
  static func widen(_ text: RawSpan, _ range: Range<Int>, to target: UnsafeMutableRawPointer, width: Int) {
    let count = range.upperBound &- range.lowerBound
    var index = 0
    // Safe, all of this: words reach no further than eight bytes behind the text; the caller has room for `width` code points.
    while index &+ 8 <= width {
      let word = word(text, range, index, count)
      guard word & 0x8080_8080_8080_8080 == 0 else { return unsafe store(text, range, to: target, width: width) }
      unsafe npyio_widen_eight(word, target + index &* 4)
      index &+= 8
    }
    guard index < width else { return }
    var rest = word(text, range, index, count)
    guard rest & 0x8080_8080_8080_8080 == 0 else { return unsafe store(text, range, to: target, width: width) }
    while index < width {
      unsafe target.storeBytes(of: UInt32(truncatingIfNeeded: rest & 0xFF), toByteOffset: index &* 4, as: UInt32.self)
      rest &>>= 8
      index &+= 1
    }
  }

  /// Eight bytes of a text from an index on, zeros behind its end.
  @inline(__always)
  private static func word(_ text: RawSpan, _ range: Range<Int>, _ index: Int, _ count: Int) -> UInt64 {
    let left = count &- index
    guard left > 0 else { return 0 }
    // Safe: the caller has eight bytes behind the text.
    let word = unsafe text.unsafeLoadUnaligned(fromUncheckedByteOffset: range.lowerBound &+ index, as: UInt64.self)
    let bytes = UInt64(littleEndian: word)
    return left >= 8 ? bytes : bytes & ((1 &<< UInt64(truncatingIfNeeded: left &* 8)) &- 1)
  }

  /// The same for texts that are not of ASCII.
  @inline(never)
  private static func store(_ text: RawSpan, _ range: Range<Int>, to target: UnsafeMutableRawPointer, width: Int) {
    var place = range.lowerBound
    var index = 0
    func continued(_ bits: UInt32, _ place: Int) -> UInt32 { bits << 6 | UInt32(text.byte(place) & 0x3F) }
    while place < range.upperBound, index < width {
      let first = text.byte(place)
      var point = UInt32(first)
      place &+= 1
      if first >= 0x80 {
        // Well-formed characters have as many bytes as the first one says.
        let count = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3
        point = continued(point & (0x3F >> UInt32(count)), place)
        if count > 1 { point = continued(point, place &+ 1) }
        if count > 2 { point = continued(point, place &+ 2) }
        place &+= count
      }
      // Safe: the caller has room for `width` code points.
      unsafe target.storeBytes(of: point, toByteOffset: index &* 4, as: UInt32.self)
      index &+= 1
    }
    // Safe: as above.
    if index < width {
      unsafe (target + index &* 4).initializeMemory(as: UInt32.self, repeating: 0, count: width &- index)
    }
  }
}
