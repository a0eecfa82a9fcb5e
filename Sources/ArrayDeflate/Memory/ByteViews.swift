/// The bytes to be compressed, for the encoder's inner loops.
///
/// Bounds are checked in debug builds, in which the tests run, and hold by each loop's own argument in release
/// builds, where checks on every access cost a third of the speed.
@safe struct InputBytes: @unchecked Sendable {
  private let base: UnsafeRawPointer
  let count: Int

  /// Bytes that the caller keeps alive for as long as the view is used; not empty.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return nil }
    unsafe self.base = base
    count = bytes.count
  }

  @inline(__always) subscript(index: Int) -> UInt8 {
    assert(index >= 0 && index < count)
    // Safe: `index` is within the bytes.
    return unsafe base.load(fromByteOffset: index, as: UInt8.self)
  }

  @inline(__always) func load64(_ index: Int) -> UInt64 {
    assert(index >= 0 && index + 8 <= count)
    // Safe: eight bytes from `index` on are within the bytes.
    return unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
  }

  @inline(__always) func load32(_ index: Int) -> UInt32 {
    assert(index >= 0 && index + 4 <= count)
    // Safe: four bytes from `index` on are within the bytes.
    return unsafe UInt32(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt32.self))
  }

  /// How many bytes from `index` on equal those from `earlier` on, up to `limit`, which ends within the bytes.
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

  /// A part of the bytes as a buffer.
  func buffer(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    let part = range.clamped(to: 0..<count)
    // Safe: a part of the bytes.
    return unsafe UnsafeRawBufferPointer(start: base + part.lowerBound, count: part.count)
  }
}
