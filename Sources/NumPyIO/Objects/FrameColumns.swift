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
  }

  let columns: [Column]

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
        columns.append(Column(label: levels.first ?? .none, values: labels, isIndex: true))
      }
    }
    for column in frame.columns {
      columns.append(Column(label: column.label, values: try column.array(), isIndex: false))
    }
    self.columns = columns
  }

  var rowCount: Int { columns.first?.values.shape.first ?? 0 }

  /// The columns that records have, by names of which none stands twice: labels of rows that are no more than their numbers are
  /// left out, others without a name get that of pandas' `reset_index`.
  var ofRecords: [(name: String, values: StoredArray)] {
    var taken: Set<String> = []
    let levels = columns.count { $0.isIndex }
    return columns.enumerated().compactMap { place, column in
      if levels == 1, column.isIndex, column.label.isNone, FrameColumns.areNumbers(column.values) { return nil }
      let unnamed = !column.isIndex ? "0" : levels > 1 ? "level_\(place)" : "index"
      let name = column.label.isNone ? unnamed : column.label.string ?? column.label.repr(limit: 200)
      return (PartNames.unused(name, &taken), column.values)
    }
  }

  /// Whether labels are 0, 1, 2 and so on.
  private static func areNumbers(_ labels: StoredArray) -> Bool {
    guard case .values(let values) = labels, values.dtype == .int64, let numbers = try? NDArray<Int64>(values).elements
    else { return false }
    return numbers.enumerated().allSatisfy { Int64($0) == $1 }
  }
}
