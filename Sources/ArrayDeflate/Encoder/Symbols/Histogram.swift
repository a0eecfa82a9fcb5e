internal import PlatformC

/// The frequencies of the symbols of a block or a part of one.
final class Histogram {
  private let literalTable = Table<UInt32>(repeating: 0, count: 288)
  private let distanceTable = Table<UInt32>(repeating: 0, count: 32)
  /// Literals of long stretches, counted in four tables in turns: else each would wait for the one before, if they are equal.
  private let stretchTable = Table<UInt32>(repeating: 0, count: 4 * 256)

  var literals: TableView<UInt32> { literalTable.view }
  var distances: TableView<UInt32> { distanceTable.view }

  func clear() {
    literals.fill(0)
    distances.fill(0)
  }

  /// Counts the symbols of sequences, whose first literal is at `start`; returns where they end.
  func count(_ list: SequenceList, _ range: Range<Int>, _ input: InputBytes, at start: Int) -> Int {
    let (literals, distances) = (literals, distances)
    let lengthSlots = DeflateAlphabet.lengthSlots.view
    var position = start
    let last = input.count &- 4
    var index = range.lowerBound
    while index < range.upperBound {
      let sequence = list[index]
      var left = sequence.literals
      if left >= Tunables.Blocks.longStretch {
        let long = left & ~7
        countStretch(input, position..<position &+ long)
        position &+= long
        left &-= long
      }
      while left >= 4 || left > 0 && position > last {
        literals[Int(input[position])] &+= 1
        position &+= 1
        left &-= 1
      }
      if position <= last {
        // How many literals are left is hard to predict: so three are counted, without a branch, some of them zero times.
        let word = input.load32(position)
        literals[Int(word & 0xFF)] &+= left > 0 ? 1 : 0
        literals[Int(word &>> 8 & 0xFF)] &+= left > 1 ? 1 : 0
        literals[Int(word &>> 16 & 0xFF)] &+= left > 2 ? 1 : 0
        position &+= left
      }
      let length = sequence.length
      if length > 0 {
        literals[257 &+ Int(lengthSlots[length])] &+= 1
        distances[sequence.slot] &+= 1
        position &+= length
      }
      index &+= 1
    }
    return position
  }

  /// Counts bytes as literals.
  func count(_ input: InputBytes, literals range: Range<Int>) {
    let long = range.count & ~7
    countStretch(input, range.lowerBound..<range.lowerBound + long)
    for position in range.dropFirst(long) { literals[Int(input[position])] &+= 1 }
  }

  /// Counts literals, a multiple of eight.
  @inline(never) private func countStretch(_ input: InputBytes, _ range: Range<Int>) {
    let (literals, stretch) = (literals, stretchTable.view)
    stretch.fill(0)
    var position = range.lowerBound
    while position < range.upperBound {
      var word = input.load64(position)
      for _ in 0..<2 {
        stretch[Int(word & 0xFF)] &+= 1
        stretch[256 &+ Int(word &>> 8 & 0xFF)] &+= 1
        stretch[512 &+ Int(word &>> 16 & 0xFF)] &+= 1
        stretch[768 &+ Int(word &>> 24 & 0xFF)] &+= 1
        word &>>= 32
      }
      position &+= 8
    }
    for symbol in stride(from: 0, to: 256, by: 8) {
      literals.add(
        stretch.eight(symbol) &+ stretch.eight(256 &+ symbol) &+ stretch.eight(512 &+ symbol)
          &+ stretch.eight(768 &+ symbol), at: symbol)
    }
  }

  /// Adds the symbols of tokens, and their distance symbols.
  func add(symbols: TableView<UInt32>, distances more: TableView<UInt32>) {
    let (literals, distances) = (literals, distances)
    let lengthSlots = DeflateAlphabet.lengthSlots.view
    for symbol in 0..<256 { literals[symbol] &+= symbols[symbol] }
    for length in DeflateAlphabet.minMatch...DeflateAlphabet.maxMatch {
      literals[257 &+ Int(lengthSlots[length])] &+= symbols[256 &+ length]
    }
    for symbol in 0..<30 { distances[symbol] &+= more[symbol] }
  }

  /// Adds the symbols of tokens whose matches are all at one distance.
  func add(symbols: TableView<UInt32>, distance: Int) {
    let (literals, distances) = (literals, distances)
    let lengthSlots = DeflateAlphabet.lengthSlots.view
    for symbol in 0..<256 { literals[symbol] &+= symbols[symbol] }
    var matches: UInt32 = 0
    for length in DeflateAlphabet.minMatch...DeflateAlphabet.maxMatch {
      literals[257 &+ Int(lengthSlots[length])] &+= symbols[256 &+ length]
      matches &+= symbols[256 &+ length]
    }
    distances[DeflateAlphabet.distanceSlot(distance)] &+= matches
  }

  func add(_ other: Histogram) {
    let (literals, distances) = (literals, distances)
    let (more, others) = (other.literals, other.distances)
    for symbol in stride(from: 0, to: 288, by: 8) { literals.add(more.eight(symbol), at: symbol) }
    for symbol in stride(from: 0, to: 32, by: 8) { distances.add(others.eight(symbol), at: symbol) }
  }

  /// Sets the frequencies to those of all chunks together.
  func set(_ counts: ChunkCounts) {
    if counts.ends.count == 1 { return copy(counts.histogram(0)) }
    clear()
    for chunk in counts.ends.indices { add(counts.histogram(chunk)) }
  }

  func copy(_ other: Histogram) {
    literals.copy(other.literals)
    distances.copy(other.distances)
  }

  /// The bits that the symbols take by their entropy, extra bits and an estimate of the code's own description
  /// included.
  func entropyBits() -> Double {
    let (literalBits, literalKinds) = Histogram.entropy(literals, 288)
    let (distanceBits, distanceKinds) = Histogram.entropy(distances, 32)
    return literalBits + distanceBits + Double(extraBits()) + Tunables.Blocks.headerBits
      + Tunables.Blocks.bitsPerUsedSymbol * Double(literalKinds + distanceKinds)
  }

  /// About the bits of a block with these symbols and codes of its own, and the number of literals and lengths that occur: by their
  /// entropy, but no code is shorter than a bit, so what is more frequent than all others together takes one.
  func ownBlockBits() -> (bits: Double, kinds: Int) {
    let (literalBits, kinds) = Histogram.codeBits(literals, 288)
    let bits = literalBits + Histogram.codeBits(distances, 32).bits + Double(extraBits()) + Tunables.Blocks.headerBits
    return (bits, kinds)
  }

  /// The bits of symbols and of the lengths of their codes.
  private static func codeBits(_ table: TableView<UInt32>, _ count: Int) -> (bits: Double, kinds: Int) {
    let weights = weights.view
    var (total, largest) = (0 as UInt32, 0 as UInt32)
    var (sum, kinds) = (0.0, 0)
    forEachUsed(table, count) { frequency in
      kinds &+= 1
      total &+= frequency
      largest = max(largest, frequency)
      sum += weight(frequency, weights)
    }
    let others = total &- largest
    let whole =
      largest > others
      ? Double(total) + weight(others, weights) + weight(largest, weights) : weight(total, weights)
    return (whole - sum + Tunables.Blocks.bitsPerUsedSymbol * Double(kinds), kinds)
  }

  /// The frequencies of the symbols that occur, of a table whose length is a multiple of eight.
  @inline(__always) private static func forEachUsed(
    _ table: TableView<UInt32>, _ count: Int, _ body: (UInt32) -> Void
  ) {
    for first in stride(from: 0, to: count, by: 8) where !table.areZero(first) {
      for symbol in first..<first &+ 8 where table[symbol] > 0 { body(table[symbol]) }
    }
  }

  /// Whether most matches are as long as can be, at distances of more than 512 bytes: a long period.
  var hasLongPeriod: Bool {
    var (near, far) = (0, 0)
    for slot in 0..<18 { near += Int(distances[slot]) }
    for slot in 18..<DeflateAlphabet.distanceCount { far += Int(distances[slot]) }
    return far > near && 2 * Int(literals[285]) > near + far
  }

  /// Whether there is less than one match for 32 literals.
  var hasRareMatches: Bool {
    let matches = (0..<DeflateAlphabet.distanceCount).reduce(0) { $0 + Int(distances[$1]) }
    return (0..<256).reduce(0) { $0 + Int(literals[$1]) } > 32 * matches
  }

  /// To base two.
  static func logarithm(_ value: Float) -> Float { log2f(value) }

  /// `n * log2(n)` of small numbers, which most frequencies are.
  private static let weights: Table<Float> = {
    let table = Table<Float>(repeating: 0, count: 1 << 11)
    for value in 2..<table.count { table.view[value] = Float(Double(value) * log2(Double(value))) }
    return table
  }()

  private static func entropy(_ table: TableView<UInt32>, _ count: Int) -> (bits: Double, kinds: Int) {
    let weights = weights.view
    var total: UInt32 = 0
    var sum = 0.0
    var kinds = 0
    forEachUsed(table, count) { frequency in
      kinds &+= 1
      total &+= frequency
      sum += weight(frequency, weights)
    }
    return (weight(total, weights) - sum, kinds)
  }

  @inline(__always) private static func weight(_ frequency: UInt32, _ weights: TableView<Float>) -> Double {
    if frequency < 1 << 11 { return Double(weights[Int(frequency)]) }
    return Double(frequency) * log2(Double(frequency))
  }
}
