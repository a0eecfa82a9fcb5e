internal import CNumPyIOKernels
internal import NDArrays
internal import NumberText

/// What most fields are, told without a look at their value. Behind each there must be 64 bytes of memory.
extension CSVField {
  static let moments = FastDate(.datetime(DateUnit(.microsecond)))

  /// What a field is that is written as nearly all are; `nil` for any other. It must not be empty.
  @inline(__always)
  static func plainKinds(_ text: RawSpan, _ field: CSVRows.Field) -> CSVColumn.Kinds? {
    let count = field.end &- field.start
    if let number = shortInteger(text, field) { return number.isNegative ? [.integer, .negative] : .integer }
    guard count < 64 else { return nil }
    // Safe: the caller has 64 bytes behind the field.
    let digits = unsafe text.withUnsafeBytes { bytes in
      unsafe npyio_mask_digits(bytes.baseAddress.unsafelyUnwrapped + field.start)
    }
    let sign = text.byte(field.start) == UInt8(ascii: "-") ? 1 : 0
    // The characters that are neither digits nor a sign before them.
    let others = ~digits & ((1 &<< UInt64(truncatingIfNeeded: count)) &- 1) & ~UInt64(truncatingIfNeeded: sign)
    if others == 0 {
      // So many digits are an integer that a `Double` holds.
      guard count > sign, count &- sign <= 15 else { return nil }
      return sign == 1 ? [.integer, .negative] : .integer
    }
    let point = others.trailingZeroBitCount
    if text.byte(field.start &+ point) == UInt8(ascii: ".") {
      return point > sign && isFraction(text, field, others & (others &- 1), from: point &+ 1) ? .number : nil
    }
    if truth(text, field) != nil { return .truth }
    return count >= 10 ? dateKind(text, field) : nil
  }

  /// The integer of up to eight digits that a field is, read without a loop over them; `nil` for any other.
  @inline(__always)
  static func shortInteger(_ text: RawSpan, _ field: CSVRows.Field) -> (magnitude: Int64, isNegative: Bool)? {
    let isNegative = text.byte(field.start) == UInt8(ascii: "-")
    let start = field.start &+ (isNegative ? 1 : 0)
    let count = field.end &- start
    guard count >= 1, count <= 8 else { return nil }
    // Safe: the caller has 64 bytes behind the field.
    let word = UInt64(littleEndian: unsafe text.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt64.self))
    // The digits' values, before which there are zeros.
    let digits = NumberReader.digitValues(word) &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count)
    guard NumberReader.nonDigits(digits) == 0 else { return nil }
    return (Int64(truncatingIfNeeded: NumberReader.eightDigits(digits)), isNegative)
  }

  /// Whether digits follow, and perhaps an exponent.
  @inline(__always)
  private static func isFraction(_ text: RawSpan, _ field: CSVRows.Field, _ others: UInt64, from start: Int) -> Bool {
    let count = field.end &- field.start
    guard others != 0 else { return start < count }
    let letter = others.trailingZeroBitCount
    guard letter > start, text.byte(field.start &+ letter) | 0x20 == UInt8(ascii: "e") else { return false }
    let rest = others & (others &- 1)
    guard rest != 0 else { return letter &+ 1 < count }
    let sign = text.byte(field.start &+ letter &+ 1)
    return rest == 2 &<< UInt64(truncatingIfNeeded: letter) && letter &+ 2 < count
      && (sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+"))
  }

  /// The truth value that a field is.
  @inline(__always)
  static func truth(_ text: RawSpan, _ field: CSVRows.Field) -> Bool? {
    let count = field.end &- field.start
    guard count == 4 || count == 5 else { return nil }
    var word: UInt64 = 0
    for place in field.start..<field.end { word = word &<< 8 | UInt64(text.byte(place) | 0x20) }
    return word == 0x74_7275_65 ? true : word == 0x66_616C_7365 ? false : nil
  }

  private static func dateKind(_ text: RawSpan, _ field: CSVRows.Field) -> CSVColumn.Kinds? {
    guard let moments, moments.read(text, field.start..<field.end) != nil else { return nil }
    return dateKind(length: field.end &- field.start)
  }

  /// How fine a moment of the plain form is that has so many characters.
  @inline(__always)
  static func dateKind(length: Int) -> CSVColumn.Kinds { length == 10 ? .day : length <= 19 ? .second : .microsecond }

  /// How many code points a field has.
  @inline(__always)
  static func length(_ text: RawSpan, _ field: CSVRows.Field, isASCII: Bool) -> Int {
    var count = field.end &- field.start
    if isASCII { return count }
    var place = field.start
    while place < field.end {
      // Safe: the caller has 64 bytes behind the field.
      var word = UInt64(littleEndian: unsafe text.unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: UInt64.self))
      let left = field.end &- place
      if left < 8 { word &= (1 &<< UInt64(truncatingIfNeeded: left &* 8)) &- 1 }
      // Bytes that go on with a character begin with the bits 10.
      count &-= (word & ~(word << 1) & 0x8080_8080_8080_8080).nonzeroBitCount
      place &+= 8
    }
    return count
  }

  /// Whether a field begins or ends with what may not count.
  @inline(__always)
  static func hasBlanks(_ text: RawSpan, _ field: CSVRows.Field) -> Bool {
    text.byte(field.start) <= 0x20 || text.byte(field.end &- 1) <= 0x20
  }
}

extension CSVColumn {
  /// Takes a field of a row into account.
  @inline(__always)
  mutating func add(_ text: RawSpan, _ field: CSVRows.Field, isASCII: Bool) {
    guard field.start < field.end, !CSVField.hasBlanks(text, field) else {
      return add(CSVField(text.extracting(field.start..<field.end), isQuoted: field.isQuoted))
    }
    let length = CSVField.length(text, field, isASCII: isASCII)
    if isOfAnyText { return widen(to: length) }
    guard let kinds = CSVField.plainKinds(text, field) else {
      return add(CSVField(text.extracting(field.start..<field.end), isQuoted: field.isQuoted))
    }
    add(kinds, length: length)
  }
}
