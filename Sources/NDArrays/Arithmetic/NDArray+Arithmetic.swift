public import RealModule

extension NDArray where Element: NumericArrayElement {
  /// The sums, element by element; integers wrap around.
  ///
  /// - Precondition: The shapes are equal, or fit by NumPy's broadcasting. ``adding(_:)`` throws instead.
  public static func + (left: NDArray, right: NDArray) -> NDArray { calculated(.sum, left, right) }
  /// Every element plus a number; integers wrap around.
  public static func + (left: NDArray, right: Element) -> NDArray { calculated(.sum, left, repeated(right, left)) }
  /// A number plus every element; integers wrap around.
  public static func + (left: Element, right: NDArray) -> NDArray { calculated(.sum, repeated(left, right), right) }

  /// The differences, element by element; integers wrap around.
  ///
  /// - Precondition: The shapes are equal, or fit by NumPy's broadcasting. ``subtracting(_:)`` throws instead.
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
  /// - Precondition: The shapes are equal, or fit by NumPy's broadcasting. ``multiplied(by:)`` throws instead.
  public static func * (left: NDArray, right: NDArray) -> NDArray { calculated(.product, left, right) }
  /// Every element times a number; integers wrap around.
  public static func * (left: NDArray, right: Element) -> NDArray { calculated(.product, left, repeated(right, left)) }
  /// A number times every element; integers wrap around.
  public static func * (left: Element, right: NDArray) -> NDArray {
    calculated(.product, repeated(left, right), right)
  }

  /// The sums, for shapes that come from users or files.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes do not fit each other.
  public func adding(_ other: NDArray) throws(ArrayError) -> NDArray { try calculated(.sum, with: other) }
  /// The differences, for shapes that come from users or files.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes do not fit each other.
  public func subtracting(_ other: NDArray) throws(ArrayError) -> NDArray { try calculated(.difference, with: other) }
  /// The products, for shapes that come from users or files.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes do not fit each other.
  public func multiplied(by other: NDArray) throws(ArrayError) -> NDArray { try calculated(.product, with: other) }
}

extension NDArray where Element: NumericArrayElement & FixedWidthInteger {
  /// The quotients as doubles, as NumPy's `/` gives them.
  ///
  /// - Precondition: The shapes are equal, or fit by NumPy's broadcasting. `divided(by:)` throws instead.
  public static func / (left: NDArray, right: NDArray) -> NDArray<Double> { left.doubles() / right.doubles() }
  /// Every element divided by a number, as doubles.
  public static func / (left: NDArray, right: Element) -> NDArray<Double> { left.doubles() / Double(right) }
  /// A number divided by every element, as doubles.
  public static func / (left: Element, right: NDArray) -> NDArray<Double> { Double(left) / right.doubles() }
  /// The quotients as doubles, for shapes that come from users or files.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes do not fit each other.
  public func divided(by other: NDArray) throws(ArrayError) -> NDArray<Double> {
    try doubles().divided(by: other.doubles())
  }

  private func doubles() -> NDArray<Double> {
    do throws(ArrayError) {
      return NDArray<Double>(unchecked: try untyped.asType(.float64, casting: .unsafe))
    } catch { fatalError(error.message) }
  }
}

extension NDArray where Element: NumericArrayElement & AlgebraicField {
  /// The quotients, element by element.
  ///
  /// - Precondition: The shapes are equal, or fit by NumPy's broadcasting. `divided(by:)` throws instead.
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
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes do not fit each other.
  public func divided(by other: NDArray) throws(ArrayError) -> NDArray { try calculated(.quotient, with: other) }
}

extension NDArray where Element: NumericArrayElement {
  /// Adds to every element, in place; integers wrap around.
  ///
  /// - Precondition: The other shape is the same, or broadcasts to it; this holds for `-=`, `*=` and `/=` too.
  public static func += (left: inout NDArray, right: NDArray) { left.calculate(.sum, right) }
  /// Adds a number to every element, in place; integers wrap around.
  public static func += (left: inout NDArray, right: Element) { left.calculate(.sum, repeated(right, left)) }
  /// Subtracts from every element, in place; integers wrap around.
  public static func -= (left: inout NDArray, right: NDArray) { left.calculate(.difference, right) }
  /// Subtracts a number from every element, in place; integers wrap around.
  public static func -= (left: inout NDArray, right: Element) { left.calculate(.difference, repeated(right, left)) }
  /// Multiplies every element, in place; integers wrap around.
  public static func *= (left: inout NDArray, right: NDArray) { left.calculate(.product, right) }
  /// Multiplies every element by a number, in place; integers wrap around.
  public static func *= (left: inout NDArray, right: Element) { left.calculate(.product, repeated(right, left)) }

  /// Every element with the other sign; integers wrap around, as NumPy's do.
  public static prefix func - (array: NDArray) -> NDArray {
    // Not 0 - x, which would make -0 of neither 0 nor -0.
    Element.self is any BinaryInteger.Type
      ? calculated(.difference, repeated(0, array), array)
      : calculated(.product, array, repeated(Element.wrappingDifference(0, 1), array))
  }
}

extension NDArray where Element: NumericArrayElement & AlgebraicField {
  /// Divides every element, in place.
  public static func /= (left: inout NDArray, right: NDArray) { left.calculate(.quotient, right) }
  /// Divides every element by a number, in place.
  public static func /= (left: inout NDArray, right: Element) { left.calculate(.quotient, repeated(right, left)) }
}

extension NDArray {
  fileprivate func calculated(_ operation: ArithmeticOperation, with other: NDArray) throws(ArrayError) -> NDArray {
    let (left, right) = try AnyNDArray.broadcast(untyped, other.untyped)
    return NDArray(unchecked: try Elementwise.calculate(operation, left, right, dtype: Element.dtype))
  }

  fileprivate static func calculated(_ operation: ArithmeticOperation, _ left: NDArray, _ right: NDArray) -> NDArray {
    do throws(ArrayError) {
      return try left.calculated(operation, with: right)
    } catch { fatalError(error.message) }
  }

  fileprivate mutating func calculate(_ operation: ArithmeticOperation, _ other: NDArray) {
    do throws(ArrayError) {
      let right = try other.untyped.broadcast(to: shape)
      if !isCContiguous { untyped = untyped.packed() }
      // An operand that shares the memory holds it too, so this makes a copy then.
      untyped.makeUnique()
      untyped = try Elementwise.calculate(operation, untyped, right, dtype: Element.dtype, into: untyped)
    } catch { fatalError(error.message) }
  }

  /// A number in the shape of an array, without memory for each.
  fileprivate static func repeated(_ number: Element, _ array: NDArray) -> NDArray {
    do throws(ArrayError) {
      return NDArray(unchecked: try NDArray(scalar: number).untyped.broadcast(to: array.shape))
    } catch { fatalError(error.message) }
  }
}
