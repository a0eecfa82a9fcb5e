internal import PandasPickles
internal import PickledArrays
public import ByteIO
public import NDArrays
internal import PythonLiterals
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
  /// An array that stands at several places comes with each of them; of a few bytes that stand for millions of places, only
  /// the first. The whole value, if it is an array itself, has the empty path.
  ///
  /// - Parameter leftOut: Gets the paths of what is not an array.
  /// - Throws: ``FormatError`` with code `malformed` for an array whose parts do not go together.
  public func arrayPaths(leftOut: ((String, PickleValue) -> Void)? = nil) throws(FormatError) -> [(
    path: String, value: PickleValue
  )] {
    try arrayPaths(alsoTaking: { _ in false }, leftOut: leftOut)
  }

  /// All arrays, and what else is taken for one, by their paths.
  func arrayPaths(
    alsoTaking isTaken: (PickleValue) -> Bool, leftOut: ((String, PickleValue) -> Void)?
  ) throws(FormatError) -> [(path: String, value: PickleValue)] {
    var walk = ArrayWalk()
    walk.open = [ArrayWalk.Place(value: self, parts: [], parent: -1)]
    while let place = walk.open.popLast() {
      let value = place.value
      if try value.arrayDescription() != nil || isTaken(value) {
        walk.add(place)
        continue
      }
      if !walk.enter(place) { leftOut?(ArrayWalk.path(place.parts, quoted: false), value) }
    }
    return walk.paths(in: self)
  }
}

/// A walk through a value to all arrays in it.
private struct ArrayWalk {
  /// A part of a path, and whether it is a string, which may be written in quotes.
  struct Part {
    let name: String
    let isString: Bool
  }
  struct Place {
    let value: PickleValue
    let parts: [Part]
    /// Which of the containers that were entered holds it.
    let parent: Int
  }

  var open: [Place] = []
  private var found: [Place] = []
  private var containers: [(identity: ObjectIdentifier?, parent: Int)] = []
  private var met: Set<ObjectIdentifier> = []
  private var repeated = 0

  /// Paths grow with depth: deeper than this nobody looks for arrays.
  private static let mostParts = 64
  /// As much work is done again for what is met again: values, and pieces of their names.
  private static let mostRepeated = 1 << 12
  /// Making a name of as many bytes is as much work as going to a value.
  private static let bytesOfAPiece = 16

  mutating func add(_ place: Place) { found.append(place) }

  /// Goes on with what a value holds; `false` if it holds nothing.
  mutating func enter(_ place: Place) -> Bool {
    let identity = place.value.identity
    var isNew = true
    if let identity {
      // What contains itself is not gone into again.
      var ancestor = place.parent
      while ancestor >= 0 {
        if containers[ancestor].identity == identity { return true }
        ancestor = containers[ancestor].parent
      }
      isNew = met.insert(identity).inserted
      if !isNew, repeated >= ArrayWalk.mostRepeated { return true }
    }
    guard place.parts.count < ArrayWalk.mostParts else { return false }
    let children = place.value.children
    guard !children.isEmpty else { return false }
    if !isNew { repeated += children.reduce(0) { $0 + 1 + $1.name.utf8.count / ArrayWalk.bytesOfAPiece } }
    containers.append((identity, place.parent))
    let keys = place.value.stringKeys
    for child in children.reversed() {
      // PyTorch's versions of modules, in every file of its.
      if child.name == "_metadata", place.value.object?.isCall("collections", "OrderedDict") == true { continue }
      let part = Part(name: child.name, isString: keys?.contains(child.name) ?? false)
      open.append(Place(value: child.value, parts: place.parts + [part], parent: containers.count - 1))
    }
    return true
  }

  static func path(_ parts: [Part], quoted: Bool) -> String {
    parts.map { quoted && $0.isString ? PythonRepr.string($0.name) : $0.name }.joined(separator: ".")
  }

  /// The paths of what was found. Where one would lead elsewhere, as keys with points in them do, its keys are quoted.
  func paths(in whole: PickleValue) -> [(path: String, value: PickleValue)] {
    let mayMislead = found.contains { place in
      place.parts.contains { $0.isString && $0.name.contains(".") }
    }
    return found.map { place in
      let plain = ArrayWalk.path(place.parts, quoted: false)
      guard mayMislead, place.parts.count > 1, let reached = try? whole.value(at: plain),
        let identity = place.value.identity,
        reached.identity != identity, !reached.isMadeAnew
      else { return (plain, place.value) }
      return (ArrayWalk.path(place.parts, quoted: true), place.value)
    }
  }
}

extension PickleValue {
  /// Whether the value is an array that was made when it was asked for.
  fileprivate var isMadeAnew: Bool {
    object?.convertible is any PickledArrayConvertible && !(object?.convertible is any DescribedArray)
  }

  /// The keys that are strings, of what has keys.
  fileprivate var stringKeys: Set<String>? {
    let entries = dict?.entries ?? object?.pairs
    return entries.map { Set($0.compactMap(\.key.string)) }
  }
}
