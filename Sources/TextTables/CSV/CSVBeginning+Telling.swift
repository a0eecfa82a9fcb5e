internal import ByteIO

// What is to be said of the beginning of a CSV text.
extension CSVBeginning {
  /// What is left out, or may be meant otherwise.
  var warnings: [FileWarning] { [warningOfTitles, warningOfQuotes].compactMap { $0 } }

  /// That titles are left out: a row of values among them would be missed otherwise.
  var warningOfTitles: FileWarning? {
    guard let (lines, text) = titles else { return nil }
    let shown = text.isEmpty ? "" : ": \(text.prefix(60))"
    return FileWarning(
      lines.count == 1
        ? "line \(lines.lowerBound) above the table is left out\(shown)"
        : "lines \(lines.lowerBound) to \(lines.upperBound) above the table are left out\(shown)", file: source)
  }

  /// That a quote behind a space opens no field, as RFC 4180 has it.
  private var warningOfQuotes: FileWarning? {
    spacedQuoteLine.map { line in
      FileWarning("in line \(line) quotes behind a space are part of the text; \(hintOfQuotes)", file: source)
    }
  }

  private var hintOfQuotes: String {
    let mark = String(decoding: syntax.delimiter, as: UTF8.self)
    return "--delimiter '\(mark == "\t" ? "\\t" : mark) ' reads what stands in them"
  }

  /// What may help where a row has more fields than the first.
  var hintOfLongRows: String? {
    if spacedQuoteLine != nil { return hintOfQuotes }
    return widerTableStart.map { "--skiprows \($0) begins with line \($0 + 1)" }
  }
}
