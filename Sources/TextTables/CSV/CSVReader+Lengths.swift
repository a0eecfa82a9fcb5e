internal import ByteIO

// How many fields rows have: more than the first line is an error, what they have fewer counts as empty.
extension CSVReader {
  /// Checks that a row has no more fields than the first; a delimiter behind the last does not count.
  ///
  /// - Returns: The row, if it has fewer.
  @discardableResult
  func check(_ rows: TextRows) throws(FormatError) -> CSVShortRows? {
    let line = rows.lineCount - rows.linesOfRow + 1
    let count = rows.fields.count
    let place = rows.fields.first.flatMap { rows.filePosition(of: $0) }
    if !rows.endsInQuotes {
      if count == columnCount { return nil }
      if count < columnCount { return CSVShortRows(place: place, line: line, fieldCount: count) }
      if count == columnCount + 1, let last = rows.fields.last, !last.isInScratch, last.start == last.end { return nil }
    }
    guard !rows.endsInQuotes else {
      throw error("a quote that is opened in this row is not closed", line: line, place: place)
    }
    var error = error(message(line, count), line: line, place: place)
    error.commandHint = hintOfLongRows
    throw error
  }

  /// Calls `body` with each field of the row that was taken last, and with those that it lacks.
  @inline(__always)
  func forEachField(of rows: TextRows, _ body: (_ column: Int, _ text: RawSpan, _ isQuoted: Bool) -> Void) {
    rows.forEachField(body)
    for column in min(columnCount, rows.fields.count)..<columnCount { body(column, RawSpan(), false) }
  }

  /// The error of numbers alone whose rows have not one length.
  func error(of short: CSVShortRows) throws(FormatError) -> FormatError {
    let line = try line(of: short)
    return error(message(line, short.fieldCount), line: line, place: short.place)
  }

  func warning(of short: CSVShortRows) throws(FormatError) -> FileWarning {
    let more = short.count - 1
    let others = more == 0 ? "" : more == 1 ? " (and 1 row more has too few)" : " (and \(more) rows more have too few)"
    let found = short.fieldCount == 1 ? "1 column" : "\(short.fieldCount) columns"
    return FileWarning(
      "line \(try line(of: short)) has \(found) instead of \(columnCount)\(others): what is missing counts as empty",
      file: source.name)
  }

  private func message(_ line: Int, _ count: Int) -> String {
    "Line #\(line) (got \(count) columns instead of \(columnCount))"
  }

  private func error(_ message: String, line: Int, place: Int?) -> FormatError {
    var error = FormatError(.malformed, message, file: source.name, offset: place)
    error.line = line
    return error
  }

  /// The line in which the first of the rows begins: parts of a file do not know theirs.
  private func line(of short: CSVShortRows) throws(FormatError) -> Int {
    if let line = short.line { return line }
    var (line, position) = (1, 0)
    var last: UInt8 = 0
    let end = short.place ?? 0
    while position < end {
      let bytes = try source.readBytes(at: position, upTo: min(1 << 20, end - position))
      guard !bytes.isEmpty else { break }
      position += bytes.count
      for byte in bytes {
        // A carriage return and the line feed behind it are one end.
        if byte == 13 || byte == 10 && last != 13 { line += 1 }
        last = byte
      }
    }
    return line
  }
}
