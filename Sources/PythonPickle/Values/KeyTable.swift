/// Where keys lie in a list of them: open addressing, made only once there are more than a few, which are compared one by one.
struct KeyTable {
  /// The hashes of the keys; none while they are few.
  private(set) var hashes: [Int] = []
  /// Places in the list, or -1; twice as many as keys at least; none while they are few.
  private(set) var slots: [Int32] = []
  static let smallCount = 8

  /// The place of a key among `count` keys, and its hash if it was needed to find out.
  @inline(__always)
  func search(
    for key: borrowing PickleValue, among count: Int, at keyAt: (Int) -> PickleValue
  ) -> (place: Int?, hash: Int?) {
    if slots.isEmpty {
      for place in 0..<count where PickleComparison.areSameKey(copy key, keyAt(place)) { return (place, nil) }
      return (nil, nil)
    }
    let hash = KeyHash(copy key).hash
    if hash == KeyHash.notANumber { return (nil, hash) }
    let mask = slots.count - 1
    var slot = hash & mask
    while slots[slot] >= 0 {
      let place = Int(slots[slot])
      if hashes[place] == hash, PickleComparison.areSameKey(copy key, keyAt(place)) { return (place, hash) }
      slot = (slot + 1) & mask
    }
    return (nil, hash)
  }

  /// Notes a key that was added at the end of the list, with what the search for it has found.
  @inline(__always)
  mutating func append(_ hash: Int?, keyCount: Int, at keyAt: (Int) -> PickleValue) {
    if let hash {
      hashes.append(hash)
      if hashes.count * 2 > slots.count { rebuild() } else { insert(hashes.count - 1) }
    } else if keyCount > KeyTable.smallCount {
      hashes = (0..<keyCount).map { KeyHash(keyAt($0)).hash }
      rebuild()
    }
    checkInvariants(keyCount: keyCount)
  }

  /// Forgets a key; those after it move up.
  mutating func remove(at place: Int) {
    guard !slots.isEmpty else { return }
    hashes.remove(at: place)
    rebuild()
    checkInvariants(keyCount: hashes.count)
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
