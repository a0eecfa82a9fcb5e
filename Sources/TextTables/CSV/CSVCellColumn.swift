internal import NDArrays
internal import NumberText

/// As what the cells of a column hold its fields: eight bytes each.
enum CSVForm: Sendable {
  /// NaN: there are nothing but gaps so far.
  case gaps
  /// An `Int64`.
  case integer
  /// A `Double`, NaN for what is missing.
  case number
  /// 1 or 0.
  case truth
  /// Microseconds from 1970, NaT for what is missing.
  case moment
  /// Where the text of the field lies: a ``CSVPlace``.
  case place
}

/// A column of a part while the part is read: what has been found in it, and as what its cells hold that.
struct CSVCellColumn {
  private(set) var found = CSVColumn()
  private(set) var form: CSVForm
  /// Whether something is held as a gap that is no empty text.
  private(set) var losesText = false

  /// - Parameter isKeptAsPlaces: Whether the cells are places in any case, as the column has been of several kinds elsewhere.
  init(isKeptAsPlaces: Bool) { form = isKeptAsPlaces ? .place : .gaps }

  /// What the cell of a field holds.
  enum Plain {
    case bits(UInt64)
    /// A place of the field's text, which the caller is to keep.
    case text
    /// What ``cell(_:)`` tells.
    case other

    @inline(__always)
    init(_ bits: UInt64?) { if let bits { self = .bits(bits) } else { self = .other } }
  }

  /// What becomes of the cells above one.
  enum Turn { case none, toNumbers, toMoments, toEmptyTexts }

  static let missing = Double.nan.bitPattern
  static let notATime = UInt64(bitPattern: .min)

  /// Takes a field into account that is written as nearly all are, and fits those above it.
  @inline(__always)
  mutating func plainCell(_ text: RawSpan, _ field: CSVRows.Field, isASCII: Bool) -> Plain {
    let length = field.end &- field.start
    switch form {
    case .place:
      found.add(text, field, isASCII: isASCII)
      return .text
    case .integer: return Plain(plainInteger(text, field).map { UInt64(bitPattern: $0) })
    case .number:
      if length == 0 { return gap(CSVCellColumn.missing) }
      if found.hasNumber { return Plain(plainNumber(text, field)) }
      return Plain(plainInteger(text, field).map { Double($0).bitPattern })
    case .truth:
      guard let truth = CSVField.truth(text, field) else { return .other }
      found.add(.truth, length: length)
      return .bits(truth ? 1 : 0)
    case .moment:
      if length == 0 { return gap(CSVCellColumn.notATime) }
      guard let count = CSVField.moments?.read(text, field.start..<field.end) else { return .other }
      found.add(CSVField.dateKind(length: length), length: length)
      return .bits(UInt64(bitPattern: count))
    case .gaps: return length == 0 ? gap(CSVCellColumn.missing) : .other
    }
  }

  @inline(__always)
  private mutating func gap(_ cell: UInt64) -> Plain {
    found.add(.gap, length: 0)
    return .bits(cell)
  }

  /// An integer that is no negative zero, which a `Double` would tell from zero.
  @inline(__always)
  private mutating func plainInteger(_ text: RawSpan, _ field: CSVRows.Field) -> Int64? {
    let length = field.end &- field.start
    if let (magnitude, isNegative) = CSVField.shortInteger(text, field) {
      guard magnitude != 0 || !isNegative else { return nil }
      found.add(isNegative ? [.integer, .negative] : .integer, length: length)
      return isNegative ? 0 &- magnitude : magnitude
    }
    var place = field.start
    guard length > 8, let (magnitude, isNegative) = NumberReader.integer(text, &place), place == field.end,
      magnitude != 0, magnitude <= UInt64(Int64.max)
    else { return nil }
    found.add(CSVColumn.Kinds(integer: magnitude, isNegative: isNegative), length: length)
    let value = Int64(truncatingIfNeeded: magnitude)
    return isNegative ? 0 &- value : value
  }

  /// A number in a column that has one, in which it does not matter which of them are integers.
  @inline(__always)
  private mutating func plainNumber(_ text: RawSpan, _ field: CSVRows.Field) -> UInt64? {
    var place = field.start
    // Words for numbers begin with a letter, or have one behind their sign.
    guard text.byte(place) < 0x40, let value = NumberReader.double(text, &place), place == field.end, !value.isNaN
    else { return nil }
    found.add(.number, length: field.end &- field.start)
    return value.bitPattern
  }

  /// The cell of any field, and what becomes of those above it. If the form is now that of places, the caller is to keep the text.
  ///
  /// - Returns: `nil` if no form holds all fields: then the part is to be read again, with places in this column.
  mutating func cell(_ field: borrowing CSVField) -> (bits: UInt64, turn: Turn)? {
    guard form != .place else {
      found.add(field)
      return (CSVCellColumn.missing, .none)
    }
    let kinds = field.kinds
    guard let next = form(with: field, of: kinds), let bits = CSVCellColumn.bits(field, of: kinds, in: next)
    else { return nil }
    let turn: Turn =
      form == next
      ? .none : next == .number ? .toNumbers : next == .moment ? .toMoments : next == .place ? .toEmptyTexts : .none
    let isOfGaps = form == .gaps
    form = next
    if !field.whole.isEmpty, !kinds.isDisjoint(with: .missing) { losesText = true }
    found.add(field, of: kinds)
    // Gaps are NaN already.
    return (bits, isOfGaps && next == .number ? .none : turn)
  }

  /// The form that holds what has been found and one field more.
  private func form(with field: borrowing CSVField, of kinds: CSVColumn.Kinds) -> CSVForm? {
    if !kinds.isDisjoint(with: .missing) { return form == .integer ? .number : form == .truth ? nil : form }
    let isFirst = found.kinds.isEmpty
    if kinds.isSubset(of: .integers) {
      guard form != .truth, form != .moment else { return nil }
      guard kinds.isDisjoint(with: [.unsigned, .hugeInteger]) else { return form == .number ? .number : nil }
      let isNegativeZero = kinds.contains(.negative) && !field.hasDigitBesidesZero
      return (form == .integer || form == .gaps && isFirst) && !isNegativeZero ? .integer : .number
    }
    switch kinds {
    case .number, .nan: return form == .truth || form == .moment ? nil : .number
    case .truth: return form == .truth || isFirst ? .truth : nil
    case .day, .second, .microsecond: return form == .moment || form == .gaps ? .moment : nil
    default: return form == .gaps && !losesText ? .place : nil
    }
  }

  private static func bits(
    _ field: borrowing CSVField, of kinds: CSVColumn.Kinds, in form: CSVForm
  ) -> UInt64? {
    let isMissing = !kinds.isDisjoint(with: .missing)
    switch form {
    case .gaps, .place: return missing
    case .moment: return isMissing ? notATime : moment(field)
    case .truth: return CSVField.truth(field.text.bytes(0..<field.text.byteCount)).map { $0 ? 1 : 0 }
    case .number: return isMissing ? missing : CSVSlot.bits(field, as: .float64)
    case .integer: return CSVSlot.bits(field, as: .int64)
    }
  }

  private static func moment(_ field: borrowing CSVField) -> UInt64? {
    CSVField.moments?.read(field.text, 0..<field.text.byteCount).map { UInt64(bitPattern: $0) }
  }
}

extension CSVField {
  /// Whether a digit is none of zero's.
  fileprivate var hasDigitBesidesZero: Bool {
    for place in 0..<text.byteCount where (0x31...0x39).contains(text.byte(place)) { return true }
    return false
  }
}
