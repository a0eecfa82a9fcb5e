package import NDArrays
internal import ByteIO
package import PythonPickle

// Arrays of objects as NumPy prints them: numpy/_core/arrayprint.py, `_object_format`.

extension ObjectArray {
  /// NumPy's `str` or `repr`.
  package func formatted(
    _ style: PrintStyle, options: PrintOptions, recognizing recognizers: ArrayRecognizers
  ) -> String {
    let nesting = PrintedNesting(options, recognizers)
    guard let source else { return text(style, within: nesting) }
    return nesting.text(of: source) { text(style, within: nesting) } ?? "..."
  }

  func text(_ style: PrintStyle, within nesting: PrintedNesting) -> String {
    guard style == .repr else {
      // The `str` of an array without axes is that of the object.
      if shape.isEmpty, let item = items.first, dtype.kind == .object { return item.pythonText(within: nesting) }
      return elementText(" ", "", "", nesting)
    }
    return repr(of: elementText(", ", "array(", ")", nesting), nesting.options)
  }

  /// What stands around the elements.
  func repr(of elements: String, _ options: PrintOptions) -> String {
    ArrayText.repr(
      elements: elements, shape: shape,
      dtype: stringTypeText ?? (dtype.kind == .object ? "object" : dtype.textWithinRepr), isDTypeImplied: false,
      options: options)
  }

  /// `StringDType(na_object=nan, coerce=False)`.
  private var stringTypeText: String? {
    guard let arguments = stringType?.arguments else { return nil }
    var parts: [String] = []
    if arguments.count > 1 { parts.append("na_object=" + arguments[1].repr(limit: 200)) }
    if arguments.first?.int == 0 { parts.append("coerce=False") }
    return "StringDType(" + parts.joined(separator: ", ") + ")"
  }

  /// The elements in brackets: NumPy's `np.array2string`.
  ///
  /// - Parameters:
  ///   - separator: What stands between elements of a row.
  ///   - prefix: What the caller will write before the text: lines are indented by its length.
  ///   - suffix: What the caller will write after the text: lines are shorter by its length.
  ///   - options: NumPy's print options.
  package func elementText(
    separator: String, prefix: String, suffix: String, options: PrintOptions, recognizing recognizers: ArrayRecognizers
  ) -> String {
    let nesting = PrintedNesting(options, recognizers)
    guard let source else { return elementText(separator, prefix, suffix, nesting) }
    return nesting.text(of: source) { elementText(separator, prefix, suffix, nesting) } ?? "..."
  }

  func elementText(
    _ separator: String, _ prefix: String, _ suffix: String, _ nesting: PrintedNesting
  ) -> String {
    if items.isEmpty { return "[]" }
    let corner = PrintedCorner(shape: shape, options: nesting.options)
    return ArrayText.text(
      ObjectItems(texts: texts(of: kept(corner), nesting)), corner: corner, separator: separator, prefix: prefix,
      suffix: suffix, lineWidth: nesting.options.lineWidth)
  }

  /// The items that are printed, in C order.
  private func kept(_ corner: PrintedCorner) -> [PickleValue] {
    guard corner.keptShape != shape else { return items }
    var result: [PickleValue] = []
    func walk(_ axis: Int, _ base: Int) {
      guard axis < shape.count else {
        result.append(items[base])
        return
      }
      for place in 0..<corner.keptShape[axis] { walk(axis + 1, base * shape[axis] + corner.place(axis, place)) }
    }
    walk(0, 0)
    return result
  }

  private func texts(of items: [PickleValue], _ nesting: PrintedNesting) -> [String] {
    guard let fields = dtype.fields else { return items.map { ObjectArray.text(of: $0, nesting) } }
    // Of records every field is printed as a column of its own; `StructuredVoidFormat`.
    let columns: [[String]] = fields.enumerated().map { place, field in
      let values = items.map { $0.items.flatMap { $0.indices.contains(place) ? $0[place] : nil } ?? .none }
      return ObjectArray.column(values, field.dtype, nesting)
    }
    return items.indices.map { index in
      let parts = columns.map { $0[index] }
      return parts.count == 1 ? "(\(parts[0]),)" : "(" + parts.joined(separator: ", ") + ")"
    }
  }

  /// The texts of one field of all records.
  private static func column(_ values: [PickleValue], _ dtype: DType, _ nesting: PrintedNesting) -> [String] {
    if !dtype.hasObjects, dtype.subarray == nil, dtype.fields == nil,
      let array = try? ObjectArray.of(values, shape: [values.count]).asType(dtype, recognizing: nesting.recognizers)
    {
      return ItemFormats.texts(of: array, options: nesting.options)
    }
    return values.map { text(of: $0, nesting) }
  }

  /// A list's brackets could be taken for an axis, so that it is printed as the call that makes it.
  private static func text(of value: PickleValue, _ nesting: PrintedNesting) -> String {
    let text = value.repr(within: nesting, limit: 1 << 20)
    if case .list = value { return "list(\(text))" }
    return text
  }
}

/// What is printed in place of a value that is missing.
struct MaskedItem: PickleConvertible {
  func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue { .none }
}

extension ObjectArray {
  /// An element of a masked array that is missing.
  package static var masked: PickleValue { .object(PickleObject(MaskedItem())) }
}

extension PickleValue {
  /// Whether the value stands for one that is missing: an element of a masked array, NumPy's `masked`, pandas' `NA` and
  /// `NaT`.
  package var isMissing: Bool {
    if let global { return global.name == "NA" && (global.module == "pandas" || global.module.hasPrefix("pandas.")) }
    guard let object else { return false }
    if object.convertible is MaskedItem || object.isCall("numpy.ma.core", "MaskedConstant") { return true }
    guard let function = object.callable?.global, function.module.hasPrefix("pandas.") else { return false }
    return function.name == "_nat_unpickle" || function.name == "__nat_unpickle"
  }
}

/// Texts that are made already.
private struct ObjectItems: ItemFormat {
  let texts: [String]
  func append(_ index: Int, to buffer: inout PrintBuffer) { buffer.append(texts[index]) }
}
