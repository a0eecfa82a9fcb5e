/// What one index reaches an element of, where an element is asked for.
///
/// Of ``NDArray`` an index alone gives an element only where the type demands one, `let x: Double = v[0]`, and else a part of the array,
/// as ``NDArray/subscript(_:)-(Int)`` does: `m[0] * 2` is a row. The compiler prefers arithmetic on Swift's own numbers to any
/// other, unless, as here, the type of the number is yet to be found; hence the protocol and the generic subscript.
public protocol ElementIndexing<Element> {
  /// What the elements are.
  associatedtype Element

  /// The element at an index of an array with one axis.
  ///
  /// - Throws: ``ArrayError``: `badIndex` for another number of axes, `indexOutOfRange`.
  func element(at index: Int) throws(ArrayError) -> Element

  /// Gives the part at an index along the first axis one value; of an array with one axis an element.
  ///
  /// - Throws: ``ArrayError``: `indexOutOfRange`.
  mutating func fill(at index: Int, with value: Element) throws(ArrayError)
}

extension ElementIndexing {
  /// The element at an index, where the type asks for one: `let x: Double = v[0]`, `v[0] < 3`. Assigned to, the part at an index along
  /// the first axis gets that value throughout, as in NumPy: `m[0] = 5`.
  ///
  /// Costs a few nanoseconds in a release build: to go through an array use `for`, ``NDArray/withElements(_:)`` or its span.
  ///
  /// - Precondition: To read there is one axis, and the index lies within it. `element(at:)` throws instead.
  @_disfavoredOverload @inlinable
  public subscript<Item>(_ index: Int) -> Item where Item == Element {
    get {
      do throws(ArrayError) { return try element(at: index) } catch { fatalError(error.message) }
    }
    set {
      do throws(ArrayError) { try fill(at: index, with: newValue) } catch { fatalError(error.message) }
    }
  }
}

extension NDArray: ElementIndexing {
  /// The element at an index of an array with one axis.
  ///
  /// - Throws: ``ArrayError``: `badIndex` for another number of axes, `indexOutOfRange`.
  @inlinable
  public func element(at index: Int) throws(ArrayError) -> Element {
    try load(at: offset(of: index))
  }

  /// Gives the part at an index along the first axis one value: NumPy's `a[0] = 5`.
  ///
  /// - Throws: ``ArrayError``: `indexOutOfRange`.
  @inlinable
  public mutating func fill(at index: Int, with value: Element) throws(ArrayError) {
    guard untyped.shape.count == 1 else { return try assign(NDArray(scalar: value), at: index) }
    _ = try offset(of: index)
    makeUnique()
    // Asked for again: the copy may have other strides.
    try store(value, at: offset(of: index))
  }

  /// How far in the storage the element at an index of an array with one axis lies.
  @inlinable @inline(__always)
  func offset(of index: Int) throws(ArrayError) -> Int {
    guard untyped.shape.count == 1 else { throw isOfPart(indexCount: 1) }
    return untyped.offset &+ (try Layout.place(of: index, axis: 0, size: untyped.shape[0])) &* untyped.strides[0]
  }

  /// The error for an element that is asked for by too few indices, or too many.
  @usableFromInline
  func isOfPart(indexCount: Int) -> ArrayError {
    let indices = indexCount == 1 ? "1 index" : "\(indexCount) indices"
    return ArrayError(
      .badIndex,
      "\(indices) for an element of an array of shape \(Layout.describe(shape)); for a part of it add .ellipsis")
  }
}
