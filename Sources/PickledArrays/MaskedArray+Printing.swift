internal import ByteIO
package import NDArrays
package import PythonPickle

extension PickledArray {
  /// NumPy's `str` or `repr` of a masked array, which have `--` in place of what is missing; `nil` for arrays without a mask.
  ///
  /// - Throws: ``ArrayError`` with code `unsupported` for types that Python has no objects for.
  package func maskedText(
    _ style: PrintStyle, options: PrintOptions, recognizing recognizers: ArrayRecognizers
  ) throws(ArrayError) -> String? {
    try maskedText(style, within: PrintedNesting(options, recognizers))
  }

  func maskedText(_ style: PrintStyle, within nesting: PrintedNesting) throws(ArrayError) -> String? {
    guard let mask, let objects = try shownObjects() else { return nil }
    guard style == .repr else { return objects.text(.str, within: nesting) }
    let dtype = content.dtype
    let isHidden = try ObjectArray(mask).items.allSatisfy(\.isWhollyTrue)
    let isTypeShown = !dtype.isImpliedByText || isHidden || content.shape.contains(0)
    let name = kind == .matrix ? "masked_matrix(" : "masked_array("
    let keys = ["data", "mask", "fill_value"] + (isTypeShown ? ["dtype"] : [])
    // One row stands behind the name, and the others are aligned with it; of several each part begins a line of its own.
    let isOneRow = content.shape.dropLast().allSatisfy { $0 == 1 }
    let indents = keys.map { key in
      guard isOneRow else { return "  " }
      return key == "data"
        ? name : String(repeating: " ", count: max(2, name.utf8.count + "data".utf8.count - key.utf8.count))
    }
    let parts = zip(keys, indents).map { key, indent in
      let value =
        switch key {
        case "data": objects.elementText(", ", indent + "data=", ",", nesting)
        case "mask":
          mask.elementText(separator: ", ", prefix: indent + "mask=", suffix: ",", options: nesting.options)
        case "dtype": dtype.kind == .object ? "object" : dtype.textWithinRepr
        default: fillText(nesting)
        }
      return indent + key + "=" + value
    }
    return (isOneRow ? "" : name + "\n") + parts.joined(separator: ",\n") + ")"
  }

  /// The elements as objects, those that are missing replaced; of long axes the ends only, as NumPy looks at no more before
  /// it decides whether dots are needed.
  private func shownObjects() throws(ArrayError) -> ObjectArray? {
    guard var hidden = mask else { return nil }
    var objects: ObjectArray
    switch content {
    case .objects(let array): objects = array
    case .values(var values):
      let width = values.ndim > 1 ? 100 : 1500
      for axis in values.shape.indices where values.shape[axis] > width {
        values = try MaskedEnds.joined(values, axis, width / 2)
        hidden = try MaskedEnds.joined(hidden, axis, width / 2)
      }
      objects = try ObjectArray(values)
    }
    let flags = try ObjectArray(hidden).items
    let items = zip(objects.items, flags).map { $0.masked(by: $1) }
    return try ObjectArray.of(
      items, shape: objects.shape, dtype: content.dtype.replacingValues(by: .object), isFortran: objects.isFortran)
  }

  /// The objects of an array of them, those that are missing replaced.
  ///
  /// - Throws: ``ArrayError`` if the mask is broken.
  package func visibleItems() throws(ArrayError) -> [PickleValue] {
    guard case .objects(let objects) = content else { return [] }
    guard let mask else { return objects.items }
    return zip(objects.items, try ObjectArray(mask).items).map { $0.masked(by: $1) }
  }

  /// The text of what takes the place of missing values, as far as NumPy tells it by `repr` or by `str`.
  private func fillText(_ nesting: PrintedNesting) -> String {
    let dtype = content.dtype
    guard let fill = (try? fillValue ?? PickledArray.defaultFill(dtype)) ?? nil else { return "None" }
    if fill.dtype.kind == dtype.kind, dtype.kind == .string || dtype.kind == .bytes,
      let item = try? ObjectArray(fill).items.first
    {
      return item.repr(within: nesting, limit: 1 << 20)
    }
    if fill.dtype == dtype { return fill.formatted(.str, options: nesting.options) }
    return PickleValue.scalar(fill).repr(within: nesting, limit: 1 << 20)
  }

  /// NumPy's `default_fill_value`.
  private static func defaultFill(_ dtype: DType) throws(ArrayError) -> AnyNDArray? {
    switch dtype.kind {
    case .bool: return NDArray(scalar: true).untyped
    case .signedInteger: return NDArray(scalar: Int64(999_999)).untyped
    case .unsignedInteger: return NDArray(scalar: UInt64(999_999)).untyped
    case .float: return NDArray(scalar: 1e20).untyped
    case .complex: return try NDArray(scalar: 1e20).untyped.asType(.complex128)
    case .string, .object: return try AnyNDArray(strings: [dtype.kind == .object ? "?" : "N/A"]).reshaped([])
    case .bytes: return try AnyNDArray(bytes: Array("N/A".utf8), dtype: .bytes(3), shape: [])
    case .datetime, .timedelta: return try NDArray(scalar: Int64.min).untyped.viewed(as: dtype.native).asType(dtype)
    case .void: return try defaultFill(ofRecords: dtype)
    }
  }

  private static func defaultFill(ofRecords dtype: DType) throws(ArrayError) -> AnyNDArray? {
    guard let fields = dtype.fields else { return nil }
    var values: [PickleValue] = []
    for field in fields {
      guard let fill = try defaultFill(field.dtype), let value = try ObjectArray(fill).items.first else { return nil }
      values.append(value)
    }
    return try ObjectArray.of([.tuple(values)], shape: []).asType(dtype, recognizing: .numPy)
  }
}

private enum MaskedEnds {
  /// The first and the last places of an axis.
  static func joined(_ array: AnyNDArray, _ axis: Int, _ count: Int) throws(ArrayError) -> AnyNDArray {
    let before = [AxisSelection](repeating: .slice(start: nil, stop: nil, step: 1), count: axis)
    let first = try array.slice(before + [.slice(start: nil, stop: count, step: 1)])
    let last = try array.slice(before + [.slice(start: -count, stop: nil, step: 1)])
    // Both halves, one after the other along the axis, which becomes the first for it.
    let order = [axis] + array.shape.indices.filter { $0 != axis }
    let front = try first.transposed(order).contiguous()
    let back = try last.transposed(order).contiguous()
    let shape = [2 * count] + front.shape.dropFirst()
    let joined = try AnyNDArray(bytes: front.bytes + back.bytes, dtype: array.dtype, shape: shape)
    var inverse = [Int](repeating: 0, count: order.count)
    for (place, axis) in order.enumerated() { inverse[axis] = place }
    return try joined.transposed(inverse)
  }
}

extension PickleValue {
  /// Whether a mask hides all of an element.
  fileprivate var isWhollyTrue: Bool {
    switch self {
    case .bool(let flag): flag
    default: items?.allSatisfy(\.isWhollyTrue) ?? false
    }
  }

  /// The value with a mark in place of what a mask hides: of records field by field.
  fileprivate func masked(by flag: PickleValue) -> PickleValue {
    if case .bool(let isHidden) = flag { return isHidden ? ObjectArray.masked : self }
    guard case .tuple(let values) = self, case .tuple(let flags) = flag, values.items.count == flags.items.count else {
      return self
    }
    return .tuple(zip(values.items, flags.items).map { $0.masked(by: $1) })
  }
}
