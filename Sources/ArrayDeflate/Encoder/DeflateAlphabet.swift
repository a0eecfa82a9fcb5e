/// The symbols that deflate has for lengths and distances (RFC 1951, 3.2.5), as tables and arithmetic.
enum DeflateAlphabet {
  static let minMatch = 3
  static let maxMatch = 258
  static let maxDistance = 32_768
  static let endOfBlock = 256
  static let literalCount = 286
  static let distanceCount = 30

  /// The extra bits of the 29 length symbols.
  static let lengthExtra: [UInt8] = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  /// The least length of each length symbol.
  static let lengthBase: [UInt16] = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
    227,
    258,
  ]

  /// The length symbol (0 to 28) of each length, indexed by the length.
  static let lengthSlots: Table<UInt8> = {
    var slots = [UInt8](repeating: 0, count: maxMatch + 1)
    for slot in 0..<29 {
      let base = Int(lengthBase[slot])
      let end = slot == 28 ? 259 : min(258, base + 1 << Int(lengthExtra[slot]))
      for length in base..<max(end, base + 1) { slots[length] = UInt8(slot) }
    }
    slots[maxMatch] = 28
    return Table(slots, default: 0)
  }()

  /// The distance symbol (0 to 29) of a distance of 1 to 32,768.
  @inline(__always) static func distanceSlot(_ distance: Int) -> Int {
    let value = UInt32(truncatingIfNeeded: distance &- 1)
    let top = 31 &- (value | 1).leadingZeroBitCount
    return 2 &* top &+ Int(value &>> UInt32(truncatingIfNeeded: max(top, 1) &- 1)) & 1
  }

  /// How many extra bits follow a distance symbol.
  @inline(__always) static func distanceExtra(_ slot: Int) -> Int { slot < 2 ? 0 : slot &>> 1 &- 1 }
}

/// Some literals and then a match: what parsers produce, packed into 64 bits.
///
/// ```
/// bits 0-23 literals | 24-33 length of the match (0: none) | 34-49 distance - 1 | 50-54 distance symbol
/// ```
struct Sequence64: BitwiseCopyable, Sendable {
  var bits: UInt64

  @inline(__always) init(literals: Int, length: Int, distance: Int) {
    self.init(
      literals: literals, length: length, distance: distance, slot: DeflateAlphabet.distanceSlot(distance))
  }

  @inline(__always) init(literals: Int, length: Int, distance: Int, slot: Int) {
    bits =
      UInt64(truncatingIfNeeded: literals) | UInt64(truncatingIfNeeded: length) << 24
      | UInt64(truncatingIfNeeded: distance &- 1) << 34 | UInt64(truncatingIfNeeded: slot) << 50
  }

  /// Literals without a match.
  @inline(__always) init(literals: Int) { bits = UInt64(truncatingIfNeeded: literals) }

  @inline(__always) var literals: Int { Int(truncatingIfNeeded: bits & 0xFF_FFFF) }
  @inline(__always) var length: Int { Int(truncatingIfNeeded: bits &>> 24 & 0x3FF) }
  @inline(__always) var distance: Int { Int(truncatingIfNeeded: bits &>> 34 & 0xFFFF) &+ 1 }
  @inline(__always) var slot: Int { Int(truncatingIfNeeded: bits &>> 50 & 0x1F) }
}

/// Where a parser puts its sequences.
struct SequenceList {
  private let table: TableView<Sequence64>
  let counts: ChunkCounts
  private(set) var count = 0
  /// The most literals of one sequence, so that blocks can be cut between sequences.
  static let mostLiterals = 8192

  init(_ table: TableView<Sequence64>, _ counts: ChunkCounts) {
    self.table = table
    self.counts = counts
    counts.clear()
  }

  /// Counts the symbols since the last chunk, whose first literal is at a byte.
  func endChunk(from first: Int, _ input: InputBytes, at byte: Int) -> Histogram {
    let histogram = counts.next()
    counts.end(symbol: count, byte: histogram.count(self, first..<count, input, at: byte))
    return histogram
  }

  /// Room for the sequences of so many bytes: matches have three bytes at least, and long runs are cut.
  static func capacity(for byteCount: Int) -> Int { byteCount / 3 + byteCount / mostLiterals + 16 }

  @inline(__always) subscript(index: Int) -> Sequence64 { table[index] }

  @inline(__always) mutating func append(literals: Int, length: Int, distance: Int, slot: Int) {
    var literals = literals
    if literals > SequenceList.mostLiterals { literals = appendLong(literals) }
    table[count] = Sequence64(literals: literals, length: length, distance: distance, slot: slot)
    count &+= 1
  }

  @inline(__always) mutating func append(literals: Int, length: Int, distance: Int) {
    append(
      literals: literals, length: length, distance: distance, slot: DeflateAlphabet.distanceSlot(distance))
  }

  /// The literals after the last match.
  mutating func finish(literals: Int) {
    let rest = literals > SequenceList.mostLiterals ? appendLong(literals) : literals
    if rest > 0 {
      table[count] = Sequence64(literals: rest)
      count += 1
    }
  }

  @inline(never) private mutating func appendLong(_ literals: Int) -> Int {
    var left = literals
    while left > SequenceList.mostLiterals {
      table[count] = Sequence64(literals: SequenceList.mostLiterals)
      count += 1
      left -= SequenceList.mostLiterals
    }
    return left
  }
}
