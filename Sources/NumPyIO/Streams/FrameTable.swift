package import ByteIO
package import NDArrays
internal import PandasPickles
internal import PickledArrays
package import PythonPickle
internal import TextTables

/// A pandas frame, or what else has columns, as a table of text: what `DataFrame.to_csv` writes, with the labels of the rows
/// first.
struct FrameTable {
  private let frame: FrameColumns
  private let delimiter: String

  init(_ frame: FrameColumns, delimiter: String) { (self.frame, self.delimiter) = (frame, delimiter) }

  /// Writes the table.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` for options of text that pandas' form has no place for.
  func write(to path: String, _ options: SaveOptions) throws(FormatError) {
    let (plain, given) = (SaveTextOptions(), options.text)
    guard given.format == plain.format || given.format == "%s", given.header.isEmpty, given.footer.isEmpty,
      given.newline == plain.newline, given.encoding ?? .utf8 == .utf8
    else {
      throw FormatError(
        .unsupported, "such a table is written as pandas' to_csv writes frames: only the delimiter can be chosen",
        file: path)
    }
    let (names, columns) = try cells()
    try TextFile.write(to: path, replacing: options.replacing, durability: options.durability) {
      (sink: any ByteSink) throws(FormatError) in
      if frame.isLabelled { try sink.write(line(names)) }
      for row in 0..<(columns.first?.count ?? 0) {
        try sink.write(line(columns.map { row < $0.count ? $0[row] : "" }))
      }
    }
  }

  /// The table for people: the names, then the rows, those in the middle left out if there are more values than are printed.
  func preview(_ options: PrintOptions) throws(FormatError) -> [[String]] {
    let (count, edge) = (frame.rowCount, options.edgeItems)
    let isWhole = count * frame.columns.count <= options.threshold || count <= 2 * edge
    var columns: [[String]] = []
    for column in frame.columns {
      guard !isWhole else {
        columns.append(try FrameText.cells(column.values, column.isZoned))
        continue
      }
      let (first, last) = try FormatError.wrapping(.badArgument, file: nil) { () throws(ArrayError) in
        (
          try column.values.slice([.range(lower: 0, upper: edge)]),
          try column.values.slice([.range(lower: count - edge, upper: count)])
        )
      }
      columns.append(
        try FrameText.cells(first, column.isZoned) + ["..."] + FrameText.cells(last, column.isZoned))
    }
    return [names] + (0..<(columns.first?.count ?? 0)).map { row in columns.map { row < $0.count ? $0[row] : "" } }
  }

  /// The names of the columns, as `to_csv` has them.
  private var names: [String] {
    frame.columns.map { $0.label.isNone ? ($0.isIndex ? "" : "0") : FrameText.cell($0.label) }
  }

  /// The columns as texts.
  private func cells() throws(FormatError) -> (names: [String], columns: [[String]]) {
    let texts = try frame.columns.map { (column) throws(FormatError) in
      let texts = try FrameText.cells(column.values, column.isZoned)
      guard let mask = column.mask else { return texts }
      let flags = try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
        try NDArray<Bool>(mask.contiguous()).elements
      }
      return zip(texts, flags).map { text, isHidden in isHidden ? "" : text }
    }
    return (names, texts)
  }

  private func line(_ cells: [String]) -> String {
    let quoted = cells.map { cell in
      let needs = cell.contains(delimiter) || cell.contains { $0 == "\"" || $0.isNewline }
      return needs ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }
    // A line of one empty cell would be an empty line.
    return (quoted == [""] ? "\"\"" : quoted.joined(separator: delimiter)) + "\n"
  }
}

extension PickleValue {
  /// A pandas frame as a table for people: the names of its columns, then its rows, the labels of the rows first; `nil` for
  /// all else.
  package func frameTable(_ options: PrintOptions) throws(FormatError) -> (rows: [[String]], shape: [Int])? {
    guard let frame = try PandasFrame(self) else { return nil }
    let columns = try FrameColumns(frame)
    let shape = [columns.rowCount] + (frame.isSeries ? [] : [frame.columns.count])
    return (try FrameTable(columns, delimiter: ",").preview(options), shape)
  }
}
