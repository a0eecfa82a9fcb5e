// What the pickler remembers values by: where they are, and what is in them. Containers and objects carry their place
// themselves; what several threads may share (strings, bytes, names) cannot.

/// From addresses to memo indices: open addressing with a multiplicative hash.
struct IdentityTable {
  private struct Entry {
    var key: UInt = 0
    var index: Int32 = 0
  }
  /// None before the first is set.
  private var entries: [Entry] = []
  private(set) var count = 0

  private mutating func grow() {
    let old = entries
    entries = [Entry](repeating: Entry(), count: max(16, old.count * 4))
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
    if count == 0 { return nil }
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
  private struct Slot {
    /// 0 for a free slot.
    var hash: UInt64 = 0
    var place: Int32 = 0
  }
  /// Apart from the values, so that a search touches these only.
  private var slots: [Slot] = []
  private var values: [(value: Value, index: Int32)] = []

  /// The index of an equal value; `nil` if there is none.
  func find(_ value: Value, hash: UInt64) -> Int? {
    guard !values.isEmpty else { return nil }
    let hash = hash | 1
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash >> 20) & mask
    while slots[slot].hash != 0 {
      if slots[slot].hash == hash, values[Int(slots[slot].place)].value.hasSameContent(as: value) {
        return Int(values[Int(slots[slot].place)].index)
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Notes the index of a value of which there is no equal one yet.
  mutating func add(_ value: Value, hash: UInt64, _ index: Int) {
    if values.count * 2 >= slots.count {
      let old = slots
      slots = [Slot](repeating: Slot(), count: max(16, old.count * 4))
      for slot in old where slot.hash != 0 { put(slot) }
    }
    put(Slot(hash: hash | 1, place: Int32(truncatingIfNeeded: values.count)))
    values.append((value, Int32(truncatingIfNeeded: index)))
  }

  private mutating func put(_ new: Slot) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: new.hash >> 20) & mask
    while slots[slot].hash != 0 { slot = (slot + 1) & mask }
    slots[slot] = new
  }
}
