/// Cuts a segment's symbols into blocks: chunks, joined while one code serves both.
struct BlockSplitter {
  /// Some symbols and the bytes that they stand for, how often each occurs, and what they take.
  private struct Block {
    var symbols = 0..<0
    var bytes = 0..<0
    var bits = 0.0
    var histogram = Histogram()

    mutating func join(_ next: Block, _ joint: Histogram, _ bits: Double) {
      symbols = symbols.lowerBound..<next.symbols.upperBound
      bytes = bytes.lowerBound..<next.bytes.upperBound
      histogram.copy(joint)
      self.bits = bits
    }
  }

  private var chunk = Block()
  private var current = Block()
  /// The block before, if it may still be joined with the current one.
  private var last = Block()
  private let joint = Histogram()
  private let writer = BlockWriter()

  /// About as many bytes as a block has at the most before its code is held against that of the one before.
  private static let piece = 96 << 10

  /// Writes all symbols of a segment.
  ///
  /// - Parameter isExact: Whether to join by what codes take, not only by entropy. By entropy there is always something to
  ///   gain in one code for what is alike; but codes have whole bits, and where those fit differs from block to block
  ///   even in noise. That is worth 0.06% on normal doubles, and takes some time.
  mutating func write(_ list: some BlockSource, _ input: InputBytes, isExact: Bool = false, to out: inout BitWriter) {
    var end = (symbol: 0, byte: 0)
    current.symbols = 0..<0
    last.symbols = 0..<0
    while end.symbol < list.count {
      let start = end
      chunk.histogram.clear()
      end = list.countChunk(start.symbol, start.byte, input, into: chunk.histogram)
      chunk.symbols = start.symbol..<end.symbol
      chunk.bytes = start.byte..<end.byte
      chunk.bits = chunk.histogram.entropyBits()
      if current.symbols.isEmpty {
        swap(&current, &chunk)
        continue
      }
      joint.copy(current.histogram)
      joint.add(chunk.histogram)
      let bits = joint.entropyBits()
      let isFull = isExact && end.byte - current.bytes.lowerBound > BlockSplitter.piece
      if !isFull, bits <= current.bits + chunk.bits {
        current.join(chunk, joint, bits)
      } else {
        endBlock(list, input, isExact, to: &out)
        swap(&current, &chunk)
      }
    }
    if !current.symbols.isEmpty { endBlock(list, input, isExact, to: &out) }
    if !last.symbols.isEmpty { write(last, list, input, to: &out) }
  }

  /// Writes the current block, or what comes before it if it may still be joined with the next one.
  private mutating func endBlock(
    _ list: some BlockSource, _ input: InputBytes, _ isExact: Bool, to out: inout BitWriter
  ) {
    if !isExact { return write(current, list, input, to: &out) }
    current.bits = Double(BlockCode(current.histogram).bits)
    if !last.symbols.isEmpty {
      joint.copy(last.histogram)
      joint.add(current.histogram)
      let bits = Double(BlockCode(joint).bits)
      if bits <= last.bits + current.bits { return last.join(current, joint, bits) }
      write(last, list, input, to: &out)
    }
    swap(&last, &current)
  }

  private func write(_ block: Block, _ list: some BlockSource, _ input: InputBytes, to out: inout BitWriter) {
    writer.write(list, block.symbols, input, block.bytes, block.histogram, to: &out)
  }
}
