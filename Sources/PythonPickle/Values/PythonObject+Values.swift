// Objects of Python's standard library made in Swift: the forms that Python 3.13 gives them.

extension PickleValue {
  /// An object of Python's standard library, as Python would pickle it in whatever protocol is written.
  ///
  /// ```swift
  /// let run: PickleValue = [
  ///   "cost": .python(.decimal("12.50")),
  ///   "begun": .python(.dateTime(PythonDate(day, time), zone: .utc)),
  /// ]
  /// ```
  ///
  /// Nothing is checked that only Python could: the digits of a `decimal` are taken as they are.
  public static func python(_ object: PythonObject) -> PickleValue { .object(object.pickleObject) }

  /// `datetime.timezone.utc`, of which Python has one: written once in each pickle.
  public static var utc: PickleValue { .object(PickleObject(UTC())) }
}

/// Python's one object for UTC.
struct UTC: PickleConvertible {
  static var form: PickleObject {
    PythonObject.timeZone(offset: .python(.timeDelta(days: 0, seconds: 0, microseconds: 0)), name: nil).pickleObject
  }

  func pickleValue(in context: PickleContext) -> PickleValue {
    context.singleton("datetime.timezone.utc") { .object(UTC.form) }
  }
}

extension PythonObject {
  /// The object as calls would make it.
  var pickleObject: PickleObject {
    switch self {
    case .orderedDict(let entries): return PythonObject.object("collections", "OrderedDict", pairs: entries)
    case .defaultDict(let factory, let entries):
      return PythonObject.object("collections", "defaultdict", factory.isNone ? [] : [factory], pairs: entries)
    case .counter(let entries):
      let dict = PickleDict()
      for entry in entries { dict[entry.key] = entry.value }
      return PythonObject.object("collections", "Counter", [.dict(dict)])
    case .deque(let items, let maxLength):
      let object = PythonObject.object("collections", "deque", maxLength.map { [.tuple([]), .int($0)] } ?? [])
      object.items = items
      return object
    case .range(let start, let stop, let step): return PythonObject.object("builtins", "range", [start, stop, step])
    case .slice(let start, let stop, let step): return PythonObject.object("builtins", "slice", [start, stop, step])
    case .dateTime(let date, let zone):
      let bytes = PickleValue.bytes(PickleBytes(date.bytes, isShared: false))
      return PythonObject.object("datetime", date.typeName, zone.map { [bytes, $0] } ?? [bytes])
    case .timeDelta(let days, let seconds, let microseconds):
      return PythonObject.object("datetime", "timedelta", [.int(days), .int(seconds), .int(microseconds)])
    case .timeZone(let offset, let name):
      return PythonObject.object("datetime", "timezone", name.map { [offset, PythonObject.text($0)] } ?? [offset])
    case .decimal(let digits): return PythonObject.object("decimal", "Decimal", [PythonObject.text(digits)])
    case .fraction(let numerator, let denominator):
      return PythonObject.object("fractions", "Fraction", [numerator, denominator])
    case .uuid(let bytes):
      let number = PickleInteger(twosComplement: bytes.reversed() + [0])
      return PickleObject(
        .new(.global("uuid", "UUID"), arguments: PickleTuple([])), state: ["int": .integer(number)])
    case .path(let type, let path): return PythonObject.object("pathlib", type, [PythonObject.text(path)])
    case .array(let typeCode, let data, let machineFormat):
      let type = PickleValue.global("array", "array")
      let code = PickleValue.string(typeCode)
      guard let machineFormat else {
        return PickleObject(.reduce(callable: type, arguments: PickleTuple([code, data])))
      }
      return PythonObject.object("array", "_array_reconstructor", [type, code, .int(machineFormat), data])
    }
  }

  /// Text that Python makes anew for each object.
  private static func text(_ text: String) -> PickleValue { .string(PickleString(text, isShared: false)) }

  private static func object(
    _ module: String, _ name: String, _ arguments: [PickleValue] = [], pairs: [PickleDict.Entry] = []
  ) -> PickleObject {
    let object = PickleObject(module, name, arguments)
    object.pairs = pairs
    return object
  }
}

// MARK: array.array

extension PythonObject {
  /// An `array.array` of integers, with the type code of their size: `b`, `B`, `h`, … `Q`.
  ///
  /// - Returns: `nil` for integers of more than 64 bits.
  public static func array<Number: FixedWidthInteger>(_ numbers: [Number]) -> PythonObject? {
    let sizes = [8, 16, 32, 64]
    guard let place = sizes.firstIndex(of: Number.bitWidth) else { return nil }
    let code = Array(Number.isSigned ? "bhiq" : "BHIQ")[place]
    return array(String(code), numbers.map { .integer(PickleInteger($0)) })
  }

  /// An `array.array` of floats, with the type code `d`.
  public static func array(_ numbers: [Double]) -> PythonObject? { array("d", numbers.map { .float($0) }) }

  private static func array(_ code: String, _ items: [PickleValue]) -> PythonObject? {
    arrayBytes(typeCode: code, items).map { format, bytes in
      .array(typeCode: code, .bytes(PickleBytes(bytes, isShared: false)), machineFormat: format)
    }
  }

  /// The layout code of a little-endian 64-bit machine, and numbers in that layout; `nil` for text and for numbers that
  /// do not fit.
  static func arrayBytes(typeCode: String, _ items: [PickleValue]) -> (format: Int, bytes: [UInt8])? {
    // `Modules/arraymodule.c`, `enum machine_format_code`; `l` has eight bytes where Unix runs.
    let formats = [
      "B": (0, 1), "b": (1, 1), "H": (2, 2), "h": (4, 2), "I": (6, 4), "i": (8, 4), "L": (10, 8), "l": (12, 8),
      "Q": (10, 8), "q": (12, 8), "f": (14, 4), "d": (16, 8),
    ]
    guard let (format, size) = formats[typeCode] else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(items.count * size)
    for item in items {
      let bits: UInt64
      switch typeCode {
      case "f", "d":
        guard let number = item.double else { return nil }
        bits = size == 4 ? UInt64(Float(number).bitPattern) : number.bitPattern
      default:
        let isSigned = typeCode.utf8.first.map { $0 >= 0x61 } ?? false
        guard let known = item.bits(isSigned: isSigned, size: size) else { return nil }
        bits = known
      }
      for place in 0..<size { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * place))) }
    }
    return (format, bytes)
  }
}

extension PickleValue {
  /// An integer's two's complement, if it fits that many bytes.
  fileprivate func bits(isSigned: Bool, size: Int) -> UInt64? {
    let width = 8 * size
    if case .bigInt(let big) = self { return isSigned || size < 8 ? nil : big.uint64 }
    guard let int else { return nil }
    let fits =
      isSigned
      ? width == 64 || (int >= -(1 << (width - 1)) && int < 1 << (width - 1))
      : int >= 0 && (width == 64 || int < 1 << width)
    return fits ? UInt64(bitPattern: Int64(int)) : nil
  }
}
