extension PythonLiteralParser {
  /// One string, or several side by side, which Python joins.
  mutating func parseStrings() throws(PythonLiteralError) -> PythonLiteral {
    var bytes: [UInt8] = []
    var isBytes: Bool?
    while true {
      let start = position
      var isRaw = false
      var isByteString = false
      prefix: while let byte = current, position - start < 3 {
        switch byte {
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
          guard position == start else { throw error("a string prefix that Python does not know", at: start) }
          position += 1
          break prefix
        case UInt8(ascii: "b"), UInt8(ascii: "B"):
          guard !isByteString else { break prefix }
          isByteString = true
        case UInt8(ascii: "r"), UInt8(ascii: "R"):
          guard !isRaw else { break prefix }
          isRaw = true
        default: break prefix
        }
        position += 1
      }
      guard let quote = current, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
        throw error("a string prefix that Python does not know", at: start)
      }
      guard isBytes == nil || isBytes == isByteString else {
        throw error("cannot mix bytes and nonbytes literals", at: start)
      }
      isBytes = isByteString
      try parseString(quote, isRaw: isRaw, isBytes: isByteString, into: &bytes)
      let end = position
      skipSpace()
      if startsString() { continue }
      if depth == 0 { position = end }
      break
    }
    if isBytes == true { return .bytes(bytes) }
    return .string(String(decoding: bytes, as: UTF8.self))
  }

  /// Whether another string begins here, prefix included.
  private func startsString() -> Bool {
    var place = position
    while place < text.count, place - position <= 2 {
      switch text[place] {
      case UInt8(ascii: "'"), UInt8(ascii: "\""): return true
      case UInt8(ascii: "u"), UInt8(ascii: "U"), UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "r"),
        UInt8(ascii: "R"):
        place += 1
      default: return false
      }
    }
    return false
  }

  private mutating func parseString(
    _ quote: UInt8, isRaw: Bool, isBytes: Bool, into bytes: inout [UInt8]
  ) throws(PythonLiteralError) {
    let start = position
    let isTriple =
      position + 2 < text.count && text[position + 1] == quote && text[position + 2] == quote
    position += isTriple ? 3 : 1
    while let byte = current {
      if byte == quote {
        if !isTriple {
          position += 1
          return
        }
        if position + 2 < text.count, text[position + 1] == quote, text[position + 2] == quote {
          position += 3
          return
        }
      }
      if byte == 0x0A, !isTriple { break }
      if isBytes, byte >= 0x80 { throw error("bytes can only contain ASCII literal characters") }
      position += 1
      guard byte == 0x5C else {
        bytes.append(byte)
        continue
      }
      guard let next = current else { break }
      if isRaw {
        bytes += [byte, next]
        position += 1
      } else {
        try parseEscape(next, isBytes: isBytes, into: &bytes)
      }
    }
    throw error("the string is not closed", at: start)
  }

  private mutating func parseEscape(
    _ byte: UInt8, isBytes: Bool, into bytes: inout [UInt8]
  ) throws(PythonLiteralError) {
    position += 1
    switch byte {
    case 0x0A: break
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): bytes.append(byte)
    case UInt8(ascii: "a"): bytes.append(7)
    case UInt8(ascii: "b"): bytes.append(8)
    case UInt8(ascii: "f"): bytes.append(12)
    case UInt8(ascii: "n"): bytes.append(10)
    case UInt8(ascii: "r"): bytes.append(13)
    case UInt8(ascii: "t"): bytes.append(9)
    case UInt8(ascii: "v"): bytes.append(11)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var value = UInt32(byte - 48)
      for _ in 0..<2 {
        guard let digit = current, digit >= 48, digit <= 55 else { break }
        value = value * 8 + UInt32(digit - 48)
        position += 1
      }
      append(isBytes ? value & 0xFF : value, isBytes: isBytes, to: &bytes)
    case UInt8(ascii: "x"): append(try parseHex(2), isBytes: isBytes, to: &bytes)
    case UInt8(ascii: "u") where !isBytes: append(try parseHex(4), isBytes: false, to: &bytes)
    case UInt8(ascii: "U") where !isBytes:
      let value = try parseHex(8)
      guard value <= 0x10FFFF else { throw error("illegal Unicode character") }
      append(value, isBytes: false, to: &bytes)
    case UInt8(ascii: "N") where !isBytes:
      throw error("character names are not supported")
    default: bytes += [0x5C, byte]
    }
  }

  private func append(_ value: UInt32, isBytes: Bool, to bytes: inout [UInt8]) {
    if isBytes {
      bytes.append(UInt8(truncatingIfNeeded: value))
    } else {
      // A lone surrogate has no place in a Swift string.
      let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
      bytes.append(contentsOf: Array(String(Character(scalar)).utf8))
    }
  }

  private mutating func parseHex(_ count: Int) throws(PythonLiteralError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("truncated escape")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
