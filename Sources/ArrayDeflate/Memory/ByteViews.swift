/// Bytes that the caller keeps, for inner loops.
///
/// Bounds are asserted, which builds for tests and fuzzing check. Release builds do without, since checks on every access
/// cost a third of the speed: there each loop answers for its accesses by its own argument, which stands beside it.
protocol ByteView {
  /// The address of the first byte; valid as long as the caller keeps the bytes.
  var start: UnsafeRawPointer { get }
  /// The number of bytes.
  var count: Int { get }
}

extension ByteView {
  @inline(__always) func byte(_ index: Int) -> UInt8 {
    assert(index >= 0 && index < count)
    // Safe: `index` is within the bytes.
    return unsafe start.load(fromByteOffset: index, as: UInt8.self)
  }

  /// Eight bytes, the first lowest.
  @inline(__always) func load64(_ index: Int) -> UInt64 {
    assert(index >= 0 && index + 8 <= count)
    // Safe: eight bytes from `index` on are within the bytes.
    return unsafe UInt64(littleEndian: start.loadUnaligned(fromByteOffset: index, as: UInt64.self))
  }

  /// Four bytes, the first lowest.
  @inline(__always) func load32(_ index: Int) -> UInt32 {
    assert(index >= 0 && index + 4 <= count)
    // Safe: four bytes from `index` on are within the bytes.
    return unsafe UInt32(littleEndian: start.loadUnaligned(fromByteOffset: index, as: UInt32.self))
  }
}

/// Bytes that are read: what is compressed, or a stream that is inflated.
@safe struct InputBytes: ByteView, @unchecked Sendable {
  let start: UnsafeRawPointer
  let count: Int

  /// Bytes that the caller keeps alive for as long as the view is used; `nil` if there is no address.
  init?(_ bytes: UnsafeRawBufferPointer) {
    // Safe: the pointer is used within `count` only.
    guard let start = bytes.baseAddress else { return nil }
    unsafe self.start = start
    count = bytes.count
  }

  /// The same of bytes that may have no address if there are none.
  init(mayBeEmpty bytes: UnsafeRawBufferPointer) {
    // Safe: of no bytes none is touched, so any address serves.
    unsafe start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    count = bytes.count
  }

  @inline(__always) subscript(index: Int) -> UInt8 { byte(index) }

  /// The number of bytes from `index` on that equal those from `earlier` on, up to `limit`, which ends within the bytes.
  @inline(__always) func matchLength(_ index: Int, _ earlier: Int, from start: Int = 0, limit: Int) -> Int {
    assert(earlier >= 0 && earlier < index && index + limit <= count)
    var length = start
    while length &+ 8 <= limit {
      let difference = load64(index &+ length) ^ load64(earlier &+ length)
      if difference != 0 { return length &+ difference.trailingZeroBitCount &>> 3 }
      length &+= 8
    }
    while length < limit, self[index &+ length] == self[earlier &+ length] { length &+= 1 }
    return length
  }

  /// The last bytes from `index` on with zeros after them, in some memory; `nil` if that has no room for 32 zeros.
  func end(from index: Int, in memory: Table<UInt8>) -> InputBytes? {
    let rest = unsafe buffer(index..<max(index, count))
    guard rest.count + 32 <= memory.count else { return nil }
    memory.view.fill(0)
    // Safe: the memory has room for the rest, as was asked, and outlives the view: see the caller.
    unsafe memory.memory.copyMemory(from: rest)
    return unsafe InputBytes(UnsafeRawBufferPointer(memory.memory))
  }

  /// A part of the bytes as a buffer.
  func buffer(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    let part = range.clamped(to: 0..<count)
    // Safe: a part of the bytes.
    return unsafe UnsafeRawBufferPointer(start: start + part.lowerBound, count: part.count)
  }
}

/// Tricks on the eight bytes of a word.
enum WordBytes {
  /// 0x80 in each byte that is zero, 0 in the others. Exact, unlike the usual shorter form, which may be wrong in the byte
  /// above a zero.
  @inline(__always) static func zeroBytes(_ value: UInt64) -> UInt64 {
    let low = 0x7F7F_7F7F_7F7F_7F7F as UInt64
    return ~((value & low) &+ low | value | low)
  }

  /// The number of bytes that are not zero.
  @inline(__always) static func nonzeroByteCount(_ value: UInt64) -> Int {
    let low = 0x7F7F_7F7F_7F7F_7F7F as UInt64
    return ((value & low &+ low | value) & ~low).nonzeroBitCount
  }
}
