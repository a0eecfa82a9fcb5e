internal import NDArrays

/// A value of JSON that is neither a list nor an object.
enum JSONScalar {
  case null
  case bool(Bool)
  case integer(Int)
  case unsigned(UInt64)
  case float(Double)
  case string(String)
}

/// The values of an array, or of the fields of records, in C order.
struct JSONColumns {
  private var names: [String]?
  private var columns: [JSONColumn] = [JSONColumn()]
  private var isEmpty = true

  /// - Throws: ``ArrayError`` if the value is of another kind than those before.
  mutating func append(_ value: JSONScalar) throws(ArrayError) {
    guard names == nil else { throw ArrayError(.badValue, "a value among records") }
    isEmpty = false
    try columns[0].append(value)
  }

  /// Takes a record.
  mutating func append(_ keys: [String], _ values: [JSONScalar]) throws(ArrayError) {
    if isEmpty {
      (names, isEmpty) = (keys, false)
      columns = keys.map { _ in JSONColumn() }
    }
    guard let names else { throw ArrayError(.badValue, "a record among values") }
    if keys == names {
      for index in keys.indices { try columns[index].append(values[index]) }
      return
    }
    // The keys of objects have no order.
    guard keys.count == names.count, Set(keys) == Set(names) else {
      throw ArrayError(
        .badValue, "records have the same fields everywhere: \(shown(names)) before, \(shown(keys)) here")
    }
    for (key, value) in zip(keys, values) {
      if let index = names.firstIndex(of: key) { try columns[index].append(value) }
    }
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
    for (name, column) in zip(names, columns) {
      parts.append(try column.array([count], dtype: dtype?.field(name)?.dtype))
    }
    let found = parts
    var fields: [(name: String, dtype: DType)] = []
    for (name, part) in zip(names, found) { fields.append((name, part.dtype)) }
    let result = try AnyNDArray(zeros: [count], dtype: DType.structured(fields))
    for (name, part) in zip(names, found) { StridedCopy.copy(from: part, toNew: try result.field(name)) }
    let records = try result.reshaped(shape)
    return try dtype.map { (dtype) throws(ArrayError) in try records.asType(dtype, casting: .unsafe) } ?? records
  }
}

/// Values of one kind, or of numbers that have one in common, as `np.array` finds it.
struct JSONColumn {
  private enum Values {
    case none
    case bools([Bool])
    case integers([Int])
    case unsigned([UInt64])
    case floats([Double])
    /// With nothing for `null`.
    case strings([String?])
  }

  private var values = Values.none
  /// How many values were `null` before any was something else.
  private var nullCount = 0

  mutating func append(_ value: JSONScalar) throws(ArrayError) {
    if case .null = value, case .none = values {
      nullCount += 1
      return
    }
    if case .none = values {
      values = try JSONColumn.start(value, nullCount)
      return
    }
    switch (values, value) {
    case (.bools(var list), .bool(let flag)):
      values = .none
      list.append(flag)
      values = .bools(list)
    case (.integers(var list), .integer(let number)):
      values = .none
      list.append(number)
      values = .integers(list)
    case (.floats(var list), _):
      guard let number = JSONColumn.double(value) else { throw JSONColumn.mixed }
      values = .none
      list.append(number)
      values = .floats(list)
    case (.strings(var list), .string(let text)):
      values = .none
      list.append(text)
      values = .strings(list)
    case (.strings(var list), .null):
      values = .none
      list.append(String?.none)
      values = .strings(list)
    case (.unsigned(var list), .unsigned(let number)):
      values = .none
      list.append(number)
      values = .unsigned(list)
    case (.unsigned(var list), .integer(let number)) where number >= 0:
      values = .none
      list.append(UInt64(number))
      values = .unsigned(list)
    default: try widen(for: value)
    }
  }

  private static var mixed: ArrayError {
    ArrayError(.badValue, "numbers and strings in one array: they have no dtype in common here")
  }

  private static func start(_ value: JSONScalar, _ nullCount: Int) throws(ArrayError) -> Values {
    guard nullCount == 0 else {
      if case .string(let text) = value { return .strings([String?](repeating: nil, count: nullCount) + [text]) }
      guard let number = double(value) else { throw mixed }
      return .floats([Double](repeating: .nan, count: nullCount) + [number])
    }
    switch value {
    case .bool(let flag): return .bools([flag])
    case .integer(let number): return .integers([number])
    case .unsigned(let number): return .unsigned([number])
    case .float(let number): return .floats([number])
    case .string(let text): return .strings([text])
    case .null: return .none
    }
  }

  /// The value as a float: NaN for `null`, 0 and 1 for truth values; `nil` for text.
  private static func double(_ value: JSONScalar) -> Double? {
    switch value {
    case .null: .nan
    case .bool(let flag): flag ? 1 : 0
    case .integer(let number): Double(number)
    case .unsigned(let number): Double(number)
    case .float(let number): number
    case .string: nil
    }
  }

  /// Makes the values ones of a wider kind, and adds one of it.
  private mutating func widen(for value: JSONScalar) throws(ArrayError) {
    switch (values, value) {
    case (.bools(let list), .integer): values = .integers(list.map { $0 ? 1 : 0 })
    case (.integers, .bool(let flag)): return try append(.integer(flag ? 1 : 0))
    case (.integers(let list), .unsigned) where list.allSatisfy({ $0 >= 0 }):
      values = .unsigned(list.map { UInt64($0) })
    case (.bools(let list), .float), (.bools(let list), .null), (.bools(let list), .unsigned):
      values = .floats(list.map { $0 ? 1 : 0 })
    case (.integers(let list), .float), (.integers(let list), .null), (.integers(let list), .unsigned):
      values = .floats(list.map { Double($0) })
    case (.unsigned(let list), .float), (.unsigned(let list), .null), (.unsigned(let list), .integer),
      (.unsigned(let list), .bool):
      values = .floats(list.map { Double($0) })
    default: throw JSONColumn.mixed
    }
    try append(value)
  }

  func array(_ shape: [Int], dtype: DType?) throws(ArrayError) -> AnyNDArray {
    let found: AnyNDArray
    switch values {
    case .none: found = try NDArray([Double](repeating: .nan, count: nullCount), shape: shape).untyped
    case .bools(let list): found = try NDArray(list, shape: shape).untyped
    case .integers(let list): found = try NDArray(list, shape: shape).untyped
    case .unsigned(let list): found = try NDArray(list, shape: shape).untyped
    case .floats(let list): found = try NDArray(list, shape: shape).untyped
    case .strings(let list):
      let isDate = dtype?.kind == .datetime
      guard isDate || !list.contains(nil) else {
        throw ArrayError(.badValue, "null among strings: --dtype 'M8[s]' reads dates that are none")
      }
      found = try AnyNDArray(strings: list.map { $0 ?? "NaT" }).reshaped(shape)
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
