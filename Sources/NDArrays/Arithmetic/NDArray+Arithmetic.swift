public import ComplexModule

// Elementwise arithmetic, no more than is needed to look at what was loaded: operands of equal shapes, or a scalar.

extension NDArray where Element: NumericArrayElement {
  /// The elements added one by one; integers wrap around, as in NumPy.
  ///
  /// - Precondition: The shapes are equal.
  public static func + (left: NDArray, right: NDArray) -> NDArray { zip(left, right, Element.wrappingSum) }
  /// The elements subtracted one by one; integers wrap around.
  ///
  /// - Precondition: The shapes are equal.
  public static func - (left: NDArray, right: NDArray) -> NDArray { zip(left, right, Element.wrappingDifference) }
  /// The elements multiplied one by one; integers wrap around. For the matrix product see `•`.
  ///
  /// - Precondition: The shapes are equal.
  public static func * (left: NDArray, right: NDArray) -> NDArray { zip(left, right, Element.wrappingProduct) }

  /// A number added to every element.
  public static func + (left: NDArray, right: Element) -> NDArray { left.map { Element.wrappingSum($0, right) } }
  /// A number with every element added.
  public static func + (left: Element, right: NDArray) -> NDArray { right.map { Element.wrappingSum(left, $0) } }
  /// A number subtracted from every element.
  public static func - (left: NDArray, right: Element) -> NDArray { left.map { Element.wrappingDifference($0, right) } }
  /// Every element subtracted from a number.
  public static func - (left: Element, right: NDArray) -> NDArray { right.map { Element.wrappingDifference(left, $0) } }
  /// Every element multiplied by a number.
  public static func * (left: NDArray, right: Element) -> NDArray { left.map { Element.wrappingProduct($0, right) } }
  /// A number multiplied by every element.
  public static func * (left: Element, right: NDArray) -> NDArray { right.map { Element.wrappingProduct(left, $0) } }
}

extension NDArray where Element: NumericArrayElement & AlgebraicQuotient {
  /// The elements divided one by one.
  ///
  /// - Precondition: The shapes are equal.
  public static func / (left: NDArray, right: NDArray) -> NDArray { zip(left, right, Element.quotient) }
  /// Every element divided by a number.
  public static func / (left: NDArray, right: Element) -> NDArray { left.map { Element.quotient($0, right) } }
  /// A number divided by every element.
  public static func / (left: Element, right: NDArray) -> NDArray { right.map { Element.quotient(left, $0) } }
}

extension NDArray where Element: NumericArrayElement & BinaryInteger {
  /// The quotients of integers, which are doubles, as in NumPy.
  ///
  /// - Precondition: The shapes are equal.
  public static func / (left: NDArray, right: NDArray) -> NDArray<Double> {
    NDArray<Double>.zip(left, right) { Double($0) / Double($1) }
  }
  /// Every integer divided by a number: doubles, as in NumPy.
  public static func / (left: NDArray, right: Element) -> NDArray<Double> { left.map { Double($0) / Double(right) } }
  /// A number divided by every integer: doubles, as in NumPy.
  public static func / (left: Element, right: NDArray) -> NDArray<Double> { right.map { Double(left) / Double($0) } }
}

/// A number that can be divided by its like: floats and complex numbers.
public protocol AlgebraicQuotient {
  /// The quotient.
  static func quotient(_ left: Self, _ right: Self) -> Self
}
#if !(os(macOS) && arch(x86_64))
  extension Float16: AlgebraicQuotient {
    /// The quotient.
    public static func quotient(_ left: Float16, _ right: Float16) -> Float16 { left / right }
  }
#endif
extension Float: AlgebraicQuotient {
  /// The quotient.
  public static func quotient(_ left: Float, _ right: Float) -> Float { left / right }
}
extension Double: AlgebraicQuotient {
  /// The quotient.
  public static func quotient(_ left: Double, _ right: Double) -> Double { left / right }
}
extension Complex: AlgebraicQuotient where RealType: ComplexComponent {
  /// The quotient.
  public static func quotient(_ left: Complex, _ right: Complex) -> Complex { left / right }
}

extension NDArray {
  /// A new array of what a function makes of each element, in C order.
  @inlinable
  public func map<Other: ArrayElement>(_ transform: (Element) -> Other) -> NDArray<Other> {
    let result = withElements { elements in
      var made: [Other] = []
      made.reserveCapacity(elements.count)
      for index in elements.indices { made.append(transform(elements[index])) }
      return made
    }
    return NDArray<Other>(result, sameShapeAs: self)
  }

  /// A new array of what a function makes of each pair of elements.
  @inlinable
  static func zip<Left: ArrayElement>(
    _ left: NDArray<Left>, _ right: NDArray<Left>, _ combine: (Left, Left) -> Element
  ) -> NDArray {
    precondition(left.shape == right.shape, "operands of shapes \(left.shape) and \(right.shape)")
    let result = left.withElements { a in
      right.withElements { b in
        var made: [Element] = []
        made.reserveCapacity(a.count)
        for index in a.indices { made.append(combine(a[index], b[index])) }
        return made
      }
    }
    return NDArray(result, sameShapeAs: left)
  }

  @usableFromInline
  init<Other>(_ elements: [Element], sameShapeAs other: NDArray<Other>) {
    do throws(ArrayError) { try self.init(elements, shape: other.shape) } catch {
      preconditionFailure(error.message)
    }
  }
}
