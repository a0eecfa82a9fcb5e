import ByteIO

// Calls of Python's own types, which are how protocols spell values that they have no operation for.

extension Pickler {
  static let complex = PickleGlobal(module: "builtins", name: "complex")
  static let set = PickleGlobal(module: "builtins", name: "set")
  static let frozenSet = PickleGlobal(module: "builtins", name: "frozenset")
  static let byteArray = PickleGlobal(module: "builtins", name: "bytearray")
  static let encode = PickleGlobal(module: "_codecs", name: "encode")
  static let latin1 = PickleString("latin1")

  /// Steps that write a call which makes an object.
  mutating func call(_ global: PickleGlobal, _ arguments: [PickleValue], for object: AnyObject) {
    if let node = object as? PickleNode { steps.append(.made(node)) } else { steps.append(.madeScalar(object)) }
    call(global, arguments)
  }

  /// The same for bytes.
  mutating func call(_ global: PickleGlobal, _ arguments: [PickleValue], for bytes: PickleBytes) {
    steps.append(.madeBytes(bytes))
    call(global, arguments)
  }

  private mutating func call(_ global: PickleGlobal, _ arguments: [PickleValue]) {
    let tuple = PickleTuple(arguments)
    kept.append(tuple)
    steps.append(.code(Opcode.reduce))
    steps.append(.value(.tuple(tuple)))
    steps.append(.value(.global(global)))
  }

  // MARK: At once

  // Once its name has been written, a call of few numbers or bytes leads to no steps, and what it is made of gets places in the
  // memo that nothing refers to.

  /// The place of a name by which calls can be written at once; `nil` if they cannot.
  private mutating func placeForCalls(of global: PickleGlobal) -> Int? {
    guard version >= 2, options.persistentID == nil else { return nil }
    return memoIndex(global) ?? sharedGlobals.find(global, hash: global.contentHash)
  }

  /// Ends a call with the last values: their tuple, with a place in the memo, and REDUCE.
  private mutating func finishCall(_ tuple: UInt8) {
    output.write(tuple)
    memoizeShared()
    output.write(Opcode.reduce)
  }

  /// Writes the call that makes a complex number; false if it takes steps.
  mutating func writeComplexCall(_ value: PickleComplex) throws(FormatError) -> Bool {
    guard let place = placeForCalls(of: Pickler.complex) else { return false }
    writeGet(place)
    try output.boundary()
    saveFloat(value.real)
    try output.boundary()
    saveFloat(value.imaginary)
    finishCall(Opcode.tuple2)
    return true
  }

  /// Writes the call that makes a bytearray; false if it takes steps.
  mutating func writeByteArrayCall(_ value: PickleBytes) throws(FormatError) -> Bool {
    guard value.count > 1, value.count < PickleOutput.frameTarget,
      let place = placeForCalls(of: Pickler.byteArray)
    else { return false }
    if version < 3, placesToEncode == nil { return false }
    writeGet(place)
    try output.boundary()
    if version < 3 { _ = writeEncoded(value) } else { try writeBytes(value) }
    memoizeShared()
    finishCall(Opcode.tuple1)
    return true
  }

  /// The places of what bytes are written by before protocol 3.
  private var placesToEncode: (encode: Int, latin1: Int)? {
    mutating get {
      guard version == 2, options.sharesEqualValues, let encode = placeForCalls(of: Pickler.encode),
        let latin1 = sharedStrings.find(Pickler.latin1, hash: Pickler.latin1Hash)
      else { return nil }
      return (encode, latin1)
    }
  }
  private static let latin1Hash = latin1.contentHash

  /// Writes the call that makes bytes of a text; false if it takes steps.
  mutating func writeEncoded(_ value: PickleBytes) -> Bool {
    // Of a single byte Python has the text only once.
    guard value.count > 1, value.count < PickleOutput.frameTarget, let places = placesToEncode else { return false }
    writeGet(places.encode)
    // Safe: the bytes are used within the closure.
    unsafe value.withBytes { bytes in
      var high = 0
      for place in bytes.indices { high += Int(unsafe bytes[place] >> 7) }
      output.write(Opcode.binUnicode, UInt32(bytes.count + high))
      if high == 0 { return unsafe output.write(bytes) }
      for place in bytes.indices {
        let byte = unsafe bytes[place]
        if byte < 0x80 { output.write(byte) } else { output.write(codes: 0xC0 | byte >> 6, 0x80 | byte & 0x3F) }
      }
    }
    memoizeShared()
    writeGet(places.latin1)
    finishCall(Opcode.tuple2)
    return true
  }

  /// Writes an object that is a call with numbers, strings or bytes, whose tuple nothing else refers to; false if it takes steps.
  mutating func writePlainCall(_ object: PickleObject) throws(FormatError) -> Bool {
    guard options.adapt == nil, let (global, first, second) = object.plainCall, isAtOnce(first) else { return false }
    if let second, !isAtOnce(second) { return false }
    if version < 4, Pickler.hasProtocolForms(global) { return false }
    guard let place = placeForCalls(of: global) else { return false }
    writeGet(place)
    try save(first)
    if let second { try save(second) }
    finishCall(second == nil ? Opcode.tuple1 : Opcode.tuple2)
    memoize(object)
    return true
  }

  /// Whether a value is written without steps.
  private func isAtOnce(_ value: PickleValue) -> Bool {
    switch value {
    case .none, .bool, .int, .float, .bigInt, .string: true
    case .bytes: version >= 3
    // One that has been written before, such as a dtype.
    case .object(let object): object.memoPlace(for: number.number) != nil
    default: false
    }
  }

  /// Whether objects of a class are written differently from protocol to protocol.
  private static func hasProtocolForms(_ global: PickleGlobal) -> Bool {
    ["datetime", "array", "uuid"].contains { global.moduleString.isText($0) }
  }
}
