/// What a listing shows of an operation: Python's `pickletools.opcodes`.
struct OpcodeInfo: Sendable {
  /// What follows the operation's byte.
  enum Argument: Sendable, Equatable {
    case none
    /// What the machine would push.
    case value
    /// A number without sign, of that many bytes.
    case number(Int)
    /// A number of four bytes with a sign.
    case signed
    /// A number in a line of text.
    case line
    /// A line of text.
    case text
    /// Two lines of text.
    case pair
  }

  let name: String
  /// The first protocol that knows it.
  let version: Int
  let argument: Argument
  /// What it takes from the stack: `v` a value, `(` a mark, `*` all above it.
  let before: String
  /// What it puts there.
  let after: String

  init(_ name: String, _ version: Int, _ argument: Argument, _ before: String, _ after: String) {
    self.name = name
    self.version = version
    self.argument = argument
    self.before = before
    self.after = after
  }

  /// Whether an operation came with protocol 1: of pickles that declare no protocol each is asked.
  static func isOfProtocol1(_ code: UInt8) -> Bool {
    code < 128 && (code < 64 ? codesOfProtocol1.low : codesOfProtocol1.high) >> UInt64(code & 63) & 1 == 1
  }

  private static let codesOfProtocol1: (low: UInt64, high: UInt64) = {
    var bits: (low: UInt64, high: UInt64) = (0, 0)
    for (code, info) in all where code < 128 && info.version == 1 {
      if code < 64 { bits.low |= 1 << UInt64(code) } else { bits.high |= 1 << UInt64(code - 64) }
    }
    return bits
  }()

  /// The operations by their bytes.
  static let all: [UInt8: OpcodeInfo] = [
    0x28: OpcodeInfo("MARK", 0, .none, "", "("),
    0x29: OpcodeInfo("EMPTY_TUPLE", 1, .none, "", "v"),
    0x2E: OpcodeInfo("STOP", 0, .none, "v", ""),
    0x30: OpcodeInfo("POP", 0, .none, "v", ""),
    0x31: OpcodeInfo("POP_MARK", 1, .none, "(*", ""),
    0x32: OpcodeInfo("DUP", 0, .none, "v", "vv"),
    0x42: OpcodeInfo("BINBYTES", 3, .value, "", "v"),
    0x43: OpcodeInfo("SHORT_BINBYTES", 3, .value, "", "v"),
    0x46: OpcodeInfo("FLOAT", 0, .value, "", "v"),
    0x47: OpcodeInfo("BINFLOAT", 1, .value, "", "v"),
    0x49: OpcodeInfo("INT", 0, .value, "", "v"),
    0x4A: OpcodeInfo("BININT", 1, .value, "", "v"),
    0x4B: OpcodeInfo("BININT1", 1, .value, "", "v"),
    0x4C: OpcodeInfo("LONG", 0, .value, "", "v"),
    0x4D: OpcodeInfo("BININT2", 1, .value, "", "v"),
    0x4E: OpcodeInfo("NONE", 0, .none, "", "v"),
    0x50: OpcodeInfo("PERSID", 0, .text, "", "v"),
    0x51: OpcodeInfo("BINPERSID", 1, .none, "v", "v"),
    0x52: OpcodeInfo("REDUCE", 0, .none, "vv", "v"),
    0x53: OpcodeInfo("STRING", 0, .value, "", "v"),
    0x54: OpcodeInfo("BINSTRING", 1, .value, "", "v"),
    0x55: OpcodeInfo("SHORT_BINSTRING", 1, .value, "", "v"),
    0x56: OpcodeInfo("UNICODE", 0, .value, "", "v"),
    0x58: OpcodeInfo("BINUNICODE", 1, .value, "", "v"),
    0x5D: OpcodeInfo("EMPTY_LIST", 1, .none, "", "v"),
    0x61: OpcodeInfo("APPEND", 0, .none, "vv", "v"),
    0x62: OpcodeInfo("BUILD", 0, .none, "vv", "v"),
    0x63: OpcodeInfo("GLOBAL", 0, .pair, "", "v"),
    0x64: OpcodeInfo("DICT", 0, .none, "(*", "v"),
    0x65: OpcodeInfo("APPENDS", 1, .none, "v(*", "v"),
    0x67: OpcodeInfo("GET", 0, .line, "", "v"),
    0x68: OpcodeInfo("BINGET", 1, .number(1), "", "v"),
    0x69: OpcodeInfo("INST", 0, .pair, "(*", "v"),
    0x6A: OpcodeInfo("LONG_BINGET", 1, .number(4), "", "v"),
    0x6C: OpcodeInfo("LIST", 0, .none, "(*", "v"),
    0x6F: OpcodeInfo("OBJ", 1, .none, "(v*", "v"),
    0x70: OpcodeInfo("PUT", 0, .line, "", ""),
    0x71: OpcodeInfo("BINPUT", 1, .number(1), "", ""),
    0x72: OpcodeInfo("LONG_BINPUT", 1, .number(4), "", ""),
    0x73: OpcodeInfo("SETITEM", 0, .none, "vvv", "v"),
    0x74: OpcodeInfo("TUPLE", 0, .none, "(*", "v"),
    0x75: OpcodeInfo("SETITEMS", 1, .none, "v(*", "v"),
    0x7D: OpcodeInfo("EMPTY_DICT", 1, .none, "", "v"),
    0x80: OpcodeInfo("PROTO", 2, .number(1), "", ""),
    0x81: OpcodeInfo("NEWOBJ", 2, .none, "vv", "v"),
    0x82: OpcodeInfo("EXT1", 2, .number(1), "", "v"),
    0x83: OpcodeInfo("EXT2", 2, .number(2), "", "v"),
    0x84: OpcodeInfo("EXT4", 2, .signed, "", "v"),
    0x85: OpcodeInfo("TUPLE1", 2, .none, "v", "v"),
    0x86: OpcodeInfo("TUPLE2", 2, .none, "vv", "v"),
    0x87: OpcodeInfo("TUPLE3", 2, .none, "vvv", "v"),
    0x88: OpcodeInfo("NEWTRUE", 2, .none, "", "v"),
    0x89: OpcodeInfo("NEWFALSE", 2, .none, "", "v"),
    0x8A: OpcodeInfo("LONG1", 2, .value, "", "v"),
    0x8B: OpcodeInfo("LONG4", 2, .value, "", "v"),
    0x8C: OpcodeInfo("SHORT_BINUNICODE", 4, .value, "", "v"),
    0x8D: OpcodeInfo("BINUNICODE8", 4, .value, "", "v"),
    0x8E: OpcodeInfo("BINBYTES8", 4, .value, "", "v"),
    0x8F: OpcodeInfo("EMPTY_SET", 4, .none, "", "v"),
    0x90: OpcodeInfo("ADDITEMS", 4, .none, "v(*", "v"),
    0x91: OpcodeInfo("FROZENSET", 4, .none, "(*", "v"),
    0x92: OpcodeInfo("NEWOBJ_EX", 4, .none, "vvv", "v"),
    0x93: OpcodeInfo("STACK_GLOBAL", 4, .none, "vv", "v"),
    0x94: OpcodeInfo("MEMOIZE", 4, .none, "v", "v"),
    0x95: OpcodeInfo("FRAME", 4, .number(8), "", ""),
    0x96: OpcodeInfo("BYTEARRAY8", 5, .value, "", "v"),
    0x97: OpcodeInfo("NEXT_BUFFER", 5, .none, "", "v"),
    0x98: OpcodeInfo("READONLY_BUFFER", 5, .none, "v", "v"),
  ]
}
