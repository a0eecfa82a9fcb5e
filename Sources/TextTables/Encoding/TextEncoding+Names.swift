/// The names of encodings as Python and the system know them.
extension TextEncoding {
  /// An encoding that the system's tables decode.
  struct SystemName {
    /// What `iconv` calls it.
    let name: String
    /// What Python calls it, beside its own name: without case, `-` for `_` and spaces.
    let aliases: [String]
    /// Whether each byte is a character.
    let isSingleByte: Bool

    init(_ name: String, _ aliases: [String], isSingleByte: Bool = true) {
      (self.name, self.aliases, self.isSingleByte) = (name, aliases, isSingleByte)
    }
  }

  private static func codePage(_ number: Int) -> SystemName {
    let isWindows = 1250...1258 ~= number
    return SystemName(
      "CP\(number)",
      ["\(number)", "cp\(number)", "ibm\(number)"] + (isWindows ? ["windows-\(number)", "windows\(number)"] : []))
  }

  private static func iso(_ part: Int, latin: Int? = nil) -> SystemName {
    var aliases = ["iso-8859-\(part)", "iso8859-\(part)", "8859-\(part)"]
    if let latin { aliases += ["latin\(latin)", "latin-\(latin)", "l\(latin)"] }
    return SystemName("ISO-8859-\(part)", aliases)
  }

  /// The encodings that this module leaves to the system, by their cases.
  static let systemNames: [TextEncoding: SystemName] = [
    .cp1250: codePage(1250), .cp1251: codePage(1251), .cp1252: codePage(1252), .cp1253: codePage(1253),
    .cp1254: codePage(1254), .cp1255: codePage(1255), .cp1256: codePage(1256), .cp1257: codePage(1257),
    .cp1258: codePage(1258), .cp437: codePage(437), .cp850: codePage(850), .cp852: codePage(852), .cp858: codePage(858),
    .cp866: codePage(866), .iso8859Part2: iso(2, latin: 2), .iso8859Part5: iso(5), .iso8859Part7: iso(7),
    .iso8859Part9: iso(9, latin: 5), .iso8859Part15: iso(15, latin: 9), .iso8859Part16: iso(16, latin: 10),
    .macRoman: SystemName("MACINTOSH", ["macroman", "macintosh", "mac-roman"]),
    .koi8R: SystemName("KOI8-R", ["koi8-r", "cskoi8r"]), .koi8U: SystemName("KOI8-U", ["koi8-u"]),
    .shiftJIS: SystemName(
      "SHIFT_JIS", ["shift-jis", "shiftjis", "sjis", "s-jis", "csshiftjis"], isSingleByte: false),
    .cp932: SystemName("CP932", ["932", "cp932", "ms932", "mskanji", "ms-kanji", "windows-31j"], isSingleByte: false),
    .eucJP: SystemName("EUC-JP", ["euc-jp", "eucjp", "ujis", "u-jis"], isSingleByte: false),
    .gb2312: SystemName(
      "EUC-CN", ["gb2312", "gb2312-1980", "gb2312-80", "euc-cn", "euccn", "chinese", "iso-ir-58"], isSingleByte: false),
    .gbk: SystemName("GBK", ["gbk", "936", "cp936", "ms936"], isSingleByte: false),
    .gb18030: SystemName("GB18030", ["gb18030", "gb18030-2000"], isSingleByte: false),
    .big5: SystemName("BIG5", ["big5", "big5-tw", "csbig5"], isSingleByte: false),
    .eucKR: SystemName("EUC-KR", ["euc-kr", "euckr", "korean", "ksc5601", "ks-c-5601"], isSingleByte: false),
    .cp949: SystemName("CP949", ["949", "cp949", "ms949", "uhc"], isSingleByte: false),
  ]

  /// The encoding of the system's of which Python knows a name.
  static func system(named key: String) -> TextEncoding? {
    systemNames.first { $0.key.rawValue == key || $0.value.aliases.contains(key) }?.key
  }
}
