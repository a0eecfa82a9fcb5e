internal import PlatformC

/// The look at the operations ahead that a ``MemoPlan`` is made of. Nothing is built, and no more than lengths is believed.
@safe struct MemoLookAhead {
  private let bytes: UnsafeRawBufferPointer
  private let start: Int
  private var place = 0
  private var gets = 0
  /// The place of the memo that comes next.
  private var next: Int
  /// Which of the first 64 places are asked for, and which of each 64 after those.
  private(set) var first: UInt64 = 0
  private(set) var asked: [UInt64] = []

  /// - Parameter bytes: What is left, which must live as long as this value.
  @unsafe init(_ bytes: UnsafeRawBufferPointer, start: Int) {
    // Safe: the caller's promise.
    unsafe self.bytes = bytes
    self.start = start
    next = start
  }

  /// What follows the byte of an operation: up to 15 bytes, which may give a value a place; or one of these.
  private enum Argument {
    static let memoized: UInt8 = 0x10
    static let lastFixed: UInt8 = 0x1F
    static let length1: UInt8 = 0x20
    static let length4: UInt8 = 0x21
    static let length8: UInt8 = 0x22
    static let put: UInt8 = 0x23
    static let get: UInt8 = 0x24
    static let line: UInt8 = 0x25
    static let lines: UInt8 = 0x26
    static let stop: UInt8 = 0x27
    static let none: UInt8 = 0xFF
  }

  private static let arguments: [UInt8] = {
    var all = [UInt8](repeating: Argument.none, count: 256)
    for (code, info) in OpcodeInfo.all {
      switch info.argument {
      case .none: all[Int(code)] = 0
      case .number(let size): all[Int(code)] = UInt8(size)
      case .signed: all[Int(code)] = 4
      case .value, .line, .text: all[Int(code)] = Argument.line
      case .pair: all[Int(code)] = Argument.lines
      }
    }
    (all[Int(Opcode.binInt1)], all[Int(Opcode.binInt2)], all[Int(Opcode.binInt)]) = (1, 2, 4)
    all[Int(Opcode.binFloat)] = 8
    for code in [Opcode.long1, Opcode.shortBinString, Opcode.shortBinBytes, Opcode.shortBinUnicode] {
      all[Int(code)] = Argument.length1
    }
    for code in [Opcode.long4, Opcode.binString, Opcode.binBytes, Opcode.binUnicode] {
      all[Int(code)] = Argument.length4
    }
    for code in [Opcode.binBytes8, Opcode.binUnicode8, Opcode.byteArray8] { all[Int(code)] = Argument.length8 }
    for code in [Opcode.put, Opcode.binPut, Opcode.longBinPut] { all[Int(code)] = Argument.put }
    for code in [Opcode.get, Opcode.binGet, Opcode.longBinGet] { all[Int(code)] = Argument.get }
    all[Int(Opcode.memoize)] = Argument.memoized
    all[Int(Opcode.stop)] = Argument.stop
    return all
  }()

  /// Notes the places that are asked for up to STOP; false where there can be no plan.
  mutating func scan() -> Bool {
    // Safe: a table with an entry for each byte; what is read lies before the end.
    unsafe MemoLookAhead.arguments.withUnsafeBufferPointer { arguments in
      let count = unsafe bytes.count
      while place < count {
        let code = unsafe bytes[place]
        place += 1
        let argument = unsafe arguments[Int(code)]
        if argument <= Argument.lastFixed {
          // Without a branch of its own for those that are half of all operations.
          next += Int(argument >> 4)
          place += Int(argument & 15)
        } else if argument == Argument.length1, place < count {
          place += 1 + Int(unsafe bytes[place])
        } else if code == Opcode.binGet, place < count {
          let index = Int(unsafe bytes[place])
          place += 1
          guard index < next else { return false }
          if index >= start { note(index - start) }
          // Where most operations ask for what few have been given, all of these are held, for less than the look costs.
          gets += 1
          if gets & 255 == 0, gets > 8 * (next - start) { return false }
        } else if argument == Argument.stop {
          return true
        } else if !skip(argument, of: code) {
          return false
        }
      }
      return false
    }
  }

  /// How many bytes are left; fewer than none after an operation that is cut off.
  // Safe: only the count is asked for.
  private var left: Int { unsafe bytes.count - place }

  /// Moves past what follows an operation, and notes what it asks for.
  private mutating func skip(_ argument: UInt8, of code: UInt8) -> Bool {
    switch argument {
    case Argument.length4: return skip(number(Int32.self))
    case Argument.length8: return skip(number(UInt64.self))
    case Argument.put:
      guard index(of: code, Opcode.put, Opcode.binPut) == next else { return false }
      next += 1
      return true
    case Argument.get:
      guard let index = index(of: code, Opcode.get, Opcode.binGet), index < next else { return false }
      if index >= start { note(index - start) }
      return true
    case Argument.line: return line() != nil
    case Argument.lines: return line() != nil && line() != nil
    default: return false
    }
  }

  private mutating func skip(_ length: Int?) -> Bool {
    guard let length, length >= 0, length <= left else { return false }
    place += length
    return true
  }

  @inline(__always)
  private mutating func note(_ index: Int) {
    guard index >= 64 else { return first |= UInt64(1) << UInt64(index & 63) }
    noteLater(index)
  }

  @inline(never)
  private mutating func noteLater(_ index: Int) {
    let bit = UInt64(1) << UInt64(index & 63)
    let word = index >> 6 - 1
    if word >= asked.count { asked += repeatElement(0, count: word + 1 - asked.count) }
    asked[word] |= bit
  }

  /// The place that an operation names: in text, in a byte, or in four.
  private mutating func index(of code: UInt8, _ text: UInt8, _ byte: UInt8) -> Int? {
    if code == byte { return number(UInt8.self) }
    if code != text { return number(UInt32.self) }
    guard let line = line(), !line.isEmpty, line.count <= 9 else { return nil }
    var index = 0
    for place in line {
      // Safe: the line lies before the end.
      let digit = unsafe bytes[place] &- 48
      guard digit < 10 else { return nil }
      index = index * 10 + Int(digit)
    }
    return index
  }

  /// A little-endian number.
  private mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) -> Int? {
    guard left >= Number.bitWidth / 8 else { return nil }
    // Safe: checked above; any bytes are a number.
    let number = unsafe bytes.loadUnaligned(fromByteOffset: place, as: Number.self)
    place += Number.bitWidth / 8
    return Int(exactly: Number(littleEndian: number))
  }

  /// Where the line lies that comes next, without its end; moves past that.
  private mutating func line() -> Range<Int>? {
    let count = left
    guard count > 0, let base = unsafe bytes.baseAddress else { return nil }
    // Safe: the bytes from the place on.
    guard let found = unsafe memchr(base + place, 0x0A, count) else { return nil }
    let line = place..<(unsafe UnsafeRawPointer(found) - base)
    place = line.upperBound + 1
    return line
  }
}
