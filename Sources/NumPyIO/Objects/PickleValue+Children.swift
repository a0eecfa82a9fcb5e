internal import ByteIO
internal import NDArrays
internal import PandasPickles
internal import PickledArrays
public import PythonPickle

extension PickleValue {
  /// What the value holds, by the parts of paths that reach it: entries and items, then attributes, then what it was
  /// called with.
  public var children: [(name: String, value: PickleValue)] {
    switch self {
    case .dict(let dict): return PickleValue.named(dict.entries)
    case .list(let list): return PickleValue.numbered(list.items)
    case .tuple(let tuple): return PickleValue.numbered(tuple.items)
    case .object(let object):
      if let frame = (try? PandasFrame(self)) ?? nil { return PickleValue.unique(frame.children) }
      return PickleValue.unique(PickleValue.parts(of: object))
    default: return []
    }
  }

  private static func named(_ entries: [PickleDict.Entry]) -> [(name: String, value: PickleValue)] {
    Array(zip(PartNames.names(of: entries.map(\.key)), entries.map(\.value)))
  }

  private static func numbered(_ items: [PickleValue]) -> [(name: String, value: PickleValue)] {
    items.enumerated().map { (String($0.offset), $0.element) }
  }

  private static func parts(of object: PickleObject) -> [(name: String, value: PickleValue)] {
    var parts = named(object.pairs) + numbered(object.items)
    switch object.state {
    case .dict(let dict)?: parts += named(dict.entries)
    case .tuple(let tuple)? where tuple.items.count == 2 && tuple.items.allSatisfy({ $0.dict != nil || $0.isNone }):
      // The attributes of an object with slots: those of its dictionary, and the others.
      for half in tuple.items { parts += half.dict.map { named($0.entries) } ?? [] }
    case .tuple(let tuple)? where object.items.isEmpty: parts += numbered(tuple.items)
    case let state?: parts.append(("state", state))
    case nil: break
    }
    // Numbers and names among the arguments of a function are how something is made; those of a class are what it holds.
    let (arguments, keywords, isNew) = object.call
    let isClass = isNew && parts.isEmpty
    let areItems = parts.contains { Int($0.name) != nil }
    for (place, argument) in arguments.enumerated() {
      guard isClass || argument.mayHoldArrays else { continue }
      parts.append((areItems ? "args.\(place)" : String(place), argument))
    }
    return parts + named(keywords).filter { isClass || $0.value.mayHoldArrays }
  }

  /// The same parts, of which those whose names are taken get another.
  private static func unique(
    _ parts: [(name: String, value: PickleValue)]
  ) -> [(name: String, value: PickleValue)] {
    var taken: Set<String> = []
    return parts.map { (PartNames.unused($0.name, &taken), $0.value) }
  }

  /// Whether arrays may be found in the value.
  private var mayHoldArrays: Bool {
    switch self {
    case .list(let list): !list.items.isEmpty
    case .tuple(let tuple): tuple.items.contains(where: \.mayHoldArraysItself)
    case .dict(let dict): !dict.isEmpty
    case .object: true
    default: false
    }
  }

  private var mayHoldArraysItself: Bool {
    switch self {
    case .list, .tuple, .dict, .object: true
    default: false
    }
  }
}
