package import ByteIO
package import PythonPickle
package import PickledArrays

extension PandasFrame {
  /// A column by its label, or the index; of a series its values.
  package func value(_ name: String) throws(FormatError) -> PickleValue? {
    if isSeries {
      if name == "values", let column = columns.first { return .array(try column.array()) }
    } else if let column = self[name] {
      return .array(try column.array())
    }
    if name == "index", let labels = try PandasIndex.array(index) { return .array(labels) }
    return nil
  }

  /// The array that `np.asarray` makes of a series or an index; `nil` for any other value.
  package static func array(ofSingle value: PickleValue) throws(FormatError) -> StoredArray? {
    if let labels = try PandasIndex.array(value) { return labels }
    guard let frame = try PandasFrame(value), frame.isSeries, let column = frame.columns.first else { return nil }
    return try column.array()
  }

  /// The labels of the rows, and the names that they have, one for each level; `nil` if they are in a form that is not
  /// known. Of several levels the labels are tuples.
  package func rowLabels() throws(FormatError) -> (names: [PickleValue], labels: StoredArray)? {
    try PandasIndex.array(index).map { (PandasIndex.names(index), $0) }
  }

  /// Whether the labels of the rows are moments of a time zone.
  package var hasZonedLabels: Bool { PandasValues.isZoned(index) }

  /// The columns that are arrays and the index.
  package var children: [(name: String, value: PickleValue)] {
    var children: [(name: String, value: PickleValue)] = []
    for column in columns {
      let name = isSeries ? "values" : column.label.string ?? column.label.repr(limit: 200)
      children.append((name, (try? column.array()).map { .array($0) } ?? column.values))
    }
    if let labels = (try? PandasIndex.array(index)) ?? nil { children.append(("index", .array(labels))) }
    return children
  }
}
