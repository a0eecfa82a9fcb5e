public import NDArrays
internal import PythonPickle

// Arrays of objects as NumPy prints them: numpy/_core/arrayprint.py, `_object_format`.

extension ObjectArray {
  /// NumPy's `str` or `repr`.
  public func formatted(_ style: PrintStyle, options: PrintOptions = PrintOptions()) -> String {
    guard style == .repr else {
      // The `str` of an array without axes is that of the object.
      if shape.isEmpty, let item = items.first, dtype.kind == .object { return item.pythonText(options) }
      return elementText(options: options)
    }
    return ArrayText.repr(
      elements: elementText(separator: ", ", prefix: "array(", suffix: ")", options: options), shape: shape,
      dtype: dtype.kind == .object ? "object" : dtype.textWithinRepr, isDTypeImplied: false, options: options)
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
    if items.isEmpty { return "[]" }
    let corner = PrintedCorner(shape: shape, options: options)
    return ArrayText.text(
      ObjectItems(texts: texts(of: kept(corner), options)), corner: corner, separator: separator, prefix: prefix,
      suffix: suffix, lineWidth: options.lineWidth)
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

  private func texts(of items: [PickleValue], _ options: PrintOptions) -> [String] {
    guard let fields = dtype.fields else { return items.map { ObjectArray.text(of: $0, options) } }
    // Of records every field is printed as a column of its own; `StructuredVoidFormat`.
    let columns: [[String]] = fields.enumerated().map { place, field in
      let values = items.map { $0.items.flatMap { $0.indices.contains(place) ? $0[place] : nil } ?? .none }
      return ObjectArray.column(values, field.dtype, options)
    }
    return items.indices.map { index in
      let parts = columns.map { $0[index] }
      return parts.count == 1 ? "(\(parts[0]),)" : "(" + parts.joined(separator: ", ") + ")"
    }
  }

  /// The texts of one field of all records.
  private static func column(_ values: [PickleValue], _ dtype: DType, _ options: PrintOptions) -> [String] {
    if !dtype.hasObjects, dtype.subarray == nil, dtype.fields == nil,
      let array = try? ObjectArray.of(values, shape: [values.count]).asType(dtype)
    {
      return ItemFormats.texts(of: array, options: options)
    }
    return values.map { text(of: $0, options) }
  }

  /// A list's brackets could be taken for an axis, so that it is printed as the call that makes it.
  private static func text(of value: PickleValue, _ options: PrintOptions) -> String {
    let text = value.repr(options: options, limit: 1 << 20)
    if case .list = value { return "list(\(text))" }
    return text
  }
}

/// Texts that are made already.
private struct ObjectItems: ItemFormat {
  let texts: [String]
  func append(_ index: Int, to buffer: inout PrintBuffer) { buffer.append(texts[index]) }
}

extension PickleValue {
  /// Python's `str` of the value: of text the text itself, of NumPy's arrays and scalars theirs.
  func pythonText(_ options: PrintOptions = PrintOptions()) -> String {
    if let string { return string }
    if let stored = try? PickledArray(self)?.content { return stored.formatted(.str, options: options) }
    return repr(options: options, limit: 1 << 20)
  }
}
