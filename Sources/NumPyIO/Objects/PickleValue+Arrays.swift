internal import PandasPickles
internal import PickledArrays
public import ByteIO
public import NDArrays
public import PythonPickle

extension PickleValue {
  /// The type and shape of the array that the value is, without reading what a file holds beside the pickle; `nil` if
  /// it is not an array.
  ///
  /// - Throws: ``FormatError`` if it is an array whose description is wrong.
  public func arrayDescription() throws(FormatError) -> (dtype: DType, shape: [Int])? {
    if let described = object?.convertible as? any DescribedArray { return (described.dtype, described.shape) }
    return try PickledArray(self).map { ($0.content.dtype, $0.content.shape) }
  }

  /// All arrays within dictionaries, lists, tuples and objects, by their paths: what ``value(at:)`` takes.
  ///
  /// Each array that stands at several places comes with the first. The whole value, if it is an array itself, has
  /// the empty path.
  ///
  /// - Parameter leftOut: Gets the paths of what is not an array.
  public func arrayPaths(leftOut: ((String, PickleValue) -> Void)? = nil) throws(FormatError) -> [(
    path: String, value: PickleValue
  )] {
    var found: [(path: String, value: PickleValue)] = []
    var met: Set<ObjectIdentifier> = []
    // Paths grow with depth: deeper than this nobody looks for arrays.
    let mostParts = 64
    var open: [(path: String, parts: Int, value: PickleValue)] = [("", 0, self)]
    while let (path, parts, value) = open.popLast() {
      if let identity = value.identity, !met.insert(identity).inserted { continue }
      if try value.arrayDescription() != nil {
        found.append((path, value))
        continue
      }
      let children = parts < mostParts ? value.children : []
      if children.isEmpty { leftOut?(path, value) }
      for child in children.reversed() {
        open.append((path.isEmpty ? child.name : path + "." + child.name, parts + 1, child.value))
      }
    }
    return found
  }

  /// What the value holds, by the parts of paths that reach it.
  public var children: [(name: String, value: PickleValue)] {
    func named(_ entries: [PickleDict.Entry]) -> [(name: String, value: PickleValue)] {
      entries.map { ($0.key.string ?? $0.key.repr(limit: 60), $0.value) }
    }
    func numbered(_ items: [PickleValue]) -> [(name: String, value: PickleValue)] {
      items.enumerated().map { (String($0.offset), $0.element) }
    }
    switch self {
    case .dict(let dict): return named(dict.entries)
    case .list(let list): return numbered(list.items)
    case .tuple(let tuple): return numbered(tuple.items)
    case .object(let object):
      if let frame = (try? PandasFrame(self)) ?? nil { return frame.children }
      if !object.pairs.isEmpty { return named(object.pairs) }
      if !object.items.isEmpty { return numbered(object.items) }
      switch object.state {
      case .dict(let dict)?: return named(dict.entries)
      case .tuple(let tuple)?: return numbered(tuple.items)
      case let state?: return [("state", state)]
      case nil: return []
      }
    default: return []
    }
  }

  private var identity: ObjectIdentifier? {
    switch self {
    case .dict(let node): ObjectIdentifier(node)
    case .list(let node): ObjectIdentifier(node)
    case .tuple(let node): ObjectIdentifier(node)
    case .object(let node): ObjectIdentifier(node)
    default: nil
    }
  }
}
