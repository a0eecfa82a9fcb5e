internal import ByteIO
package import NDArrays
package import PythonPickle

extension ObjectArray {
  /// The array with its elements moved about, as `body` moves their positions.
  package func rearranged(_ body: (AnyNDArray) throws(ArrayError) -> AnyNDArray) throws(ArrayError) -> ObjectArray {
    var positions = try NDArray(Array(0..<items.count), shape: shape).untyped
    if isFortran { positions = positions.packed(fortran: true) }
    let moved = try NDArray<Int>(body(positions))
    let items = moved.elements.map { self.items[$0] }
    var result = try ObjectArray.of(
      items, shape: moved.shape, dtype: dtype, isFortran: moved.isFContiguous && !moved.isCContiguous)
    result.stringType = stringType
    return result
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
