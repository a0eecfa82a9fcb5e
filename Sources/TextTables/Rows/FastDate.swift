internal import Calendars
internal import NDArrays
internal import NumberText

/// Moments as nearly all texts write them, `2020-01-31` and `2020-01-31T05:06:07.123`: fixed places, no doubt. Everything
/// else, and what the unit cannot hold exactly, is left to `ParsedDate`.
struct FastDate: Sendable {
  /// How many units a day has.
  private let perDay: Int64
  /// How many characters of hours, minutes and seconds the unit reaches to.
  private let timeLength: Int
  /// How many digits of a second the unit has.
  private let fractionDigits: Int

  /// `nil` for a unit that is not read so.
  init?(_ dtype: DType) {
    guard dtype.kind == .datetime, dtype.isNative, let unit = dtype.dateUnit, unit.count == 1 else { return nil }
    switch unit.unit {
    case .day: (perDay, timeLength, fractionDigits) = (1, 0, 0)
    case .minute: (perDay, timeLength, fractionDigits) = (1440, 5, 0)
    case .second: (perDay, timeLength, fractionDigits) = (86_400, 8, 0)
    case .millisecond: (perDay, timeLength, fractionDigits) = (86_400_000, 8, 3)
    case .microsecond: (perDay, timeLength, fractionDigits) = (86_400_000_000, 8, 6)
    case .nanosecond: (perDay, timeLength, fractionDigits) = (86_400_000_000_000, 8, 9)
    default: return nil
    }
  }

  /// The unit of a text of such a form, to a day, a minute or a second; `nil` for any other text. Whether there is such a
  /// moment is not looked at.
  static func unit(_ text: [UInt8]) -> DateUnit? {
    let form: StaticString = "dddd-dd-ddTdd:dd:dd"
    guard [10, 16, 19].contains(text.count) else { return nil }
    for (index, byte) in text.enumerated() {
      // Safe: the form has as many characters as the longest text.
      switch unsafe form.utf8Start[index] {
      case UInt8(ascii: "d"): if byte < 0x30 || byte > 0x39 { return nil }
      case UInt8(ascii: "T"): if byte != 0x54, byte != 0x20 { return nil }
      case let mark: if byte != mark { return nil }
      }
    }
    return DateUnit(text.count == 10 ? .day : text.count == 16 ? .minute : .second)
  }

  /// The moment in a range of a text; `nil` if it is not of this form.
  @inline(__always)
  func read(_ text: RawSpan, _ range: Range<Int>) -> Int64? {
    let start = range.lowerBound
    guard range.count >= 10, text.byte(start &+ 4) == 0x2D, text.byte(start &+ 7) == 0x2D,
      let century = FastDate.two(text, start), let rest = FastDate.two(text, start &+ 2),
      let month = FastDate.two(text, start &+ 5), let day = FastDate.two(text, start &+ 8)
    else { return nil }
    let year = century &* 100 &+ rest
    guard month >= 1, month <= 12, day >= 1, day <= CivilCalendar.length(ofMonth: month, year: year) else { return nil }
    let days = Int64(FastDate.days(year, month, day))
    if range.count == 10 {
      let (count, overflow) = days.multipliedReportingOverflow(by: perDay)
      return overflow ? nil : count
    }
    guard let time = time(text, (start &+ 10)..<range.upperBound) else { return nil }
    let (count, overflow) = days.multipliedReportingOverflow(by: perDay)
    let (sum, carry) = count.addingReportingOverflow(time)
    return overflow || carry ? nil : sum
  }

  /// The time of a day, in units.
  private func time(_ text: RawSpan, _ range: Range<Int>) -> Int64? {
    let start = range.lowerBound
    let length = range.count &- 1
    guard length == 5 || length >= 8, timeLength >= min(length, 8),
      text.byte(start) == 0x54 || text.byte(start) == 0x20, text.byte(start &+ 3) == 0x3A,
      let hour = FastDate.two(text, start &+ 1), let minute = FastDate.two(text, start &+ 4), hour < 24, minute < 60
    else { return nil }
    var seconds = hour &* 3600 &+ minute &* 60
    var fraction: Int64 = 0
    if length >= 8 {
      guard text.byte(start &+ 6) == 0x3A, let second = FastDate.two(text, start &+ 7), second < 60 else { return nil }
      seconds &+= second
      if length > 8 {
        let digits = length &- 9
        guard text.byte(start &+ 9) == 0x2E, digits >= 1, digits <= fractionDigits else { return nil }
        for place in 0..<fractionDigits {
          var digit: UInt8 = 0x30
          if place < digits { digit = text.byte(start &+ 10 &+ place) }
          guard digit >= 0x30, digit <= 0x39 else { return nil }
          fraction = fraction &* 10 &+ Int64(digit &- 0x30)
        }
      }
    }
    // Minutes are sixty seconds.
    return perDay == 1440 ? Int64(seconds / 60) : Int64(seconds) &* (perDay / 86_400) &+ fraction
  }

  @inline(__always)
  private static func two(_ text: RawSpan, _ place: Int) -> Int? {
    let (first, second) = (Int(text.byte(place)) &- 0x30, Int(text.byte(place &+ 1)) &- 0x30)
    guard first >= 0, first <= 9, second >= 0, second <= 9 else { return nil }
    return first &* 10 &+ second
  }

  /// The days from 1970, by years that begin in March: see `CivilCalendar`, which reckons with all years.
  @inline(__always)
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    // 400 years later, so that no year is negative.
    let shifted = (month <= 2 ? year &- 1 : year) &+ 400
    let yearInEra = shifted % 400
    let dayInYear = (153 &* (month > 2 ? month &- 3 : month &+ 9) &+ 2) / 5 &+ day &- 1
    let dayInEra = yearInEra &* 365 &+ yearInEra / 4 &- yearInEra / 100 &+ dayInYear
    return (shifted / 400 &- 1) &* 146_097 &+ dayInEra &- 719_468
  }
}
