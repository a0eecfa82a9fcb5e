internal import NumberText

/// Rewrites the text of one field as NumPy's readers expect it.
struct FieldSpelling: Sendable {
  /// What a column holds.
  enum Kind: Sendable {
    case number, truth, date, text
    /// To be found from the data.
    case unknown
  }

  /// What comes of a field.
  enum Outcome {
    /// It is read as it stands.
    case same
    case changed([UInt8])
    /// It represents a missing value.
    case missing
    /// A number that says another thing under the marks that were given: `1.234` where a comma is the decimal mark.
    case contradicts
  }

  private let decimal: [UInt8]
  /// What may stand between groups of digits.
  private let thousands: [[UInt8]]
  private let spellings: Set<TextDialect.Spelling>
  private let missingNumbers: [Double]
  private let dates: DateSpelling?
  /// The words for truth values in columns of such.
  private let truths: (yes: [UInt8], no: [UInt8])

  /// - Parameter truths: How the reader wants truth values written.
  init(_ dialect: TextDialect, truths: (yes: String, no: String)) throws(DateSpelling.Trouble) {
    decimal = Array(dialect.decimalMark.utf8)
    // A space is mostly one at which lines do not break, a thin one, or one as narrow as French has it.
    let marks = dialect.thousandsMark == " " ? [" ", "\u{A0}", "\u{2009}", "\u{202F}"] : [dialect.thousandsMark ?? ""]
    thousands = marks.filter { !$0.isEmpty }.map { Array($0.utf8) }
    spellings = dialect.spellings
    missingNumbers = dialect.missingNumbers
    if let format = dialect.dateFormat { dates = try DateSpelling(format) } else { dates = nil }
    self.truths = (Array(truths.yes.utf8), Array(truths.no.utf8))
  }

  func rewrite(_ field: ArraySlice<UInt8>, as kind: Kind) -> Outcome {
    guard kind != .text else { return .same }
    let text = FieldSpelling.trimmed(field)
    guard !text.isEmpty else { return .same }
    if kind == .date || kind == .unknown, let dates {
      if let date = dates.rewrite(text) { return .changed(date) }
      if kind == .date { return .same }
    }
    if spellings.contains(.truth), kind != .date, let truth = FieldSpelling.truth(text) {
      if kind == .number { return .changed([truth ? 0x31 : 0x30]) }
      return .changed(truth ? truths.yes : truths.no)
    }
    guard kind != .date, let number = number(text) else { return .same }
    switch number {
    case .contradicts: return .contradicts
    case .digits(let digits):
      let value = missingNumbers.isEmpty ? nil : PythonNumberText.double(digits)
      if let value, missingNumbers.contains(value) { return .missing }
      return digits.elementsEqual(text) ? .same : .changed(digits)
    }
  }

  static func trimmed(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = field
    while let first = text.first, first == 0x20 || first == 9 { text.removeFirst() }
    while let last = text.last, last == 0x20 || last == 9 { text.removeLast() }
    return text
  }

  /// Whether there is a format of dates.
  var hasDates: Bool { dates != nil }

  /// Whether a text is one of the words for truth values that are accepted.
  func isTruth(_ text: ArraySlice<UInt8>) -> Bool { spellings.contains(.truth) && FieldSpelling.truth(text) != nil }

  private static func truth(_ text: ArraySlice<UInt8>) -> Bool? {
    guard text.count <= 5 else { return nil }
    switch String(decoding: text, as: UTF8.self).lowercased() {
    case "true", "yes", "on", "t", "y": return true
    case "false", "no", "off", "f", "n": return false
    default: return nil
    }
  }

  // MARK: Numbers

  private enum Number {
    case digits([UInt8])
    case contradicts
  }

  /// The number as Python writes it; `nil` for what is no number in the spellings that are accepted.
  private func number(_ field: ArraySlice<UInt8>) -> Number? {
    var text = field
    var isNegative = false
    var hasSign = false
    func takeSign() {
      if !hasSign, spellings.contains(.minus), text.starts(with: FieldSpelling.minus) {
        (isNegative, hasSign) = (true, true)
        text = text.dropFirst(FieldSpelling.minus.count)
        return
      }
      guard !hasSign, let first = text.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") else { return }
      isNegative = first == UInt8(ascii: "-")
      hasSign = true
      text = text.dropFirst()
    }
    takeSign()
    if spellings.contains(.currency) { text = FieldSpelling.withoutCurrency(text) }
    takeSign()
    if spellings.contains(.minus), !hasSign, text.last == UInt8(ascii: "-") {
      isNegative = true
      hasSign = true
      text = text.dropLast()
    }
    var shift = 0
    if spellings.contains(.percent), text.last == UInt8(ascii: "%") {
      text = FieldSpelling.trimmed(text.dropLast())
      shift = -2
    }
    let sign: [UInt8] = isNegative ? [UInt8(ascii: "-")] : hasSign ? [UInt8(ascii: "+")] : []
    if shift == 0, spellings.contains(.hex), let digits = FieldSpelling.hexadecimal(text) {
      return .digits(sign + digits)
    }
    if shift == 0, spellings.contains(.microsoft), let value = MicrosoftNumber.value(text) {
      return .digits(sign + value)
    }
    switch mantissa(&text) {
    case nil: return nil
    case .contradicts?: return .contradicts
    case .digits(let digits)?:
      guard let exponent = exponent(text, afterPoint: digits.contains(UInt8(ascii: "."))) else { return nil }
      guard let exponent = exponent.map({ $0 + shift }) ?? (shift == 0 ? nil : shift) as Int?? else { return nil }
      return .digits(sign + digits + (exponent.map { Array("e\($0)".utf8) } ?? []))
    }
  }

  /// The mathematical minus, U+2212.
  private static let minus = Array("\u{2212}".utf8)
  private static let currencies = ["$", "€", "£", "¥", "₹", "USD", "EUR", "GBP", "CHF"].map { Array($0.utf8) }

  private static func withoutCurrency(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    for mark in currencies {
      if text.starts(with: mark) { return trimmed(text.dropFirst(mark.count)) }
      if text.count > mark.count, text.suffix(mark.count).elementsEqual(mark) {
        return trimmed(text.dropLast(mark.count))
      }
    }
    return text
  }

  /// Takes the digits before an exponent, the point and the marks between groups among them, off the text.
  private func mantissa(_ text: inout ArraySlice<UInt8>) -> Number? {
    var digits: [UInt8] = []
    var groups: [Int] = []
    var hasPoint = false
    var fraction = 0
    while let byte = text.first {
      if byte >= 0x30, byte <= 0x39 {
        digits.append(byte)
        if hasPoint { fraction += 1 } else if groups.isEmpty { groups = [1] } else { groups[groups.count - 1] += 1 }
        text = text.dropFirst()
      } else if !hasPoint, text.starts(with: decimal) {
        hasPoint = true
        digits.append(UInt8(ascii: "."))
        text = text.dropFirst(decimal.count)
      } else if !hasPoint, !groups.isEmpty, let mark = thousands.first(where: text.starts) {
        groups.append(0)
        text = text.dropFirst(mark.count)
      } else {
        break
      }
    }
    // Letters are left to the reader: inf, nan and what is no number.
    guard groups.contains(where: { $0 > 0 }) || fraction > 0 else { return nil }
    // Groups of three, but for the first; in India of two, but for the last.
    let isGrouped =
      groups.count < 2 || ((1...3).contains(groups[0]) && groups.last == 3 && groups.dropFirst().allSatisfy { $0 == 3 })
      || ((1...2).contains(groups[0]) && groups.last == 3 && groups.dropFirst().dropLast().allSatisfy { $0 == 2 })
    guard isGrouped else { return .contradicts }
    if decimal != [UInt8(ascii: ".")], text.first == UInt8(ascii: ".") { return .contradicts }
    return .digits(digits)
  }

  /// The exponent of what follows the digits; `nil` within for none at all, `nil` for what is none.
  private func exponent(_ text: ArraySlice<UInt8>, afterPoint: Bool) -> Int?? {
    guard let first = text.first else { return .some(nil) }
    var rest = text
    switch first {
    case UInt8(ascii: "e"), UInt8(ascii: "E"): rest = text.dropFirst()
    case UInt8(ascii: "d"), UInt8(ascii: "D"), UInt8(ascii: "q"), UInt8(ascii: "Q"):
      guard spellings.contains(.fortran) else { return nil }
      rest = text.dropFirst()
      // The sign of an exponent that is not negative may be a space.
      if rest.first == 0x20 { rest = rest.dropFirst() }
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard spellings.contains(.fortran), afterPoint else { return nil }
    default: return nil
    }
    guard rest.count <= 6, let value = Int(String(decoding: rest, as: UTF8.self)) else { return nil }
    return value
  }

  private static func hexadecimal(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count > 2, text.first == 0x30, text[text.startIndex + 1] | 0x20 == UInt8(ascii: "x") else { return nil }
    let digits = String(decoding: text.dropFirst(2), as: UTF8.self)
    if let value = UInt64(digits, radix: 16), !digits.hasPrefix("+") { return Array(String(value).utf8) }
    guard let value = Double("0x" + digits), value.isFinite,
      digits.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "p") })
    else { return nil }
    return Array(PythonNumberText.description(value).utf8)
  }
}
