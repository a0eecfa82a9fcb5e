import ByteIO

/// The types of Python itself that older protocols spell as calls.
enum Builtins {
  /// Whether a module has types and functions whose calls are values.
  static func mayMakeValues(_ module: PickleString) -> Bool { module.isText("builtins") || module.isText("_codecs") }

  /// The value that a call represents, if it is one of the few whose outcome is plain data; `nil` for any other.
  static func value(
    of global: PickleGlobal, _ arguments: [PickleValue], limits: PickleLimits
  ) throws(FormatError) -> PickleValue? {
    if global.moduleString.isText("builtins") { return try builtin(global.name, arguments) }
    guard global.matches("_codecs", "encode"), arguments.count == 2, case .string(let text) = arguments[0],
      case .string(let encoding) = arguments[1], encoding.isText("latin1")
    else { return nil }
    return .bytes(PickleBytes(try latin1(text), text: text))
  }

  private static func builtin(_ name: String, _ arguments: [PickleValue]) throws(FormatError) -> PickleValue? {
    switch name {
    case "complex":
      guard arguments.count == 2, let real = arguments[0].double, let imaginary = arguments[1].double else {
        return nil
      }
      return .complex(real, imaginary)
    case "set", "frozenset":
      let items: [PickleValue]
      switch arguments.first {
      case nil: items = []
      case .list(let list)? where arguments.count == 1: items = list.items
      default: return nil
      }
      let set = try PickleSet(items)
      return name == "set" ? .set(set) : .frozenSet(set)
    case "bytes":
      guard arguments.isEmpty else { return nil }
      return .bytes(PickleBytes([]))
    case "bytearray":
      switch (arguments.first, arguments.count) {
      case (nil, _): return .byteArray([])
      case (.bytes(let bytes)?, 1): return .byteArray(PickleBytes(another: bytes))
      case (.string(let text)?, 2):
        guard let encoding = arguments[1].string, encoding == "latin-1" || encoding == "latin1" else {
          return nil
        }
        return .byteArray(try latin1(text))
      default: return nil
      }
    default: return nil
    }
  }

  /// The bytes of a string whose code points are all below 256.
  static func latin1(_ text: PickleString) throws(FormatError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8Count)
    for point in text.codePoints {
      guard let byte = UInt8(exactly: point) else {
        throw FormatError(.badValue, "a string that stands for bytes holds the code point \(point)")
      }
      bytes.append(byte)
    }
    return bytes
  }

  private static let functions: Set<String> = [
    "abs", "aiter", "all", "anext", "any", "ascii", "bin", "breakpoint", "callable", "chr", "compile",
    "delattr",
    "dir", "divmod", "eval", "exec", "format", "getattr", "globals", "hasattr", "hash", "hex", "id", "input",
    "isinstance", "issubclass", "iter", "len", "locals", "max", "min", "next", "oct", "open", "ord", "pow",
    "print",
    "repr", "round", "setattr", "sorted", "sum", "vars", "__import__", "__build_class__",
  ]

  /// Whether a global is one of Python's functions, which are not classes.
  static func isFunction(_ global: PickleGlobal) -> Bool {
    global.moduleString.isText("builtins") && functions.contains(global.name)
  }

  /// Whether a name within `builtins` is one of Python's functions.
  static func isFunction(_ name: String) -> Bool { functions.contains(name) }
}
