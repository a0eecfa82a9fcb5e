internal import Calendars

/// Datetimes and durations in NumPy's words: `np.datetime_as_string` and `str(timedelta64)`.
enum PrintedDate {
  /// Appends a datetime in ISO 8601, as precise as its unit; `NaT`; or, without a unit, the plain count.
  static func append(_ value: Int64, unit: DateUnit, to buffer: inout PrintBuffer) {
    if value == notATime {
      buffer.append("NaT")
      return
    }
    // Wrapping, as in NumPy's C: a count of 25-second steps may be beyond what seconds can count.
    let steps = value &* Int64(unit.count)
    switch unit.unit {
    case .generic: IntegerText.append(value, to: &buffer)
    case .year: appendYear(1970 &+ steps, to: &buffer)
    case .month:
      let (years, month) = floorDivide(steps, 12)
      appendYear(1970 &+ years, to: &buffer)
      appendPart("-", month + 1, to: &buffer)
    case .week: appendDay(steps &* 7, to: &buffer)
    case .day: appendDay(steps, to: &buffer)
    case .hour: appendTime(steps, perDay: 24, parts: 1, to: &buffer)
    case .minute: appendTime(steps, perDay: 1440, parts: 2, to: &buffer)
    case .second: appendTime(steps, perDay: 86_400, parts: 3, to: &buffer)
    case .millisecond: appendSubsecond(steps, 3, to: &buffer)
    case .microsecond: appendSubsecond(steps, 6, to: &buffer)
    case .nanosecond: appendSubsecond(steps, 9, to: &buffer)
    case .picosecond: appendSubsecond(steps, 12, to: &buffer)
    case .femtosecond: appendSubsecond(steps, 15, to: &buffer)
    case .attosecond: appendSubsecond(steps, 18, to: &buffer)
    }
  }

  /// A duration alone: `10 years`, `125 seconds`, `NaT`.
  static func duration(_ value: Int64, unit: DateUnit) -> String {
    if value == notATime { return "NaT" }
    return "\(value &* Int64(unit.count)) \(unit.unit.pluralName)"
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  /// At least four characters, the sign among them, as `%04d` writes it.
  private static func appendYear(_ year: Int64, to buffer: inout PrintBuffer) {
    if year < 0 { buffer.bytes.append(UInt8(ascii: "-")) }
    IntegerText.append(year.magnitude, minDigits: year < 0 ? 3 : 4, to: &buffer)
  }

  private static func appendPart(
    _ separator: String, _ value: Int64, digits: Int = 2, to buffer: inout PrintBuffer
  ) {
    buffer.append(separator)
    IntegerText.append(value.magnitude, minDigits: digits, to: &buffer)
  }

  /// The day of the proleptic Gregorian calendar.
  private static func appendDay(_ days: Int64, to buffer: inout PrintBuffer) {
    // Counted from 2000 on, wrapping, as in NumPy.
    let date = CivilCalendar.date(ofDay: Int128(days &- 10_957) + 10_957)
    appendYear(date.year, to: &buffer)
    appendPart("-", Int64(date.month), to: &buffer)
    appendPart("-", Int64(date.day), to: &buffer)
  }

  /// Day and time of that many steps, of which a day has `perDay`: hours, minutes or seconds.
  private static func appendTime(
    _ steps: Int64, perDay: Int64, parts: Int, to buffer: inout PrintBuffer
  ) {
    let (days, time) = floorDivide(steps, perDay)
    appendDay(days, to: &buffer)
    let seconds = time * (86_400 / perDay)
    appendPart("T", seconds / 3600, to: &buffer)
    if parts > 1 { appendPart(":", seconds / 60 % 60, to: &buffer) }
    if parts > 2 { appendPart(":", seconds % 60, to: &buffer) }
  }

  private static func appendSubsecond(_ steps: Int64, _ digits: Int, to buffer: inout PrintBuffer) {
    var perSecond: Int64 = 1
    for _ in 0..<digits { perSecond *= 10 }
    let (seconds, fraction) = floorDivide(steps, perSecond)
    appendTime(seconds, perDay: 86_400, parts: 3, to: &buffer)
    appendPart(".", fraction, digits: digits, to: &buffer)
  }
}
