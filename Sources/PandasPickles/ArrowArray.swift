internal import PickledArrays
internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import PythonPickle

/// An array of Apache Arrow's in a pickle of PyArrow's: `pyarrow.lib._restore_array`, or several as a `chunked_array`.
///
/// The layouts are those of the Arrow columnar format: validity as bits from the lowest on, text by offsets into bytes.
struct ArrowArray {
  private let type: ArrowType
  private let length: Int
  private let offset: Int
  private let buffers: [PickleBytes?]
  private let dictionary: StoredArray?

  /// Dictionaries of dictionaries nest no deeper.
  private static let maxDictionaryDepth = 8

  /// The values of Arrow's array; `nil` for a value that is none.
  ///
  /// - Parameter missing: What represents a missing text.
  /// - Throws: ``FormatError`` with code `malformed` if the parts do not fit each other, `unsupported` for types that
  ///   are neither numbers, booleans, text, bytes, datetimes nor categories of these.
  static func values(_ value: PickleValue, missing: PickleValue) throws(FormatError) -> StoredArray? {
    guard let object = value.object else { return nil }
    if object.isCall("pyarrow.lib", "_restore_array"), object.arguments.count == 1,
      let parts = object.arguments[0].tuple
    {
      return try ArrowArray(parts, missing, depth: 0).values(missing)
    }
    guard object.isCall("pyarrow.lib", "chunked_array"), let chunks = object.arguments.first?.items else { return nil }
    var arrays: [StoredArray] = []
    for chunk in chunks {
      guard chunk.object?.isCall("pyarrow.lib", "chunked_array") != true else { throw bad("chunks within chunks") }
      guard let array = try values(chunk, missing: missing) else { throw bad("a chunk that is no array") }
      arrays.append(array)
    }
    return try joined(arrays)
  }

  static func bad(_ what: String) -> FormatError { FormatError(.malformed, "a pickled array of PyArrow's: \(what)") }

  /// `(type, length, nulls, offset, buffers, children, dictionary)`.
  private init(_ parts: [PickleValue], _ missing: PickleValue, depth: Int) throws(FormatError) {
    guard parts.count >= 7, depth < ArrowArray.maxDictionaryDepth, let length = parts[1].int, let offset = parts[3].int,
      length >= 0, offset >= 0, !length.addingReportingOverflow(offset).overflow, let buffers = parts[4].items
    else { throw ArrowArray.bad("no length, no offset or no buffers") }
    type = try ArrowType(parts[0])
    self.length = length
    self.offset = offset
    var bytes: [PickleBytes?] = []
    for buffer in buffers { bytes.append(try ArrowArray.bytes(of: buffer)) }
    self.buffers = bytes
    if case .dictionary = type {
      guard let inner = parts[6].tuple else { throw ArrowArray.bad("codes without a dictionary") }
      dictionary = try ArrowArray(inner, missing, depth: depth + 1).values(missing)
    } else {
      dictionary = nil
    }
  }

  private static func bytes(of value: PickleValue) throws(FormatError) -> PickleBytes? {
    switch value {
    case .none: return nil
    case .bytes(let bytes), .byteArray(let bytes): return bytes
    case .buffer(let buffer): return PickleBytes(buffer.memory)
    case .object(let object) where object.isCall("pyarrow.lib", "py_buffer") && object.arguments.count == 1:
      if case .object = object.arguments[0] { throw bad("a buffer that is none") }
      return try bytes(of: object.arguments[0])
    default: throw bad("a \(value.typeName) as a buffer")
    }
  }

  private func buffer(_ index: Int, holding bits: Int) throws(FormatError) -> [UInt8] {
    guard index < buffers.count, let bytes = buffers[index] else { throw ArrowArray.bad("a buffer is missing") }
    let (need, overflow) = (offset + length).multipliedReportingOverflow(by: bits)
    guard !overflow, need <= bytes.count * 8 else {
      throw ArrowArray.bad("a buffer of \(bytes.count) bytes for \(length) elements")
    }
    return bytes.array
  }

  /// Which elements are there; `nil` if all are.
  private func validity() throws(FormatError) -> [Bool]? {
    guard let first = buffers.first, first != nil else { return nil }
    let bits = try buffer(0, holding: 1)
    let valid = (offset..<(offset + length)).map { bits[$0 / 8] >> UInt8($0 % 8) & 1 != 0 }
    return valid.contains(false) ? valid : nil
  }

  private func values(_ missing: PickleValue) throws(FormatError) -> StoredArray {
    let valid = try validity()
    switch type {
    case .numbers(let dtype):
      let numbers = try numbers(dtype)
      guard let valid else { return .values(numbers) }
      if dtype.kind == .datetime || dtype.kind == .timedelta {
        return .values(try ArrowArray.withoutDatetimes(numbers, valid))
      }
      return try PandasValues.masked(.values(numbers), NDArray(valid.map { !$0 }).untyped)
    case .days:
      let days = try FormatError.wrapping(.malformed, file: nil) {
        [numbers = try numbers(.int32)] () throws(ArrayError) in
        try numbers.asType(.int64, casting: .safe).viewed(as: .datetime(DateUnit(.day, count: 1)))
      }
      guard let valid else { return .values(days) }
      return .values(try ArrowArray.withoutDatetimes(days, valid))
    case .bool:
      let bits = try buffer(1, holding: 1)
      let values = NDArray((offset..<(offset + length)).map { bits[$0 / 8] >> UInt8($0 % 8) & 1 != 0 }).untyped
      guard let valid else { return .values(values) }
      return try PandasValues.masked(.values(values), NDArray(valid.map { !$0 }).untyped)
    case .text(let isText, let isLarge): return .objects(try texts(valid, missing, isText: isText, isLarge: isLarge))
    case .dictionary(let codes):
      guard let dictionary, dictionary.shape.count == 1 else { throw ArrowArray.bad("codes without a dictionary") }
      guard let places = try numbers(codes).integers else {
        throw ArrowArray.bad("codes that are no integers")
      }
      let labels = try PandasIndex.items(of: dictionary)
      var items: [PickleValue] = []
      items.reserveCapacity(length)
      for (index, place) in places.enumerated() {
        guard valid?[index] ?? true else {
          items.append(missing)
          continue
        }
        guard labels.indices.contains(place) else {
          throw ArrowArray.bad("the code \(place) for \(labels.count) labels")
        }
        items.append(labels[place])
      }
      return .objects(try ObjectArray(shape: [length], items: items))
    }
  }

  private func numbers(_ dtype: DType) throws(FormatError) -> AnyNDArray {
    let size = dtype.itemSize
    let bytes = try buffer(1, holding: size * 8)
    return try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      try AnyNDArray(bytes: Array(bytes[(offset * size)..<((offset + length) * size)]), dtype: dtype, shape: [length])
    }
  }

  /// Moments with `NaT`, the lowest of 64-bit integers, where none is.
  private static func withoutDatetimes(_ array: AnyNDArray, _ valid: [Bool]) throws(FormatError) -> AnyNDArray {
    var bytes = array.bytes
    for (index, isValid) in valid.enumerated() where !isValid {
      for place in 0..<8 { bytes[index * 8 + place] = place == 7 ? 0x80 : 0 }
    }
    return try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      try AnyNDArray(bytes: bytes, dtype: array.dtype, shape: array.shape)
    }
  }

  private func texts(
    _ valid: [Bool]?, _ missing: PickleValue, isText: Bool, isLarge: Bool
  ) throws(FormatError) -> ObjectArray {
    // An array without elements may come without offsets.
    if length == 0 { return try ObjectArray(shape: [0], items: []) }
    let size = isLarge ? 8 : 4
    let offsets = try buffer(1, holding: size * 8)
    guard (offset + length + 1) * size <= offsets.count, buffers.count > 2 else {
      throw ArrowArray.bad("text without offsets")
    }
    let data = buffers[2]?.array ?? []
    var items: [PickleValue] = []
    items.reserveCapacity(length)
    func place(_ index: Int) -> UInt64 {
      (0..<size).reversed().reduce(0) { $0 << 8 | UInt64(offsets[index * size + $1]) }
    }
    var start = place(offset)
    for index in 0..<length {
      let end = place(offset + index + 1)
      guard start <= end, end <= UInt64(data.count) else { throw ArrowArray.bad("text beyond its bytes") }
      let bytes = data[Int(start)..<Int(end)]
      start = end
      guard valid?[index] ?? true else {
        items.append(missing)
        continue
      }
      if isText {
        guard let text = PickleString(utf8: bytes) else { throw ArrowArray.bad("text that is no UTF-8") }
        items.append(.string(text))
      } else {
        items.append(.bytes(Array(bytes)))
      }
    }
    return try ObjectArray(shape: [length], items: items)
  }

  private static func joined(_ arrays: [StoredArray]) throws(FormatError) -> StoredArray {
    var values: [AnyNDArray] = []
    for case .values(let array) in arrays { values.append(array) }
    guard let first = values.first, values.count == arrays.count, values.allSatisfy({ $0.dtype == first.dtype }) else {
      var items: [PickleValue] = []
      for array in arrays { items += try PandasIndex.items(of: array) }
      return .objects(try ObjectArray(shape: [items.count], items: items))
    }
    return try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      .values(try AnyNDArray.concatenated(values))
    }
  }
}

/// A type of Arrow's whose arrays NumPy has a counterpart for.
private enum ArrowType {
  /// Numbers and datetimes, as they lie in NumPy's arrays.
  case numbers(DType)
  /// Days since 1970 in 32 bits.
  case days
  /// Bits.
  case bool
  /// Text, or bytes, with offsets of 32 or 64 bits.
  case text(isText: Bool, isLarge: Bool)
  /// Codes of a dictionary.
  case dictionary(codes: DType)

  init(_ value: PickleValue) throws(FormatError) {
    guard let object = value.object, let function = object.callable?.global, function.module == "pyarrow.lib" else {
      throw ArrowArray.bad("no type")
    }
    let arguments = object.arguments
    switch function.name {
    case "type_for_alias":
      guard let type = ArrowType.named(arguments.first?.string ?? "") else { throw ArrowType.unsupported(value) }
      self = type
    case "timestamp", "duration":
      guard let unit = arguments.first?.string.flatMap(ArrowType.unit) else { throw ArrowType.unsupported(value) }
      self = .numbers(function.name == "timestamp" ? .datetime(unit) : .timedelta(unit))
    case "dictionary":
      guard arguments.count >= 2, case .numbers(let codes) = try ArrowType(arguments[0]) else {
        throw ArrowType.unsupported(value)
      }
      self = .dictionary(codes: codes)
    default: throw ArrowType.unsupported(value)
    }
  }

  private static func unsupported(_ value: PickleValue) -> FormatError {
    FormatError(.unsupported, "arrays of PyArrow's type \(value.repr(limit: 120)) have no counterpart in NumPy")
  }

  private static func unit(_ name: String) -> DateUnit? { DateUnit.Unit(rawValue: name).map { DateUnit($0, count: 1) } }

  private static func named(_ alias: String) -> ArrowType? {
    switch alias {
    case "bool": return .bool
    case "string", "utf8", "str": return .text(isText: true, isLarge: false)
    case "large_string", "large_utf8", "large_str": return .text(isText: true, isLarge: true)
    case "binary": return .text(isText: false, isLarge: false)
    case "large_binary": return .text(isText: false, isLarge: true)
    case "halffloat": return .numbers(.float16)
    case "float": return .numbers(.float32)
    case "double": return .numbers(.float64)
    case "date32[day]": return .days
    case "date64[ms]": return .numbers(.datetime(DateUnit(.millisecond, count: 1)))
    case "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64":
      return (try? DType(alias)).map { .numbers($0.withByteOrder(.little)) }
    default:
      for (prefix, make) in [("timestamp[", DType.datetime), ("duration[", DType.timedelta)] {
        if alias.hasPrefix(prefix), alias.hasSuffix("]"),
          let unit = unit(String(alias.dropFirst(prefix.count).dropLast()))
        {
          return .numbers(make(unit))
        }
      }
      return nil
    }
  }
}
