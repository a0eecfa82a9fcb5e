internal import Calendars

/// How the values of an axis are datetimes: that many units after an origin.
package struct DateScale: Sendable {
  /// What one unit is.
  package enum Unit: Sendable {
    case seconds(Double)
    case months(Int)
  }

  package var unit: Unit
  /// The datetime of the value 0, in whole units (or whole seconds, for units that are seconds) after the start of 1970.
  package var origin: Int
  /// What the origin's seconds leave over.
  package var originFraction: Double

  package init(unit: Unit, origin: Int, originFraction: Double = 0) {
    self.unit = unit
    self.origin = origin
    self.originFraction = originFraction
  }

  /// Beyond some million years no calendar helps.
  private static let farthest = 3.2e13

  func ticks(_ low: Double, _ high: Double, atMost count: Int) -> [Tick] {
    guard low < high, count > 0 else { return [] }
    switch unit {
    case .months(let step):
      let (first, last) = (Double(origin) + low * Double(step), Double(origin) + high * Double(step))
      guard abs(first) < 1.2e7, abs(last) < 1.2e7 else { break }
      return monthTicks(first, last, atMost: count) { (Double($0 - origin)) / Double(step) }
    case .seconds(let length):
      let (first, last) = (seconds(low, length), seconds(high, length))
      guard abs(first) < DateScale.farthest, abs(last) < DateScale.farthest else { break }
      if (last - first) / Double(count) < 0.5 { return fractionTicks(low, high, length, atMost: count) }
      return timeTicks(first, last, length, atMost: count)
    }
    return Ticks.linear(low, high, atMost: count, minStep: 0)
  }

  /// Seconds since 1970; not for more than labels, since a double's seconds of today have microseconds at best.
  private func seconds(_ value: Double, _ length: Double) -> Double { Double(origin) + originFraction + value * length }

  private func value(ofSecond second: Double, _ length: Double) -> Double {
    (second - Double(origin) - originFraction) / length
  }

  private static let day = 86_400.0
  /// Distances of ticks in seconds, up to two weeks.
  private static let steps: [Double] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, day, 2 * day, 7 * day,
    14 * day,
  ]
  /// Distances of ticks in months.
  private static let monthSteps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000, 24_000, 60_000]

  private func timeTicks(_ first: Double, _ last: Double, _ length: Double, atMost count: Int) -> [Tick] {
    let wanted = (last - first) / Double(count)
    for step in DateScale.steps where step >= wanted {
      // Weeks begin on Mondays; 1 January 1970 was a Thursday.
      let offset = step >= 7 * DateScale.day ? 4 * DateScale.day : 0
      let (from, to) = (((first - offset) / step).rounded(.up), ((last - offset) / step).rounded(.down))
      guard from <= to else { return [] }
      if to - from + 1 > Double(count) { continue }
      return (0...Int(to - from)).map { place in
        let second = (from + Double(place)) * step + offset
        return Tick(value(ofSecond: second, length), DateScale.label(second, step: step, isFirst: place == 0))
      }
    }
    func months(_ second: Double) -> Double {
      let days = (second / DateScale.day).rounded(.down)
      let month = CivilCalendar.month(ofDay: Int64(days)).month
      let start = Double(CivilCalendar.days(ofMonth: month))
      return Double(month) + (second / DateScale.day - start) / 31
    }
    return monthTicks(months(first), months(last), atMost: count) { month in
      value(ofSecond: Double(CivilCalendar.days(ofMonth: Int64(month))) * DateScale.day, length)
    }
  }

  /// - Parameter value: The axis's value of the start of a month, counted from January 1970.
  private func monthTicks(_ first: Double, _ last: Double, atMost count: Int, _ value: (Int) -> Double) -> [Tick] {
    for step in DateScale.monthSteps {
      // Years are counted from the year 0, so that decades and centuries are round.
      let zero = step >= 12 ? -1970.0 * 12 : 0
      let (from, to) = (
        ((first - zero) / Double(step)).rounded(.up), ((last - zero) / Double(step)).rounded(.down)
      )
      guard from <= to else { return [] }
      if to - from + 1 > Double(count) { continue }
      return (0...Int(to - from)).map { place in
        let month = Int((from + Double(place)) * Double(step) + zero)
        let year = month >= 0 ? month / 12 : (month - 11) / 12
        var label = CivilDate.yearText(1970 + year)
        if step < 12 { label += "-" + CivilDate.twoDigits(month - year * 12 + 1) }
        return Tick(value(month), label)
      }
    }
    return []
  }

  /// Fractions of a second, counted from the last whole second before the axis; reckoned from the origin, so that no
  /// digits are lost on the years before.
  private func fractionTicks(_ low: Double, _ high: Double, _ length: Double, atMost count: Int) -> [Tick] {
    let (first, last) = (originFraction + low * length, originFraction + high * length)
    let base = first.rounded(.down)
    return Ticks.linear(first - base, last - base, atMost: count, minStep: 0).map { tick in
      Tick((base + tick.value - originFraction) / length, tick.label + " s")
    }
  }

  private static func label(_ second: Double, step: Double, isFirst: Bool) -> String {
    let days = Int((second / day).rounded(.down))
    if step >= day { return CivilDate.text(ofDay: days) }
    let time = Int(second - Double(days) * day)
    if time == 0, !isFirst { return String(CivilDate.text(ofDay: days).suffix(5)) }
    return clock(time, withSeconds: step < 60)
  }

  private static func clock(_ time: Int, withSeconds: Bool) -> String {
    let text = CivilDate.twoDigits(time / 3600) + ":" + CivilDate.twoDigits(time / 60 % 60)
    return withSeconds ? text + ":" + CivilDate.twoDigits(time % 60) : text
  }

  /// The day of the first tick where the labels are times of a day, or the second where they are fractions of one.
  func context(_ low: Double, _ high: Double) -> String? {
    guard case .seconds(let length) = unit else { return nil }
    let (first, last) = (seconds(low, length), seconds(high, length))
    guard abs(first) < DateScale.farthest, abs(last) < DateScale.farthest, last - first < 6 * DateScale.day else {
      return nil
    }
    let days = Int((first / DateScale.day).rounded(.down))
    let time = Int(first.rounded(.down) - Double(days) * DateScale.day)
    let date = CivilDate.text(ofDay: days)
    if last - first < 3 { return "from " + date + "T" + DateScale.clock(time, withSeconds: true) }
    return "from " + date
  }

  /// A datetime in full, for notes.
  package func text(_ value: Double) -> String {
    switch unit {
    case .months(let step):
      let months = Double(origin) + value * Double(step)
      guard abs(months) < 1.2e7 else { return NumberLabel.short(value) }
      let month = Int(months.rounded(.down))
      let year = month >= 0 ? month / 12 : (month - 11) / 12
      return CivilDate.yearText(1970 + year) + "-" + CivilDate.twoDigits(month - year * 12 + 1)
    case .seconds(let length):
      let second = seconds(value, length)
      guard abs(second) < DateScale.farthest else { return NumberLabel.short(value) }
      let days = Int((second / DateScale.day).rounded(.down))
      let date = CivilDate.text(ofDay: days)
      let time = Int(second.rounded(.down) - Double(days) * DateScale.day)
      return length >= DateScale.day ? date : date + "T" + DateScale.clock(time, withSeconds: true)
    }
  }
}
