import ByteIO

/// The types of Python itself that older protocols spell as calls.
enum Builtins {
  /// What a call of a class or function is, by its name.
  enum Call: Sendable {
    /// An object that is kept as data.
    case object
    /// Calls whose outcome may be plain data.
    case complex, set, frozenSet, bytes, byteArray, encode
    /// What a name within a class is fetched by.
    case getAttribute

    init(_ module: PickleString, _ name: PickleString) {
      self = .object
      if module.isText("builtins") {
        self = Call.builtins.first { name.isText($0.name) }?.call ?? .object
      } else if module.isText("_codecs"), name.isText("encode") {
        self = .encode
      }
    }

    private static let builtins: [(name: String, call: Call)] = [
      ("complex", .complex), ("set", .set), ("frozenset", .frozenSet), ("bytes", .bytes), ("bytearray", .byteArray),
      ("getattr", .getAttribute),
    ]
  }

  /// The value that a call represents, if it is one of the few whose outcome is plain data; `nil` for any other.
  static func value(of call: Call, _ arguments: PickleTuple) throws(FormatError) -> PickleValue? {
    switch call {
    case .object, .getAttribute: return nil
    case .complex:
      guard arguments.count == 2 else { return nil }
      return complex(arguments[0], arguments[1])
    case .set, .frozenSet:
      let items: [PickleValue]
      switch arguments.items.first {
      case nil: items = []
      case .list(let list)? where arguments.count == 1: items = list.items
      default: return nil
      }
      let set = try PickleSet(items)
      return call == .set ? .set(set) : .frozenSet(set)
    case .bytes:
      guard arguments.count == 0 else { return nil }
      return .bytes(PickleBytes([]))
    case .byteArray:
      switch (arguments.items.first, arguments.count) {
      case (nil, _): return .byteArray([])
      case (.bytes(let bytes)?, 1): return .byteArray(PickleBytes(another: bytes))
      case (.string(let text)?, 2):
        guard case .string(let encoding) = arguments[1], encoding.isText("latin-1") || encoding.isText("latin1") else {
          return nil
        }
        return .byteArray(try latin1(text))
      default: return nil
      }
    case .encode:
      guard arguments.count == 2, case .string(let text) = arguments[0], case .string(let encoding) = arguments[1],
        encoding.isText("latin1")
      else { return nil }
      return .bytes(try encoded(text))
    }
  }

  /// The complex number of two real ones.
  static func complex(_ real: PickleValue, _ imaginary: PickleValue) -> PickleValue? {
    guard let real = real.double, let imaginary = imaginary.double else { return nil }
    return .complex(real, imaginary)
  }

  /// The bytes that a text represents before protocol 3.
  static func encoded(_ text: PickleString) throws(FormatError) -> PickleBytes {
    PickleBytes(try latin1(text), text: text)
  }

  /// The bytes of a string whose code points are all below 256.
  static func latin1(_ text: PickleString) throws(FormatError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8Count)
    guard appendLatin1(text, to: &bytes) else {
      let foreign = text.codePoints.first { $0 > 255 } ?? 256
      throw FormatError(.badValue, "a string that stands for bytes holds the code point \(foreign)")
    }
    return bytes
  }

  /// Appends the bytes that the code points of a string are; false if one is above 255.
  static func appendLatin1(_ text: PickleString, to bytes: inout [UInt8]) -> Bool {
    // Safe: each byte is read within the closure; the string is UTF-8, in which C2 and C3 begin all code points from 128 to 255,
    // with a byte that follows.
    unsafe text.withUTF8 { text in
      var place = 0
      while place < text.count {
        let first = unsafe text[place]
        if first < 0x80 {
          bytes.append(first)
          place += 1
        } else {
          guard first <= 0xC3, place + 1 < text.count else { return false }
          bytes.append(first << 6 | (unsafe text[place + 1]) & 0x3F)
          place += 2
        }
      }
      return true
    }
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
