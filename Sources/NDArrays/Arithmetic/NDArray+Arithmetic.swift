public import RealModule

extension NDArray where Element: NumericArrayElement {
  /// The sums, element by element; integers wrap around.
  ///
  /// - Precondition: The shapes are equal, or fit by NumPy's broadcasting. ``adding(_:)`` throws instead.
  @inlinable
  public static func + (left: NDArray, right: NDArray) -> NDArray {
    left.combined(.sum, right, Element.wrappingSum)
  }
  /// Every element plus a number; integers wrap around.
  @inlinable
  public static func + (left: NDArray, right: Element) -> NDArray {
    left.combined(.sum, with: right, Element.wrappingSum)
  }
  /// A number plus every element; integers wrap around.
  @inlinable
  public static func + (left: Element, right: NDArray) -> NDArray {
    right.combined(left, .sum, Element.wrappingSum)
  }

  /// The differences, element by element; integers wrap around.
  ///
  /// - Precondition: The shapes are equal, or fit by NumPy's broadcasting. ``subtracting(_:)`` throws instead.
  @inlinable
  public static func - (left: NDArray, right: NDArray) -> NDArray {
    left.combined(.difference, right, Element.wrappingDifference)
  }
  /// Every element less a number; integers wrap around.
  @inlinable
  public static func - (left: NDArray, right: Element) -> NDArray {
    left.combined(.difference, with: right, Element.wrappingDifference)
  }
  /// A number less every element; integers wrap around.
  @inlinable
  public static func - (left: Element, right: NDArray) -> NDArray {
    right.combined(left, .difference, Element.wrappingDifference)
  }

  /// The products, element by element (for matrices see `•`); integers wrap around.
  ///
  /// - Precondition: The shapes are equal, or fit by NumPy's broadcasting. ``multiplied(by:)`` throws instead.
  @inlinable
  public static func * (left: NDArray, right: NDArray) -> NDArray {
    left.combined(.product, right, Element.wrappingProduct)
  }
  /// Every element times a number; integers wrap around.
  @inlinable
  public static func * (left: NDArray, right: Element) -> NDArray {
    left.combined(.product, with: right, Element.wrappingProduct)
  }
  /// A number times every element; integers wrap around.
  @inlinable
  public static func * (left: Element, right: NDArray) -> NDArray {
    right.combined(left, .product, Element.wrappingProduct)
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
  @inlinable
  public static func / (left: NDArray, right: NDArray) -> NDArray {
    isReal ? left.combined(.quotient, right, /) : calculated(.quotient, left, right)
  }
  /// Every element divided by a number.
  @inlinable
  public static func / (left: NDArray, right: Element) -> NDArray {
    isReal ? left.combined(.quotient, with: right, /) : calculated(.quotient, left, repeated(right, left))
  }
  /// A number divided by every element.
  @inlinable
  public static func / (left: Element, right: NDArray) -> NDArray {
    isReal ? right.combined(left, .quotient, /) : calculated(.quotient, repeated(left, right), right)
  }
  /// Whether Swift's own division is NumPy's, which that of complex numbers is not.
  @inlinable @inline(__always)
  static var isReal: Bool { Element.self == Double.self || Element.self == Float.self }
  /// The quotients, for shapes that come from users or files.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the shapes do not fit each other.
  public func divided(by other: NDArray) throws(ArrayError) -> NDArray { try calculated(.quotient, with: other) }
}

extension NDArray where Element: NumericArrayElement {
  /// Adds to every element, in place; integers wrap around.
  ///
  /// - Precondition: The other shape is the same, or broadcasts to it; this holds for `-=`, `*=` and `/=` too.
  @inlinable
  public static func += (left: inout NDArray, right: NDArray) { left.combine(.sum, right, Element.wrappingSum) }
  /// Adds a number to every element, in place; integers wrap around.
  @inlinable
  public static func += (left: inout NDArray, right: Element) { left.combine(.sum, with: right, Element.wrappingSum) }
  /// Subtracts from every element, in place; integers wrap around.
  @inlinable
  public static func -= (left: inout NDArray, right: NDArray) {
    left.combine(.difference, right, Element.wrappingDifference)
  }
  /// Subtracts a number from every element, in place; integers wrap around.
  @inlinable
  public static func -= (left: inout NDArray, right: Element) {
    left.combine(.difference, with: right, Element.wrappingDifference)
  }
  /// Multiplies every element, in place; integers wrap around.
  @inlinable
  public static func *= (left: inout NDArray, right: NDArray) { left.combine(.product, right, Element.wrappingProduct) }
  /// Multiplies every element by a number, in place; integers wrap around.
  @inlinable
  public static func *= (left: inout NDArray, right: Element) {
    left.combine(.product, with: right, Element.wrappingProduct)
  }

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
  @inlinable
  public static func /= (left: inout NDArray, right: NDArray) {
    if isReal { left.combine(.quotient, right, /) } else { left.calculate(.quotient, right) }
  }
  /// Divides every element by a number, in place.
  @inlinable
  public static func /= (left: inout NDArray, right: Element) {
    if isReal { left.combine(.quotient, with: right, /) } else { left.calculate(.quotient, repeated(right, left)) }
  }
}

extension NDArray {
  // Of arrays without axes, which `x[i] * 2` and `x[i] + x[j]` are made of, the caller's code calculates the one number.

  /// What an operation makes of two arrays.
  @inlinable @inline(__always)
  func combined(_ operation: ArithmeticOperation, _ other: NDArray, _ single: (Element, Element) -> Element) -> NDArray
  {
    guard untyped.shape.isEmpty, other.untyped.shape.isEmpty else {
      return NDArray.calculated(operation, self, other)
    }
    return scalar(single(only, other.only))
  }

  /// What an operation makes of every element and a number.
  @inlinable @inline(__always)
  func combined(
    _ operation: ArithmeticOperation, with number: Element, _ single: (Element, Element) -> Element
  ) -> NDArray {
    guard untyped.shape.isEmpty else { return NDArray.calculated(operation, self, NDArray.repeated(number, self)) }
    return scalar(single(only, number))
  }

  /// What an operation makes of a number and every element.
  @inlinable @inline(__always)
  func combined(
    _ number: Element, _ operation: ArithmeticOperation, _ single: (Element, Element) -> Element
  ) -> NDArray {
    guard untyped.shape.isEmpty else { return NDArray.calculated(operation, NDArray.repeated(number, self), self) }
    return scalar(single(number, only))
  }

  /// Puts what an operation makes of this array and another one in place of its elements.
  @inlinable @inline(__always)
  mutating func combine(
    _ operation: ArithmeticOperation, _ other: NDArray, _ single: (Element, Element) -> Element
  ) {
    guard untyped.shape.isEmpty, other.untyped.shape.isEmpty else { return calculate(operation, other) }
    let number = single(only, other.only)
    makeUnique()
    store(number, at: untyped.offset)
  }

  /// Puts what an operation makes of this array and a number in place of its elements.
  @inlinable @inline(__always)
  mutating func combine(
    _ operation: ArithmeticOperation, with number: Element, _ single: (Element, Element) -> Element
  ) {
    guard untyped.shape.isEmpty else { return calculate(operation, NDArray.repeated(number, self)) }
    let number = single(only, number)
    makeUnique()
    store(number, at: untyped.offset)
  }
}

extension NDArray {
  fileprivate func calculated(_ operation: ArithmeticOperation, with other: NDArray) throws(ArrayError) -> NDArray {
    let (left, right) = try AnyNDArray.broadcast(untyped, other.untyped)
    return NDArray(unchecked: try Elementwise.calculate(operation, left, right, dtype: Element.dtype))
  }

  @usableFromInline
  static func calculated(_ operation: ArithmeticOperation, _ left: NDArray, _ right: NDArray) -> NDArray {
    do throws(ArrayError) {
      return try left.calculated(operation, with: right)
    } catch { fatalError(error.message) }
  }

  @usableFromInline
  mutating func calculate(_ operation: ArithmeticOperation, _ other: NDArray) {
    do throws(ArrayError) {
      let right = try other.untyped.broadcast(to: shape)
      if !isCContiguous { untyped = untyped.packed() }
      // An operand that shares the memory holds it too, so this makes a copy then.
      untyped.makeUnique()
      untyped = try Elementwise.calculate(operation, untyped, right, dtype: Element.dtype, into: untyped)
    } catch { fatalError(error.message) }
  }

  /// A number in the shape of an array, without memory for each.
  @usableFromInline
  static func repeated(_ number: Element, _ array: NDArray) -> NDArray {
    do throws(ArrayError) {
      return NDArray(unchecked: try NDArray(scalar: number).untyped.broadcast(to: array.shape))
    } catch { fatalError(error.message) }
  }
}
