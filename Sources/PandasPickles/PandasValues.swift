internal import PickledArrays
internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import PythonPickle

/// The values of pandas' columns: NumPy's arrays, and the extension arrays that hold some.
enum PandasValues {
  /// The array in a value; `nil` if pandas holds the values in another way.
  ///
  /// - Parameter depth: How many others it is part of.
  static func array(_ value: PickleValue, depth: Int = 0) throws(FormatError) -> StoredArray? {
    if let pickled = try ArrayRecognizers.numPy.array(in: value) { return pickled.content }
    if let index = try PandasIndex.array(value, depth: depth) { return index }
    guard depth <= PandasIndex.mostNested else { throw PandasFrame.bad("values within values without end") }
    guard let object = value.object else { return nil }
    if let intervals = try PandasIntervals.array(object, depth: depth) { return intervals }
    if let dense = try PandasSparse.array(object) { return .values(dense) }
    guard let parts = parts(object) else { return nil }
    if let arrow = parts.arrow { return try ArrowArray.values(arrow, missing: missingText(parts.dtype)) }
    if let dtype = parts.dtype, let categories = dtype["categories"], let codes = try parts.values?.numPyArray() {
      return try taken(codes, of: categories, depth: depth + 1)
    }
    guard let inner = parts.values else { return nil }
    var found = try ArrayRecognizers.numPy.array(in: inner)?.content
    if found == nil { found = try PandasIndex.array(inner, depth: depth + 1) }
    guard let array = found else { return nil }
    if case .values(let ordinals) = array, let moments = try PandasPeriods.moments(ordinals, parts.dtype) {
      return .values(moments)
    }
    guard let mask = try parts.mask?.numPyArray() else { return array }
    return try masked(array, mask)
  }

  /// Whether values are moments of a time zone, of which the array has those of UTC.
  static func isZoned(_ value: PickleValue) -> Bool {
    (PandasIndex.data(value) ?? value).object.flatMap(parts)?.isZoned ?? false
  }

  private struct Parts {
    var isZoned: Bool { dtype?.object?.classGlobal?.name == "DatetimeTZDtype" }

    var dtype: PickleValue?
    var values: PickleValue?
    var mask: PickleValue?
    var arrow: PickleValue?
  }

  /// What represents a missing text: NaN for pandas' own type of text, `None` for PyArrow's.
  private static func missingText(_ dtype: PickleValue?) -> PickleValue {
    guard let arguments = dtype?.object?.arguments, arguments.count > 1, case .float = arguments[1] else {
      return .none
    }
    return arguments[1]
  }

  /// What an extension array is made of: `__pyx_unpickle_NDArrayBacked` with the state `(dtype, values, …)`, or
  /// attributes.
  private static func parts(_ object: PickleObject) -> Parts? {
    guard let function = object.callable?.global else { return nil }
    if function.module == "pandas._libs.arrays", function.name.hasPrefix("__pyx_unpickle_NDArrayBacked") {
      guard let state = object.state?.tuple ?? object.arguments.last?.tuple, state.count >= 2 else { return nil }
      // Some releases put the values first.
      let isFirst = state[0].object?.isNumPyCore("multiarray", "_reconstruct") ?? false
      return Parts(dtype: state[isFirst ? 1 : 0], values: state[isFirst ? 0 : 1], mask: nil)
    }
    guard function.module == "pandas" || function.module.hasPrefix("pandas.") || function.module == "copyreg" else {
      return nil
    }
    if let arrow = object["_pa_array"] ?? (object["_ndarray"] == nil ? object["_data"] : nil), arrow.isArrow {
      return Parts(dtype: object["_dtype"], arrow: arrow)
    }
    let values = object["_ndarray"] ?? object["_codes"] ?? object["_data"]
    guard values != nil else { return nil }
    return Parts(dtype: object["_dtype"], values: values, mask: object["_mask"])
  }

  /// The categories that codes name; a negative code is a missing value.
  private static func taken(
    _ codes: AnyNDArray, of categories: PickleValue, depth: Int
  ) throws(FormatError) -> StoredArray {
    guard let places = codes.integers, let known = try array(categories, depth: depth),
      known.shape.count == 1
    else { throw PandasFrame.bad("categories that are no array") }
    let count = known.shape[0]
    guard places.allSatisfy({ $0 < count }) else { throw PandasFrame.bad("a code for none of \(count) categories") }
    if case .values(let values) = known, !places.contains(where: { $0 < 0 }) {
      let size = values.dtype.itemSize
      let bytes = values.bytes
      var taken: [UInt8] = []
      taken.reserveCapacity(places.count * size)
      for place in places { taken += bytes[(place * size)..<((place + 1) * size)] }
      return try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
        .values(try AnyNDArray(bytes: taken, dtype: values.dtype, shape: codes.shape))
      }
    }
    let labels = try PandasIndex.items(of: known)
    return .objects(
      try ObjectArray(shape: codes.shape, items: places.map { $0 < 0 ? .float(.nan) : labels[$0] }))
  }

  /// Values of which a mask hides some: floats get NaN there, others become objects with `None`.
  static func masked(_ array: StoredArray, _ mask: AnyNDArray) throws(FormatError) -> StoredArray {
    let hidden = mask.bytes
    guard hidden.count == Layout.elementCount(array.shape) ?? -1, mask.dtype == .bool else {
      throw PandasFrame.bad("a mask of another length")
    }
    guard hidden.contains(where: { $0 != 0 }) else { return array }
    if case .values(let values) = array, values.dtype.kind == .float, values.dtype.itemSize <= 8 {
      return try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
        let doubles = try NDArray<Double>(values.asType(.float64, casting: .safe)).elements
        let result = NDArray<Double>(zip(doubles, hidden).map { $1 != 0 ? .nan : $0 })
        return .values(try AnyNDArray(result).reshaped(values.shape).asType(values.dtype, casting: .unsafe))
      }
    }
    var items = try PandasIndex.items(of: array)
    for index in items.indices where hidden[index] != 0 { items[index] = .none }
    return .objects(try ObjectArray(shape: array.shape, items: items))
  }

  /// A row of values of two axes.
  static func row(_ row: Int, of array: StoredArray) throws(FormatError) -> StoredArray {
    guard array.shape.count == 2, row < array.shape[0] else {
      throw PandasFrame.bad("values of shape \(Layout.describe(array.shape)) without a row \(row)")
    }
    switch array {
    case .values(let values):
      return try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
        .values(try values.slice([.index(row)]))
      }
    case .objects(let objects):
      let width = objects.shape[1]
      return .objects(
        try ObjectArray(shape: [width], items: Array(objects.items[(row * width)..<((row + 1) * width)])))
    }
  }
}

extension PickleValue {
  /// Whether the value is an array of PyArrow's.
  fileprivate var isArrow: Bool {
    object?.isCall("pyarrow.lib", "_restore_array") == true || object?.isCall("pyarrow.lib", "chunked_array") == true
  }
}
