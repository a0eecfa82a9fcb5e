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
    let length = microseconds(unit)
    return counts.map { count in
      guard count != .min else { return .none }
      let value = isDatetime ? date(count, unit, length) : duration(count, length)
      return value.map { .python($0) } ?? .int(Int(count))
    }
  }

  /// - Parameter length: That of a step, in microseconds, if it is a number of them.
  private static func date(_ count: Int64, _ unit: DateUnit, _ length: Int?) -> PythonObject? {
    if unit.isCalendar {
      let (steps, overflow) = Int(count).multipliedReportingOverflow(by: unit.count)
      let years = unit.unit == .year ? steps : Int((Double(steps) / 12).rounded(.down))
      guard !overflow, (-1969...8029).contains(years) else { return nil }
      let month = unit.unit == .year ? 0 : steps - years * 12
      return PythonDate.Day(year: years + 1970, month: month + 1, day: 1).map { .dateTime(PythonDate($0), zone: nil) }
    }
    guard let length, let moment = product(count, length),
      let date = PythonDate(microsecondsSince1970: moment)
    else { return nil }
    let isDay = unit.unit == .week || unit.unit == .day
    return .dateTime(isDay ? date.withoutTime : date, zone: nil)
  }

  private static func duration(_ count: Int64, _ length: Int?) -> PythonObject? {
    guard let length else { return nil }
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

  /// The length of a step; `nil` for one that has none, and for units finer than microseconds.
  private static func microseconds(_ unit: DateUnit) -> Int? {
    guard !unit.isCalendar, let one = DateUnit(unit.unit).ratio(to: DateUnit(.microsecond)), one.denominator == 1 else {
      return nil
    }
    return product(Int64(one.numerator), unit.count)
  }
}

extension PythonDate {
  fileprivate var withoutTime: PythonDate { day.map { PythonDate($0) } ?? self }
}
