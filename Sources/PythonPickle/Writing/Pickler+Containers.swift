import ByteIO

// Containers. Each function goes on from where an item that is a container itself interrupted it.

extension Pickler {
  /// Writes a value that leads to no further steps at once; anything else is for the caller to interrupt itself by.
  @inline(__always)
  private mutating func saveAtOnce(_ value: PickleValue) throws(FormatError) -> Bool {
    // What turns out to be a reference may lead to steps.
    guard options.persistentID == nil else { return false }
    switch value {
    // The most frequent without a second look at what they are.
    case .int(let number):
      try output.boundary()
      try saveInt(number)
      return true
    case .float(let number):
      try output.boundary()
      saveFloat(number)
      return true
    case .string(let string):
      try output.boundary()
      try saveString(string)
      return true
    case .none:
      try output.boundary()
      output.write(Opcode.none)
      return true
    case .bool(let truth) where version >= 2:
      try output.boundary()
      output.write(truth ? Opcode.newTrue : Opcode.newFalse)
      return true
    case .bool, .bigInt:
      try save(value)
      return true
    case .object(let object): return try saveObjectAtOnce(object)
    case .bytes(let bytes) where version >= 3:
      try output.boundary()
      try saveBytes(bytes)
      return true
    case .byteArray(let bytes) where version >= 5:
      try output.boundary()
      try saveByteArray(bytes)
      return true
    case .list(let list):
      guard memoIndex(list) != nil || Pickler.isFlat(list.items) else { return false }
      try save(value)
      return true
    case .tuple(let tuple):
      guard memoIndex(tuple) != nil || Pickler.isFlat(tuple) else { return false }
      try save(value)
      return true
    case .dict(let dict):
      guard memoIndex(dict) != nil || Pickler.isFlat(dict.entries) else { return false }
      try save(value)
      return true
    default: return false
    }
  }

  @inline(never)
  private mutating func saveObjectAtOnce(_ object: PickleObject) throws(FormatError) -> Bool {
    try output.boundary()
    guard let place = memoIndex(object) else { return try writePlainCall(object) }
    writeGet(place)
    return true
  }

  /// Whether items are few, and none of them leads to further steps.
  @inline(__always)
  private static func isFlat(_ items: [PickleValue]) -> Bool {
    guard items.count <= 64 else { return false }
    for item in items where !isPlain(item) { return false }
    return true
  }

  @inline(__always)
  private static func isFlat(_ tuple: PickleTuple) -> Bool {
    guard tuple.count <= 64 else { return false }
    for place in 0..<tuple.count where !isPlain(tuple[place]) { return false }
    return true
  }

  @inline(__always)
  private static func isFlat(_ pairs: [PickleDict.Entry]) -> Bool {
    guard pairs.count <= 64 else { return false }
    for pair in pairs where !isPlain(pair.key) || !isPlain(pair.value) { return false }
    return true
  }

  @inline(__always)
  private static func isPlain(_ item: PickleValue) -> Bool {
    switch item {
    case .none, .bool, .int, .float, .string, .bigInt: true
    // Python has only one without items, which is written by itself.
    case .tuple(let tuple): tuple.count == 0
    default: false
    }
  }

  /// The place in the memo of an item that is a string, which has been written before: asked without a reference of its own
  /// to the string, as counting that costs more than all else.
  @inline(__always)
  private func placeOfString(at index: Int, in items: [PickleValue]) -> Int? {
    guard case .string(let string) = items[index] else { return nil }
    // Safe: the array, which the caller goes on with, keeps the string alive.
    return unsafe string.object.unretainedPlace(for: number)
  }

  /// Writes `None` and booleans, which often come in rows, up to the first other item or the end of the batch; returns where that
  /// is.
  @inline(__always)
  private mutating func saveConstants(_ items: [PickleValue], from start: Int) throws(FormatError) -> Int {
    let end = min(items.count, (start / Pickler.batch + 1) * Pickler.batch)
    var index = start
    while index < end {
      let code: UInt8
      switch items[index] {
      case .none: code = Opcode.none
      case .bool(let truth): code = truth ? Opcode.newTrue : Opcode.newFalse
      default: return index
      }
      try output.boundary()
      output.write(code)
      index += 1
    }
    return index
  }

  /// APPEND for a single item, APPENDS for batches of a thousand; one by one at protocol 0. A single item that is
  /// left after full batches is a batch for a list, but an APPEND for any other object, whose items Python
  /// iterates over.
  mutating func saveItems(_ items: [PickleValue], from start: Int, isList: Bool) throws(FormatError) {
    let single = lastSingle(items.count, isExact: isList)
    var index = start
    while true {
      if version == 0 || (index == items.count && single < index) {
        if index > 0 { output.write(Opcode.append) }
      } else if index > 0, index % Pickler.batch == 0 || index == items.count {
        output.write(Opcode.appends)
      }
      if index == items.count { return }
      if version > 0, index % Pickler.batch == 0, index != single { output.write(Opcode.mark) }
      // Without a copy, of which references would be counted: loops over numbers and over references are the longest.
      if options.persistentID == nil {
        if case .int(let number) = items[index] {
          index += 1
          try output.boundary()
          try saveInt(number)
          continue
        }
        if case .float(let number) = items[index] {
          index += 1
          try output.boundary()
          saveFloat(number)
          continue
        }
        if let place = placeOfString(at: index, in: items) {
          index += 1
          try output.boundary()
          writeGet(place)
          continue
        }
        if version >= 2 {
          let next = try saveConstants(items, from: index)
          if next > index {
            index = next
            continue
          }
        }
      }
      let item = items[index]
      index += 1
      if try saveAtOnce(item) { continue }
      steps.append(.items(items, next: index, isList: isList))
      return steps.append(.value(item))
    }
  }

  /// Where the item stands that is written by itself; beyond the last for none.
  private func lastSingle(_ count: Int, isExact: Bool) -> Int {
    count == 1 || (!isExact && count % Pickler.batch == 1) ? count - 1 : count
  }

  /// SETITEM for a single pair, SETITEMS for batches of a thousand. The C pickler ends an exact dictionary whose
  /// length is a multiple of a thousand by an empty batch; the items of other objects it does not.
  mutating func savePairs(
    _ pairs: [PickleDict.Entry], from start: Int, isValue: Bool, isDict: Bool
  ) throws(FormatError) {
    let single = lastSingle(pairs.count, isExact: isDict)
    var index = start
    var isValue = isValue
    while true {
      if !isValue {
        if version == 0 || (index == pairs.count && single < index) {
          if index > 0 { output.write(Opcode.setItem) }
        } else if index > 0, index % Pickler.batch == 0 || index == pairs.count {
          output.write(Opcode.setItems)
        }
        if index == pairs.count {
          if version > 0, isDict, index % Pickler.batch == 0 {
            output.write(Opcode.mark)
            output.write(Opcode.setItems)
          }
          return
        }
        if version > 0, index % Pickler.batch == 0, index != single { output.write(Opcode.mark) }
        isValue = true
        if try saveAtOnce(pairs[index].key) { continue }
        steps.append(.pairs(pairs, next: index, isValue: true, isDict: isDict))
        return steps.append(.value(pairs[index].key))
      }
      let value = pairs[index].value
      index += 1
      isValue = false
      if try saveAtOnce(value) { continue }
      steps.append(.pairs(pairs, next: index, isValue: false, isDict: isDict))
      return steps.append(.value(value))
    }
  }

  /// ADDITEMS in batches of a thousand, an empty one at the end of a full one.
  mutating func saveAdditions(_ items: [PickleValue], from start: Int) throws(FormatError) {
    var index = start
    while true {
      if index % Pickler.batch == 0 {
        if index > 0 { output.write(Opcode.addItems) }
        output.write(Opcode.mark)
      }
      if index == items.count { return output.write(Opcode.addItems) }
      let item = items[index]
      index += 1
      if try saveAtOnce(item) { continue }
      steps.append(.additions(items, next: index))
      return steps.append(.value(item))
    }
  }

  mutating func saveFrozenSet(_ set: PickleSet, from start: Int) throws(FormatError) {
    var index = start
    let items = set.items
    while index < items.count {
      let item = items[index]
      index += 1
      if try saveAtOnce(item) { continue }
      steps.append(.frozenSet(set, next: index))
      return steps.append(.value(item))
    }
    if let known = memoIndex(set) {
      output.write(Opcode.popMark)
      return writeGet(known)
    }
    output.write(Opcode.frozenSet)
    memoize(set)
  }

  mutating func saveTuple(_ tuple: PickleTuple) throws(FormatError) {
    if tuple.count == 0 {
      if version > 0 { output.write(Opcode.emptyTuple) } else { output.write(codes: Opcode.mark, Opcode.tuple) }
      return
    }
    if let index = memoIndex(tuple) { return writeGet(index) }
    if version < 2 || tuple.count > 3 { output.write(Opcode.mark) }
    try saveTuple(tuple, from: 0)
  }

  mutating func saveTuple(_ tuple: PickleTuple, from start: Int) throws(FormatError) {
    var index = start
    while index < tuple.count {
      let item = tuple[index]
      index += 1
      if try saveAtOnce(item) { continue }
      steps.append(.tuple(tuple, next: index))
      return steps.append(.value(item))
    }
    let isShort = version >= 2 && tuple.count <= 3
    if let known = memoIndex(tuple) {
      // The items led back to the tuple, which has been written meanwhile: they are dropped.
      if isShort {
        for _ in 0..<tuple.count { output.write(Opcode.pop) }
      } else if version > 0 {
        output.write(Opcode.popMark)
      } else {
        for _ in 0...tuple.count { output.write(Opcode.pop) }
      }
      return writeGet(known)
    }
    switch isShort ? tuple.count : 0 {
    case 1: output.write(Opcode.tuple1)
    case 2: output.write(Opcode.tuple2)
    case 3: output.write(Opcode.tuple3)
    default: output.write(Opcode.tuple)
    }
    memoize(tuple)
  }
}
