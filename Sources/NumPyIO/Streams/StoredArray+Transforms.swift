internal import ByteIO
internal import NDArrays
package import PickledArrays
package import PythonPickle

extension StoredArray {
  /// The array with a transform applied, in memory.
  ///
  /// - Throws: ``ArrayError`` if the transform does not fit the array.
  package func applying(_ transform: ArrayTransform) throws(ArrayError) -> StoredArray {
    switch transform {
    case .field(let name): try field(name)
    case .slice(let selections): try slice(selections)
    case .view where objects != nil, .encode where objects != nil:
      throw ArrayError(.dtypeMismatch, "Cannot change data-type for array of references.")
    case .view(let view):
      try rearranged { (array: AnyNDArray) throws(ArrayError) in
        switch view {
        case .dtype(let dtype): try array.viewed(resizingLastAxisFor: dtype)
        case .format(let format): try array.decoded(as: format)
        }
      }
    case .cast(let dtype): try asType(dtype)
    case .encode(let format):
      try rearranged { (array: AnyNDArray) throws(ArrayError) in try array.encoded(as: format) }
    case .reshape(let shape):
      try rearranged { (array: AnyNDArray) throws(ArrayError) in try array.reshaped(shape) }
    case .order(let isFortran):
      try rearranged { array in
        isFortran ? (array.isFContiguous ? array : array.packed(fortran: true)) : array.contiguous()
      }
    }
  }
}

extension PickledArray {
  /// A masked array with transforms applied to its values and its mask; `nil` for an array without a mask, and for transforms
  /// after which the mask fits no more.
  package func applying(_ transforms: [ArrayTransform]) throws(FormatError) -> PickleValue? {
    guard var mask, case .values = content else { return nil }
    var values = content
    do throws(ArrayError) {
      for transform in transforms {
        values = try values.applying(transform)
        switch transform {
        case .field(let name): if mask.dtype.fields != nil { mask = try mask.field(name) }
        case .slice(let selections): mask = try mask.slice(selections)
        case .reshape(let shape): mask = try mask.reshaped(shape)
        case .cast, .order: break
        case .view, .encode: return nil
        }
      }
    } catch { throw FormatError(.badArgument, error.message) }
    guard case .values(let array) = values, array.shape == mask.shape else { return nil }
    return .maskedArray(array, mask: mask)
  }

  /// A field of records, with what the mask says of it.
  ///
  /// - Throws: ``ArrayError`` if there is no such field.
  package func field(_ name: String) throws(ArrayError) -> PickledArray {
    let part = try mask.map { (mask) throws(ArrayError) in mask.dtype.fields == nil ? mask : try mask.field(name) }
    return PickledArray(kind: kind, content: try content.field(name), mask: part)
  }
}
