internal import ByteIO
internal import NDArrays
internal import NumberText

/// What may help where a field is not a value: the option of the command that reads such texts.
struct TextHint: Sendable {
  private let field: String
  private let kind: DType.Kind
  private let syntax: TextSyntax
  private let row: Row

  /// The row in which the field stands.
  struct Row: Sendable {
    /// Whether it has no other field.
    let isOnly: Bool
    /// Whether a field of it is a number: then it is no header.
    let hasNumbers: Bool
    /// How many rows, itself included, stand before the first one of numbers alone, as far as that is seen.
    let rowsAboveNumbers: Int
  }

  init(field: String, _ dtype: DType, _ syntax: TextSyntax, _ row: Row) {
    self.field = String(field.prefix(400))
    kind = dtype.kind
    self.syntax = syntax
    self.row = row
  }

  private var isOnly: Bool { row.isOnly }

  /// What may help where the first row is none of numbers.
  static let header = "a header is left out by --skiprows 1, and read by --names true"
  private static let words =
    "--genfromtxt reads what is no number as missing, --genfromtxt --dtype auto finds the types"

  /// What may help where a word stands in the first row.
  private var heading: String {
    if row.hasNumbers { return TextHint.words }
    return row.rowsAboveNumbers > 1
      ? "--skiprows auto leaves out the lines above the numbers, --names true reads names there" : TextHint.header
  }

  func text(isFirstRow: Bool, isLastField: Bool) -> String? {
    let bytes = Array(PythonText.strip(field).utf8)
    guard !bytes.isEmpty else {
      return isLastField && !isOnly && !isFirstRow
        ? "--genfromtxt reads empty fields as missing values; --trailing-delimiter drops the last"
        : isLastField && !isOnly
          ? "--trailing-delimiter reads lines that end in a delimiter; --genfromtxt reads empty fields as missing values"
          : "--genfromtxt reads empty fields as missing values"
    }
    // A single letter is a name rather than a truth value.
    if isFirstRow, bytes.count == 1, TextHint.isWord(bytes), kind != .bool { return heading }
    let isImaginary = bytes.contains { $0 | 0x20 == UInt8(ascii: "j") } && bytes.contains { (0x30...0x39).contains($0) }
    if isImaginary, kind == .float || kind.isInteger, PythonNumberText.complex(bytes) != nil {
      return "--dtype c16 reads complex numbers"
    }
    if bytes.last == UInt8(ascii: "i"), PythonNumberText.complex(bytes.dropLast() + [UInt8(ascii: "j")]) != nil {
      return "--dtype c16 reads complex numbers, whose imaginary parts end in j as Python writes them, not in i"
    }
    // Of white space and commas these divide the columns where they stand behind each number.
    if syntax.splitsAtSpace, bytes.last == UInt8(ascii: ","), PythonNumberText.double(Array(bytes.dropLast())) != nil,
      let hint = TextHint.delimiter(within: field, syntax)
    {
      return hint
    }
    if let hint = spelling(bytes) { return hint }
    if isFirstRow, syntax.splitsAtSpace, let drawn = TextHint.drawn(bytes) { return drawn }
    if let hint = TextHint.delimiter(within: field, syntax) { return hint }
    if let first = bytes.first, syntax.quote.isEmpty, first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
      return "--quotechar \(first == 0x22 ? "'\"'" : "\"'\"") reads fields in quotes"
    }
    if isFirstRow, TextHint.isWord(bytes), !(kind == .datetime && PythonText.isDate(field)) {
      return heading
    }
    if kind == .datetime, !PythonText.isDate(field), TextHint.isDate(bytes) {
      return "--date-format '%d.%m.%Y' reads such dates, with %H, %M and %S for times"
    }
    if kind == .float || kind.isInteger, TextHint.isDayOfNumbers(bytes) {
      return "--date-format '%d.%m.%Y' and --dtype 'M8[D],f8' read such dates beside numbers"
    }
    if kind.isInteger, bytes.dropFirst(bytes[0] == UInt8(ascii: "-") ? 1 : 0).allSatisfy({ (0x30...0x39).contains($0) })
    {
      return "a wider dtype, such as --dtype i8 or f8, has room for the number"
    }
    if kind != .datetime, PythonText.isDate(field) {
      return "--dtype 'M8[s]' reads dates; --dtype 'f8,M8[s]' columns of both"
    }
    if kind.isInteger, PythonText.double(field) != nil { return "--dtype f8 reads numbers with a point or an exponent" }
    if TextHint.isWord(bytes) || field == "-" || field == "?" {
      return TextHint.words
    }
    return nil
  }

  /// What reads a table that is drawn with lines and bars, such as Markdown's, before whose first column there is a bar.
  private static func drawn(_ bytes: [UInt8]) -> String? {
    let columns = "--delimiter '|' --usecols 1,2"
    if bytes.first == UInt8(ascii: "|") {
      return "\(columns) reads columns between bars, below --skiprows 2 of a heading"
    }
    guard bytes.first == UInt8(ascii: "+"), bytes.count > 2, bytes.allSatisfy("+-=".utf8.contains) else { return nil }
    return "\(columns) --comments + reads a table that is drawn with lines, below --skiprows 2 of a heading"
  }

  /// Whether a text may be a date in another order than ISO 8601's.
  private static func isDate(_ bytes: [UInt8]) -> Bool {
    bytes.count { $0 >= 0x30 && $0 <= 0x39 } >= 4 && bytes.contains { "./- ".utf8.contains($0) }
  }

  /// Whether a text is three numbers between which a mark stands that dates have, but not as ISO 8601 has it.
  private static func isDayOfNumbers(_ bytes: [UInt8]) -> Bool {
    guard let mark = bytes.first(where: { $0 < 0x30 || $0 > 0x39 }), "./-".utf8.contains(mark) else { return false }
    let parts = bytes.split(separator: mark, omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0].count <= 2
      && parts.allSatisfy { (1...4).contains($0.count) && $0.allSatisfy { (0x30...0x39).contains($0) } }
  }

  private static func isWord(_ bytes: [UInt8]) -> Bool {
    bytes.contains { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || $0 >= 0x80 }
  }

  /// Numbers, truth values and dates that are spelled in another way.
  private func spelling(_ bytes: [UInt8]) -> String? {
    guard kind != .string, kind != .bytes else { return nil }
    func reads(_ change: (inout TextDialect) -> Void) -> Bool {
      var dialect = TextDialect()
      change(&dialect)
      guard let spelling = try? FieldSpelling(dialect, truths: ("1", "0")) else { return false }
      guard case .changed(let other) = spelling.rewrite(bytes[...], as: kind == .bool ? .truth : .number) else {
        return false
      }
      return PythonText.double(String(decoding: other, as: UTF8.self)) != nil
    }
    let isComma = syntax.delimiter == [UInt8(ascii: ",")]
    for (spelling, example) in [
      (TextDialect.Spelling.fortran, "Fortran's exponents"), (.hex, "hexadecimals"),
      (.minus, "a minus behind the number, or the mathematical one (U+2212)"),
      (.percent, "hundredths"), (.currency, "sums of money"),
      (.microsoft, "Microsoft's infinities and NaN"), (.truth, "truth values as words"),
    ] where reads({ $0.spellings = [spelling] }) {
      return "--accept \(spelling.rawValue) reads \(example)"
    }
    // Of white space and commas the commas may stand between columns.
    guard !isComma, !(syntax.splitsAtSpace && isOnly) else { return nil }
    if reads({ $0.decimalMark = "," }) { return "--decimal , reads decimal commas" }
    if reads({ ($0.decimalMark, $0.thousandsMark) = (",", ".") }) {
      return "--decimal , --thousands . reads such numbers"
    }
    if reads({ $0.thousandsMark = "," }) { return "--thousands , reads such numbers" }
    return nil
  }

  /// The delimiter that stands within a field.
  static func delimiter(within field: String, _ syntax: TextSyntax) -> String? {
    let marks = syntax.splitsAtSpace || field.contains(";") ? [";", "\t", ",", "|"] : [";", "\t", "|"]
    for mark in marks where field.contains(mark) && Array(mark.utf8) != syntax.delimiter {
      let shown = mark == "\t" ? "\\t" : mark
      return "columns between '\(shown)' are read by --delimiter '\(shown)', with names and texts by --from csv"
    }
    let words = PythonText.words(Array(field.unicodeScalars)[...])
    if !syntax.splitsAtSpace, words.count > 1, words.allSatisfy({ PythonText.double($0.string) != nil }) {
      return "columns between white space are read by --delimiter ''"
    }
    let parts = field.split(separator: ":", omittingEmptySubsequences: false)
    if syntax.delimiter != [UInt8(ascii: ":")], parts.count > 1,
      parts.allSatisfy({ PythonText.double(String($0)) != nil })
    {
      return "columns between ':' are read by --delimiter ':'"
    }
    return nil
  }
}

extension DType.Kind {
  fileprivate var isInteger: Bool { self == .signedInteger || self == .unsignedInteger }
}
