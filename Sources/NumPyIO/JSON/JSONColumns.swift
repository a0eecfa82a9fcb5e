internal import NDArrays
internal import PythonPickle

/// A value of JSON that is neither a list nor an object.
enum JSONScalar {
  case null
  case bool(Bool)
  case integer(Int)
  case unsigned(UInt64)
  case float(Double)
  /// An integer of more than 64 bits.
  case digits(String)
  case string(String)
}

/// The value of a field of a record: one, or several in nested lists.
struct JSONFieldValue {
  /// The lengths of the lists; empty for a single value.
  var shape: [Int]
  var values: [JSONScalar]
}

/// The values of an array, or of the fields of records, in C order.
struct JSONColumns {
  private var names: [String]?
  /// Where they stand, for objects whose keys have another order.
  private var places: [String: Int] = [:]
  private var columns: [JSONColumn] = [JSONColumn()]
  /// The shapes of the fields.
  private var shapes: [[Int]] = []
  private var isEmpty = true

  /// - Throws: ``ArrayError`` if the value is of another kind than those before.
  mutating func append(_ value: JSONScalar) throws(ArrayError) {
    guard names == nil else { throw ArrayError(.badValue, "a value among records") }
    isEmpty = false
    try columns[0].append(value)
  }

  /// Takes as many plain numbers from a text as follow each other, if there have been numbers before: see `JSONNumbers`.
  @inline(__always)
  mutating func appendNumbers(_ text: RawSpan, _ place: inout Int, atMost most: Int) -> Int {
    names == nil ? columns[0].appendNumbers(text, &place, atMost: most) : 0
  }

  /// Takes a record.
  mutating func append(_ keys: [String], _ values: [JSONFieldValue]) throws(ArrayError) {
    if isEmpty {
      (names, isEmpty) = (keys, false)
      columns = keys.map { _ in JSONColumn() }
      shapes = values.map(\.shape)
    }
    guard let names else { throw ArrayError(.badValue, "a record among values") }
    if keys == names {
      for index in keys.indices { try append(values[index], to: index) }
      return
    }
    // The keys of objects have no order.
    if places.isEmpty { places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first } }
    guard keys.count == names.count, keys.allSatisfy({ places[$0] != nil }), Set(keys).count == places.count else {
      throw ArrayError(
        .badValue, "records have the same fields everywhere: \(shown(names)) before, \(shown(keys)) here")
    }
    for (key, value) in zip(keys, values) {
      if let index = places[key] { try append(value, to: index) }
    }
  }

  private mutating func append(_ value: JSONFieldValue, to index: Int) throws(ArrayError) {
    guard value.shape == shapes[index] else {
      throw ArrayError(
        .badValue,
        "the field '\(names?[index] ?? "")' has values of the shapes \(Layout.describe(shapes[index])) and \(Layout.describe(value.shape))"
      )
    }
    for scalar in value.values { try columns[index].append(scalar) }
  }

  private func shown(_ names: [String]) -> String {
    names.lazy.map { "'\($0)'" }.listed()
  }

  /// The array of all that was taken.
  ///
  /// - Parameter dtype: What it becomes; `nil` for what the values tell.
  func array(_ shape: [Int], dtype: DType?) throws(ArrayError) -> AnyNDArray {
    guard let names else { return try columns[0].array(shape, dtype: dtype) }
    let count = Layout.elementCount(shape) ?? 0
    var parts: [AnyNDArray] = []
    for (index, (name, column)) in zip(names, columns).enumerated() {
      let type = dtype?.field(name)?.dtype
      parts.append(try column.array([count] + shapes[index], dtype: type?.subarray?.dtype ?? type))
    }
    let found = parts
    var fields: [(name: String, dtype: DType)] = []
    for (name, part) in zip(names, found) {
      // Pairs may have become complex numbers.
      let inner = Array(part.shape.dropFirst())
      fields.append((name, inner.isEmpty ? part.dtype : try DType.subarray(of: part.dtype, shape: inner)))
    }
    let result = try AnyNDArray(zeros: [count], dtype: DType.structured(fields))
    for (name, part) in zip(names, found) { StridedCopy.copy(from: part, toNew: try result.field(name)) }
    let records = try result.reshaped(shape)
    return try dtype.map { (dtype) throws(ArrayError) in try records.asType(dtype, casting: .unsafe) } ?? records
  }
}

/// Values of one kind, or of numbers that have one in common, as `np.array` finds it.
struct JSONColumn {
  private enum Kind {
    case none, bools, integers, unsigned, floats, strings
  }

  /// Which of the lists has the values. Each is appended to where it stands: as the payload of a case it would be copied.
  private var kind = Kind.none
  private var bools: [Bool] = []
  private var integers: [Int] = []
  private var unsigned: [UInt64] = []
  private var floats: [Double] = []
  /// With nothing for `null`.
  private var strings: [String?] = []
  /// How many values were `null` before any was something else.
  private var nullCount = 0
  /// Whether one of the floats stands for an integer that is between two floats.
  private var hasInexactInteger = false

  mutating func append(_ value: JSONScalar) throws(ArrayError) {
    switch (kind, value) {
    case (_, .digits):
      throw ArrayError(.badValue, "an integer of more than 64 bits, for which dtype f8 takes the nearest float")
    case (.none, .null): nullCount += 1
    case (.none, _): try start(value)
    case (.bools, .bool(let flag)): bools.append(flag)
    case (.integers, .integer(let number)): integers.append(number)
    case (.floats, _):
      guard let number = JSONColumn.double(value) else { throw JSONColumn.mixed }
      note(value)
      floats.append(number)
    case (.strings, .string(let text)): strings.append(text)
    case (.strings, .null): strings.append(String?.none)
    case (.unsigned, .unsigned(let number)): unsigned.append(number)
    case (.unsigned, .integer(let number)) where number >= 0: unsigned.append(UInt64(number))
    default: try widen(for: value)
    }
  }

  mutating func appendNumbers(_ text: RawSpan, _ place: inout Int, atMost most: Int) -> Int {
    switch kind {
    case .integers: JSONNumbers.integers(text, &place, atMost: most, into: &integers)
    case .floats: JSONNumbers.floats(text, &place, atMost: most, into: &floats)
    default: 0
    }
  }

  /// Notes what a float does not say of the value that it stands for.
  private mutating func note(_ value: JSONScalar) {
    switch value {
    // The digits are looked at where the nearest float is another number.
    case .integer(let number) where Int128(Double(number)) != Int128(number):
      hasInexactInteger = hasInexactInteger || JSONColumn.isInexact(String(number))
    case .unsigned(let number) where Int128(Double(number)) != Int128(number):
      hasInexactInteger = hasInexactInteger || JSONColumn.isInexact(String(number))
    default: break
    }
  }

  /// Whether a float would not give all digits of an integer back. JavaScript writes floats below 1e21 without an exponent,
  /// their shortest digits filled up with zeros: these do.
  static func isInexact(_ integer: String) -> Bool {
    guard let nearest = Double(integer) else { return true }
    if PickleInteger(exactly: nearest)?.decimal() == integer { return false }
    let parts = nearest.magnitude.description.split(separator: "e")
    guard parts.count == 2, let exponent = Int(parts[1]) else { return true }
    let digits = parts[0].filter { $0 != "." }
    let zeros = String(repeating: "0", count: max(0, exponent + 1 - digits.count))
    return (nearest < 0 ? "-" : "") + digits + zeros != integer
  }

  private static var mixed: ArrayError {
    ArrayError(.badValue, "numbers and strings in one array: they have no dtype in common here")
  }

  /// Takes the first value that is not `null`.
  private mutating func start(_ value: JSONScalar) throws(ArrayError) {
    switch value {
    case .string:
      strings = [String?](repeating: nil, count: nullCount)
      kind = .strings
    case .bool where nullCount == 0: kind = .bools
    case .integer where nullCount == 0: kind = .integers
    case .unsigned where nullCount == 0: kind = .unsigned
    default:
      floats = [Double](repeating: .nan, count: nullCount)
      kind = .floats
    }
    try append(value)
  }

  /// The value as a float: NaN for `null`, 0 and 1 for truth values; `nil` for text.
  private static func double(_ value: JSONScalar) -> Double? {
    switch value {
    case .null: .nan
    case .bool(let flag): flag ? 1 : 0
    case .integer(let number): Double(number)
    case .unsigned(let number): Double(number)
    case .float(let number): number
    case .string, .digits: nil
    }
  }

  /// Makes the values ones of a wider kind, and adds one of it.
  private mutating func widen(for value: JSONScalar) throws(ArrayError) {
    switch (kind, value) {
    case (.bools, .integer):
      integers = bools.map { $0 ? 1 : 0 }
      kind = .integers
    case (.integers, .bool(let flag)): return try append(.integer(flag ? 1 : 0))
    case (.integers, .unsigned) where integers.allSatisfy({ $0 >= 0 }):
      unsigned = integers.map { UInt64($0) }
      kind = .unsigned
    case (.bools, .float), (.bools, .null), (.bools, .unsigned): becomeFloats(bools.map { $0 ? 1 : 0 })
    case (.integers, .float), (.integers, .null), (.integers, .unsigned):
      for number in integers { note(.integer(number)) }
      becomeFloats(integers.map { Double($0) })
    case (.unsigned, .float), (.unsigned, .null), (.unsigned, .integer), (.unsigned, .bool):
      for number in unsigned { note(.unsigned(number)) }
      becomeFloats(unsigned.map { Double($0) })
    default: throw JSONColumn.mixed
    }
    try append(value)
  }

  private mutating func becomeFloats(_ values: [Double]) {
    floats = values
    kind = .floats
  }

  func array(_ shape: [Int], dtype: DType?) throws(ArrayError) -> AnyNDArray {
    let found: AnyNDArray
    switch kind {
    case .none: found = try NDArray([Double](repeating: .nan, count: nullCount), shape: shape).untyped
    case .bools: found = try NDArray(bools, shape: shape).untyped
    case .integers: found = try NDArray(integers, shape: shape).untyped
    case .unsigned: found = try NDArray(unsigned, shape: shape).untyped
    case .floats:
      guard dtype != nil || !hasInexactInteger else {
        throw ArrayError(
          .badValue, "integers beyond 2^53 beside null or floats, of which dtype f8 takes the nearest floats")
      }
      found = try NDArray(floats, shape: shape).untyped
    case .strings:
      let isDate = dtype?.kind == .datetime
      guard isDate || !strings.contains(nil) else {
        throw ArrayError(.badValue, "null among strings, which have no value for it")
      }
      let width = strings.reduce(1) { width, text in
        // No text has more code points than bytes.
        guard let text, text.utf8.count > width else { return width }
        return max(width, text.unicodeScalars.count)
      }
      let excess = TextArrayLimit.excess(strings.count, 4 * width) {
        strings.reduce(0) { $0 + 8 + ($1?.utf8.count ?? 0) }
      }
      if let excess {
        throw ArrayError(.tooLarge, excess)
      }
      found = try AnyNDArray(strings: strings.map { $0 ?? "NaT" }).reshaped(shape)
    }
    guard let dtype else { return found }
    if dtype.kind == .complex, found.dtype.kind != .complex, shape.last == 2 {
      // Complex numbers are written as pairs.
      let pairs = try found.asType(dtype.itemSize == 32 ? .longDouble : .float64).contiguous()
      let wide: DType = dtype.itemSize == 32 ? .complexLongDouble : .complex128
      return try pairs.viewed(resizingLastAxisFor: wide).reshaped(Array(shape.dropLast())).asType(
        dtype, casting: .unsafe)
    }
    if dtype.kind == .timedelta, [.signedInteger, .bool].contains(found.dtype.kind) {
      return try found.asType(.int64).viewed(as: dtype.native).asType(dtype, casting: .unsafe)
    }
    return try found.asType(dtype, casting: .unsafe)
  }
}
