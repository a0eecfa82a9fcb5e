/// Decides where blocks end: neighbouring chunks of symbols are joined as long as one code for both takes less than
/// two.
final class BlockPlanner {
  /// A block: its bytes and the frequencies of its symbols, the end of the block not counted.
  struct Block {
    var bytes: Range<Int>
    var histogram: Histogram
    fileprivate var bits: Float
    /// What joining it with the next one would save.
    fileprivate var gain: Float
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

  /// Adds a chunk, whose frequencies the caller fills in.
  func add(_ bytes: Range<Int>) -> Histogram {
    let histogram = spares.popLast() ?? Histogram()
    histogram.clear()
    blocks.append(Block(bytes: bytes, histogram: histogram, bits: 0, gain: 0))
    return histogram
  }

  /// Joins chunks until no pair of neighbours is worth it.
  func join() {
    for index in blocks.indices { blocks[index].bits = bits(blocks[index].histogram) }
    for index in blocks.indices { blocks[index].gain = gain(index) }
    while blocks.count > 1 {
      var best = 0
      for index in blocks.indices where blocks[index].gain > blocks[best].gain { best = index }
      if blocks[best].gain <= 0 { break }
      let next = blocks.remove(at: best + 1)
      blocks[best].histogram.add(next.histogram)
      blocks[best].bytes = blocks[best].bytes.lowerBound..<next.bytes.upperBound
      blocks[best].bits += next.bits - blocks[best].gain
      spares.append(next.histogram)
      blocks[best].gain = gain(best)
      if best > 0 { blocks[best - 1].gain = gain(best - 1) }
    }
  }

  private func gain(_ index: Int) -> Float {
    guard index + 1 < blocks.count else { return -1 }
    joint.copy(blocks[index].histogram)
    joint.add(blocks[index + 1].histogram)
    return blocks[index].bits + blocks[index + 1].bits - bits(joint)
  }

  /// What a block takes but for its extra bits: its symbols' entropy, and an estimate of its header.
  func bits(_ histogram: Histogram) -> Float {
    sum(histogram.literals, DeflateAlphabet.literalCount) + sum(histogram.distances, DeflateAlphabet.distanceCount)
      + 300
  }

  private func sum(_ table: TableView<UInt32>, _ count: Int) -> Float {
    let logs = logs.view
    var total: UInt32 = 0
    var sum: Float = 0
    var kinds: Float = 0
    for symbol in 0..<count {
      let frequency = table[symbol]
      total &+= frequency
      kinds += frequency > 0 ? 1 : 0
      sum += weight(frequency, logs)
    }
    return weight(total, logs) - sum + 2.1 * kinds
  }

  @inline(__always) private func weight(_ frequency: UInt32, _ logs: TableView<Float>) -> Float {
    if frequency < 1 << 13 { return logs[Int(frequency)] }
    return Float(frequency) * Histogram.logarithm(Float(frequency))
  }
}
