/// A prefix code of limited length for one alphabet of a deflate block.
///
/// ## Algorithm
/// Lengths: Huffman's algorithm with two queues (van Leeuwen, 1976): leaves sorted by frequency, and inner nodes, which are made
/// in order of weight; so no heap is needed. Then the depths are cut to the limit, and the code is made complete again from the
/// counts of each length, as zlib's `gen_bitlen` and libdeflate's `compute_length_counts` do. Where the limit is exceeded that
/// is not always optimal, as package-merge (Larmore and Hirschberg, 1990) would be; but only blocks of very unequal
/// frequencies exceed 14 bits, and there the symbols concerned are rare. Codes: canonical (RFC 1951, 3.2.2).
///
/// Cost: that of sorting the symbols that occur.
struct HuffmanCode {
  /// The length of each symbol's code in bits; 0 for symbols that do not occur.
  var lengths: [UInt8]
  /// The codes, their bits in the order in which they are written.
  var codes: [UInt16]

  /// A code of small total length for some frequencies, none longer than `limit` bits; of the least, if no code has to be cut.
  ///
  /// At least two symbols get a code, so that it is complete, which every inflater accepts.
  init(frequencies: [UInt32], limit: Int) {
    lengths = HuffmanCode.lengths(frequencies, limit: limit)
    codes = HuffmanCode.codes(lengths)
    checkInvariants(isComplete: true, limit: limit)
  }

  init(lengths: [UInt8]) {
    self.lengths = lengths
    codes = HuffmanCode.codes(lengths)
    checkInvariants(isComplete: false)
  }

  /// Deflate's fixed literal and length code.
  static let fixedLiterals = HuffmanCode(
    lengths: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
  /// Deflate's fixed distance code.
  static let fixedDistances = HuffmanCode(lengths: [UInt8](repeating: 5, count: 30))

  static func lengths(_ frequencies: [UInt32], limit: Int) -> [UInt8] {
    var lengths = [UInt8](repeating: 0, count: frequencies.count)
    // Frequency above, symbol below: one number to sort by.
    var leaves: [UInt64] = []
    leaves.reserveCapacity(frequencies.count)
    for (symbol, frequency) in frequencies.enumerated() where frequency > 0 {
      leaves.append(UInt64(frequency) << 16 | UInt64(symbol))
    }
    var spare = 0
    while leaves.count < 2, spare < frequencies.count {
      if frequencies[spare] == 0 { leaves.append(1 << 16 | UInt64(spare)) }
      spare += 1
    }
    sort(&leaves)
    let count = leaves.count
    // Nodes are made in order of weight, so two queues do: the leaves left, and the inner nodes left.
    var weights = [UInt64](repeating: 0, count: count)
    var parents = [Int](repeating: 0, count: 2 * count)
    var leaf = 0
    var inner = 0
    for made in 0..<(count - 1) {
      var weight: UInt64 = 0
      for _ in 0..<2 {
        if leaf < count, inner >= made || leaves[leaf] >> 16 <= weights[inner] {
          weight += leaves[leaf] >> 16
          parents[leaf] = count + made
          leaf += 1
        } else {
          weight += weights[inner]
          parents[count + inner] = count + made
          inner += 1
        }
      }
      weights[made] = weight
    }
    // Depths from the root down; those too deep are cut, and the code made complete again.
    var depths = [Int](repeating: 0, count: 2 * count)
    var counts = [Int](repeating: 0, count: limit + 2)
    var excess = 0
    let root = 2 * count - 2
    for node in stride(from: root - 1, through: 0, by: -1) {
      depths[node] = depths[parents[node]] + 1
      if depths[node] > limit {
        depths[node] = limit
        excess += 1
      }
      if node < count { counts[depths[node]] += 1 }
    }
    if excess > 0 { HuffmanCode.makeComplete(&counts, limit: limit) }
    // The rarest symbols get the longest codes.
    var next = 0
    for length in stride(from: limit, through: 1, by: -1) {
      for _ in 0..<counts[length] {
        lengths[Int(leaves[next] & 0xFFFF)] = UInt8(length)
        next += 1
      }
    }
    return lengths
  }

  /// Sorts leaves by frequency, equal ones by symbol, in which order they come: eight bits of the frequency after the other.
  private static func sort(_ leaves: inout [UInt64]) {
    guard leaves.count > 32 else { return leaves.sort() }
    let all = leaves.reduce(0, |)
    var other = leaves
    var shift = 16 as UInt64
    while all >> shift > 0 {
      var starts = [Int](repeating: 0, count: 257)
      for leaf in leaves { starts[Int(leaf >> shift & 0xFF) + 1] += 1 }
      for value in 1..<256 { starts[value] += starts[value - 1] }
      for leaf in leaves {
        let value = Int(leaf >> shift & 0xFF)
        other[starts[value]] = leaf
        starts[value] += 1
      }
      swap(&leaves, &other)
      shift += 8
    }
  }

  /// Moves leaves until the code is neither oversubscribed nor incomplete.
  private static func makeComplete(_ counts: inout [Int], limit: Int) {
    var used = 0
    for length in 1...limit { used += counts[length] << (limit - length) }
    let full = 1 << limit
    while used > full {
      // One leaf goes a level down and takes one of the deepest along as its sibling.
      var length = limit - 1
      while length > 0, counts[length] == 0 { length -= 1 }
      if length == 0 { return }
      counts[length] -= 1
      counts[length + 1] += 1
      used -= (1 << (limit - length)) - (1 << (limit - length - 1))
    }
    var length = limit
    while used < full, length > 1 {
      // One leaf goes up where the gap is wide enough.
      let gain = (1 << (limit - length + 1)) - (1 << (limit - length))
      if counts[length] > 0, used + gain <= full {
        counts[length] -= 1
        counts[length - 1] += 1
        used += gain
      } else {
        length -= 1
      }
    }
  }

  private static func codes(_ lengths: [UInt8]) -> [UInt16] {
    var counts = [Int](repeating: 0, count: 17)
    for length in lengths where length > 0 { counts[Int(length)] += 1 }
    var next = [UInt16](repeating: 0, count: 17)
    var code = 0
    for length in 1...15 {
      code = (code + (length > 1 ? counts[length - 1] : 0)) << 1
      next[length] = UInt16(truncatingIfNeeded: code)
    }
    var codes = [UInt16](repeating: 0, count: lengths.count)
    for symbol in lengths.indices where lengths[symbol] > 0 {
      let length = Int(lengths[symbol])
      codes[symbol] = reversed(next[length], length)
      next[length] &+= 1
    }
    return codes
  }

  /// The lowest bits in reverse order.
  private static func reversed(_ code: UInt16, _ length: Int) -> UInt16 {
    var bits = code
    bits = bits >> 8 | bits << 8
    bits = (bits & 0xF0F0) >> 4 | (bits & 0x0F0F) << 4
    bits = (bits & 0xCCCC) >> 2 | (bits & 0x3333) << 2
    bits = (bits & 0xAAAA) >> 1 | (bits & 0x5555) << 1
    return bits >> UInt16(16 - length)
  }
}
