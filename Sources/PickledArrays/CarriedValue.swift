internal import NDArrays
internal import PythonPickle

/// What an object is to a number or a date, in the type that holds it exactly.
enum CarriedValue {
  case integer(Int64)
  case unsigned(UInt64)
  case double(Double)
  case complex(PickleComplex)
  /// Text that NumPy reads the value from.
  case text([UInt32])
  /// An array without axes.
  case array(AnyNDArray)
}

// NumPy's rules are those of its `setitem` functions (numpy/_core/src/multiarray/arraytypes.c.src) and of
// `PyArray_Pack` (array_coercion.c).

extension ObjectConversion {
  /// What an object becomes on its way to a number or a date.
  ///
  /// - Throws: ``ArrayError`` with NumPy's words for an object that is no such value.
  func carried(_ value: PickleValue) throws(ArrayError) -> CarriedValue {
    if let array = try nestedArray(value) {
      guard array.shape.isEmpty || ((dtype.kind == .bool || castsScalars) && array.shape.allSatisfy { $0 == 1 }) else {
        throw sequenceError(isArray: true)
      }
      switch array {
      case .objects(let objects): return try carried(objects.items.first ?? .none)
      case .values(let values): return try carriedScalar(values, value)
      }
    }
    switch dtype.kind {
    case .bool: return .integer(try isTrue(value) ? 1 : 0)
    case .signedInteger, .unsignedInteger: return try carriedInteger(value)
    case .float: return try carriedFloat(value)
    case .complex: return try carriedComplex(value)
    case .datetime, .timedelta: return try carriedDate(value)
    default:
      throw ArrayError(.unsupported, "there is no conversion from objects to \(dtype.debugDescription)")
    }
  }

  /// The array or scalar that an object is.
  func nestedArray(_ value: PickleValue) throws(ArrayError) -> StoredArray? {
    guard value.object != nil else { return nil }
    return (try? recognizers.array(in: value))?.content
  }

  /// An array without axes, or one of NumPy's scalars. Most are converted as arrays are.
  private func carriedScalar(_ array: AnyNDArray, _ value: PickleValue) throws(ArrayError) -> CarriedValue {
    let array = try array.reshaped([])
    switch (array.dtype.kind, dtype.kind) {
    case _ where castsScalars && array.dtype.kind != .string && array.dtype.kind != .bytes: return .array(array)
    case (.bool, _) where dtype.kind != .datetime, (.void, _): return .array(array)
    case (.string, _), (.bytes, _):
      let text = try ObjectArray(array).items.first ?? .none
      switch dtype.kind {
      case .signedInteger, .unsignedInteger:
        return try carriedInteger(text, named: array.dtype.kind == .bytes ? text : value)
      case .float: return try carriedFloat(text, named: value)
      default: return try carried(text)
      }
    // Signed integers are made of Python's, whose range is checked; others wrap around, as arrays do.
    case (.datetime, .signedInteger), (.timedelta, .signedInteger):
      if let type = ObjectConversion.pythonType(ofDate: array.dtype) { throw notAnInteger(type) }
      return .array(array)
    case (.complex, .signedInteger): return .array(array)
    case (_, .signedInteger):
      let number = array.dtype.itemSize > 8 ? try array.asType(.float64, casting: .unsafe) : array
      return try carriedInteger(ObjectArray(number).items.first ?? .none)
    default: return .array(array)
    }
  }

  /// Python's class of a date that NumPy makes of one of its own; `nil` where it makes an integer.
  private static func pythonType(ofDate dtype: DType) -> String? {
    let unit = dtype.dateUnit?.unit ?? .generic
    switch unit {
    case .nanosecond, .picosecond, .femtosecond, .attosecond, .generic: return nil
    case .year, .month: return dtype.kind == .datetime ? "datetime.date" : nil
    case .week, .day: return dtype.kind == .datetime ? "datetime.date" : "datetime.timedelta"
    default: return dtype.kind == .datetime ? "datetime.datetime" : "datetime.timedelta"
    }
  }

  // MARK: Truth

  /// Python's `bool`.
  private func isTrue(_ value: PickleValue) throws(ArrayError) -> Bool {
    switch value {
    case .none: return false
    case .bool(let value): return value
    case .int(let value): return value != 0
    case .float(let value): return value != 0
    case .complex(let value): return value.real != 0 || value.imaginary != 0
    case .string(let text): return !text.text.isEmpty
    case .bytes(let bytes), .byteArray(let bytes): return bytes.count > 0
    case .list(let list): return !list.items.isEmpty
    case .tuple(let tuple): return !tuple.items.isEmpty
    case .dict(let dict): return !dict.entries.isEmpty
    case .set(let set), .frozenSet(let set): return !set.items.isEmpty
    case .bigInt, .global: return true
    default: break
    }
    switch value.pythonObject {
    case .orderedDict(let entries), .defaultDict(_, let entries), .counter(let entries): return !entries.isEmpty
    case .deque(let items, _): return !items.isEmpty
    case .timeDelta(let days, let seconds, let microseconds): return (days, seconds, microseconds) != (0, 0, 0)
    case .decimal, .fraction: return value.realNumber?.double != .some(0)
    case .slice, .dateTime, .timeZone, .uuid, .path: return true
    case .array(_, let data, _): return data.items.map { !$0.isEmpty } ?? (data.bytes?.isEmpty == false)
    case .range(let start, let stop, let step):
      guard let start = start.int, let stop = stop.int, let step = step.int else { return true }
      return step > 0 ? start < stop : start > stop
    case nil: throw ArrayError(.unsupported, "whether a '\(value.typeName)' is true only Python can tell")
    }
  }

  // MARK: Integers

  /// Python's `int`, within the bounds of the dtype.
  ///
  /// - Parameter original: The object that errors name, if not the value.
  private func carriedInteger(
    _ value: PickleValue, named original: PickleValue? = Optional.none
  ) throws(ArrayError) -> CarriedValue {
    switch value {
    case .bool(let value): return .integer(value ? 1 : 0)
    case .int(let value):
      try requireFit(value)
      return .integer(Int64(value))
    case .bigInt(let value): return try carriedInteger(value)
    case .float(let value): return try carriedInteger(truncating: value)
    case .string, .bytes, .byteArray:
      guard let digits = value.numberText?.integerDigits,
        let integer = try? PickleInteger(decimal: Array(digits.utf8))
      else {
        var named = original ?? value
        if case .byteArray(let bytes) = named { named = .bytes(bytes) }
        throw ArrayError(.badValue, "invalid literal for int() with base 10: \(repr(named))")
      }
      return try carriedInteger(integer)
    default: break
    }
    guard let number = value.realNumber else { throw notAnInteger(value.qualifiedTypeName) }
    guard let integer = number.integer else {
      throw ArrayError(
        .badValue, "cannot convert \(number.double?.isNaN == true ? "NaN" : "Infinity") to integer")
    }
    return try carriedInteger(integer)
  }

  private func carriedInteger(truncating value: Double) throws(ArrayError) -> CarriedValue {
    guard let integer = PickleInteger(exactly: value.rounded(.towardZero)) else {
      throw ArrayError(
        .badValue, value.isNaN ? "cannot convert float NaN to integer" : "cannot convert float infinity to integer")
    }
    return try carriedInteger(integer)
  }

  private func carriedInteger(_ value: PickleInteger) throws(ArrayError) -> CarriedValue {
    if let small = value.int {
      try requireFit(small)
      return .integer(Int64(small))
    }
    // `unsigned long` is what the wider unsigned types read.
    guard dtype.kind == .unsignedInteger, dtype.itemSize >= 4, let large = value.uint64 else {
      throw ArrayError(.badValue, "Python int too large to convert to C long")
    }
    guard dtype.itemSize == 8 else { throw outOfBounds("\(large)") }
    return .unsigned(large)
  }

  private func requireFit(_ value: Int) throws(ArrayError) {
    let bits = dtype.itemSize * 8
    let fits =
      dtype.kind == .signedInteger
      ? bits >= 64 || (value >= -(1 << (bits - 1)) && value < 1 << (bits - 1))
      : value >= 0 && (bits >= 64 || value < 1 << bits)
    if !fits { throw outOfBounds("\(value)") }
  }

  private func outOfBounds(_ digits: String) -> ArrayError {
    ArrayError(.badValue, "Python integer \(digits) out of bounds for \(dtype.name)")
  }

  private func notAnInteger(_ type: String) -> ArrayError {
    ArrayError(
      .badValue, "int() argument must be a string, a bytes-like object or a real number, not '\(type)'")
  }

  // MARK: Floats

  /// Python's `float`; `None` is NaN.
  private func carriedFloat(
    _ value: PickleValue, named original: PickleValue? = Optional.none
  ) throws(ArrayError) -> CarriedValue {
    switch value {
    case .none: return .double(.nan)
    case .string, .bytes, .byteArray:
      if let text = value.numberText { return .text(text.codePoints) }
      // What has a length and items is named as a sequence, unless it is text.
      if case .byteArray = value, dtype.itemSize <= 8 { throw sequenceError(isArray: false) }
      throw ArrayError(.badValue, "could not convert string to float: \(repr(original ?? value))")
    default: break
    }
    if let real = try carriedReal(value) { return real }
    if dtype.itemSize <= 8, value.isSequence { throw sequenceError(isArray: false) }
    throw ArrayError(
      .badValue, "float() argument must be a string or a real number, not '\(value.qualifiedTypeName)'")
  }

  /// Python's `complex`.
  private func carriedComplex(_ value: PickleValue) throws(ArrayError) -> CarriedValue {
    switch value {
    case .none: return .complex(PickleComplex(.nan, .nan))
    case .complex(let value): return .complex(value)
    case .string, .bytes:
      if let text = value.numberText { return .text(text.codePoints) }
      if case .bytes(let bytes) = value, let error = utf8Error(bytes.array) { throw error }
      throw malformedComplex(value)
    default: break
    }
    if let real = try carriedReal(value) { return real }
    throw ArrayError(.badValue, "must be real number, not \(value.qualifiedTypeName)")
  }

  /// A real number; `nil` for other objects.
  private func carriedReal(_ value: PickleValue) throws(ArrayError) -> CarriedValue? {
    switch value {
    case .bool(let value): return .integer(value ? 1 : 0)
    case .int(let value): return .integer(Int64(value))
    case .float(let value): return .double(value)
    case .bigInt(let value):
      if dtype.itemSize > 8, dtype.kind == .float, let digits = value.decimal() {
        return .text(digits.unicodeScalars.map(\.value))
      }
      guard value.double.isFinite else { throw ArrayError(.badValue, "int too large to convert to float") }
      return .double(value.double)
    default: return value.realNumber?.double.map { .double($0) }
    }
  }

  /// NumPy has other words for arrays where the reading is left to Python.
  private func sequenceError(isArray: Bool) -> ArrayError {
    let isLeftToPython = dtype.kind == .complex || (dtype.kind == .float && dtype.itemSize > 8)
    if isArray, isLeftToPython {
      return ArrayError(.badValue, "only 0-dimensional arrays can be converted to Python scalars")
    }
    if dtype.kind == .datetime || dtype.kind == .timedelta { return notADate }
    return ArrayError(.badValue, "setting an array element with a sequence.")
  }

  // MARK: Dates

  /// A datetime or a duration: ISO 8601 text, a count of the dtype's unit, or an object of Python's `datetime`.
  private func carriedDate(_ value: PickleValue) throws(ArrayError) -> CarriedValue {
    let isDatetime = dtype.kind == .datetime
    switch value {
    case .none: return .text([0x4E, 0x61, 0x54])  // NaT
    case .bool, .int:
      guard !isDatetime || dtype.dateUnit != .generic else { throw needsUnit }
      return .integer(Int64(value.int ?? 0))
    case .bigInt:
      throw isDatetime && dtype.dateUnit == .generic ? needsUnit : ArrayError(.badValue, "int too big to convert")
    case .string(let text): return .text(text.codePoints)
    case .bytes(let bytes):
      if let error = utf8Error(bytes.array) { throw error }
      return .text(String(decoding: bytes.array, as: UTF8.self).unicodeScalars.map(\.value))
    default: break
    }
    switch value.pythonObject {
    case .dateTime(let date, let zone) where isDatetime && date.day != nil:
      return .array(try ObjectConversion.datetime(date, zone))
    case .timeDelta(let days, let seconds, let microseconds) where !isDatetime:
      let count = (days * 86_400 + seconds).multipliedReportingOverflow(by: 1_000_000)
      guard !count.overflow else { throw notADate }
      let array = AnyNDArray(NDArray(scalar: Int64(count.partialValue + microseconds)))
      return .array(try array.viewed(as: .timedelta(DateUnit(.microsecond, count: 1))))
    default: throw notADate
    }
  }

  private var needsUnit: ArrayError {
    ArrayError(.badValue, "Converting an integer to a NumPy datetime requires a specified unit")
  }

  private var notADate: ArrayError {
    ArrayError(.badValue, "Could not convert object to NumPy \(dtype.kind == .datetime ? "datetime" : "timedelta")")
  }

  /// A `date` in days, a `datetime` in microseconds of UTC.
  private static func datetime(_ date: PythonDate, _ zone: PickleValue?) throws(ArrayError) -> AnyNDArray {
    let text = date.isoText(separator: "T").unicodeScalars.map(\.value)
    let unit = DateUnit(date.time == nil ? .day : .microsecond, count: 1)
    let local = try ObjectConversion.textArray([text]).asType(.datetime(unit), casting: .unsafe).reshaped([])
    guard let zone, !zone.isNone else { return local }
    guard let offset = PythonObject.offsetInSeconds(ofZone: zone) else {
      throw ArrayError(.unsupported, "the zone \(zone.typeName) is not one of Python's own")
    }
    let count = try NDArray<Int64>(local.viewed(as: .int64)).elements[0] - Int64(offset) * 1_000_000
    return try AnyNDArray(NDArray(scalar: count)).viewed(as: .datetime(unit))
  }

  /// What Python's `complex` says of a text: underscores are looked at first.
  func malformedComplex(_ value: PickleValue) -> ArrayError {
    let points = value.numberText?.codePoints ?? []
    func isDigit(_ index: Int) -> Bool { points.indices.contains(index) && (48...57).contains(points[index]) }
    let isMisplaced = points.indices.contains { points[$0] == 0x5F && !(isDigit($0 - 1) && isDigit($0 + 1)) }
    return ArrayError(
      .badValue,
      isMisplaced ? "could not convert string to complex: \(repr(value))" : "complex() arg is a malformed string")
  }

  /// What Python's decoder says of bytes that are not UTF-8; `nil` if they are.
  private func utf8Error(_ bytes: [UInt8]) -> ArrayError? {
    guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
    var start = 0
    // The longest beginning that is UTF-8 ends before the first byte that is not.
    while start < bytes.count {
      let length = bytes[start] < 0x80 ? 1 : bytes[start] < 0xE0 ? 2 : bytes[start] < 0xF0 ? 3 : 4
      guard start + length <= bytes.count,
        String(validating: bytes[start..<(start + length)], as: UTF8.self) != nil
      else { break }
      start += length
    }
    let rest = bytes[start...].dropFirst()
    let isStart = (0xC2..<0xF5).contains(bytes[start])
    let reason =
      !isStart
      ? "invalid start byte"
      : rest.allSatisfy { $0 & 0xC0 == 0x80 }
        ? "unexpected end of data"
        : "invalid continuation byte"
    let byte = String(bytes[start], radix: 16)
    return ArrayError(.badValue, "'utf-8' codec can't decode byte 0x\(byte) in position \(start): \(reason)")
  }
}
