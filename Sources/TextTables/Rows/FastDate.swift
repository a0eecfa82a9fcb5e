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
    // `YYYY-MM-`, and `YY-MM-DD` two characters on.
    guard range.count >= 10,
      let first = FastDate.pairs(text, start, form: 0x2D30_302D_3030_3030, marks: 0x0900_0009_0000_0000),
      let last = FastDate.pairs(text, start &+ 2, form: 0x3030_2D30_302D_3030, marks: 0x0000_0900_0009_0000)
    else { return nil }
    let year = FastDate.pair(first, 0) &* 100 &+ FastDate.pair(first, 2)
    let (month, day) = (FastDate.pair(first, 5), FastDate.pair(last, 6))
    guard month >= 1, month <= 12, day >= 1, day <= 28 || day <= CivilCalendar.length(ofMonth: month, year: year)
    else { return nil }
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
      text.byte(start) == 0x54 || text.byte(start) == 0x20
    else { return nil }
    var seconds: Int
    var fraction: Int64 = 0
    if length == 5 {
      guard text.byte(start &+ 3) == 0x3A, let hour = FastDate.two(text, start &+ 1),
        let minute = FastDate.two(text, start &+ 4), hour < 24, minute < 60
      else { return nil }
      seconds = hour &* 3600 &+ minute &* 60
    } else {
      guard let pairs = FastDate.pairs(text, start &+ 1, form: 0x3030_3A30_303A_3030, marks: 0x0000_0900_0009_0000)
      else { return nil }
      let (hour, minute, second) = (FastDate.pair(pairs, 0), FastDate.pair(pairs, 3), FastDate.pair(pairs, 6))
      guard hour < 24, minute < 60, second < 60 else { return nil }
      seconds = hour &* 3600 &+ minute &* 60 &+ second
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

  /// Eight bytes from a place on, each with the digit behind it as a number of two digits; `nil` if they are not of a form.
  ///
  /// - Parameters:
  ///   - form: A zero for each digit, and the marks between them; the first character lowest.
  ///   - marks: What makes 127 of the 118 that tells a digit, at the places of marks: none but these are zero there.
  @inline(__always)
  private static func pairs(_ text: RawSpan, _ place: Int, form: UInt64, marks: UInt64) -> UInt64? {
    // Safe: the caller has compared the place + 8 with the end of the text.
    let word = UInt64(littleEndian: unsafe text.unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: UInt64.self))
    let values = word ^ form
    guard ((values &+ (0x7676_7676_7676_7676 &+ marks)) | values) & 0x8080_8080_8080_8080 == 0 else { return nil }
    return (values &* 10) &+ (values >> 8)
  }

  @inline(__always)
  private static func pair(_ pairs: UInt64, _ place: UInt64) -> Int {
    Int(truncatingIfNeeded: (pairs >> (place &* 8)) & 0xFF)
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
