internal import ByteIO
internal import NumberText
internal import PythonLiterals

/// What the columns of a text hold, found from all rows, so that a column that is one of text is left as it stands.
struct ColumnKindSearch {
  private struct Column {
    var mayBeNumber = true
    var mayBeTruth = true
    var mayBeDate = true
    /// Whether one is a number only by other marks than were given.
    var contradicts = false
    /// How many are dates in the format that was given; and how many are none, the first of them, and its line.
    var dateCount = 0
    var otherCount = 0
    var firstOther: (text: String, line: Int)?

    /// What all rows may be is for the reader to find; a column in which they differ is one of text.
    var kind: FieldSpelling.Kind { mayBeNumber || mayBeTruth || mayBeDate ? .unknown : .text }
  }

  private let spelling: FieldSpelling
  private let isMissing: (String) -> Bool
  private var columns: [Column] = []
  /// Whether fields may be dates in a format that was given.
  private let findsDates: Bool
  /// Whether a field is a date in that format.
  private(set) var hasDates = false

  /// - Parameter isMissing: Whether a text represents a missing value.
  init(_ spelling: FieldSpelling, isMissing: @escaping (String) -> Bool) {
    self.spelling = spelling
    self.isMissing = isMissing
    findsDates = spelling.hasDates
  }

  var kinds: [FieldSpelling.Kind] { columns.map(\.kind) }
  /// The columns that a reader which does not know the marks could take for numbers.
  var contradicting: Set<Int> {
    Set(columns.indices.filter { columns[$0].contradicts && columns[$0].kind == .text })
  }

  mutating func add(_ rows: TextRows) {
    for (index, field) in rows.fields.enumerated() {
      if index == columns.count { columns.append(Column()) }
      guard columns[index].kind != .text || findsDates else { continue }
      add(FieldSpelling.trimmed(rows.text(field)), to: index, line: rows.lineCount - rows.linesOfRow + 1)
    }
  }

  /// The first field that is no date in the format, of the first column of text most of whose fields are.
  var firstMisfit: (text: String, line: Int)? {
    columns.first { $0.kind == .text && $0.dateCount > $0.otherCount }?.firstOther
  }

  private mutating func add(_ text: ArraySlice<UInt8>, to index: Int, line: Int) {
    guard !text.isEmpty else { return }
    let shown = String(decoding: text, as: UTF8.self)
    guard !isMissing(shown) else { return }
    let (isNumber, isDate): (Bool, Bool)
    switch spelling.rewrite(text, as: .number) {
    case .missing: return
    case .contradicts:
      isNumber = false
      columns[index].contradicts = true
    case .same: isNumber = ColumnKindSearch.isNumber(Array(text))
    case .changed(let digits): isNumber = !spelling.isTruth(text) && ColumnKindSearch.isNumber(digits)
    }
    if case .changed = spelling.rewrite(text, as: .date) {
      (isDate, hasDates) = (true, true)
      columns[index].dateCount += 1
    } else {
      isDate = PythonText.isDate(shown)
      columns[index].otherCount += 1
      if findsDates, columns[index].firstOther == nil { columns[index].firstOther = (String(shown.prefix(60)), line) }
    }
    if !isNumber { columns[index].mayBeNumber = false }
    if !isDate { columns[index].mayBeDate = false }
    if !spelling.isTruth(text), !["true", "false"].contains(shown.lowercased()) { columns[index].mayBeTruth = false }
  }

  private static func isNumber(_ text: [UInt8]) -> Bool {
    PythonNumberText.double(text) != nil || PythonNumberText.complex(text) != nil
  }
}

extension TextPreparation {
  /// Looks through the whole text, which can be read once more afterwards.
  ///
  /// - Parameter isMissing: Whether a text represents a missing value.
  mutating func findKinds(isMissing: @escaping (String) -> Bool) throws(FormatError) -> ColumnKindSearch {
    if !source.isSeekable { source = ReplayableStream(source, folder: ScratchFile.defaultFolder) }
    var search = ColumnKindSearch(try spelling(truths: ("True", "False")), isMissing: isMissing)
    var rows = rows()
    for _ in 0..<skippedLines where try !rows.skipLine() { break }
    while try rows.next() { search.add(rows) }
    if let format = dialect.dateFormat, !search.hasDates {
      onWarning?(FileWarning("no field is a date of the format '\(format)'", file: source.name))
    } else if let format = dialect.dateFormat, let misfit = search.firstMisfit {
      onWarning?(
        FileWarning(
          "\(PythonRepr.string(misfit.text)) in line \(misfit.line) is no date of the format '\(format)': the column is text",
          file: source.name))
    }
    return search
  }
}
