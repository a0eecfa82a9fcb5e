internal import ByteIO
public import NDArrays
public import PythonPickle

/// A masked array on its way into a pickle: `numpy.ma.core.MaskedArray.__reduce__`.
struct MaskedArrayInPickle: PickleConvertible, PickledArrayConvertible {
  let array: AnyNDArray
  let mask: AnyNDArray

  func pickledArray() -> PickledArray { PickledArray(kind: .maskedArray, content: .values(array), mask: mask) }

  func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue {
    func bytes(_ array: AnyNDArray) -> PickleValue { .bytes(PickleBytes(array.bytes, isShared: false)) }
    let shape = PickleValue.tuple(array.shape.map { .int($0) })
    return .object(
      PickleObject(
        "numpy.ma.core", "_mareconstruct",
        [
          .global("numpy.ma", "MaskedArray"), .global("numpy", "ndarray"), .tuple([.int(0)]), .bytes([0x62]),
        ],
        state: .tuple([
          .int(1), shape, try array.dtype.pickleValue(in: context), .bool(false), bytes(array), bytes(mask), .none,
        ])))
  }
}

extension PickleValue {
  /// NumPy's masked array: values, and a mask of the same shape that is `true` where one is missing, with a `bool` per
  /// field for records.
  public static func maskedArray(_ array: AnyNDArray, mask: AnyNDArray) -> PickleValue {
    .object(PickleObject(MaskedArrayInPickle(array: array, mask: mask)))
  }
}
