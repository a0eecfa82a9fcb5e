import NDArrays
import PythonPickle

// Dates and durations as Python's own, where it has them: NumPy's `tolist`.

extension ObjectArray {
  /// The elements of an array of dates or durations: `None` for those that are none, and their counts where the unit is
  /// finer than Python's microseconds, or Python's years and days do not reach.
  static func dates(_ array: AnyNDArray) throws(ArrayError) -> [PickleValue] {
    let counts = try NDArray<Int64>(array.viewed(as: .int64)).elements
    let unit = array.dtype.dateUnit ?? .generic
    let isDatetime = array.dtype.kind == .datetime
    return counts.map { count in
      guard count != .min else { return .none }
      let value = isDatetime ? date(count, unit) : duration(count, unit)
      return value.map { .python($0) } ?? .int(Int(count))
    }
  }

  private static func date(_ count: Int64, _ unit: DateUnit) -> PythonObject? {
    if unit.unit == .year || unit.unit == .month {
      let (steps, overflow) = Int(count).multipliedReportingOverflow(by: unit.count)
      let years = unit.unit == .year ? steps : Int((Double(steps) / 12).rounded(.down))
      guard !overflow, (-1969...8029).contains(years) else { return nil }
      let month = unit.unit == .year ? 0 : steps - years * 12
      return PythonDate.Day(year: years + 1970, month: month + 1, day: 1).map { .dateTime(PythonDate($0), zone: nil) }
    }
    guard let length = microseconds(unit), let moment = product(count, length),
      let date = PythonDate(microsecondsSince1970: moment)
    else { return nil }
    let isDay = unit.unit == .week || unit.unit == .day
    return .dateTime(isDay ? date.withoutTime : date, zone: nil)
  }

  private static func duration(_ count: Int64, _ unit: DateUnit) -> PythonObject? {
    guard let length = microseconds(unit) else { return nil }
    let total = Int128(count) * Int128(length)
    let day: Int128 = 86_400_000_000
    let days = (total >= 0 ? total : total - day + 1) / day
    // `datetime.timedelta.max`
    guard days.magnitude <= 999_999_999 else { return nil }
    let rest = Int(total - days * day)
    return .timeDelta(days: Int(days), seconds: rest / 1_000_000, microseconds: rest % 1_000_000)
  }

  private static func product(_ count: Int64, _ length: Int) -> Int? {
    let (value, overflow) = Int(count).multipliedReportingOverflow(by: length)
    return overflow ? nil : value
  }

  /// The length of a step; `nil` for one that has none, or that is no whole number of them.
  private static func microseconds(_ unit: DateUnit) -> Int? {
    let one: Int
    switch unit.unit {
    case .week: one = 7 * 86_400_000_000
    case .day: one = 86_400_000_000
    case .hour: one = 3_600_000_000
    case .minute: one = 60_000_000
    case .second: one = 1_000_000
    case .millisecond: one = 1000
    case .microsecond: one = 1
    default: return nil
    }
    return product(Int64(one), unit.count)
  }
}

extension PythonDate {
  fileprivate var withoutTime: PythonDate { day.map { PythonDate($0) } ?? self }
}
