/// Writes sequences as deflate blocks, each in its cheapest form: stored, with the fixed codes or with its own.
struct BlockWriter {
  /// Literal codes of at most 14 bits: four of them and seven bits left over fit 64.
  static let literalLimit = 14
  static let distanceLimit = 15

  private let literalTable = Table<UInt32>(repeating: 0, count: 288)
  private let lengthTable = Table<UInt32>(repeating: 0, count: 260)
  private let distanceTable = Table<UInt32>(repeating: 0, count: 32)

  /// Writes the sequences of a range as one block (or stored blocks); their first literal is at `start`, they end
  /// at `end`, and `histogram` counts them.
  func write(
    _ list: SequenceList, _ range: Range<Int>, _ input: InputBytes, _ bytes: Range<Int>,
    _ histogram: Histogram, to writer: inout BitWriter
  ) {
    histogram.literals[DeflateAlphabet.endOfBlock] = 1
    defer { histogram.literals[DeflateAlphabet.endOfBlock] = 0 }
    let literalCounts = (0..<DeflateAlphabet.literalCount).map { histogram.literals[$0] }
    let distanceCounts = (0..<DeflateAlphabet.distanceCount).map { histogram.distances[$0] }
    let literals = HuffmanCode(frequencies: literalCounts, limit: BlockWriter.literalLimit)
    let distances = HuffmanCode(frequencies: distanceCounts, limit: BlockWriter.distanceLimit)
    let header = BlockHeader(literals, distances)
    let dynamicBits =
      3 + header.bits + BlockWriter.bits(literals, distances, literalCounts, distanceCounts)
    let fixedBits =
      3
      + BlockWriter.bits(
        HuffmanCode.fixedLiterals, HuffmanCode.fixedDistances, literalCounts, distanceCounts)
    let storedBits = (bytes.count + 5 * ((bytes.count + 65_534) / 65_535)) * 8 + 7
    if storedBits <= min(dynamicBits, fixedBits) {
      unsafe writer.writeStored(input.buffer(bytes))
    } else if fixedBits <= dynamicBits {
      writer.beginBlock(type: 1)
      writeSymbols(
        list, range, input, bytes.lowerBound, HuffmanCode.fixedLiterals, HuffmanCode.fixedDistances, &writer)
    } else {
      writer.beginBlock(type: 2)
      header.write(to: &writer)
      writeSymbols(list, range, input, bytes.lowerBound, literals, distances, &writer)
    }
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

  /// Code and number of bits of each symbol side by side, of each length together with its extra bits.
  private func fillTables(_ literals: HuffmanCode, _ distances: HuffmanCode) {
    let (literalView, lengthView, distanceView) = (literalTable.view, lengthTable.view, distanceTable.view)
    for symbol in 0..<DeflateAlphabet.literalCount {
      literalView[symbol] = UInt32(literals.codes[symbol]) | UInt32(literals.lengths[symbol]) << 16
    }
    let slots = DeflateAlphabet.lengthSlots.view
    for length in DeflateAlphabet.minMatch...DeflateAlphabet.maxMatch {
      let slot = Int(slots[length])
      let bits = UInt32(literals.lengths[257 + slot])
      let extra = UInt32(length - Int(DeflateAlphabet.lengthBase[slot]))
      let total = bits + UInt32(DeflateAlphabet.lengthExtra[slot])
      lengthView[length] = UInt32(literals.codes[257 + slot]) | extra << bits | total << 24
    }
    for symbol in 0..<DeflateAlphabet.distanceCount {
      distanceView[symbol] = UInt32(distances.codes[symbol]) | UInt32(distances.lengths[symbol]) << 16
    }
  }

  private func writeSymbols(
    _ list: SequenceList, _ range: Range<Int>, _ input: InputBytes, _ start: Int,
    _ literalCode: HuffmanCode, _ distanceCode: HuffmanCode, _ writer: inout BitWriter
  ) {
    fillTables(literalCode, distanceCode)
    let (literals, lengths, distances) = (literalTable.view, lengthTable.view, distanceTable.view)
    // A copy in registers: `writer` itself would go through memory.
    var out = writer
    var position = start
    var index = range.lowerBound
    while index < range.upperBound {
      let sequence = list[index]
      index &+= 1
      var left = sequence.literals
      while left >= 4 {
        let one = literals[Int(input[position])]
        let two = literals[Int(input[position &+ 1])]
        let three = literals[Int(input[position &+ 2])]
        let four = literals[Int(input[position &+ 3])]
        out.add(UInt64(one & 0xFFFF), Int(one &>> 16))
        out.add(UInt64(two & 0xFFFF), Int(two &>> 16))
        out.add(UInt64(three & 0xFFFF), Int(three &>> 16))
        out.add(UInt64(four & 0xFFFF), Int(four &>> 16))
        out.flush()
        position &+= 4
        left &-= 4
      }
      while left > 0 {
        let one = literals[Int(input[position])]
        out.add(UInt64(one & 0xFFFF), Int(one &>> 16))
        position &+= 1
        left &-= 1
      }
      out.flush()
      let length = sequence.length
      if length == 0 { continue }
      // At most 7 + 20 + 28 bits.
      let entry = lengths[length]
      out.add(UInt64(entry & 0xFF_FFFF), Int(entry &>> 24))
      let slot = sequence.slot
      let code = distances[slot]
      let bits = Int(code &>> 16)
      let extraCount = DeflateAlphabet.distanceExtra(slot)
      let extra = UInt64(truncatingIfNeeded: sequence.distance &- 1) & (1 &<< UInt64(extraCount) &- 1)
      out.add(UInt64(code & 0xFFFF) | extra &<< UInt64(bits), bits &+ extraCount)
      out.flush()
      position &+= length
    }
    let end = literals[DeflateAlphabet.endOfBlock]
    out.add(UInt64(end & 0xFFFF), Int(end &>> 16))
    out.flush()
    writer = out
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
