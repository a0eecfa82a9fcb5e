/// Decides where blocks end, by merging neighbours pairwise: block splitting for ``NearOptimalEncoder``.
///
/// ## Algorithm
/// Agglomerative clustering in one dimension: chunks of ``Tunables/NearOptimal/chunkSymbols`` symbols are joined as long as one
/// code for both takes fewer bits than two. In each round all pairs are joined that gain more than the pairs to their left and
/// right. Bits are estimated by entropy, and for large blocks computed by the codes themselves (see ``BlockSplitter``).
///
/// ## Cost
/// Each round looks again at pairs that have changed only; `n log n` is tabulated, since an entropy is nothing else.
/// The blocks are better than libdeflate's by 0.6% on series.
final class BlockMerger {
  /// A block: its bytes and the frequencies of its symbols without the end of the block.
  struct Block {
    var bytes: Range<Int>
    var histogram: Histogram
    /// Its bits by the costs that it was parsed by.
    var price: Float
    fileprivate var bits: Float
    /// What joining it with the next one would save.
    fileprivate var gain: Float
    /// The bits that it takes with its own code, if that was computed.
    fileprivate var exactBits: Float?
    /// Whether it was made of two in this round.
    fileprivate var isJoint = false
  }

  private var spares: [Histogram] = []
  private let joint = Histogram()
  private let code = BlockCode()
  private(set) var blocks: [Block] = []
  /// What is counted against each block, without the lengths of its codes.
  var headerBits = Tunables.Blocks.mergerHeaderBits
  /// `n * log2(n)`.
  private let logs: Table<Float> = {
    let table = Table<Float>(repeating: 0, count: 1 << 13)
    for value in 2..<table.count { table.view[value] = Float(value) * Histogram.logarithm(Float(value)) }
    return table
  }()

  func clear() {
    spares += blocks.map(\.histogram)
    blocks.removeAll(keepingCapacity: true)
  }

  /// Adds a chunk that begins at a byte; the caller fills in its frequencies, and returns its price and where it ends, which
  /// is returned.
  func add(from first: Int, _ count: (Histogram) -> (end: Int, price: Float)) -> Int {
    let histogram = spares.popLast() ?? Histogram()
    histogram.clear()
    let (end, price) = count(histogram)
    blocks.append(Block(bytes: first..<end, histogram: histogram, price: price, bits: 0, gain: 0))
    return end
  }

  /// Joins chunks until no pair of neighbours is worth it: in each round all those that are worth more than the pairs
  /// to their left and right.
  func join() {
    for index in blocks.indices { blocks[index].bits = bits(blocks[index].histogram) }
    for index in blocks.indices { blocks[index].gain = gain(index) }
    var hasJoined = true
    while hasJoined {
      hasJoined = false
      var made = 0
      var index = 0
      var before: Float = 0
      while index < blocks.count {
        var block = blocks[index]
        let gain = block.gain
        block.isJoint = false
        if gain > 0, gain >= before, gain > blocks[index + 1].gain {
          let next = blocks[index + 1]
          block.histogram.add(next.histogram)
          block.price += next.price
          block.bits += next.bits - gain
          let isLarge = block.bytes.count + next.bytes.count > Tunables.Blocks.largeBlock
          block.exactBits = isLarge ? exactBits(index) + exactBits(index + 1) - gain : nil
          block.bytes = block.bytes.lowerBound..<next.bytes.upperBound
          block.isJoint = true
          spares.append(next.histogram)
          before = next.gain
          hasJoined = true
          index += 2
        } else {
          before = gain
          index += 1
        }
        blocks[made] = block
        made += 1
      }
      blocks.removeLast(blocks.count - made)
      for index in blocks.indices {
        let isNextJoint = index + 1 < blocks.count && blocks[index + 1].isJoint
        if blocks[index].isJoint || isNextJoint || index + 1 == blocks.count { blocks[index].gain = gain(index) }
      }
    }
  }

  /// Joins neighbours that take fewer bits together by the codes themselves: for few blocks, which entropy may have cut in vain, since
  /// it tells little of what the description of a code takes.
  func joinByCodes() {
    guard blocks.count > 1 else { return }
    var last = 0
    for index in 1..<blocks.count {
      joint.copy(blocks[last].histogram)
      joint.add(blocks[index].histogram)
      let bits = codeBits(joint)
      let next = blocks[index]
      if bits <= exactBits(last) + exactBits(index) {
        blocks[last].histogram.copy(joint)
        blocks[last].price += next.price
        blocks[last].bytes = blocks[last].bytes.lowerBound..<next.bytes.upperBound
        blocks[last].exactBits = bits
        spares.append(next.histogram)
      } else {
        last += 1
        blocks[last] = blocks[index]
      }
    }
    blocks.removeLast(blocks.count - 1 - last)
  }

  private func gain(_ index: Int) -> Float {
    guard index + 1 < blocks.count else { return -1 }
    let (one, two) = (blocks[index], blocks[index + 1])
    if one.bytes.count + two.bytes.count > Tunables.Blocks.largeBlock {
      joint.copy(one.histogram)
      joint.add(two.histogram)
      return exactBits(index) + exactBits(index + 1) - codeBits(joint)
    }
    let joint =
      sum(one.histogram.literals, two.histogram.literals, DeflateAlphabet.literalCount)
      + sum(one.histogram.distances, two.histogram.distances, DeflateAlphabet.distanceCount)
      + headerBits
    return one.bits + two.bits - joint
  }

  private func exactBits(_ index: Int) -> Float {
    if let bits = blocks[index].exactBits { return bits }
    let bits = codeBits(blocks[index].histogram)
    blocks[index].exactBits = bits
    return bits
  }

  private func codeBits(_ histogram: Histogram) -> Float {
    code.set(histogram)
    return Float(code.bits)
  }

  /// The bits that a block takes without its extra bits: its symbols' entropy, and an estimate of its header.
  private func bits(_ histogram: Histogram) -> Float {
    sum(histogram.literals, nil, DeflateAlphabet.literalCount)
      + sum(histogram.distances, nil, DeflateAlphabet.distanceCount) + headerBits
  }

  /// The entropy of the symbols of one table or of two together, and what the lengths of their codes take.
  @inline(__always) private func sum(_ table: TableView<UInt32>, _ other: TableView<UInt32>?, _ count: Int) -> Float {
    let logs = logs.view
    var total: UInt32 = 0
    var sum: Float = 0
    var kinds: UInt32 = 0
    for symbol in 0..<count {
      var frequency = table[symbol]
      if let other { frequency &+= other[symbol] }
      total &+= frequency
      kinds &+= frequency > 0 ? 1 : 0
      sum += weight(frequency, logs)
    }
    return weight(total, logs) - sum + Float(Tunables.Blocks.bitsPerUsedSymbol) * Float(kinds)
  }

  @inline(__always) private func weight(_ frequency: UInt32, _ logs: TableView<Float>) -> Float {
    if frequency < 1 << 13 { return logs[Int(frequency)] }
    return Float(frequency) * Histogram.logarithm(Float(frequency))
  }
}
