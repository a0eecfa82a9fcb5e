internal import ByteIO

/// Inflates streams that are in memory as a whole: block by block, with ``BitstreamDecoder`` for the symbols.
///
/// It accepts what zlib accepts and nothing else. libdeflate is more lenient: it decodes a match although the block has no
/// code of distances, either bit of a code that has one symbol, and blocks with more than 30 distances. Used by one thread at
/// a time.
final class DeflateDecoder: @unchecked Sendable {
  private let literals = DecodingTable.literals()
  private let distances = DecodingTable.distances()
  private let codeLengths = DecodingTable.codeLengths()
  private let packed = PackedTable()
  /// The lengths of a block's codes, literals first; after them those of the code of code lengths.
  private let lengths = Table<UInt8>(repeating: 0, count: 320 + 19)
  /// The number of lengths of literals and of distances.
  private var counts = (literals: 0, distances: 0)
  private var isFixed = false
  /// The bytes of the stream that the symbols of the last block with codes of its own took: the next will be as long.
  private var lastCount = 0

  /// The bytes of a block's symbols below which a packed table takes longer to build than it saves.
  private static var worthPacking: Int { 8000 }

  private static let pool = Pool(keeping: 16) { DeflateDecoder() }

  /// Borrows a decoder for the duration of a call.
  static func with<Result>(_ body: (DeflateDecoder) throws(FormatError) -> Result) throws(FormatError) -> Result {
    let decoder = pool.take()
    defer { pool.give(decoder) }
    return try body(decoder)
  }

  /// Inflates a stream into memory.
  ///
  /// - Parameters:
  ///   - wanted: `nil` if the stream must give exactly what the memory holds, its final block included; else how many
  ///     bytes of it are wanted: decoding stops soon after them.
  ///   - isSegment: Whether the stream may end without a final block, after a flush.
  /// - Returns: How many bytes of the stream were used.
  /// - Throws: ``FormatError`` with code `corrupt`, and the offset in the stream.
  func decode(
    _ stream: UnsafeRawBufferPointer, into memory: UnsafeMutableRawBufferPointer, upTo wanted: Int? = nil,
    isSegment: Bool = false
  ) throws(FormatError) -> Int {
    var nothing: UInt64 = 0
    let expected = memory.count
    var bitstream = BitstreamDecoder(next: 0, out: 0)
    let error = unsafe withUnsafeMutableBytes(of: &nothing) { spare -> DeflateError? in
      // Safe: the views are used within the call only; empty buffers may have no address, but the views have a length
      // of 0 then and are not touched.
      guard let input = unsafe InputBytes(stream.isEmpty ? UnsafeRawBufferPointer(rebasing: spare[..<0]) : stream),
        let output = unsafe OutputBytes(
          memory.isEmpty ? UnsafeMutableRawBufferPointer(rebasing: spare[..<0]) : memory)
      else { return .cutShort }
      return decodeBlocks(&bitstream, input, output, until: wanted ?? .max, isSegment: isSegment)
    }
    if let error { throw error.formatError(expected: expected, found: bitstream.out, offset: bitstream.position) }
    if wanted == nil, bitstream.out != expected {
      throw DeflateError.tooShort.formatError(expected: expected, found: bitstream.out, offset: bitstream.position)
    }
    return bitstream.position
  }

  private func decodeBlocks(
    _ bitstream: inout BitstreamDecoder, _ input: InputBytes, _ output: OutputBytes, until: Int, isSegment: Bool
  ) -> DeflateError? {
    while bitstream.out < until {
      if isSegment, bitstream.isAtEnd(of: input) { break }
      guard let isLast = bitstream.read(1, input), let type = bitstream.read(2, input) else { return .cutShort }
      var error: DeflateError?
      switch type {
      case 0: error = bitstream.copyStored(input, output)
      case 1:
        buildFixed()
        error = decodeSymbols(&bitstream, input, output, until: until)
      case 2:
        isFixed = false
        error = readCodes(&bitstream, input) ?? decodeSymbols(&bitstream, input, output, until: until)
      default: error = .badBlockType
      }
      if let error { return error }
      if isLast == 1 { break }
    }
    return bitstream.out < until && until != .max ? .tooShort : nil
  }

  private func decodeSymbols(
    _ bitstream: inout BitstreamDecoder, _ input: InputBytes, _ output: OutputBytes, until: Int
  ) -> DeflateError? {
    let tables = SymbolTables(literals: literals.view, distances: distances.view)
    let start = bitstream.next
    defer { if !isFixed { lastCount = bitstream.next - start } }
    var outcome = BitstreamDecoder.Outcome.nearEnd
    var limits = BitstreamDecoder.Limits(input: input.count, output: until)
    if !isFixed, input.count - start > DeflateDecoder.worthPacking {
      // A long block, or one that is likely to be.
      if lastCount < DeflateDecoder.worthPacking {
        limits.input = start + DeflateDecoder.worthPacking
        outcome = bitstream.decodeFast(input, to: output, tables: tables, limits: limits)
      }
      if case .nearEnd = outcome, lastCount >= DeflateDecoder.worthPacking || bitstream.next > limits.input {
        limits.input = input.count
        outcome = decodePacked(&bitstream, input, output, tables, limits)
      }
    }
    if case .nearEnd = outcome {
      outcome = bitstream.decodeFast(input, to: output, tables: tables, limits: limits)
    }
    if case .nearEnd = outcome {
      outcome = bitstream.decodeSlow(input, to: output, tables: tables, until: until)
    }
    switch outcome {
    case .nearEnd, .endOfBlock: return nil
    case .failure(let error): return error
    }
  }

  /// Goes on with several symbols in a look-up, if the block's codes are short enough.
  private func decodePacked(
    _ bitstream: inout BitstreamDecoder, _ input: InputBytes, _ output: OutputBytes, _ tables: SymbolTables,
    _ limits: BitstreamDecoder.Limits
  ) -> BitstreamDecoder.Outcome {
    let kind = PackedTable.Kind(
      lengths.view, literals: 0..<counts.literals, distances: counts.literals..<(counts.literals + counts.distances))
    guard kind != .single else { return .nearEnd }
    packed.build(tables.literals, tables.distances, runs: kind == .runs)
    guard kind == .runs else {
      return bitstream.decodePacked(input, to: output, tables: tables, packed: packed.view, limits: limits)
    }
    let before = min(BitstreamDecoder.outputBefore, limits.output)
    let outcome = bitstream.decodeSlow(input, to: output, tables: tables, until: before)
    guard case .nearEnd = outcome else { return outcome }
    return bitstream.decodeRuns(input, to: output, tables: tables, packed: packed.view, limits: limits)
  }

  private func buildFixed() {
    guard !isFixed else { return }
    let all = lengths.view
    for symbol in 0..<288 { all[symbol] = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8 }
    for symbol in 288..<320 { all[symbol] = 5 }
    _ = literals.build(all, 0..<288)
    _ = distances.build(all, 288..<320)
    counts = (288, 32)
    isFixed = true
  }

  /// The order in which the lengths of the code of code lengths are written (RFC 1951, 3.2.7).
  private static let order: [Int] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  /// Reads the codes of a block that brings its own.
  private func readCodes(_ bitstream: inout BitstreamDecoder, _ input: InputBytes) -> DeflateError? {
    guard let literalBits = bitstream.read(5, input), let distanceBits = bitstream.read(5, input),
      let lengthBits = bitstream.read(4, input)
    else { return .cutShort }
    let (literalCount, distanceCount) = (literalBits + 257, distanceBits + 1)
    // More than that are reserved, and refused by zlib.
    guard literalCount <= 286, distanceCount <= 30 else { return .badSymbolCounts }
    let all = lengths.view
    for index in 320..<339 { all[index] = 0 }
    for symbol in DeflateDecoder.order[..<(lengthBits + 4)] {
      guard let length = bitstream.read(3, input) else { return .cutShort }
      all[320 + symbol] = UInt8(length)
    }
    guard codeLengths.build(all, 320..<339) else { return .badCodeLengths }
    let total = literalCount + distanceCount
    var done = 0
    while done < total {
      bitstream.load(input)
      let entry = codeLengths.view[Int(truncatingIfNeeded: bitstream.bits & 0x7F)]
      guard !entry.isExceptional else { return .badCodeLengths }
      guard let saved = bitstream.takeLoaded(entry.taken) else { return .cutShort }
      guard entry.value >= 16 else {
        all[done] = UInt8(truncatingIfNeeded: entry.value)
        done += 1
        continue
      }
      guard entry.value > 16 || done > 0 else { return .badCodeLengths }
      let length = entry.value == 16 ? all[done - 1] : 0
      let count = entry.value(saved) - entry.value + (entry.value == 18 ? 11 : 3)
      guard count <= total - done else { return .badCodeLengths }
      for _ in 0..<count {
        all[done] = length
        done += 1
      }
    }
    counts = (literalCount, distanceCount)
    guard all[256] > 0 else { return .noEndOfBlock }
    guard literals.build(all, 0..<literalCount) else { return .badLiteralCode }
    return distances.build(all, literalCount..<total) ? nil : .badDistanceCode
  }
}
