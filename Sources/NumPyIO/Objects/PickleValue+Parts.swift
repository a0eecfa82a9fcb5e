package import PythonPickle

extension PickleValue {
  /// What tells a container from others; `nil` for a value that holds none.
  package var identity: ObjectIdentifier? {
    switch self {
    case .list(let node): ObjectIdentifier(node)
    case .tuple(let node): ObjectIdentifier(node)
    case .dict(let node): ObjectIdentifier(node)
    case .set(let node), .frozenSet(let node): ObjectIdentifier(node)
    case .object(let node): ObjectIdentifier(node)
    case .persistent(let node): ObjectIdentifier(node)
    default: nil
    }
  }

  /// Gives all that a container holds: what an object is made by, its arguments, items and state.
  func forEachPart(_ body: (PickleValue) -> Void) {
    switch self {
    case .list(let list): list.items.forEach(body)
    case .tuple(let tuple): tuple.items.forEach(body)
    case .set(let set), .frozenSet(let set): set.items.forEach(body)
    case .dict(let dict):
      for entry in dict.entries {
        body(entry.key)
        body(entry.value)
      }
    case .object(let object):
      if let callable = object.callable { body(callable) }
      object.arguments.forEach(body)
      if case .newWithKeywords(_, _, let keywords) = object.form { body(keywords) }
      object.items.forEach(body)
      object.added.forEach(body)
      for entry in object.pairs {
        body(entry.key)
        body(entry.value)
      }
      if let state = object.state { body(state) }
    case .persistent(let reference): body(reference.id)
    default: break
    }
  }
}
