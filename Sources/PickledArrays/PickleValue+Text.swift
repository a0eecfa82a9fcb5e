package import NDArrays
package import PythonPickle

extension PickleValue {
  /// Python's `repr` of the value with NumPy's of the arrays, scalars and dtypes within: what a Python with NumPy prints.
  package func repr(options: PrintOptions, limit: Int, recognizing recognizers: ArrayRecognizers) -> String {
    repr(within: PrintedNesting(options, recognizers), limit: limit)
  }

  func repr(within nesting: PrintedNesting, limit: Int) -> String {
    repr(limit: limit) { object in object.numpyText(nesting) }
  }

  /// Python's `str` of the value: of text the text itself, of NumPy's arrays and scalars theirs.
  package func pythonText(_ recognizers: ArrayRecognizers) -> String {
    pythonText(within: PrintedNesting(PrintOptions(), recognizers))
  }

  /// Python's `str` of the value within others.
  func pythonText(within nesting: PrintedNesting) -> String {
    if let string { return string }
    if let text = pythonObject?.str { return text }
    guard let object, let pickled = (try? nesting.recognizers.array(in: self)) ?? nil else {
      return repr(within: nesting, limit: 1 << 20)
    }
    if pickled.mask != nil, let text = (try? pickled.maskedText(.str, within: nesting)) ?? nil { return text }
    switch pickled.content {
    // The `str` of an array without axes is its element's `repr`, that of the element is the bytes'.
    case .values(let array) where array.dtype.kind == .bytes && pickled.kind == .scalar:
      return (try? ObjectArray(array).items.first?.repr()) ?? ""
    case .values(let array): return array.formatted(.str, options: nesting.options)
    case .objects(let array): return nesting.text(of: object) { array.text(.str, within: nesting) } ?? "..."
    }
  }
}

/// The arrays that are being printed: one that contains itself is printed as dots, as NumPy prints it, and so are those
/// that lie too deep within others, or whose text would be too long: a few bytes of a pickle can represent billions of
/// repetitions.
final class PrintedNesting {
  let options: PrintOptions
  let recognizers: ArrayRecognizers
  private var open: Set<ObjectIdentifier> = []
  private static let maxDepth = 100
  /// What has been printed once; of a few bytes that stand for billions of repetitions no more is than this.
  private var printed: Set<ObjectIdentifier> = []
  private var repeatedLength = 0
  private static let maxRepeatedLength = 1 << 20
  /// How many objects that look like NumPy's may turn out to be broken; those after them are printed as calls unseen.
  private var broken = 0
  private static let maxBroken = 1000

  init(_ options: PrintOptions, _ recognizers: ArrayRecognizers) {
    self.options = options
    self.recognizers = recognizers
  }

  /// What a description of a dtype or an array says; `nil` if it is broken, or too many were: a broken one costs as much
  /// as all that it is made of, which may be broken too.
  func unlessBroken<Result>(_ body: () throws -> Result?) -> Result? {
    guard broken < PrintedNesting.maxBroken else { return nil }
    do { return try body() } catch {
      broken += 1
      return nil
    }
  }

  /// The text of an array that is within others; `nil` if it is to be printed as dots.
  func text(of object: PickleObject, _ body: () -> String) -> String? {
    let isRepeated = printed.contains(ObjectIdentifier(object))
    guard open.count < PrintedNesting.maxDepth, !isRepeated || repeatedLength < PrintedNesting.maxRepeatedLength,
      open.insert(ObjectIdentifier(object)).inserted
    else { return nil }
    let text = body()
    if isRepeated { repeatedLength += text.utf8.count } else { printed.insert(ObjectIdentifier(object)) }
    open.remove(ObjectIdentifier(object))
    return text
  }
}

extension PickleObject {
  /// NumPy's `repr` of an array, a scalar or a dtype; `nil` for all else, broken ones included.
  fileprivate func numpyText(_ nesting: PrintedNesting) -> String? {
    let value = PickleValue.object(self)
    if convertible is MaskedItem { return "--" }
    if isCall("numpy.ma.core", "MaskedConstant") { return "masked" }
    if isCall("numpy", "dtype"), let dtype = nesting.unlessBroken({ try DType(pickled: value) }) {
      return dtype.debugDescription
    }
    guard let pickled = nesting.unlessBroken({ try nesting.recognizers.array(in: value) }) else { return nil }
    let options = nesting.options
    if pickled.mask != nil,
      let text = nesting.text(of: self, { (try? pickled.maskedText(.repr, within: nesting)) ?? nil ?? "..." })
    {
      return text
    }
    switch pickled.content {
    case .objects(let array):
      return nesting.text(of: self) { array.text(.repr, within: nesting) } ?? array.repr(of: "...", options)
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
    case .complex where dtype.itemSize < 32 && text.hasPrefix("("): return "np.\(dtype.name)\(text)"
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
