/// The proleptic Gregorian calendar, by numbers of days and months from January 1970.
///
/// Years begin in March, so that a leap day is a year's last; 400 years have 146,097 days (Hinnant's "chrono-compatible
/// low-level date algorithms", https://howardhinnant.github.io/date_algorithms.html).
package enum CivilCalendar {
  /// A day of the calendar.
  package struct Date: Hashable, Sendable {
    package var year: Int64
    /// 1 to 12.
    package var month: Int
    /// 1 to 31.
    package var day: Int
  }

  /// How many days a month has, 1 to 12 of a year.
  @inlinable @inline(__always)
  package static func length(ofMonth month: Int, year: Int) -> Int {
    if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
  }

  /// The days from 1970 to the first of a month, which is counted in months from January 1970.
  package static func days(ofMonth month: Int64) -> Int64 {
    let shifted = Int128(month) + 1970 * 12 - 2
    let year = floorDivide(shifted, 12)
    let monthInYear = shifted - year * 12
    let era = floorDivide(year, 400)
    let yearInEra = year - era * 400
    let dayInYear = (153 * monthInYear + 2) / 5
    let dayInEra = yearInEra * 365 + yearInEra / 4 - yearInEra / 100 + dayInYear
    return Int64(clamping: era * 146_097 + dayInEra - 719_468)
  }

  /// The month, counted from January 1970, and the day of the month, from 1, of a day.
  package static func month(ofDay day: Int64) -> (month: Int64, day: Int) { month(ofDay: Int128(day)) }

  /// As above, for days that 64 bits do not hold.
  package static func month(ofDay day: Int128) -> (month: Int64, day: Int) {
    // In 64 bits nearly always: 128 take many times as long.
    if let day = Int64(exactly: day), day.magnitude < 1 << 62 { return split(day) }
    let (month, dayInMonth) = split(day)
    return (Int64(clamping: month), dayInMonth)
  }

  /// The date of a day, counted from the beginning of 1970.
  package static func date(ofDay day: Int128) -> Date {
    let (month, dayInMonth) = month(ofDay: day)
    let years = floorDivide(month, 12)
    return Date(year: 1970 + years, month: Int(month - years * 12) + 1, day: dayInMonth)
  }

  private static func split<Count: FixedWidthInteger & SignedInteger>(_ day: Count) -> (month: Count, day: Int) {
    let shifted = day + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayInEra = shifted - era * 146_097
    let yearInEra = (dayInEra - dayInEra / 1_460 + dayInEra / 36_524 - dayInEra / 146_096) / 365
    let dayInYear = dayInEra - (365 * yearInEra + yearInEra / 4 - yearInEra / 100)
    let monthInYear = (5 * dayInYear + 2) / 153
    let dayInMonth = dayInYear - (153 * monthInYear + 2) / 5 + 1
    return ((era * 400 + yearInEra) * 12 + monthInYear + 2 - 1970 * 12, Int(dayInMonth))
  }

  private static func floorDivide<Count: FixedWidthInteger & SignedInteger>(_ value: Count, _ divisor: Count) -> Count {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
