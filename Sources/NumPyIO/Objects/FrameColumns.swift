internal import ByteIO
internal import NDArrays
internal import PandasPickles
internal import PickledArrays
internal import PythonPickle

/// The columns of a pandas frame, the labels of its rows first: a column for each level.
struct FrameColumns {
  struct Column {
    /// The label; Python's None if there is none.
    let label: PickleValue
    let values: StoredArray
    /// Whether it holds labels of rows.
    let isIndex: Bool
    /// Whether the values are moments of UTC that stand for those of a time zone.
    var isZoned = false
    /// Which of the values are hidden by a mask.
    var mask: AnyNDArray?
  }

  let columns: [Column]

  /// The columns of a masked array of one axis or two, or of masked records; `nil` for all others.
  init?(ofMasked array: PickledArray) throws(FormatError) {
    guard let mask = array.mask, case .values(let values) = array.content, values.shape == mask.shape else {
      return nil
    }
    do throws(ArrayError) {
      if let fields = values.dtype.fields {
        guard values.shape.count == 1, fields.allSatisfy({ $0.dtype.subarray == nil && $0.dtype.fields == nil }) else {
          return nil
        }
        columns = try fields.map { (field) throws(ArrayError) in
          Column(
            label: .string(field.name), values: .values(try values.field(field.name)), isIndex: false,
            mask: try mask.field(field.name))
        }
      } else {
        guard (1...2).contains(values.shape.count) else { return nil }
        let isRow = values.shape.count == 1
        columns = try (0..<(isRow ? 1 : values.shape[1])).map { (column) throws(ArrayError) in
          let part: [AxisSelection] = isRow ? [.ellipsis] : [.ellipsis, .index(column)]
          return Column(
            label: .none, values: .values(try values.slice(part)), isIndex: false, mask: try mask.slice(part))
        }
      }
    } catch { throw FormatError(.malformed, error.message) }
  }

  /// The columns of objects that are a table as pandas' `DataFrame` takes them: a dictionary of columns of one length, a list
  /// of dictionaries, or a list of values or of lists of one length, whose columns have no labels; `nil` for what is none.
  init?(ofObjects value: PickleValue) throws(FormatError) {
    var columns: [Column] = []
    if let entries = value.dict?.entries {
      for (key, value) in entries.lazy.map({ ($0.key, $0.value) }) {
        guard key.string != nil, let values = try FrameColumns.column(value) else { return nil }
        columns.append(Column(label: key, values: values, isIndex: false))
      }
    } else if let rows = value.items, let first = rows.first {
      let cells = first.dict == nil ? FrameColumns.cells(ofLists: rows) : FrameColumns.cells(ofDictionaries: rows)
      guard let cells else { return nil }
      for (label, items) in cells {
        let values = StoredArray.objects(try ObjectArray(shape: [items.count], items: items))
        columns.append(Column(label: label, values: values, isIndex: false))
      }
    }
    guard let count = columns.first?.values.shape.first,
      columns.allSatisfy({ $0.values.shape == [count] })
    else { return nil }
    self.columns = columns
  }

  /// A column of a dictionary: an array of one axis, or a list of what is neither a list nor a dictionary.
  private static func column(_ value: PickleValue) throws(FormatError) -> StoredArray? {
    if let array = try PickledArray(value) {
      return array.mask == nil && array.content.shape.count == 1 ? array.content : nil
    }
    guard let items = value.items, items.allSatisfy(isCell) else { return nil }
    return .objects(try ObjectArray(shape: [items.count], items: items))
  }

  private static func isCell(_ value: PickleValue) -> Bool { value.items == nil && value.dict == nil }

  /// The columns of rows that are dictionaries: those of all keys, in the order in which they are met.
  private static func cells(ofDictionaries rows: [PickleValue]) -> [(label: PickleValue, items: [PickleValue])]? {
    var columns: [(label: PickleValue, items: [PickleValue])] = []
    var places: [String: Int] = [:]
    var cellCount = 0
    for (row, value) in rows.enumerated() {
      guard let entries = value.dict?.entries else { return nil }
      cellCount += entries.count
      // Rows that share no keys are no table, and would be one of far more cells than there are values.
      guard columns.count * rows.count <= max(1 << 20, 64 * cellCount) else { return nil }
      for (key, item) in entries.lazy.map({ ($0.key, $0.value) }) {
        guard let name = key.string else { return nil }
        if places[name] == nil {
          places[name] = columns.count
          columns.append((key, [PickleValue](repeating: .none, count: row)))
        }
        if let place = places[name] { columns[place].items.append(item) }
      }
      for place in columns.indices where columns[place].items.count == row { columns[place].items.append(.none) }
    }
    return columns
  }

  /// The columns of rows that are lists of one length, or single values.
  private static func cells(ofLists rows: [PickleValue]) -> [(label: PickleValue, items: [PickleValue])]? {
    if rows.allSatisfy(isCell) { return [(label: .none, items: rows)] }
    guard let width = rows.first?.items?.count, width > 0,
      rows.allSatisfy({ $0.items.map { $0.count == width && $0.allSatisfy(isCell) } ?? false })
    else { return nil }
    return (0..<width).map { column in (label: .none, items: rows.map { $0.items?[column] ?? .none }) }
  }

  init(_ frame: PandasFrame) throws(FormatError) {
    var columns: [Column] = []
    if let (levels, labels) = try frame.rowLabels() {
      if levels.count > 1, case .objects(let tuples) = labels {
        for (place, level) in levels.enumerated() {
          let items = tuples.items.map { $0.items.flatMap { place < $0.count ? $0[place] : nil } ?? .none }
          let values = StoredArray.objects(try ObjectArray(shape: [items.count], items: items))
          columns.append(Column(label: level, values: values, isIndex: true))
        }
      } else {
        columns.append(
          Column(label: levels.first ?? .none, values: labels, isIndex: true, isZoned: frame.hasZonedLabels))
      }
    }
    for column in frame.columns {
      columns.append(
        Column(label: column.label, values: try column.array(), isIndex: false, isZoned: column.isZoned))
    }
    self.columns = columns
  }

  /// Whether any column has a label; those of lists of lists have none.
  var isLabelled: Bool { columns.contains { !$0.label.isNone || $0.isIndex } }

  var rowCount: Int { columns.first?.values.shape.first ?? 0 }

  /// The columns that records have, by names of which none stands twice: labels of rows that are no more than their numbers are
  /// left out, others without a name get that of pandas' `reset_index`.
  var ofRecords: [(name: String, column: Column)] {
    var taken: Set<String> = []
    let levels = columns.count { $0.isIndex }
    return columns.enumerated().compactMap { place, column in
      if levels == 1, column.isIndex, column.label.isNone, FrameColumns.areNumbers(column.values) { return nil }
      let unnamed = !column.isIndex ? "0" : levels > 1 ? "level_\(place)" : "index"
      let name = column.label.isNone ? unnamed : column.label.string ?? column.label.repr(limit: 200)
      return (PartNames.unused(name, &taken), column)
    }
  }

  /// Whether labels are 0, 1, 2 and so on.
  private static func areNumbers(_ labels: StoredArray) -> Bool {
    guard case .values(let values) = labels, values.dtype == .int64, let numbers = try? NDArray<Int64>(values).elements
    else { return false }
    return numbers.enumerated().allSatisfy { Int64($0) == $1 }
  }
}
