/// Parses items of four or eight bytes where no search pays: what changed from one item to the next as literals, the rest as
/// matches at the distance of one item.
///
/// ```
/// 2a 00 00 00 00 00 00 00 | 11 00 00 00 00 00 00 00 | 11 00 ...
/// literal \____ match at distance 8 _/ literal \__ match ... goes on while bytes stay the same
/// ```
///
/// The same parse as ``RunParser``'s, nearly, but an item at a time: the first and the last byte that changed tell where the
/// run so far ends and where the next one begins. It is so fast that it is done twice, once to count symbols and once to write
/// them, with nothing kept between: three times as fast as a list of matches that is written and read again.
struct ElementRunParser: BlockSource {
  private static let chunk = Tunables.Blocks.elementRunChunk
  private let input: InputBytes
  private let size: Int
  private let tables: Tables

  /// Tables, kept from segment to segment.
  final class Tables {
    /// How often each literal occurs, and each length of a run at `256 + n`.
    fileprivate let symbols = Table<UInt32>(repeating: 0, count: Token.symbolCount)
    /// How often each length of a run of one byte occurs, at `256 + n`.
    fileprivate let repeats = Table<UInt32>(repeating: 0, count: Token.symbolCount)
    /// What the writer of a pass that only counts is given.
    fileprivate let nothing = Table<UInt64>(repeating: 0, count: 1)
    /// Matches at the distance of one item, length and distance together, by their length: bits in the low 48, their number
    /// above.
    fileprivate let runs = Table<UInt64>(repeating: 0, count: DeflateAlphabet.maxMatch + 1)
  }

  /// - Parameter size: The bytes of an item, 4 or 8.
  init(_ input: InputBytes, size: Int, _ tables: Tables) {
    self.input = input
    self.size = size
    self.tables = tables
  }

  var count: Int { (input.count + ElementRunParser.chunk - 1) / ElementRunParser.chunk }

  private func bytes(_ chunk: Int) -> Range<Int> {
    chunk * ElementRunParser.chunk..<min(input.count, (chunk + 1) * ElementRunParser.chunk)
  }

  func countChunk(symbol: Int, byte: Int, of input: InputBytes, into histogram: Histogram) -> (
    symbol: Int, byte: Int
  ) {
    let range = bytes(symbol)
    count(range, into: histogram)
    return (symbol + 1, range.upperBound)
  }

  /// Adds the symbols of a range.
  func count(_ range: Range<Int>, into histogram: Histogram) {
    let (symbols, repeats) = (tables.symbols.view, tables.repeats.view)
    symbols.fill(0)
    repeats.fill(0)
    // Safe: nothing is written.
    var nowhere = unsafe BitWriter(tables.nothing.memory)
    if size == 8 {
      scan(range, size: 8, isCounting: true, symbols: symbols, others: repeats, &nowhere)
    } else {
      scan(range, size: 4, isCounting: true, symbols: symbols, others: repeats, &nowhere)
    }
    histogram.add(symbols: symbols, distance: size)
    histogram.add(symbols: repeats, distance: 1)
  }

  func write(_ range: Range<Int>, of input: InputBytes, from byte: Int, codes: CodeTables, to writer: inout BitWriter) {
    let runs = tables.runs.view
    let slot = DeflateAlphabet.distanceSlot(size)
    let distance = codes.distances.view[slot]
    for length in DeflateAlphabet.minMatch...DeflateAlphabet.maxMatch {
      let entry = codes.symbols.view[256 + length]
      let bits = entry >> 24
      // The extra bits of a distance of 4 are none, of 8 one, which is set.
      let extra = UInt64(UInt32(size - 1) & codes.masks.view[slot])
      let code = UInt64(distance & 0xFFFF) | extra << UInt64(distance >> 24)
      runs[length] = UInt64(entry & 0xFF_FFFF) | code << UInt64(bits) | UInt64(bits + distance >> 16 & 0xFF) << 48
    }
    let (symbols, distances) = (codes.symbols.view, codes.distances.view)
    for chunk in range {
      if size == 8 {
        scan(bytes(chunk), size: 8, isCounting: false, symbols: symbols, others: distances, &writer)
      } else {
        scan(bytes(chunk), size: 4, isCounting: false, symbols: symbols, others: distances, &writer)
      }
    }
  }

  /// Goes through a range and counts its symbols (the tables are counters, of literals and runs and of repeats) or
  /// writes them (the tables are the codes of literals and lengths, and of distances).
  @inline(__always) private func scan(
    _ range: Range<Int>, size: Int, isCounting: Bool, symbols: TableView<UInt32>, others: TableView<UInt32>,
    _ writer: inout BitWriter
  ) {
    let runs = tables.runs.view
    let shortest = DeflateAlphabet.minMatch
    // A copy in registers: `writer` itself would go through memory.
    var out = writer
    defer { writer = out }
    var position = range.lowerBound

    @inline(__always) func load(_ position: Int) -> UInt64 {
      size == 8 ? input.load64(position) : UInt64(input.load32(position))
    }
    @inline(__always) func putLiteral(_ byte: UInt64) {
      let symbol = Int(truncatingIfNeeded: byte & 0xFF)
      if isCounting {
        symbols[symbol] &+= 1
      } else {
        let entry = symbols[symbol]
        out.add(UInt64(entry & 0xFFFF), Int(entry &>> 24))
      }
    }
    @inline(__always) func putMatch(_ length: Int) {
      if isCounting {
        symbols[256 &+ length] &+= 1
      } else {
        let entry = runs[length]
        out.add(entry & 0xFFFF_FFFF_FFFF, Int(entry &>> 48))
      }
    }
    @inline(__always) func flush() {
      if !isCounting { out.flush() }
    }

    // The first item has none before it.
    let head = min(range.upperBound, position + (range.lowerBound == 0 ? size : 0))
    while position < head {
      putLiteral(UInt64(input[position]))
      flush()
      position += 1
    }
    let end = range.upperBound - (range.upperBound - position) % size
    var before = position < end ? load(position &- size) : 0
    /// The number of bytes up to `position` that equal those one item before and have not been written.
    var run = 0
    while position < end {
      let item = load(position)
      let difference = item ^ before
      before = item
      position &+= size
      if difference == 0 {
        run &+= size
        if run > DeflateAlphabet.maxMatch &- 8 {
          putMatch(run)
          flush()
          run = 0
        }
        continue
      }
      let low = difference.trailingZeroBitCount &>> 3
      let high = 7 &- difference.leadingZeroBitCount &>> 3
      run &+= low
      if run >= shortest {
        putMatch(run)
      } else if run > 0 {
        var at = position &- size &+ low &- run
        while run > 0 {
          putLiteral(UInt64(input[at]))
          at &+= 1
          run &-= 1
        }
      }
      // Bit budget: 7 of the last flush; a match (14 of the code of its length, 5 extra, 15 of the code of its distance, 1
      // extra) or, in place of it, two literals of 14; and one literal of 14: at most 56.
      var rest = item &>> UInt64(truncatingIfNeeded: 8 &* low)
      putLiteral(rest)
      flush()
      run = size &- 1 &- high
      var left = high &- low
      if left == 0 { continue }
      if left >= (size == 8 ? 4 : 3), run == 0,
        (rest & 0xFF) &* 0x0101_0101_0101_0101 &>> UInt64(truncatingIfNeeded: 56 &- 8 &* left) == rest
      {
        // One byte, again and again: zeros after an item.
        var length = left
        while low == 0, position < end, length &+ size <= DeflateAlphabet.maxMatch, load(position) == item {
          length &+= size
          position &+= size
        }
        if isCounting {
          others[256 &+ length] &+= 1
        } else {
          let entry = symbols[256 &+ length]
          out.add(UInt64(entry & 0xFF_FFFF), Int(entry &>> 24))
          // The distance symbol of 1 has no extra bits.
          let one = others[0]
          out.add(UInt64(one & 0xFFFF), Int(one &>> 24))
        }
        flush()
        continue
      }
      while left >= 4 {
        // Bit budget: 7 + 4 x 14 = 63.
        putLiteral(rest &>> 8)
        putLiteral(rest &>> 16)
        putLiteral(rest &>> 24)
        putLiteral(rest &>> 32)
        flush()
        rest &>>= 32
        left &-= 4
      }
      while left > 0 {
        rest &>>= 8
        putLiteral(rest)
        left &-= 1
      }
      flush()
    }
    if run >= shortest {
      putMatch(run)
      flush()
      run = 0
    }
    position &-= run
    while position < range.upperBound {
      putLiteral(UInt64(input[position]))
      flush()
      position &+= 1
    }
  }
}
