/// The tables by which a block's symbols are decoded: that of literals and lengths, and after it that of distances, at a constant
/// offset, so that one address serves both in the inner loops. Those have hardly enough registers: with two addresses the number of
/// bits left was kept in memory, and blocks of matches took up to a tenth longer.
struct SymbolTables {
  let entries: TableView<CodeEntry>
  /// The bits that index the table of literals, as ones.
  var literalMask: UInt64 = 0

  /// Where distances begin: after room for all that a code of literals and lengths may need, 2342 entries.
  static var distanceStart: Int { 2344 }
  /// With the 402 entries that a code of distances may need.
  static var count: Int { distanceStart + 402 }
  /// The part of literals and lengths.
  var literals: TableView<CodeEntry> { entries.part(0..<SymbolTables.distanceStart) }
  var distances: TableView<CodeEntry> { entries.part(SymbolTables.distanceStart..<SymbolTables.count) }

  /// The entry of a literal or a length.
  @inline(__always) func literal(_ index: Int) -> CodeEntry { entries[index] }
  /// The entry of a distance.
  @inline(__always) func distance(_ index: Int) -> CodeEntry { entries[SymbolTables.distanceStart &+ index] }
}

/// The position in a stream and in its output, and the inner loops that move both.
///
/// ## Algorithm
/// Huffman decoding by look-up, as libdeflate and zlib do it: the next bits of the stream index a table whose entry says what
/// they mean and how many of them it takes; codes that are longer than the index go on in second tables. Where codes are short
/// an entry has up to four literals, or a whole match (``PackedTable``). Bits come from a buffer of 64, refilled without a
/// branch ("variant 4" of Giesen's "Reading bits in far too many ways", which libdeflate uses too).
///
/// ## What makes it fast
/// - The tables of a block take 10 KB, those with packed entries 18: with more of them there is no room beside the output in
///   the processor's nearest cache, and nearly each look-up takes twice as long.
/// - The index into the next table is taken before more bits are loaded, so that one does not wait for the other.
/// - The table of literals has no more bits than the block's longest code: blocks of short or fixed codes take a quarter of it.
/// - 40 bytes of a match are copied without asking how many are needed.
/// - What is rare is said to be (`_slowPath`), so that a match goes through few jumps: 2 to 4% of the time.
/// - One refill before a distance, whether it is needed or not: a question whether it is costs more (3% slower on 29 kinds, with the
///   refills placed as libdeflate places them).
/// - A match at the distance of an item reads bytes that were written an instant before, in two parts: the processor would have
///   to wait for both to reach the cache. In blocks of such runs the last eight bytes of output are kept in a register, and such
///   a match is a shift, a multiplication and a store (`window`).
///
/// ## Bit budget of the fast loops
/// A refill leaves 56 to 63 bits counted in ``left``, and all 64 bits of ``bits`` valid: the ones above are the stream's too,
/// and the next refill will load the same. So between two refills at most 56 bits may be *taken*, and a *look-up* may see bits
/// up to the 64th. One symbol at a time takes at most
/// - 11 bits for a literal of the first table;
/// - 20 bits for a length, of a second table too: 15 of the code and 5 extra bits;
/// - 28 bits for a distance: 15 and 13.
///
/// The refills, and what is taken until the next one:
///
/// | from | what | taken | the next look-up sees |
/// | --- | --- | --- | --- |
/// | that before a distance | distance, then a literal or a length | 48 | 8 of a distance: 56 |
/// | that after the first literal | 11, 11, then a literal or length of 20 | 42 | 11: 53 |
/// | that after a literal of a second table | one of 20 | 20 | 11: 31 |
///
/// A packed entry takes 11 bits, or 24 if it has a match, or 16 if it has a length whose distance follows, so the same table
/// holds with 24 in place of 20: 52 and 46 bits, and look-ups up to the 63rd. All are within 56 and 64. `take` asserts it.
///
/// ## Bounds of the fast loops
/// An iteration refills at most twice, each of which reads 8 bytes and moves at most 7: 15 bytes from `next` on, fewer than
/// ``inputReserve``. One symbol at a time it writes at most three literals and a match of 258 bytes, and up to 63 bytes in excess:
/// less than ``outputReserve``; near the end nothing in excess, and each match is compared with what is left, so three bytes are enough
/// (``literalReserve``). With packed entries it writes at most three times four literals and a run of 258, or a match in
/// place of the last run: less than ``packedOutputReserve``. What is read of the output lies within `distance <= out`, or within
/// the last 8 bytes, which blocks of runs must have before.
struct BitstreamDecoder {
  /// The bits that have been loaded, the next one lowest. Those above the lowest ``left`` are the stream's too, or 0.
  var bits: UInt64 = 0
  /// The number of bits loaded, in the lowest byte; what is above it means nothing.
  var left: UInt64 = 0
  /// The next byte of the stream to load.
  var next: Int
  /// The next byte of the output.
  var out: Int
  /// The last eight bytes of the output, the latest highest: used in ``decodePacked(_:to:tables:table:hasRuns:limits:)``.
  var window: UInt64 = 0

  init(next: Int, out: Int) {
    self.next = next
    self.out = out
  }

  /// How far before the end of the stream an iteration of the fast loop must not begin.
  static var inputReserve: Int { 16 }
  /// How far before the end of the output: see above.
  static var outputReserve: Int { 3 + DeflateAlphabet.maxMatch + 64 }
  /// The same where matches are not written in excess.
  static var literalReserve: Int { 3 }
  static var packedOutputReserve: Int { 3 * (4 + DeflateAlphabet.maxMatch) + 64 }
  /// How much output there must be before a block of runs.
  static var outputBefore: Int { 8 }

  /// Where a fast loop stops.
  struct Limits {
    /// As many bytes of the stream.
    var input: Int
    /// As many bytes of output.
    var output: Int
  }

  enum Outcome {
    /// Input or output come near their ends, or what was wanted is there.
    case nearEnd
    case endOfBlock
    case failure(DeflateError)
  }

  /// At least 56 bits are loaded afterwards.
  @inline(__always) mutating func refill(_ input: InputBytes) {
    bits |= input.load64(next) &<< left
    next &+= 7 &- Int(truncatingIfNeeded: left &>> 3 & 7)
    left |= 56
  }

  /// Takes as many bits as the lowest byte says, which is less than 64: a shift looks at the lowest six bits only, and
  /// of ``left`` the lowest byte counts.
  @inline(__always) mutating func take(_ count: UInt64) {
    assert(count & 0xFF <= left & 0xFF)
    bits &>>= count
    left &-= count
  }

  /// Decodes a block's symbols one by one while input and output are far from their ends and within limits.
  mutating func decodeFast(
    _ input: InputBytes, to output: OutputBytes, tables: SymbolTables, limits: Limits
  ) -> Outcome {
    // A copy, whose fields can stay in registers.
    var copy = self
    defer { self = copy }
    return copy.loop(input, to: output, tables, limits, isNear: false)
  }

  /// The same where the end of the output is near: matches are compared with what is left of it, and nothing is written in excess.
  mutating func decodeNear(
    _ input: InputBytes, to output: OutputBytes, tables: SymbolTables, limits: Limits
  ) -> Outcome {
    var copy = self
    defer { self = copy }
    return copy.loop(input, to: output, tables, limits, isNear: true)
  }

  @inline(__always)
  private mutating func loop(
    _ input: InputBytes, to output: OutputBytes, _ tables: SymbolTables, _ limits: Limits, isNear: Bool
  ) -> Outcome {
    let inputEnd = min(input.count - BitstreamDecoder.inputReserve, limits.input)
    let reserve = isNear ? BitstreamDecoder.literalReserve : BitstreamDecoder.outputReserve
    let outputEnd = min(output.count - reserve, limits.output)
    guard next <= inputEnd, out < outputEnd else { return .nearEnd }
    let mask = tables.literalMask
    refill(input)
    var entry = tables.literal(Int(truncatingIfNeeded: bits & mask))
    while next <= inputEnd, out < outputEnd {
      var saved = bits
      take(UInt64(entry.bits))
      if entry.isLiteral {
        var following = tables.literal(Int(truncatingIfNeeded: bits & mask))
        append(entry, to: output)
        entry = following
        refill(input)
        saved = bits
        take(UInt64(entry.bits))
        if entry.isLiteral {
          following = tables.literal(Int(truncatingIfNeeded: bits & mask))
          append(entry, to: output)
          entry = following
          saved = bits
          take(UInt64(entry.bits))
          if entry.isLiteral {
            following = tables.literal(Int(truncatingIfNeeded: bits & mask))
            append(entry, to: output)
            entry = following
            continue
          }
        }
      }
      if _slowPath(entry.isExceptional) {
        guard entry.isTable else { return entry.isEnd ? .endOfBlock : .failure(.badLiteral) }
        saved = bits
        entry = tables.literal(entry.index(bits))
        take(UInt64(entry.bits))
        if entry.isLiteral {
          append(entry, to: output)
          refill(input)
          entry = tables.literal(Int(truncatingIfNeeded: bits & mask))
          continue
        }
        guard !entry.isExceptional else { return entry.isEnd ? .endOfBlock : .failure(.badLiteral) }
      }
      let length = entry.value(saved)
      // The look-up comes first, so that it need not wait for the bits that are loaded.
      var symbol = tables.distance(Int(truncatingIfNeeded: bits & 0xFF))
      refill(input)
      if _slowPath(symbol.isExceptional) {
        guard symbol.isTable else { return .failure(.badDistance) }
        take(8)
        symbol = tables.distance(symbol.index(bits))
        guard !symbol.isExceptional else { return .failure(.badDistance) }
      }
      let distance = symbol.value(bits)
      take(UInt64(symbol.bits))
      guard _fastPath(distance <= out) else { return .failure(.distanceTooFar) }
      // The next entry is looked up before the match is copied.
      entry = tables.literal(Int(truncatingIfNeeded: bits & mask))
      if isNear {
        guard length <= output.count &- out else { return .failure(.tooLong) }
        output.copyExactly(to: out, distance: distance, count: length)
      } else {
        output.copyMatch(to: out, distance: distance, count: length)
      }
      out &+= length
    }
    return .nearEnd
  }

  @inline(__always) private mutating func append(_ literal: CodeEntry, to output: OutputBytes) {
    output[out] = UInt8(truncatingIfNeeded: literal.bits &>> 16)
    out &+= 1
  }
}
