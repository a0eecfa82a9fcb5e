internal import NDArrays
internal import NumberText

/// A field of a CSV table, looked at.
@safe struct CSVField: ~Escapable {
  /// What it is as a text.
  let whole: RawSpan
  /// What may be a number: blanks around what is not quoted do not count.
  let text: RawSpan

  @_lifetime(copy text)
  init(_ text: RawSpan, isQuoted: Bool) {
    whole = text
    guard !isQuoted else {
      self.text = text
      return
    }
    var (start, end) = (0, text.byteCount)
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 9 }
    while start < end, isSpace(text.byte(start)) { start &+= 1 }
    while end > start, isSpace(text.byte(end &- 1)) { end &-= 1 }
    self.text = text.extracting(start..<end)
  }

  var isEmpty: Bool { text.byteCount == 0 }

  /// How many code points it has as a text.
  var length: Int {
    var count = 0
    for place in 0..<whole.byteCount where whole.byte(place) & 0xC0 != 0x80 { count &+= 1 }
    return count
  }

  /// What it may be.
  var kinds: CSVColumn.Kinds {
    guard !isEmpty else { return .gap }
    // Most fields that are no numbers begin with a letter.
    let first = text.byte(0)
    if first < 0x40, let kinds = plainNumber { return kinds }
    return otherKinds
  }

  /// What it is as a number written in ASCII, between white space perhaps.
  private var plainNumber: CSVColumn.Kinds? {
    var place = 0
    if let (magnitude, isNegative) = NumberReader.integer(text, &place), place == text.byteCount {
      return CSVColumn.Kinds(integer: magnitude, isNegative: isNegative)
    }
    place = 0
    guard let value = NumberReader.double(text, &place), place == text.byteCount else { return nil }
    return isDigits ? .hugeInteger : value.isNaN ? .nan : .number
  }

  private var isDigits: Bool {
    var place = text.byte(0) == UInt8(ascii: "-") || text.byte(0) == UInt8(ascii: "+") ? 1 : 0
    while place < text.byteCount, text.byte(place) &- 0x30 < 10 { place += 1 }
    return place == text.byteCount
  }

  private var otherKinds: CSVColumn.Kinds {
    // No other value is as long.
    guard text.byteCount <= 100 else { return .text }
    let bytes = text.bytes(0..<text.byteCount)
    if CSVField.truth(bytes) != nil { return .truth }
    if MissingWords.contains(String(decoding: bytes, as: UTF8.self)) { return .missingWord }
    if let kind = CSVField.dateKind(bytes) { return kind }
    // Underscores are as good as letters in what programs export.
    guard !bytes.contains(UInt8(ascii: "_")) else { return .text }
    // Digits of other scripts, white space within quotes.
    if let number = PythonNumberText.unsigned(bytes) {
      let digits = Array(String(number.magnitude).utf8)
      // Safe: the span is used while the array's bytes are held.
      let kinds = unsafe digits.withUnsafeBytes { CSVField(unsafe RawSpan(_unsafeBytes: $0), isQuoted: true).kinds }
      return number.isNegative ? kinds.union(.negative) : kinds
    }
    if let value = PythonNumberText.double(bytes) { return value.isNaN ? .nan : .number }
    return isComplex(bytes) ? .complex : .text
  }

  /// Whether a text is a complex number as Python and NumPy write it: not sums in the parentheses of accountants, `(5.00)`,
  /// nor codes such as `12J`.
  private func isComplex(_ bytes: [UInt8]) -> Bool {
    bytes.contains(UInt8(ascii: "j")) && bytes.contains { (0x30...0x39).contains($0) }
      && PythonNumberText.complex(bytes) != nil
  }

  /// The truth value that a text is.
  static func truth(_ bytes: [UInt8]) -> Bool? {
    guard bytes.count == 4 || bytes.count == 5 else { return nil }
    let word = bytes.map { $0 | 0x20 }
    return word.elementsEqual("true".utf8) ? true : word.elementsEqual("false".utf8) ? false : nil
  }

  /// How fine a date of ISO 8601 is, `2024-05-17` or `2024-05-17T10:30`; `nil` for what is none, or not in the calendar.
  private static func dateKind(_ bytes: [UInt8]) -> CSVColumn.Kinds? {
    guard (10...29).contains(bytes.count), bytes[4] == 0x2D, bytes[7] == 0x2D else { return nil }
    for place in [0, 1, 2, 3, 5, 6, 8, 9] where !(0x30...0x39).contains(bytes[place]) { return nil }
    var kind = CSVColumn.Kinds.day
    if bytes.count > 10 {
      guard bytes.count >= 16, bytes[10] == 0x54 || bytes[10] == 0x20, bytes[13] == 0x3A,
        bytes[11...].allSatisfy({ (0x30...0x3A).contains($0) || $0 == 0x2E })
      else { return nil }
      kind = bytes.count <= 19 ? .second : bytes.count <= 26 ? .microsecond : .nanosecond
    }
    guard let date = ParsedDate.parse(bytes, isDatetime: true) else { return nil }
    // Nanoseconds reach from 1678 to 2262.
    let isHeld = kind != .nanosecond || date.count(in: DateUnit(.nanosecond), isDatetime: true) != nil
    return isHeld ? kind : nil
  }
}
