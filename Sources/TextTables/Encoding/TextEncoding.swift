public import ByteIO

/// How a text file's characters are bytes.
public enum TextEncoding: String, Sendable, Hashable, CaseIterable {
  /// UTF-8: Python's default for files on every system this library runs on.
  case utf8 = "utf-8"
  /// UTF-8 after a byte order mark, which is not part of the text.
  case utf8WithMark = "utf-8-sig"
  /// ISO 8859-1: a byte is a code point.
  case latin1 = "latin-1"
  /// ISO 646: bytes below 128.
  case ascii
  /// UTF-16 after a byte order mark, without which it is not read; written in this machine's byte order.
  case utf16 = "utf-16"
  /// UTF-16, the low byte first, without a mark.
  case utf16LittleEndian = "utf-16-le"
  /// UTF-16, the high byte first, without a mark.
  case utf16BigEndian = "utf-16-be"
  /// UTF-32 after a byte order mark, without which it is not read; written in this machine's byte order.
  case utf32 = "utf-32"
  /// UTF-32, the low byte first, without a mark.
  case utf32LittleEndian = "utf-32-le"
  /// UTF-32, the high byte first, without a mark.
  case utf32BigEndian = "utf-32-be"
  /// Windows' code pages: Central European, Cyrillic, Western, Greek, Turkish, Hebrew, Arabic, Baltic, Vietnamese.
  case cp1250, cp1251, cp1252, cp1253, cp1254, cp1255, cp1256, cp1257, cp1258
  /// DOS' code pages: American, Western, Central European, Western with a euro, Cyrillic.
  case cp437, cp850, cp852, cp858, cp866
  /// ISO 8859-2: Central European.
  case iso8859Part2 = "iso8859-2"
  /// ISO 8859-5: Cyrillic.
  case iso8859Part5 = "iso8859-5"
  /// ISO 8859-7: Greek.
  case iso8859Part7 = "iso8859-7"
  /// ISO 8859-9: Turkish.
  case iso8859Part9 = "iso8859-9"
  /// ISO 8859-15: Western with a euro.
  case iso8859Part15 = "iso8859-15"
  /// ISO 8859-16: South-Eastern European.
  case iso8859Part16 = "iso8859-16"
  /// The Macintosh's Western characters.
  case macRoman = "mac-roman"
  /// KOI8-R: Russian.
  case koi8R = "koi8-r"
  /// KOI8-U: Ukrainian.
  case koi8U = "koi8-u"
  /// Shift JIS: Japanese.
  case shiftJIS = "shift_jis"
  /// Windows' Japanese.
  case cp932
  /// EUC-JP: Japanese.
  case eucJP = "euc_jp"
  /// GB 2312: simplified Chinese.
  case gb2312
  /// GBK: Chinese.
  case gbk
  /// GB 18030: Chinese, and all of Unicode.
  case gb18030
  /// Big5: traditional Chinese.
  case big5
  /// EUC-KR: Korean.
  case eucKR = "euc_kr"
  /// Windows' Korean.
  case cp949

  /// The encoding that Python knows under a name: case does not count, and `_`, `-` and a space are the same.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for a name that is none of these encodings'.
  public init(named name: String) throws(FormatError) {
    var key = ""
    for scalar in name.lowercased().unicodeScalars {
      key.unicodeScalars.append(scalar == "_" || scalar == " " ? "-" : scalar)
    }
    switch key {
    case "utf-8", "utf8", "u8", "utf", "cp65001", "utf8-ucs2", "utf8-ucs4": self = .utf8
    case "utf-8-sig", "utf8-sig": self = .utf8WithMark
    case "latin-1", "latin1", "latin", "l1", "iso-8859-1", "iso8859-1", "8859", "cp819", "iso-ir-100", "bytes":
      self = .latin1
    case "ascii", "us-ascii", "646", "iso646-us": self = .ascii
    case "utf-16", "utf16", "u16": self = .utf16
    case "utf-16-le", "utf-16le", "unicodelittleunmarked": self = .utf16LittleEndian
    case "utf-16-be", "utf-16be", "unicodebigunmarked": self = .utf16BigEndian
    case "utf-32", "utf32", "u32": self = .utf32
    case "utf-32-le", "utf-32le": self = .utf32LittleEndian
    case "utf-32-be", "utf-32be": self = .utf32BigEndian
    default:
      guard let encoding = TextEncoding.system(named: key) else {
        throw FormatError(.badArgument, "unknown encoding: \(name)")
      }
      self = encoding
    }
  }

  /// The encoding that a byte order mark at the start of a text announces; `nil` without one that needs another reading
  /// than UTF-8.
  package static func marked(_ source: any ByteSource) throws(FormatError) -> TextEncoding? {
    guard source.isSeekable else { return nil }
    let start = try source.readBytes(at: 0, upTo: 4)
    if start == [0xFF, 0xFE, 0, 0] || start == [0, 0, 0xFE, 0xFF] { return .utf32 }
    return start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) ? .utf16 : nil
  }

  /// A whole text in UTF-8.
  ///
  /// - Throws: ``FormatError`` with code `badValue`, Python's wording and the byte's offset.
  package func decoded(_ bytes: [UInt8]) throws(FormatError) -> [UInt8] {
    var decoder = TextDecoder(self)
    var text: [UInt8] = []
    try decoder.decode(bytes, isLast: true, into: &text)
    return text
  }

  /// How Python's messages call the codec.
  var codecName: String {
    switch self {
    case .utf8, .utf8WithMark: "utf-8"
    case .latin1: "latin-1"
    case .ascii: "ascii"
    default: TextEncoding.systemNames[self]?.isSingleByte == true ? "charmap" : rawValue
    }
  }

  /// How Python's messages call the codec that reads: without a mark's codec, whose byte order it has found.
  func codecName(isBigEndian: Bool) -> String {
    switch self {
    case .utf16: isBigEndian ? "utf-16-be" : "utf-16-le"
    case .utf32: isBigEndian ? "utf-32-be" : "utf-32-le"
    default: codecName
    }
  }

  /// How many bytes a unit of the encoding has.
  var unitSize: Int {
    switch self {
    case .utf16, .utf16LittleEndian, .utf16BigEndian: 2
    case .utf32, .utf32LittleEndian, .utf32BigEndian: 4
    default: 1
    }
  }

  /// Whether text in ASCII is the same bytes as in UTF-8.
  var isASCIICompatible: Bool { unitSize == 1 }

  /// What stands at the start of a file.
  var byteOrderMark: [UInt8] {
    switch self {
    case .utf8WithMark: [0xEF, 0xBB, 0xBF]
    case .utf16: 1.littleEndian == 1 ? [0xFF, 0xFE] : [0xFE, 0xFF]
    case .utf32: 1.littleEndian == 1 ? [0xFF, 0xFE, 0, 0] : [0, 0, 0xFE, 0xFF]
    default: []
    }
  }

  /// Text in UTF-8 (surrogates spelled as the three bytes they would have) as bytes of this encoding.
  ///
  /// - Parameter isRowStart: Tells where a row begins: positions in errors count from there, as Python counts them.
  /// - Throws: ``FormatError`` with code `badValue` and Python's wording for a character that the encoding has not.
  func encode(_ text: [UInt8], isRowStart: (Int) -> Bool = { $0 == 0 }) throws(FormatError) -> [UInt8] {
    if TextEncoding.systemNames[self] != nil { return try encodeBySystem(text, isRowStart: isRowStart) }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = 0
    var position = 0
    while index < text.count {
      if isRowStart(index) { position = 0 }
      let (point, length) = UTF8Text.decode(text, at: index)
      guard canEncode(point) else { throw unencodable(text, index, position) }
      switch self {
      case .utf8, .utf8WithMark: result += text[index..<(index + length)]
      case .latin1, .ascii: result.append(UInt8(point))
      case .utf16, .utf16LittleEndian, .utf16BigEndian:
        let isBig = self == .utf16BigEndian || (self == .utf16 && byteOrderMark[0] == 0xFE)
        func put(_ unit: UInt32) {
          let (high, low) = (UInt8(unit >> 8 & 0xFF), UInt8(unit & 0xFF))
          result.append(isBig ? high : low)
          result.append(isBig ? low : high)
        }
        if point >= 0x1_0000 {
          put(0xD800 + (point - 0x1_0000) >> 10)
          put(0xDC00 + (point - 0x1_0000) & 0x3FF)
        } else {
          put(point)
        }
      case .utf32, .utf32LittleEndian, .utf32BigEndian:
        let isBig = self == .utf32BigEndian || (self == .utf32 && 1.littleEndian != 1)
        for place in 0..<4 {
          result.append(UInt8(truncatingIfNeeded: point >> UInt32(8 * (isBig ? 3 - place : place))))
        }
      // Left to the system above.
      default: break
      }
      index += length
      position += 1
    }
    return result
  }

  /// As above, character by character where one is not plain: what the system cannot convert is told as Python does.
  private func encodeBySystem(_ text: [UInt8], isRowStart: (Int) -> Bool) throws(FormatError) -> [UInt8] {
    guard let system = TextEncoding.systemNames[self] else { return text }
    var reverse: [[UInt8]: UInt8] = [:]
    var codec: SystemCodec?
    if system.isSingleByte {
      for (byte, character) in try ByteTable.of(self).characters.enumerated() where !character.isEmpty {
        reverse[character] = UInt8(byte)
      }
    } else {
      codec = try SystemCodec(from: "UTF-8", to: system.name)
    }
    var result: [UInt8] = []
    var index = 0
    var position = 0
    while index < text.count {
      if isRowStart(index) { position = 0 }
      let (point, length) = UTF8Text.decode(text, at: index)
      let character = text[index..<(index + length)]
      if point < 0x80 {
        result.append(text[index])
      } else if let byte = reverse[Array(character)] {
        result.append(byte)
      } else if codec?.convert(character, into: &result).stop != .end {
        let hex = String(point, radix: 16)
        let (letter, width) = point < 0x100 ? ("x", 2) : point < 0x1_0000 ? ("u", 4) : ("U", 8)
        let shown = "\\\(letter)\(String(repeating: "0", count: width - hex.count))\(hex)"
        throw FormatError(
          .badValue,
          "'\(codecName)' codec can't encode character '\(shown)' in position \(position): "
            + (system.isSingleByte ? "character maps to <undefined>" : "illegal multibyte sequence"))
      }
      index += length
      position += 1
    }
    return result
  }

  private func canEncode(_ point: UInt32) -> Bool {
    switch self {
    case .latin1: point < 0x100
    case .ascii: point < 0x80
    default: point < 0xD800 || (point > 0xDFFF && point <= 0x10_FFFF)
    }
  }

  /// Python's `UnicodeEncodeError`, which covers all neighbours that cannot be encoded either.
  private func unencodable(_ text: [UInt8], _ index: Int, _ position: Int) -> FormatError {
    var place = index
    var count = 0
    while place < text.count {
      let (point, length) = UTF8Text.decode(text, at: place)
      if canEncode(point) { break }
      place += length
      count += 1
    }
    let reason =
      switch self {
      case .latin1: "ordinal not in range(256)"
      case .ascii: "ordinal not in range(128)"
      default: "surrogates not allowed"
      }
    let what: String
    if count == 1 {
      let point = UTF8Text.decode(text, at: index).point
      let hex = String(point, radix: 16)
      let width = point < 0x100 ? 2 : point < 0x1_0000 ? 4 : 8
      let letter = width == 2 ? "x" : width == 4 ? "u" : "U"
      what = "character '\\\(letter)\(String(repeating: "0", count: width - hex.count))\(hex)' in position \(position)"
    } else {
      what = "characters in position \(position)-\(position + count - 1)"
    }
    return FormatError(.badValue, "'\(codecName)' codec can't encode \(what): \(reason)")
  }
}

/// UTF-8 as this module writes it itself: well-formed but for surrogates.
enum UTF8Text {
  /// The code point at an index, and how many bytes it takes.
  static func decode(_ text: [UInt8], at index: Int) -> (point: UInt32, length: Int) {
    let first = UInt32(text[index])
    if first < 0x80 { return (first, 1) }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    var point = first & (0x7F >> UInt32(length))
    for place in (index + 1)..<max(index + 1, min(index + length, text.count)) {
      point = point << 6 | UInt32(text[place]) & 0x3F
    }
    return (point, min(length, text.count - index))
  }
}
