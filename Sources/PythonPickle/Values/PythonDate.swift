/// A Python `date`, `time` or `datetime`, taken apart.
public struct PythonDate: Hashable, Sendable {
  /// The year, month and day; `nil` for a `time`.
  public var day: Day?
  /// The time of day; `nil` for a `date`.
  public var time: Time?

  /// A day of the calendar.
  public struct Day: Hashable, Sendable {
    /// 1 to 9999.
    public var year: Int
    /// 1 to 12.
    public var month: Int
    /// 1 to 31.
    public var day: Int

    /// A day; `nil` for one that the calendar does not have, or outside of the years 1 to 9999.
    public init?(year: Int, month: Int, day: Int) {
      self.init(year, month, day)
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      guard (1...9999).contains(year), (1...12).contains(month), (1...days[month - 1]).contains(day) else { return nil }
    }

    init(_ year: Int, _ month: Int, _ day: Int) { (self.year, self.month, self.day) = (year, month, day) }
  }
  /// A time of day.
  public struct Time: Hashable, Sendable {
    /// 0 to 23.
    public var hour: Int
    /// 0 to 59.
    public var minute: Int
    /// 0 to 59.
    public var second: Int
    /// 0 to 999,999.
    public var microsecond: Int
    /// 1 for the second of two equal times when clocks go back.
    public var fold: Int

    /// A time; `nil` if a part is out of its range.
    public init?(hour: Int, minute: Int = 0, second: Int = 0, microsecond: Int = 0, fold: Int = 0) {
      guard (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second),
        (0..<1_000_000).contains(microsecond), (0...1).contains(fold)
      else { return nil }
      (self.hour, self.minute, self.second) = (hour, minute, second)
      (self.microsecond, self.fold) = (microsecond, fold)
    }
  }

  /// A `date`, or with a time a `datetime`.
  public init(_ day: Day, _ time: Time? = nil) { (self.day, self.time) = (day, time) }

  /// A `time`.
  public init(_ time: Time) { (day, self.time) = (nil, time) }

  /// A `datetime`; `nil` for one that does not exist.
  public init?(
    year: Int, month: Int, day: Int, hour: Int, minute: Int = 0, second: Int = 0, microsecond: Int = 0
  ) {
    guard let day = Day(year: year, month: month, day: day),
      let time = Time(hour: hour, minute: minute, second: second, microsecond: microsecond)
    else { return nil }
    self.init(day, time)
  }

  /// Python's name of the class.
  var typeName: String { day == nil ? "time" : time == nil ? "date" : "datetime" }

  /// The bytes that Python pickles (`datetime.__reduce_ex__`): year, month, day; hour, minute, second, microsecond; the
  /// month's or hour's highest bit is the fold.
  init?(_ bytes: [UInt8], hasDay: Bool, hasTime: Bool) {
    guard bytes.count == (hasDay ? 4 : 0) + (hasTime ? 6 : 0) else { return nil }
    var bytes = bytes
    var fold = 0
    let marked = hasDay ? 2 : 0
    if hasTime, bytes[marked] >= 128 {
      fold = 1
      bytes[marked] -= 128
    }
    if hasDay {
      let day = Day(Int(bytes[0]) << 8 | Int(bytes[1]), Int(bytes[2]), Int(bytes[3]))
      guard (1...9999).contains(day.year), (1...12).contains(day.month), (1...31).contains(day.day) else { return nil }
      self.day = day
    }
    if hasTime {
      let rest = bytes.suffix(6).map { Int($0) }
      let microsecond = rest[3] << 16 | rest[4] << 8 | rest[5]
      guard
        let time = Time(hour: rest[0], minute: rest[1], second: rest[2], microsecond: microsecond, fold: fold)
      else { return nil }
      self.time = time
    }
  }

  /// The bytes that Python pickles.
  var bytes: [UInt8] {
    var parts: [Int] = []
    if let day { parts += [day.year >> 8, day.year, day.month, day.day] }
    if let time {
      parts += [time.hour, time.minute, time.second]
      parts += [time.microsecond >> 16, time.microsecond >> 8, time.microsecond]
    }
    if time?.fold == 1 { parts[day == nil ? 0 : 2] |= 128 }
    return parts.map { UInt8(truncatingIfNeeded: $0) }
  }

  /// Python's `repr` up to the closing parenthesis.
  var opening: String {
    var numbers: [Int] = []
    if let day { numbers += [day.year, day.month, day.day] }
    if let time {
      numbers += [time.hour, time.minute]
      if time.second != 0 || time.microsecond != 0 { numbers.append(time.second) }
      if time.microsecond != 0 { numbers.append(time.microsecond) }
    }
    let fold = (time?.fold ?? 0) != 0 ? ", fold=1" : ""
    return "datetime.\(typeName)(" + numbers.map(String.init).joined(separator: ", ") + fold
  }
}

// MARK: Counting

extension PythonDate {
  private static let microsecondsPerDay = 86_400_000_000

  /// The `datetime` so many microseconds after the beginning of 1970; `nil` outside of the years 1 to 9999.
  public init?(microsecondsSince1970 count: Int) {
    var (days, rest) = count.quotientAndRemainder(dividingBy: PythonDate.microsecondsPerDay)
    if rest < 0 {
      rest += PythonDate.microsecondsPerDay
      days -= 1
    }
    // Days since March 1 of the year 0, whose leap day is the last of its years: 400 of them have 146,097 days.
    days += 719_468
    guard days >= 0, days < 146_097 * 26 else { return nil }
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let seconds = rest / 1_000_000
    self.init(
      year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1,
      hour: seconds / 3600, minute: seconds / 60 % 60, second: seconds % 60, microsecond: rest % 1_000_000)
  }

  /// The microseconds from the beginning of 1970, as if in UTC; of a `date` at midnight; `nil` for a `time`.
  public var microsecondsSince1970: Int? {
    guard let day, (1...9999).contains(day.year), (1...12).contains(day.month), (1...31).contains(day.day) else {
      return nil
    }
    let year = day.month <= 2 ? day.year - 1 : day.year
    let yearOfEra = year % 400
    let dayOfYear = (153 * (day.month > 2 ? day.month - 3 : day.month + 9) + 2) / 5 + day.day - 1
    let days = year / 400 * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    guard let time else { return days * PythonDate.microsecondsPerDay }
    let seconds = (time.hour * 60 + time.minute) * 60 + time.second
    return days * PythonDate.microsecondsPerDay + seconds * 1_000_000 + time.microsecond
  }
}
