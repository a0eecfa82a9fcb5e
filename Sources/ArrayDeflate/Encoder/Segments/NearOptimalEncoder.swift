/// The smallest result: every match is known, every length of it weighed, and the blocks' own codes settle what is
/// cheapest.
///
/// ```
/// find   all matches of a region                                 (BinaryTreeMatchFinder)
/// parse  by the costs of what came before                        (MinimumCostPath)
/// plan   join chunks to blocks                                   (BlockMerger)
/// write  each block, parsed again by its codes' lengths where they are not much like the costs
/// ```
final class NearOptimalEncoder {
  let tree = BinaryTreeMatchFinder()
  var cache = MatchCache()
  var filtered = MatchCache()
  let path = MinimumCostPath()
  let costs = CostModel()
  let histogram = Histogram()
  /// What was chosen in a sample when it was last measured, and what with the options that were learnt.
  let (measured, learnt) = (Histogram(), Histogram())
  private let merger = BlockMerger()
  private let writer = BlockWriter()
  private let counts = ChunkCounts()

  /// Symbols that are counted together before blocks are planned.
  private static let chunkSymbols = 1024
  /// Positions that are parsed by the costs of those before.
  private static let stretch = 1 << 16
  /// The share of a block's bits that the costs of others may waste: where it is more, the block is parsed by its own
  /// codes. More, where there is little to choose from: less than two matches at three places.
  private static let (waste, wasteOfLittle) = (0.0004 as Float, 0.003 as Float)
  /// Frequencies that unused lengths and distances are given in the beginning, as a share of the matches: what is dear
  /// is not used, and what is not used is dear.
  static let smoothing: Float = 0.04

  /// Compresses a segment by options that were learnt from it.
  func encode(_ input: InputBytes, _ options: SearchOptions, to out: inout BitWriter) {
    tree.clear(at: 0)
    costs.set(learnt, smoothing: NearOptimalEncoder.smoothing)
    var position = 0
    while position < input.count {
      let end = tree.find(input, position..<input.count, from: 0, options, into: cache)
      let count = end - position
      parse(input, position, count)
      let hasLittle = Int(cache.ends.view[count]) * 3 < count * 2
      for block in merger.blocks {
        write(block, input, position, hasLittle ? NearOptimalEncoder.wasteOfLittle : NearOptimalEncoder.waste, to: &out)
      }
      // The next region begins with the costs of the last block.
      costs.set(histogram, smoothing: NearOptimalEncoder.smoothing)
      position = end
    }
  }

  /// Chooses a path stretch by stretch, each by the costs of the one before, and cuts it into chunks of symbols and those
  /// into blocks.
  private func parse(_ input: InputBytes, _ start: Int, _ count: Int) {
    merger.clear()
    var first = 0
    while first < count {
      let end = min(count, first + NearOptimalEncoder.stretch)
      choose(input, start, first..<end)
      histogram.clear()
      while first < end {
        first = merger.add(from: first) { chunk in
          let next = path.count(first..<end, symbols: NearOptimalEncoder.chunkSymbols, into: chunk)
          histogram.add(chunk)
          return (next, path.price(first..<next))
        }
      }
      costs.set(histogram, smoothing: NearOptimalEncoder.smoothing)
    }
    merger.join()
  }

  /// Chooses the cheapest path by the costs as they are.
  func choose(_ input: InputBytes, _ start: Int, _ range: Range<Int>) {
    path.choose(input, start, range, cache, costs)
  }

  private func write(
    _ block: BlockMerger.Block, _ input: InputBytes, _ start: Int, _ waste: Float, to out: inout BitWriter
  ) {
    histogram.copy(block.histogram)
    costs.set(histogram, smoothing: NearOptimalEncoder.smoothing)
    let fitting = costs.bits(histogram)
    if block.price - fitting > waste * fitting {
      costs.setCodes(histogram)
      choose(input, start, block.bytes)
    }
    let made = path.gather(block.bytes, into: histogram)
    let list = TokenList(path.table, count: made, counts)
    let bytes = start + block.bytes.lowerBound..<start + block.bytes.upperBound
    writer.write(list, block.bytes.lowerBound..<made, input, bytes, histogram, to: &out)
  }
}
