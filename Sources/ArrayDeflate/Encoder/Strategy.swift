/// How a segment is parsed.
enum Strategy: Equatable {
  /// No matches at all.
  case literals
  /// ``RunParser``: the item's distance and runs of one byte.
  case runs
  /// ``GreedyParser``.
  case greedy
  /// ``AtomParser``.
  case atoms
  /// ``OptimalParser``.
  case optimal
  /// libdeflate at a level, where that library is at hand: bytes without items are searched fastest by it.
  case library(level: Int)
}

extension ItemLayout {
  /// The distance that numbers repeat at.
  var atomDistance: Int { min(atomSize, DeflateAlphabet.maxDistance) }

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

  /// What the greedy parser looks for, and at which offsets within an item: at the start of numbers, whole ones;
  /// of four-byte numbers also the upper half with the next one's lowest byte.
  func greedyOptions(lazy: Bool) -> GreedyParser.Options {
    var options = GreedyParser.Options(
      itemDistance: atomDistance, strideDistance: 0, short: .none, middle: .none, long: .none, lazy: lazy)
    options.strideDistance = distances(atMost: 3).first { $0 != atomDistance && $0 != 1 } ?? 0
    switch atomSize {
    case 8:
      options.middle = .init(length: 5, wrap: 7, offsets: 1)
      options.long = .init(length: 8, wrap: 7, offsets: 1)
    case 4:
      options.short = .init(length: 3, wrap: 3, offsets: 4)
      options.middle = .init(length: 4, wrap: 3, offsets: 1)
      options.long = .init(length: 8, wrap: 3, offsets: 1)
    case 2:
      options.short = .init(length: 3, wrap: 1, offsets: 2)
      options.middle = .init(length: 4, wrap: 1, offsets: 1)
      options.long = .init(length: 6, wrap: 1, offsets: 1)
    default:
      options.short = .init(length: 3)
      options.middle = .init(length: 4)
      options.long = .init(length: 7)
    }
    return options
  }

  /// What the parser of numbers looks for; `nil` where numbers are not of four or eight bytes.
  var atomOptions: AtomParser.Options? {
    guard atomSize == 4 || atomSize == 8 else { return nil }
    let stride = distances(atMost: 3).first { $0 > atomSize && $0 % atomSize == 0 } ?? 0
    return AtomParser.Options(size: atomSize, stride: stride, depth: 1)
  }

  /// What the optimal parser looks for: everywhere and several times over for the smallest result, else only where
  /// it pays.
  func optimalOptions(thorough: Bool) -> OptimalParser.Options {
    typealias Context = ContextTables.Context
    let distances = distances(atMost: 4)
    if thorough {
      let contexts = [3, 4, 5, 6, 8, 12, 16, 24, 32].map { Context($0) }
      return OptimalParser.Options(
        distances: distances, contexts: contexts, passes: 3, nice: DeflateAlphabet.maxMatch)
    }
    let contexts: [Context] =
      switch atomSize {
      case 8: [Context(4, at: [0, 1, 2, 3], of: 8)] + [6, 8, 16, 32].map { Context($0, at: [0], of: 8) }
      case 4: [Context(3, at: [2], of: 4)] + [4, 8, 16].map { Context($0, at: [0], of: 4) }
      case 2: [Context(3, at: [1], of: 2)] + [4, 6].map { Context($0, at: [0], of: 2) }
      default: [3, 4, 6].map { Context($0) }
      }
    return OptimalParser.Options(distances: distances, contexts: contexts, passes: 1, nice: 48)
  }
}
