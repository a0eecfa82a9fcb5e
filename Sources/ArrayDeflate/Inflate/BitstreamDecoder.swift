/// A way to decode symbols, of constants for which the loop is compiled.
protocol DecodingMode {
  /// How many bits index the table.
  static var indexBits: Int { get }
  /// Whether the table has whole matches of short distances.
  static var hasRuns: Bool { get }
}

/// The place in a stream and in its output, and the inner loop that moves both.
struct BitstreamDecoder {
  /// The bits that have been loaded, the next one lowest. Those above the lowest ``left`` are the stream's too, or 0.
  var bits: UInt64 = 0
  /// How many bits are loaded, in the lowest byte; what is above it means nothing.
  var left: UInt64 = 0
  /// The next byte of the stream to load.
  var next: Int
  /// The next byte of the output.
  var out: Int
  /// The last eight bytes of the output, the latest highest: used while ``decodeFast`` runs.
  private var window: UInt64 = 0

  init(next: Int, out: Int) {
    self.next = next
    self.out = out
  }

  /// How far before the end of the stream the loop must not begin anew: three times eight bytes may be loaded.
  static let inputReserve = 32
  /// How far before the end of the output: four literals and a match three times, and what is written in excess.
  static let outputReserve = 3 * (4 + 258) + 64
  /// How much output there must be before: as far as the distances of the packed table reach.
  static let outputBefore = 128

  enum Outcome {
    /// Input or output come to their ends, or what was wanted is there.
    case near
    case endOfBlock
    case failure(DeflateError)
  }

  /// At least 56 bits are loaded afterwards.
  @inline(__always) private mutating func refill(_ input: InputBytes) {
    bits |= input.load64(next) &<< left
    next &+= 7 &- Int(truncatingIfNeeded: left &>> 3 & 7)
    left |= 56
  }

  /// Takes as many bits as the lowest byte says, which is less than 64: a shift looks at the lowest six bits only, and
  /// of ``left`` the lowest byte counts.
  @inline(__always) private mutating func take(_ count: UInt64) {
    bits &>>= count
    left &-= count
  }

  /// Decodes a block's symbols while input and output are far from their ends and fewer than `until` bytes are there.
  ///
  /// - Parameters:
  ///   - table: One symbol or several for each value of the next bits.
  ///   - literals: The table of the code itself, whose second tables go on where the first ends.
  ///   - mode: What the table is like.
  mutating func decodeFast<Mode: DecodingMode>(
    _ input: InputBytes, _ output: OutputBytes, _ table: TableView<LiteralEntry>, _ literals: TableView<LiteralEntry>,
    _ distances: TableView<CodeEntry>, mode: Mode.Type, until: Int
  ) -> Outcome {
    // A copy, whose fields can stay in registers.
    var copy = self
    defer { self = copy }
    return copy.loop(
      input, output, table, literals, distances, indexBits: Mode.indexBits, hasRuns: Mode.hasRuns, until: until)
  }

  /// The loop. With runs, the last eight bytes are kept in a register: a match at the distance of an item would else
  /// have to wait for the literals just written to come back from memory.
  @inline(__always)
  private mutating func loop(
    _ input: InputBytes, _ output: OutputBytes, _ table: TableView<LiteralEntry>, _ literals: TableView<LiteralEntry>,
    _ distances: TableView<CodeEntry>, indexBits: Int, hasRuns: Bool, until: Int
  ) -> Outcome {
    let inputEnd = input.count - BitstreamDecoder.inputReserve
    let outputEnd = min(output.count - BitstreamDecoder.outputReserve, until)
    guard next <= inputEnd, out < outputEnd, out >= BitstreamDecoder.outputBefore else { return .near }
    let mask = UInt64(1) &<< UInt64(indexBits) &- 1
    if hasRuns { window = output.load64(out - 8) }
    refill(input)
    var entry = table[Int(truncatingIfNeeded: bits & mask)]
    while next <= inputEnd, out < outputEnd {
      // At least 28 bits are there: enough for one entry, and the index of what follows it.
      var current = entry
      var saved = bits
      entry = emit(current, output, table, mask, hasRuns)
      if !current.isOther {
        refill(input)
        current = entry
        saved = bits
        entry = emit(current, output, table, mask, hasRuns)
        if !current.isOther {
          current = entry
          saved = bits
          entry = emit(current, output, table, mask, hasRuns)
          if !current.isOther { continue }
        }
      }
      // What follows the literals.
      if !current.isLength {
        guard current.isTable else { return current.isEnd ? .endOfBlock : .failure(.badLiteral) }
        saved = bits
        current = literals[current.tableStart &+ Int(truncatingIfNeeded: bits & (1 &<< current.tableBits &- 1))]
        take(current.bits)
        if current.isLiteral {
          output[out] = UInt8(truncatingIfNeeded: current.literals)
          out &+= 1
          if hasRuns { window = window &>> 8 | current.literals &<< 56 }
          refill(input)
          entry = table[Int(truncatingIfNeeded: bits & mask)]
          continue
        }
        guard current.isLength else { return current.isEnd ? .endOfBlock : .failure(.badLiteral) }
      }
      let length = current.length(saved)
      // The look-up comes first, so that it need not wait for the bits that are loaded.
      var symbol = distances[Int(truncatingIfNeeded: bits & 0xFF)]
      refill(input)
      if !symbol.isPlain {
        guard symbol.isTable else { return .failure(.badDistance) }
        take(8)
        symbol = distances[symbol.value &+ Int(truncatingIfNeeded: bits & (1 &<< symbol.extra &- 1))]
        guard symbol.isPlain else { return .failure(.badDistance) }
      }
      let distance = symbol.value(bits)
      take(UInt64(symbol.bits))
      guard distance <= out else { return .failure(.distanceTooFar) }
      // The next entry is looked up before the match is copied.
      entry = table[Int(truncatingIfNeeded: bits & mask)]
      if hasRuns, distance <= 8, distance & (distance &- 1) == 0 {
        repeatWindow(output, length: length, unused: UInt64(truncatingIfNeeded: 64 &- 8 &* distance))
        continue
      }
      output.copyMatch(to: out, distance: distance, count: length)
      out &+= length
      if hasRuns { window = output.load64(out &- 8) }
    }
    return .near
  }

  /// Takes an entry's bits, writes its literals and its run, and looks up the entry after it.
  @inline(__always) private mutating func emit(
    _ entry: LiteralEntry, _ output: OutputBytes, _ table: TableView<LiteralEntry>, _ mask: UInt64, _ hasRuns: Bool
  ) -> LiteralEntry {
    take(entry.bits)
    let following = table[Int(truncatingIfNeeded: bits & mask)]
    let literals = entry.literals
    output.store32(out, UInt32(truncatingIfNeeded: literals))
    let count = entry.literalCount
    out &+= count
    guard hasRuns else { return following }
    let shift = UInt64(truncatingIfNeeded: count) &<< 3
    // Without literals nothing is shifted in either direction, and 0 is added.
    window = window &>> shift | literals &<< (0 &- shift)
    if entry.bits & LiteralEntry.runFlag != 0 { repeatWindow(output, length: entry.length, unused: entry.extra) }
    return following
  }

  /// Writes a match whose distance divides 8: the last 64 - `unused` bits again and again.
  @inline(__always)
  private mutating func repeatWindow(_ output: OutputBytes, length: Int, unused: UInt64) {
    let pattern = (window &>> unused) &* OutputBytes.repeats(unused)
    output.fill(out, count: length, with: pattern)
    out &+= length
    let turn = UInt64(truncatingIfNeeded: length) &<< 3
    // Of a match shorter than eight bytes the older ones are still those from before.
    window = (length < 8 ? window : pattern) &>> turn | pattern &<< (0 &- turn)
  }
}
