internal import Calendars
internal import NDArrays
internal import NumberText

/// Moments and durations as NumPy's `str` writes them.
enum DateText {
  /// `5 days`, `75 seconds` for three steps of 25 s, `NaT`.
  static func duration(_ count: Int64, _ unit: DateUnit) -> String {
    if count == notATime { return "NaT" }
    return "\(Int128(count) * Int128(unit.count)) \(unit.unit.pluralName)"
  }

  /// `2020-01-31T05:06:07.123`, as far as the unit reaches; `nil` for a datetime without unit.
  static func moment(_ count: Int64, _ unit: DateUnit) -> String? {
    if count == notATime { return "NaT" }
    let steps = Int128(count) * Int128(unit.count)
    var text = TextBuffer()
    switch unit.unit {
    case .generic: return nil
    case .year: appendYear(steps + 1970, to: &text)
    case .month: appendMonth(steps, to: &text)
    case .week: appendDay(steps * 7, to: &text)
    case .day: appendDay(steps, to: &text)
    default: appendTime(steps, unit.unit, to: &text)
    }
    return String(decoding: text.array, as: UTF8.self)
  }

  /// At least four characters, a minus among them.
  private static func appendYear(_ year: Int128, to text: inout TextBuffer) {
    if year < 0 { text.append(UInt8(ascii: "-")) }
    let digits = String(year.magnitude)
    text.append(repeating: 48, count: (year < 0 ? 3 : 4) - digits.utf8.count)
    text.append(digits)
  }

  private static func appendMonth(_ months: Int128, to text: inout TextBuffer) {
    let (year, month) = months.floored(by: 12)
    appendYear(year + 1970, to: &text)
    text.append(UInt8(ascii: "-"))
    appendTwo(Int(month) + 1, to: &text)
  }

  private static func appendDay(_ days: Int128, to text: inout TextBuffer) {
    let (month, day) = CivilCalendar.month(ofDay: Int64(clamping: days))
    appendMonth(Int128(month), to: &text)
    text.append(UInt8(ascii: "-"))
    appendTwo(day, to: &text)
  }

  private static func appendTwo(_ value: Int, to text: inout TextBuffer) {
    text.append(UInt8(48 + value / 10 % 10))
    text.append(UInt8(48 + value % 10))
  }

  private static func appendTime(_ steps: Int128, _ unit: DateUnit.Unit, to text: inout TextBuffer) {
    // How many digits of a second the unit has; hours and minutes are whole seconds.
    let (scale, digits): (Int128, Int)
    switch unit {
    case .hour: (scale, digits) = (3600, -2)
    case .minute: (scale, digits) = (60, -1)
    case .millisecond: (scale, digits) = (1, 3)
    case .microsecond: (scale, digits) = (1, 6)
    case .nanosecond: (scale, digits) = (1, 9)
    case .picosecond: (scale, digits) = (1, 12)
    case .femtosecond: (scale, digits) = (1, 15)
    case .attosecond: (scale, digits) = (1, 18)
    default: (scale, digits) = (1, 0)
    }
    var perSecond: Int128 = 1
    for _ in 0..<max(0, digits) { perSecond *= 10 }
    let (second, fraction) = (steps * scale).floored(by: perSecond)
    let (day, time) = second.floored(by: 86_400)
    appendDay(day, to: &text)
    text.append(UInt8(ascii: "T"))
    appendTwo(Int(time) / 3600, to: &text)
    if digits > -2 {
      text.append(UInt8(ascii: ":"))
      appendTwo(Int(time) / 60 % 60, to: &text)
    }
    if digits > -1 {
      text.append(UInt8(ascii: ":"))
      appendTwo(Int(time) % 60, to: &text)
    }
    if digits > 0 {
      text.append(UInt8(ascii: "."))
      let shown = String(fraction)
      text.append(repeating: 48, count: digits - shown.utf8.count)
      text.append(shown)
    }
  }

  /// Whether Python's `int` takes a datetime or duration: NumPy hands it a plain number unless the standard library has
  /// a type for it (a `date`, `datetime` or `timedelta` in its range).
  static func isPlainNumber(_ count: Int64, _ unit: DateUnit, isDatetime: Bool) -> Bool {
    if count == notATime { return false }
    switch unit.unit {
    case .nanosecond, .picosecond, .femtosecond, .attosecond: return true
    // A moment without a unit is nothing that NumPy hands on.
    case .generic: return !isDatetime
    case .year, .month: if !isDatetime { return true }
    default: break
    }
    if isDatetime {
      guard let day = DateConversion(from: unit, to: DateUnit(.day), isDatetime: true)?(count) else { return true }
      // date.min is 0001-01-01, date.max 9999-12-31.
      return day < -719_162 || day > 2_932_896
    }
    guard let day = DateConversion(from: unit, to: DateUnit(.day), isDatetime: false)?(count) else { return true }
    return day < -999_999_999 || day > 999_999_999
  }
}

extension Int128 {
  /// The quotient rounded down and what is left, which is not negative.
  fileprivate func floored(by divisor: Int128) -> (quotient: Int128, remainder: Int128) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
