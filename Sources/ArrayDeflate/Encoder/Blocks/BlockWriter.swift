/// The codes that some frequencies lead to, and what a block with them takes.
struct BlockCode {
  let literalCounts: [UInt32]
  let distanceCounts: [UInt32]
  let literals: HuffmanCode
  let distances: HuffmanCode
  let header: BlockHeader
  /// The bits of the whole block.
  let bits: Int

  /// - Parameter histogram: The frequencies of the block's symbols without its end.
  init(_ histogram: Histogram) {
    var literalCounts = (0..<DeflateAlphabet.literalCount).map { histogram.literals[$0] }
    literalCounts[DeflateAlphabet.endOfBlock] = 1
    let distanceCounts = (0..<DeflateAlphabet.distanceCount).map { histogram.distances[$0] }
    (self.literalCounts, self.distanceCounts) = (literalCounts, distanceCounts)
    literals = HuffmanCode(frequencies: literalCounts, limit: BlockWriter.literalLimit)
    distances = HuffmanCode(frequencies: distanceCounts, limit: BlockWriter.distanceLimit)
    header = BlockHeader(literals, distances)
    bits =
      3 + header.bits
      + BlockWriter.bits(
        literals: literals.lengths, distances: distances.lengths, literalCounts: literalCounts,
        distanceCounts: distanceCounts)
  }
}

/// Writes symbols as deflate blocks, each in its cheapest form: stored, with the fixed codes or with its own.
struct BlockWriter {
  /// See ``BitBudget``.
  static let literalLimit = BitBudget.literal
  static let distanceLimit = 15

  private let tables = CodeTables()

  /// Writes symbols as one block (or stored blocks); they represent `bytes`, and `histogram` has their frequencies.
  func write(
    _ list: some BlockSource, symbols range: Range<Int>, of input: InputBytes, bytes: Range<Int>,
    histogram: Histogram, to writer: inout BitWriter
  ) {
    let code = BlockCode(histogram)
    let fixedBits =
      3
      + BlockWriter.bits(
        literals: HuffmanCode.fixedLiterals.lengths, distances: HuffmanCode.fixedDistances.lengths,
        literalCounts: code.literalCounts, distanceCounts: code.distanceCounts)
    let storedBits = (bytes.count + 5 * ((bytes.count + 65_534) / 65_535)) * 8 + 7
    if storedBits <= min(code.bits, fixedBits) {
      // Safe: the bytes are part of the input, and a block's bound leaves room for its stored form.
      return unsafe writer.writeStored(input.buffer(bytes))
    }
    if fixedBits <= code.bits {
      writer.beginBlock(type: 1)
      tables.fill(HuffmanCode.fixedLiterals, HuffmanCode.fixedDistances)
    } else {
      writer.beginBlock(type: 2)
      code.header.write(to: &writer)
      tables.fill(code.literals, code.distances)
    }
    list.write(range, of: input, from: bytes.lowerBound, codes: tables, to: &writer)
    writer.add(UInt64(tables.end & 0xFFFF), Int(tables.end >> 24))
    writer.flush()
  }

  /// The bits of the symbols of a block with their extra bits.
  static func bits(
    literals: [UInt8], distances: [UInt8], literalCounts: [UInt32], distanceCounts: [UInt32]
  ) -> Int {
    var bits = 0
    for symbol in literalCounts.indices {
      let extra = symbol > 256 ? Int(DeflateAlphabet.lengthExtra[symbol - 257]) : 0
      bits += Int(literalCounts[symbol]) * (Int(literals[symbol]) + extra)
    }
    for symbol in distanceCounts.indices {
      bits +=
        Int(distanceCounts[symbol])
        * (Int(distances[symbol]) + DeflateAlphabet.distanceExtra(symbol))
    }
    return bits
  }
}

extension Histogram {
  /// The bits that the symbols take in codes of whole bits, extra bits included, the codes' description not.
  func huffmanBits() -> Int {
    let literalCounts = (0..<DeflateAlphabet.literalCount).map { literals[$0] }
    let distanceCounts = (0..<DeflateAlphabet.distanceCount).map { distances[$0] }
    return BlockWriter.bits(
      literals: HuffmanCode.lengths(literalCounts, limit: BlockWriter.literalLimit),
      distances: HuffmanCode.lengths(distanceCounts, limit: BlockWriter.distanceLimit),
      literalCounts: literalCounts, distanceCounts: distanceCounts)
  }
}
