import ByteIO
internal import PlatformC

// Lines of text, of which protocol 0 has one for nearly every value.

extension PickleWindow {
  /// How many bytes the line has that comes next, without its end, all of which are in the window then.
  mutating func lineLength() throws(FormatError) -> Int {
    var searched = 0
    while true {
      let count = end - cursor
      // Safe: the filled part of the window.
      let start = unsafe base + cursor
      if let found = unsafe memchr(start + searched, 0x0A, count - searched) {
        return unsafe UnsafeRawPointer(found) - start
      }
      searched = count
      guard try has(count + 1) else {
        throw FormatError(.truncated, "pickle data was truncated within a line", offset: position + count)
      }
    }
  }

  /// The bytes up to the next line end, which is skipped.
  mutating func line() throws(FormatError) -> [UInt8] {
    let count = try lineLength()
    // Safe: the bytes are copied at once.
    let line = unsafe [UInt8](try bytes(count))
    skipWindow(1)
    return line
  }

  /// The next line, if it is an integer in plain digits, as nearly all are; `nil` for any other, which is left where it is.
  ///
  /// - Parameter suffix: What stands behind the digits: the line end, but for that of a `LONG`.
  mutating func plainInteger(suffix: UInt8? = nil) -> Int? {
    var place = cursor
    // Safe: each byte is looked at only before the end of what is filled.
    func byte() -> UInt8 { place < end ? unsafe base.load(fromByteOffset: place, as: UInt8.self) : 0 }
    let isNegative = byte() == UInt8(ascii: "-")
    if isNegative { place += 1 }
    let first = place
    var value: UInt64 = 0
    // As many digits as fit in any case.
    while place - first < 19, byte() &- 48 < 10 {
      value = value * 10 + UInt64(byte() - 48)
      place += 1
    }
    // A leading zero may say that it is a boolean.
    let hasZero = unsafe place - first > 1 && base.load(fromByteOffset: first, as: UInt8.self) == 48
    guard place > first, !hasZero, let magnitude = Int(exactly: value) else { return nil }
    if let suffix {
      guard byte() == suffix else { return nil }
      place += 1
    }
    guard byte() == 0x0A else { return nil }
    cursor = place + 1
    return isNegative ? -magnitude : magnitude
  }
}
