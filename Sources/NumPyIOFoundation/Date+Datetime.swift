public import Foundation
public import NDArrays

/// Moments of `datetime64` arrays and records as Foundation's dates.
extension Date: DatetimeRepresentable {
  /// The date of a moment, to the microsecond; `nil` for `NaT` and for moments that 64 bits of microseconds (about
  /// 292,000 years around 1970) do not hold.
  public init?(_ datetime: Datetime) {
    guard !datetime.isNaT, let converted = datetime.converted(to: .microsecond) else { return nil }
    self.init(timeIntervalSince1970: Double(converted.ticks) / 1e6)
  }

  /// The date as a moment, to the microsecond, rounded down where the unit is coarser.
  public func datetime(in unit: DateUnit) -> Datetime? {
    let microseconds = (timeIntervalSince1970 * 1e6).rounded()
    guard let ticks = Int64(exactly: microseconds) else { return nil }
    return Datetime(ticks: ticks, unit: preferredUnit).datetime(in: unit)
  }

  /// Microseconds: what a date of our time is exact to.
  public var preferredUnit: DateUnit { .microsecond }
}
