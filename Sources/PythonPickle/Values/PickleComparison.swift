/// Equality in a loop: structures as deep as memory holds, and ones that contain themselves.
enum PickleComparison {
  private struct Pair: Hashable {
    let left: ObjectIdentifier
    let right: ObjectIdentifier
  }

  /// Whether a dictionary takes two values for the same key: equal, NaN only to itself, which it never is here.
  @inline(__always)
  static func areSameKey(_ left: PickleValue, _ right: PickleValue) -> Bool {
    switch (left, right) {
    case (.int(let left), .int(let right)): return left == right
    // No number is a text.
    case (.int, .string), (.string, .int): return false
    default: return areSameOther(left, right)
    }
  }

  @inline(never)
  private static func areSameOther(_ left: PickleValue, _ right: PickleValue) -> Bool {
    switch (left, right) {
    case (.string(let left), .string(let right)): return left.hasSameCodePoints(as: right)
    case (.float(let left), .float(let right)): return left == right
    case (.complex(let left), .complex(let right)):
      return left.real == right.real && left.imaginary == right.imaginary
    case (.string, _), (_, .string): return false
    default:
      // By the hash first: objects within are the same only if they are one, however much they look alike.
      let hash = KeyHash(left).hash
      return hash != KeyHash.notANumber && hash == KeyHash(right).hash && areEqual(left, right)
    }
  }

  /// Whether two values are equal as Python sees it; NaN equals NaN. Of structures that contain themselves, those
  /// are equal that cannot be told apart.
  static func areEqual(_ left: PickleValue, _ right: PickleValue) -> Bool {
    var pending = [(left, right)]
    // Pairs met once need no second look: if they differ, the first look will tell.
    var met: Set<Pair> = []
    // What Swift values represent is made to be compared, and must keep its address until the end.
    var made: [PickleValue] = []
    while var (left, right) = pending.popLast() {
      settle(&left, &made)
      settle(&right, &made)
      if let left = left.node, let right = right.node {
        if left === right { continue }
        guard met.insert(Pair(left: ObjectIdentifier(left), right: ObjectIdentifier(right))).inserted else {
          continue
        }
      }
      guard compare(left, right, &pending) else { return false }
    }
    return true
  }

  /// Puts the value in place that a Swift value represents.
  private static func settle(_ value: inout PickleValue, _ made: inout [PickleValue]) {
    guard case .object(let object) = value, case .deferred = object.form else { return }
    made.append(value)
    value = value.settled
    made.append(value)
  }

  /// Compares two values but for what they contain, which goes to `pending`.
  private static func compare(
    _ left: PickleValue, _ right: PickleValue, _ pending: inout [(PickleValue, PickleValue)]
  ) -> Bool {
    func compareAll(_ left: [PickleValue], _ right: [PickleValue]) -> Bool {
      guard left.count == right.count else { return false }
      for index in left.indices { pending.append((left[index], right[index])) }
      return true
    }
    switch (left, right) {
    case (.none, .none): return true
    case (.string(let left), .string(let right)): return left.hasSameCodePoints(as: right)
    case (.bytes(let left), .bytes(let right)), (.byteArray(let left), .byteArray(let right)),
      (.bytes(let left), .byteArray(let right)), (.byteArray(let left), .bytes(let right)):
      return left.hasSameBytes(as: right)
    case (.list(let left), .list(let right)): return compareAll(left.items, right.items)
    case (.tuple(let left), .tuple(let right)): return compareAll(left.items, right.items)
    case (.dict(let left), .dict(let right)):
      guard left.count == right.count else { return false }
      for (index, entry) in left.entries.enumerated() {
        // Most equal dictionaries have the same order; a lookup is needed only where they do not.
        let other = right.entries[index]
        if case .string(let key) = entry.key, case .string(let otherKey) = other.key,
          key.hasSameCodePoints(as: otherKey)
        {
          pending.append((entry.value, other.value))
          continue
        }
        guard let value = right[entry.key] else { return false }
        pending.append((entry.value, value))
      }
      return true
    case (.set(let left), .set(let right)), (.frozenSet(let left), .frozenSet(let right)),
      (.set(let left), .frozenSet(let right)), (.frozenSet(let left), .set(let right)):
      // Items may be frozen sets of frozen sets without end; the hashes, 64 bits of SipHash an item, decide.
      return left.count == right.count && left.contentHash == right.contentHash
    case (.global(let left), .global(let right)):
      return left.nameString.hasSameCodePoints(as: right.nameString)
        && left.moduleString.hasSameCodePoints(as: right.moduleString)
    case (.object(let left), .object(let right)): return compare(left, right, &pending)
    case (.persistent(let left), .persistent(let right)):
      pending.append((left.id, right.id))
      return true
    case (.buffer(let left), .buffer(let right)):
      return left === right
        || (left.isReadOnly == right.isReadOnly
          && PickleBytes(left.memory).hasSameBytes(as: PickleBytes(right.memory)))
    default: return areEqualNumbers(left, right)
    }
  }

  private static func compare(
    _ left: PickleObject, _ right: PickleObject, _ pending: inout [(PickleValue, PickleValue)]
  ) -> Bool {
    func parts(_ object: PickleObject) -> (kind: Int, values: [PickleValue])? {
      switch object.form {
      case .reduce(let callable, let arguments): (0, [callable, .tuple(arguments)])
      case .new(let callable, let arguments): (1, [callable, .tuple(arguments)])
      case .newWithKeywords(let callable, let arguments, let keywords):
        (2, [callable, .tuple(arguments), keywords])
      case .instance(let callable, let arguments): (3, [callable] + arguments)
      case .deferred: nil
      }
    }
    guard let first = parts(left), let second = parts(right), first.kind == second.kind,
      first.values.count == second.values.count, left.items.count == right.items.count,
      left.added.count == right.added.count, left.pairs.count == right.pairs.count,
      (left.state == nil) == (right.state == nil)
    else { return false }
    pending += zip(first.values, second.values)
    pending += zip(left.items, right.items)
    pending += zip(left.added, right.added)
    for (one, other) in zip(left.pairs, right.pairs) {
      pending.append((one.key, other.key))
      pending.append((one.value, other.value))
    }
    if let one = left.state, let other = right.state { pending.append((one, other)) }
    return true
  }

  private static func areEqualNumbers(_ left: PickleValue, _ right: PickleValue) -> Bool {
    switch (left, right) {
    case (.bigInt(let left), .bigInt(let right)): return left == right
    case (.bigInt(let big), .float(let float)), (.float(let float), .bigInt(let big)):
      return big.exactDouble == float
    case (.float(let left), .float(let right)): return left == right || (left.isNaN && right.isNaN)
    case (.complex(let left), .complex(let right)):
      return areEqualNumbers(.float(left.real), .float(right.real))
        && areEqualNumbers(.float(left.imaginary), .float(right.imaginary))
    case (.complex(let complex), let other), (let other, .complex(let complex)):
      guard complex.imaginary == 0 else { return false }
      return areEqualNumbers(.float(complex.real), other)
    case (.float(let float), let other), (let other, .float(let float)):
      guard let int = other.int else { return false }
      return Int(exactly: float) == int
    default:
      guard let left = left.int, let right = right.int else { return false }
      return left == right
    }
  }
}

extension PickleValue {
  /// What represents a Swift value in a pickle of protocol 4; any other value itself.
  var settled: PickleValue {
    var value = self
    var steps = 0
    while case .object(let object) = value, case .deferred(let convertible) = object.form, steps < 8,
      let next = try? convertible.pickleValue(in: PickleContext(protocolVersion: 4, userInfo: [:]))
    {
      value = next
      steps += 1
    }
    return value
  }
}

extension PickleValue: Hashable {
  /// As Python's `==`, but NaN equals NaN. The cost is that of what is compared, however often parts are shared.
  public static func == (left: PickleValue, right: PickleValue) -> Bool {
    PickleComparison.areEqual(left, right)
  }

  /// Hashes as Python's dictionaries would; values that Python cannot hash all hash alike.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .object, .persistent: hasher.combine(1)
    case .set(let set), .frozenSet(let set): hasher.combine(set.contentHash)
    case .bytes(let value), .byteArray(let value):
      // Safe: the bytes are used within the closure only.
      unsafe value.withBytes { bytes in unsafe hasher.combine(bytes: bytes) }
    case .tuple(let tuple): hasher.combine(tuple.items.count)
    default: hasher.combine(KeyHash(self).hash)
    }
  }
}
