/// The codes that some frequencies lead to, and what a block with them takes. Made once and set again and again.
final class BlockCode {
  let literals = HuffmanCode(symbolCount: DeflateAlphabet.literalCount)
  let distances = HuffmanCode(symbolCount: DeflateAlphabet.distanceCount)
  let header = BlockHeader()
  /// The bits of the whole block.
  private(set) var bits = 0

  /// Sets the codes and the header of a block.
  ///
  /// - Parameter histogram: The frequencies of the block's symbols without its end.
  func set(_ histogram: Histogram) {
    histogram.literals[DeflateAlphabet.endOfBlock] = 1
    defer { histogram.literals[DeflateAlphabet.endOfBlock] = 0 }
    setLengths(histogram)
    header.set(literals, distances)
    bits = 3 + header.bits + histogram.bits(literals.lengths, distances.lengths)
  }

  /// The bits that symbols take in codes of whole bits, extra bits and the block's end included, the codes' description not.
  ///
  /// The end takes one of few codes from the others: without it two symbols in turns at random would seem to take a bit each, and
  /// take one and a half.
  func symbolBits(_ histogram: Histogram) -> Int {
    histogram.literals[DeflateAlphabet.endOfBlock] = 1
    defer { histogram.literals[DeflateAlphabet.endOfBlock] = 0 }
    setLengths(histogram)
    return histogram.bits(literals.lengths, distances.lengths)
  }

  /// About the bits of a block with some symbols, with deflate's fixed codes or its own: exactly where there are two to four
  /// different bytes and nothing else, whose codes are far from their entropy.
  func blockBits(_ histogram: Histogram) -> Double {
    let (bits, kinds) = histogram.ownBlockBits()
    let fixed = Double(histogram.fixedBlockBits())
    guard 2...4 ~= kinds, !histogram.hasMatches else { return min(bits, fixed) }
    set(histogram)
    return min(Double(self.bits), fixed)
  }

  private func setLengths(_ histogram: Histogram) {
    literals.setLengths(histogram.literals, limit: BlockWriter.literalLimit)
    distances.setLengths(histogram.distances, limit: BlockWriter.distanceLimit)
  }

  /// Sets the codes themselves, which only what is written needs.
  func setCodes() {
    literals.setCodes()
    distances.setCodes()
    literals.checkInvariants(isComplete: true, limit: BlockWriter.literalLimit)
    distances.checkInvariants(isComplete: true, limit: BlockWriter.distanceLimit)
  }
}

extension Histogram {
  /// The bits of a block with deflate's fixed codes, header and end included.
  func fixedBlockBits() -> Int {
    let (literals, distances) = (literals, distances)
    // Eight bits a symbol, one more for large bytes, one less for the end and for short lengths.
    var (all, large, short) = (0 as UInt32, 0 as UInt32, 0 as UInt32)
    for symbol in 0..<288 { all &+= literals[symbol] }
    for symbol in 144..<256 { large &+= literals[symbol] }
    for symbol in 257..<280 { short &+= literals[symbol] }
    var matches: UInt32 = 0
    for slot in 0..<DeflateAlphabet.distanceCount { matches &+= distances[slot] }
    return 3 + 7 + 8 * Int(all) + Int(large) - Int(short) + 5 * Int(matches) + extraBits()
  }

  var hasMatches: Bool { (0..<DeflateAlphabet.distanceCount).contains { distances[$0] > 0 } }

  /// The extra bits of lengths and distances.
  func extraBits() -> Int {
    var sum = 0
    for slot in 8..<28 { sum &+= Int(literals[257 &+ slot]) &* (slot &>> 2 &- 1) }
    for slot in 4..<DeflateAlphabet.distanceCount { sum &+= Int(distances[slot]) &* (slot &>> 1 &- 1) }
    return sum
  }

  /// The bits of the symbols in codes of some lengths, with their extra bits.
  func bits(_ literalLengths: TableView<UInt8>, _ distanceLengths: TableView<UInt8>) -> Int {
    let (literals, distances) = (literals, distances)
    var sum = 0
    for first in stride(from: 0, to: 256, by: 8) where !literals.areZero(first) {
      for symbol in first..<first &+ 8 { sum &+= Int(literals[symbol]) &* Int(literalLengths[symbol]) }
    }
    sum &+= Int(literals[256]) &* Int(literalLengths[256])
    for slot in 0..<29 {
      sum &+=
        Int(literals[257 &+ slot])
        &* (Int(literalLengths[257 &+ slot]) &+ Int(DeflateAlphabet.lengthExtra[slot]))
    }
    for slot in 0..<DeflateAlphabet.distanceCount {
      sum &+= Int(distances[slot]) &* (Int(distanceLengths[slot]) &+ DeflateAlphabet.distanceExtra(slot))
    }
    return sum
  }
}
