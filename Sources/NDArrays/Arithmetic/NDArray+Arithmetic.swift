public import RealModule

extension NDArray where Element: NumericArrayElement {
  /// The sums, element by element; integers wrap around.
  ///
  /// - Precondition: The shapes are equal. ``adding(_:)`` throws instead.
  public static func + (left: NDArray, right: NDArray) -> NDArray { calculated(.sum, left, right) }
  /// Every element plus a number; integers wrap around.
  public static func + (left: NDArray, right: Element) -> NDArray { calculated(.sum, left, repeated(right, left)) }
  /// A number plus every element; integers wrap around.
  public static func + (left: Element, right: NDArray) -> NDArray { calculated(.sum, repeated(left, right), right) }

  /// The differences, element by element; integers wrap around.
  ///
  /// - Precondition: The shapes are equal. ``subtracting(_:)`` throws instead.
  public static func - (left: NDArray, right: NDArray) -> NDArray { calculated(.difference, left, right) }
  /// Every element less a number; integers wrap around.
  public static func - (left: NDArray, right: Element) -> NDArray {
    calculated(.difference, left, repeated(right, left))
  }
  /// A number less every element; integers wrap around.
  public static func - (left: Element, right: NDArray) -> NDArray {
    calculated(.difference, repeated(left, right), right)
  }

  /// The products, element by element (for matrices see `•`); integers wrap around.
  ///
  /// - Precondition: The shapes are equal. ``multiplied(by:)`` throws instead.
  public static func * (left: NDArray, right: NDArray) -> NDArray { calculated(.product, left, right) }
  /// Every element times a number; integers wrap around.
  public static func * (left: NDArray, right: Element) -> NDArray { calculated(.product, left, repeated(right, left)) }
  /// A number times every element; integers wrap around.
  public static func * (left: Element, right: NDArray) -> NDArray {
    calculated(.product, repeated(left, right), right)
  }

  /// The sums, for shapes that come from users or files.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes differ.
  public func adding(_ other: NDArray) throws(ArrayError) -> NDArray { try calculated(.sum, with: other) }
  /// The differences, for shapes that come from users or files.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes differ.
  public func subtracting(_ other: NDArray) throws(ArrayError) -> NDArray { try calculated(.difference, with: other) }
  /// The products, for shapes that come from users or files.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes differ.
  public func multiplied(by other: NDArray) throws(ArrayError) -> NDArray { try calculated(.product, with: other) }
}

extension NDArray where Element: NumericArrayElement & FixedWidthInteger {
  /// The quotients as doubles, as NumPy's `/` gives them.
  ///
  /// - Precondition: The shapes are equal.
  public static func / (left: NDArray, right: NDArray) -> NDArray<Double> { left.doubles() / right.doubles() }
  /// Every element divided by a number, as doubles.
  public static func / (left: NDArray, right: Element) -> NDArray<Double> { left.doubles() / Double(right) }
  /// A number divided by every element, as doubles.
  public static func / (left: Element, right: NDArray) -> NDArray<Double> { Double(left) / right.doubles() }

  private func doubles() -> NDArray<Double> {
    do throws(ArrayError) {
      return NDArray<Double>(unchecked: try untyped.asType(.float64, casting: .unsafe))
    } catch { preconditionFailure(error.message) }
  }
}

extension NDArray where Element: NumericArrayElement & AlgebraicField {
  /// The quotients, element by element.
  ///
  /// - Precondition: The shapes are equal. ``divided(by:)`` throws instead.
  public static func / (left: NDArray, right: NDArray) -> NDArray { calculated(.quotient, left, right) }
  /// Every element divided by a number.
  public static func / (left: NDArray, right: Element) -> NDArray {
    calculated(.quotient, left, repeated(right, left))
  }
  /// A number divided by every element.
  public static func / (left: Element, right: NDArray) -> NDArray {
    calculated(.quotient, repeated(left, right), right)
  }
  /// The quotients, for shapes that come from users or files.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes differ.
  public func divided(by other: NDArray) throws(ArrayError) -> NDArray { try calculated(.quotient, with: other) }
}

extension NDArray {
  fileprivate func calculated(_ operation: ArithmeticOperation, with other: NDArray) throws(ArrayError) -> NDArray {
    guard shape == other.shape else {
      throw ArrayError(
        .shapeMismatch,
        "operands have different shapes \(Layout.describe(shape)) and \(Layout.describe(other.shape))")
    }
    return NDArray(
      unchecked: try Elementwise.calculate(operation, untyped, other.untyped, dtype: Element.dtype))
  }

  fileprivate static func calculated(_ operation: ArithmeticOperation, _ left: NDArray, _ right: NDArray) -> NDArray {
    do throws(ArrayError) {
      return try left.calculated(operation, with: right)
    } catch { preconditionFailure(error.message) }
  }

  /// A number in the shape of an array, without memory for each.
  fileprivate static func repeated(_ number: Element, _ array: NDArray) -> NDArray {
    do throws(ArrayError) {
      return NDArray(unchecked: try NDArray(scalar: number).untyped.broadcast(to: array.shape))
    } catch { preconditionFailure(error.message) }
  }
}
