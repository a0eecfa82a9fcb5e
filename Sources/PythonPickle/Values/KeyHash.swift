/// What Python's dictionaries compare keys by: a hash in which `1`, `1.0` and `True` agree.
struct KeyHash {
  let hash: Int
  /// Whether Python could hash the value at all.
  let isHashable: Bool

  private static let unhashable = KeyHash(hash: 0x5EED, isHashable: false)

  /// The hash of NaN, real or complex, which as a key equals no other: in Python only the same object would, and floats
  /// keep no identity in a pickle.
  static let notANumber = 0x4E61_4E4B_6579

  /// The hash of a value. Tuples within tuples are followed in a loop and remember theirs.
  init(_ value: PickleValue) {
    guard case .tuple(let tuple) = value else {
      self = KeyHash(shallow: value)
      return
    }
    self = KeyHash(tuple)
  }

  private init(hash: Int, isHashable: Bool) {
    self.hash = hash
    self.isHashable = isHashable
  }

  private init(_ root: PickleTuple) {
    if let known = root.knownHash {
      self = known
      return
    }
    // Each entry is a tuple and how many of its items have been looked at.
    var open: [(tuple: PickleTuple, next: Int)] = [(root, 0)]
    while let (tuple, next) = open.last {
      let items = tuple.items
      var index = next
      while index < items.count {
        if case .tuple(let inner) = items[index], inner.knownHash == nil { break }
        index += 1
      }
      if index < items.count, case .tuple(let inner) = items[index] {
        open[open.count - 1].next = index + 1
        // A tuple that (through a forged cycle) holds itself must not be opened again and again.
        inner.knownHash = .unhashable
        open.append((inner, 0))
        continue
      }
      var hasher = Hasher()
      var isHashable = true
      hasher.combine(items.count)
      for item in items {
        let hash: KeyHash
        if case .tuple(let inner) = item {
          hash = inner.knownHash ?? .unhashable
        } else {
          hash = KeyHash(shallow: item)
        }
        hasher.combine(hash.hash)
        if !hash.isHashable { isHashable = false }
      }
      tuple.knownHash = KeyHash(hash: hasher.finalize(), isHashable: isHashable)
      open.removeLast()
    }
    self = root.knownHash ?? .unhashable
  }

  private init(shallow value: PickleValue) {
    var hasher = Hasher()
    switch value {
    case .none: hasher.combine(0x4E)
    case .bool(let value): hasher.combine(value ? 1 : 0)
    case .int(let value): hasher.combine(value)
    case .bigInt(let value):
      // An integral float of that size must have the same hash.
      if let double = value.exactDouble { hasher.combine(double) } else { hasher.combine(value) }
    case .float(let value):
      if let integer = Int(exactly: value) {
        hasher.combine(integer)
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
      // Safe: the bytes are used within the closures only.
      unsafe value.withUTF8 { bytes in unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes)) }
    case .bytes(let value): unsafe value.withBytes { bytes in unsafe hasher.combine(bytes: bytes) }
    case .frozenSet(let set): hasher.combine(set.contentHash)
    case .global(let value):
      hasher.combine(value.module)
      hasher.combine(value.name)
    case .object(let value): hasher.combine(ObjectIdentifier(value))
    case .persistent(let value): hasher.combine(ObjectIdentifier(value))
    case .tuple, .list, .dict, .set, .byteArray, .buffer:
      self = .unhashable
      return
    }
    self.init(hash: hasher.finalize(), isHashable: true)
  }
}

/// Where keys lie in a list of them: open addressing, made only once there are more than a few.
struct KeyTable {
  private(set) var hashes: [Int] = []
  /// Places in the list, or -1; twice as many as keys at least.
  private(set) var slots: [Int32] = []
  private static let smallCount = 8

  /// The place of a key among `keys`.
  func find(_ key: PickleValue, hash: Int, at keyAt: (Int) -> PickleValue) -> Int? {
    if hash == KeyHash.notANumber { return nil }
    if slots.isEmpty {
      for place in hashes.indices
      where hashes[place] == hash && PickleComparison.areSameKey(key, keyAt(place)) {
        return place
      }
      return nil
    }
    let mask = slots.count - 1
    var slot = hash & mask
    while slots[slot] >= 0 {
      let place = Int(slots[slot])
      if hashes[place] == hash, PickleComparison.areSameKey(key, keyAt(place)) { return place }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Notes a key that was added at the end of the list.
  mutating func append(hash: Int) {
    hashes.append(hash)
    if hashes.count <= KeyTable.smallCount { return }
    if hashes.count * 2 > slots.count {
      rebuild()
    } else {
      insert(hashes.count - 1)
    }
  }

  /// Forgets a key; those after it move up.
  mutating func remove(at place: Int) {
    hashes.remove(at: place)
    if !slots.isEmpty { rebuild() }
  }

  mutating func removeAll() { self = KeyTable() }

  var combinedHash: Int {
    var sum = hashes.count
    // Order does not count; each hash is spread out first so that sums of small ones do not meet.
    for hash in hashes { sum &+= (hash ^ (hash >> 29)) &* 0x2545_F491_4F6C_DD1D }
    return sum
  }

  private mutating func rebuild() {
    var size = 16
    while size < hashes.count * 3 { size *= 2 }
    slots = [Int32](repeating: -1, count: size)
    for place in hashes.indices { insert(place) }
  }

  /// Where the search for a key begins. The many NaN that one table may have are never searched for; they are spread by
  /// their place, so that none has to be moved past all others.
  func firstSlot(ofKeyAt place: Int) -> Int {
    let hash = hashes[place]
    return (hash == KeyHash.notANumber ? place &* 0x1E37_79B9_7F4A_7C15 : hash) & (slots.count - 1)
  }

  private mutating func insert(_ place: Int) {
    let mask = slots.count - 1
    var slot = firstSlot(ofKeyAt: place)
    while slots[slot] >= 0 { slot = (slot + 1) & mask }
    slots[slot] = Int32(truncatingIfNeeded: place)
  }
}
