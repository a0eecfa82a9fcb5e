internal import ByteIO
package import NDArrays
package import PythonPickle

/// An array of a format that NumPy has no dtype for on its way into a pickle, where it has the dtype of `ml_dtypes`.
struct ForeignArrayInPickle: PickleConvertible {
  /// The elements as raw bytes.
  let array: AnyNDArray
  let format: ElementFormat

  func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue {
    let name = format.rawValue
    let (size, alignment) = (format.itemSize, min(format.itemSize, 2))
    let dtype = try context.singleton("ml_dtypes." + name) { () throws(FormatError) in
      // 64: NumPy's flag of dtypes whose elements it takes by functions of their own.
      .object(
        PickleObject(
          "numpy", "dtype", [.global("ml_dtypes", name), .bool(false), .bool(true)],
          state: .tuple([.int(3), .string("<"), .none, .none, .none, .int(size), .int(alignment), .int(64)])))
    }
    let isFortran = array.isFContiguous && !array.isCContiguous
    // At protocol 5, too: such elements are no buffer to Python.
    return ArrayInPickle.reconstruct(NumPyModules(context).core, array, dtype: dtype, isFortran)
  }
}

extension PickleValue {
  /// An array of raw bytes that are elements of a format that NumPy has no dtype for, pickled as `ml_dtypes` does.
  package static func array(_ array: AnyNDArray, as format: ElementFormat) -> PickleValue {
    .object(PickleObject(ForeignArrayInPickle(array: array, format: format)))
  }
}
