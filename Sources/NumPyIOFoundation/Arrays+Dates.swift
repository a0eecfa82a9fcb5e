public import Foundation
public import NDArrays

extension AnyNDArray {
  /// The elements of a `datetime64` array as dates, in C order, to the microsecond; `nil` for `NaT`, and for moments that 64 bits of
  /// microseconds (about 292,000 years around 1970) do not hold. NumPy's `a.tolist()`.
  ///
  /// - Throws: ``ArrayError`` with code `dtypeMismatch` if the elements are not datetimes.
  public func dates() throws(ArrayError) -> [Date?] { try datetimes().map { Date($0) } }

  /// A `datetime64` array of dates, `NaT` where there is none: NumPy's `np.array(dates, "M8[us]")`.
  ///
  /// - Parameters:
  ///   - dates: The elements, in C order.
  ///   - unit: How long a step is; a coarser one than microseconds rounds down.
  ///   - shape: The shape; one axis if it is left out.
  /// - Throws: ``ArrayError`` with code `badValue` for a date that the unit cannot hold, `shapeMismatch` if the shape has another
  ///   number of elements.
  public init(dates: [Date?], unit: DateUnit = .microsecond, shape: [Int]? = nil) throws(ArrayError) {
    var datetimes: [Datetime] = []
    datetimes.reserveCapacity(dates.count)
    for date in dates {
      guard let date else {
        datetimes.append(.nat)
        continue
      }
      guard let datetime = date.datetime(in: unit) else {
        throw ArrayError(.badValue, "\(date) does not fit datetime64\(unit.notation)")
      }
      datetimes.append(datetime)
    }
    try self.init(datetimes: datetimes, unit: unit, shape: shape)
  }
}
