/// How a region is parsed.
enum Strategy: Equatable {
  /// No matches at all: Huffman codes only, as zlib's strategy `Z_HUFFMAN_ONLY` has it.
  case literals
  /// ``RunParser``: the item's distance and runs of one byte.
  case runs
  /// ``ElementRunParser``.
  case elementRuns
  /// ``GreedyParser``.
  case greedy
  /// ``ItemParser``.
  case items
  /// ``LazyParser``.
  case lazy
  /// ``OptimalParser``.
  case optimal
  /// ``NearOptimalEncoder``.
  case nearOptimal
  /// The same for small regions, with nothing learnt from a sample.
  case nearOptimalSmall
}

extension ItemLayout {
  /// The distances that the layout suggests, the likeliest first, without repetition.
  func distances(atMost count: Int) -> [Int] {
    var found: [Int] = []
    for distance in [atomSize, itemSize] + strides + [1] {
      if distance >= 1, distance <= DeflateAlphabet.maxDistance, !found.contains(distance),
        found.count < count
      {
        found.append(distance)
      }
    }
    return found
  }

  /// What the greedy parser looks for as long as nothing is known of the data: contexts at every offset.
  var greedyOptions: GreedyParser.Options {
    GreedyParser.Options(
      itemDistance: atomDistance,
      strideDistance: distances(atMost: 3).first { $0 != atomDistance && $0 != 1 } ?? 0,
      repeats: atomDistance != 1, probes: probes)
  }

  private var probes: [HashTableMatchFinder.Probe] {
    let lengths = Tunables.HashTable.contexts(atomSize: atomSize)
    return lengths.map { HashTableMatchFinder.Probe(length: $0, offsets: .max) }
  }

  /// The bytes of what repeats as a whole: a record or a string, or a row of bytes; or of an atom, where that is too long.
  private var rowDistance: Int {
    let size = itemSize == 1 ? strides.first ?? 1 : itemSize
    return 1...DeflateAlphabet.maxMatch ~= size ? size : atomDistance
  }

  /// What the lazy parser looks for.
  var lazyOptions: LazyParser.Options {
    LazyParser.Options(
      itemDistance: atomDistance, rowDistance: rowDistance,
      context: atomSize == 8
        ? Tunables.Lazy.contextOfWords : atomSize > 1 ? Tunables.Lazy.contextOfItems : Tunables.Lazy.context,
      depth: Tunables.Lazy.depth, niceLength: Tunables.Lazy.niceLength, skips: true)
  }

  /// The item sizes that the item parser may go by, the larger first: whole strings or records, or short rows of bytes, and atoms of
  /// four or eight bytes.
  var itemParserSizes: [Int] {
    let size = itemSize == 1 ? strides.first ?? 1 : itemSize
    let whole = size != atomSize && 3...128 ~= size ? [size] : []
    return whole + (atomSize == 4 || atomSize == 8 ? [atomSize] : [])
  }

  /// What the item parser looks for.
  func itemParserOptions(size: Int, contexts: [Int]) -> ItemParser.Options {
    let stride = ([itemSize] + strides).first { $0 > size && $0 % size == 0 && $0 <= DeflateAlphabet.maxDistance } ?? 0
    return ItemParser.Options(
      size: size, runDistance: min(atomSize, size), stride: stride / size, contexts: contexts)
  }

  /// What the optimal parser looks for as long as nothing is known of the data: contexts at every offset.
  var searchOptions: OptimalParser.Options {
    let others = distances(atMost: 4).filter { $0 != atomDistance }
    return OptimalParser.Options(
      itemDistance: atomDistance, otherDistances: (others.first ?? 0, others.dropFirst().first ?? 0),
      probes: probes)
  }
}
