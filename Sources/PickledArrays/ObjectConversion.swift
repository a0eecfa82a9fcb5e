internal import NDArrays
internal import PythonPickle

/// The conversion of Python's objects to one dtype.
///
/// What objects become is first gathered by the type that holds it exactly (a *lane*), so that each type is converted by
/// one call however many elements there are; then the bytes are put where they belong.
struct ObjectConversion {
  let dtype: DType
  let recognizers: ArrayRecognizers
  /// Whether NumPy's scalars are converted as arrays are, as it does within records, or as the Python objects they
  /// resemble where NumPy leaves the conversion to Python.
  let castsScalars: Bool

  private var integers = Lane<Int64>()
  private var unsigned = Lane<UInt64>()
  private var doubles = Lane<Double>()
  private var complexes = Lane<PickleComplex>()
  private var texts = Lane<[UInt32]>()
  /// NumPy's scalars and arrays without axes, and texts too long to be held side by side.
  private var arrays = Lane<AnyNDArray>()

  /// Values of one type, and the positions that they have among the elements.
  private struct Lane<Value> {
    var positions: [Int] = []
    var values: [Value] = []

    mutating func append(_ value: Value, at position: Int) {
      positions.append(position)
      values.append(value)
    }
  }

  /// Longer texts are converted one by one: side by side each takes the room of the longest.
  private static let longestText = 512

  init(to dtype: DType, _ recognizers: ArrayRecognizers, castsScalars: Bool = false) {
    (self.dtype, self.recognizers, self.castsScalars) = (dtype, recognizers, castsScalars)
  }

  /// The objects as a one-dimensional array.
  mutating func convert(_ items: [PickleValue]) throws(ArrayError) -> AnyNDArray {
    switch dtype.kind {
    case .string, .bytes: return try textArray(items)
    case .void: return dtype.fields == nil ? try rawBytes(items) : try records(items)
    default: break
    }
    for (position, item) in items.enumerated() { try append(carried(item), at: position) }
    do throws(ArrayError) { return try joined(items.count) } catch {
      // The first object that cannot be converted is to be named, not the first of a lane.
      guard items.count > 1 else { throw named(error, items) }
      for item in items {
        var single = ObjectConversion(to: dtype, recognizers, castsScalars: castsScalars)
        _ = try single.convert([item])
      }
      throw error
    }
  }

  private mutating func append(_ value: CarriedValue, at position: Int) throws(ArrayError) {
    switch value {
    case .integer(let value): integers.append(value, at: position)
    case .unsigned(let value): unsigned.append(value, at: position)
    case .double(let value): doubles.append(value, at: position)
    case .complex(let value): complexes.append(value, at: position)
    case .text(let points) where points.count > ObjectConversion.longestText:
      arrays.append(try ObjectConversion.textArray([points]), at: position)
    case .text(let points): texts.append(points, at: position)
    case .array(let array): arrays.append(try array.reshaped([1]), at: position)
    }
  }

  /// What the conversion of a text says, in the words that NumPy has for the object.
  private func named(_ error: ArrayError, _ items: [PickleValue]) -> ArrayError {
    guard let item = items.first, error.code == .badValue else { return error }
    switch dtype.kind {
    case .float: return ArrayError(.badValue, "could not convert string to float: \(repr(item))")
    case .complex: return malformedComplex(item)
    default: return error
    }
  }

  func repr(_ value: PickleValue) -> String {
    value.repr(options: PrintOptions(), limit: 1 << 10, recognizing: recognizers)
  }

  // MARK: Lanes

  /// Converts the lanes and puts their elements in order.
  private func joined(_ count: Int) throws(ArrayError) -> AnyNDArray {
    var parts: [(positions: [Int], array: AnyNDArray)] = []
    func add<Value>(_ lane: Lane<Value>, _ array: ([Value]) throws(ArrayError) -> AnyNDArray) throws(ArrayError) {
      if !lane.values.isEmpty {
        parts.append((lane.positions, try array(lane.values).asType(dtype, casting: .unsafe)))
      }
    }
    try add(integers) { AnyNDArray(NDArray($0)) }
    try add(unsigned) { AnyNDArray(NDArray($0)) }
    try add(doubles) { AnyNDArray(NDArray($0)) }
    try add(complexes) { (values: [PickleComplex]) throws(ArrayError) in try ObjectConversion.complexArray(values) }
    try add(texts) { (values: [[UInt32]]) throws(ArrayError) in try ObjectConversion.textArray(values) }
    for (position, array) in zip(arrays.positions, arrays.values) {
      parts.append(([position], try array.asType(dtype, casting: .unsafe)))
    }
    let wanted = commonUnit(parts.map(\.array.dtype))
    var bytes: [UInt8]?
    for (positions, array) in parts {
      let converted = array.dtype == wanted ? array : try array.asType(wanted, casting: .unsafe)
      if positions.count == count { return converted }
      var all = bytes ?? [UInt8](repeating: 0, count: count * wanted.itemSize)
      bytes = nil
      ObjectConversion.scatter(converted.bytes, itemSize: wanted.itemSize, to: positions, in: &all)
      bytes = all
    }
    return try AnyNDArray(bytes: bytes ?? [], dtype: wanted, shape: [count])
  }

  private static func scatter(_ source: [UInt8], itemSize: Int, to positions: [Int], in target: inout [UInt8]) {
    for (index, position) in positions.enumerated() {
      for place in 0..<itemSize { target[position * itemSize + place] = source[index * itemSize + place] }
    }
  }

  /// Of dates without a unit the finest that any of them needs.
  private func commonUnit(_ dtypes: [DType]) -> DType {
    guard dtype.kind == .datetime || dtype.kind == .timedelta, dtype.dateUnit == .generic else { return dtype }
    let unit = dtypes.reduce(DateUnit.generic) { $0.finer($1.dateUnit ?? .generic) }
    return (dtype.kind == .datetime ? DType.datetime(unit) : .timedelta(unit)).withByteOrder(dtype.byteOrder)
  }

  private static func complexArray(_ values: [PickleComplex]) throws(ArrayError) -> AnyNDArray {
    let parts = AnyNDArray(NDArray(values.flatMap { [$0.real, $0.imaginary] }))
    return try AnyNDArray(bytes: parts.bytes, dtype: .complex128, shape: [values.count])
  }

  /// Texts side by side, each as wide as the longest.
  static func textArray(_ texts: [[UInt32]]) throws(ArrayError) -> AnyNDArray {
    let width = max(1, texts.reduce(0) { max($0, $1.count) })
    var points: [UInt32] = []
    points.reserveCapacity(width * texts.count)
    for text in texts {
      points += text
      points += repeatElement(0, count: width - text.count)
    }
    return try AnyNDArray(bytes: AnyNDArray(NDArray(points)).bytes, dtype: .string(width), shape: [texts.count])
  }
}
