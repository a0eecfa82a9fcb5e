/// The smallest result: every match is known, every length of it weighed, and the blocks' own codes settle what is
/// cheapest.
///
/// ```
/// find   all matches of a region                                 (MatchTree)
/// parse  by the costs of what came before, and count by chunks   (CheapestPath)
/// plan   join chunks to blocks                                   (BlockPlanner)
/// for each block: parse by its own costs, if those before are not at all like them, and then by its codes' lengths, if
///        they are not much like them; write
/// ```
final class ThoroughEncoder {
  let tree = MatchTree()
  var cache = MatchCache()
  var filtered = MatchCache()
  let path = CheapestPath()
  let costs = CostModel()
  let histogram = Histogram()
  private let planner = BlockPlanner()
  private let writer = BlockWriter()
  private let counts = ChunkCounts()

  /// Symbols that are counted together before blocks are planned.
  private static let chunkSymbols = 1024
  /// The share of a block's bits that the costs of others may waste: where it is more, the block is parsed by its own
  /// costs before it is parsed by its codes.
  private static let waste: Float = 0.1
  /// Where it is less than this the block needs no other parse; and where there is little to choose from, less than one
  /// match at every other place, less than that.
  private static let (fitting, littleFitting) = (0.0005 as Float, 0.001 as Float)
  /// Frequencies that unused lengths and distances are given in the beginning, as a share of the matches: what is dear
  /// is not used, and what is not used is dear.
  static let hope: Float = 0.04

  /// Compresses a segment.
  func encode(_ input: InputBytes, _ options: SearchOptions, to out: inout BitWriter) {
    tree.clear(at: 0)
    var position = 0
    while position < input.count {
      let end = tree.find(input, position..<input.count, from: 0, options, into: cache)
      let count = end - position
      if position == 0 { begin(input, 0..<min(count, 1 << 17), options) }
      choose(input, position, 0..<count)
      plan(count)
      // What each block's costs are held against.
      costs.keep()
      let hasLittle = Int(cache.ends.view[count]) * 2 < count
      let fitting = hasLittle ? ThoroughEncoder.littleFitting : ThoroughEncoder.fitting
      for block in planner.blocks { write(block, input, position, fitting, to: &out) }
      position = end
    }
  }

  /// Chooses the cheapest path by the costs as they are.
  func choose(_ input: InputBytes, _ start: Int, _ range: Range<Int>) {
    path.choose(input, start, range, cache, costs)
  }

  private func write(
    _ block: BlockPlanner.Block, _ input: InputBytes, _ start: Int, _ fitting: Float, to out: inout BitWriter
  ) {
    histogram.copy(block.histogram)
    costs.restore()
    let before = costs.bits(histogram)
    costs.set(histogram, hope: ThoroughEncoder.hope)
    let after = costs.bits(histogram)
    let wasted = before - after
    if wasted > ThoroughEncoder.waste * after {
      choose(input, start, block.bytes)
      path.tally(block.bytes, into: histogram)
    }
    if wasted > fitting * after {
      costs.setCodes(histogram)
      choose(input, start, block.bytes)
    }
    let made = path.gather(block.bytes, into: histogram)
    let list = TokenList(path.table, count: made, counts)
    let bytes = start + block.bytes.lowerBound..<start + block.bytes.upperBound
    writer.write(list, block.bytes.lowerBound..<made, input, bytes, histogram, to: &out)
    costs.set(histogram, hope: ThoroughEncoder.hope)
  }

  /// Cuts what was chosen into chunks of symbols, and those into blocks.
  private func plan(_ count: Int) {
    planner.clear()
    var first = 0
    while first < count {
      first = planner.add(from: first) { path.count(first..<count, symbols: ThoroughEncoder.chunkSymbols, into: $0) }
    }
    planner.join()
  }
}
