public import ByteIO

/// Lists the operations of a pickle as Python's `pickletools.dis` does, line for line; nothing is built.
struct PickleListing: ~Copyable {
  private var machine: PickleMachine
  /// What lies on the stack: `v` for a value, `(` for a mark.
  private var stack: [Character] = []
  private var marks: [Int] = []
  private var memo: Set<Int> = []
  private var highest = -1
  /// Python indents without bound: a megabyte of marks would make terabytes of lines. Deeper ones begin at the margin.
  private static let deepestIndent = 64

  init(_ source: any ByteSource, at offset: Int, limits: PickleLimits) {
    var options = PickleReader.Options()
    options.encoding = .latin1
    options.limits = limits
    machine = PickleMachine(PickleWindow(source, at: offset), options)
    machine.isStepped = true
  }

  mutating func run(_ print: (String) throws(FormatError) -> Void) throws(FormatError) -> Int {
    while true {
      let position = machine.input.position
      machine.operationStart = position
      guard try machine.input.has(1) else {
        throw FormatError(.truncated, "pickle exhausted before seeing STOP", offset: position)
      }
      let code = try machine.input.byte()
      guard let info = OpcodeInfo.all[code] else {
        throw FormatError(.malformed, "opcode b'\\x\(String(code, radix: 16))' unknown", offset: position)
      }
      let (line, problem) = try describe(code, info, at: position)
      try print(line)
      if let problem { throw FormatError(.malformed, problem, offset: position) }
      if code == Opcode.stop { break }
    }
    try print("highest protocol among opcodes = \(highest)")
    guard stack.isEmpty else {
      throw FormatError(
        .malformed, "stack not empty after STOP: \(stack.count) values", offset: machine.operationStart)
    }
    return machine.input.position
  }

  private mutating func describe(
    _ code: UInt8, _ info: OpcodeInfo, at position: Int
  ) throws(FormatError) -> (line: String, problem: String?) {
    let indent = String(repeating: "    ", count: marks.count > PickleListing.deepestIndent ? 0 : marks.count)
    let (argument, number) = try argument(code, info)
    highest = max(highest, info.version)
    var note: String?
    var problem: String?
    var popCount = info.before.count
    let popsMark = info.before.contains("(") || (code == Opcode.pop && stack.last == "(")
    if popsMark {
      if let mark = marks.popLast() {
        note = "(MARK at \(mark))"
        while let top = stack.popLast(), top != "(" {}
        popCount = info.before.prefix { $0 != "(" }.count
        if code == Opcode.pop { popCount = 0 }
      } else {
        problem = "no MARK exists on stack"
        note = problem
      }
    }
    switch code {
    case Opcode.put, Opcode.binPut, Opcode.longBinPut, Opcode.memoize:
      let index = number ?? memo.count
      if code == Opcode.memoize { note = "(as \(index))" }
      if memo.contains(index) {
        problem = "memo key \(number.map(String.init) ?? "None") already defined"
      } else if stack.isEmpty {
        problem = "stack is empty -- can't store into memo"
      } else if stack.last == "(" {
        problem = "can't store markobject in the memo"
      } else {
        memo.insert(index)
      }
    case Opcode.get, Opcode.binGet, Opcode.longBinGet:
      if let number, !memo.contains(number) { problem = "memo key \(number) has never been stored into" }
    default: break
    }
    let shown = PickleListing.shown(code)
    var line = PickleListing.padded(String(position), to: 5, left: true) + ": "
    line += PickleListing.padded(shown, to: 4, left: false) + " " + indent + info.name
    if argument != nil || note != nil {
      line += String(repeating: " ", count: max(0, 10 - info.name.utf8.count))
      if let argument { line += " " + argument }
      if let note { line += " " + note }
    }
    if problem == nil {
      if stack.count < popCount {
        problem = "tries to pop \(popCount) items from stack with only \(stack.count) items"
      } else {
        stack.removeLast(popCount)
        if info.after.contains("(") { marks.append(position) }
        stack += Array(info.after)
      }
    }
    return (line, problem)
  }

  private mutating func argument(
    _ code: UInt8, _ info: OpcodeInfo
  ) throws(FormatError) -> (text: String?, number: Int?) {
    switch info.argument {
    case .none: return (nil, nil)
    case .value:
      if code == Opcode.string {
        let line = try machine.input.line()
        // A single quote is its own end to `pickletools`, though not to the unpickler.
        if line == [0x27] || line == [0x22] { return ("''", nil) }
        return (try machine.oldString(machine.quoted(line)).repr(), nil)
      }
      try machine.execute(code)
      return (try machine.pop().repr(), nil)
    case .number(1): return numbered(Int(try machine.input.byte()))
    case .number(2): return numbered(Int(try machine.input.number(UInt16.self)))
    case .number(4): return numbered(Int(try machine.input.number(UInt32.self)))
    case .number: return (String(try machine.input.number(UInt64.self)), nil)
    case .signed: return numbered(Int(try machine.input.number(Int32.self)))
    case .line:
      let text = String(decoding: try machine.input.line(), as: UTF8.self)
      guard let number = Int(text) else { throw machine.error("a memo index is no integer") }
      return numbered(number)
    case .text: return (try lineText().repr(), nil)
    case .pair:
      let module = try lineText()
      let name = try lineText()
      return (PickleValue.string("\(module.string ?? "") \(name.string ?? "")").repr(), nil)
    }
  }

  private func numbered(_ number: Int) -> (text: String?, number: Int?) { (String(number), number) }

  private mutating func lineText() throws(FormatError) -> PickleValue {
    guard let text = PickleString(utf8: try machine.input.line()) else {
      throw machine.error("a line is not valid UTF-8")
    }
    return .string(text)
  }

  /// The operation's byte as Python's `repr` shows it.
  private static func shown(_ code: UInt8) -> String {
    code > 0x20 && code < 0x7F
      ? String(Unicode.Scalar(code)) : "\\x" + (code < 16 ? "0" : "") + String(code, radix: 16)
  }

  private static func padded(_ text: String, to width: Int, left: Bool) -> String {
    let space = String(repeating: " ", count: max(0, width - text.utf8.count))
    return left ? space + text : text + space
  }
}

extension Pickle {
  /// Lists the operations of a pickle, a line each, as Python's `pickletools.dis` does. Nothing is built or run.
  ///
  /// - Parameters:
  ///   - source: Where the pickle lies.
  ///   - offset: Where it begins.
  ///   - limits: What it may ask for.
  ///   - print: Called with each line, without its end.
  /// - Returns: The offset after the pickle, where another may begin.
  /// - Throws: ``FormatError`` where `pickletools.dis` raises `ValueError`, after the line of the offending operation.
  @discardableResult
  public static func list(
    _ source: any ByteSource, at offset: Int = 0, limits: PickleLimits = .default,
    print: (String) throws(FormatError) -> Void
  ) throws(FormatError) -> Int {
    var listing = PickleListing(source, at: offset, limits: limits)
    do throws(FormatError) { return try listing.run(print) } catch { throw error.at(file: source.name) }
  }
}
