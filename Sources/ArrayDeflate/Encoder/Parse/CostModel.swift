/// What each symbol costs, in 128ths of a bit, by the frequencies that are expected of it.
///
/// An optimal parser needs the costs of symbols before the codes are known, which follow from what it chooses. The usual way
/// out is iteration: zopfli and libdeflate parse a block, compute costs from what was used, and parse again. Here the costs
/// come from what was parsed before, chunk by chunk, which saves that: 64 KiB by 64 KiB they follow the data more closely than
/// one set of costs for a block (series 0.4% smaller, labels 0.3%).
///
/// Costs are fractions of bits, by entropy (`log2(total / frequency)`): Huffman codes round, but entropy is what the choice of
/// a whole block moves towards.
///
/// What keeps a path from being caught in what it did before, where what is not used is dear and what is dear is not used:
/// - Symbols that do not occur count as if they did, a fraction of once (``Tunables/Costs``): additive smoothing.
/// - Lengths and distances get a share of all matches in the beginning (`smoothing`), distances as the search finds them
///   (``setDistancePrior(_:)``).
/// - A symbol that is more frequent than all others together is priced at the one bit that its code takes, which leaves the
///   others cheaper than their frequencies say: 0.4% on the distances of sorted numbers and on the lengths of floats of 256
///   values, where without it each further round made the result larger.
///
/// Literals and lengths share one table, as in a ``Token``: literals by their value, a match of `n` bytes at `256 + n`.
final class CostModel {
  static let unit: Float = 128
  private static let literalFloor = Tunables.Costs.literalFloor
  private static let distanceFloor = Tunables.Costs.distanceFloor
  /// More than any path costs.
  static let never: Int32 = 1 << 28
  private let priceTable = Table<Int32>(repeating: never, count: 544 + 32)
  // Frequencies with the past blended in.
  private let literalWeights = Table<Float>(repeating: 0, count: 288)
  private let distanceWeights = Table<Float>(repeating: 0, count: 32)
  private let usedLiterals = Table<Float>(repeating: 0, count: 288)
  private let usedDistances = Table<Float>(repeating: 0, count: 32)
  private let initialCounts = Histogram()
  private lazy var code = BlockCode()

  /// The cost of each literal and of each match length with its extra bits; from ``distanceOffset`` on that of each
  /// distance symbol with its extra bits, where the two that have as many cost the same, so that a token need not
  /// tell them apart.
  var prices: TableView<Int32> { priceTable.view }
  @inline(__always) var distanceOffset: Int { 544 }

  /// Sets initial costs, from the bytes alone: literals by their frequency, lengths at 3 bits, the distance of one item at 1,
  /// others at 5 and their extra bits.
  /// Literals cost the same each by a share of `evenness`.
  func initialize(_ input: InputBytes, _ range: Range<Int>, itemDistance: Int, evenness: Float = 0) {
    initialCounts.clear()
    initialCounts.count(input, literals: range)
    initialize(initialCounts, count: range.count, itemDistance: itemDistance)
    if evenness > 0 { makeEven(initialCounts, evenness) }
  }

  /// Brings the costs of the literals that occur nearer to each other.
  private func makeEven(_ bytes: Histogram, _ share: Float) {
    let (prices, literals) = (prices, bytes.literals)
    let kinds = (0..<256).reduce(0 as Float) { $0 + (literals[$1] > 0 ? 1 : 0) }
    let even = CostModel.log2(max(2, kinds) * Tunables.Costs.withMatches) * CostModel.unit
    for symbol in 0..<256 where literals[symbol] > 0 {
      prices[symbol] = Int32(Float(prices[symbol]) * (1 - share) + even * share)
    }
  }

  /// The same where the bytes, `count` of them, have been counted.
  func initialize(_ bytes: Histogram, count: Int, itemDistance: Int) {
    let (prices, literals) = (prices, bytes.literals)
    // Matches take a share of the code as well: hence more than a literal's own frequency says.
    let total = CostModel.log2(max(1, Float(count)) * Tunables.Costs.withMatches)
    prices.copy(CostModel.initialPrices.view)
    let logarithms = CostModel.initialLogarithms.view
    let unused = CostModel.initialPrice(total, logarithms[0])
    for first in stride(from: 0, to: 256, by: 8) {
      if literals.areZero(first) {
        for symbol in first..<first &+ 8 { prices[symbol] = unused }
        continue
      }
      for symbol in first..<first &+ 8 {
        let count = Int(literals[symbol])
        let logarithm = count < logarithms.count ? logarithms[count] : CostModel.initialLogarithm(count)
        prices[symbol] = CostModel.initialPrice(total, logarithm)
      }
    }
    let own = DeflateAlphabet.distanceSlot(itemDistance) & ~1
    for slot in own...own + 1 {
      prices[distanceOffset + slot] = CostModel.bits(
        Tunables.Costs.initialItemDistanceBits + DeflateAlphabet.distanceExtra(slot))
    }
    literalWeights.view.fill(0)
    distanceWeights.view.fill(0)
  }

  @inline(__always) private static func initialPrice(_ total: Float, _ logarithm: Float) -> Int32 {
    Int32(min(14, max(0.03, total - logarithm)) * CostModel.unit)
  }

  /// What does not depend on the bytes: the costs of lengths and distances.
  private static let initialPrices: Table<Int32> = {
    let table = Table<Int32>(repeating: never, count: 544 + 32)
    for slot in 0..<29 {
      let cost = bits(Tunables.Costs.initialLengthBits + Int(DeflateAlphabet.lengthExtra[slot]))
      for length in DeflateAlphabet.lengths(ofSlot: slot) { table.view[256 + length] = cost }
    }
    for slot in 0..<30 {
      table.view[544 + slot] = bits(Tunables.Costs.initialDistanceBits + DeflateAlphabet.distanceExtra(slot))
    }
    return table
  }()

  private static func initialLogarithm(_ count: Int) -> Float { log2(Float(count) + Tunables.Costs.initialFloor) }

  /// Those of small counts, which most are.
  private static let initialLogarithms: Table<Float> = Table((0..<1024).map(initialLogarithm), default: 0)

  /// Updates the costs by what was used.
  ///
  /// - Parameters:
  ///   - memory: The share of the past that stays, which keeps a chance choice from locking in.
  ///   - keep: Whether this becomes part of the past: not if the parse will be done again.
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
      for length in DeflateAlphabet.lengths(ofSlot: slot) { prices[256 + length] = cost }
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

  /// Sets the costs by what was used, without any past, each distance symbol with a cost of its own.
  ///
  /// - Parameter smoothing: Frequencies that unused lengths and distances are given, as a share of the matches.
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

  /// Sets the distribution by which smoothing spreads over the distances: of the matches that a search has found, whether of
  /// use or not.
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

  /// Sets the costs to the lengths of codes for some frequencies; what does not occur is dear. Returns the bits that they take.
  func setCodes(_ histogram: Histogram) -> Float {
    code.set(histogram)
    let (literals, distances) = (code.literals.lengths, code.distances.lengths)
    func bits(_ length: UInt8, otherwise unused: Int) -> Int32 { CostModel.bits(length > 0 ? Int(length) : unused) }
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
    return Float(code.bits - code.header.bits)
  }

  /// Gives lengths and distances that do not occur the price that they would have if they occurred now and then.
  func makeUnusedCheaper(_ histogram: Histogram) {
    for slot in 0..<29 where histogram.literals[257 + slot] == 0 {
      let cost = CostModel.bits(Tunables.Costs.rareLengthBits + Int(DeflateAlphabet.lengthExtra[slot]))
      for length in DeflateAlphabet.lengths(ofSlot: slot) { prices[256 + length] = cost }
    }
    let rare = Tunables.Costs.rareDistanceBits
    for slot in 0..<30 where histogram.distances[slot] == 0 {
      prices[distanceOffset + slot] = CostModel.bits(rare + DeflateAlphabet.distanceExtra(slot))
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

/// Takes a path over if it costs less. Without a branch, and so that no compiler makes one of it: which of two paths is
/// cheaper is as hard to predict as the data, and a misprediction costs more than all the rest.
@inline(__always) func takeCheaper(
  _ total: Int32, _ token: UInt32, best: inout Int32, chosen: inout UInt32
) {
  let difference = total &- best
  let isLess = difference &>> 31
  best &+= difference & isLess
  chosen ^= (chosen ^ token) & UInt32(bitPattern: isLess)
}
