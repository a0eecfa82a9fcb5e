/// A growing buffer of bytes that text is written into: what every writer of numbers appends to.
///
/// Room is asked for once per number, not once per byte; from then on the digits go straight to memory. The buffer
/// is unique (not copyable), so nothing checks for other holders.
@safe package struct TextBuffer: ~Copyable, @unchecked Sendable {
  /// How many bytes have been written.
  package private(set) var count = 0
  @usableFromInline
  var capacity: Int
  // Owned: allocated with `capacity` bytes, of which the first `count` are initialized; freed in `deinit`.
  @usableFromInline
  var base: UnsafeMutablePointer<UInt8>

  /// An empty buffer with room for that many bytes.
  package init(capacity: Int = 256) {
    self.capacity = max(capacity, 64)
    // Safe: allocated with `capacity` bytes, freed in `deinit`, replaced in `grow` only.
    unsafe base = .allocate(capacity: self.capacity)
  }

  deinit {
    // Safe: allocated by this buffer, and nobody holds an address in it any longer.
    unsafe base.deallocate()
  }

  /// Makes room for `extra` more bytes.
  @inlinable @inline(__always)
  package mutating func reserve(_ extra: Int) {
    if capacity &- count < extra { grow(extra) }
  }

  @usableFromInline @inline(never)
  mutating func grow(_ extra: Int) {
    let larger = max(capacity * 2, count + extra)
    // Safe: the new block holds at least `count` bytes, and the old one is not used again.
    let block = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    unsafe block.update(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = block
    capacity = larger
  }

  /// Where the next byte goes. At most as many bytes may be written there as were reserved; ``advance(_:)`` counts
  /// them.
  @inlinable
  var end: UnsafeMutablePointer<UInt8> {
    // Safe: `count` never exceeds the capacity.
    unsafe base + count
  }

  /// Counts bytes that were written at ``end``, within what was reserved.
  @inlinable @inline(__always)
  mutating func advance(_ written: Int) { setCount(count &+ written) }

  @usableFromInline @inline(__always)
  mutating func setCount(_ value: Int) { count = value }

  /// Takes an address that was counted up from ``end``, within what was reserved, for the new end.
  @inline(__always)
  mutating func setEnd(_ address: UnsafeMutableRawPointer) {
    // Safe: both are addresses within the buffer, by what the callers have reserved.
    count = unsafe address - UnsafeMutableRawPointer(base)
  }

  /// Appends the lowest bytes of a word.
  @inline(__always)
  mutating func append(word: UInt64, count: Int) {
    guard count > 0 else { return }
    reserve(8)
    // Safe: room for the word was reserved.
    unsafe UnsafeMutableRawPointer(end).storeBytes(of: word.littleEndian, as: UInt64.self)
    advance(count)
  }

  /// Appends a byte.
  @inlinable @inline(__always)
  package mutating func append(_ byte: UInt8) {
    reserve(1)
    // Safe: room for a byte was reserved.
    unsafe end.pointee = byte
    advance(1)
  }

  /// Appends the bytes of an array.
  package mutating func append(_ bytes: [UInt8]) {
    reserve(bytes.count)
    // Safe: room for the bytes was reserved.
    unsafe bytes.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { unsafe end.update(from: start, count: source.count) }
    }
    advance(bytes.count)
  }

  /// Appends bytes that another owns.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    reserve(bytes.count)
    // Safe: room for the bytes was reserved, and the caller keeps its own valid during the call.
    unsafe UnsafeMutableRawPointer(end).copyMemory(
      from: bytes.baseAddress ?? UnsafeRawPointer(base), byteCount: bytes.count)
    advance(bytes.count)
  }

  /// Appends text as UTF-8.
  package mutating func append(_ text: String) {
    for byte in text.utf8 { append(byte) }
  }

  /// Appends the same byte several times.
  package mutating func append(repeating byte: UInt8, count: Int) {
    guard count > 0 else { return }
    reserve(count)
    // Safe: room for the bytes was reserved.
    unsafe end.update(repeating: byte, count: count)
    advance(count)
  }

  /// Takes bytes off the end, so that only the first `count` stay.
  package mutating func truncate(to count: Int) { self.count = min(max(0, count), self.count) }

  /// Empties the buffer; its memory stays for what comes next.
  package mutating func removeAll() { count = 0 }

  /// The bytes written so far.
  package var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      // Safe: the first `count` bytes are initialized, and the memory lives as long as `self`.
      let span = unsafe RawSpan(_unsafeStart: base, byteCount: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Calls `body` with the bytes written so far.
  package borrowing func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result { try body(bytes) }

  /// The bytes written so far, copied.
  package var array: [UInt8] {
    // Safe: the first `count` bytes are initialised, and copied within the call.
    unsafe Array(UnsafeBufferPointer(start: base, count: count))
  }

  /// The byte at an index below ``count``.
  package subscript(index: Int) -> UInt8 {
    get {
      precondition(index >= 0 && index < count)
      // Safe: checked just above.
      return unsafe base[index]
    }
    set {
      precondition(index >= 0 && index < count)
      // Safe: checked just above.
      unsafe base[index] = newValue
    }
  }

  /// Moves the bytes from `start` on further back by `distance`, and puts `byte` where they were.
  mutating func insert(repeating byte: UInt8, count distance: Int, at start: Int) {
    guard distance > 0, start >= 0, start <= count else { return }
    reserve(distance)
    let from = unsafe base + start
    // Safe: room for `distance` more bytes was reserved; `update` copes with the overlap.
    unsafe (from + distance).update(from: from, count: count - start)
    unsafe from.update(repeating: byte, count: distance)
    advance(distance)
  }
}
