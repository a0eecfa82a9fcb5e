import ByteIO

// The operations of protocol 0, whose arguments are lines of text, and the 8-bit strings of Python 2.

extension PickleMachine {
  mutating func executeText(_ code: UInt8) throws(FormatError) {
    switch code {
    case Opcode.int:
      if let value = input.plainInteger() { return try push(.int(value)) }
      try push(try intLine())
    case Opcode.long:
      if let value = input.plainInteger(suffix: UInt8(ascii: "L")) { return try push(.int(value)) }
      try push(try longLine())
    case Opcode.float: try push(.float(try floatLine()))
    case Opcode.string: try push(try oldString(try quoted(try input.line())))
    case Opcode.binString:
      let count = Int(try input.number(Int32.self))
      guard count >= 0 else { throw error("BINSTRING pickle has negative byte count") }
      try push(try oldString(try payload(try length(count)).array))
    case Opcode.shortBinString:
      try push(try oldString(try payload(try length(Int(try input.byte()))).array))
    case Opcode.unicode:
      if let text = try plainText() { return try push(.string(text)) }
      let line = try input.line()
      if line.last == 0x0D { hasReturns = true }
      let text = try rawUnicodeEscape(line)
      noteShort(text)
      try push(.string(text))
    case Opcode.get: try recall(try indexLine())
    case Opcode.put: try remember(try indexLine())
    default:
      let printable = code > 0x20 && code < 0x7F
      let digits = String(code, radix: 16)
      let shown = printable ? "'\(Unicode.Scalar(code))'" : "'\\x" + (code < 16 ? "0" : "") + digits + "'"
      throw error("invalid load key, \(shown).")
    }
  }

  /// The error of lines that end in CR LF: Python writes LF alone. Numbers are read all the same, names and texts become others.
  var changedLines: FormatError {
    FormatError(
      .corrupt,
      "line ends were changed to CR LF, as git, FTP or a text editor does: get the file again, in binary mode")
  }

  /// A line with a number, which Python reads with a carriage return behind it. Where a text has one as well, it is none of
  /// the text's own.
  private mutating func numberLine() throws(FormatError) -> [UInt8] {
    let line = try input.line()
    if hasReturns, line.last == 0x0D { throw changedLines }
    return line
  }

  private func trimmed(_ line: [UInt8]) -> ArraySlice<UInt8> {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
    var line = line[...]
    while let first = line.first, isSpace(first) { line = line.dropFirst() }
    while let last = line.last, isSpace(last) { line = line.dropLast() }
    return line
  }

  private mutating func integer(_ digits: ArraySlice<UInt8>) throws(FormatError) -> PickleValue {
    if digits.count < 19, let value = Int(String(decoding: digits, as: UTF8.self)) { return .int(value) }
    if digits.count < 20, let value = PickleMachine.prefixed(digits) { return .int(value) }
    return .integer(try PickleInteger(decimal: digits, maxDigits: options.limits.integerDigits, in: &arena))
  }

  /// Digits in another base, which Python reads but does not write: 0x1F, 0o17, 0b11.
  private static func prefixed(_ digits: ArraySlice<UInt8>) -> Int? {
    let text = String(decoding: digits, as: UTF8.self).lowercased()
    let sign = text.hasPrefix("-") ? "-" : ""
    let number = text.drop { $0 == "-" || $0 == "+" }
    guard text.count - number.count <= 1, number.count <= 18,
      let radix = ["0x": 16, "0o": 8, "0b": 2][number.prefix(2)]
    else { return nil }
    return Int(sign + number.dropFirst(2), radix: radix)
  }

  private mutating func intLine() throws(FormatError) -> PickleValue {
    let line = try numberLine()
    // `I00` and `I01` are how protocols 0 and 1 write booleans.
    if line == [0x30, 0x30] { return .bool(false) }
    if line == [0x30, 0x31] { return .bool(true) }
    return try integer(trimmed(line))
  }

  private mutating func longLine() throws(FormatError) -> PickleValue {
    var digits = trimmed(try numberLine())
    if digits.last == UInt8(ascii: "L") { digits = digits.dropLast() }
    return try integer(digits)
  }

  private mutating func floatLine() throws(FormatError) -> Double {
    let line = try input.line()
    // Unlike integers these are read by Python up to the end of the line only.
    if line.last == 0x0D { throw changedLines }
    let text = String(decoding: line, as: UTF8.self)
    let isPlain = line.allSatisfy { ($0 >= 48 && $0 <= 57) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }
    if isPlain, let value = Double(text) {
      guard value.isFinite else { throw error("the float \(text.prefix(40)) is out of range") }
      return value
    }
    let isNegative = text.hasPrefix("-")
    switch (isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]).lowercased() {
    case "inf", "infinity": return isNegative ? -.infinity : .infinity
    case "nan": return isNegative ? -.nan : .nan
    default: throw error("could not convert string to float: \(text.prefix(40))")
    }
  }

  private mutating func indexLine() throws(FormatError) -> Int {
    var number = input.plainInteger()
    if number == nil { number = Int(String(decoding: trimmed(try numberLine()), as: UTF8.self)) }
    guard let value = number else {
      throw error("a memo index is no integer")
    }
    guard value >= 0 else { throw error("negative PUT argument") }
    return value
  }

  /// What stands between the quotes of a STRING's argument, its escapes resolved.
  func quoted(_ line: [UInt8]) throws(FormatError) -> [UInt8] {
    if line.last == 0x0D { throw changedLines }
    guard line.count >= 2, let quote = line.first, quote == line.last, quote == 0x27 || quote == 0x22 else {
      throw error("the STRING opcode argument must be quoted")
    }
    var bytes: [UInt8] = []
    let body = line[1..<(line.count - 1)]
    var index = body.startIndex
    while index < body.endIndex {
      let byte = body[index]
      index += 1
      guard byte == 0x5C else {
        bytes.append(byte)
        continue
      }
      guard index < body.endIndex else { throw error("Trailing \\ in string") }
      let escape = body[index]
      index += 1
      switch escape {
      case 0x0A: break
      case 0x5C, 0x27, 0x22: bytes.append(escape)
      case UInt8(ascii: "b"): bytes.append(0x08)
      case UInt8(ascii: "f"): bytes.append(0x0C)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "v"): bytes.append(0x0B)
      case UInt8(ascii: "a"): bytes.append(0x07)
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        var value = Int(escape - 48)
        var digits = 1
        while digits < 3, index < body.endIndex, body[index] >= 48, body[index] <= 55 {
          value = value * 8 + Int(body[index] - 48)
          index += 1
          digits += 1
        }
        bytes.append(UInt8(truncatingIfNeeded: value))
      case UInt8(ascii: "x"):
        guard index + 1 < body.endIndex, let value = hex(body[index..<(index + 2)]) else {
          throw error("invalid \\x escape")
        }
        bytes.append(UInt8(truncatingIfNeeded: value))
        index += 2
      default: bytes += [0x5C, escape]
      }
    }
    return bytes
  }

  private func hex(_ digits: ArraySlice<UInt8>) -> UInt32? {
    var value: UInt32 = 0
    for digit in digits {
      switch digit {
      case 48...57: value = value << 4 | UInt32(digit - 48)
      case 65...70: value = value << 4 | UInt32(digit - 55)
      case 97...102: value = value << 4 | UInt32(digit - 87)
      default: return nil
      }
    }
    return value
  }

  /// The text of a line that is ASCII without any escape; `nil` for any other, which is left where it is.
  private mutating func plainText() throws(FormatError) -> PickleString? {
    let count = try input.lineLength()
    guard count <= PickleWindow.largeSize else { return nil }
    let start = input.cursor
    // Safe: the bytes are copied before the window moves on.
    let bytes = unsafe try input.bytes(count)
    guard unsafe PickleString.isASCII(bytes), unsafe !bytes.contains(0x5C), unsafe bytes.last != 0x0D else {
      input.cursor = start
      return nil
    }
    let text = PickleString(unsafe arena.add(UnsafeRawBufferPointer(bytes)))
    input.skipWindow(1)
    if count <= 1 { noteShort(text) }
    return text
  }

  /// Latin-1 text in which `\uXXXX` and `\UXXXXXXXX` represent other code points.
  private func rawUnicodeEscape(_ line: [UInt8]) throws(FormatError) -> PickleString {
    var points: [UInt32] = []
    points.reserveCapacity(line.count)
    var index = 0
    while index < line.count {
      let byte = line[index]
      index += 1
      guard byte == 0x5C, index < line.count, line[index] == 0x75 || line[index] == 0x55 else {
        points.append(UInt32(byte))
        if byte == 0x5C, index < line.count, line[index] == 0x5C {
          // Of two backslashes neither begins an escape.
          points.append(0x5C)
          index += 1
        }
        continue
      }
      let count = line[index] == 0x75 ? 4 : 8
      guard index + count < line.count, let point = hex(line[(index + 1)...(index + count)]),
        point <= 0x10FFFF
      else {
        throw error("truncated \\uXXXX escape")
      }
      points.append(point)
      index += count + 1
    }
    // In protocol 0 a pair of surrogates written as two escapes stays two code points, as in Python 3.
    return PickleString(codePoints: points, isShared: false)
  }
}
