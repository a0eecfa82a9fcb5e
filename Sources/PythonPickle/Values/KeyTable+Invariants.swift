extension KeyTable {
  /// Stops if a key could not be found where it is; checks only where assertions are on, as they are in the tests.
  ///
  /// Small tables are checked at every change, larger ones each time that they have doubled.
  @inline(__always)
  func checkInvariants(keyCount: Int) {
    assert(brokenInvariant(keyCount) == nil, brokenInvariant(keyCount) ?? "")
  }

  private func brokenInvariant(_ keyCount: Int) -> String? {
    guard !slots.isEmpty else { return hashes.isEmpty && keyCount <= KeyTable.smallCount ? nil : "keys without slots" }
    guard hashes.count == keyCount else { return "\(hashes.count) hashes of \(keyCount) keys" }
    guard keyCount <= 64 || keyCount & (keyCount - 1) == 0 else { return nil }
    let mask = slots.count - 1
    guard slots.count & mask == 0, slots.count >= 2 * keyCount else {
      return "\(slots.count) slots for \(keyCount) keys"
    }
    guard slots.count(where: { $0 >= 0 }) == keyCount else { return "not a slot for each key" }
    for index in hashes.indices {
      // Linear probing: from the slot that the hash says there is no gap before the key's own.
      var slot = firstSlot(ofKeyAt: index)
      while slots[slot] >= 0, slots[slot] != index { slot = (slot + 1) & mask }
      guard slots[slot] == index else { return "key \(index) is not reached from its hash" }
    }
    return nil
  }
}
