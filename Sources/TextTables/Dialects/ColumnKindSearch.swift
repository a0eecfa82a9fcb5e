internal import ByteIO
internal import NumberText

/// What the columns of a text hold, found from all rows, so that a column that is one of text is left as it stands.
struct ColumnKindSearch {
  private struct Column {
    var mayBeNumber = true
    var mayBeTruth = true
    var mayBeDate = true
    /// Whether one is a number only by other marks than were given.
    var contradicts = false

    /// What all rows may be is for the reader to find; a column in which they differ is one of text.
    var kind: FieldSpelling.Kind { mayBeNumber || mayBeTruth || mayBeDate ? .unknown : .text }
  }

  private let spelling: FieldSpelling
  private let isMissing: (String) -> Bool
  private var columns: [Column] = []
  /// Whether a field is a date in the format that was given.
  private(set) var hasDates = false

  /// - Parameter isMissing: Whether a text represents a missing value.
  init(_ spelling: FieldSpelling, isMissing: @escaping (String) -> Bool) {
    self.spelling = spelling
    self.isMissing = isMissing
  }

  var kinds: [FieldSpelling.Kind] { columns.map(\.kind) }
  /// The columns that a reader which does not know the marks could take for numbers.
  var contradicting: Set<Int> {
    Set(columns.indices.filter { columns[$0].contradicts && columns[$0].kind == .text })
  }

  mutating func add(_ rows: TextRows) {
    for (index, field) in rows.fields.enumerated() {
      if index == columns.count { columns.append(Column()) }
      guard columns[index].kind != .text else { continue }
      add(FieldSpelling.trimmed(rows.text(field)), to: index)
    }
  }

  private mutating func add(_ text: ArraySlice<UInt8>, to index: Int) {
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
    } else {
      isDate = PythonText.isDate(shown)
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
    }
    return search
  }
}
