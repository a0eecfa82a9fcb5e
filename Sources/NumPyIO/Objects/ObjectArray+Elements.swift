public import NDArrays
public import PickledArrays
public import PythonPickle
public import TextTables

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

extension ObjectArray {
  /// The elements as a table of text is made of them: numbers where all are, and the format asks for numbers; else
  /// what Python's `str` makes of each, which is what `%s` writes.
  ///
  /// - Throws: ``ArrayError`` if a number is out of range.
  public func tableValues(format: TextFormat) throws(ArrayError) -> AnyNDArray {
    let formats: [String] =
      switch format {
      case .single(let format): [format]
      case .columns(let formats): formats
      }
    let isText = formats.allSatisfy { format in
      let parts = format.split(separator: "%", omittingEmptySubsequences: false).dropFirst()
      return parts.allSatisfy { $0.drop { "#0- +.123456789".contains($0) }.first == "s" }
    }
    if isText { return try asType(.string(0)) }
    let isInteger = items.allSatisfy { $0.int != nil }
    let isNumber = items.allSatisfy { $0.double != nil }
    return try asType(isInteger ? .int64 : isNumber ? .float64 : .string(0))
  }
}

extension PickleValue {
  /// Python's `repr` of the value with NumPy's of the arrays, scalars and dtypes within: what a Python with NumPy prints.
  public func repr(options: PrintOptions, limit: Int = 1 << 26) -> String {
    repr(options: options, limit: limit, recognizing: .all)
  }
}
