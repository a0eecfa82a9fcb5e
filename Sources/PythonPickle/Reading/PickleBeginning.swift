internal import ByteIO

/// Whether bytes can be the beginning of a pickle, told without building anything.
///
/// The operations of pickles are letters, so that a table of text may begin like one. It is no pickle where Python's
/// unpickler must fail before anything is called that the bytes name: for every doubt the answer is that it
/// may be a pickle, so that no hostile file passes for text.
package struct PickleBeginning {
  private let bytes: [UInt8]
  private var place = 0
  /// What lies on the stack: `true` for a mark.
  private var stack: [Bool] = []

  /// How many bytes may follow those that are known.
  private let rest: Int
  private var hasMemo = false

  /// Whether the bytes, the first of a file, can begin a pickle.
  ///
  /// - Parameter fileSize: How many bytes the file has; `nil` if that is not known.
  package static func isPossible(_ bytes: [UInt8], fileSize: Int?) -> Bool {
    var reading = PickleBeginning(bytes, rest: max(0, (fileSize ?? 1 << 28) - bytes.count))
    while let code = reading.next() {
      switch reading.step(code) {
      case .goesOn: continue
      case .fails: return false
      case .isPickle: return true
      }
    }
    return true
  }

  private init(_ bytes: [UInt8], rest: Int) {
    self.bytes = bytes
    self.rest = rest
  }

  private enum Step { case goesOn, fails, isPickle }

  private mutating func next() -> UInt8? {
    guard place < bytes.count else { return nil }
    defer { place += 1 }
    return bytes[place]
  }

  /// The rest of the line; `nil` if the bytes end before it does.
  private mutating func line() -> ArraySlice<UInt8>? {
    guard let end = bytes[place...].firstIndex(of: 10) else { return nil }
    defer { place = end + 1 }
    return bytes[place..<end]
  }

  private mutating func step(_ code: UInt8) -> Step {
    guard let info = OpcodeInfo.all[code] else { return .fails }
    // What calls, imports or hands over to the program decides: from here on it is for the pickle machine to judge.
    if [Opcode.reduce, Opcode.obj, Opcode.build, Opcode.newObj, Opcode.newObjEx, Opcode.stackGlobal, Opcode.binPersID]
      .contains(code)
    {
      return takes(info.before) ? .isPickle : .fails
    }
    if code == Opcode.stop { return takes("v") ? .isPickle : .fails }
    // Python takes a mark off as well.
    if code == Opcode.pop, stack.last == true {
      stack.removeLast()
      return .goesOn
    }
    guard takes(info.before) else { return .fails }
    switch code {
    case Opcode.global: return names()
    case Opcode.inst:
      // It imports, and calls what it finds.
      let step = names()
      return step == .goesOn ? .isPickle : step
    case Opcode.int, Opcode.long, Opcode.float, Opcode.string, Opcode.get, Opcode.put:
      guard let line = line() else { return .isPickle }
      guard PickleBeginning.isArgument(line, of: code) else { return .fails }
    case Opcode.unicode: guard line() != nil else { return .isPickle }
    case Opcode.persID:
      let text = bytes[place...]
      // Names of columns; no reader of pickles has such an id.
      guard line() != nil else { return text.contains(0x2C) ? .fails : .isPickle }
    default:
      switch skip(info.argument, code) {
      case .goesOn: break
      case let end: return end
      }
    }
    switch code {
    case Opcode.put, Opcode.binPut, Opcode.longBinPut:
      guard stack.last == false else { return .fails }
      hasMemo = true
    case Opcode.memoize: hasMemo = true
    case Opcode.get, Opcode.binGet, Opcode.longBinGet: guard hasMemo else { return .fails }
    default: break
    }
    stack += info.after.map { $0 == "(" }
    return .goesOn
  }

  /// Takes from the stack what an operation wants; false if it is not there.
  private mutating func takes(_ wanted: String) -> Bool {
    if wanted.contains("(") {
      guard let mark = stack.lastIndex(of: true) else { return false }
      if wanted.hasPrefix("(v"), mark == stack.count - 1 { return false }
      stack.removeSubrange(mark...)
    }
    let count = wanted.prefix { $0 != "(" }.count
    guard stack.count >= count, !stack.suffix(count).contains(true) else { return false }
    stack.removeLast(count)
    return true
  }

  /// A module and a name in it: no attribute begins with a digit or a sign, and none has a space or a comma.
  private mutating func names() -> Step {
    for _ in 0..<2 {
      // Of a line that is longer than what is known its beginning tells.
      let text = bytes[place...].prefix { $0 != 10 }
      let isComplete = line() != nil
      guard let first = text.first else { return isComplete ? .fails : .isPickle }
      let isName = (first | 0x20 >= 0x61 && first | 0x20 <= 0x7A) || first == 0x5F || first >= 0x80
      guard isName, !text.contains(0x20), !text.contains(0x2C) else { return .fails }
      guard isComplete else { return .isPickle }
    }
    stack.append(false)
    return .goesOn
  }

  /// Whether a line can be what an operation of protocol 0 reads, by Python's generous rules.
  private static func isArgument(_ line: ArraySlice<UInt8>, of code: UInt8) -> Bool {
    // C's functions read numbers up to a NUL.
    if line.contains(0) { return true }
    let text = line.filter { $0 != 0x20 && !(0x09...0x0D).contains($0) }
    switch code {
    case Opcode.string:
      guard let first = text.first, text.count >= 2 else { return false }
      return (first == 0x27 || first == 0x22) && text.last == first
    case Opcode.float: return !text.isEmpty && text.allSatisfy { "0123456789+-._eEinfatyINFATY".utf8.contains($0) }
    // Also in hexadecimal, octal and binary digits: 0x1F, 0o17, 0b11.
    case Opcode.int, Opcode.long:
      return !text.isEmpty && text.allSatisfy { "0123456789abcdefABCDEFoOxX+-_L".utf8.contains($0) }
    default: return !text.isEmpty && text.allSatisfy { "0123456789+-_".utf8.contains($0) }
    }
  }

  /// Moves over an argument of a known length.
  private mutating func skip(_ argument: OpcodeInfo.Argument, _ code: UInt8) -> Step {
    let count: Int
    switch argument {
    case .none: return .goesOn
    case .number(let size): count = size
    case .signed: count = 4
    case .value: count = length(of: code)
    // No other operation has lines.
    case .line, .text, .pair: return .isPickle
    }
    // What is longer than the file ends it too early.
    if count > bytes.count - place + rest { return .fails }
    // So does what ends within a length.
    if count < 0, rest == 0 { return .fails }
    guard count >= 0, count <= bytes.count - place else { return .isPickle }
    place += count
    return .goesOn
  }

  /// How many bytes a value has, its own length among them; -1 if that is not known.
  private func length(of code: UInt8) -> Int {
    func number(_ size: Int) -> Int {
      guard place + size <= bytes.count else { return -1 }
      var value = 0
      for index in (0..<min(size, 6)).reversed() { value = value << 8 | Int(bytes[place + index]) }
      return size + value
    }
    switch code {
    case Opcode.binInt: return 4
    case Opcode.binInt1: return 1
    case Opcode.binInt2: return 2
    case Opcode.binFloat: return 8
    case Opcode.shortBinString, Opcode.shortBinBytes, Opcode.shortBinUnicode, Opcode.long1: return number(1)
    case Opcode.binString, Opcode.binBytes, Opcode.binUnicode, Opcode.long4: return number(4)
    case Opcode.binUnicode8, Opcode.binBytes8, Opcode.byteArray8: return number(8)
    default: return -1
    }
  }
}
