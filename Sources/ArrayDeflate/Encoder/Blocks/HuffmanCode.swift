/// A prefix code of limited length for one alphabet of a deflate block.
///
/// ## Algorithm
/// Lengths: Huffman's algorithm with two queues (van Leeuwen, 1976): leaves sorted by frequency, and inner nodes, which are made
/// in order of weight; so no heap is needed. Then the depths are cut to the limit, and the code is made complete again from the
/// counts of each length, as zlib's `gen_bitlen` and libdeflate's `compute_length_counts` do. Where the limit is exceeded that
/// is not always optimal, as package-merge (Larmore and Hirschberg, 1990) would be; but only blocks of very unequal
/// frequencies exceed 14 bits, and there the symbols concerned are rare. Codes: canonical (RFC 1951, 3.2.2).
///
/// Cost: that of sorting the symbols that occur; a microsecond or two for 256 of them. The memory is kept from one code to the next,
/// since small arrays have many codes for their size: one for each strategy that is tried.
final class HuffmanCode: @unchecked Sendable {
  /// The number of symbols of the alphabet.
  let symbolCount: Int
  private let lengthTable: Table<UInt8>
  private let codeTable: Table<UInt16>
  /// The symbols that occur, by frequency (above) and number (the lowest 16 bits), and the same while they are sorted.
  private let leafTable, otherLeafTable: Table<UInt64>
  /// The inner nodes' weights, and each node's parent and depth: leaves first.
  private let weightTable: Table<UInt64>
  private let parentTable: Table<UInt16>
  private let depthTable: Table<UInt8>
  private let startTable = Table<UInt32>(repeating: 0, count: 256)
  /// How many codes there are of each length.
  private let countTable = Table<UInt32>(repeating: 0, count: 17)
  /// The next code of each length.
  private let nextTable = Table<UInt32>(repeating: 0, count: 17)

  /// The length of each symbol's code in bits; 0 for symbols that do not occur.
  var lengths: TableView<UInt8> { lengthTable.view }
  /// The codes, their bits in the order in which they are written: set by ``setCodes()``.
  var codes: TableView<UInt16> { codeTable.view }

  init(symbolCount: Int) {
    self.symbolCount = symbolCount
    lengthTable = Table(repeating: 0, count: symbolCount)
    codeTable = Table(repeating: 0, count: symbolCount)
    leafTable = Table(repeating: 0, count: symbolCount)
    otherLeafTable = Table(repeating: 0, count: symbolCount)
    weightTable = Table(repeating: 0, count: symbolCount)
    parentTable = Table(repeating: 0, count: 2 * symbolCount)
    depthTable = Table(repeating: 0, count: 2 * symbolCount)
  }

  /// A code whose lengths are known.
  private convenience init(lengths: [UInt8]) {
    self.init(symbolCount: lengths.count)
    for symbol in lengths.indices { self.lengths[symbol] = lengths[symbol] }
    setCodes()
    checkInvariants(isComplete: false)
  }

  /// Deflate's fixed literal and length code.
  static let fixedLiterals = HuffmanCode(
    lengths: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
  /// Deflate's fixed distance code.
  static let fixedDistances = HuffmanCode(lengths: [UInt8](repeating: 5, count: 30))

  /// Sets the lengths of a code of small total length for some frequencies, none longer than `limit` bits; of the least, if no
  /// code has to be cut.
  ///
  /// At least two symbols get a code, so that it is complete, which every inflater accepts.
  func setLengths(_ frequencies: TableView<UInt32>, limit: Int) {
    lengths.fill(0)
    let count = setLeaves(frequencies)
    let leaves = sortedLeaves(count)
    setParents(leaves, count)
    setCounts(leafCount: count, limit: limit)
    // The rarest symbols get the longest codes.
    let (lengths, counts) = (lengths, countTable.view)
    var next = 0
    var length = limit
    while length > 0 {
      let end = next &+ Int(counts[length])
      while next < end {
        lengths[Int(leaves[next] & 0xFFFF)] = UInt8(truncatingIfNeeded: length)
        next &+= 1
      }
      length &-= 1
    }
  }

  /// Lists the symbols that occur; returns their number.
  private func setLeaves(_ frequencies: TableView<UInt32>) -> Int {
    let leaves = leafTable.view
    var count = 0
    var first = 0
    while first < symbolCount {
      let end = min(symbolCount, first &+ 8)
      if first &+ 8 > frequencies.count || !frequencies.areZero(first) {
        for symbol in first..<end {
          let frequency = frequencies[symbol]
          leaves[count] = UInt64(frequency) &<< 16 | UInt64(truncatingIfNeeded: symbol)
          count &+= frequency > 0 ? 1 : 0
        }
      }
      first = end
    }
    var spare = 0
    while count < 2, spare < symbolCount {
      if frequencies[spare] == 0 {
        leaves[count] = 1 << 16 | UInt64(spare)
        count += 1
      }
      spare += 1
    }
    return count
  }

  /// The leaves by frequency, equal ones by symbol, in which order they come: eight bits of the frequency after the other.
  private func sortedLeaves(_ count: Int) -> TableView<UInt64> {
    var (leaves, other) = (leafTable.view, otherLeafTable.view)
    if count <= 24 {
      var index = 1
      while index < count {
        let leaf = leaves[index]
        var at = index
        while at > 0, leaves[at &- 1] > leaf {
          leaves[at] = leaves[at &- 1]
          at &-= 1
        }
        leaves[at] = leaf
        index &+= 1
      }
      return leaves
    }
    let starts = startTable.view
    var all: UInt64 = 0
    for index in 0..<count { all |= leaves[index] }
    var shift = 16 as UInt64
    while all &>> shift > 0 {
      starts.fill(0)
      for index in 0..<count { starts[Int(leaves[index] &>> shift & 0xFF)] &+= 1 }
      var sum: UInt32 = 0
      for value in 0..<256 {
        let here = starts[value]
        starts[value] = sum
        sum &+= here
      }
      for index in 0..<count {
        let leaf = leaves[index]
        let value = Int(leaf &>> shift & 0xFF)
        other[Int(starts[value])] = leaf
        starts[value] &+= 1
      }
      swap(&leaves, &other)
      shift += 8
    }
    return leaves
  }

  /// Makes the tree. Nodes are made in order of weight, so two queues do: the leaves left, and the inner nodes left.
  private func setParents(_ leaves: TableView<UInt64>, _ count: Int) {
    let (weights, parents) = (weightTable.view, parentTable.view)
    var leaf = 0
    var inner = 0
    var made = 0
    while made < count &- 1 {
      var weight: UInt64 = 0
      for _ in 0..<2 {
        if leaf < count, inner >= made || leaves[leaf] &>> 16 <= weights[inner] {
          weight &+= leaves[leaf] &>> 16
          parents[leaf] = UInt16(truncatingIfNeeded: count &+ made)
          leaf &+= 1
        } else {
          weight &+= weights[inner]
          parents[count &+ inner] = UInt16(truncatingIfNeeded: count &+ made)
          inner &+= 1
        }
      }
      weights[made] = weight
      made &+= 1
    }
  }

  /// Counts the leaves of each depth, from the root down; those too deep are cut, and the code made complete again.
  private func setCounts(leafCount count: Int, limit: Int) {
    let (parents, depths, counts) = (parentTable.view, depthTable.view, countTable.view)
    counts.fill(0)
    var excess = 0
    var node = 2 &* count &- 2
    depths[node] = 0
    while node > 0 {
      node &-= 1
      var depth = Int(depths[Int(parents[node])]) &+ 1
      if depth > limit {
        depth = limit
        excess &+= 1
      }
      depths[node] = UInt8(truncatingIfNeeded: depth)
      if node < count { counts[depth] &+= 1 }
    }
    if excess > 0 { HuffmanCode.makeComplete(counts, limit: limit) }
  }

  /// Moves leaves until the code is neither oversubscribed nor incomplete.
  private static func makeComplete(_ counts: TableView<UInt32>, limit: Int) {
    var used = 0
    for length in 1...limit { used += Int(counts[length]) << (limit - length) }
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

  /// Sets the codes to the lengths that are set.
  func setCodes() {
    let (lengths, codes, next) = (lengths, codes, nextTable.view)
    next.fill(0)
    forEachUsed { next[Int(lengths[$0])] &+= 1 }
    // From the numbers of codes to the first code of each length.
    var code: UInt32 = 0
    var before: UInt32 = 0
    for length in 1...15 {
      code = (code &+ before) &<< 1
      before = next[length]
      next[length] = code
    }
    forEachUsed { symbol in
      let length = Int(lengths[symbol])
      codes[symbol] = HuffmanCode.reversed(UInt16(truncatingIfNeeded: next[length]), length)
      next[length] &+= 1
    }
  }

  /// The symbols that have a code, in order.
  @inline(__always) func forEachUsed(_ body: (Int) -> Void) {
    let lengths = lengths
    var first = 0
    while first < symbolCount {
      let end = min(symbolCount, first &+ 8)
      if first &+ 8 > symbolCount || !lengths.areZero(first) {
        for symbol in first..<end where lengths[symbol] > 0 { body(symbol) }
      }
      first = end
    }
  }

  /// The lowest bits in reverse order.
  @inline(__always) private static func reversed(_ code: UInt16, _ length: Int) -> UInt16 {
    var bits = code
    bits = bits >> 8 | bits << 8
    bits = (bits & 0xF0F0) >> 4 | (bits & 0x0F0F) << 4
    bits = (bits & 0xCCCC) >> 2 | (bits & 0x3333) << 2
    bits = (bits & 0xAAAA) >> 1 | (bits & 0x5555) << 1
    return bits >> UInt16(truncatingIfNeeded: 16 &- length)
  }
}
