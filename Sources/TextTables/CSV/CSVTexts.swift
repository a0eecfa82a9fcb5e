internal import NDArrays

/// Where the text of a field lies among those of a part.
struct CSVPlace {
  let bits: UInt64

  private static let quoted: UInt64 = 1 << 31

  @inline(__always)
  init(_ start: Int, count: Int, isQuoted: Bool) {
    bits =
      UInt64(truncatingIfNeeded: count) << 32 | (isQuoted ? CSVPlace.quoted : 0) | UInt64(truncatingIfNeeded: start)
  }

  init(bits: UInt64) { self.bits = bits }

  @inline(__always)
  var start: Int { Int(truncatingIfNeeded: bits & 0x7FFF_FFFF) }
  @inline(__always)
  var count: Int { Int(truncatingIfNeeded: bits >> 32) }
  var isQuoted: Bool { bits & CSVPlace.quoted != 0 }
}

/// The texts of a part, one behind the other, and 64 bytes more.
struct CSVTexts {
  private(set) var storage = ArrayStorage(zeroedByteCount: CSVTexts.margin)
  private(set) var count = 0

  /// How many bytes there are behind the texts.
  private static let margin = 64

  /// Makes room for so many bytes in all.
  mutating func reserve(_ size: Int) {
    guard size + CSVTexts.margin > storage.byteCount else { return }
    let larger = ArrayStorage(uninitializedByteCount: size + CSVTexts.margin)
    // Safe: both have room for the texts and what lies behind them; the new one is held by nobody else.
    unsafe larger.baseAddress.copyMemory(from: storage.baseAddress, byteCount: count + CSVTexts.margin)
    storage = larger
  }

  /// Keeps a field behind which there are 64 bytes of memory more.
  @inline(__always)
  mutating func add(_ text: RawSpan, _ field: CSVRows.Field) -> UInt64 {
    let size = field.end &- field.start
    if count &+ size &+ CSVTexts.margin > storage.byteCount { grow(by: size) }
    var place = 0
    repeat {
      // Safe: the caller has 64 bytes behind the field; here there is room for it and as many.
      let part = unsafe text.unsafeLoadUnaligned(fromUncheckedByteOffset: field.start &+ place, as: SIMD16<UInt8>.self)
      unsafe storage.baseAddress.storeBytes(of: part, toByteOffset: count &+ place, as: SIMD16<UInt8>.self)
      place &+= 16
    } while place < size
    defer { count &+= size }
    return CSVPlace(count, count: size, isQuoted: field.isQuoted).bits
  }

  /// Keeps a text.
  mutating func add(_ text: RawSpan, isQuoted: Bool) -> UInt64 {
    let size = text.byteCount
    if count + size + CSVTexts.margin > storage.byteCount { grow(by: size) }
    // Safe: there is room for it.
    unsafe text.withUnsafeBytes { bytes in
      unsafe UnsafeMutableRawBufferPointer(rebasing: storage.mutableBuffer[count...]).copyMemory(from: bytes)
    }
    defer { count += size }
    return CSVPlace(count, count: size, isQuoted: isQuoted).bits
  }

  @inline(never)
  private mutating func grow(by size: Int) { reserve(max(4096, (count + size) * 3 / 2)) }
}
