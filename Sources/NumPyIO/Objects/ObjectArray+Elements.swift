public import NDArrays
public import PickledArrays
public import PythonPickle

// What depends on the objects within an array: any of them may be an array of a form that only this module knows.

extension ObjectArray {
  /// The elements as values: NumPy's `array.astype(dtype)`.
  ///
  /// - Throws: ``ArrayError`` with code `badValue` for an object that Python does not take for such a value, or one
  ///   that does not fit.
  public func asType(_ dtype: DType) throws(ArrayError) -> AnyNDArray {
    try asType(dtype, recognizing: .all)
  }

  /// NumPy's `str` or `repr`.
  public func formatted(_ style: PrintStyle, options: PrintOptions = PrintOptions()) -> String {
    formatted(style, options: options, recognizing: .all)
  }

  /// The elements in brackets: NumPy's `np.array2string`.
  ///
  /// - Parameters:
  ///   - separator: What stands between elements of a row.
  ///   - prefix: What the caller will write before the text: lines are indented by its length.
  ///   - suffix: What the caller will write after the text: lines are shorter by its length.
  ///   - options: NumPy's print options.
  public func elementText(
    separator: String = " ", prefix: String = "", suffix: String = "", options: PrintOptions = PrintOptions()
  ) -> String {
    elementText(separator: separator, prefix: prefix, suffix: suffix, options: options, recognizing: .all)
  }
}

extension PickleValue {
  /// Python's `repr` of the value with NumPy's of the arrays, scalars and dtypes within: what a Python with NumPy prints.
  public func repr(options: PrintOptions, limit: Int = 1 << 26) -> String {
    repr(options: options, limit: limit, recognizing: .all)
  }
}
