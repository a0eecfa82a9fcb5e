/// A table that maps the next bits of a stream to symbols; codes too long for it go on in second tables, which follow it.
///
/// As in zlib and libdeflate: two levels, filled from the canonical code's lengths without the codes. A table of `n` bits is
/// doubled to one of `n + 1`, in which each code of `n` bits has two entries, so that no entry is written bit by bit. Small arrays take
/// most of their time here: so symbols without a code are passed over eight at a time, and nothing is doubled below the shortest code.
@safe struct DecodingTable {
  /// How many bits index the first table at least, and at most: as many as the longest code has, so that a code of short ones takes
  /// little time to build and little of the processor's nearest cache.
  private let leastBits, mostBits: Int
  /// The entries of the alphabet's symbols.
  private let symbols: Table<CodeEntry>
  /// The symbols that have a code, in order, and the same by their codes' lengths.
  private let used, sorted: Table<UInt16>
  private let allowsSingleCode: Bool
  let view: TableView<CodeEntry>

  /// - Parameters:
  ///   - entries: Room for the first table and all second ones that a complete code can need.
  ///   - allowsSingleCode: Whether a lone code of one bit may stand in a code that is not complete, and a code may
  ///     be empty, as zlib allows for literals and distances.
  init(symbols: [CodeEntry], indexBits: ClosedRange<Int>, entries: TableView<CodeEntry>, allowsSingleCode: Bool) {
    (leastBits, mostBits) = (indexBits.lowerBound, indexBits.upperBound)
    self.symbols = Table(symbols, default: .invalid)
    used = Table(repeating: 0, count: symbols.count + 1)
    sorted = Table(repeating: 0, count: symbols.count)
    self.allowsSingleCode = allowsSingleCode
    view = entries
  }

  /// Fills the table for a code.
  ///
  /// - Parameter lengths: The number of bits of each symbol's code, at most 15; 0 for a symbol that has none.
  /// - Returns: How many bits index the first table; `nil` if zlib would not take the code: more codes than there can be, or fewer.
  func build(_ lengths: TableView<UInt8>, _ range: Range<Int>) -> Int? {
    var counts: InlineArray<16, Int> = .init(repeating: 0)
    let usedCount = count(lengths, range, into: &counts)
    counts[0] = 0
    var longest = 15
    while longest > 0, counts[longest] == 0 { longest -= 1 }
    var left = 1
    // Where the symbols of each length begin among all that have a code, sorted by length.
    var starts: InlineArray<17, Int> = .init(repeating: 0)
    for length in 1...15 {
      left = left << 1 - counts[length]
      if left < 0 { return nil }
      starts[length + 1] = starts[length] + counts[length]
    }
    if left > 0 {
      guard allowsSingleCode, longest <= 1 else { return nil }
      view.fill(.invalid.taking(1), count: 2)
    }
    let indexBits = min(max(longest, leastBits), mostBits)
    let (used, sorted) = (self.used.view, self.sorted.view)
    for index in 0..<usedCount {
      let symbol = Int(used[index])
      let length = Int(lengths[range.lowerBound &+ symbol] & 15)
      sorted[starts[length]] = UInt16(truncatingIfNeeded: symbol)
      starts[length] &+= 1
    }
    // Codes in their order, their bits as they come in the stream, the first lowest (RFC 1951, 3.1.1). What a table of
    // fewer bits holds stands twice in that of one more.
    var code = 0
    var place = 0
    // Nothing is written for lengths below the shortest.
    var shortest = 1
    while left == 0, shortest < indexBits, counts[shortest] == 0 { shortest += 1 }
    for length in shortest...indexBits {
      if length > shortest { view.duplicate(1 &<< (length &- 1)) }
      for _ in 0..<counts[length] {
        view[code] = symbols.view[Int(sorted[place])].taking(length)
        place &+= 1
        code = DecodingTable.next(code, length)
      }
    }
    return longest <= indexBits || buildSecondTables(counts, place, code, longest) ? indexBits : nil
  }

  /// Lists the symbols that have a code, and counts those of each length. Most have none, and are passed over eight at a time: to
  /// count each would wait for the one before.
  @inline(__always)
  private func count(
    _ lengths: TableView<UInt8>, _ range: Range<Int>, into counts: inout InlineArray<16, Int>
  ) -> Int {
    let used = used.view
    var (count, first) = (0, range.lowerBound)
    while first < range.upperBound {
      let end = min(range.upperBound, first &+ 8)
      if first &+ 8 > range.upperBound || !lengths.areZero(first) {
        for index in first..<end {
          let length = Int(lengths[index] & 15)
          counts[length] &+= 1
          used[count] = UInt16(truncatingIfNeeded: index &- range.lowerBound)
          count &+= length > 0 ? 1 : 0
        }
      }
      first = end
    }
    return count
  }

  private func buildSecondTables(_ counts: InlineArray<16, Int>, _ first: Int, _ code: Int, _ longest: Int) -> Bool {
    let indexBits = mostBits
    var (place, code, free, prefix, start, size) = (first, code, 1 << indexBits, -1, 0, 0)
    // In the order of their codes, so that those of one second table come one after the other.
    for length in (indexBits + 1)...longest {
      for seen in 0..<counts[length] {
        if code & (1 << indexBits - 1) != prefix {
          prefix = code & (1 << indexBits - 1)
          // As many bits as the codes that share the prefix need: until they fill the table.
          size = length - indexBits
          var room = 1 << size - (counts[length] - seen)
          while room > 0, size + indexBits < longest {
            size += 1
            room = room << 1 - counts[size + indexBits]
          }
          start = free
          free += 1 << size
          guard free <= view.count else { return false }
          view[prefix] = .table(at: start, indexBits: size, taking: indexBits)
        }
        let entry = symbols.view[Int(sorted.view[place])].taking(length - indexBits)
        for index in stride(from: code >> indexBits, to: 1 << size, by: 1 << (length - indexBits)) {
          view[start + index] = entry
        }
        place += 1
        code = DecodingTable.next(code, length)
      }
    }
    return true
  }

  /// The code after another of the same length, its last bit highest: the highest 0 becomes 1, the ones above it 0.
  @inline(__always) private static func next(_ code: Int, _ length: Int) -> Int {
    let zeros = ~code & (1 << length - 1)
    guard zeros > 0 else { return 0 }
    let top = 1 &<< (Int.bitWidth &- 1 &- zeros.leadingZeroBitCount)
    return code & (top &- 1) | top
  }
}
