/// The description of a block's own codes (RFC 1951, 3.2.7): their lengths, run-length coded and then Huffman coded.
///
/// A run is coded in parts as long as they can be; only one of seven is coded as four and three instead of six and one.
struct BlockHeader {
  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  private var items: [(symbol: UInt8, extra: UInt8)] = []
  private let code: HuffmanCode
  private let literalCount: Int
  private let distanceCount: Int
  private let codeCount: Int
  /// The bits of the description.
  let bits: Int

  init(_ literals: HuffmanCode, _ distances: HuffmanCode) {
    var literalCount = DeflateAlphabet.literalCount
    while literalCount > 257, literals.lengths[literalCount - 1] == 0 { literalCount -= 1 }
    var distanceCount = DeflateAlphabet.distanceCount
    while distanceCount > 1, distances.lengths[distanceCount - 1] == 0 { distanceCount -= 1 }
    let lengths = Array(literals.lengths[..<literalCount]) + Array(distances.lengths[..<distanceCount])
    var items: [(symbol: UInt8, extra: UInt8)] = []
    var index = 0
    while index < lengths.count {
      let length = lengths[index]
      var run = 1
      while index + run < lengths.count, lengths[index + run] == length { run += 1 }
      index += run
      if length > 0 {
        items.append((length, 0))
        run -= 1
        while run >= 3 {
          // Seven is better as four and three than as six and one.
          let part = run == 7 ? 4 : min(run, 6)
          items.append((16, UInt8(part - 3)))
          run -= part
        }
      } else {
        while run >= 11 {
          let part = min(run, 138)
          items.append((18, UInt8(part - 11)))
          run -= part
        }
        if run >= 3 {
          items.append((17, UInt8(run - 3)))
          run = 0
        }
      }
      for _ in 0..<run { items.append((length, 0)) }
    }
    var frequencies = [UInt32](repeating: 0, count: 19)
    for item in items { frequencies[Int(item.symbol)] += 1 }
    let code = HuffmanCode(frequencies: frequencies, limit: 7)
    var codeCount = 19
    while codeCount > 4, code.lengths[BlockHeader.order[codeCount - 1]] == 0 { codeCount -= 1 }
    var bits = 14 + 3 * codeCount
    for item in items { bits += Int(code.lengths[Int(item.symbol)]) + BlockHeader.extraBits(item.symbol) }
    self.items = items
    self.code = code
    self.literalCount = literalCount
    self.distanceCount = distanceCount
    self.codeCount = codeCount
    self.bits = bits
  }

  private static func extraBits(_ symbol: UInt8) -> Int {
    switch symbol {
    case 16: 2
    case 17: 3
    case 18: 7
    default: 0
    }
  }

  func write(to writer: inout BitWriter) {
    writer.add(UInt64(literalCount - 257), 5)
    writer.add(UInt64(distanceCount - 1), 5)
    writer.add(UInt64(codeCount - 4), 4)
    writer.flush()
    for symbol in BlockHeader.order[..<codeCount] {
      writer.add(UInt64(code.lengths[symbol]), 3)
      writer.flush()
    }
    for item in items {
      let bits = Int(code.lengths[Int(item.symbol)])
      writer.add(
        UInt64(code.codes[Int(item.symbol)]) | UInt64(item.extra) << UInt64(bits),
        bits + BlockHeader.extraBits(item.symbol))
      writer.flush()
    }
  }
}
