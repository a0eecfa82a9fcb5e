import ByteIO

/// One pickle being written. What is left to do is a stack of steps, so that depth costs memory only.
struct Pickler: ~Copyable {
  /// What remains to be written.
  enum Step {
    case value(PickleValue)
    /// A persistent id, which is not asked for one of its own.
    case id(PickleValue)
    case code(UInt8)
    case items([PickleValue], next: Int, isList: Bool)
    case pairs([PickleDict.Entry], next: Int, isValue: Bool, isDict: Bool)
    case additions([PickleValue], next: Int)
    case tuple(PickleTuple, next: Int)
    case frozenSet(PickleSet, next: Int)
    /// The call has been written: the object takes its place in the memo.
    case made(PickleNode)
    /// The call that makes a complex number, or bytes, has been written.
    case madeScalar(AnyObject)
    case madeBytes(PickleBytes)
    case global(PickleGlobal)
    /// The calls that fetch a name within a class have been written.
    case madeGlobal(PickleGlobal)
    case bytes([UInt8])
    /// The value that was memoized last is what equal ones share.
    case shareLast(PickleBytes)
  }

  var output: PickleOutput
  let options: PickleWriter.Options
  let version: Int
  /// Made for the first value that chooses its own form.
  lazy var context = PickleContext(protocolVersion: version, userInfo: options.userInfo)
  var steps: [Step] = []
  /// The places of what has no cell of its own, and of what could not note its place there.
  private var memo = IdentityTable()
  private var others = IdentityTable()
  let number = PicklerNumber()
  private(set) var memoCount = 0
  /// What equal strings, bytes and names are found by.
  var sharedStrings = ContentTable<PickleString>()
  /// Strings of up to one character that were read, at the protocols where single bytes are written as text: what such
  /// text is found by. Each other may be an object of its own, as the pickle says.
  var readCharacters = ContentTable<PickleString>()
  /// The names of modules that were read, as objects of their own.
  var readModules = ContentTable<PickleString>()
  var sharedBytes = ContentTable<PickleBytes>()
  var sharedGlobals = ContentTable<PickleGlobal>()
  /// Values made on the way: their addresses must stay theirs until the end.
  var kept: [AnyObject] = []
  private var keptIDs: [PickleValue] = []
  private var resolved: [ObjectIdentifier: PickleValue] = [:]
  /// How many values a batch of APPENDS, SETITEMS, ADDITEMS has.
  static let batch = 1000

  init(_ sink: any ByteSink, _ options: PickleWriter.Options) {
    output = PickleOutput(sink)
    self.options = options
    version = options.protocolVersion
  }

  mutating func dump(_ value: PickleValue) throws(FormatError) {
    if version >= 2 { output.write(Opcode.proto, UInt8(version)) }
    output.isFraming = version >= 4
    try save(value)
    while let step = steps.popLast() { try perform(step) }
    output.write(Opcode.stop)
    try output.commit()
    try output.flush()
  }

  // MARK: Memo

  /// Gives an object the next place in the memo.
  @inline(__always)
  mutating func memoize(_ object: AnyObject) {
    memo.set(UInt(bitPattern: ObjectIdentifier(object)), memoCount)
    writePut()
  }

  /// Gives a container or an object the next place in the memo.
  @inline(__always)
  mutating func memoize(_ node: PickleNode) {
    node.noteMemo(memoCount, for: number.number)
    writePut()
  }

  /// Gives a string or bytes the next place in the memo.
  @inline(__always)
  mutating func memoize(_ bytes: ByteObject) {
    let place = memoCount
    if !bytes.withMemoCell({ $0.note(place, for: number) }) { others.set(bytes.identity, place) }
    writePut()
  }

  /// Gives a string, bytes or a name the next place without noting the object, which is found by its content.
  @inline(__always)
  mutating func memoizeShared() { writePut() }

  private mutating func writePut() {
    let index = memoCount
    memoCount += 1
    switch version {
    case 4...: output.write(Opcode.memoize)
    case 0: output.write(Opcode.put, line: index)
    default:
      if index < 256 {
        output.write(Opcode.binPut, UInt8(index))
      } else {
        output.write(Opcode.longBinPut, UInt32(truncatingIfNeeded: index))
      }
    }
  }

  // Mutating, here and elsewhere, though nothing changes: for what does not the compiler copies the pickler.
  @inline(__always)
  mutating func memoIndex(_ object: AnyObject) -> Int? {
    memo.count == 0 ? nil : memo[UInt(bitPattern: ObjectIdentifier(object))]
  }
  @inline(__always)
  mutating func memoIndex(_ node: PickleNode) -> Int? { node.memoPlace(for: number.number) }
  @inline(__always)
  mutating func memoIndex(_ bytes: ByteObject) -> Int? {
    bytes.withMemoCell { $0.place(for: number) } ?? (others.count == 0 ? nil : others[bytes.identity])
  }

  @inline(never)
  mutating func writeGet(_ index: Int) {
    if version == 0 {
      writeTextGet(index)
    } else if index < 256 {
      output.write(Opcode.binGet, UInt8(index))
    } else {
      output.write(Opcode.longBinGet, UInt32(truncatingIfNeeded: index))
    }
  }

  @inline(never)
  private mutating func writeTextGet(_ index: Int) { output.write(Opcode.get, line: index) }

  // MARK: Values

  /// Writes a value, or as much of it as stands before what it contains; the rest becomes steps.
  mutating func save(_ value: PickleValue) throws(FormatError) {
    try output.boundary()
    if let persistentID = options.persistentID, let id = try persistentID(value) {
      keptIDs.append(id)
      return try saveReference(id)
    }
    try saveContent(of: value)
  }

  /// Writes a value that is not a reference to something outside.
  mutating func saveContent(of value: PickleValue) throws(FormatError) {
    switch value {
    case .none: output.write(Opcode.none)
    case .bool(let value):
      if version >= 2 {
        output.write(value ? Opcode.newTrue : Opcode.newFalse)
      } else {
        output.write(codes: Opcode.int, UInt8(ascii: "0"))
        output.write(codes: value ? UInt8(ascii: "1") : UInt8(ascii: "0"), 0x0A)
      }
    case .int(let value): try saveInt(value)
    case .bigInt(let value): try saveLong(value)
    case .float(let value): saveFloat(value)
    case .string(let value): try saveString(value)
    case .bytes(let value): try saveBytes(value)
    case .byteArray(let value): try saveByteArray(value)
    case .complex(let value):
      if let index = memoIndex(value) { return writeGet(index) }
      if try writeComplexCall(value) { return memoize(value) }
      call(Pickler.complex, [.float(value.real), .float(value.imaginary)], for: value)
    case .list(let value):
      if let index = memoIndex(value) { return writeGet(index) }
      if version > 0 { output.write(Opcode.emptyList) } else { output.write(codes: Opcode.mark, Opcode.list) }
      memoize(value)
      if !value.items.isEmpty { try saveItems(value.items, from: 0, isList: true) }
    case .tuple(let value): try saveTuple(value)
    case .dict(let value):
      if let index = memoIndex(value) { return writeGet(index) }
      if version > 0 { output.write(Opcode.emptyDict) } else { output.write(codes: Opcode.mark, Opcode.dict) }
      memoize(value)
      if !value.isEmpty { try savePairs(value.entries, from: 0, isValue: false, isDict: true) }
    case .set(let value):
      if let index = memoIndex(value) { return writeGet(index) }
      guard version >= 4 else { return call(Pickler.set, [.list(value.items)], for: value) }
      output.write(Opcode.emptySet)
      memoize(value)
      if value.count > 0 { try saveAdditions(value.items, from: 0) }
    case .frozenSet(let value):
      if let index = memoIndex(value) { return writeGet(index) }
      guard version >= 4 else { return call(Pickler.frozenSet, [.list(value.items)], for: value) }
      output.write(Opcode.mark)
      try saveFrozenSet(value, from: 0)
    case .global(let value): try saveGlobal(value)
    case .object(let value): try saveObject(value)
    case .persistent(let value): try saveReference(value.id)
    case .buffer(let value): try saveBuffer(value)
    }
  }

  private mutating func perform(_ step: Step) throws(FormatError) {
    switch step {
    case .value(let value): try save(value)
    case .id(let value):
      try output.boundary()
      try saveContent(of: value)
    case .code(let code): output.write(code)
    case .items(let items, let next, let isList): try saveItems(items, from: next, isList: isList)
    case .pairs(let pairs, let next, let isValue, let isDict):
      try savePairs(pairs, from: next, isValue: isValue, isDict: isDict)
    case .additions(let items, let next): try saveAdditions(items, from: next)
    case .tuple(let tuple, let next): try saveTuple(tuple, from: next)
    case .frozenSet(let set, let next): try saveFrozenSet(set, from: next)
    case .madeScalar(let object): memoize(object)
    case .madeBytes(let bytes): memoize(bytes.object)
    case .made(let object):
      if let index = memoIndex(object) {
        // The object's own arguments led back to it: what was made twice is dropped.
        output.write(Opcode.pop)
        writeGet(index)
      } else {
        memoize(object)
      }
    case .global(let global): finishGlobal(global)
    case .madeGlobal(let global): rememberGlobal(global)
    case .bytes(let bytes): output.write(bytes)
    case .shareLast(let bytes): sharedBytes.add(bytes, hash: bytes.contentHash, memoCount - 1)
    }
  }

  /// What shall be written in place of an object that was read: asked for once.
  mutating func adapted(_ object: PickleObject) throws(FormatError) -> PickleValue? {
    guard let adapt = options.adapt else { return nil }
    let key = ObjectIdentifier(object)
    if let known = resolved[key] { return known }
    guard let made = try adapt(object, context) else { return nil }
    resolved[key] = made
    kept.append(object)
    return made
  }

  /// The value that represents an object which chooses its form: asked for once.
  mutating func resolve(_ object: PickleObject, _ value: any PickleConvertible) throws(FormatError)
    -> PickleValue
  {
    let key = ObjectIdentifier(object)
    if let known = resolved[key] { return known }
    let made = try value.pickleValue(in: context)
    resolved[key] = made
    kept.append(object)
    return made
  }
}
