/// The codes that some frequencies lead to, and what a block with them takes.
struct BlockCode {
  let literalCounts: [UInt32]
  let distanceCounts: [UInt32]
  let literals: HuffmanCode
  let distances: HuffmanCode
  let header: BlockHeader
  /// The bits of the whole block.
  let bits: Int

  /// - Parameter histogram: The block's symbols but for its end.
  init(_ histogram: Histogram) {
    var literalCounts = (0..<DeflateAlphabet.literalCount).map { histogram.literals[$0] }
    literalCounts[DeflateAlphabet.endOfBlock] = 1
    let distanceCounts = (0..<DeflateAlphabet.distanceCount).map { histogram.distances[$0] }
    (self.literalCounts, self.distanceCounts) = (literalCounts, distanceCounts)
    literals = HuffmanCode(frequencies: literalCounts, limit: BlockWriter.literalLimit)
    distances = HuffmanCode(frequencies: distanceCounts, limit: BlockWriter.distanceLimit)
    header = BlockHeader(literals, distances)
    bits = 3 + header.bits + BlockWriter.bits(literals, distances, literalCounts, distanceCounts)
  }
}

/// Writes symbols as deflate blocks, each in its cheapest form: stored, with the fixed codes or with its own.
struct BlockWriter {
  /// Literal codes of at most 14 bits: four of them and seven bits left over fit 64.
  static let literalLimit = 14
  static let distanceLimit = 15

  private let tables = CodeTables()

  /// Writes the symbols of a range as one block (or stored blocks); they stand for `bytes`, and `histogram` counts
  /// them.
  func write(
    _ list: some BlockSource, _ range: Range<Int>, _ input: InputBytes, _ bytes: Range<Int>,
    _ histogram: Histogram, to writer: inout BitWriter
  ) {
    let code = BlockCode(histogram)
    let fixedBits =
      3
      + BlockWriter.bits(
        HuffmanCode.fixedLiterals, HuffmanCode.fixedDistances, code.literalCounts, code.distanceCounts)
    let storedBits = (bytes.count + 5 * ((bytes.count + 65_534) / 65_535)) * 8 + 7
    if storedBits <= min(code.bits, fixedBits) {
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
    list.write(range, input, bytes.lowerBound, tables, to: &writer)
    writer.add(UInt64(tables.end & 0xFFFF), Int(tables.end >> 24))
    writer.flush()
  }

  static func bits(
    _ literals: HuffmanCode, _ distances: HuffmanCode, _ literalCounts: [UInt32], _ distanceCounts: [UInt32]
  ) -> Int {
    var bits = 0
    for symbol in literalCounts.indices {
      let extra = symbol > 256 ? Int(DeflateAlphabet.lengthExtra[symbol - 257]) : 0
      bits += Int(literalCounts[symbol]) * (Int(literals.lengths[symbol]) + extra)
    }
    for symbol in distanceCounts.indices {
      bits +=
        Int(distanceCounts[symbol])
        * (Int(distances.lengths[symbol]) + DeflateAlphabet.distanceExtra(symbol))
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
      HuffmanCode(frequencies: literalCounts, limit: BlockWriter.literalLimit),
      HuffmanCode(frequencies: distanceCounts, limit: BlockWriter.distanceLimit), literalCounts,
      distanceCounts)
  }
}
