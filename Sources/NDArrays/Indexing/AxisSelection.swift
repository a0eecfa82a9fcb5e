/// What one index of a subscript selects: `a[2..<6, 4, .ellipsis]`.
///
/// Integers, ranges and ``AxisSelection`` itself conform. Negative integers count from the end.
public protocol AxisIndex {
  /// The selection.
  var axisSelection: AxisSelection { get }
}

/// What one index selects along its axis.
public enum AxisSelection: AxisIndex, Hashable, Sendable {
  /// One place; the axis goes away.
  case index(Int)
  /// A Swift range, whose bounds must lie within the axis; a missing bound is the axis's end.
  case range(lower: Int?, upper: Int?)
  /// Python's `start:stop:step`, whose bounds are cut to the axis as Python cuts them.
  case slice(start: Int?, stop: Int?, step: Int)
  /// As many whole axes as are left: Python's `...`.
  case ellipsis
  /// A new axis of length 1: NumPy's `np.newaxis`.
  case newAxis

  /// The selection itself.
  public var axisSelection: AxisSelection { self }
}

extension AxisIndex where Self == AxisSelection {
  /// As many whole axes as are left: Python's `...`.
  @_disfavoredOverload
  public static var ellipsis: AxisSelection { .ellipsis }

  /// A new axis of length 1: NumPy's `np.newaxis`.
  @_disfavoredOverload
  public static var newAxis: AxisSelection { .newAxis }

  /// A whole axis: Python's `:`.
  public static var all: AxisSelection { .slice(start: nil, stop: nil, step: 1) }

  /// Python's `from:to:by`: every `by`-th place from `from` until before `to`. Negative bounds count from the end,
  /// bounds beyond the axis are cut, a bound left out is the end at which the walk begins or stops.
  ///
  /// ```swift
  /// a[.stride(by: -1)]                 // a[::-1]
  /// a[.stride(from: 10, to: 2, by: -3)]  // a[10:2:-3]
  /// ```
  public static func stride(from: Int? = nil, to: Int? = nil, by: Int) -> AxisSelection {
    .slice(start: from, stop: to, step: by)
  }
}

extension Int: AxisIndex {
  /// One place, counted from the end if negative.
  public var axisSelection: AxisSelection { .index(self) }
}
extension Range: AxisIndex where Bound == Int {
  /// The places of the range.
  public var axisSelection: AxisSelection { .range(lower: lowerBound, upper: upperBound) }
}
extension ClosedRange: AxisIndex where Bound == Int {
  /// The places of the range, the last included.
  public var axisSelection: AxisSelection {
    // -1 is the last place, after which the range has no upper bound.
    .range(lower: lowerBound, upper: upperBound == -1 ? nil : upperBound == .max ? .max : upperBound + 1)
  }
}
extension PartialRangeFrom: AxisIndex where Bound == Int {
  /// The places from a bound on.
  public var axisSelection: AxisSelection { .range(lower: lowerBound, upper: nil) }
}
extension PartialRangeUpTo: AxisIndex where Bound == Int {
  /// The places before a bound.
  public var axisSelection: AxisSelection { .range(lower: nil, upper: upperBound) }
}
extension PartialRangeThrough: AxisIndex where Bound == Int {
  /// The places up to a bound, which is included.
  public var axisSelection: AxisSelection {
    .range(lower: nil, upper: upperBound == -1 ? nil : upperBound == .max ? .max : upperBound + 1)
  }
}
