internal import ByteIO

/// Turns the bytes of a file, block by block, into UTF-8 that is known to be well-formed.
struct TextDecoder {
  let encoding: TextEncoding
  /// What is left of the block before: the start of a character.
  private var rest: [UInt8] = []
  /// Where `rest` begins in the file.
  private var position = 0
  private var isStart = true
  private var isBigEndian: Bool

  init(_ encoding: TextEncoding) {
    self.encoding = encoding
    isBigEndian =
      encoding == .utf16BigEndian || encoding == .utf32BigEndian
      || ((encoding == .utf16 || encoding == .utf32) && 1.littleEndian != 1)
  }

  /// Whether ASCII bytes need no decoding.
  var keepsASCII: Bool { encoding.isASCIICompatible && !(isStart && encoding == .utf8WithMark) && rest.isEmpty }

  /// Whether what comes out of it are the bytes that go in.
  var keepsBytes: Bool { encoding == .utf8 || encoding == .ascii }

  /// How many bytes wait for the rest of their character.
  var pendingCount: Int { rest.count }

  /// Goes on at another place of a file, where a character begins and which is not the start.
  mutating func restart(at place: Int) {
    rest = []
    position = place
    isStart = place == 0
  }

  /// Notes that ASCII bytes went by undecoded.
  mutating func passASCII(_ count: Int) {
    position += count
    if count > 0 { isStart = false }
  }

  /// Appends the text of more bytes.
  ///
  /// - Parameter isLast: Whether the file ends here, so that no character may stay unfinished.
  /// - Throws: ``FormatError`` with code `badValue`, Python's wording and the byte's offset.
  mutating func decode(_ bytes: [UInt8], isLast: Bool, into text: inout [UInt8]) throws(FormatError) {
    let all = rest.isEmpty ? bytes : rest + bytes
    rest = []
    switch encoding {
    case .utf8, .utf8WithMark: try decodeUTF8(all, isLast, &text)
    case .ascii:
      if let bad = all.firstIndex(where: { $0 >= 0x80 }) {
        throw failure("byte 0x\(String(all[bad], radix: 16))", bad, "ordinal not in range(128)")
      }
      text += all
      position += all.count
    case .latin1:
      for byte in all {
        if byte < 0x80 {
          text.append(byte)
        } else {
          text.append(0xC0 | byte >> 6)
          text.append(0x80 | byte & 0x3F)
        }
      }
      position += all.count
    case .utf16, .utf16LittleEndian, .utf16BigEndian: try decodeUTF16(all, isLast, &text)
    case .utf32, .utf32LittleEndian, .utf32BigEndian: try decodeUTF32(all, isLast, &text)
    default: try decodeBySystem(all, isLast, &text)
    }
    if position > 0 { isStart = false }
  }

  private func failure(_ what: String, _ index: Int, _ reason: String) -> FormatError {
    FormatError(
      .badValue, "'\(encoding.codecName)' codec can't decode \(what) in position \(position + index): \(reason)",
      offset: position + index)
  }

  /// The system's encodings, strictly.
  private mutating func decodeBySystem(_ bytes: [UInt8], _ isLast: Bool, _ text: inout [UInt8]) throws(FormatError) {
    guard let system = TextEncoding.systemNames[encoding] else { return }
    guard !system.isSingleByte else {
      let table = try ByteTable.of(encoding).characters
      for (index, byte) in bytes.enumerated() {
        if table[Int(byte)].isEmpty {
          throw failure("byte 0x\(String(byte, radix: 16))", index, "character maps to <undefined>")
        }
        text += table[Int(byte)]
      }
      position += bytes.count
      return
    }
    let codec = try SystemCodec(from: system.name, to: "UTF-8")
    let (consumed, stop) = codec.convert(bytes[...], into: &text)
    if stop == .illegal || (stop == .incomplete && isLast) {
      throw failure(
        "byte 0x\(String(bytes[consumed], radix: 16))", consumed,
        stop == .illegal ? "illegal multibyte sequence" : "incomplete multibyte sequence")
    }
    rest = Array(bytes[consumed...])
    position += consumed
  }

  private mutating func decodeUTF8(_ bytes: [UInt8], _ isLast: Bool, _ text: inout [UInt8]) throws(FormatError) {
    var start = 0
    // Python's utf-8 keeps a mark; nobody means it as the first character of a table.
    if isStart {
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
        start = 3
      } else if !isLast, [0xEF, 0xBB, 0xBF].starts(with: bytes) {
        rest = bytes
        return
      }
    }
    var index = start
    while index < bytes.count {
      let first = bytes[index]
      if first < 0x80 {
        index += 1
        continue
      }
      // The first continuation byte's range excludes overlong forms, surrogates and what is beyond U+10FFFF.
      let (length, range): (Int, ClosedRange<UInt8>)
      switch first {
      case 0xC2...0xDF: (length, range) = (2, 0x80...0xBF)
      case 0xE0: (length, range) = (3, 0xA0...0xBF)
      case 0xED: (length, range) = (3, 0x80...0x9F)
      case 0xE1...0xEF: (length, range) = (3, 0x80...0xBF)
      case 0xF0: (length, range) = (4, 0x90...0xBF)
      case 0xF4: (length, range) = (4, 0x80...0x8F)
      case 0xF1...0xF3: (length, range) = (4, 0x80...0xBF)
      default: throw failure("byte 0x\(String(first, radix: 16))", index, "invalid start byte")
      }
      var known = 1
      while known < length, index + known < bytes.count {
        let byte = bytes[index + known]
        guard known == 1 ? range.contains(byte) : (0x80...0xBF).contains(byte) else {
          let what =
            known == 1
            ? "byte 0x\(String(first, radix: 16))" : "bytes"
          throw known == 1
            ? failure(what, index, "invalid continuation byte")
            : FormatError(
              .badValue,
              "'utf-8' codec can't decode bytes in position \(position + index)-\(position + index + known - 1): "
                + "invalid continuation byte", offset: position + index)
        }
        known += 1
      }
      if known < length {
        guard isLast else { break }
        throw known == 1
          ? failure("byte 0x\(String(first, radix: 16))", index, "unexpected end of data")
          : FormatError(
            .badValue,
            "'utf-8' codec can't decode bytes in position \(position + index)-\(position + index + known - 1): "
              + "unexpected end of data", offset: position + index)
      }
      index += length
    }
    text += bytes[start..<index]
    rest = Array(bytes[index...])
    position += index
  }

  private mutating func decodeUTF16(_ bytes: [UInt8], _ isLast: Bool, _ text: inout [UInt8]) throws(FormatError) {
    var index = 0
    if isStart, encoding == .utf16, bytes.count >= 2 {
      if bytes[0] == 0xFF, bytes[1] == 0xFE {
        isBigEndian = false
        index = 2
      } else if bytes[0] == 0xFE, bytes[1] == 0xFF {
        isBigEndian = true
        index = 2
      } else {
        throw FormatError(.badValue, "UTF-16 stream does not start with BOM", offset: 0)
      }
    } else if isStart, encoding == .utf16, !isLast {
      rest = bytes
      // Not a start that has been passed: the mark may still come.
      return
    }
    func unit(_ place: Int) -> UInt32 {
      let (first, second) = (UInt32(bytes[place]), UInt32(bytes[place + 1]))
      return isBigEndian ? first << 8 | second : second << 8 | first
    }
    while index + 1 < bytes.count {
      var point = unit(index)
      var length = 2
      if point >= 0xD800, point < 0xE000 {
        if point >= 0xDC00 { throw illegal(index, "illegal encoding") }
        guard index + 3 < bytes.count else {
          if isLast { throw illegal(index, "unexpected end of data") }
          break
        }
        let low = unit(index + 2)
        guard low >= 0xDC00, low < 0xE000 else { throw illegal(index, "illegal UTF-16 surrogate") }
        point = 0x1_0000 + (point - 0xD800) << 10 + (low - 0xDC00)
        length = 4
      }
      if point < 0x80 {
        text.append(UInt8(point))
      } else if let scalar = Unicode.Scalar(point) {
        text += UTF8.encode(scalar).map { Array($0) } ?? []
      }
      index += length
    }
    rest = Array(bytes[index...])
    position += index
    if isLast, !rest.isEmpty { throw truncated }
  }

  /// A unit that the file's end cuts short: ``rest``, at ``position``.
  private var truncated: FormatError {
    let what =
      rest.count == 1
      ? "byte 0x\(rest[0] < 16 ? "0" : "")\(String(rest[0], radix: 16)) in position \(position)"
      : "bytes in position \(position)-\(position + rest.count - 1)"
    let codec = encoding.codecName(isBigEndian: isBigEndian)
    return FormatError(.badValue, "'\(codec)' codec can't decode \(what): truncated data", offset: position)
  }

  private func illegal(_ index: Int, _ reason: String) -> FormatError {
    let (start, end) = (position + index, position + index + encoding.unitSize - 1)
    let codec = encoding.codecName(isBigEndian: isBigEndian)
    return FormatError(
      .badValue, "'\(codec)' codec can't decode bytes in position \(start)-\(end): \(reason)", offset: start)
  }

  private mutating func decodeUTF32(_ bytes: [UInt8], _ isLast: Bool, _ text: inout [UInt8]) throws(FormatError) {
    var index = 0
    if isStart, encoding == .utf32, bytes.count >= 4 {
      let mark = Array(bytes[..<4])
      if mark == [0xFF, 0xFE, 0, 0] || mark == [0, 0, 0xFE, 0xFF] {
        isBigEndian = mark[0] == 0
        index = 4
      } else {
        throw FormatError(.badValue, "UTF-32 stream does not start with BOM", offset: 0)
      }
    }
    while index + 3 < bytes.count {
      var point: UInt32 = 0
      for place in 0..<4 { point |= UInt32(bytes[index + place]) << UInt32(8 * (isBigEndian ? 3 - place : place)) }
      if point < 0x80 {
        text.append(UInt8(point))
      } else if let scalar = Unicode.Scalar(point) {
        text += UTF8.encode(scalar).map { Array($0) } ?? []
      } else {
        throw illegal(
          index,
          point < 0x11_0000
            ? "code point in surrogate code point range(0xd800, 0xe000)" : "code point not in range(0x110000)")
      }
      index += 4
    }
    rest = Array(bytes[index...])
    position += index
    if isLast, !rest.isEmpty { throw truncated }
  }
}
