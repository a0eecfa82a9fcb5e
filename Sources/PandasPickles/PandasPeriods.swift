internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import PythonPickle

/// pandas' periods: which one an array's integers count from 1970 on is told by the frequency of its dtype.
enum PandasPeriods {
  /// When the periods begin, as datetimes of their own unit; `nil` for frequencies that are not a fixed step of a calendar,
  /// whose integers stay.
  static func moments(_ ordinals: AnyNDArray, _ dtype: PickleValue?) throws(FormatError) -> AnyNDArray? {
    guard let name = dtype?.object?.arguments.first?.string, name.hasPrefix("period["), name.hasSuffix("]"),
      ordinals.dtype == .int64,
      let (unit, months) = step(String(name.dropFirst("period[".count).dropLast()))
    else { return nil }
    return try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      guard months > 1 else { return try ordinals.contiguous().viewed(as: .datetime(unit)) }
      // A quarter is three months; `NaT` stays the lowest integer.
      let starts = try NDArray<Int64>(ordinals).elements.map { $0 == .min ? $0 : $0 &* months }
      return try AnyNDArray(NDArray(starts)).reshaped(ordinals.shape).viewed(as: .datetime(unit))
    }
  }

  /// pandas' names of frequencies, old and new.
  private static func step(_ frequency: String) -> (unit: DateUnit, months: Int64)? {
    let unit: DateUnit.Unit
    switch frequency {
    case "Y-DEC", "A-DEC", "Y", "A": unit = .year
    case "Q-DEC", "Q": return (DateUnit(.month, count: 1), 3)
    case "M": unit = .month
    case "D": unit = .day
    case "h", "H": unit = .hour
    case "min", "T": unit = .minute
    case "s", "S": unit = .second
    case "ms", "L": unit = .millisecond
    case "us", "U": unit = .microsecond
    case "ns", "N": unit = .nanosecond
    default: return nil
    }
    return (DateUnit(unit, count: 1), 1)
  }
}
