/// The codes of a block, as loops over symbols want them: code and number of bits side by side.
final class CodeTables {
  /// Literals by their value; lengths `n` at `256 + n`, with their extra bits. The bits in the low 24, their number
  /// above.
  let symbols = Table<UInt32>(repeating: 0, count: Token.symbolCount)
  /// Distance symbols: the code in the low 16 bits, the number of bits with the extra ones in the next eight, and
  /// without them above.
  let distances = Table<UInt32>(repeating: 0, count: 32)
  /// The extra bits of each distance symbol.
  let masks = Table<UInt32>(repeating: 0, count: 32)
  /// The end of the block, like a literal.
  private(set) var end: UInt32 = 0

  init() {
    for slot in 0..<DeflateAlphabet.distanceCount {
      masks.view[slot] = 1 << UInt32(DeflateAlphabet.distanceExtra(slot)) - 1
    }
  }

  func fill(_ literals: HuffmanCode, _ distances: HuffmanCode) {
    let (symbols, distanceView) = (symbols.view, self.distances.view)
    for symbol in 0..<256 {
      symbols[symbol] = UInt32(literals.codes[symbol]) | UInt32(literals.lengths[symbol]) << 24
    }
    end =
      UInt32(literals.codes[DeflateAlphabet.endOfBlock]) | UInt32(literals.lengths[DeflateAlphabet.endOfBlock]) << 24
    let slots = DeflateAlphabet.lengthSlots.view
    for length in DeflateAlphabet.minMatch...DeflateAlphabet.maxMatch {
      let slot = Int(slots[length])
      let bits = UInt32(literals.lengths[257 + slot])
      let extra = UInt32(length - Int(DeflateAlphabet.lengthBase[slot]))
      symbols[256 + length] =
        UInt32(literals.codes[257 + slot]) | extra << bits | (bits + UInt32(DeflateAlphabet.lengthExtra[slot])) << 24
    }
    for slot in 0..<DeflateAlphabet.distanceCount {
      let bits = UInt32(distances.lengths[slot])
      distanceView[slot] =
        UInt32(distances.codes[slot]) | (bits + UInt32(DeflateAlphabet.distanceExtra(slot))) << 16 | bits << 24
    }
  }
}

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

/// The description of a block's own codes: the code lengths, themselves run-length and Huffman coded.
struct BlockHeader {
  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  private var items: [(symbol: UInt8, extra: UInt8)] = []
  private let code: HuffmanCode
  private let literalCount: Int
  private let distanceCount: Int
  private let codeCount: Int
  /// The bits of the description.
  let bits: Int

  init(_ literals: HuffmanCode, _ distances: HuffmanCode) {
    var literalCount = DeflateAlphabet.literalCount
    while literalCount > 257, literals.lengths[literalCount - 1] == 0 { literalCount -= 1 }
    var distanceCount = DeflateAlphabet.distanceCount
    while distanceCount > 1, distances.lengths[distanceCount - 1] == 0 { distanceCount -= 1 }
    let lengths = Array(literals.lengths[..<literalCount]) + Array(distances.lengths[..<distanceCount])
    var items: [(symbol: UInt8, extra: UInt8)] = []
    var index = 0
    while index < lengths.count {
      let length = lengths[index]
      var run = 1
      while index + run < lengths.count, lengths[index + run] == length { run += 1 }
      index += run
      if length > 0 {
        items.append((length, 0))
        run -= 1
        while run >= 3 {
          // Seven is better as four and three than as six and one.
          let part = run == 7 ? 4 : min(run, 6)
          items.append((16, UInt8(part - 3)))
          run -= part
        }
      } else {
        while run >= 11 {
          let part = min(run, 138)
          items.append((18, UInt8(part - 11)))
          run -= part
        }
        if run >= 3 {
          items.append((17, UInt8(run - 3)))
          run = 0
        }
      }
      for _ in 0..<run { items.append((length, 0)) }
    }
    var frequencies = [UInt32](repeating: 0, count: 19)
    for item in items { frequencies[Int(item.symbol)] += 1 }
    let code = HuffmanCode(frequencies: frequencies, limit: 7)
    var codeCount = 19
    while codeCount > 4, code.lengths[BlockHeader.order[codeCount - 1]] == 0 { codeCount -= 1 }
    var bits = 14 + 3 * codeCount
    for item in items { bits += Int(code.lengths[Int(item.symbol)]) + BlockHeader.extraBits(item.symbol) }
    self.items = items
    self.code = code
    self.literalCount = literalCount
    self.distanceCount = distanceCount
    self.codeCount = codeCount
    self.bits = bits
  }

  private static func extraBits(_ symbol: UInt8) -> Int {
    switch symbol {
    case 16: 2
    case 17: 3
    case 18: 7
    default: 0
    }
  }

  func write(to writer: inout BitWriter) {
    writer.add(UInt64(literalCount - 257), 5)
    writer.add(UInt64(distanceCount - 1), 5)
    writer.add(UInt64(codeCount - 4), 4)
    writer.flush()
    for symbol in BlockHeader.order[..<codeCount] {
      writer.add(UInt64(code.lengths[symbol]), 3)
      writer.flush()
    }
    for item in items {
      let bits = Int(code.lengths[Int(item.symbol)])
      writer.add(
        UInt64(code.codes[Int(item.symbol)]) | UInt64(item.extra) << UInt64(bits),
        bits + BlockHeader.extraBits(item.symbol))
      writer.flush()
    }
  }
}
