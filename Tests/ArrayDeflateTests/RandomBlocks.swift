/// Writes bits, the first lowest, as deflate packs them (RFC 1951, 3.1.1).
struct BitList {
  private(set) var bytes: [UInt8] = []
  private var used = 8

  mutating func write(_ value: Int, _ count: Int) {
    for bit in 0..<count {
      if used == 8 {
        bytes.append(0)
        used = 0
      }
      if value >> bit & 1 == 1 { bytes[bytes.count - 1] |= 1 << UInt8(used) }
      used += 1
    }
  }

  /// A Huffman code, whose first bit is its highest.
  mutating func write(code: Int, _ count: Int) {
    for bit in (0..<count).reversed() { write(code >> bit & 1, 1) }
  }
}

/// The canonical codes of some lengths (RFC 1951, 3.2.2), computed as the specification tells it.
func canonicalCodes(_ lengths: [Int]) -> [Int] {
  var code = 0
  var codes = [Int](repeating: 0, count: lengths.count)
  for length in 1...15 {
    for symbol in lengths.indices where lengths[symbol] == length {
      codes[symbol] = code
      code += 1
    }
    code <<= 1
  }
  return codes
}

/// A block with codes of its own, written without asking whether the rules allow it.
func dynamicBlock(
  _ bits: inout BitList, literals: [Int], distances: [Int], isLast: Bool = true, _ symbols: (inout BitList) -> Void
) {
  bits.write(isLast ? 1 : 0, 1)
  bits.write(2, 2)
  bits.write(literals.count - 257, 5)
  bits.write(distances.count - 1, 5)
  bits.write(15, 4)
  // All 16 lengths have a code of four bits, and nothing is repeated: 16, 17 and 18 have none.
  for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] {
    bits.write(symbol < 16 ? 4 : 0, 3)
  }
  for length in literals + distances { bits.write(code: length, 4) }
  symbols(&bits)
}

/// Streams with one mistake each, which zlib refuses.
enum LenientStreams {
  static let count = 7

  static var all: [(String, [UInt8])] {
    // Four literals, a match of three, the end: codes of 0, 10, 110 and 111.
    var literals = [Int](repeating: 0, count: 258)
    (literals[65], literals[256], literals[257], literals[66]) = (1, 2, 3, 3)
    func stream(distances: [Int], _ match: (inout BitList) -> Void) -> [UInt8] {
      var bits = BitList()
      dynamicBlock(&bits, literals: literals, distances: distances) { bits in
        for _ in 0..<4 { bits.write(code: 0, 1) }
        let codes = canonicalCodes(literals)
        bits.write(code: codes[257], 3)
        match(&bits)
        bits.write(code: codes[256], 2)
      }
      return bits.bytes + [0, 0]
    }
    var reserved = BitList()
    reserved.write(1, 1)
    reserved.write(1, 2)
    for _ in 0..<4 { reserved.write(code: 0x30 + 65, 8) }
    reserved.write(code: 1, 7)
    reserved.write(code: 30, 5)
    reserved.write(0, 14)
    reserved.write(code: 0, 7)
    return [
      ("a match without any code of distances", stream(distances: [0]) { $0.write(0, 1) }),
      ("the missing half of a code of distances", stream(distances: [1]) { $0.write(1, 1) }),
      ("the reserved distance 30", reserved.bytes + [0, 0]),
      ("more symbols than there are", stream(distances: [1] + [Int](repeating: 0, count: 30)) { $0.write(0, 1) }),
    ]
  }
}

/// Random streams that come close to being good, and now and then are.
enum RandomBlocks {
  static func stream(_ noise: inout Noise) -> [UInt8] {
    var bits = BitList()
    let blocks = Int(noise.next() % 3 + 1)
    for block in 0..<blocks {
      let isLast = block == blocks - 1
      switch noise.next() % 4 {
      case 0:
        // Fixed codes, the reserved symbols among them.
        bits.write(isLast ? 1 : 0, 1)
        bits.write(1, 2)
        for _ in 0..<Int(noise.next() % 40) {
          if noise.next() % 5 == 0 {
            bits.write(code: Int(noise.next() % 24) + 1, 7)
            bits.write(code: Int(noise.next() % (noise.next() % 8 == 0 ? 32 : 6)), 5)
          } else {
            bits.write(code: Int(noise.next() % 144) + 0x30, 8)
          }
        }
        bits.write(code: 0, 7)
      default:
        var literals = lengths(257 + Int(noise.next() % (noise.next() % 10 == 0 ? 32 : 30)), &noise)
        if noise.next() % 20 != 0, literals[256] == 0 { literals[256] = literals.max() ?? 1 }
        let distances = lengths(1 + Int(noise.next() % (noise.next() % 6 == 0 ? 32 : 6)), &noise)
        let codes = canonicalCodes(literals)
        let reaches = canonicalCodes(distances)
        let used = literals.indices.filter { literals[$0] > 0 }
        let usedReaches = distances.indices.filter { distances[$0] > 0 }
        dynamicBlock(&bits, literals: literals, distances: distances, isLast: isLast) { bits in
          for _ in 0..<Int(noise.next() % 60) {
            guard let symbol = used.randomElement(using: &noise), symbol != 256 else { continue }
            bits.write(code: codes[symbol], literals[symbol])
            if symbol > 256 {
              bits.write(Int(noise.next() % 32), symbol < 265 || symbol > 284 ? 0 : (symbol - 261) / 4)
              guard let reach = usedReaches.randomElement(using: &noise) else { continue }
              bits.write(code: reaches[reach], distances[reach])
              bits.write(0, reach < 4 || reach > 29 ? 0 : reach / 2 - 1)
            }
          }
          bits.write(code: codes[256], literals[256])
        }
      }
    }
    return bits.bytes + [0, 0, 0]
  }

  /// Lengths of a code that is complete mostly, a bit too full or too empty now and then.
  private static func lengths(_ count: Int, _ noise: inout Noise) -> [Int] {
    var lengths = [Int](repeating: 0, count: count)
    let wanted = min(count, Int(noise.next() % 40) + 1)
    // Leaves of a tree that is split at random.
    var leaves = [0]
    while leaves.count < wanted {
      let place = Int(noise.next() % UInt64(leaves.count))
      guard leaves[place] < 15 else { break }
      leaves[place] += 1
      leaves.append(leaves[place])
    }
    if leaves == [0] { leaves = noise.next() % 4 == 0 ? [] : [Int(noise.next() % 2) + 1] }
    if noise.next() % 12 == 0, let last = leaves.popLast(), noise.next() % 2 == 0 { leaves.append(max(1, last - 1)) }
    var places = Array(0..<count)
    places.shuffle(using: &noise)
    // High symbols, which are lengths, more often than their share.
    if count > 257 {
      for place in 257..<min(count, 262) { places.swapAt(place - 257, places.firstIndex(of: place) ?? 0) }
    }
    for (place, leaf) in zip(places, leaves) { lengths[place] = leaf }
    return lengths
  }
}
