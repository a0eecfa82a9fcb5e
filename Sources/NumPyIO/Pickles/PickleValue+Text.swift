public import NDArrays
public import PythonPickle

extension PickleValue {
  /// Python's `repr` of the value with NumPy's of the arrays, scalars and dtypes within: what a Python with NumPy prints.
  public func repr(options: PrintOptions, limit: Int = 1 << 26) -> String {
    repr(limit: limit) { object in object.numpyText(options) }
  }
}

extension PickleObject {
  /// NumPy's `repr` of an array, a scalar or a dtype; `nil` for all else, broken ones included.
  fileprivate func numpyText(_ options: PrintOptions) -> String? {
    let value = PickleValue.object(self)
    if isCall("numpy", "dtype"), let dtype = try? DType(pickled: value) { return dtype.debugDescription }
    guard let pickled = (try? PickledArray(value)) ?? nil else { return nil }
    switch pickled.content {
    case .objects(let array): return array.formatted(.repr, options: options)
    case .values(let array):
      switch pickled.kind {
      case .scalar: return PickleObject.scalarText(array, options)
      case .matrix: return "matrix(" + array.formatted(.repr, options: options).dropFirst("array(".count)
      default: return array.formatted(.repr, options: options)
      }
    }
  }

  /// `np.float64(1.5)`, `np.str_('a')`, `np.True_`.
  private static func scalarText(_ array: AnyNDArray, _ options: PrintOptions) -> String {
    let text = array.formatted(.str, options: options)
    let dtype = array.dtype
    switch dtype.kind {
    case .bool: return "np.\(text)_"
    case .string: return "np.str_(" + PickleValue.string(text).repr() + ")"
    case .bytes: return text
    case .datetime: return "np.datetime64('\(text)')"
    case .timedelta:
      let words = text.split(separator: " ")
      guard words.count == 2, let unit = dtype.dateUnit else { return "np.timedelta64('NaT')" }
      return "np.timedelta64(\(words[0]),'\(unit.notation.dropFirst().dropLast())')"
    case .void: return "np.void(\(text))"
    case .float where dtype.itemSize == 16: return "np.longdouble('\(text)')"
    case .complex where dtype.itemSize == 32: return "np.clongdouble('\(text)')"
    default: return "np.\(dtype.name)(\(text))"
    }
  }
}
