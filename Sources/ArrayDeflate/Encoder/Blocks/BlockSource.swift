/// What is cut into blocks: symbols in chunks whose frequencies are known.
protocol BlockSource {
  /// The number of symbols, counted in whatever unit the source has.
  var count: Int { get }
  /// Fills in the frequencies of the chunk that begins at a symbol and a byte; returns where it ends.
  func countChunk(symbol: Int, byte: Int, of input: InputBytes, into histogram: Histogram) -> (symbol: Int, byte: Int)
  /// Writes the symbols of a range, whose first is at `byte`.
  func write(_ range: Range<Int>, of input: InputBytes, from byte: Int, codes: CodeTables, to writer: inout BitWriter)
}

/// The most bits that the symbols of a block take: what the loops that write them rely on.
///
/// ``BitWriter`` holds 64 bits, of which a flush leaves up to 7. So between two flushes 63 - 7 = 56 bits may be added. The
/// codes of literals and lengths are limited to 14 bits, one fewer than deflate allows, so that four literals fit. Length
/// symbols have up to 5 extra bits, distance symbols up to 13.
enum BitBudget {
  /// What may be added between two flushes.
  static let room = 56
  static let literal = 14
  static let length = literal + 5
  static let distance = 15 + 13

  /// Checked wherever symbols are written, in builds that check assertions.
  static func check() {
    assert(4 * literal <= room && length + distance <= room)
  }
}

extension SequenceList: BlockSource {
  func countChunk(symbol: Int, byte: Int, of input: InputBytes, into histogram: Histogram) -> (symbol: Int, byte: Int) {
    if let counted = counts.take(into: histogram) { return counted }
    var index = symbol
    var symbols = 0
    while index < count, symbols < Tunables.Blocks.sequenceChunkSymbols {
      symbols += self[index].literals + 1
      index += 1
    }
    return (index, histogram.count(self, symbol..<index, input, at: byte))
  }

  func write(_ range: Range<Int>, of input: InputBytes, from byte: Int, codes: CodeTables, to writer: inout BitWriter) {
    BitBudget.check()
    let (literals, distances, masks) = (codes.symbols.view, codes.distances.view, codes.masks.view)
    // A copy in registers: `writer` itself would go through memory at every step.
    var out = writer
    var position = byte
    let last = input.count &- 4
    var index = range.lowerBound
    while index < range.upperBound {
      let sequence = self[index]
      index &+= 1
      var left = sequence.literals
      while left >= 4 {
        // Bit budget: four literals, 56 bits.
        let one = literals[Int(input[position])]
        let two = literals[Int(input[position &+ 1])]
        let three = literals[Int(input[position &+ 2])]
        let four = literals[Int(input[position &+ 3])]
        out.add(UInt64(one & 0xFFFF), Int(one &>> 24))
        out.add(UInt64(two & 0xFFFF), Int(two &>> 24))
        out.add(UInt64(three & 0xFFFF), Int(three &>> 24))
        out.add(UInt64(four & 0xFFFF), Int(four &>> 24))
        out.flush()
        position &+= 4
        left &-= 4
      }
      if position <= last {
        // How many literals are left is hard to predict: so three are written without a branch, some of them with no bits.
        let word = input.load32(position)
        let one = literals[Int(word & 0xFF)] & (left > 0 ? .max : 0)
        let two = literals[Int(word &>> 8 & 0xFF)] & (left > 1 ? .max : 0)
        let three = literals[Int(word &>> 16 & 0xFF)] & (left > 2 ? .max : 0)
        out.add(UInt64(one & 0xFFFF), Int(one &>> 24))
        out.add(UInt64(two & 0xFFFF), Int(two &>> 24))
        out.add(UInt64(three & 0xFFFF), Int(three &>> 24))
        position &+= left
      } else {
        while left > 0 {
          let one = literals[Int(input[position])]
          out.add(UInt64(one & 0xFFFF), Int(one &>> 24))
          position &+= 1
          left &-= 1
        }
      }
      out.flush()
      let length = sequence.length
      if length == 0 { continue }
      // Bit budget: a length and a distance, 19 + 28 bits.
      let entry = literals[256 &+ length]
      out.add(UInt64(entry & 0xFF_FFFF), Int(entry &>> 24))
      let slot = sequence.slot
      let code = distances[slot]
      let extra = UInt64(UInt32(truncatingIfNeeded: sequence.distance &- 1) & masks[slot])
      out.add(UInt64(code & 0xFFFF) | extra &<< UInt64(code &>> 24), Int(code &>> 16 & 0xFF))
      out.flush()
      position &+= length
    }
    writer = out
  }
}

extension TokenList: BlockSource {
  func countChunk(symbol: Int, byte: Int, of input: InputBytes, into histogram: Histogram) -> (symbol: Int, byte: Int) {
    counts.take(into: histogram) ?? (count, byte)
  }

  /// Whether four tokens are literals, whose symbols are less than 256.
  @inline(__always) private static func areLiterals(_ tokens: TableView<Token>, _ index: Int) -> Bool {
    (tokens[index].bits | tokens[index &+ 1].bits | tokens[index &+ 2].bits | tokens[index &+ 3].bits) & 0x300 == 0
  }

  func write(_ range: Range<Int>, of input: InputBytes, from byte: Int, codes: CodeTables, to writer: inout BitWriter) {
    BitBudget.check()
    let (symbols, distances, masks) = (codes.symbols.view, codes.distances.view, codes.masks.view)
    let tokens = tokens.view
    // A copy in registers: `writer` itself would go through memory at every step.
    var out = writer
    var index = range.lowerBound
    while index < range.upperBound {
      if index &+ 4 <= range.upperBound, TokenList.areLiterals(tokens, index) {
        // Bit budget: four literals, 56 bits.
        for place in 0..<4 {
          let entry = symbols[tokens[index &+ place].symbol]
          out.add(UInt64(entry & 0xFFFF), Int(entry &>> 24))
        }
        out.flush()
        index &+= 4
        continue
      }
      let token = tokens[index]
      index &+= 1
      // Bit budget: a length and a distance, 19 + 28 bits.
      let entry = symbols[token.symbol]
      out.add(UInt64(entry & 0xFF_FFFF), Int(entry &>> 24))
      let slot = token.slot
      let code = distances[slot]
      let extra = UInt64(token.bits &>> 15 & masks[slot])
      out.add(UInt64(code & 0xFFFF) | extra &<< UInt64(code &>> 24), Int(code &>> 16 & 0xFF))
      out.flush()
    }
    writer = out
  }
}
