internal import Calendars
internal import NumberText

/// A datetime or duration as its text has it.
package struct ParsedDate: Sendable {
  /// How many steps of ``unit``, rounded down; `nil` if 64 bits do not hold that.
  package var count: Int64?
  /// As fine as the text goes; the generic unit for `NaT` and plain counts.
  package var unit: DateUnit
  /// The time since 1970 in attoseconds, where the text has a time of day: a zone may make it finer than ``unit``.
  var attoseconds: Int128?

  /// The count in another unit, rounded down; `nil` if 64 bits do not hold it.
  package func count(in wanted: DateUnit, isDatetime: Bool) -> Int64? {
    if wanted == .generic || unit == .generic { return count }
    guard let attoseconds else {
      guard let count, let conversion = DateConversion(from: unit, to: wanted, isDatetime: isDatetime) else {
        return nil
      }
      return conversion(count)
    }
    let second: Int128 = 1_000_000_000_000_000_000
    let length: Int128
    switch wanted.unit {
    case .week: length = second * 604_800
    case .hour: length = second * 3_600
    case .minute: length = second * 60
    case .second: length = second
    case .millisecond: length = 1_000_000_000_000_000
    case .microsecond: length = 1_000_000_000_000
    case .nanosecond: length = 1_000_000_000
    case .picosecond: length = 1_000_000
    case .femtosecond: length = 1_000
    case .attosecond: length = 1
    default:
      let day = Int64(clamping: ParsedDate.floored(attoseconds, second * 86_400))
      return DateConversion(from: DateUnit(.day), to: wanted, isDatetime: isDatetime)?(day)
    }
    let steps = Int64(exactly: ParsedDate.floored(attoseconds, length * Int128(wanted.count)))
    return steps == notATime ? nil : steps
  }

  static func floored(_ value: Int128, _ divisor: Int128) -> Int128 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

extension ParsedDate {
  /// Reads a datetime in ISO 8601 as NumPy does, or a count of steps.
  ///
  /// - Returns: `nil` for what is neither, and for what no unit could hold. An empty text is not a time.
  package static func parse(_ text: [UInt8], isDatetime: Bool) -> ParsedDate? {
    let word = text.map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }
    if word.isEmpty || word.elementsEqual("nat".utf8) { return ParsedDate(count: notATime, unit: .generic) }
    guard isDatetime else { return parseCount(text) }
    var parser = MomentParser(text)
    return parser.parse()
  }

  private static func parseCount(_ text: [UInt8]) -> ParsedDate? {
    let digits = text.drop { $0 == 0x20 || (9...13).contains($0) }
    // Python's own digits and underscores are none of NumPy's here.
    guard digits.allSatisfy({ ($0 >= 48 && $0 <= 57) || $0 == 0x2B || $0 == 0x2D }) else { return nil }
    return PythonNumberText.integer(Array(digits)).map { ParsedDate(count: Int64($0), unit: .generic) }
  }
}

/// Reads `2020-01-31T05:06:07.123456+01:00` and its beginnings.
private struct MomentParser {
  private let text: [UInt8]
  private var place = 0

  init(_ text: [UInt8]) { self.text = text }

  private var next: UInt8? { place < text.count ? text[place] : nil }

  private mutating func skip(_ byte: Character) -> Bool {
    guard next == byte.asciiValue else { return false }
    place += 1
    return true
  }

  /// Exactly two digits.
  private mutating func two() -> Int? {
    guard place + 2 <= text.count, let tens = digit(place), let ones = digit(place + 1) else { return nil }
    place += 2
    return tens * 10 + ones
  }

  private func digit(_ place: Int) -> Int? {
    place < text.count && text[place] >= 48 && text[place] <= 57 ? Int(text[place]) - 48 : nil
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || (9...13).contains(byte) { place += 1 }
  }

  mutating func parse() -> ParsedDate? {
    skipSpace()
    guard let year = parseYear() else { return nil }
    if next == nil { return ParsedDate(count: year - 1970, unit: DateUnit(.year)) }
    guard skip("-"), let month = two(), month >= 1, month <= 12 else { return nil }
    let (yearMonths, overflow) = (year - 1970).multipliedReportingOverflow(by: 12)
    guard !overflow, yearMonths < Int64.max - 12 else { return nil }
    let months = yearMonths + Int64(month) - 1
    if next == nil { return ParsedDate(count: months, unit: DateUnit(.month)) }
    guard skip("-"), let day = two(), day >= 1 else { return nil }
    let first = CivilCalendar.days(ofMonth: months)
    guard Int64(day) <= CivilCalendar.days(ofMonth: months + 1) - first else { return nil }
    let days = first + Int64(day) - 1
    if next == nil { return ParsedDate(count: days, unit: DateUnit(.day)) }
    guard skip("T") || skip(" ") else { return nil }
    return parseTime(Int128(days))
  }

  private mutating func parseYear() -> Int64? {
    let isNegative = next == UInt8(ascii: "-")
    if isNegative || next == UInt8(ascii: "+") { place += 1 }
    guard digit(place) != nil else { return nil }
    var year: Int64 = 0
    while let digit = digit(place) {
      let (product, overflow) = year.multipliedReportingOverflow(by: 10)
      guard !overflow, product < Int64.max - 4000 else { return nil }
      year = product + Int64(digit)
      place += 1
    }
    return isNegative ? -year : year
  }

  private mutating func parseTime(_ days: Int128) -> ParsedDate? {
    guard let hour = two(), hour < 24 else { return nil }
    var seconds = days * 86_400 + Int128(hour) * 3600
    var unit = DateUnit(.hour)
    var fraction: Int128 = 0
    if skip(":") {
      guard let minute = two(), minute < 60 else { return nil }
      seconds += Int128(minute) * 60
      unit = DateUnit(.minute)
      if skip(":") {
        guard let second = two(), second < 60 else { return nil }
        seconds += Int128(second)
        unit = DateUnit(.second)
        if skip(".") {
          let start = place
          while let digit = digit(place), place - start < 18 {
            fraction = fraction * 10 + Int128(digit)
            place += 1
          }
          let count = place - start
          let units: [DateUnit.Unit] = [
            .millisecond, .microsecond, .nanosecond, .picosecond, .femtosecond, .attosecond,
          ]
          let step = max(0, (count - 1) / 3)
          unit = DateUnit(units[step])
          for _ in count..<18 { fraction *= 10 }
        }
      }
    }
    guard let offset = parseZone() else { return nil }
    seconds -= Int128(offset) * 60
    skipSpace()
    guard next == nil else { return nil }
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000_000_000_000)
    guard !overflow else { return nil }
    var date = ParsedDate(count: nil, unit: unit, attoseconds: whole &+ fraction)
    date.count = date.count(in: unit, isDatetime: true)
    return date
  }

  /// The distance from UTC in minutes; 0 if none is given.
  private mutating func parseZone() -> Int? {
    if skip("Z") { return 0 }
    let isNegative = next == UInt8(ascii: "-")
    guard isNegative || next == UInt8(ascii: "+") else { return 0 }
    place += 1
    guard let hours = two(), hours < 24 else { return nil }
    var minutes = 0
    if skip(":") || digit(place) != nil {
      guard let value = two(), value < 60 else { return nil }
      minutes = value
    }
    return (isNegative ? -1 : 1) * (hours * 60 + minutes)
  }
}
