/// What each symbol costs, in 128ths of a bit, by the frequencies that are expected of it: fractions matter, since
/// Huffman codes round, but entropy is what a whole block's choice moves towards.
///
/// Literals and lengths share one table, as in a ``Token``: literals by their value, a match of `n` bytes at
/// `256 + n`.
final class CostModel {
  static let unit: Float = 128
  /// How often what does not occur is taken to occur.
  private static let (literalFloor, distanceFloor) = (0.4 as Float, 0.3 as Float)
  /// More than any path costs.
  static let never: Int32 = 1 << 28
  private let priceTable = Table<Int32>(repeating: never, count: 544 + 32)
  // Frequencies with the past blended in.
  private let literalWeights = Table<Float>(repeating: 0, count: 288)
  private let distanceWeights = Table<Float>(repeating: 0, count: 32)
  private let usedLiterals = Table<Float>(repeating: 0, count: 288)
  private let usedDistances = Table<Float>(repeating: 0, count: 32)

  /// The cost of each literal and of each match length with its extra bits; from ``distanceOffset`` on that of each
  /// distance symbol with its extra bits, where the two that have as many cost the same, so that a token need not
  /// tell them apart.
  var prices: TableView<Int32> { priceTable.view }
  @inline(__always) var distanceOffset: Int { 544 }

  /// A first guess, from the bytes alone: literals by their frequency, lengths at 3 bits, the distance of one
  /// item at 1, others at 5 and their extra bits.
  func initialize(_ input: InputBytes, _ range: Range<Int>, itemDistance: Int) {
    let weights = literalWeights.view
    weights.fill(0)
    for position in range { weights[Int(input[position])] += 1 }
    let total = max(1, Float(range.count))
    for symbol in 0..<256 {
      // A match is about as likely as a literal: hence one bit more.
      prices[symbol] = CostModel.cost(weights[symbol] + 0.3, total * 1.5)
    }
    for length in DeflateAlphabet.minMatch...DeflateAlphabet.maxMatch {
      let slot = Int(DeflateAlphabet.lengthSlots.view[length])
      prices[256 + length] = CostModel.bits(3 + Int(DeflateAlphabet.lengthExtra[slot]))
    }
    for slot in 0..<30 { prices[distanceOffset + slot] = CostModel.bits(5 + DeflateAlphabet.distanceExtra(slot)) }
    let own = DeflateAlphabet.distanceSlot(itemDistance) & ~1
    for slot in own...own + 1 {
      prices[distanceOffset + slot] = CostModel.bits(1 + DeflateAlphabet.distanceExtra(slot))
    }
    literalWeights.view.fill(0)
    distanceWeights.view.fill(0)
  }

  /// Takes over what was really used; `memory` is the share of the past that stays, which keeps a chance choice
  /// from locking in. Without `keep` the past is as it was before: for a parse that will be done again.
  func update(_ histogram: Histogram, memory: Float, keep: Bool = true) {
    let (literalWeights, distanceWeights) = (literalWeights.view, distanceWeights.view)
    let used = (literals: usedLiterals.view, distances: usedDistances.view)
    var total: Float = 0
    for symbol in 0..<DeflateAlphabet.literalCount {
      used.literals[symbol] = literalWeights[symbol] * memory + Float(histogram.literals[symbol])
      total += used.literals[symbol]
      if keep { literalWeights[symbol] = used.literals[symbol] }
    }
    var distanceTotal: Float = 0
    for symbol in 0..<30 {
      used.distances[symbol] = distanceWeights[symbol] * memory + Float(histogram.distances[symbol])
      distanceTotal += used.distances[symbol]
      if keep { distanceWeights[symbol] = used.distances[symbol] }
    }
    total = max(total, 1)
    distanceTotal = max(distanceTotal, 1)
    for symbol in 0..<256 {
      prices[symbol] = CostModel.cost(max(used.literals[symbol], CostModel.literalFloor), total)
    }
    for slot in 0..<29 {
      let cost =
        CostModel.cost(max(used.literals[257 + slot], CostModel.literalFloor), total)
        + CostModel.bits(Int(DeflateAlphabet.lengthExtra[slot]))
      let first = Int(DeflateAlphabet.lengthBase[slot])
      let next = slot == 28 ? 259 : slot == 27 ? 258 : Int(DeflateAlphabet.lengthBase[slot + 1])
      for length in first..<next { prices[256 + length] = cost }
    }
    for slot in stride(from: 0, to: 30, by: 2) {
      // The mean of what they cost, by how often they are used.
      let (one, two) = (
        max(used.distances[slot], CostModel.distanceFloor), max(used.distances[slot + 1], CostModel.distanceFloor)
      )
      let mean =
        (one * Float(CostModel.cost(one, distanceTotal)) + two * Float(CostModel.cost(two, distanceTotal)))
        / (one + two)
      let cost = Int32(mean) + CostModel.bits(DeflateAlphabet.distanceExtra(slot))
      prices[distanceOffset + slot] = cost
      prices[distanceOffset + slot + 1] = cost
    }
  }

  /// Takes over what was used, without any past, each distance symbol with a cost of its own.
  func set(_ histogram: Histogram, smoothing: Float = 0) {
    literalWeights.view.fill(0)
    distanceWeights.view.fill(0)
    if smoothing > 0 {
      var (literals, matches, distances) = (0 as Float, 0 as Float, 0 as Float)
      for symbol in 0..<256 { literals += Float(histogram.literals[symbol]) }
      for symbol in 257..<286 { matches += Float(histogram.literals[symbol]) }
      for slot in 0..<30 { distances += Float(histogram.distances[slot]) }
      let more = max(matches, literals * 0.1)
      for symbol in 257..<273 { literalWeights.view[symbol] = more * smoothing / 16 }
      for slot in 0..<30 {
        distanceWeights.view[slot] =
          max(distances, literals * 0.1) * smoothing * (prior.view[slot] + 1) / (priorTotal + 30)
      }
    }
    update(histogram, memory: 1, keep: false)
    let literals = usedLiterals.view
    let literalShares = Shares(literals, DeflateAlphabet.literalCount, floor: CostModel.literalFloor)
    // Only where no code is shorter than one bit do the costs differ from those learnt above.
    if literalShares.largest > literalShares.others {
      for symbol in 0..<256 { prices[symbol] = literalShares.cost(literals[symbol]) }
      for length in DeflateAlphabet.minMatch...DeflateAlphabet.maxMatch {
        let slot = Int(DeflateAlphabet.lengthSlots.view[length])
        prices[256 + length] =
          literalShares.cost(literals[257 + slot]) + CostModel.bits(Int(DeflateAlphabet.lengthExtra[slot]))
      }
    }
    let distances = usedDistances.view
    let shares = Shares(distances, DeflateAlphabet.distanceCount, floor: CostModel.distanceFloor)
    for slot in 0..<DeflateAlphabet.distanceCount {
      prices[distanceOffset + slot] =
        shares.cost(distances[slot]) + CostModel.bits(DeflateAlphabet.distanceExtra(slot))
    }
  }

  /// How frequencies share a code. No code is shorter than one bit: a symbol that is more frequent than all others
  /// leaves them more room than its frequency says.
  private struct Shares {
    let floor: Float
    let largest: Float
    let others: Float

    init(_ frequencies: TableView<Float>, _ count: Int, floor: Float) {
      var (total, largest) = (0 as Float, 0 as Float)
      for symbol in 0..<count {
        total += max(frequencies[symbol], floor)
        largest = max(largest, frequencies[symbol])
      }
      self.floor = floor
      self.largest = largest
      others = total - largest
    }

    func cost(_ frequency: Float) -> Int32 {
      let frequency = max(frequency, floor)
      let bits =
        largest < others
        ? CostModel.log2((largest + others) / frequency)
        : frequency < largest ? 1 + CostModel.log2(others / frequency) : 1
      return Int32(min(14, bits) * CostModel.unit)
    }
  }

  private let prior = Table<Float>(repeating: 0, count: 32)
  private var priorTotal: Float = 0

  /// Sets how the distances are spread that a search has found, whether of use or not: what is hoped for.
  func setDistancePrior(_ distances: TableView<UInt32>) {
    priorTotal = 0
    for slot in 0..<30 {
      prior.view[slot] = Float(distances[slot])
      priorTotal += prior.view[slot]
    }
  }

  /// What symbols take by these costs.
  func bits(_ histogram: Histogram) -> Float {
    var sum: Float = 0
    for symbol in 0..<256 { sum += Float(histogram.literals[symbol]) * Float(prices[symbol]) }
    for slot in 0..<29 {
      sum += Float(histogram.literals[257 + slot]) * Float(prices[256 + Int(DeflateAlphabet.lengthBase[slot])])
    }
    for slot in 0..<30 { sum += Float(histogram.distances[slot]) * Float(prices[distanceOffset + slot]) }
    return sum / CostModel.unit
  }

  /// Takes over the lengths of the codes that some frequencies lead to; what does not occur is dear.
  func setCodes(_ histogram: Histogram) {
    var literalCounts = (0..<DeflateAlphabet.literalCount).map { histogram.literals[$0] }
    literalCounts[DeflateAlphabet.endOfBlock] = 1
    let literals = HuffmanCode.lengths(literalCounts, limit: BlockWriter.literalLimit)
    let distances = HuffmanCode.lengths(
      (0..<DeflateAlphabet.distanceCount).map { histogram.distances[$0] }, limit: BlockWriter.distanceLimit)
    func bits(_ length: UInt8, otherwise largest: Int) -> Int32 { CostModel.bits(length > 0 ? Int(length) : largest) }
    for symbol in 0..<256 { prices[symbol] = bits(literals[symbol], otherwise: 14) }
    for length in DeflateAlphabet.minMatch...DeflateAlphabet.maxMatch {
      let slot = Int(DeflateAlphabet.lengthSlots.view[length])
      prices[256 + length] =
        bits(literals[257 + slot], otherwise: 14) + CostModel.bits(Int(DeflateAlphabet.lengthExtra[slot]))
    }
    for slot in 0..<30 {
      prices[distanceOffset + slot] =
        bits(distances[slot], otherwise: 12) + CostModel.bits(DeflateAlphabet.distanceExtra(slot))
    }
  }

  static func bits(_ count: Int) -> Int32 { Int32(count) * Int32(unit) }

  private static func cost(_ frequency: Float, _ total: Float) -> Int32 {
    Int32(min(14, max(0.03, log2(total / frequency))) * unit)
  }

  /// The logarithm to base two of a number of at least 2^-126, within 0.01: exponent and a parabola for the rest.
  @inline(__always) static func log2(_ value: Float) -> Float {
    let pattern = value.bitPattern
    let exponent = Float(Int32(truncatingIfNeeded: pattern &>> 23) &- 127)
    let fraction = Float(bitPattern: pattern & 0x7F_FFFF | 0x3F80_0000) - 1
    return exponent + fraction * (1.3465 - 0.3465 * fraction)
  }
}

/// Takes a way on over if it costs less. Without a branch, and so that no compiler makes one of it: which of two ways is
/// cheaper is as hard to foresee as the data, and a wrong guess costs more than all the rest.
@inline(__always) func takeCheaper(
  _ total: Int32, _ token: UInt32, _ best: inout Int32, _ chosen: inout UInt32
) {
  let difference = total &- best
  let isLess = difference &>> 31
  best &+= difference & isLess
  chosen ^= (chosen ^ token) & UInt32(bitPattern: isLess)
}
