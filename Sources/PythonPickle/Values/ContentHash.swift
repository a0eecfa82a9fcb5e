internal import CNumPyIOKernels

/// A value that equal ones share their place in the memo with.
protocol ContentHashed {
  /// A hash of the content, for this process.
  var contentHash: UInt64 { get }
  /// Whether another value is the same in Python's eyes.
  func hasSameContent(as other: Self) -> Bool
}

/// A quick hash of bytes with a seed of the process's own, so that nobody can choose values that collide.
enum ContentHash {
  @inline(__always)
  fileprivate static var seed: UInt64 {
    let seed = npyio_hash_seed()
    return seed == 0 ? makeSeed() : seed
  }

  /// Sets the seed, unless another thread has.
  @inline(never)
  private static func makeSeed() -> UInt64 {
    npyio_set_hash_seed(UInt64.random(in: .min ... .max) | 1)
    return npyio_hash_seed()
  }

  @inline(__always)
  fileprivate static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = seed ^ UInt64(bytes.count)
    var place = 0
    while place + 8 <= bytes.count {
      // Safe: eight bytes are left; any bytes are a number.
      hash = mix(hash ^ (unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)), 0x9E37_79B9_7F4A_7C15)
      place += 8
    }
    var rest: UInt64 = 0
    while place < bytes.count {
      rest = rest << 8 | UInt64(unsafe bytes[place])
      place += 1
    }
    return mix(mix(hash ^ rest, 0xE703_7ED1_A0B4_28DB) ^ seed, 0x8EBC_6AF0_9C88_C6E3)
  }
}

/// A quick hash of several numbers, with the seed of the process.
struct ContentHasher {
  private var state = ContentHash.seed

  @inline(__always)
  mutating func combine(_ value: Int) {
    state = ContentHash.mix(state ^ UInt64(bitPattern: Int64(value)), 0x9E37_79B9_7F4A_7C15)
  }

  /// Both zeros alike.
  mutating func combine(_ value: Double) {
    combine(value == 0 ? 0 : Int(Int64(bitPattern: value.bitPattern)))
  }

  mutating func combine(bytes: UnsafeRawBufferPointer) {
    // Safe: the caller's bytes are read within the call.
    combine(Int(truncatingIfNeeded: unsafe ContentHash.of(bytes)))
  }

  /// What the numbers come to.
  func finalize() -> Int {
    Int(truncatingIfNeeded: ContentHash.mix(state ^ 0x8EBC_6AF0_9C88_C6E3, ContentHash.seed))
  }
}

extension PickleString: ContentHashed {
  var contentHash: UInt64 {
    // Safe: the bytes are used within the closure only.
    unsafe withUTF8 { unsafe ContentHash.of(UnsafeRawBufferPointer($0)) }
  }
  func hasSameContent(as other: PickleString) -> Bool { hasSameCodePoints(as: other) }
}

extension PickleBytes: ContentHashed {
  var contentHash: UInt64 {
    // Safe: the bytes are used within the closure only.
    unsafe withBytes { unsafe ContentHash.of($0) }
  }
  func hasSameContent(as other: PickleBytes) -> Bool { hasSameBytes(as: other) }
}

extension PickleGlobal: ContentHashed {
  var contentHash: UInt64 { moduleString.contentHash ^ (nameString.contentHash &* 31) }
  func hasSameContent(as other: PickleGlobal) -> Bool {
    nameString.hasSameCodePoints(as: other.nameString) && moduleString.hasSameCodePoints(as: other.moduleString)
  }
}
