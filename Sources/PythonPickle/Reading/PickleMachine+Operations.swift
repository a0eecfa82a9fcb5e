import ByteIO

// One operation each.

extension PickleMachine {
  @inline(__always)
  mutating func execute(_ code: UInt8) throws(FormatError) {
    switch code {
    // The most frequent first, as data has them.
    case Opcode.memoize: try remember(memoCount)
    case Opcode.shortBinUnicode: try push(try text(try length(Int(try input.byte()))))
    case Opcode.binInt1, Opcode.binInt2, Opcode.binInt: try pushIntegers(code)
    case Opcode.binFloat:
      try push(.float(Double(bitPattern: try input.number(UInt64.self).byteSwapped)))
    case Opcode.binGet: try recall(Int(try input.byte()))
    case Opcode.longBinGet: try recall(Int(try input.number(UInt32.self)))
    case Opcode.mark: try pushMark()
    case Opcode.none, Opcode.newTrue, Opcode.newFalse: try pushConstants(code)
    case Opcode.emptyList: try push(.list(PickleList()))
    case Opcode.emptyDict: try push(.dict(PickleDict()))
    case Opcode.emptyTuple: try push(.tuple(emptyTuple))
    case Opcode.emptySet: try push(.set(try PickleSet()))
    case Opcode.append: try append(from: stack.count - 1, checking: true)
    case Opcode.appends: try append(from: try popMark(), checking: false)
    case Opcode.setItem: try setItems(from: stack.count - 2)
    case Opcode.setItems: try setItems(from: try popMark())
    case Opcode.addItems: try addItems(from: try popMark())
    case Opcode.tuple1: try takeTuple(1)
    case Opcode.tuple2: try takeTuple(2)
    case Opcode.tuple3: try takeTuple(3)
    case Opcode.tuple:
      let tuple = PickleTuple.of(last: stack.count - (try popMark()), of: &stack, in: &itemArena)
      try push(.tuple(tuple))
      tupleEnd = input.position
    case Opcode.list: try push(.list(PickleList(stack.take(from: try popMark()))))
    case Opcode.dict: try makeDict()
    case Opcode.frozenSet:
      let set = try PickleSet()
      try set.insert(from: &stack, try popMark())
      try push(.frozenSet(set))
    case Opcode.binPut: try remember(Int(try input.byte()))
    case Opcode.longBinPut: try remember(Int(try input.number(UInt32.self)))
    case Opcode.binUnicode: try push(try text(try length(Int(try input.number(UInt32.self)))))
    case Opcode.binUnicode8: try push(try text(try length(try input.number(UInt64.self))))
    case Opcode.shortBinBytes: try push(.bytes(try shortBytes(Int(try input.byte()))))
    case Opcode.binBytes: try push(.bytes(try payload(try length(Int(try input.number(UInt32.self))))))
    case Opcode.binBytes8: try push(.bytes(try payload(try length(try input.number(UInt64.self)))))
    case Opcode.byteArray8: try push(.byteArray(try payload(try length(try input.number(UInt64.self)))))
    case Opcode.pop: try popOrUnmark()
    case Opcode.popMark: stack.drop(from: try popMark())
    case Opcode.dup:
      guard stack.count > fence, let top = stack.last else { throw underflow }
      try push(top)
    case Opcode.long1: try push(try longInteger(Int(try input.byte())))
    case Opcode.long4:
      let count = Int(try input.number(Int32.self))
      guard count >= 0 else { throw error("LONG pickle has negative byte count") }
      try push(try longInteger(count))
    case Opcode.reduce: try reduce()
    case Opcode.build: try build()
    case Opcode.global: try global()
    case Opcode.stackGlobal: try stackGlobal()
    case Opcode.newObj: try newObject()
    case Opcode.newObjEx: try newObjectWithKeywords()
    case Opcode.obj: try oldObject()
    case Opcode.inst: try oldInstance()
    case Opcode.proto: try declareProtocol()
    case Opcode.frame: try frame()
    case Opcode.nextBuffer: try nextBuffer()
    case Opcode.readOnlyBuffer: try readOnlyBuffer()
    case Opcode.persID:
      let line = try input.line()
      guard let id = PickleString(utf8: line, isShared: false), line.allSatisfy({ $0 < 0x80 }) else {
        throw error("persistent IDs in protocol 0 must be ASCII strings")
      }
      try persistent(.string(id))
    case Opcode.binPersID: try persistent(try pop())
    case Opcode.ext1: try extensionCode(Int(try input.byte()))
    case Opcode.ext2: try extensionCode(Int(try input.number(UInt16.self)))
    case Opcode.ext4: try extensionCode(Int(try input.number(Int32.self)))
    default: try executeText(code)
    }
  }

  /// Pushes `None` or a boolean, and those that follow: they often come in rows.
  /// Pushes an integer of up to four bytes, and those that come right after it: they come in rows.
  private mutating func pushIntegers(_ code: UInt8) throws(FormatError) {
    var code = code
    while true {
      let value =
        switch code {
        case Opcode.binInt1: Int(try input.byte())
        case Opcode.binInt2: Int(try input.number(UInt16.self))
        default: Int(try input.number(Int32.self))
        }
      try push(.int(value))
      if code == Opcode.binInt1, !isStepped { pushBytes() }
      guard !isStepped, let next = input.shortInteger(), noteOperation() else { return }
      operationStart = input.position
      input.skipWindow(1)
      code = next
    }
  }

  /// Pushes the integers of one byte that come next.
  @inline(__always)
  private mutating func pushBytes() {
    let count = input.run(of: Opcode.binInt1, upTo: operationsAtOnce)
    for _ in 0..<count { stack.push(.int(Int(input.takeByteAfterCode()))) }
    noteOperations(count)
  }

  private mutating func pushConstants(_ code: UInt8) throws(FormatError) {
    var code = code
    while true {
      try push(code == Opcode.none ? .none : .bool(code == Opcode.newTrue))
      guard let next = input.constant(), noteOperation() else { return }
      input.skipWindow(1)
      code = next
    }
  }

  private mutating func popOrUnmark() throws(FormatError) {
    if marks.count > 0, fence == stack.count {
      _ = marks.pop()
      return
    }
    let dropped = try pop()
    noteStateSetter(dropped)
  }

  /// `setter(object, state)` whose result is thrown away is how a class sets its state by a function of its own.
  private mutating func noteStateSetter(_ dropped: PickleValue) {
    guard case .object(let call) = dropped, case .reduce(let setter, let arguments) = call.form,
      arguments.count == 2, case .object(let object) = arguments[0],
      case .object(let top)? = stack.last, top === object, object.state == nil, object.stateSetter == nil
    else { return }
    object.stateSetter = (setter, arguments[1])
  }

  private mutating func longInteger(_ count: Int) throws(FormatError) -> PickleValue {
    let count = try length(count)
    guard count > 8 else { return .int(try shortInteger(count)) }
    if count <= PickleWindow.largeSize {
      // Safe: the bytes are copied before the window moves on.
      return .integer(unsafe PickleInteger(twosComplement: UnsafeRawBufferPointer(try input.bytes(count)), in: &arena))
    }
    // Safe: the bytes are copied within the closure.
    return .integer(try unsafe input.withBytes(count) { unsafe PickleInteger(twosComplement: $0) })
  }

  /// An integer of up to eight bytes in two's complement.
  private mutating func shortInteger(_ count: Int) throws(FormatError) -> Int {
    // Safe: the bytes are used before the window moves on.
    let bytes = unsafe try input.bytes(count)
    var value: UInt64 = 0
    for place in (0..<count).reversed() { value = value << 8 | UInt64(unsafe bytes[place]) }
    // The sign is that of the last byte.
    let unused = 64 - 8 * count
    return count == 0 ? 0 : Int(Int64(bitPattern: value << unused) >> unused)
  }

  private mutating func append(from start: Int, checking isSingle: Bool) throws(FormatError) {
    guard start <= stack.count, start > fence else { throw underflow }
    if start == stack.count { return }
    // Safe: without a reference of its own to the list, which the stack keeps.
    if let list = unsafe stack.unretainedList(at: start - 1) {
      return unsafe list._withUnsafeGuaranteedRef { list in
        // Before protocol 1 all items come one by one.
        if isSingle, protocolVersion == 0 || !list.isNew { return list.append(stack.pop()) }
        list.append(from: &stack, start, in: &itemArena)
      }
    }
    switch stack[start - 1] {
    case .object(let object): object.items.append(contentsOf: stack.take(from: start))
    case let other: throw error("'\(other.typeName)' object has no attribute 'append'")
    }
  }

  private mutating func setItems(from start: Int) throws(FormatError) {
    guard start <= stack.count, start > fence else { throw underflow }
    if start == stack.count { return }
    guard (stack.count - start) % 2 == 0 else { throw error("odd number of items for SETITEMS") }
    // Before protocol 1 all pairs come one by one.
    if protocolVersion > 0, let dict = unsafe stack.unretainedDict(at: start - 1),
      // Safe: the stack keeps the dictionary.
      unsafe dict._withUnsafeGuaranteedRef({ $0.takeRecord(from: &stack, start, in: &itemArena) })
    {
      return
    }
    switch stack[start - 1] {
    case .dict(let dict): try dict.set(from: &stack, start)
    case .object(let object):
      for index in stride(from: start, to: stack.count, by: 2) {
        object.pairs.append(PickleDict.Entry(key: stack.take(at: index), value: stack.take(at: index + 1)))
      }
      stack.forget(from: start)
    case let other: throw error("'\(other.typeName)' object does not support item assignment")
    }
  }

  private mutating func addItems(from start: Int) throws(FormatError) {
    guard start <= stack.count, start > fence else { throw underflow }
    if start == stack.count { return }
    switch stack[start - 1] {
    case .set(let set): try set.insert(from: &stack, start)
    case .object(let object): object.added.append(contentsOf: stack.take(from: start))
    case let other: throw error("'\(other.typeName)' object has no attribute 'add'")
    }
  }

  private mutating func makeDict() throws(FormatError) {
    let items = stack.take(from: try popMark())
    guard items.count % 2 == 0 else { throw error("odd number of items for DICT") }
    let dict = PickleDict()
    for index in stride(from: 0, to: items.count, by: 2) { try dict.set(items[index], to: items[index + 1]) }
    try push(.dict(dict))
  }

  private mutating func declareProtocol() throws(FormatError) {
    let version = Int(try input.byte())
    guard version <= 5 else { throw FormatError(.unsupported, "unsupported pickle protocol: \(version)") }
    protocolVersion = version
  }

  private mutating func frame() throws(FormatError) {
    let declared = try input.number(UInt64.self)
    do throws(FormatError) {
      guard let count = Int(exactly: declared), count <= options.limits.valueBytes else {
        throw FormatError(.limitExceeded, "a frame of \(declared) bytes")
      }
      try input.check(count)
    } catch {
      guard options.onLongFrame != nil else { throw error }
      longFrame = max(longFrame ?? 0, declared)
    }
  }

  private mutating func nextBuffer() throws(FormatError) {
    var buffer: PickleBuffer?
    if bufferIndex < options.buffers.count {
      buffer = PickleBuffer(options.buffers[bufferIndex])
    } else if let next = options.nextBuffer {
      buffer = try next(bufferIndex)
    }
    guard let buffer else {
      throw error("the pickle refers to a buffer outside of it, which was not given")
    }
    bufferIndex += 1
    try push(.buffer(buffer))
  }

  private mutating func readOnlyBuffer() throws(FormatError) {
    guard stack.count > fence, let top = stack.last else { throw underflow }
    switch top {
    case .buffer(let buffer):
      if !buffer.isReadOnly {
        stack[stack.count - 1] = .buffer(PickleBuffer(buffer.memory, isReadOnly: true))
      }
    case .bytes: break
    default: throw error("a '\(top.typeName)' cannot be made a read-only buffer")
    }
  }

  private mutating func persistent(_ id: PickleValue) throws(FormatError) {
    if let load = options.persistentLoad {
      try push(try load(id))
    } else {
      try push(.persistent(PicklePersistentID(id)))
    }
  }

  private mutating func extensionCode(_ code: Int) throws(FormatError) {
    guard code > 0 else { throw error("EXT specifies code <= 0") }
    options.onExtension?(code)
    guard let (module, name) = options.extensions[code] else {
      throw FormatError(.unsupported, "unregistered extension code \(code)")
    }
    try push(.global(module, name))
  }
}
