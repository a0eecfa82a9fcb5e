internal import ByteIO
internal import NDArrays
internal import PandasPickles
internal import PickledArrays
internal import PythonPickle
internal import TextTables

/// A pandas frame as a table of text: what `DataFrame.to_csv` writes, with the labels of the rows first.
struct FrameTable {
  private let frame: PandasFrame
  private let delimiter: String

  init(_ frame: PandasFrame, delimiter: String) { (self.frame, self.delimiter) = (frame, delimiter) }

  func write(to path: String, _ options: SaveOptions) throws(FormatError) {
    var columns: [[String]] = []
    var names: [String] = []
    if let labels = try frame.rowLabels() {
      columns.append(try FrameTable.texts(labels))
      names.append("")
    }
    for column in frame.columns {
      columns.append(try FrameTable.texts(column.array()))
      names.append(column.label.isNone ? "0" : column.label.string ?? column.label.repr(limit: 200))
    }
    try TextFile.write(to: path, replacing: options.replacing, durability: options.durability) {
      (sink: any ByteSink) throws(FormatError) in
      try sink.write(line(names))
      for row in 0..<(columns.first?.count ?? 0) {
        try sink.write(line(columns.map { row < $0.count ? $0[row] : "" }))
      }
    }
  }

  private func line(_ cells: [String]) -> String {
    let quoted = cells.map { cell in
      let needs = cell.contains(delimiter) || cell.contains { $0 == "\"" || $0.isNewline }
      return needs ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }
    // A line of one empty cell would be an empty line.
    return (quoted == [""] ? "\"\"" : quoted.joined(separator: delimiter)) + "\n"
  }

  /// The cells of a column as pandas writes them: what is missing is empty, dates are without their time if all of them are.
  private static func texts(_ array: StoredArray) throws(FormatError) -> [String] {
    try FormatError.wrapping(.unsupported, file: nil) { () throws(ArrayError) in
      switch array {
      case .objects(let objects):
        return objects.items.map { item in
          if item.isNone || item.double?.isNaN == true || item.global?.name == "NA" { return "" }
          return item.string ?? item.repr(options: PrintOptions())
        }
      case .values(let values) where [.datetime, .timedelta].contains(values.dtype.kind):
        let texts = try values.elementTexts().map { $0 == "NaT" ? "" : $0 }
        let isDay =
          values.dtype.kind == .datetime
          && texts.allSatisfy { $0.isEmpty || $0.contains("T00:00:00") || !$0.contains("T") }
        return texts.map { text in
          guard let mark = text.firstIndex(of: "T") else { return text }
          return isDay ? String(text[..<mark]) : text.replacing("T", with: " ").trimmingZeros
        }
      // Intervals are records of two numbers.
      case .values(let values) where values.dtype.fields != nil: return try values.elementTexts()
      case .values(let values):
        return try ObjectArray(values).items.map {
          $0.double?.isNaN == true ? "" : $0.string ?? $0.repr(limit: 1 << 20)
        }
      }
    }
  }
}

extension String {
  /// A time without zeros behind the point.
  fileprivate var trimmingZeros: String {
    guard contains(".") else { return self }
    var text = self[...]
    while text.last == "0" { text = text.dropLast() }
    return String(text.last == "." ? text.dropLast() : text)
  }
}

extension AnyNDArray {
  /// The texts of the elements, each as it is printed.
  fileprivate func elementTexts() throws(ArrayError) -> [String] {
    var texts: [String] = []
    let flat = try contiguous().reshaped([count])
    for index in 0..<count { texts.append(try flat.slice([.index(index)]).formatted(.str)) }
    return texts
  }
}
