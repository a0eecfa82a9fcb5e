extension AnyNDArray: CustomStringConvertible {
  /// NumPy's `str(array)`: `[[0.  2.5] [1.  2. ]]` over several lines.
  public var description: String { formatted(.str) }
}

extension AnyNDArray: CustomDebugStringConvertible {
  /// NumPy's `repr(array)`: `array([0. , 2.5])`.
  public var debugDescription: String { formatted(.repr) }
}

extension AnyNDArray {
  /// The text that NumPy's `str` or `repr` gives, byte for byte: `np.printoptions(…)` around `str(array)`.
  ///
  /// An array beyond the threshold costs only as much as its edges. Where NumPy raises an error, something is printed
  /// all the same: the count of steps for a `datetime64` without a unit, `U+FFFD` for a lone surrogate in the `str`
  /// of a 0-d text, `[...]` for what is far larger than its bytes (a billion elements of no size).
  ///
  /// - Parameters:
  ///   - style: The elements alone, or the expression that makes the array.
  ///   - options: NumPy's print options.
  public func formatted(_ style: PrintStyle = .str, options: PrintOptions = PrintOptions()) -> String {
    switch style {
    case .str:
      let array = withoutSubarray()
      if array.ndim == 0 { return PrintedScalar.text(of: array, options: options) }
      return array.elementText(options: options)
    case .repr:
      let array = withoutSubarray()
      let text = array.elementText(separator: ", ", prefix: "array(", suffix: ")", options: options)
      return ArrayText.repr(
        elements: text, shape: array.shape, dtype: array.dtype.textWithinRepr,
        isDTypeImplied: array.dtype.isImpliedByText, options: options)
    }
  }

  /// The text that a larger array would have which is summarised and of which this one has the edges of the first axis,
  /// and at least one place between them.
  ///
  /// - Parameters:
  ///   - shape: The shape of the larger array.
  ///   - options: NumPy's print options; the number of edge items is above 0.
  package func summary(_ style: PrintStyle, ofShape shape: [Int], options: PrintOptions) -> String {
    var summarizing = options
    summarizing.threshold = 0
    guard style == .repr else { return elementText(options: summarizing) }
    let text = elementText(separator: ", ", prefix: "array(", suffix: ")", options: summarizing)
    return ArrayText.repr(
      elements: text, shape: shape, dtype: dtype.textWithinRepr, isDTypeImplied: dtype.isImpliedByText,
      options: options)
  }

  /// The elements in brackets: NumPy's `np.array2string(array, separator=…, prefix=…, suffix=…)`. The `str` of an
  /// array is this, but for a 0-d one's, which is that of a Python scalar.
  ///
  /// - Parameters:
  ///   - separator: What stands between elements of a row.
  ///   - prefix: What the caller will write before the text: lines are indented by its length.
  ///   - suffix: What the caller will write after the text: lines are shorter by its length.
  ///   - options: NumPy's print options.
  public func elementText(
    separator: String = " ", prefix: String = "", suffix: String = "", options: PrintOptions = PrintOptions()
  ) -> String {
    let array = withoutSubarray()
    if array.count == 0 { return "[]" }
    let corner = PrintedCorner(shape: array.shape, options: options)
    guard corner.isReasonable(storageByteCount: storage.byteCount) else { return "[...]" }
    let items = ItemFormats.format(
      for: corner.elements(of: array), isScalar: array.ndim == 0, options: options, floatsAsScalars: false)
    return ArrayText.text(
      items, corner: corner, separator: separator, prefix: prefix, suffix: suffix,
      lineWidth: options.lineWidth)
  }

  /// A dtype that is a subarray adds axes to the array, as `np.zeros(2, '(3,)f8')` does.
  private func withoutSubarray() -> AnyNDArray {
    do throws(ArrayError) { return try expandingSubarray() } catch { return self }
  }
}

extension NDArray: CustomStringConvertible {
  /// NumPy's `str(array)`.
  public var description: String { untyped.formatted(.str) }
}

extension NDArray: CustomDebugStringConvertible {
  /// NumPy's `repr(array)`.
  public var debugDescription: String { untyped.formatted(.repr) }
}

extension NDArray {
  /// The text that NumPy's `str` or `repr` gives: see ``AnyNDArray/formatted(_:options:)``.
  public func formatted(_ style: PrintStyle = .str, options: PrintOptions = PrintOptions()) -> String {
    untyped.formatted(style, options: options)
  }
}

extension DType {
  /// Whether an array's `repr` leaves the dtype out, as numbers so written would get it anyway.
  package var isImpliedByText: Bool {
    guard isNative, structure == nil else { return false }
    return switch kind {
    case .bool: true
    case .signedInteger: itemSize == 8
    case .float: itemSize == 8
    case .complex: itemSize == 16
    default: false
    }
  }

  /// What stands after `dtype=` in the `repr` of an array: `float32`, `'>i4'`, `'<U3'`, `[('a', '<i4')]`.
  package var textWithinRepr: String {
    if fields != nil { return description }
    switch kind {
    case .bytes, .string, .void: return "'\(description)'"
    default:
      if !isNative { return "'\(description)'" }
      return name.utf8.contains(UInt8(ascii: "[")) ? "'\(name)'" : name
    }
  }
}
