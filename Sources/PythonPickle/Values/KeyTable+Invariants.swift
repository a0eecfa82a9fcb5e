extension KeyTable {
  /// Stops if a key could not be found where it is; checks only where assertions are on, as they are in the tests.
  ///
  /// Small tables are checked at every change, larger ones each time that they have doubled.
  @inline(__always)
  func checkInvariants(keyCount: Int) {
    assert(brokenInvariant(keyCount) == nil, brokenInvariant(keyCount) ?? "")
  }

  private func brokenInvariant(_ keyCount: Int) -> String? {
    guard !slots.isEmpty else { return keyCount <= KeyTable.smallCount ? nil : "keys without slots" }
    guard keyCount <= 64 || keyCount & (keyCount - 1) == 0 else { return nil }
    let mask = slots.count - 1
    guard slots.count & mask == 0, slots.count >= 2 * keyCount else {
      return "\(slots.count) slots for \(keyCount) keys"
    }
    let places = slots.map { Int($0.place) }.filter { $0 >= 0 }
    guard places.sorted() == Array(0..<keyCount) else { return "not a slot for each key" }
    for (index, slot) in slots.enumerated() where slot.place >= 0 {
      // Linear probing: from the slot that the hash says there is no gap before the key's own.
      var start = Int(slot.hash) & mask
      while slots[start].place >= 0, start != index { start = (start + 1) & mask }
      guard start == index else { return "key \(slot.place) is not reached from its hash" }
    }
    return nil
  }
}
