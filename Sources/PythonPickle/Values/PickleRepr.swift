import PythonLiterals

/// Python's `repr`, in a loop and within a length.
struct PickleReprPrinter {
  private enum Step {
    case text(String)
    case value(PickleValue)
    case leave(ObjectIdentifier)
  }

  private var text = ""
  private var length = 0
  private var steps: [Step] = []
  /// The containers that are being printed: one that turns up within itself is printed as `[...]`.
  private var open: Set<ObjectIdentifier> = []
  /// The containers that have been printed, and how often one was printed again: a few bytes of a pickle can represent
  /// billions of repetitions.
  private var printed: Set<ObjectIdentifier> = []
  private var repetitions = 0
  /// Values made on the way: while they live no other takes their address, by which containers are known.
  private var kept: [PickleValue] = []
  private static let maxRepetitions = 20_000
  private var texts = RepeatedTexts()
  private static let maxRepeatedBytes = 1 << 20
  /// The most bytes of text, but for the end of what passes it.
  private var limit = Int.max
  /// Of how many bytes a `bytes` is printed as it is, and not by its first ones and its length.
  private var mostBytes = Int.max
  /// How a caller prints objects that it knows; `nil` for those that it does not.
  private var objects: ((PickleObject) -> String?)?

  /// The text, cut off once it is longer than `limit` bytes; `isWhole` tells whether it was not.
  static func print(
    _ value: PickleValue, limit: Int, mostBytes: Int = .max, objects: ((PickleObject) -> String?)? = nil
  ) -> (text: String, isWhole: Bool) {
    var printer = PickleReprPrinter()
    printer.mostBytes = mostBytes
    printer.objects = objects
    printer.limit = max(0, limit)
    printer.steps = [.value(value)]
    while let step = printer.steps.popLast() {
      switch step {
      case .text(let part): printer.write(part)
      case .leave(let id): printer.open.remove(id)
      case .value(let value): printer.print(value)
      }
      if printer.length > printer.limit || printer.repetitions > maxRepetitions
        || printer.texts.byteCount > maxRepeatedBytes
      {
        return (printer.text, false)
      }
    }
    return (printer.text, true)
  }

  private mutating func write(_ part: String) {
    text += part
    length += part.utf8.count
  }

  /// How many characters of one string or bytes are looked at: none is shorter than a byte of text.
  private var room: Int { max(0, min(limit, 1 << 62) - length) + PickleReprPrinter.slack }

  /// Strings that pass the limit by no more than this are printed whole.
  private static let slack = 1 << 10

  /// Writes the `repr` of a string, or, if that is of its beginning only, all but the closing quote, and ends there.
  private mutating func write(_ quoted: String, isWhole: Bool) {
    guard !isWhole else { return write(quoted) }
    write(String(quoted.dropLast()))
    limit = min(limit, length - 1)
  }

  private mutating func write(_ value: PickleBytes, _ before: String, _ after: String) {
    texts.meet(value.identity, value.count)
    guard value.count <= mostBytes else {
      let quoted = PythonRepr.bytes(value.prefix(32).0)
      return write("\(before)<\(value.count) bytes: \(quoted.dropLast())…\(quoted.suffix(1))>\(after)")
    }
    let (bytes, isWhole) = value.prefix(room)
    write(before + PythonRepr.bytes(bytes), isWhole: isWhole)
    if isWhole { write(after) }
  }

  private mutating func print(_ value: PickleValue) {
    switch value {
    case .none: write("None")
    case .bool(let value): write(value ? "True" : "False")
    case .int(let value): write(String(value))
    case .bigInt(let value): write(value.decimal() ?? "<an integer of \(value.byteCount) bytes>")
    case .float(let value): write(PythonRepr.float(value))
    case .complex(let value): write(PythonRepr.complex(value.real, value.imaginary))
    case .string(let value):
      texts.meet(value.identity, value.utf8Count)
      let (points, isWhole) = value.codePoints(upTo: room)
      write(PythonRepr.string(codePoints: points), isWhole: isWhole)
    case .bytes(let value): write(value, "", "")
    case .byteArray(let value): write(value, "bytearray(", ")")
    case .list(let list): enter(list, "[", list.items, "]", cyclic: "[...]")
    case .tuple(let tuple):
      enter(tuple, "(", tuple.items, tuple.items.count == 1 ? ",)" : ")", cyclic: "(...)")
    case .set(let set):
      if set.count == 0 { return write("set()") }
      enter(set, "{", set.items, "}", cyclic: "set(...)")
    case .frozenSet(let set):
      if set.count == 0 { return write("frozenset()") }
      enter(set, "frozenset({", set.items, "})", cyclic: "frozenset(...)")
    case .dict(let dict): enter(dict, "{", dict.entries, "}", cyclic: "{...}")
    case .global(let global): write(global.constantName ?? "<global \(PythonRepr.printable(global.qualifiedName))>")
    case .object(let object): print(object)
    case .persistent(let reference):
      write("<persistent id ")
      steps += [.text(">"), .value(reference.id)]
    case .buffer(let buffer): write("<buffer of \(buffer.memory.count) bytes>")
    }
  }

  private mutating func begin(_ node: PickleNode, cyclic: String) -> Bool {
    guard open.insert(ObjectIdentifier(node)).inserted else {
      write(cyclic)
      return false
    }
    if !printed.insert(ObjectIdentifier(node)).inserted { repetitions += 1 }
    steps.append(.leave(ObjectIdentifier(node)))
    return true
  }

  private mutating func enter(
    _ node: PickleNode, _ before: String, _ items: [PickleValue], _ after: String, cyclic: String
  ) {
    guard begin(node, cyclic: cyclic) else { return }
    write(before)
    steps.append(.text(after))
    for (index, item) in items.enumerated().reversed() {
      steps.append(.value(item))
      if index > 0 { steps.append(.text(", ")) }
    }
  }

  private mutating func enter(
    _ node: PickleNode, _ before: String, _ entries: [PickleDict.Entry], _ after: String, cyclic: String
  ) {
    guard begin(node, cyclic: cyclic) else { return }
    write(before)
    steps.append(.text(after))
    for (index, entry) in entries.enumerated().reversed() {
      steps += [.value(entry.value), .text(": "), .value(entry.key)]
      if index > 0 { steps.append(.text(", ")) }
    }
  }

  /// An object as the call that would make it; what it was given afterwards follows in angle brackets.
  private mutating func print(_ object: PickleObject) {
    if let text = objects?(object) { return write(text) }
    guard begin(object, cyclic: "<...>") else { return }
    if let value = object.convertible, !(value is UTC) { return write("<\(type(of: value))>") }
    if let text = object.textOfCall { return write(text) }
    // A state that Python would have set shows only with objects that consist of it.
    if object.state == nil || object.classGlobal?.module == "uuid",
      let known = PythonObject(object)
    {
      for part in known.reprParts.reversed() {
        switch part {
        case .text(let text): steps.append(.text(text))
        case .value(let value):
          kept.append(value)
          steps.append(.value(value))
        }
      }
      return
    }
    var parts: [(String, PickleValue)] = []
    for items in [object.items, object.added] where !items.isEmpty {
      let list = PickleValue.list(items)
      kept.append(list)
      parts.append(("items", list))
    }
    if !object.pairs.isEmpty {
      let dict = PickleDict()
      for pair in object.pairs { dict[pair.key] = pair.value }
      kept.append(.dict(dict))
      parts.append(("items", .dict(dict)))
    }
    if let state = object.state { parts.append(("state", state)) }
    var later: [Step] = []
    if case .global(let global)? = object.callable {
      later.append(.text(PythonRepr.printable(global.module == "builtins" ? global.name : global.qualifiedName)))
    } else if let callable = object.callable {
      later.append(.value(callable))
    }
    later.append(.text("("))
    var isFirst = true
    for argument in object.arguments {
      if !isFirst { later.append(.text(", ")) }
      later.append(.value(argument))
      isFirst = false
    }
    if case .newWithKeywords(_, _, let keywords) = object.form {
      parts.insert(contentsOf: (keywords.dict?.entries ?? []).map { ($0.key.string ?? "?", $0.value) }, at: 0)
    }
    for (name, value) in parts {
      later.append(.text((isFirst ? "" : ", ") + name + "="))
      later.append(.value(value))
      isFirst = false
    }
    later.append(.text(")"))
    steps += later.reversed()
  }
}

extension PickleValue: CustomStringConvertible {
  /// Python's `repr`, as far as `limit` bytes reach, then `…`; objects appear as the calls that would make them.
  ///
  /// A few bytes of a pickle can represent a structure of billions of parts, so there is no `repr` without a limit.
  ///
  /// - Parameter objects: Prints objects that the caller knows, such as arrays; `nil` for all others.
  public func repr(limit: Int = 1 << 26, objects: ((PickleObject) -> String?)? = nil) -> String {
    let (text, isWhole) = PickleReprPrinter.print(self, limit: limit, objects: objects)
    return isWhole ? text : text + "…"
  }

  /// Python's `repr`, as far as a megabyte reaches; of more than a kilobyte of bytes, such as those of an array, it has the first and
  /// how many there are. With `NumPyIO`, `repr(options:)` has arrays as Python prints them.
  public var description: String {
    let (text, isWhole) = PickleReprPrinter.print(self, limit: 1 << 20, mostBytes: 1 << 10)
    return isWhole ? text : text + "…"
  }
}
