/// Where keys lie in a list of them: open addressing, made only once there are more than a few, which are compared one by one.
struct KeyTable {
  /// A place in the list, or -1; and as much of the key's hash as tells most keys apart without a look at them.
  struct Slot {
    var hash: UInt32 = 0
    var place: Int32 = -1
  }
  /// Twice as many as keys at least; none while they are few.
  private(set) var slots: [Slot] = []
  static let smallCount = 8

  /// What a search finds: the place of a key, or what it takes to note one that is new.
  struct Search {
    var place: Int?
    /// The key's hash, if it was needed to find out.
    var hash: Int?
    /// The free slot at which the search has ended; negative if it has not been at any.
    var slot = -1
  }

  /// Makes room for keys that are to come, where there are none yet.
  mutating func expect(_ count: Int) {
    if count > KeyTable.smallCount { slots = [Slot](repeating: Slot(), count: KeyTable.slotCount(for: count)) }
  }

  /// Looks for a key among `count` keys.
  @inline(__always)
  func search(for key: borrowing PickleValue, among count: Int, at keyAt: (Int) -> PickleValue) -> Search {
    if slots.isEmpty {
      for place in 0..<count where PickleComparison.areSameKey(copy key, keyAt(place)) { return Search(place: place) }
      return Search()
    }
    let hash =
      switch key {
      // The most frequent, without a call.
      case .int(let value): KeyHash.hash(of: value)
      // Safe: the key is held.
      case .string(let text): unsafe KeyHash.hash(ofText: text.object.unretainedContentHash)
      default: KeyHash(copy key).hash
      }
    if hash == KeyHash.notANumber { return Search(hash: hash) }
    let mask = slots.count - 1
    let short = UInt32(truncatingIfNeeded: hash)
    var index = Int(short) & mask
    while slots[index].place >= 0 {
      let slot = slots[index]
      if slot.hash == short, PickleComparison.areSameKey(copy key, keyAt(Int(slot.place))) {
        return Search(place: Int(slot.place), hash: hash)
      }
      index = (index + 1) & mask
    }
    return Search(hash: hash, slot: index)
  }

  /// Notes a key that was added at the end of the list, with what the search for it has found.
  @inline(__always)
  mutating func append(_ search: Search, keyCount: Int, at keyAt: (Int) -> PickleValue) {
    if let hash = search.hash {
      if keyCount * 2 > slots.count {
        rebuild(for: keyCount) { $0 }
        insert(hash, at: keyCount - 1)
      } else if search.slot >= 0 {
        let place = Int32(truncatingIfNeeded: keyCount - 1)
        slots[search.slot] = Slot(hash: UInt32(truncatingIfNeeded: hash), place: place)
      } else {
        insert(hash, at: keyCount - 1)
      }
    } else if keyCount > KeyTable.smallCount {
      slots = [Slot](repeating: Slot(), count: KeyTable.slotCount(for: keyCount))
      for place in 0..<keyCount { insert(KeyHash(keyAt(place)).hash, at: place) }
    }
    checkInvariants(keyCount: keyCount)
  }

  /// Forgets a key of as many; those after it move up.
  mutating func remove(at place: Int, keyCount: Int) {
    guard !slots.isEmpty else { return }
    rebuild(for: keyCount - 1) { slot in
      guard slot.place != place else { return nil }
      return slot.place > place ? Slot(hash: slot.hash, place: slot.place - 1) : slot
    }
    checkInvariants(keyCount: keyCount - 1)
  }

  private static func slotCount(for keyCount: Int) -> Int {
    var size = 16
    while size < keyCount * 3 { size *= 2 }
    return size
  }

  /// Makes room for as many keys, of which each gets a new slot unless there is none for it.
  private mutating func rebuild(for keyCount: Int, _ moved: (Slot) -> Slot?) {
    let old = slots
    slots = [Slot](repeating: Slot(), count: KeyTable.slotCount(for: keyCount))
    for slot in old where slot.place >= 0 { if let slot = moved(slot) { put(slot) } }
  }

  /// The many NaN that one table may have are never searched for; they are spread by their place, so that none has to be moved past
  /// all others.
  @inline(__always)
  private mutating func insert(_ hash: Int, at place: Int) {
    let spread = hash == KeyHash.notANumber ? place &* 0x1E37_79B9_7F4A_7C15 >> 32 : hash
    put(Slot(hash: UInt32(truncatingIfNeeded: spread), place: Int32(truncatingIfNeeded: place)))
  }

  @inline(__always)
  private mutating func put(_ slot: Slot) {
    let mask = slots.count - 1
    var index = Int(slot.hash) & mask
    while slots[index].place >= 0 { index = (index + 1) & mask }
    slots[index] = slot
  }
}
