internal import ByteIO
package import NDArrays
package import PythonPickle

extension ObjectArray {
  /// The array with its elements moved about, as `body` moves their positions.
  package func rearranged(_ body: (AnyNDArray) throws(ArrayError) -> AnyNDArray) throws(ArrayError) -> ObjectArray {
    let moved = try body(positions())
    let items = try NDArray<Int>(moved).elements.map { self.items[$0] }
    var result = try ObjectArray.of(
      items, shape: moved.shape, dtype: dtype, isFortran: moved.isFContiguous && !moved.isCContiguous)
    result.isStrided = !moved.isFContiguous && !moved.isCContiguous
    result.hasFortranStrides = moved.hasAscendingStrides
    result.stringType = stringType
    return result
  }

  /// The number of each item in C order, in an array that lies in memory as NumPy's does.
  private func positions() throws(ArrayError) -> AnyNDArray {
    let numbers = try NDArray(Array(0..<items.count), shape: shape).untyped
    guard isStrided || hasFortranStrides else { return numbers }
    let ordered = hasFortranStrides ? numbers.transposed().contiguous() : numbers
    guard isStrided, let length = ordered.shape.last else { return ordered.transposed() }
    // Every other element of an array twice as long.
    let doubled = try NDArray<Int>(ordered).elements.flatMap { [$0, $0] }
    let wide = try NDArray(doubled, shape: ordered.shape.dropLast() + [2 * length]).untyped
    let view = try wide.slice(Array(repeating: .all, count: shape.count - 1) + [.stride(by: 2)])
    return hasFortranStrides ? view.transposed() : view
  }

  /// Objects whose number is that of the shape.
  package static func of(
    _ items: [PickleValue], shape: [Int], dtype: DType = .object, isFortran: Bool = false
  ) throws(ArrayError) -> ObjectArray {
    do throws(FormatError) {
      return try ObjectArray(shape: shape, items: items, dtype: dtype, isFortran: isFortran)
    } catch { throw ArrayError(.shapeMismatch, error.message) }
  }
}
