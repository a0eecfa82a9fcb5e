// What the pickler remembers values by: where they are, and what is in them. Containers and objects carry their place
// themselves; what several threads may share (strings, bytes, names) cannot.

/// From addresses to memo indices: open addressing with a multiplicative hash.
struct IdentityTable {
  private struct Entry {
    var key: UInt = 0
    var index: Int32 = 0
  }
  private var entries = [Entry](repeating: Entry(), count: 256)
  private(set) var count = 0

  private mutating func grow() {
    let old = entries
    entries = [Entry](repeating: Entry(), count: old.count * 4)
    for entry in old where entry.key != 0 { entries[slot(entry.key)] = entry }
  }

  @inline(__always)
  private func slot(_ key: UInt) -> Int {
    let mask = entries.count - 1
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
    while entries[slot].key != 0, entries[slot].key != key { slot = (slot + 1) & mask }
    return slot
  }

  /// The index of an address; `nil` if it is unknown.
  @inline(__always)
  subscript(address: UInt) -> Int? {
    let entry = entries[slot(address)]
    return entry.key == 0 ? nil : Int(entry.index)
  }

  mutating func set(_ address: UInt, _ index: Int) {
    if count * 2 >= entries.count { grow() }
    count += 1
    entries[slot(address)] = Entry(key: address, index: Int32(truncatingIfNeeded: index))
  }
}

/// From contents to memo indices.
struct ContentTable<Value: ContentHashed> {
  /// 0 for a free slot; apart from the values, so that a search touches these only.
  private var hashes: [UInt64] = []
  private var slots: [Int32] = []
  private var values: [Value] = []
  private var indices: [Int32] = []

  /// The index of an equal value; `nil` if there is none.
  func find(_ value: Value, hash: UInt64) -> Int? {
    guard !values.isEmpty else { return nil }
    let hash = hash | 1
    let mask = hashes.count - 1
    var slot = Int(truncatingIfNeeded: hash >> 20) & mask
    while hashes[slot] != 0 {
      if hashes[slot] == hash, values[Int(slots[slot])].hasSameContent(as: value) {
        return Int(indices[Int(slots[slot])])
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Notes the index of a value of which there is no equal one yet.
  mutating func add(_ value: Value, hash: UInt64, _ index: Int) {
    if values.count * 2 >= hashes.count {
      let (oldHashes, oldSlots) = (hashes, slots)
      hashes = [UInt64](repeating: 0, count: max(64, oldHashes.count * 4))
      slots = [Int32](repeating: 0, count: hashes.count)
      for place in oldHashes.indices where oldHashes[place] != 0 { put(oldHashes[place], oldSlots[place]) }
    }
    put(hash | 1, Int32(truncatingIfNeeded: values.count))
    values.append(value)
    indices.append(Int32(truncatingIfNeeded: index))
  }

  private mutating func put(_ hash: UInt64, _ place: Int32) {
    let mask = hashes.count - 1
    var slot = Int(truncatingIfNeeded: hash >> 20) & mask
    while hashes[slot] != 0 { slot = (slot + 1) & mask }
    hashes[slot] = hash
    slots[slot] = place
  }
}
