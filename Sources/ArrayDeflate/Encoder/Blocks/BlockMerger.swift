/// Decides where blocks end: neighbouring chunks of symbols are joined as long as one code for both takes less than
/// two.
final class BlockMerger {
  /// A block: its bytes and the frequencies of its symbols, the end of the block not counted.
  struct Block {
    var bytes: Range<Int>
    var histogram: Histogram
    /// Its bits by the costs that it was parsed by.
    var price: Float
    fileprivate var bits: Float
    /// What joining it with the next one would save.
    fileprivate var gain: Float
    /// What it takes with its own code, if that was asked for.
    fileprivate var exactBits: Float?
    /// Whether it was made of two in this round.
    fileprivate var isJoint = false
  }

  private var spares: [Histogram] = []
  private let joint = Histogram()
  private(set) var blocks: [Block] = []
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

  /// Adds a chunk that begins at a byte; the caller fills in its frequencies, and tells where it ends, which is returned,
  /// and its price.
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
          let isLarge = block.bytes.count + next.bytes.count > BlockMerger.large
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

  private func gain(_ index: Int) -> Float {
    guard index + 1 < blocks.count else { return -1 }
    let (one, two) = (blocks[index], blocks[index + 1])
    if one.bytes.count + two.bytes.count > BlockMerger.large {
      joint.copy(one.histogram)
      joint.add(two.histogram)
      return exactBits(index) + exactBits(index + 1) - Float(BlockCode(joint).bits)
    }
    let joint =
      sum(one.histogram.literals, two.histogram.literals, DeflateAlphabet.literalCount)
      + sum(one.histogram.distances, two.histogram.distances, DeflateAlphabet.distanceCount) + BlockMerger.header
    return one.bits + two.bits - joint
  }

  /// Bytes from which on blocks are joined by what their codes take: by entropy there is always something to gain, but
  /// codes have whole bits, and blocks that are alike may differ in where those fit.
  private static let large = 200_000

  private func exactBits(_ index: Int) -> Float {
    if let bits = blocks[index].exactBits { return bits }
    let bits = Float(BlockCode(blocks[index].histogram).bits)
    blocks[index].exactBits = bits
    return bits
  }

  /// What a block takes but for its extra bits: its symbols' entropy, and an estimate of its header.
  private func bits(_ histogram: Histogram) -> Float {
    sum(histogram.literals, nil, DeflateAlphabet.literalCount)
      + sum(histogram.distances, nil, DeflateAlphabet.distanceCount) + BlockMerger.header
  }

  /// The bits of a block's header without its codes' lengths.
  private static let header: Float = 300

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
    return weight(total, logs) - sum + 2.1 * Float(kinds)
  }

  @inline(__always) private func weight(_ frequency: UInt32, _ logs: TableView<Float>) -> Float {
    if frequency < 1 << 13 { return logs[Int(frequency)] }
    return Float(frequency) * Histogram.logarithm(Float(frequency))
  }
}
