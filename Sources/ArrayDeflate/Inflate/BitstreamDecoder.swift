/// A way to decode symbols, of constants for which the loop is compiled: a truth that is passed as an argument would be tested
/// in the loop.
protocol DecodingMode {
  /// The number of bits that index the table.
  static var indexBits: Int { get }
  /// Whether the table has whole matches of short distances.
  static var hasRuns: Bool { get }
}

/// The tables by which a block's symbols are decoded.
struct SymbolTables {
  /// One symbol or several for each value of the next bits: the first look-up.
  let first: TableView<LiteralEntry>
  /// The table of the code of literals itself, whose second tables follow the first one.
  let literals: TableView<LiteralEntry>
  let distances: TableView<CodeEntry>
}

/// The position in a stream and in its output, and the inner loop that moves both.
///
/// ## Algorithm
/// Huffman decoding by look-up, as libdeflate and zlib do it: the next bits of the stream index a table whose entry says what
/// they mean and how many of them it takes; codes that are longer than the index go on in second tables. Where codes are short
/// an entry has up to four literals and a match (``PackedTable``). Bits come from a buffer of 64, refilled without a branch
/// ("variant 4" of Giesen's "Reading bits in far too many ways", which libdeflate uses too).
///
/// ## What makes it fast
/// - An element of an array of small integers is one look-up.
/// - A match at the distance of an item reads bytes that were written an instant before, in two parts: the processor would have
///   to wait for both to reach the cache. The last eight bytes of output are kept in a register instead, and such a match is a
///   shift, a multiplication and a store (`window`).
/// - The index into the next table is taken before more bits are loaded, so that one does not wait for the other.
/// - 40 bytes of a match are copied without asking how many are needed.
///
/// ## Tried and rejected
/// BMI2 instructions (`-march=x86-64-v3`) changed nothing, so the loop is Swift and not C.
///
/// ## Bit budget of the fast loop
/// A refill leaves 56 to 63 bits counted in ``left``, and all 64 bits of ``bits`` valid: the ones above are the stream's too,
/// and the next refill will load the same. So between two refills at most 56 bits may be *taken*, and a *look-up* may see bits
/// up to the 64th. An entry takes at most
/// - 12 bits, if it is literals and perhaps a run (the index of ``PackedTable``; 11 in the table of a code);
/// - 21 bits, if a length or a code's second table follows: in a packed table a literal of one bit, then 15 bits of the code,
///   then 5 extra bits.
///
/// The refills, and what is taken until the next one:
///
/// | from | entries | taken | the next look-up sees |
/// | --- | --- | --- | --- |
/// | that before a distance | distance 15 + 13, then one of 21 | 49 | 8 of a distance: 57 |
/// | that between the first and the second entry | 12, 12, then one of 21 | 45 | 8 of a distance: 53 |
/// | that after a literal of a second table | one of 21 | 21 | 8 of a distance: 29 |
///
/// All are within 56 and 64. `take` asserts it.
///
/// ## Bounds of the fast loop
/// An iteration refills at most twice, each of which reads 8 bytes and moves at most 7: 15 bytes from `next` on, fewer than
/// ``inputReserve``. It writes at most three times four literals and a run of 258, or a match in place of the last run, and up
/// to 63 bytes in excess: less than ``outputReserve``. What is read of the output lies within `distance <= out`, or within the
/// last 8 bytes, of which ``outputBefore`` has enough.
struct BitstreamDecoder {
  /// The bits that have been loaded, the next one lowest. Those above the lowest ``left`` are the stream's too, or 0.
  var bits: UInt64 = 0
  /// The number of bits loaded, in the lowest byte; what is above it means nothing.
  var left: UInt64 = 0
  /// The next byte of the stream to load.
  var next: Int
  /// The next byte of the output.
  var out: Int
  /// The last eight bytes of the output, the latest highest: used while ``decodeFast(_:to:tables:mode:until:)`` runs.
  private var window: UInt64 = 0

  init(next: Int, out: Int) {
    self.next = next
    self.out = out
  }

  /// How far before the end of the stream an iteration of the fast loop must not begin.
  static let inputReserve = 32
  /// How far before the end of the output: see above.
  static let outputReserve = 3 * (4 + DeflateAlphabet.maxMatch) + 64
  /// How much output there must be before: as far as the distances of the packed table reach, and more.
  static let outputBefore = 128

  enum Outcome {
    /// Input or output come near their ends, or what was wanted is there.
    case nearEnd
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
    assert(count & 0xFF <= left & 0xFF)
    bits &>>= count
    left &-= count
  }

  /// Decodes a block's symbols while input and output are far from their ends and fewer than `until` bytes are there.
  ///
  /// - Parameter mode: What the first table is like.
  mutating func decodeFast<Mode: DecodingMode>(
    _ input: InputBytes, to output: OutputBytes, tables: SymbolTables, mode: Mode.Type, until: Int
  ) -> Outcome {
    // A copy, whose fields can stay in registers.
    var copy = self
    defer { self = copy }
    return copy.loop(
      input, to: output, tables: tables, indexBits: Mode.indexBits, hasRuns: Mode.hasRuns, until: until)
  }

  /// The loop. With runs, the last eight bytes are kept in a register.
  @inline(__always)
  private mutating func loop(
    _ input: InputBytes, to output: OutputBytes, tables: SymbolTables, indexBits: Int, hasRuns: Bool, until: Int
  ) -> Outcome {
    let (table, literals, distances) = (tables.first, tables.literals, tables.distances)
    let inputEnd = input.count - BitstreamDecoder.inputReserve
    let outputEnd = min(output.count - BitstreamDecoder.outputReserve, until)
    guard next <= inputEnd, out < outputEnd, out >= BitstreamDecoder.outputBefore else { return .nearEnd }
    let mask = UInt64(1) &<< UInt64(indexBits) &- 1
    if hasRuns { window = output.load64(out - 8) }
    refill(input)
    var entry = table[Int(truncatingIfNeeded: bits & mask)]
    while next <= inputEnd, out < outputEnd {
      var current = entry
      var saved = bits
      entry = emit(current, to: output, next: table, mask: mask, hasRuns: hasRuns)
      if !current.isOther {
        refill(input)
        current = entry
        saved = bits
        entry = emit(current, to: output, next: table, mask: mask, hasRuns: hasRuns)
        if !current.isOther {
          current = entry
          saved = bits
          entry = emit(current, to: output, next: table, mask: mask, hasRuns: hasRuns)
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
    return .nearEnd
  }

  /// Takes an entry's bits, writes its literals and its run, and looks up the entry after it.
  @inline(__always) private mutating func emit(
    _ entry: LiteralEntry, to output: OutputBytes, next table: TableView<LiteralEntry>, mask: UInt64, hasRuns: Bool
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
    // After a match shorter than eight bytes the older ones are still those from before.
    window = (length < 8 ? window : pattern) &>> turn | pattern &<< (0 &- turn)
  }
}
