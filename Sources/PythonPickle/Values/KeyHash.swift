/// What Python's dictionaries compare keys by: a hash in which `1`, `1.0` and `True` agree.
struct KeyHash {
  let hash: Int
  /// Whether Python could hash the value at all.
  let isHashable: Bool

  private static let unhashable = KeyHash(hash: 0x5EED, isHashable: false)

  /// The hash of NaN, real or complex, which as a key equals no other: in Python only the same object would, and floats
  /// keep no identity in a pickle.
  static let notANumber = 0x4E61_4E4B_6579

  /// Whether Python could hash a value at all.
  @inline(__always)
  static func isHashable(_ value: borrowing PickleValue) -> Bool {
    switch value {
    case .none, .bool, .int, .bigInt, .float, .complex, .string, .bytes, .frozenSet, .global, .object, .persistent: true
    case .list, .dict, .set, .byteArray, .buffer: false
    case .tuple: KeyHash(copy value).isHashable
    }
  }

  /// The hash of an integer: those that follow each other come to lie side by side, as keys often do.
  @inline(__always)
  static func hash(of value: Int) -> Int {
    var hasher = ContentHasher()
    hasher.combine(value >> 3)
    return hasher.finalize() & ~7 | value & 7
  }

  /// The hash of a string, by that of its content.
  @inline(__always)
  static func hash(ofText contentHash: UInt64) -> Int {
    var hasher = ContentHasher()
    hasher.combine(Int(truncatingIfNeeded: contentHash))
    return hasher.finalize()
  }

  /// The hash of a value. Tuples within tuples are followed in a loop and remember theirs.
  init(_ value: PickleValue) {
    guard case .tuple(let tuple) = value else {
      self = KeyHash(shallow: value)
      return
    }
    self = KeyHash(tuple)
  }

  init(hash: Int, isHashable: Bool) {
    self.hash = hash
    self.isHashable = isHashable
  }

  /// Whether a value is no tuple, or one that knows its hash.
  private static func isFlat(_ value: borrowing PickleValue) -> Bool {
    switch value {
    case .tuple(let inner): inner.knownHash != nil
    default: true
    }
  }

  private init(_ root: PickleTuple) {
    if let known = root.knownHash {
      self = known
      return
    }
    if (0..<root.count).allSatisfy({ KeyHash.isFlat(root[$0]) }) {
      self = KeyHash(flat: root)
      root.knownHash = self
      return
    }
    // Each entry is a tuple and how many of its items have been looked at.
    var open: [(tuple: PickleTuple, next: Int)] = [(root, 0)]
    while let (tuple, next) = open.last {
      var index = next
      while index < tuple.count {
        if case .tuple(let inner) = tuple[index], inner.knownHash == nil { break }
        index += 1
      }
      if index < tuple.count, case .tuple(let inner) = tuple[index] {
        open[open.count - 1].next = index + 1
        // A tuple that (through a forged cycle) holds itself must not be opened again and again.
        inner.knownHash = .unhashable
        open.append((inner, 0))
        continue
      }
      tuple.knownHash = KeyHash(flat: tuple)
      open.removeLast()
    }
    self = root.knownHash ?? .unhashable
  }

  /// The hash of a tuple; those within know theirs.
  private init(flat tuple: PickleTuple) {
    var hasher = ContentHasher()
    var isHashable = true
    hasher.combine(tuple.count)
    for place in 0..<tuple.count {
      let item = tuple[place]
      let hash: KeyHash
      if case .tuple(let inner) = item {
        hash = inner.knownHash ?? .unhashable
      } else {
        hash = KeyHash(shallow: item)
      }
      hasher.combine(hash.hash)
      if !hash.isHashable { isHashable = false }
    }
    self.init(hash: hasher.finalize(), isHashable: isHashable)
  }

  private init(shallow value: PickleValue) {
    var hasher = ContentHasher()
    switch value {
    case .none: hasher.combine(0x4E)
    case .bool(let value):
      self.init(hash: KeyHash.hash(of: value ? 1 : 0), isHashable: true)
      return
    case .int(let value):
      self.init(hash: KeyHash.hash(of: value), isHashable: true)
      return
    case .bigInt(let value):
      // An integral float of that size must have the same hash.
      if let double = value.exactDouble {
        hasher.combine(double)
      } else {
        // Safe: the bytes are read within the closure.
        unsafe value.object.withBytes { bytes in unsafe hasher.combine(bytes: bytes) }
      }
    case .float(let value):
      if let integer = Int(exactly: value) {
        self.init(hash: KeyHash.hash(of: integer), isHashable: true)
        return
      } else {
        if value.isNaN {
          self.init(hash: KeyHash.notANumber, isHashable: true)
          return
        }
        hasher.combine(value)
      }
    case .complex(let value):
      if value.imaginary == 0 {
        self = KeyHash(shallow: .float(value.real))
        return
      }
      if value.real.isNaN || value.imaginary.isNaN {
        self.init(hash: KeyHash.notANumber, isHashable: true)
        return
      }
      hasher.combine(value.real)
      hasher.combine(value.imaginary)
    case .string(let value):
      self.init(hash: KeyHash.hash(ofText: value.contentHash), isHashable: true)
      return
    case .bytes(let value): hasher.combine(Int(truncatingIfNeeded: value.contentHash))
    case .frozenSet(let set): hasher.combine(set.contentHash)
    case .global(let value):
      hasher.combine(Int(truncatingIfNeeded: value.contentHash))
    case .object(let value): hasher.combine(ObjectIdentifier(value).hashValue)
    case .persistent(let value): hasher.combine(ObjectIdentifier(value).hashValue)
    case .tuple, .list, .dict, .set, .byteArray, .buffer:
      self = .unhashable
      return
    }
    self.init(hash: hasher.finalize(), isHashable: true)
  }
}
