internal import ByteIO
internal import NDArrays

/// The rows as texts, where they cannot be read straight into their place.
extension GenFromTextTable {
  /// Reads all rows; returns how many of the last are the footer's.
  mutating func readRows(_ first: [Unicode.Scalar]) throws(FormatError) -> Int {
    var invalid: [(line: Int, count: Int)] = []
    var line: [Unicode.Scalar]? = first
    var number = 0
    while let text = line {
      number += 1
      let values = splitter.fields(text)
      if !values.isEmpty {
        if let row = wanted(of: values) {
          rows.append(row)
        } else {
          invalid.append((number + options.skipHeader, values.count))
        }
        if rows.count == options.maxRows { break }
      }
      line = try lines.next()
    }
    return try report(invalid, rowCount: rows.count)
  }

  /// The columns that are wanted of a line's; `nil` if it has not as many as it should.
  func wanted(of values: [String]) -> [String]? {
    guard let columns else { return values.count == columnCount ? values : nil }
    guard columns.allSatisfy({ $0 < values.count && $0 >= -values.count }) else { return nil }
    return columns.map { values[$0 < 0 ? $0 + values.count : $0] }
  }

  /// Reports the lines with another number of columns: an error, or a warning.
  ///
  /// - Parameter rowCount: How many rows there are beside them.
  /// - Returns: How many of the last rows are the footer's.
  func report(_ all: [(line: Int, count: Int)], rowCount: Int) throws(FormatError) -> Int {
    let (invalid, footer) = withoutFooter(all, rowCount: rowCount)
    if !invalid.isEmpty {
      var lines = invalid.prefix(5).map { "    Line #\($0.line) (got \($0.count) columns instead of \(columnCount))" }
      // NumPy lists all of them, were they millions.
      if invalid.count > 5 { lines.append("    and \(invalid.count - 5) lines more") }
      let message = (["Some errors were detected !"] + lines).joined(separator: "\n")
      if options.invalidRaise {
        var error = FormatError(.malformed, message, row: invalid[0].line)
        error.commandHint = hint(invalid, rowCount: rowCount)
        throw error
      }
      options.onWarning?(FileWarning(message))
    }
    return footer
  }

  /// What may help against lines of other lengths: after a title all of them have more columns than it.
  private func hint(_ invalid: [(line: Int, count: Int)], rowCount: Int) -> String {
    if columnCount == 1, invalid.allSatisfy({ $0.count > 1 }) {
      return "a title before the table is left out by --skiprows 1, or --skiprows auto"
    }
    if rowCount == 0, invalid.count > 1 {
      return "--quotechar '\"' reads names in quotes, --skiprows 1 leaves the first line out"
    }
    return "--skip-invalid leaves such lines out"
  }

  /// The lines with another number of columns that do not stand in the footer, and how many rows do.
  func withoutFooter(_ all: [(line: Int, count: Int)], rowCount: Int) -> ([(line: Int, count: Int)], footer: Int) {
    let footer = max(0, options.skipFooter)
    guard !all.isEmpty, footer > 0 else { return (all, footer) }
    let last = rowCount + all.count - footer + options.skipHeader
    let skipped = all.count { $0.line > last }
    return (Array(all.dropLast(skipped)), max(0, footer - skipped))
  }

  mutating func upgrade() {
    for index in converters.indices where !customColumns.contains(index) {
      for row in rows { converters[index].upgrade(to: row[index]) }
    }
  }

  /// Text becomes bytes again where all of it is Latin-1.
  mutating func keepBytes() {
    let columns = converters.indices.filter { converters[$0].level == .string }
    guard options.keepsBytes, !columns.isEmpty else { return }
    options.onWarning?(
      FileWarning(
        "Reading unicode strings without specifying the encoding argument is deprecated. Set the encoding, use None for "
          + "the system default."))
    textIsBytes = rows.allSatisfy { row in
      columns.allSatisfy { $0 >= row.count || row[$0].unicodeScalars.allSatisfy { $0.value < 0x100 } }
    }
  }
}
