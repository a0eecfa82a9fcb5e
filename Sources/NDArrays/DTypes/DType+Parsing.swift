extension DType {
  /// Parses NumPy's notation, as `np.dtype(text)` does: `<f8`, `float64`, `d`, `U10`, `M8[25s]`, `a5`, and
  /// comma-separated records such as `<f4,(2,3)i4,S5`.
  ///
  /// - Throws: ``ArrayError`` with code `badDType` where NumPy refuses.
  public init(_ notation: String) throws(ArrayError) {
    let text = notation
    if DType.isCommaList(text) {
      self = try CommaList(text).dtype()
      return
    }
    guard let dtype = try DType.parseSimple(text) else { throw DType.notUnderstood(notation) }
    self = dtype
  }

  @inline(never)
  package static func notUnderstood(_ notation: String) -> ArrayError {
    ArrayError(.badDType, "data type '\(notation)' not understood")
  }

  /// One type without commas; `nil` if it is not one.
  private static func parseSimple(_ text: String) throws(ArrayError) -> DType? {
    if let named = names[text] { return named }
    var rest = text[...]
    var order: ByteOrder?
    switch rest.first {
    case "<": order = .little
    case ">": order = .big
    case "=", "|": order = .native
    default: break
    }
    let hadOrder = order != nil
    if hadOrder { rest = rest.dropFirst() }
    guard let code = rest.first, code.isASCII else { return nil }
    // Long names take no byte order, but for those of dates: `<float64` is refused, `<datetime64` and `<f8` are not.
    if hadOrder, rest == "datetime64" || rest == "timedelta64", let date = names[String(rest)] {
      return date.withByteOrder(order ?? .native)
    }
    if let date = try parseDate(rest) { return date.withByteOrder(order ?? .native) }
    let digits = rest.dropFirst()
    let dtype: DType?
    if digits.isEmpty {
      // The oldest name of bytes takes none either.
      dtype = hadOrder && code == "a" ? nil : codes[code]
    } else {
      guard let size = number(digits) else { return nil }
      dtype = sized(code, size)
    }
    return dtype?.withByteOrder(order ?? .native)
  }

  /// A number as C's `strtol` reads it: white space and a sign may precede it.
  static func number(_ text: Substring) -> Int? {
    var rest = text.drop { " \t\n\r\u{B}\u{C}".contains($0) }
    if rest.first == "+" { rest = rest.dropFirst() }
    guard rest.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
    return Int(rest)
  }

  private static func sized(_ code: Character, _ size: Int) -> DType? {
    switch (code, size) {
    case ("b", 1): .bool
    case ("i", 1): .int8
    case ("i", 2): .int16
    case ("i", 4): .int32
    case ("i", 8): .int64
    case ("u", 1): .uint8
    case ("u", 2): .uint16
    case ("u", 4): .uint32
    case ("u", 8): .uint64
    case ("f", 2): .float16
    case ("f", 4): .float32
    case ("f", 8): .float64
    case ("f", 16): .longDouble
    case ("c", 8): .complex64
    case ("c", 16): .complex128
    case ("c", 32): .complexLongDouble
    case ("O", 4), ("O", 8): .object
    case ("S", 0...Int(Int32.max)), ("a", 0...Int(Int32.max)): .bytes(size)
    case ("U", 0...(Int(Int32.max) / 4)): .string(size)
    case ("V", 0...Int(Int32.max)): .void(size)
    case ("M", 8): .datetime()
    case ("m", 8): .timedelta()
    default: nil
    }
  }

  /// `M8[ns]`, `m8[25s]`, `datetime64[D]`, `timedelta64[us]`.
  private static func parseDate(_ text: Substring) throws(ArrayError) -> DType? {
    guard text.last == "]", let open = text.firstIndex(of: "[") else { return nil }
    let isDatetime: Bool
    switch text[..<open] {
    case "M8", "datetime64": isDatetime = true
    case "m8", "timedelta64": isDatetime = false
    default: return nil
    }
    let notation = text[text.index(after: open)...].dropLast()
    guard let unit = DateUnit(notation: notation) else {
      throw ArrayError(.badDType, "Invalid datetime unit in metadata string \"[\(notation)]\"")
    }
    return isDatetime ? .datetime(unit) : .timedelta(unit)
  }

  /// NumPy's one-character codes on Linux and macOS, where `long` has 64 bits.
  private static let codes: [Character: DType] = [
    "?": .bool, "b": .int8, "B": .uint8, "h": .int16, "H": .uint16, "i": .int32, "I": .uint32, "l": .int64,
    "L": .uint64, "q": .int64, "Q": .uint64, "p": .int64, "P": .uint64, "n": .int64, "N": .uint64, "e": .float16,
    "f": .float32, "d": .float64, "g": .longDouble, "F": .complex64, "D": .complex128, "G": .complexLongDouble,
    "S": .bytes(0), "a": .bytes(0), "c": .bytes(1), "U": .string(0), "V": .void(0), "M": .datetime(),
    "m": .timedelta(), "O": .object,
  ]

  /// NumPy's and Python's names.
  private static let names: [String: DType] = [
    "bool": .bool, "bool_": .bool, "int8": .int8, "int16": .int16, "int32": .int32, "int64": .int64,
    "uint8": .uint8, "uint16": .uint16, "uint32": .uint32, "uint64": .uint64, "float16": .float16,
    "float32": .float32, "float64": .float64, "float128": .longDouble, "complex64": .complex64,
    "complex128": .complex128, "complex256": .complexLongDouble, "int": .int64, "int_": .int64, "intp": .int64,
    "uint": .uint64, "uintp": .uint64, "long": .int64, "ulong": .uint64, "longlong": .int64,
    "ulonglong": .uint64, "byte": .int8, "ubyte": .uint8, "short": .int16, "ushort": .uint16, "intc": .int32,
    "uintc": .uint32, "half": .float16, "single": .float32, "double": .float64, "float": .float64,
    "longdouble": .longDouble, "csingle": .complex64, "cdouble": .complex128, "complex": .complex128,
    "clongdouble": .complexLongDouble, "object": .object, "object_": .object, "str": .string(0),
    "str_": .string(0), "unicode": .string(0), "bytes": .bytes(0), "bytes_": .bytes(0), "void": .void(0),
    "datetime64": .datetime(),
    "timedelta64": .timedelta(),
  ]
}

extension String {
  package var trimmedSpaces: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text = text.dropFirst() }
    while let last = text.last, last.isWhitespace { text = text.dropLast() }
    return String(text)
  }
}
