import NumPyIO

/// Compares values of pickles that are no arrays by the rules of arrays: numbers within the tolerances, NaN as they say, the order of a
/// dictionary's keys left aside as Python does.
struct ValueComparison {
  /// The tolerances; numbers of different types are the same only where one is given.
  let relative: Double?
  let absolute: Double?
  let equalNaN: Bool

  /// What lies deeper is compared by what is printed of it.
  private static let deepest = 200

  /// Two containers that have been compared, or are being compared: what is shared is compared once, and what contains itself ends.
  private struct Pair: Hashable {
    let left: ObjectIdentifier
    let right: ObjectIdentifier
  }

  func areSame(_ left: PickleValue, _ right: PickleValue) -> Bool {
    var known: Set<Pair> = []
    return areSame(left, right, &known, depth: 0)
  }

  private func areSame(_ left: PickleValue, _ right: PickleValue, _ known: inout Set<Pair>, depth: Int) -> Bool {
    guard depth < ValueComparison.deepest else { return left.repr() == right.repr() }
    switch (left, right) {
    case (.float(let one), .float(let other)): return areClose(one, other)
    case (.list(let one), .list(let other)):
      return isKnown(one, other, &known) || areSame(one.items, other.items, &known, depth)
    case (.tuple(let one), .tuple(let other)):
      return isKnown(one, other, &known) || areSame(one.items, other.items, &known, depth)
    case (.dict(let one), .dict(let other)):
      if isKnown(one, other, &known) { return true }
      guard one.count == other.count else { return false }
      for entry in one.entries {
        guard let found = other.entry(of: entry.key), entry.key.typeName == found.key.typeName,
          areSame(entry.value, found.value, &known, depth: depth + 1)
        else { return false }
      }
      return true
    default:
      if relative != nil || absolute != nil, let one = number(left), let other = number(right) {
        return areClose(one, other)
      }
      return left.repr() == right.repr()
    }
  }

  private func areSame(
    _ left: [PickleValue], _ right: [PickleValue], _ known: inout Set<Pair>, _ depth: Int
  ) -> Bool {
    guard left.count == right.count else { return false }
    for (one, other) in zip(left, right) where !areSame(one, other, &known, depth: depth + 1) { return false }
    return true
  }

  private func isKnown(_ left: AnyObject, _ right: AnyObject, _ known: inout Set<Pair>) -> Bool {
    !known.insert(Pair(left: ObjectIdentifier(left), right: ObjectIdentifier(right))).inserted
  }

  /// A number that is no truth value.
  private func number(_ value: PickleValue) -> Double? { value.bool == nil ? value.double : nil }

  private func areClose(_ left: Double, _ right: Double) -> Bool {
    if left == right || (equalNaN && left.isNaN && right.isNaN) { return true }
    let difference = (left - right).magnitude
    return difference.isFinite && difference <= (absolute ?? 0) + (relative ?? 0) * right.magnitude
  }
}
