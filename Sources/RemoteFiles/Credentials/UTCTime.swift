internal import Calendars
internal import PlatformC

/// Moments as the services of AWS write them.
enum UTCTime {
  /// The seconds since 1970.
  static var now: Int { Int(time(nil)) }

  /// A moment after 1970 as signatures have it: `20130524T000000Z`.
  static func compact(_ time: Int) -> String {
    let day = time / 86_400
    let second = time - day * 86_400
    let date = CivilCalendar.date(ofDay: Int128(day))
    func padded(_ number: Int, _ count: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
    return padded(Int(date.year), 4) + padded(date.month, 2) + padded(date.day, 2) + "T" + padded(second / 3600, 2)
      + padded(second / 60 % 60, 2) + padded(second % 60, 2) + "Z"
  }

  /// The seconds since 1970 of a moment by ISO 8601, such as `2026-11-29T10:00:00Z`, `….250+01:00` or `…UTC`; `nil` for
  /// another text. Without a zone it is in UTC.
  static func seconds(_ text: String) -> Int? {
    var rest = Substring(text)
    func number(_ count: Int, after sign: Character? = nil) -> Int? {
      if let sign {
        guard rest.first == sign else { return nil }
        rest = rest.dropFirst()
      }
      let digits = rest.prefix(count)
      rest = rest.dropFirst(count)
      return digits.count == count && digits.allSatisfy(\.isWholeNumber) ? Int(digits) : nil
    }
    guard let year = number(4), let month = number(2, after: "-"), let day = number(2, after: "-"),
      let separator = rest.popFirst(), "T ".contains(separator), let hour = number(2),
      let minute = number(2, after: ":"), let second = number(2, after: ":"), (1...12).contains(month),
      (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    if rest.first == "." { rest = rest.dropFirst().drop(while: \.isWholeNumber) }
    var offset = 0
    switch rest {
    case "", "Z", "UTC", "GMT": break
    default:
      guard let sign = rest.popFirst(), "+-".contains(sign), let hours = number(2),
        let minutes = rest.isEmpty ? 0 : number(2, after: rest.first == ":" ? ":" : nil), rest.isEmpty
      else { return nil }
      offset = (hours * 60 + minutes) * (sign == "-" ? -60 : 60)
    }
    let days = Int(CivilCalendar.days(ofMonth: Int64((year - 1970) * 12 + month - 1))) + day - 1
    return days * 86_400 + hour * 3600 + minute * 60 + second - offset
  }
}
