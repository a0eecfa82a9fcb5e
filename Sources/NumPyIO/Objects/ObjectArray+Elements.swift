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
    if isText { return try pythonTexts(recognizing: .all) }
    if items.allSatisfy({ $0.int != nil }) { return try asType(.int64) }
    if items.allSatisfy({ $0.int.map { $0 >= 0 } ?? ObjectArray.isUnsigned($0) }) { return try asType(.uint64) }
    return items.allSatisfy { $0.double != nil } ? try asType(.float64) : try pythonTexts(recognizing: .all)
  }

  /// Whether a value is an integer from 2**63 to 2**64 - 1, which only `uint64` holds.
  private static func isUnsigned(_ value: PickleValue) -> Bool {
    guard case .bigInt(let integer) = value else { return false }
    // The ninth byte holds the sign.
    return integer.twosComplement.count == 9 && integer.twosComplement[8] == 0
  }
}

extension PickleValue {
  /// Python's `repr` of the value with NumPy's of the arrays, scalars and dtypes within: what a Python with NumPy prints.
  public func repr(options: PrintOptions, limit: Int = 1 << 26) -> String {
    repr(options: options, limit: limit, recognizing: .all)
  }
}
