/// Cuts a segment's symbols into blocks: block splitting from the bottom up, in one pass.
///
/// ## Algorithm
/// The symbols come in chunks whose frequencies are known. A chunk joins the block before it as long as one code for both takes
/// no more bits than two codes and two headers, by entropy; else it begins a new block. zopfli splits from the top down, where
/// it costs least, again and again; libdeflate begins a block where the frequencies of coarse classes of symbols change.
/// ``BlockMerger`` does better, in more time.
///
/// ## Cost
/// An entropy of 318 symbols for each chunk, twice.
///
/// With `isExact` blocks of ``Tunables/Blocks/exactPiece`` bytes and more are compared with the one before by what their codes
/// take, not by entropy. By entropy one code is always enough for what is alike; but codes have whole bits, and where those fit
/// differs from block to block even in noise. Blocks of 100 to 300 KB are smaller by 0.06% on normal doubles, 0.08% on sorted
/// numbers and 0.1% on masks.
struct BlockSplitter {
  /// Some symbols and the bytes that they represent, their frequencies, and the bits that they take.
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
  /// The block before the current one, if they may still be joined.
  private var last = Block()
  private let joint = Histogram()
  private let writer = BlockWriter()
  private let code = BlockCode()

  /// Writes all symbols of a segment.
  ///
  /// - Parameters:
  ///   - start: Where the segment begins in the input.
  ///   - isExact: Whether to join large blocks by what their codes take, which takes some time.
  mutating func write(
    _ list: some BlockSource, _ input: InputBytes, from start: Int = 0, isExact: Bool = false, to out: inout BitWriter
  ) {
    var end = (symbol: 0, byte: start)
    current.symbols = 0..<0
    last.symbols = 0..<0
    while end.symbol < list.count {
      let start = end
      chunk.histogram.clear()
      end = list.countChunk(symbol: start.symbol, byte: start.byte, of: input, into: chunk.histogram)
      chunk.symbols = start.symbol..<end.symbol
      chunk.bytes = start.byte..<end.byte
      // A block of its own, if it is all there is, need not be compared with others.
      if start.symbol > 0 || end.symbol < list.count { chunk.bits = chunk.histogram.entropyBits() }
      if current.symbols.isEmpty {
        swap(&current, &chunk)
        continue
      }
      joint.copy(current.histogram)
      joint.add(chunk.histogram)
      let bits = joint.entropyBits()
      let isFull = isExact && end.byte - current.bytes.lowerBound > Tunables.Blocks.exactPiece
      if !isFull, bits <= current.bits + chunk.bits {
        current.join(chunk, joint, bits)
      } else {
        endBlock(list, input, isExact: isExact, to: &out)
        swap(&current, &chunk)
      }
    }
    if !current.symbols.isEmpty { endBlock(list, input, isExact: isExact, to: &out) }
    if !last.symbols.isEmpty { write(last, list, input, to: &out) }
  }

  /// Writes the current block, or what comes before it if it may still be joined with the next one.
  private mutating func endBlock(
    _ list: some BlockSource, _ input: InputBytes, isExact: Bool, to out: inout BitWriter
  ) {
    if !isExact { return write(current, list, input, to: &out) }
    current.bits = exactBits(current.histogram)
    if !last.symbols.isEmpty {
      joint.copy(last.histogram)
      joint.add(current.histogram)
      let bits = exactBits(joint)
      if bits <= last.bits + current.bits { return last.join(current, joint, bits) }
      write(last, list, input, to: &out)
    }
    swap(&last, &current)
  }

  private func exactBits(_ histogram: Histogram) -> Double {
    code.set(histogram)
    return Double(code.bits)
  }

  private func write(_ block: Block, _ list: some BlockSource, _ input: InputBytes, to out: inout BitWriter) {
    writer.write(list, symbols: block.symbols, of: input, bytes: block.bytes, histogram: block.histogram, to: &out)
  }
}
