internal import Calendars

/// A Python `date`, `time` or `datetime`, taken apart.
public struct PythonDate: Hashable, Sendable {
  /// The year, month and day; `nil` for a `time`.
  public var day: Day?
  /// The time of day; `nil` for a `date`.
  public var time: Time?

  /// A day of the calendar.
  public struct Day: Hashable, Sendable {
    /// The year, 1 to 9999.
    public var year: Int
    /// The month, 1 to 12.
    public var month: Int
    /// The day of the month, 1 to 31.
    public var day: Int

    /// A day; `nil` for one that the calendar does not have, or outside of the years 1 to 9999.
    public init?(year: Int, month: Int, day: Int) {
      self.init(year, month, day)
      guard (1...9999).contains(year), (1...12).contains(month),
        (1...CivilCalendar.length(ofMonth: month, year: year)).contains(day)
      else { return nil }
    }

    init(_ year: Int, _ month: Int, _ day: Int) { (self.year, self.month, self.day) = (year, month, day) }
  }
  /// A time of day, Python's `time` without a zone.
  public struct Time: Hashable, Sendable {
    /// The hour, 0 to 23.
    public var hour: Int
    /// The minute, 0 to 59.
    public var minute: Int
    /// The second, 0 to 59: Python knows no leap seconds.
    public var second: Int
    /// Millionths of a second, 0 to 999,999.
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

  /// Python's `time`, which belongs to no day.
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

  /// The `datetime` that many microseconds after the beginning of 1970; `nil` outside of the years 1 to 9999.
  public init?(microsecondsSince1970 count: Int) {
    var (days, rest) = count.quotientAndRemainder(dividingBy: PythonDate.microsecondsPerDay)
    if rest < 0 {
      rest += PythonDate.microsecondsPerDay
      days -= 1
    }
    let date = CivilCalendar.date(ofDay: Int128(days))
    let seconds = rest / 1_000_000
    self.init(
      year: Int(date.year), month: date.month, day: date.day,
      hour: seconds / 3600, minute: seconds / 60 % 60, second: seconds % 60, microsecond: rest % 1_000_000)
  }

  /// The microseconds from the beginning of 1970, as if in UTC; of a `date` at midnight; `nil` for a `time`.
  public var microsecondsSince1970: Int? {
    guard let day, (1...9999).contains(day.year), (1...12).contains(day.month), (1...31).contains(day.day) else {
      return nil
    }
    let month = Int64(day.year - 1970) * 12 + Int64(day.month - 1)
    let days = Int(CivilCalendar.days(ofMonth: month)) + day.day - 1
    guard let time else { return days * PythonDate.microsecondsPerDay }
    let seconds = (time.hour * 60 + time.minute) * 60 + time.second
    return days * PythonDate.microsecondsPerDay + seconds * 1_000_000 + time.microsecond
  }
}
