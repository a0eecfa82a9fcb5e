/// Nested array literals, as in `NDArray<Int64>(nested: [[1, 2], [3, 4]])`.
///
/// ```swift
/// let a = try NDArray<Double>(nested: [[1, 2, 3], [4, 5, 6]])   // shape [2, 3]
/// ```
public indirect enum NestedElements<Element: ArrayElement>: Sendable {
  /// One element.
  case element(Element)
  /// A row of elements, or of rows.
  case row([NestedElements])
}

extension NestedElements: ExpressibleByArrayLiteral {
  /// A row of what is within it, as a literal writes it: `[1, 2]`.
  public init(arrayLiteral elements: NestedElements...) { self = .row(elements) }
}
extension NestedElements: ExpressibleByIntegerLiteral where Element: ExpressibleByIntegerLiteral {
  /// An element.
  public init(integerLiteral value: Element.IntegerLiteralType) { self = .element(Element(integerLiteral: value)) }
}
extension NestedElements: ExpressibleByFloatLiteral where Element: ExpressibleByFloatLiteral {
  /// An element.
  public init(floatLiteral value: Element.FloatLiteralType) { self = .element(Element(floatLiteral: value)) }
}
extension NestedElements: ExpressibleByBooleanLiteral where Element: ExpressibleByBooleanLiteral {
  /// An element.
  public init(booleanLiteral value: Element.BooleanLiteralType) { self = .element(Element(booleanLiteral: value)) }
}

extension NDArray {
  /// An array with an axis per level of nesting: NumPy's `np.array([[1, 2], [3, 4]])`.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if rows of one level differ in length or depth.
  public init(nested: NestedElements<Element>) throws(ArrayError) {
    var shape: [Int] = []
    var level = nested
    while case .row(let rows) = level {
      shape.append(rows.count)
      guard let first = rows.first else { break }
      level = first
    }
    var elements: [Element] = []
    try NDArray.collect(nested, depth: 0, shape: shape, into: &elements)
    try self.init(elements, shape: shape)
  }

  private static func collect(
    _ nested: NestedElements<Element>, depth: Int, shape: [Int], into elements: inout [Element]
  ) throws(ArrayError) {
    switch nested {
    case .element(let element) where depth == shape.count: elements.append(element)
    case .row(let rows) where depth < shape.count && rows.count == shape[depth]:
      for row in rows { try collect(row, depth: depth + 1, shape: shape, into: &elements) }
    default:
      throw ArrayError(
        .shapeMismatch, "the rows have an inhomogeneous shape after \(depth) dimensions")
    }
  }
}
