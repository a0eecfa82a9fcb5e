/// Where a parser lists its sequences.
struct SequenceList {
  private let table: TableView<PackedSequence>
  let counts: ChunkCounts
  private(set) var count = 0
  /// The most literals of one sequence, so that blocks can be cut between sequences.
  static let maxLiterals = 8192

  init(_ table: TableView<PackedSequence>, _ counts: ChunkCounts) {
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

  /// Room for the sequences of `byteCount` bytes: matches have three bytes at least, and long runs of literals are cut.
  static func capacity(for byteCount: Int) -> Int { byteCount / 3 + byteCount / maxLiterals + 16 }

  @inline(__always) subscript(index: Int) -> PackedSequence { table[index] }

  @inline(__always) mutating func append(literals: Int, length: Int, distance: Int, slot: Int) {
    var literals = literals
    if literals > SequenceList.maxLiterals { literals = appendLong(literals) }
    table[count] = PackedSequence(literals: literals, length: length, distance: distance, slot: slot)
    count &+= 1
  }

  @inline(__always) mutating func append(literals: Int, length: Int, distance: Int) {
    append(
      literals: literals, length: length, distance: distance, slot: DeflateAlphabet.distanceSlot(distance))
  }

  /// The literals after the last match.
  mutating func finish(literals: Int) {
    let rest = literals > SequenceList.maxLiterals ? appendLong(literals) : literals
    if rest > 0 {
      table[count] = PackedSequence(literals: rest)
      count += 1
    }
  }

  @inline(never) private mutating func appendLong(_ literals: Int) -> Int {
    var left = literals
    while left > SequenceList.maxLiterals {
      table[count] = PackedSequence(literals: SequenceList.maxLiterals)
      count += 1
      left -= SequenceList.maxLiterals
    }
    return left
  }
}
