/// Moments and durations in NumPy's words: `np.datetime_as_string` and `str(timedelta64)`.
enum DateText {
  /// Appends a moment in ISO 8601, as precise as its unit; `NaT`; or, without a unit, the plain count.
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
    // Counted from 1 March 2000, so that a leap day ends its cycle of 400 years. From 2000 on wrapping, as in NumPy.
    let (cyclesFrom2000, dayOfCycle) = floorDivide(days &- 10_957, 146_097)
    var cycle = cyclesFrom2000
    var day = dayOfCycle - 60
    if day < 0 {
      day += 146_097
      cycle -= 1
    }
    // 100 years have 36524 days but the last of a cycle, 4 years have 1461 but the last of a century.
    let century = min(day / 36_524, 3)
    day -= century * 36_524
    let olympiad = min(day / 1461, 24)
    day -= olympiad * 1461
    let yearOfFour = min(day / 365, 3)
    day -= yearOfFour * 365
    // From March on, months of 31, 30, 31, 30, 31 days repeat: 153 days.
    let monthFromMarch = (5 * day + 2) / 153
    let dayOfMonth = day - (153 * monthFromMarch + 2) / 5 + 1
    let isNextYear = monthFromMarch >= 10
    let yearOfCycle = century * 100 + olympiad * 4 + yearOfFour + (isNextYear ? 1 : 0)
    appendYear(2000 + cycle * 400 + yearOfCycle, to: &buffer)
    appendPart("-", isNextYear ? monthFromMarch - 9 : monthFromMarch + 3, to: &buffer)
    appendPart("-", dayOfMonth, to: &buffer)
  }

  /// Day and time of so many steps, of which a day has `perDay`: hours, minutes or seconds.
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
