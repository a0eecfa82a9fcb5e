public import PickledArrays
public import ByteIO
public import PythonPickle

/// A pandas `DataFrame` or `Series` in a pickle: its columns as arrays, by their labels.
///
/// ```swift
/// let value = try Pickle.load(from: "frame.pkl")
/// if let frame = try PandasFrame(value) {
///   for column in frame.columns { print(column.label, try column.array().shape) }
/// }
/// ```
public struct PandasFrame {
  /// A column: its label, and where its values lie.
  public struct Column {
    /// The label: a string for most frames, a tuple for columns of several levels.
    public let label: PickleValue
    let values: PickleValue
    /// The row of the values that is the column; `nil` if they are all of it.
    let row: Int?

    /// Whether the values are moments of a time zone: the array has the same moments in UTC.
    public var isZoned: Bool { PandasValues.isZoned(values) }

    /// The values.
    ///
    /// Numbers, dates and durations come as such, strings as objects; of categorical columns the categories, each
    /// repeated as it occurs; of nullable integers and booleans objects where any is missing; of intervals records of
    /// `left` and `right`; of sparse columns all values.
    ///
    /// - Throws: ``FormatError`` with code `unsupported` for columns that are not arrays of NumPy's (those of PyArrow).
    public func array() throws(FormatError) -> StoredArray {
      guard let values = try PandasValues.array(values) else {
        throw FormatError(
          .unsupported, "the column \(label) is a \(self.values.typeName), which is no array of NumPy's")
      }
      guard let row, values.shape.count > 1 else { return values }
      return try PandasValues.row(row, of: values)
    }
  }

  /// The columns, in order; of a `Series` one.
  public let columns: [Column]
  /// The labels of the rows, as pandas pickles an `Index`.
  public let index: PickleValue
  /// Whether it is a `Series`, which has no labels of columns.
  public let isSeries: Bool

  /// The frame that a value is; `nil` if it is none.
  ///
  /// - Throws: ``FormatError`` with code `malformed` or `unsupported` for a frame whose parts do not fit each other.
  public init?(_ value: PickleValue) throws(FormatError) {
    guard let object = value.object, let type = object.classGlobal, let isSeries = PandasFrame.isSeries(type),
      let manager = object["_mgr"]?.object ?? object["_data"]?.object ?? object.stateManager
    else { return nil }
    guard let (axes, blocks) = PandasFrame.parts(of: manager) else {
      throw FormatError(.unsupported, "a pandas \(type.name) in a form that is not known")
    }
    self.isSeries = isSeries
    if isSeries {
      guard axes.count == 1, blocks.count == 1 else { throw PandasFrame.bad("a series of \(blocks.count) blocks") }
      index = axes[0]
      columns = [Column(label: object["name"] ?? object["_name"] ?? .none, values: blocks[0].values, row: 0)]
      return
    }
    guard axes.count == 2 else { throw PandasFrame.bad("\(axes.count) axes") }
    index = axes[1]
    let labels = try PandasIndex.labels(axes[0])
    var places = [Column?](repeating: nil, count: labels.count)
    for block in blocks {
      let items = try PandasFrame.places(block.placement, count: labels.count)
      for (row, item) in items.enumerated() {
        guard places.indices.contains(item), places[item] == nil else {
          throw PandasFrame.bad("a block for the column \(item) of \(labels.count)")
        }
        places[item] = Column(label: labels[item], values: block.values, row: row)
      }
    }
    columns = places.compactMap { $0 }
    guard columns.count == labels.count else {
      throw PandasFrame.bad("\(columns.count) columns for \(labels.count) labels")
    }
  }

  /// The first column of a label; `nil` if there is none.
  public subscript(label: String) -> Column? {
    columns.first { $0.label.string == label || ($0.label.string == nil && $0.label.repr(limit: 200) == label) }
  }

  static func bad(_ what: String) -> FormatError { FormatError(.malformed, "a pickled pandas frame: \(what)") }

  private static func isSeries(_ type: PickleGlobal) -> Bool? {
    switch (type.module, type.name) {
    case ("pandas", "DataFrame"), ("pandas.core.frame", "DataFrame"): false
    case ("pandas", "Series"), ("pandas.core.series", "Series"): true
    default: nil
    }
  }

  private struct Block {
    let values: PickleValue
    let placement: PickleValue
  }

  /// The axes and blocks of a block manager: arguments of a call since pandas 1.3, a state with the key `0.14.1` before.
  private static func parts(of manager: PickleObject) -> (axes: [PickleValue], blocks: [Block])? {
    if manager.arguments.count == 2, let blocks = manager.arguments[0].items, let axes = manager.arguments[1].items {
      var parts: [Block] = []
      for block in blocks {
        guard let call = block.object, isBlockMaker(call.callable), call.arguments.count >= 2 else { return nil }
        parts.append(Block(values: call.arguments[0], placement: call.arguments[1]))
      }
      return (axes, parts)
    }
    guard let state = manager.state?.tuple, let extra = state.last?["0.14.1"], let axes = extra["axes"]?.items,
      let blocks = extra["blocks"]?.items
    else { return nil }
    var parts: [Block] = []
    for block in blocks {
      guard let values = block["values"], let placement = block["mgr_locs"] else { return nil }
      parts.append(Block(values: values, placement: placement))
    }
    return (axes, parts)
  }

  /// Whether a function makes a block of values and places: pandas 1.3 gives the number of axes beforehand.
  private static func isBlockMaker(_ function: PickleValue?) -> Bool {
    if let maker = function?.object, maker.isCall("functools", "partial") { return isBlockMaker(maker.arguments.first) }
    guard let global = function?.global, global.module.hasPrefix("pandas.") else { return false }
    return ["_unpickle_block", "new_block", "make_block"].contains(global.name)
  }

  /// Which columns a block holds: a slice, or an array of integers.
  private static func places(_ placement: PickleValue, count: Int) throws(FormatError) -> [Int] {
    if let slice = placement.object, slice.isCall("builtins", "slice"), slice.arguments.count == 3 {
      // The end may lie after the last column, as Python's slices allow.
      guard let start = slice.arguments[0].int, let stop = slice.arguments[1].int, start >= 0,
        let step = slice.arguments[2].isNone ? 1 : slice.arguments[2].int, step > 0
      else { throw bad("a block at a slice of other columns") }
      return Array(stride(from: start, to: min(stop, count), by: step))
    }
    guard let array = try placement.numPyArray(), let numbers = array.integers else {
      throw bad("a block at no columns")
    }
    return numbers
  }
}

extension PickleObject {
  /// The manager of frames whose state is the manager itself, up to pandas 0.22.
  fileprivate var stateManager: PickleObject? {
    guard let object = state?.object, let type = object.callable?.global else { return nil }
    return type.name.hasSuffix("BlockManager") ? object : nil
  }
}
