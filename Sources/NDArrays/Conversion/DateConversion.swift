internal import Calendars

// Datetimes and durations from one unit to another, by NumPy's rules (numpy/_core/src/multiarray/datetime.c): steps of
// weeks and less are multiples of each other, years and months follow the calendar, and every division rounds down.

/// Not a time: the value that represents a missing date.
package let notATime = Int64.min

extension DateUnit {
  /// Whether steps have no fixed length: years and months.
  package var isCalendar: Bool { unit == .year || unit == .month }

  /// How many steps of another unit one step is, as a reduced fraction; `nil` without units. Years and months count
  /// as their mean over 400 years where the other unit has a fixed length.
  package func ratio(to other: DateUnit) -> (numerator: Int128, denominator: Int128)? {
    guard let mine = length, let theirs = other.length else { return nil }
    let numerator = mine.numerator * theirs.denominator
    let denominator = mine.denominator * theirs.numerator
    let divisor = DateUnit.greatestCommonDivisor(numerator, denominator)
    return (numerator / divisor, denominator / divisor)
  }

  /// A step in attoseconds, as a fraction: below 2^31 × 4 × 10^25, which leaves room to multiply by a denominator.
  private var length: (numerator: Int128, denominator: Int128)? {
    let second: Int128 = 1_000_000_000_000_000_000
    let count = Int128(count)
    switch unit {
    case .generic: return nil
    case .year: return (count * second * 31_556_952, 1)
    case .month: return (count * second * 2_629_746, 1)
    case .week: return (count * second * 604_800, 1)
    case .day: return (count * second * 86_400, 1)
    case .hour: return (count * second * 3_600, 1)
    case .minute: return (count * second * 60, 1)
    case .second: return (count * second, 1)
    case .millisecond: return (count * 1_000_000_000_000_000, 1)
    case .microsecond: return (count * 1_000_000_000_000, 1)
    case .nanosecond: return (count * 1_000_000_000, 1)
    case .picosecond: return (count * 1_000_000, 1)
    case .femtosecond: return (count * 1_000, 1)
    case .attosecond: return (count, 1)
    }
  }

  private static func greatestCommonDivisor(_ first: Int128, _ second: Int128) -> Int128 {
    var (a, b) = (first, second)
    while b != 0 { (a, b) = (b, a % b) }
    return max(a, 1)
  }

  /// The characters that the text of a datetime takes at most, as NumPy reserves them.
  var textWidth: Int? {
    switch unit {
    case .generic: nil
    case .year: 22
    case .month: 25
    case .week, .day: 28
    case .hour: 32
    case .minute: 35
    case .second: 38
    case .millisecond: 42
    case .microsecond: 45
    case .nanosecond: 48
    case .picosecond: 51
    case .femtosecond: 54
    case .attosecond: 57
    }
  }
}

extension Int128 {
  fileprivate func flooredDivision(by divisor: Int128) -> Int128 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

/// The conversion of one count of steps from a unit to another.
package struct DateConversion: Sendable {
  private enum Way: Sendable {
    case same
    case linear(Int128, Int128)
    case fromCalendar(months: Int128, Int128, Int128)
    case toCalendar(Int128, Int128, months: Int128)
    case betweenCalendars(Int128, Int128)
  }
  private let way: Way

  /// - Parameter isDatetime: Whether the counts are datetimes, which follow the calendar, or durations, which cannot.
  /// - Returns: `nil` if one of the units is the generic one and the other is not.
  package init?(from unit: DateUnit, to target: DateUnit, isDatetime: Bool) {
    if unit == target || unit.unit == .generic {
      way = .same
      return
    }
    guard let ratio = unit.ratio(to: target) else { return nil }
    let day = DateUnit(.day)
    switch (isDatetime && unit.isCalendar, isDatetime && target.isCalendar) {
    case (false, false): way = .linear(ratio.numerator, ratio.denominator)
    case (true, true): way = .betweenCalendars(ratio.numerator, ratio.denominator)
    case (true, false):
      guard let days = day.ratio(to: target) else { return nil }
      way = .fromCalendar(months: DateConversion.months(unit), days.numerator, days.denominator)
    case (false, true):
      guard let days = unit.ratio(to: day) else { return nil }
      way = .toCalendar(days.numerator, days.denominator, months: DateConversion.months(target))
    }
  }

  private static func months(_ unit: DateUnit) -> Int128 { Int128(unit.count) * (unit.unit == .year ? 12 : 1) }

  /// The count in the target's steps, rounded down; `nil` if 64 bits do not hold it.
  package func callAsFunction(_ count: Int64) -> Int64? {
    if count == notATime { return count }
    switch way {
    case .same: return count
    case .linear(let numerator, let denominator), .betweenCalendars(let numerator, let denominator):
      return DateConversion.scaled(Int128(count), numerator, denominator)
    case .fromCalendar(let months, let numerator, let denominator):
      guard let month = DateConversion.scaled(Int128(count), months, 1) else { return nil }
      return DateConversion.scaled(Int128(CivilCalendar.days(ofMonth: month)), numerator, denominator)
    case .toCalendar(let numerator, let denominator, let months):
      guard let day = DateConversion.scaled(Int128(count), numerator, denominator) else { return nil }
      return DateConversion.scaled(Int128(CivilCalendar.month(ofDay: day).month), 1, months)
    }
  }

  private static func scaled(_ value: Int128, _ numerator: Int128, _ denominator: Int128) -> Int64? {
    let (product, overflow) = value.multipliedReportingOverflow(by: numerator)
    if overflow { return nil }
    let result = Int64(exactly: product.flooredDivision(by: denominator))
    return result == notATime ? nil : result
  }
}

extension Conversion {
  static func convertDates(_ source: AnyNDArray, into target: AnyNDArray) throws(ArrayError) {
    guard let unit = source.dtype.dateUnit, let wanted = target.dtype.dateUnit,
      let conversion = DateConversion(from: unit, to: wanted, isDatetime: source.dtype.kind == .datetime)
    else {
      throw ArrayError(
        .dtypeMismatch,
        "cannot convert \(source.dtype.debugDescription) to \(target.dtype.debugDescription): one has no unit")
    }
    let (reads, writes) = (!source.dtype.isNative, !target.dtype.isNative)
    let plan = LoopPlan(shape: source.shape, first: target.strides, second: source.strides)
    guard source.count > 0 else { return }
    try plan.forEachRowThrowing { (targetOffset: Int, sourceOffset: Int) throws(ArrayError) in
      // Safe: the plan's offsets stay within both views, which the caller holds.
      let reader = unsafe Reader(
        base: source.firstElement + plan.secondOffset + sourceOffset, step: plan.inner.second, swaps: reads,
        count: plan.inner.count)
      let writer = unsafe Writer(
        base: target.storage.baseAddress + target.offset + plan.firstOffset + targetOffset, step: plan.inner.first,
        swaps: writes, count: plan.inner.count)
      for index in 0..<plan.inner.count {
        let count = Int64(bitPattern: reader.word(UInt64.self, index))
        guard let result = conversion(count) else {
          throw ArrayError(
            .badValue, "\(count) steps of \(source.dtype.notation) are more than \(target.dtype.notation) can hold")
        }
        writer.put(UInt64(bitPattern: result), index)
      }
    }
    extendLifetime(source.storage)
    extendLifetime(target.storage)
  }

  /// Numbers become counts of steps; what is not a number becomes no time.
  static func convertToDates(_ source: AnyNDArray, into target: AnyNDArray) throws(ArrayError) {
    convertNumbers(source, into: try target.viewed(as: DType.int64.withByteOrder(target.dtype.byteOrder)))
  }
}
