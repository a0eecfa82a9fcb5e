// What comes next, seen without moving on.

extension PickleWindow {
  /// Calls `body` with all bytes that are left, where they lie in memory; else returns `nil`.
  func withWhatIsLeft<Result: ~Copyable>(_ body: (UnsafeRawBufferPointer) -> Result?) -> Result? {
    guard windowIsWhole else { return nil }
    // Safe: the filled part of the window, which is read within the call.
    return unsafe body(UnsafeRawBufferPointer(start: base + cursor, count: end - cursor))
  }

  /// The byte after an operation that comes next; `nil` if another does, or it is not in the window.
  @inline(__always)
  func byte(after code: UInt8) -> UInt8? {
    // Safe: both bytes lie within what is filled.
    guard end - cursor >= 2, unsafe base.load(fromByteOffset: cursor, as: UInt8.self) == code else { return nil }
    return unsafe base.load(fromByteOffset: cursor + 1, as: UInt8.self)
  }

  /// How often an operation with the same byte comes next within the window, up to a number.
  func repeats(of code: UInt8, _ byte: UInt8, upTo most: Int) -> Int {
    let pair = UInt16(code) | UInt16(byte) << 8
    let most = min(most, (end - cursor) / 2)
    var count = 0
    // Safe: both bytes lie within what is filled.
    while count < most,
      unsafe UInt16(littleEndian: base.loadUnaligned(fromByteOffset: cursor + 2 * count, as: UInt16.self)) == pair
    { count += 1 }
    return count
  }

  /// The operation that comes next, if it gives `None` or a boolean; `nil` if not, or it is not in the window.
  @inline(__always)
  func constant() -> UInt8? {
    // Safe: the byte lies within what is filled.
    guard end > cursor else { return nil }
    let code = unsafe base.load(fromByteOffset: cursor, as: UInt8.self)
    return code == Opcode.none || code == Opcode.newTrue || code == Opcode.newFalse ? code : nil
  }

  /// The operation that comes next, if it gives an integer of up to four bytes; `nil` if not, or it is not in the window.
  @inline(__always)
  func shortInteger() -> UInt8? {
    // Safe: the byte lies within what is filled.
    guard end > cursor else { return nil }
    let code = unsafe base.load(fromByteOffset: cursor, as: UInt8.self)
    return code == Opcode.binInt1 || code == Opcode.binInt2 || code == Opcode.binInt ? code : nil
  }

  /// How many operations with a byte each come next within the window, up to a number.
  @inline(__always)
  func run(of code: UInt8, upTo most: Int) -> Int {
    let most = min(most, (end - cursor) / 2)
    var count = 0
    // Safe: the byte lies within what is filled.
    while count < most, unsafe base.load(fromByteOffset: cursor + 2 * count, as: UInt8.self) == code { count += 1 }
    return count
  }

  /// The byte after the operation that comes next, both of which are in the window; moves on.
  @inline(__always)
  mutating func takeByteAfterCode() -> UInt8 {
    precondition(end - cursor >= 2)
    // Safe: checked above.
    let byte = unsafe base.load(fromByteOffset: cursor + 1, as: UInt8.self)
    cursor += 2
    return byte
  }

  /// How many bytes end with an operation, if it comes next or right after one that gives a value a place in the memo; `nil`
  /// if it does not, or all of that is not in the window.
  func lengthBefore(_ code: UInt8, place: Int) -> Int? {
    let left = end - cursor
    // Safe: each byte lies within what is filled.
    func byte(_ offset: Int) -> UInt8 { unsafe base.load(fromByteOffset: cursor + offset, as: UInt8.self) }
    guard left >= 2 else { return nil }
    let length: Int
    switch byte(0) {
    case code: return 1
    case Opcode.memoize: length = 2
    case Opcode.binPut:
      guard byte(1) == place else { return nil }
      length = 3
    case Opcode.longBinPut:
      guard left >= 6, (1...4).allSatisfy({ byte($0) == place >> (8 * ($0 - 1)) & 255 }) else { return nil }
      length = 6
    default: return nil
    }
    return left >= length && byte(length - 1) == code ? length : nil
  }

  /// Moves on past bytes of the window.
  @inline(__always)
  mutating func skipWindow(_ count: Int) { cursor = min(cursor + count, end) }
}
