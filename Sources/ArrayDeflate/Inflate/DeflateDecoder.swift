internal import ByteIO

/// Inflates streams that are in memory as a whole: block by block, with ``BitstreamDecoder`` for the symbols.
///
/// It accepts what zlib accepts and nothing else. libdeflate is more lenient: it decodes a match although the block has no
/// code of distances, either bit of a code that has one symbol, and blocks with more than 30 distances. Used by one thread at
/// a time.
final class DeflateDecoder: @unchecked Sendable {
  /// The entries of all tables: those of ``SymbolTables``, and those of the code of code lengths.
  private let entries: Table<CodeEntry>
  private var tables: SymbolTables
  private let literals: DecodingTable
  private let distances: DecodingTable
  private let codeLengths: DecodingTable
  private let packed = PackedTable()
  /// The last bytes of a stream, with zeros after them.
  private let tail = Table<UInt8>(repeating: 0, count: 64)
  /// The lengths of a block's codes, literals first; after them those of the code of code lengths.
  private let lengths = Table<UInt8>(repeating: 0, count: 320 + 19)
  /// The number of lengths of literals and of distances.
  private var counts = (literals: 0, distances: 0)
  private var isFixed = false
  /// The bytes of the stream that the symbols of the last block with codes of its own took, and the bytes that they gave: the next
  /// will be alike.
  private var last = (input: 0, output: 0)

  /// The bytes that a byte of the stream gives on average above which matches are long.
  private static var longMatches: Int { 20 }

  private init() {
    let count = SymbolTables.count
    entries = Table(repeating: .invalid, count: count + DecodingTable.codeLengthCapacity, isAligned: true)
    tables = SymbolTables(entries: entries.view.part(0..<count))
    literals = .literals(tables.literals)
    distances = .distances(tables.distances)
    codeLengths = .codeLengths(entries.view.part(count..<entries.count))
  }

  /// The decoder that was used last, and those of further threads.
  private static let spare = SpareObject<DeflateDecoder>()
  private static let pool = Pool(keeping: 16) { DeflateDecoder() }

  /// Inflates a stream into memory.
  ///
  /// - Parameters:
  ///   - wanted: `nil` if the stream must give exactly what the memory holds, its final block included; else how many
  ///     bytes of it are wanted: decoding stops soon after them.
  ///   - isSegment: Whether the stream may end without a final block, after a flush.
  /// - Returns: How many bytes of the stream were used.
  /// - Throws: ``FormatError`` with code `corrupt`, and the offset in the stream.
  static func decode(
    _ stream: UnsafeRawBufferPointer, into memory: UnsafeMutableRawBufferPointer, upTo wanted: Int? = nil,
    isSegment: Bool = false
  ) throws(FormatError) -> Int {
    let expected = memory.count
    // Safe: the views are used within the call only.
    let (input, output) = unsafe (InputBytes(mayBeEmpty: stream), OutputBytes(mayBeEmpty: memory))
    let stored = copyStoredBlocks(input, output)
    if stored.isWhole, wanted == nil, stored.out == expected { return stored.next }
    var bitstream = BitstreamDecoder(next: stored.next, out: stored.out)
    let error =
      stored.isWhole
      ? stored.out < wanted ?? 0 ? DeflateError.tooShort : nil
      : decodeBlocks(&bitstream, input, output, until: wanted ?? .max, isSegment: isSegment)
    if let error { throw error.formatError(expected: expected, found: bitstream.out, offset: bitstream.position) }
    if wanted == nil, bitstream.out != expected {
      throw DeflateError.tooShort.formatError(expected: expected, found: bitstream.out, offset: bitstream.position)
    }
    return bitstream.position
  }

  /// Copies the stored blocks that a stream begins with: where they end in the stream and in the output, and whether the last of them
  /// was the stream's. What is wrong with one is left to ``decodeBlocks``, to whose state in memory a KB would take a third longer.
  @inline(__always)
  private static func copyStoredBlocks(
    _ input: InputBytes, _ output: OutputBytes
  ) -> (next: Int, out: Int, isWhole: Bool) {
    var (next, out) = (0, 0)
    while input.count &- next >= 5, input[next] & 6 == 0 {
      let header = input[next]
      let lengths = Int(input.load32(next &+ 1))
      let length = lengths & 0xFFFF
      guard length ^ lengths &>> 16 == 0xFFFF, length <= input.count &- next &- 5, length <= output.count &- out else {
        break
      }
      output.copy((next &+ 5)..<(next &+ 5 &+ length), of: input, to: out)
      next &+= 5 &+ length
      out &+= length
      if header & 1 == 1 { return (next, out, true) }
    }
    return (next, out, false)
  }

  /// Decodes block after block. Tables are borrowed where a block has codes: to inflate a short stored block takes less time than that.
  private static func decodeBlocks(
    _ bitstream: inout BitstreamDecoder, _ input: InputBytes, _ output: OutputBytes, until: Int, isSegment: Bool
  ) -> DeflateError? {
    var borrowed: DeflateDecoder?
    defer { if let borrowed, !spare.give(borrowed) { pool.give(borrowed) } }
    while bitstream.out < until {
      if isSegment, bitstream.isAtEnd(of: input) { break }
      guard let header = bitstream.read(3, input) else { return .cutShort }
      let error: DeflateError?
      if header >> 1 == 0 {
        error = bitstream.copyStored(input, output)
      } else {
        let decoder = borrowed ?? spare.take() ?? pool.take()
        borrowed = decoder
        error = decoder.decodeBlock(of: header >> 1, &bitstream, input, output, until: until)
      }
      if let error { return error }
      if header & 1 == 1 { break }
    }
    return bitstream.out < until && until != .max ? .tooShort : nil
  }

  private func decodeBlock(
    of type: Int, _ bitstream: inout BitstreamDecoder, _ input: InputBytes, _ output: OutputBytes, until: Int
  ) -> DeflateError? {
    switch type {
    case 1: buildFixed()
    case 2:
      isFixed = false
      if let error = readCodes(&bitstream, input) { return error }
    default: return .badBlockType
    }
    return decodeSymbols(&bitstream, input, output, until: until)
  }

  private func decodeSymbols(
    _ bitstream: inout BitstreamDecoder, _ input: InputBytes, _ output: OutputBytes, until: Int
  ) -> DeflateError? {
    let (start, startOfOutput) = (bitstream.next, bitstream.out)
    defer { if !isFixed { last = (bitstream.next - start, bitstream.out - startOfOutput) } }
    var outcome = BitstreamDecoder.Outcome.nearEnd
    let limits = BitstreamDecoder.Limits(input: input.count, output: until)
    if !isFixed, input.count - start > PackedTable.leastBytes {
      outcome = decodeLong(&bitstream, input, output, limits)
    }
    if case .nearEnd = outcome {
      outcome = bitstream.decodeFast(input, to: output, tables: tables, limits: limits)
    }
    if case .nearEnd = outcome, bitstream.next + BitstreamDecoder.inputReserve <= input.count {
      outcome = bitstream.decodeNear(input, to: output, tables: tables, limits: limits)
    }
    if case .nearEnd = outcome {
      outcome = bitstream.decodeSlow(input, to: output, tables: tables, until: until, tail: tail)
    }
    switch outcome {
    case .nearEnd, .endOfBlock: return nil
    case .failure(let error): return error
    }
  }

  /// Decodes a block that is long, or is likely to be: with several symbols in a look-up, if its codes are short enough.
  private func decodeLong(
    _ bitstream: inout BitstreamDecoder, _ input: InputBytes, _ output: OutputBytes, _ limits: BitstreamDecoder.Limits
  ) -> BitstreamDecoder.Outcome {
    let (start, startOfOutput) = (bitstream.next, bitstream.out)
    if last.input < PackedTable.leastBytes {
      let first = BitstreamDecoder.Limits(input: start + PackedTable.leastBytes, output: limits.output)
      let outcome = bitstream.decodeFast(input, to: output, tables: tables, limits: first)
      guard case .nearEnd = outcome else { return outcome }
      last = (bitstream.next - start, bitstream.out - startOfOutput)
    }
    let savings = PackedTable.Savings(lengths.view, counts: counts)
    let choice = PackedTable.Choice(savings, areLong: last.output > DeflateDecoder.longMatches * last.input)
    guard choice.kind != .single else { return .nearEnd }
    if last.input < choice.leastBytes {
      // What has gone on for so long is likely to go on for as long again.
      let first = BitstreamDecoder.Limits(input: start + choice.leastBytes, output: limits.output)
      let outcome = bitstream.decodeFast(input, to: output, tables: tables, limits: first)
      guard case .nearEnd = outcome else { return outcome }
    }
    guard input.count - bitstream.next > choice.leastBytes else { return .nearEnd }
    packed.build(tables, runs: choice.kind == .runs, pairs: choice.hasPairs(last.input))
    return decodePacked(&bitstream, input, output, limits, hasRuns: choice.kind == .runs)
  }

  /// Goes on with several symbols in a look-up.
  private func decodePacked(
    _ bitstream: inout BitstreamDecoder, _ input: InputBytes, _ output: OutputBytes, _ limits: BitstreamDecoder.Limits,
    hasRuns: Bool
  ) -> BitstreamDecoder.Outcome {
    guard hasRuns else {
      return bitstream.decodePacked(input, to: output, tables: tables, packed: packed.view, limits: limits)
    }
    let before = min(BitstreamDecoder.outputBefore, limits.output)
    let outcome = bitstream.decodeSlow(input, to: output, tables: tables, until: before, tail: tail)
    guard case .nearEnd = outcome else { return outcome }
    return bitstream.decodeRuns(input, to: output, tables: tables, packed: packed.view, limits: limits)
  }

  private func buildFixed() {
    guard !isFixed else { return }
    let all = lengths.view
    for symbol in 0..<288 { all[symbol] = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8 }
    for symbol in 288..<320 { all[symbol] = 5 }
    tables.literalMask = literals.build(all, 0..<288).map { 1 << UInt64($0) - 1 } ?? 0
    _ = distances.build(all, 288..<320)
    counts = (288, 32)
    isFixed = true
  }

  /// The order in which the lengths of the code of code lengths are written (RFC 1951, 3.2.7).
  @inline(__always) private static var order: InlineArray<19, Int> {
    [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  }

  /// Reads the codes of a block that brings its own.
  private func readCodes(_ bitstream: inout BitstreamDecoder, _ input: InputBytes) -> DeflateError? {
    guard let sizes = bitstream.read(14, input) else { return .cutShort }
    let (literalCount, distanceCount) = (sizes & 31 + 257, sizes >> 5 & 31 + 1)
    // More than that are reserved, and refused by zlib.
    guard literalCount <= 286, distanceCount <= 30 else { return .badSymbolCounts }
    let all = lengths.view
    all.fill(0, from: 320, count: 19)
    let order = DeflateDecoder.order
    for index in 0..<sizes >> 10 + 4 {
      guard let length = bitstream.read(3, input) else { return .cutShort }
      all[320 + order[index]] = UInt8(length)
    }
    guard codeLengths.build(all, 320..<339) != nil else { return .badCodeLengths }
    if let error = readLengths(&bitstream, input, count: literalCount + distanceCount) { return error }
    counts = (literalCount, distanceCount)
    guard all[256] > 0 else { return .noEndOfBlock }
    guard let literalBits = literals.build(all, 0..<literalCount) else { return .badLiteralCode }
    tables.literalMask = 1 << UInt64(literalBits) - 1
    return distances.build(all, literalCount..<literalCount + distanceCount) == nil ? .badDistanceCode : nil
  }

  /// Reads the lengths of a block's codes, which are run-length coded.
  private func readLengths(_ stream: inout BitstreamDecoder, _ input: InputBytes, count total: Int) -> DeflateError? {
    let (all, entries) = (lengths.view, codeLengths.view)
    var bitstream = stream
    defer { stream = bitstream }
    var done = 0
    while done < total {
      // At most 7 bits of code and 7 extra bits.
      if bitstream.left < 14 { bitstream.load(input) }
      let entry = entries[Int(truncatingIfNeeded: bitstream.bits & 0x7F)]
      guard !entry.isExceptional else { return .badCodeLengths }
      guard let saved = bitstream.takeLoaded(entry.taken) else { return .cutShort }
      guard entry.value >= 16 else {
        all[done] = UInt8(truncatingIfNeeded: entry.value)
        done &+= 1
        continue
      }
      guard entry.value > 16 || done > 0 else { return .badCodeLengths }
      let length = entry.value == 16 ? all[done &- 1] : 0
      let count = entry.value(saved) &- entry.value &+ (entry.value == 18 ? 11 : 3)
      guard count <= total &- done else { return .badCodeLengths }
      // In steps of eight, as far as seven too far: what is there is written later, or no longer needed.
      for index in stride(from: done, to: done &+ count, by: 8) { all.set(eight: length, at: index) }
      done &+= count
    }
    return nil
  }
}
