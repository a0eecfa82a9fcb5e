internal import Calendars

/// Days as the labels of axes show them.
enum CivilDate {
  /// `2020-03-14`, for a day counted from the beginning of 1970.
  static func text(ofDay day: Int) -> String {
    let date = CivilCalendar.date(ofDay: Int128(day))
    return yearText(Int(date.year)) + "-" + twoDigits(date.month) + "-" + twoDigits(date.day)
  }

  /// At least four digits, and a minus before them.
  static func yearText(_ year: Int) -> String {
    let digits = String(year.magnitude)
    return (year < 0 ? "-" : "") + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }

  static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}
