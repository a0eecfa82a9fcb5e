#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What each symbol costs, in 32nds of a bit, by the frequencies that are expected of it: fractions matter, since
/// Huffman codes round, but entropy is what a whole block's choice moves towards.
final class CostModel {
  static let unit = 32
  private let literalTable = Table<UInt16>(repeating: 0, count: 256)
  private let lengthTable = Table<UInt16>(repeating: 0, count: DeflateAlphabet.maxMatch + 1)
  private let distanceTable = Table<UInt16>(repeating: 0, count: 32)
  // Frequencies with the past blended in.
  private let literalWeights = Table<Float>(repeating: 0, count: 288)
  private let distanceWeights = Table<Float>(repeating: 0, count: 32)

  private let usedLiterals = Table<Float>(repeating: 0, count: 288)
  private let usedDistances = Table<Float>(repeating: 0, count: 32)

  /// The cost of each literal.
  var literals: TableView<UInt16> { literalTable.view }
  /// The cost of each match length with its extra bits.
  var lengths: TableView<UInt16> { lengthTable.view }
  /// The cost of each distance symbol with its extra bits.
  var distances: TableView<UInt16> { distanceTable.view }

  /// A first guess, from the bytes alone: literals by their frequency, lengths at 3 bits, the distance of one
  /// item at 1, others at 5 and their extra bits.
  func guess(_ input: InputBytes, _ range: Range<Int>, itemDistance: Int) {
    let weights = literalWeights.view
    weights.fill(0)
    for position in range { weights[Int(input[position])] += 1 }
    let total = max(1, Float(range.count))
    for symbol in 0..<256 {
      // A match is about as likely as a literal: hence one bit more.
      literals[symbol] = CostModel.cost(weights[symbol] + 0.3, total * 1.5)
    }
    for length in DeflateAlphabet.minMatch...DeflateAlphabet.maxMatch {
      let slot = Int(DeflateAlphabet.lengthSlots.view[length])
      lengths[length] = UInt16(CostModel.unit * (3 + Int(DeflateAlphabet.lengthExtra[slot])))
    }
    for slot in 0..<30 {
      distances[slot] = UInt16(CostModel.unit * (5 + DeflateAlphabet.distanceExtra(slot)))
    }
    let own = DeflateAlphabet.distanceSlot(itemDistance)
    distances[own] = UInt16(CostModel.unit * (1 + DeflateAlphabet.distanceExtra(own)))
    literalWeights.view.fill(0)
    distanceWeights.view.fill(0)
  }

  /// Takes over what was really used; `memory` is the share of the past that stays, which keeps a chance choice
  /// from locking in. Without `keep` the past is as it was before: for a parse that will be done again.
  func learn(_ histogram: Histogram, memory: Float, keep: Bool = true) {
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
    let (literalFloor, distanceFloor) = (0.4 as Float, 0.3 as Float)
    for symbol in 0..<256 {
      literals[symbol] = CostModel.cost(max(used.literals[symbol], literalFloor), total)
    }
    let slots = DeflateAlphabet.lengthSlots.view
    var slotCosts = [UInt16](repeating: 0, count: 29)
    for slot in 0..<29 {
      slotCosts[slot] =
        CostModel.cost(max(used.literals[257 + slot], literalFloor), total)
        + UInt16(CostModel.unit) * UInt16(DeflateAlphabet.lengthExtra[slot])
    }
    for length in DeflateAlphabet.minMatch...DeflateAlphabet.maxMatch {
      lengths[length] = slotCosts[Int(slots[length])]
    }
    for slot in 0..<30 {
      distances[slot] =
        CostModel.cost(max(used.distances[slot], distanceFloor), max(distanceTotal, 1))
        + UInt16(CostModel.unit * DeflateAlphabet.distanceExtra(slot))
    }
  }

  private static func cost(_ frequency: Float, _ total: Float) -> UInt16 {
    let bits = min(14, max(0.03, log2f(total / frequency)))
    return UInt16(bits * Float(unit))
  }
}
