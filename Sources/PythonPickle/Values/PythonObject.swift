internal import ByteIO

/// An object of Python's standard library that is plain data, taken apart.
///
/// ```swift
/// switch value.pythonObject {
/// case .dateTime(let date, _)?: print(date.day?.year ?? 0)
/// case .decimal(let digits)?: print(digits)
/// default: break
/// }
/// ```
///
/// The value itself stays as it was read, so it is written back to the same bytes. Objects made in Swift become values by
/// ``PickleValue/python(_:)``.
public enum PythonObject {
  /// A `collections.OrderedDict`.
  case orderedDict([PickleDict.Entry])
  /// A `collections.defaultdict`, with what makes its missing values.
  case defaultDict(factory: PickleValue, [PickleDict.Entry])
  /// A `collections.Counter`.
  case counter([PickleDict.Entry])
  /// A `collections.deque`.
  case deque([PickleValue], maxLength: Int?)
  /// A `range`; its bounds are integers of any size.
  case range(start: PickleValue, stop: PickleValue, step: PickleValue)
  /// A `slice`.
  case slice(start: PickleValue, stop: PickleValue, step: PickleValue)
  /// A `date`, `time` or `datetime`, with its time zone.
  case dateTime(PythonDate, zone: PickleValue?)
  /// A `timedelta`.
  case timeDelta(days: Int, seconds: Int, microseconds: Int)
  /// A `timezone`: the distance from UTC, and its name.
  case timeZone(offset: PickleValue, name: String?)
  /// A `decimal.Decimal`, in its own notation.
  case decimal(String)
  /// A `fractions.Fraction`.
  case fraction(numerator: PickleValue, denominator: PickleValue)
  /// A `uuid.UUID` as its 16 bytes.
  case uuid([UInt8])
  /// A path of `pathlib`: the class's name, and the path.
  case path(type: String, String)
  /// An `array.array` of numbers: the code of their type, and the machine's layout code with the bytes, or a list.
  case array(typeCode: String, PickleValue, machineFormat: Int?)

  /// The object of a call; `nil` for any that is not known, or not made as Python makes it.
  public init?(_ object: PickleObject) {
    if object.convertible is UTC {
      self.init(UTC.form)
      return
    }
    guard let type = object.classGlobal else { return nil }
    let known: PythonObject?
    switch type.module {
    case "collections": known = PythonObject.collection(type.name, object)
    case "builtins": known = PythonObject.builtin(type.name, object.arguments)
    case "datetime": known = PythonObject.date(type.name, object.arguments)
    case "decimal":
      if type.name == "Decimal", object.arguments.count == 1, let text = object.arguments[0].string {
        known = .decimal(text)
      } else {
        known = nil
      }
    case "fractions": known = type.name == "Fraction" ? PythonObject.fraction(object.arguments) : nil
    case "uuid":
      if type.name == "UUID", let number = object.state?.dict?["int"], let bytes = number.unsignedBytes(16) {
        known = .uuid(bytes)
      } else {
        known = nil
      }
    case "pathlib", "pathlib._local": known = PythonObject.path(type.name, object.arguments)
    case "array": known = PythonObject.array(type.name, object.arguments)
    default: known = nil
    }
    guard let known else { return nil }
    self = known
  }

  private static func collection(_ name: String, _ object: PickleObject) -> PythonObject? {
    let arguments = object.arguments
    switch name {
    case "OrderedDict":
      if arguments.isEmpty { return .orderedDict(object.pairs) }
      // Python 2 gave the pairs as an argument.
      guard arguments.count == 1, let pairs = arguments[0].items else { return nil }
      var entries: [PickleDict.Entry] = []
      for pair in pairs {
        guard let parts = pair.items, parts.count == 2 else { return nil }
        entries.append(PickleDict.Entry(key: parts[0], value: parts[1]))
      }
      return .orderedDict(entries)
    case "defaultdict":
      guard arguments.count <= 1 else { return nil }
      return .defaultDict(factory: arguments.first ?? .none, object.pairs)
    case "Counter":
      guard arguments.count == 1, let dict = arguments[0].dict else { return nil }
      return .counter(dict.entries)
    case "deque":
      guard arguments.count <= 2 else { return nil }
      if arguments.count > 1, !arguments[1].isNone, arguments[1].int == nil { return nil }
      let first = arguments.first?.items ?? []
      return .deque(first + object.items, maxLength: arguments.count > 1 ? arguments[1].int : nil)
    default: return nil
    }
  }

  private static func builtin(_ name: String, _ arguments: [PickleValue]) -> PythonObject? {
    guard arguments.count == 3 else { return nil }
    switch name {
    case "range":
      guard arguments.allSatisfy(\.isInteger) else { return nil }
      return .range(start: arguments[0], stop: arguments[1], step: arguments[2])
    case "slice": return .slice(start: arguments[0], stop: arguments[1], step: arguments[2])
    default: return nil
    }
  }

  private static func date(_ name: String, _ arguments: [PickleValue]) -> PythonObject? {
    switch name {
    case "date", "time", "datetime":
      guard let first = arguments.first, arguments.count <= 2, let bytes = first.bytes ?? first.latin1Bytes,
        let date = PythonDate(bytes, hasDay: name != "time", hasTime: name != "date")
      else { return nil }
      // Not a `nil` literal, which would be Python's None.
      return .dateTime(date, zone: arguments.count > 1 ? arguments[1] : Optional<PickleValue>.none)
    case "timedelta":
      guard arguments.count == 3, let days = arguments[0].int, let seconds = arguments[1].int,
        let microseconds = arguments[2].int
      else { return nil }
      return .timeDelta(days: days, seconds: seconds, microseconds: microseconds)
    case "timezone":
      guard let offset = arguments.first, arguments.count <= 2 else { return nil }
      if arguments.count == 2, arguments[1].string == nil { return nil }
      return .timeZone(offset: offset, name: arguments.count > 1 ? arguments[1].string : nil)
    default: return nil
    }
  }

  private static func fraction(_ arguments: [PickleValue]) -> PythonObject? {
    if arguments.count == 2, arguments.allSatisfy(\.isInteger) {
      return .fraction(numerator: arguments[0], denominator: arguments[1])
    }
    // Up to Python 3.11 the text `3/4`.
    guard arguments.count == 1, let text = arguments[0].string else { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { digits in
      try? PickleInteger(decimal: Array(digits.utf8)[...], maxDigits: PickleLimits.default.integerDigits)
    }
    guard (1...2).contains(parts.count), let numerator = parts[0] else { return nil }
    guard parts.count == 2 else { return .fraction(numerator: .integer(numerator), denominator: .int(1)) }
    guard let denominator = parts[1] else { return nil }
    return .fraction(numerator: .integer(numerator), denominator: .integer(denominator))
  }

  private static func path(_ name: String, _ arguments: [PickleValue]) -> PythonObject? {
    let types = ["PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath", "Path", "PurePath"]
    guard types.contains(name) else { return nil }
    let isWindows = name.contains("Windows")
    var path = ""
    for argument in arguments {
      guard let part = argument.string else { return nil }
      let separator = isWindows ? "\\" : "/"
      if !path.isEmpty, !path.hasSuffix(separator) { path += separator }
      path += part
    }
    return .path(type: name, path.isEmpty ? "." : isWindows ? PythonObject.withSlashes(path) : path)
  }

  private static func withSlashes(_ path: String) -> String { String(path.map { $0 == "\\" ? "/" : $0 }) }

  private static func array(_ name: String, _ arguments: [PickleValue]) -> PythonObject? {
    switch name {
    case "_array_reconstructor":
      guard arguments.count == 4, let code = arguments[1].string, let format = arguments[2].int,
        case .bytes = arguments[3]
      else { return nil }
      return .array(typeCode: code, arguments[3], machineFormat: format)
    case "array":
      guard arguments.count == 2, let code = arguments[0].string,
        arguments[1].items != nil || arguments[1].string != nil
      else { return nil }
      return .array(typeCode: code, arguments[1], machineFormat: nil)
    default: return nil
    }
  }
}

extension PickleValue {
  /// The object of Python's standard library that the value is; `nil` for any other value.
  public var pythonObject: PythonObject? { object.flatMap { PythonObject($0) } }

  fileprivate var isInteger: Bool {
    switch self {
    case .int, .bigInt, .bool: true
    default: false
    }
  }

  /// A string of Python 2 that was read as Latin-1.
  fileprivate var latin1Bytes: [UInt8]? { pickleString.flatMap { try? Builtins.latin1($0) } }

  /// A number that is not negative as that many bytes, the highest first.
  fileprivate func unsignedBytes(_ count: Int) -> [UInt8]? {
    let bytes: [UInt8]
    switch self {
    case .int(let value):
      guard value >= 0 else { return nil }
      bytes = (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    case .bigInt(let value):
      bytes = value.twosComplement
      guard let last = bytes.last, last < 128 else { return nil }
    default: return nil
    }
    let padded = bytes + [UInt8](repeating: 0, count: max(0, count - bytes.count))
    guard padded[count...].allSatisfy({ $0 == 0 }) else { return nil }
    return padded[..<count].reversed()
  }
}
