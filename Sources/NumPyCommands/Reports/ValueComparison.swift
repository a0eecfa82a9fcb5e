import NumPyIO

/// Compares values of pickles by the rules of arrays: numbers within the tolerances, NaN as they say, the order of a dictionary's
/// keys left aside as Python does; objects by their class and what they hold, however their pickle makes them.
struct ValueComparison {
  /// The tolerances; numbers of different types are the same only where one is given.
  let relative: Double?
  let absolute: Double?
  let equalNaN: Bool
  /// Whether numbers of different types may be the same without a tolerance, as elements of an array of objects are.
  private var equatesTypes = false

  init(relative: Double?, absolute: Double?, equalNaN: Bool) {
    (self.relative, self.absolute, self.equalNaN) = (relative, absolute, equalNaN)
  }

  /// What lies deeper is compared by what is printed of it.
  private static let deepest = 200

  /// Two containers that have been compared, or are being compared: what is shared is compared once, and what contains itself ends.
  private struct Pair: Hashable {
    let left: ObjectIdentifier
    let right: ObjectIdentifier
  }

  var isTolerant: Bool { relative != nil || absolute != nil }

  /// How elements of arrays are compared; nothing has been yet.
  var noDifference: ArrayDifference {
    ArrayDifference(relativeTolerance: relative ?? 0, absoluteTolerance: absolute ?? 0, equalNaN: equalNaN)
  }

  func areSame(_ left: PickleValue, _ right: PickleValue) -> Bool {
    var known: [Pair: Bool] = [:]
    return areSame(left, right, &known, depth: 0)
  }

  /// Which of the elements of two arrays of objects differ.
  func differences(_ left: [PickleValue], _ right: [PickleValue]) -> [Bool] {
    var elements = self
    elements.equatesTypes = true
    var known: [Pair: Bool] = [:]
    return zip(left, right).map { !elements.areSame($0, $1, &known, depth: 0) }
  }

  private func areSame(_ left: PickleValue, _ right: PickleValue, _ known: inout [Pair: Bool], depth: Int) -> Bool {
    guard depth < ValueComparison.deepest else { return left.repr() == right.repr() }
    switch (left, right) {
    case (.float(let one), .float(let other)): return areClose(one, other)
    case (.list(let one), .list(let other)):
      return once(one, other, &known) { areSame(one.items, other.items, &$0, depth) }
    case (.tuple(let one), .tuple(let other)):
      return once(one, other, &known) { areSame(one.items, other.items, &$0, depth) }
    case (.dict(let one), .dict(let other)):
      return once(one, other, &known) { areSame(one, other, &$0, depth) }
    case (.object(let one), .object(let other)):
      return once(one, other, &known) { areSameObjects(left, right, &$0, depth) }
    default:
      if equatesTypes || isTolerant, let one = number(left), let other = number(right) {
        // Integers of many digits are no doubles.
        return left == right || isTolerant && areClose(one, other)
      }
      return left.repr() == right.repr() || equatesTypes && left == right
    }
  }

  /// Arrays by their elements; other objects of one class by what they hold, if anything is known of that.
  private func areSameObjects(
    _ left: PickleValue, _ right: PickleValue, _ known: inout [Pair: Bool], _ depth: Int
  ) -> Bool {
    if let one = (try? PickledArray(left)) ?? nil, let other = (try? PickledArray(right)) ?? nil {
      return one.kind == other.kind && areSame(one.content, other.content, &known, depth)
        && areSameMasks(one.mask, other.mask)
    }
    let (parts, others) = (left.children, right.children)
    guard !parts.isEmpty, left.typeName == right.typeName, parts.map(\.name) == others.map(\.name) else {
      return left.repr() == right.repr()
    }
    for (one, other) in zip(parts, others) where !areSame(one.value, other.value, &known, depth: depth + 1) {
      return false
    }
    return true
  }

  private func areSame(_ left: StoredArray, _ right: StoredArray, _ known: inout [Pair: Bool], _ depth: Int) -> Bool {
    guard left.shape == right.shape else { return false }
    switch (left, right) {
    case (.objects(let one), .objects(let other)):
      var elements = self
      elements.equatesTypes = true
      return elements.areSame(one.items, other.items, &known, depth)
    case (.values(let one), .values(let other)):
      guard one.dtype.native == other.dtype.native || isTolerant else { return false }
      var difference = noDifference
      guard (try? difference.add(one, other)) != nil else { return false }
      return difference.differingCount == 0
    default: return false
    }
  }

  /// A mask that hides nothing is none.
  private func areSameMasks(_ left: AnyNDArray?, _ right: AnyNDArray?) -> Bool {
    switch (left, right) {
    case (nil, nil): return true
    case (let one?, let other?): return (try? one.isEqual(to: other)) ?? false
    case (let one?, nil), (nil, let one?):
      return (try? one.isEqual(to: AnyNDArray(zeros: one.shape, dtype: one.dtype))) ?? false
    }
  }

  private func areSame(
    _ left: [PickleValue], _ right: [PickleValue], _ known: inout [Pair: Bool], _ depth: Int
  ) -> Bool {
    guard left.count == right.count else { return false }
    for (one, other) in zip(left, right) where !areSame(one, other, &known, depth: depth + 1) { return false }
    return true
  }

  private func areSame(_ left: PickleDict, _ right: PickleDict, _ known: inout [Pair: Bool], _ depth: Int) -> Bool {
    guard left.count == right.count else { return false }
    for entry in left.entries {
      guard let found = right.entry(of: entry.key), entry.key.typeName == found.key.typeName,
        areSame(entry.value, found.value, &known, depth: depth + 1)
      else { return false }
    }
    return true
  }

  /// What a comparison of two containers says, or has said. While it goes on, they count as the same.
  private func once(
    _ left: AnyObject, _ right: AnyObject, _ known: inout [Pair: Bool], _ compare: (inout [Pair: Bool]) -> Bool
  ) -> Bool {
    let pair = Pair(left: ObjectIdentifier(left), right: ObjectIdentifier(right))
    if let answer = known[pair] { return answer }
    known[pair] = true
    let answer = compare(&known)
    known[pair] = answer
    return answer
  }

  /// A number; a truth value is one only where types do not matter.
  private func number(_ value: PickleValue) -> Double? {
    if let bool = value.bool { return equatesTypes ? (bool ? 1 : 0) : nil }
    return value.double
  }

  private func areClose(_ left: Double, _ right: Double) -> Bool {
    if left == right || (equalNaN && left.isNaN && right.isNaN) { return true }
    let difference = (left - right).magnitude
    return difference.isFinite && difference <= (absolute ?? 0) + (relative ?? 0) * right.magnitude
  }
}
