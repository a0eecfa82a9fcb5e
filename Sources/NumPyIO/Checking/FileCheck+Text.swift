internal import ByteIO
internal import TextTables

extension FileCheck {
  /// Whether a source that is neither an array nor an archive is text: by its name or its first bytes, unless they may
  /// begin a pickle.
  func isText(_ source: any ByteSource) throws(FormatError) -> Bool {
    guard source.isSeekable, (try? FileKind(of: source, named: path)) == .pickle,
      ((try? CompressedNPY.open(source)) ?? nil) == nil
    else { return false }
    guard let format = FileFormat(extensionOf: path) else {
      // Beside others, as in a folder, most texts are no tables.
      return options.allowsForeign ? false : try TextBeginning.isText(source)
    }
    guard format.isText, try !TextBeginning.isForeign(source) else { return false }
    return try !TextBeginning.mayBePickle(source)
  }

  /// Reads a table to its end: whether it is text in its encoding, and all lines have as many columns.
  ///
  /// - Parameter reading: How it is read; `nil` for as plain numbers, else as columns of the types that they have.
  mutating func checkText(_ source: any ByteSource, _ reading: OpenOptions?) throws(FormatError) {
    try TextBeginning.refuseForeign(
      source, path, mayBeText: reading != nil, isEncoded: reading?.text.encoding != nil)
    let format = FileFormat(extensionOf: path).flatMap { $0.isText ? $0 : nil } ?? .txt
    if let reading {
      var options = reading
      options.format = options.format ?? format
      return try read(Document(.text(TextFile.decompressing(source), format), path: path, options: options))
    }
    let plain = try TextFile.decompressing(source)
    do throws(FormatError) { try read(Document(.text(plain, format), path: path, options: OpenOptions())) } catch {
      // Rows that are no rows are wrong in CSV, whatever the values.
      guard error.code == .badValue || (error.code == .malformed && format == .txt) else { throw error }
      var note = FormatError(.badValue, "no table of plain numbers: \(error.message)", file: path)
      (note.line, note.offset) = (error.line, error.offset)
      if try FileCheck.hasLongLine(source) {
        note.message +=
          "; lines of more than \(FileCheck.longestLine) bytes were not searched for columns of other kinds"
      } else {
        // The words of who reads it as it is, whichever way it fails.
        guard let isPlain = try? checkColumns(source, format) else { throw error }
        if isPlain { note.commandHint = "--genfromtxt --dtype auto reads it" }
      }
      self.note(.note, note)
    }
  }

  /// Reads a table whose columns have types of their own: as it is, or else with the delimiter and the first line that it
  /// seems to have.
  ///
  /// - Returns: Whether it needs nothing else.
  private mutating func checkColumns(_ source: any ByteSource, _ format: FileFormat) throws(FormatError) -> Bool {
    var gaps = GenFromTextOptions(dtype: nil, delimiter: format.delimiter.map { .text($0) } ?? .space)
    do throws(FormatError) {
      try read(source, format, gaps)
      return true
    } catch { guard [.badValue, .malformed].contains(error.code) else { throw error } }
    gaps.dialect.findsDelimiter = format.delimiter == nil
    gaps.dialect.start = .found
    gaps.dialect.quoteCharacter = "\""
    try read(source, format, gaps)
    return false
  }

  private mutating func read(
    _ source: any ByteSource, _ format: FileFormat, _ gaps: GenFromTextOptions
  ) throws(FormatError) {
    var options = OpenOptions()
    options.text = .genFromText(gaps)
    try read(Document(.text(TextFile.decompressing(source), format), path: path, options: options))
  }

  /// A line may have as many bytes, to be searched for columns: each of them costs a hundred times the bytes of its text.
  private static let longestLine = 1 << 18

  /// Whether any line is longer.
  private static func hasLongLine(_ source: any ByteSource) throws(FormatError) -> Bool {
    let plain = try TextFile.decompressing(source)
    var (place, length) = (0, 0)
    while case let piece = try plain.readBytes(at: place, upTo: longestLine), !piece.isEmpty {
      place += piece.count
      length += piece.firstIndex { $0 == 10 || $0 == 13 } ?? piece.count
      guard length <= longestLine else { return true }
      // Lines within a piece are shorter than it.
      if let last = piece.lastIndex(where: { $0 == 10 || $0 == 13 }) { length = piece.count - 1 - last }
    }
    return false
  }

  /// Reads all of a table, and notes what is told of it meanwhile: rows that are too short. That there are none is no fault.
  private mutating func read(_ table: Document) throws(FormatError) {
    var warnings: [FileWarning] = []
    var options = table.options
    options.onWarning = { warnings.append($0) }
    var count = 0
    let document = Document(table.content, path: path, options: options)
    try document.array().blocks().forEachRun(inUnitsOf: 1) { (run: AnyNDArray) throws(FormatError) in
      count += run.count
    }
    guard count > 0 else { return }
    for warning in warnings { note(.warning, FormatError(.malformed, warning.message, file: path)) }
  }
}
