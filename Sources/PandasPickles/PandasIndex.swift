internal import PickledArrays
internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import PythonPickle

/// A pandas `Index` in a pickle.
enum PandasIndex {
  /// More labels than this are not made from a range that merely claims them.
  private static let mostLabels = 100_000_000
  /// Values within values within an index: no more than these.
  static let mostNested = 8

  /// What `_new_Index` and its kin are called with; `nil` for anything else.
  private static func parts(_ value: PickleValue) -> PickleDict? {
    guard let object = value.object, let function = object.callable?.global, function.module.hasPrefix("pandas."),
      function.name.hasPrefix("_new_"), object.arguments.count == 2
    else { return nil }
    return object.arguments[1].dict
  }

  /// The values of which an index is made; `nil` for what is none, or is made of other things.
  static func data(_ value: PickleValue) -> PickleValue? { parts(value)?["data"] }

  /// The labels of an index as an array; `nil` for a value that is not an index.
  ///
  /// - Parameter depth: How many others it is part of: pandas nests a few at most, and shares none.
  static func array(_ value: PickleValue, depth: Int = 0) throws(FormatError) -> StoredArray? {
    guard let parts = parts(value) else { return nil }
    guard depth <= mostNested else { throw PandasFrame.bad("an index within indices without end") }
    if let data = parts["data"] { return try PandasValues.array(data, depth: depth + 1) }
    if let left = parts["left"], let right = parts["right"] {
      return try PandasIntervals.array(left, right, depth: depth)
    }
    if let start = parts["start"]?.int, let stop = parts["stop"]?.int, let step = parts["step"]?.int, step != 0 {
      // The distance may exceed what an Int holds; it is counted unsigned.
      let isEmpty = step > 0 ? start >= stop : start <= stop
      let distance = step > 0 ? UInt(bitPattern: stop &- start) : UInt(bitPattern: start &- stop)
      let count = isEmpty ? 0 : (distance - 1) / step.magnitude + 1
      guard count <= UInt(mostLabels) else {
        throw FormatError(.limitExceeded, "a pandas range of \(count) labels")
      }
      let labels = (0..<Int(count)).map { Int64(truncatingIfNeeded: start &+ $0 &* step) }
      return .values(AnyNDArray(NDArray<Int64>(labels)))
    }
    if let levels = parts["levels"]?.items, let codes = (parts["codes"] ?? parts["labels"])?.items,
      levels.count == codes.count
    {
      // A level is not an index of several levels itself.
      return .objects(try tuples(levels, codes, depth: depth + mostNested / 2 + 1))
    }
    return nil
  }

  /// The names of an index, one for each level; `None` for those without.
  static func names(_ value: PickleValue) -> [PickleValue] {
    let parts = parts(value)
    if let levels = parts?["levels"]?.items {
      let names = parts?["names"]?.items ?? []
      return levels.indices.map { $0 < names.count ? names[$0] : .none }
    }
    return [parts?["name"] ?? .none]
  }

  /// The labels of an index, one by one.
  static func labels(_ value: PickleValue, depth: Int = 0) throws(FormatError) -> [PickleValue] {
    guard let array = try PandasValues.array(value, depth: depth) else {
      throw PandasFrame.bad("labels that are no index but a \(value.typeName)")
    }
    return try items(of: array)
  }

  /// The elements of an array, each as a value.
  static func items(of array: StoredArray) throws(FormatError) -> [PickleValue] {
    switch array {
    case .objects(let objects): return objects.items
    case .values(let values):
      if let integers = values.integers { return integers.map { .int($0) } }
      return try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
        if [.bool, .string, .bytes].contains(values.dtype.kind) || values.dtype == .float64 {
          return try ObjectArray(values).items
        }
        var items: [PickleValue] = []
        let flat = try values.reshaped([values.count])
        for index in 0..<flat.count { items.append(.scalar(try flat.slice([.index(index)]))) }
        return items
      }
    }
  }

  /// The tuples of an index of several levels.
  private static func tuples(
    _ levels: [PickleValue], _ codes: [PickleValue], depth: Int
  ) throws(FormatError) -> ObjectArray {
    var columns: [[PickleValue]] = []
    for (level, code) in zip(levels, codes) {
      let labels = try labels(level, depth: depth)
      guard let array = try code.numPyArray(), let places = array.integers else {
        throw PandasFrame.bad("an index of several levels without codes")
      }
      var column: [PickleValue] = []
      column.reserveCapacity(places.count)
      for place in places {
        guard place < labels.count else { throw PandasFrame.bad("the code \(place) for \(labels.count) labels") }
        column.append(place < 0 ? .float(.nan) : labels[place])
      }
      columns.append(column)
    }
    let count = columns.first?.count ?? 0
    guard columns.allSatisfy({ $0.count == count }) else { throw PandasFrame.bad("levels of different lengths") }
    return try ObjectArray(
      shape: [count], items: (0..<count).map { row in .tuple(columns.map { $0[row] }) })
  }
}
