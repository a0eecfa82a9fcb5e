import ByteIO

// Operations that would call something: they make data instead. The few types of Python itself that pickles spell
// as calls (complex, set, bytes) become values.

extension PickleMachine {
  mutating func global() throws(FormatError) {
    let module = try input.line()
    let name = try input.line()
    // Of one of the two it may be the name itself, which no module has.
    if module.last == 0x0D, name.last == 0x0D { throw changedLines }
    guard let module = PickleString(utf8: module, isShared: false),
      let name = PickleString(utf8: name, isShared: false)
    else { throw error("a global name is not valid UTF-8") }
    try push(.global(named(module, name, wasText: true)))
  }

  mutating func stackGlobal() throws(FormatError) {
    guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
      throw error("STACK_GLOBAL requires str")
    }
    try push(.global(named(module, name, wasText: false)))
  }

  private mutating func named(_ module: PickleString, _ name: PickleString, wasText: Bool) -> PickleGlobal {
    let global = PickleGlobal(fixed(module, name, wasText: wasText), readFrom: fileName)
    options.onGlobal?(global)
    return global
  }

  /// The name that Python 3 has for one of Python 2, at the protocols that Python 2 knew.
  private mutating func fixed(_ module: PickleString, _ name: PickleString, wasText: Bool) -> PickleGlobal {
    if options.fixImports, protocolVersion < 3,
      let (newModule, newName) = GlobalNames.python3(module: module.text, name: name.text)
    {
      return named(PickleString(newName, isShared: false), within: newModule)
    }
    // Names that stood in text have no identity that Python's pickler would know of.
    if wasText { return named(name, within: module.text) }
    let global = PickleGlobal(module: module, name: name)
    guard module.text == "builtins" else { return global }
    // Python's own types become values that do not keep their module's name, so it must be one that the writer finds
    // by its text. In some Pythons (3.11) the name of the functions' module is another object.
    if Builtins.isFunction(global) {
      if module === typesModule { return PickleGlobal(module: PickleString("builtins"), name: name) }
      functionsModule = module
      return global
    }
    if module === functionsModule { module.markShared() }
    typesModule = typesModule ?? module
    return PickleGlobal(module: PickleString("builtins"), name: name)
  }

  /// A global name that stood in text, with the identity that the name of its module has in Python 3.13.
  private mutating func named(_ name: PickleString, within module: String) -> PickleGlobal {
    guard module == "builtins", Builtins.isFunction(name.text) else { return PickleGlobal(module: module, name: name) }
    // The functions share a string of their own, which is not that of the types.
    let shared = functionsModule ?? PickleString(module, isShared: false)
    functionsModule = shared
    return PickleGlobal(module: shared, name: name)
  }

  /// Checks that a value could be called at all.
  private mutating func checkCallable(_ value: PickleValue) throws(FormatError) {
    switch value {
    case .global, .object, .persistent: return
    default: throw error("'\(value.typeName)' object is not callable")
    }
  }

  /// Makes what a call with the last one or two values makes, where their tuple is needed for nothing else; false if it may be.
  mutating func callAtOnce(_ count: Int) throws(FormatError) -> Bool {
    guard !callsAreSeen, stack.count - count > fence,
      let call = stack.call(at: stack.count - count - 1), let skipped = callLength
    else { return false }
    let value: PickleValue
    switch call {
    case .object: value = .object(object(calling: count, at: input.position + skipped - 1))
    case .complex:
      guard count == 2, let number = Builtins.complex(stack[stack.count - 2], stack[stack.count - 1]) else {
        return false
      }
      value = number
    case .byteArray:
      guard count == 1, case .bytes(let bytes) = stack[stack.count - 1], bytes.memory == nil else { return false }
      // Safe: the bytes are copied within the call.
      value = .byteArray(unsafe bytes.withBytes { bytes in PickleBytes(unsafe arena.add(bytes)) })
    case .encode:
      guard count == 2, case .string(let encoding) = stack[stack.count - 1], encoding.isText("latin1"),
        case .string(let text) = stack[stack.count - 2], let bytes = encoded(text)
      else { return false }
      value = .bytes(bytes)
    case .set, .frozenSet, .bytes, .getAttribute: return false
    }
    if call != .object { stack.drop(from: stack.count - count - 1) }
    skipCall(skipped)
    stack.push(value)
    return true
  }

  /// The bytes of a text that represents more than one; `nil` for any other.
  private mutating func encoded(_ text: PickleString) -> PickleBytes? {
    if text.utf8Count > 1, text.isASCII {
      // Safe: the bytes are copied within the closure.
      return unsafe text.object.withBytes { bytes in PickleBytes(unsafe arena.add(bytes)) }
    }
    latin1.removeAll(keepingCapacity: true)
    guard Builtins.appendLatin1(text, to: &latin1), latin1.count > 1 else { return nil }
    // Safe: as above.
    return unsafe latin1.withUnsafeBytes { bytes in PickleBytes(unsafe arena.add(bytes)) }
  }

  /// The object that a call of a name with the last one or two values makes; all are taken off the stack.
  private mutating func object(calling count: Int, at position: Int) -> PickleObject {
    let object: PickleObject
    if count == 2 {
      let second = stack.pop()
      let first = stack.pop()
      object = PickleObject(calling: stack.pop(), first, second)
    } else {
      let first = stack.pop()
      object = PickleObject(calling: stack.pop(), first)
    }
    object.note(position)
    return object
  }

  mutating func reduce() throws(FormatError) {
    let arguments = try pop()
    let callable = try pop()
    guard case .tuple(let tuple) = arguments else { throw error("argument list must be a tuple") }
    try checkCallable(callable)
    // Python 3.13 and later name what lies within a class so at the protocols up to 3, with a tuple that is not
    // memoized; earlier ones made a call like any other, which is kept as one.
    if tupleEnd == operationStart, tuple.count == 2, case .global(let type) = tuple[0],
      case .string(let name) = tuple[1], callable.global?.call == .getAttribute,
      !name.hasLoneSurrogates
    {
      let dotted = PickleString("\(type.name).\(name.text)", isShared: false)
      let global = PickleGlobal(PickleGlobal(module: type.moduleString, name: dotted), readFrom: fileName)
      options.onGlobal?(global)
      try push(.global(global))
      return
    }
    if let onCall = options.onCall { onCall(PickleObject(.reduce(callable: callable, arguments: tuple))) }
    if case .global(let global) = callable, global.call != .object,
      let value = try Builtins.value(of: global.call, tuple)
    {
      try push(value)
      return
    }
    let object = PickleObject(.reduce(callable: callable, arguments: tuple))
    object.note(operationStart)
    if let replaceCall = options.replaceCall, let replacement = try replaceCall(object) {
      return try push(replacement)
    }
    try push(.object(object))
  }

  /// Checks that a value could be a class.
  private mutating func checkClass(_ value: PickleValue, _ operation: String) throws(FormatError) {
    switch value {
    case .global(let global) where Builtins.isFunction(global):
      throw error("\(operation) class argument must be a type, not builtin_function_or_method")
    case .global, .object, .persistent: return
    default: throw error("\(operation) class argument must be a type, not \(value.typeName)")
    }
  }

  mutating func newObject() throws(FormatError) {
    let arguments = try pop()
    let type = try pop()
    guard case .tuple(let tuple) = arguments else {
      throw error("NEWOBJ expected an arg tuple, but got \(arguments.typeName)")
    }
    try checkClass(type, "NEWOBJ")
    try push(called(.new(type, arguments: tuple)))
  }

  mutating func newObjectWithKeywords() throws(FormatError) {
    let keywords = try pop()
    let arguments = try pop()
    let type = try pop()
    guard case .tuple(let tuple) = arguments else {
      throw error("NEWOBJ_EX args argument must be a tuple, not \(arguments.typeName)")
    }
    guard case .dict = keywords else {
      throw error("NEWOBJ_EX kwargs argument must be a dict, not \(keywords.typeName)")
    }
    try checkClass(type, "NEWOBJ_EX")
    try push(called(.newWithKeywords(type, arguments: tuple, keywords: keywords)))
  }

  mutating func oldObject() throws(FormatError) {
    let mark = try popMark()
    guard stack.count > mark, mark >= fence else { throw underflow }
    let type = stack[mark]
    try checkCallable(type)
    let arguments = stack.take(from: mark + 1)
    _ = stack.pop()
    try push(called(.instance(type, arguments: arguments)))
  }

  mutating func oldInstance() throws(FormatError) {
    let arguments = stack.take(from: try popMark())
    try global()
    let type = try pop()
    try push(called(.instance(type, arguments: arguments)))
  }

  /// The object that stands for a call, which is told.
  private mutating func called(_ form: PickleObject.Form) -> PickleValue {
    let object = PickleObject(form)
    options.onCall?(object)
    return .object(object)
  }

  mutating func build() throws(FormatError) {
    guard stack.count - 2 >= fence, stack.count >= 2 else { throw underflow }
    let state = stack.pop()
    switch stack[stack.count - 1] {
    case .object(let object):
      options.onState?(object, state)
      // A second state replaces the first only where it is the same kind of thing; Python would merge them.
      if case .dict(let known)? = object.state, case .dict(let more) = state {
        for entry in more.entries { try known.set(entry.key, to: entry.value) }
      } else {
        object.state = state
      }
      object.noteState(operationStart)
      if let rawData = options.rawData {
        var data = PickleRawData(input: input)
        let replacement = try rawData(object, &data)
        input = data.input
        if let replacement { stack[stack.count - 1] = replacement }
      }
    case .persistent: break
    case let other:
      if case .global(let global) = other { options.onGlobalState?(global, state) }
      throw error("a '\(other.typeName)' has no state that could be set")
    }
  }
}
