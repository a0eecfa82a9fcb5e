import ByteIO

// Globals, objects and references.

extension Pickler {
  mutating func saveGlobal(_ global: PickleGlobal) throws(FormatError) {
    if let index = memoIndex(global) { return writeGet(index) }
    if let index = sharedGlobals.find(global, hash: global.contentHash) { return writeGet(index) }
    kept.append(global)
    if version >= 4 {
      steps.append(.global(global))
      steps.append(.value(.string(global.nameString)))
      if options.persistentID != nil {
        steps.append(.value(.string(global.moduleString)))
      } else {
        try saveModule(of: global)
      }
      return
    }
    var names = global.name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let first = try writeName(of: global, names.removeFirst())
    guard !names.isEmpty else {
      output.write(first)
      return rememberGlobal(global)
    }
    // A name within a class: before protocol 4 Python fetches it from the class, step by step.
    steps.append(.madeGlobal(global))
    for name in names.reversed() {
      let attribute = PickleString(name, isShared: false)
      kept.append(attribute.object.owner)
      let tuple = version < 2 ? Opcode.tuple : Opcode.tuple2
      steps += [.code(Opcode.reduce), .code(tuple), .value(.string(attribute))]
    }
    steps.append(.bytes(first))
    for _ in names {
      if version < 2 { steps.append(.code(Opcode.mark)) }
      steps.append(.value(.global("builtins", "getattr")))
    }
  }

  /// GLOBAL with its two lines, before protocol 4.
  private mutating func writeName(of global: PickleGlobal, _ name: String) throws(FormatError) -> [UInt8] {
    var pair = (module: global.module, name: name)
    if version < 3 {
      if options.fixImports { pair = GlobalNames.python2(module: pair.module, name: pair.name) ?? pair }
      guard pair.module.utf8.allSatisfy({ $0 < 0x80 }), pair.name.utf8.allSatisfy({ $0 < 0x80 }) else {
        throw FormatError(
          .unsupported,
          "can't pickle global identifier '\(global.qualifiedName)' using pickle protocol \(version)")
      }
    }
    guard !pair.module.utf8.contains(0x0A), !pair.name.utf8.contains(0x0A) else {
      throw FormatError(.unsupported, "a global name with a line end needs protocol 4 or later")
    }
    return Array("c\(pair.module)\n\(pair.name)\n".utf8)
  }

  /// Module names are one object in Python wherever they stand, unless a pickle that was read said otherwise.
  private mutating func saveModule(of global: PickleGlobal) throws(FormatError) {
    let module = global.moduleString
    try output.boundary()
    if let index = memoIndex(module.object) { return writeGet(index) }
    let hash = module.contentHash
    let known = sharedStrings.find(module, hash: hash) ?? readModules.find(module, hash: hash)
    guard module.isShared else {
      // What is adapted stands beside what was read: the same modules.
      if options.adapt != nil, !global.hasOwnModule, let known { return writeGet(known) }
      try saveString(module)
      if known == nil, !global.hasOwnModule { readModules.add(module, hash: hash, memoCount - 1) }
      return
    }
    if let known { return writeGet(known) }
    try saveString(module)
    // Where equal strings are shared in any case it has been noted.
    if sharedStrings.find(module, hash: hash) == nil { sharedStrings.add(module, hash: hash, memoCount - 1) }
  }

  mutating func finishGlobal(_ global: PickleGlobal) {
    output.write(Opcode.stackGlobal)
    rememberGlobal(global)
  }

  mutating func rememberGlobal(_ global: PickleGlobal) {
    memoize(global)
    sharedGlobals.add(global, hash: global.contentHash, memoCount - 1)
  }

  /// A reference to something outside of the pickle; at protocol 0 Python's `str` of its id.
  mutating func saveReference(_ value: PickleValue) throws(FormatError) {
    if version > 0 {
      steps.append(.code(Opcode.binPersID))
      steps.append(.id(value))
      return
    }
    let id = value.string ?? value.repr(limit: 1 << 16)
    guard id.utf8.allSatisfy({ $0 < 0x80 && $0 != 0x0A }) else {
      throw FormatError(.unsupported, "persistent IDs in protocol 0 must be ASCII strings")
    }
    output.write(Array("P\(id)\n".utf8))
  }

  mutating func saveObject(_ object: PickleObject) throws(FormatError) {
    if let index = memoIndex(object) { return writeGet(index) }
    if try writePlainCall(object) { return }
    guard case .deferred(let value) = object.form else {
      if let made = try adapted(object) { return try saveContent(of: made) }
      return saveForm(of: object)
    }
    // The value that represents it has the place in the memo: what is one object in Python may be several here.
    let made = try resolve(object, value)
    if case .object(let form) = made, case .deferred = form.form {} else { return try saveContent(of: made) }
    steps.append(.id(made))
  }

  /// Steps for an object's call, items and state.
  private mutating func saveForm(of object: PickleObject) {
    // The steps run from the last to the first.
    if let (setter, state) = object.stateSetter {
      steps.append(.code(Opcode.pop))
      steps.append(.code(Opcode.reduce))
      steps.append(.code(Opcode.tuple2))
      steps.append(.value(state))
      steps.append(.value(.object(object)))
      steps.append(.value(setter))
    }
    if let state = object.state {
      steps.append(.code(Opcode.build))
      steps.append(.value(state))
    }
    if !object.added.isEmpty { steps.append(.additions(object.added, next: 0)) }
    if !object.pairs.isEmpty { steps.append(.pairs(object.pairs, next: 0, isValue: false, isDict: false)) }
    if !object.items.isEmpty { steps.append(.items(object.items, next: 0, isList: false)) }
    steps.append(.made(object))
    switch form(of: object) {
    case .reduce(let callable, let arguments):
      steps += [.code(Opcode.reduce), .value(.tuple(arguments)), .value(callable)]
    case .new(let type, let arguments) where version >= 2:
      steps += [.code(Opcode.newObj), .value(.tuple(arguments)), .value(type)]
    case .new(let type, let arguments):
      let tuple = PickleTuple([type] + arguments.items)
      kept.append(tuple)
      steps += [.code(Opcode.reduce), .value(.tuple(tuple)), .value(.global("copyreg", "__newobj__"))]
    case .newWithKeywords(let type, let arguments, let keywords) where version >= 4:
      steps += [.code(Opcode.newObjEx), .value(keywords), .value(.tuple(arguments)), .value(type)]
    case .newWithKeywords(let type, let arguments, let keywords):
      let tuple = PickleTuple([type, .tuple(arguments), keywords])
      kept.append(tuple)
      steps += [.code(Opcode.reduce), .value(.tuple(tuple)), .value(.global("copyreg", "__newobj_ex__"))]
    case .instance(let type, let arguments):
      steps.append(.code(Opcode.obj))
      for argument in arguments.reversed() { steps.append(.value(argument)) }
      steps.append(.value(type))
      steps.append(.code(Opcode.mark))
    case .deferred: break
    }
  }
}
