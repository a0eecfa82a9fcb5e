/// The unit of a `datetime64` or `timedelta64`: how long one step is, `.millisecond`, or `DateUnit(.second, count: 25)` for `M8[25s]`.
public struct DateUnit: Hashable, Sendable {
  /// NumPy's units, from years to attoseconds.
  public enum Unit: String, Sendable, Hashable, CaseIterable {
    case year = "Y"
    case month = "M"
    case week = "W"
    case day = "D"
    case hour = "h"
    case minute = "m"
    case second = "s"
    case millisecond = "ms"
    case microsecond = "us"
    case nanosecond = "ns"
    case picosecond = "ps"
    case femtosecond = "fs"
    case attosecond = "as"
    /// No unit: the one of `M8` without brackets.
    case generic = "generic"
  }

  private let storedCount: Int32
  /// The unit that steps are counted in, such as `.second` of `25s`.
  public let unit: Unit
  /// How many units one step is: 1 to 2**31 - 1, as in NumPy.
  public var count: Int { Int(storedCount) }

  /// A step of `count` units; a count that NumPy's C `int` does not hold becomes the nearest that it does.
  public init(_ unit: Unit, count: Int = 1) {
    self.unit = unit
    storedCount = Int32(clamping: max(1, count))
  }

  /// Steps of a year, `Y`.
  public static let year = DateUnit(.year)
  /// Steps of a month, `M`.
  public static let month = DateUnit(.month)
  /// Steps of a week, `W`.
  public static let week = DateUnit(.week)
  /// Steps of a day, `D`.
  public static let day = DateUnit(.day)
  /// Steps of an hour, `h`.
  public static let hour = DateUnit(.hour)
  /// Steps of a minute, `m`.
  public static let minute = DateUnit(.minute)
  /// Steps of a second, `s`.
  public static let second = DateUnit(.second)
  /// Steps of a thousandth of a second, `ms`.
  public static let millisecond = DateUnit(.millisecond)
  /// Steps of a millionth of a second, `us`: Python's `datetime`.
  public static let microsecond = DateUnit(.microsecond)
  /// Steps of a billionth of a second, `ns`: those of pandas.
  public static let nanosecond = DateUnit(.nanosecond)
  /// Steps of 10⁻¹² seconds, `ps`.
  public static let picosecond = DateUnit(.picosecond)
  /// Steps of 10⁻¹⁵ seconds, `fs`.
  public static let femtosecond = DateUnit(.femtosecond)
  /// Steps of 10⁻¹⁸ seconds, `as`.
  public static let attosecond = DateUnit(.attosecond)
  /// No unit: that of `M8` without brackets.
  public static let generic = DateUnit(.generic)

  /// Parses what stands between the brackets of `M8[25s]`: `25s`, `ns`, `generic`, or a divided unit such as
  /// `Y/12`; `nil` if NumPy would refuse it.
  public init?(notation: some StringProtocol) {
    var rest = Substring(notation)
    // As C's `strtol` reads a number: white space and a sign may precede it.
    let start = rest.drop { " \t".contains($0) }
    let signed = start.first == "+" ? start.dropFirst() : start
    let digits = signed.prefix { $0.isASCII && $0.isNumber }
    if !digits.isEmpty { rest = rest[digits.endIndex...] }
    var divisor = 1
    if let slash = rest.lastIndex(of: "/") {
      guard let number = DType.number(rest[rest.index(after: slash)...]), number > 0, number <= Int(Int32.max) else {
        return nil
      }
      divisor = number
      rest = rest[..<slash]
    }
    var unit = Unit(rawValue: String(rest))
    if rest == "μs" { unit = .microsecond }
    guard let unit else { return nil }
    var count = 1
    if !digits.isEmpty {
      guard let number = Int(digits), number > 0 || unit == .generic, number <= Int(Int32.max) else { return nil }
      count = unit == .generic ? 1 : number
    }
    guard divisor > 1 else {
      self.init(unit, count: count)
      return
    }
    // A divided unit is a multiple of a smaller one: the first that divides evenly (numpy/_core/src/multiarray/
    // datetime.c, convert_datetime_divisor_to_multiple).
    for (smaller, factor) in DateUnit.smallerUnits(of: unit) where factor % divisor == 0 {
      let smallerCount = count * (factor / divisor)
      guard smallerCount <= Int(Int32.max) else { return nil }
      self.init(smaller, count: smallerCount)
      return
    }
    return nil
  }

  private static func smallerUnits(of unit: Unit) -> [(Unit, Int)] {
    switch unit {
    case .year: [(.month, 12), (.week, 52), (.day, 365)]
    case .month: [(.week, 4), (.day, 30), (.hour, 720)]
    case .week: [(.day, 7), (.hour, 168), (.minute, 10_080)]
    case .day: [(.hour, 24), (.minute, 1_440), (.second, 86_400)]
    case .hour: [(.minute, 60), (.second, 3_600)]
    case .minute: [(.second, 60), (.millisecond, 60_000)]
    case .second: [(.millisecond, 1_000), (.microsecond, 1_000_000)]
    case .millisecond: [(.microsecond, 1_000), (.nanosecond, 1_000_000)]
    case .microsecond: [(.nanosecond, 1_000), (.picosecond, 1_000_000)]
    case .nanosecond: [(.picosecond, 1_000), (.femtosecond, 1_000_000)]
    case .picosecond: [(.femtosecond, 1_000), (.attosecond, 1_000_000)]
    case .femtosecond: [(.attosecond, 1_000)]
    case .attosecond, .generic: []
    }
  }

  /// The largest unit of which both are multiples: the one of `np.promote_types`
  /// (numpy/_core/src/multiarray/datetime.c, compute_datetime_metadata_greatest_common_divisor).
  ///
  /// - Parameter asDurations: Whether years and months, which have no fixed length, have none in common with other units.
  func common(with other: DateUnit, asDurations: Bool) -> DateUnit? {
    if unit == .generic { return other }
    if other.unit == .generic { return self }
    let (coarse, fine) = self.unit.order <= other.unit.order ? (self, other) : (other, self)
    var count = coarse.count
    if coarse.unit == .year, fine.unit == .month {
      count *= 12
    } else if coarse.unit != fine.unit {
      guard !asDurations || coarse.unit.order > Unit.month.order else { return nil }
      // As NumPy's factors: those of years and months are 1.
      var factor = 1
      for unit in Unit.allCases[coarse.unit.order..<fine.unit.order] {
        factor *= unit.factor
        if factor >> 56 != 0 { return nil }
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: factor)
      guard !overflow else { return nil }
      count = product
    }
    var (a, b) = (count, fine.count)
    while b != 0 { (a, b) = (b, a % b) }
    return a <= Int(Int32.max) ? DateUnit(fine.unit, count: a) : nil
  }

  /// The unit as it stands after `M8`: `[25s]`, or nothing for the generic one.
  public var notation: String {
    if unit == .generic { return "" }
    return count == 1 ? "[\(unit.rawValue)]" : "[\(count)\(unit.rawValue)]"
  }
}

extension DateUnit.Unit {
  /// Where the unit stands among all, the longest first.
  fileprivate var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// How many of the next shorter unit it has in NumPy's table.
  fileprivate var factor: Int {
    switch self {
    case .year, .month: 1
    case .week: 7
    case .day: 24
    case .hour, .minute: 60
    default: 1000
    }
  }

  /// The unit's name as the `str` of a duration has it: `5 days`.
  package var pluralName: String {
    switch self {
    case .year: "years"
    case .month: "months"
    case .week: "weeks"
    case .day: "days"
    case .hour: "hours"
    case .minute: "minutes"
    case .second: "seconds"
    case .millisecond: "milliseconds"
    case .microsecond: "microseconds"
    case .nanosecond: "nanoseconds"
    case .picosecond: "picoseconds"
    case .femtosecond: "femtoseconds"
    case .attosecond: "attoseconds"
    case .generic: "generic time units"
    }
  }
}
