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
  }

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
      let day = Day(year: Int(bytes[0]) << 8 | Int(bytes[1]), month: Int(bytes[2]), day: Int(bytes[3]))
      guard (1...9999).contains(day.year), (1...12).contains(day.month), (1...31).contains(day.day) else { return nil }
      self.day = day
    }
    if hasTime {
      let rest = bytes.suffix(6).map { Int($0) }
      let time = Time(
        hour: rest[0], minute: rest[1], second: rest[2], microsecond: rest[3] << 16 | rest[4] << 8 | rest[5], fold: fold)
      guard time.hour < 24, time.minute < 60, time.second < 60, time.microsecond < 1_000_000 else { return nil }
      self.time = time
    }
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
    let name = day == nil ? "time" : time == nil ? "date" : "datetime"
    let fold = (time?.fold ?? 0) != 0 ? ", fold=1" : ""
    return "datetime.\(name)(" + numbers.map(String.init).joined(separator: ", ") + fold
  }
}
