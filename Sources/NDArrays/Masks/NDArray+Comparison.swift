// The operators of Swift's own vectors (`SIMD`): a point, and the comparison. `==` without the point asks whether two
// arrays are the same.

extension NDArray where Element: NumericArrayElement {
  /// Where elements are equal: NumPy's `a == b`. NaN equals nothing.
  ///
  /// - Precondition: The shapes are equal, or fit by NumPy's broadcasting; this holds for the other comparisons too, and
  ///   ``comparing(_:to:)`` throws instead.
  public static func .== (left: NDArray, right: NDArray) -> NDArray<Bool> { mask(left, .equal, right) }
  /// Where elements equal a number: NumPy's `a == 3`.
  public static func .== (left: NDArray, right: Element) -> NDArray<Bool> { mask(left, .equal, right) }
  /// Where elements differ: NumPy's `a != b`. NaN differs from everything.
  public static func .!= (left: NDArray, right: NDArray) -> NDArray<Bool> { .!mask(left, .equal, right) }
  /// Where elements differ from a number: NumPy's `a != 3`.
  public static func .!= (left: NDArray, right: Element) -> NDArray<Bool> { .!mask(left, .equal, right) }
}

extension NDArray where Element: NumericArrayElement & Comparable {
  /// Where elements are less: NumPy's `a < b`. With NaN nothing compares.
  public static func .< (left: NDArray, right: NDArray) -> NDArray<Bool> { mask(left, .less, right) }
  /// Where elements are less than a number: NumPy's `a < 3`.
  public static func .< (left: NDArray, right: Element) -> NDArray<Bool> { mask(left, .less, right) }
  /// Where a number is less than elements: NumPy's `3 < a`.
  public static func .< (left: Element, right: NDArray) -> NDArray<Bool> { mask(left, .less, right) }

  /// Where elements are less or equal: NumPy's `a <= b`.
  public static func .<= (left: NDArray, right: NDArray) -> NDArray<Bool> { mask(left, .lessOrEqual, right) }
  /// Where elements are at most a number: NumPy's `a <= 3`.
  public static func .<= (left: NDArray, right: Element) -> NDArray<Bool> { mask(left, .lessOrEqual, right) }
  /// Where a number is less than elements or equal: NumPy's `3 <= a`.
  public static func .<= (left: Element, right: NDArray) -> NDArray<Bool> { mask(left, .lessOrEqual, right) }

  /// Where elements are greater: NumPy's `a > b`.
  public static func .> (left: NDArray, right: NDArray) -> NDArray<Bool> { mask(left, .greater, right) }
  /// Where elements are greater than a number: NumPy's `a > 3`.
  public static func .> (left: NDArray, right: Element) -> NDArray<Bool> { mask(left, .greater, right) }
  /// Where a number is greater than elements: NumPy's `3 > a`.
  public static func .> (left: Element, right: NDArray) -> NDArray<Bool> { mask(left, .greater, right) }

  /// Where elements are greater or equal: NumPy's `a >= b`.
  public static func .>= (left: NDArray, right: NDArray) -> NDArray<Bool> { mask(left, .greaterOrEqual, right) }
  /// Where elements are at least a number: NumPy's `a >= 3`.
  public static func .>= (left: NDArray, right: Element) -> NDArray<Bool> { mask(left, .greaterOrEqual, right) }
  /// Where a number is greater than elements or equal: NumPy's `3 >= a`.
  public static func .>= (left: Element, right: NDArray) -> NDArray<Bool> { mask(left, .greaterOrEqual, right) }

  /// A comparison element by element.
  public enum Comparison: Sendable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  }

  /// Where elements compare so, for shapes that come from users or files.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes do not fit each other.
  public func comparing(_ comparison: Comparison, to other: NDArray) throws(ArrayError) -> NDArray<Bool> {
    switch comparison {
    case .equal: try mask(.equal, other)
    case .notEqual: .!(try mask(.equal, other))
    case .less: try mask(.less, other)
    case .lessOrEqual: try mask(.lessOrEqual, other)
    case .greater: try mask(.greater, other)
    case .greaterOrEqual: try mask(.greaterOrEqual, other)
    }
  }
}
