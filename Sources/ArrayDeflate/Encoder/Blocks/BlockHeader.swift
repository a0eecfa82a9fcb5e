/// The description of a block's own codes (RFC 1951, 3.2.7): their lengths, run-length coded and then Huffman coded.
///
/// A run is coded in parts as long as they can be; only one of seven is coded as four and three instead of six and one.
final class BlockHeader {
  private static let order: [UInt8] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  private static let codeLimit = 7

  /// The lengths of both codes, one after the other.
  private let lengthTable = Table<UInt8>(
    repeating: 0, count: DeflateAlphabet.literalCount + DeflateAlphabet.distanceCount)
  /// What is written: the symbol in the low byte, the value of its extra bits in the high one.
  private let itemTable = Table<UInt16>(
    repeating: 0, count: DeflateAlphabet.literalCount + DeflateAlphabet.distanceCount)
  private var itemCount = 0
  private let frequencies = Table<UInt32>(repeating: 0, count: 19)
  private let code = HuffmanCode(symbolCount: 19)
  private var literalCount = 0
  private var distanceCount = 0
  private var codeCount = 0
  /// The bits of the description.
  private(set) var bits = 0

  /// Sets the description to that of two codes, of which the lengths are set.
  func set(_ literals: HuffmanCode, _ distances: HuffmanCode) {
    (literalCount, distanceCount) = (DeflateAlphabet.literalCount, DeflateAlphabet.distanceCount)
    while literalCount > 257, literals.lengths[literalCount - 1] == 0 { literalCount -= 1 }
    while distanceCount > 1, distances.lengths[distanceCount - 1] == 0 { distanceCount -= 1 }
    let lengths = lengthTable.view
    lengths.copy(literals.lengths, count: literalCount)
    lengths.copy(distances.lengths, count: distanceCount, to: literalCount)
    itemCount = 0
    frequencies.view.fill(0)
    setItems(lengths, count: literalCount + distanceCount)
    code.setLengths(frequencies.view, limit: BlockHeader.codeLimit)
    codeCount = 19
    while codeCount > 4, code.lengths[Int(BlockHeader.order[codeCount - 1])] == 0 { codeCount -= 1 }
    bits = 14 + 3 * codeCount
    for symbol in 0..<19 {
      bits += Int(frequencies.view[symbol]) * (Int(code.lengths[symbol]) + BlockHeader.extraBits(symbol))
    }
  }

  @inline(__always) private func append(_ symbol: UInt8, extra: Int = 0) {
    itemTable.view[itemCount] = UInt16(symbol) | UInt16(truncatingIfNeeded: extra) &<< 8
    itemCount &+= 1
    frequencies.view[Int(symbol)] &+= 1
  }

  private func setItems(_ lengths: TableView<UInt8>, count: Int) {
    var index = 0
    while index < count {
      let length = lengths[index]
      var end = index &+ 1
      if length == 0 {
        while end &+ 8 <= count, lengths.areZero(end) { end &+= 8 }
      }
      while end < count, lengths[end] == length { end &+= 1 }
      var run = end &- index
      index = end
      if length > 0 {
        append(length)
        run &-= 1
        while run >= 3 {
          // Seven is better as four and three than as six and one.
          let part = run == 7 ? 4 : min(run, 6)
          append(16, extra: part &- 3)
          run &-= part
        }
      } else {
        while run >= 11 {
          let part = min(run, 138)
          append(18, extra: part &- 11)
          run &-= part
        }
        if run >= 3 {
          append(17, extra: run &- 3)
          run = 0
        }
      }
      while run > 0 {
        append(length)
        run &-= 1
      }
    }
  }

  @inline(__always) private static func extraBits(_ symbol: Int) -> Int {
    symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7
  }

  func write(to writer: inout BitWriter) {
    code.setCodes()
    code.checkInvariants(isComplete: true, limit: BlockHeader.codeLimit)
    writer.add(UInt64(literalCount - 257), 5)
    writer.add(UInt64(distanceCount - 1), 5)
    writer.add(UInt64(codeCount - 4), 4)
    writer.flush()
    for symbol in BlockHeader.order[..<codeCount] {
      writer.add(UInt64(code.lengths[Int(symbol)]), 3)
      writer.flush()
    }
    let (items, lengths, codes) = (itemTable.view, code.lengths, code.codes)
    for index in 0..<itemCount {
      let symbol = Int(items[index] & 0xFF)
      let bits = Int(lengths[symbol])
      writer.add(
        UInt64(codes[symbol]) | UInt64(items[index] &>> 8) &<< UInt64(bits), bits + BlockHeader.extraBits(symbol))
      writer.flush()
    }
  }
}
