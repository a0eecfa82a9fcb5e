import PythonLiterals

// Objects of Python's own whose pickles call functions that nobody would recognise them by.

extension PickleGlobal {
  /// The name of a constant of Python's that pickles refer to as they do to classes.
  var constantName: String? {
    ["Ellipsis", "NotImplemented"].first { matches("builtins", $0) }
  }
}

extension PickleObject {
  /// Python's `repr` of a pattern, a time zone by its name, or the class of a constant; `nil` for all else.
  var textOfCall: String? {
    guard state == nil, items.isEmpty, pairs.isEmpty else { return nil }
    return pattern ?? zone ?? classOfConstant
  }

  /// `re.compile('a.b', re.IGNORECASE)`.
  private var pattern: String? {
    guard isCall("re", "_compile"), arguments.count == 2, var flags = arguments[1].int else { return nil }
    let text: String
    switch arguments[0] {
    case .string:
      // Unicode is what strings are matched by unless something else is said.
      if flags & (4 | 32 | 256) == 32 { flags -= 32 }
      text = arguments[0].repr(limit: 1 << 20)
    case .bytes: text = arguments[0].repr(limit: 1 << 20)
    default: return nil
    }
    var names: [String] = []
    for (place, name) in PickleObject.flagNames.enumerated() where flags & 2 << place != 0 {
      names.append("re." + name)
      flags -= 2 << place
    }
    if flags != 0 { names.append("0x" + String(flags, radix: 16)) }
    // Python cuts patterns off.
    let parts = [String(text.prefix(200))] + (names.isEmpty ? [] : [names.joined(separator: "|")])
    return "re.compile(" + parts.joined(separator: ", ") + ")"
  }

  private static let flagNames = [
    "IGNORECASE", "LOCALE", "MULTILINE", "DOTALL", "UNICODE", "VERBOSE", "DEBUG", "ASCII",
  ]

  /// `zoneinfo.ZoneInfo(key='Europe/Berlin')`.
  private var zone: String? {
    guard let method = callable?.object, method.isCall("builtins", "getattr"), method.arguments.count == 2,
      let type = method.arguments[0].global, type.matches("zoneinfo", "ZoneInfo"),
      method.arguments[1].string == "_unpickle", let key = arguments.first?.string
    else { return nil }
    return "zoneinfo.ZoneInfo(key=\(PythonRepr.string(key)))"
  }

  /// `<class 'NoneType'>`.
  private var classOfConstant: String? {
    guard isCall("builtins", "type"), arguments.count == 1 else { return nil }
    if arguments[0].isNone { return "<class 'NoneType'>" }
    switch arguments[0].global?.constantName {
    case "Ellipsis": return "<class 'ellipsis'>"
    case "NotImplemented": return "<class 'NotImplementedType'>"
    default: return nil
    }
  }
}
