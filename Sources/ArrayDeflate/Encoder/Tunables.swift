/// The encoder's tunable constants, each with what it does and how it was chosen.
///
/// All were chosen by measurement, most on the fifteen kinds of arrays that `Benchmarks/deflate_kinds.py` calls known, and
/// checked on the others; docs/deflate.md tells how to do it again. None of them is needed for correctness:
/// any value of the right order gives a valid stream. But every change changes the bytes that are written.
/// What follows from the format (RFC 1951) is in ``DeflateAlphabet``, what follows from the width of registers in ``BitBudget``.
enum Tunables {
  /// How ``ContentRegions`` finds where a segment's content changes.
  enum Regions {
    /// About the number of bytes that are taken for alike, and so the shortest region. Small enough to separate an image from
    /// its margin; large enough that a region's own codes and trials cost little of it.
    static let partSize = 128 << 10
    /// The bytes of each part that are looked at: less than half of a part, for bisection to have room.
    static let probeSize = 4096
    /// By how much the share of bytes that repeat those of the item before may differ within a region.
    static let tolerance = 0.25
    /// The same where in one of two parts less than a share of this difference (`nearlyNothing`) changes from item to item.
    static let little = 0.06
    static let nearlyNothing = 0.05
    /// The most bytes of a period by which a small region is nothing else: its first ones are literals.
    static let longestPeriod = 64
    /// The places at which ``ShortPeriods`` looks, and the bytes of 4096 there that may differ from those a period before.
    static let periodProbes = 24
    static let changesOfPeriod = 16
  }

  /// How ``SegmentEncoder`` chooses a strategy from trials on a sample. The values of the form "A is taken if its bits are
  /// less than this share of B's" trade time for size: A is the slower one. They were set between the
  /// known kinds that a strategy serves and those that it does not: what they buy there is in
  /// docs/deflate.md.
  enum Trials {
    /// The bytes of the sample, and those of them that only warm up tables and costs: two chunks of ``Optimal``, of which the
    /// second one counts.
    static let sample = (2 * Optimal.chunk, Optimal.chunk)
    /// The same for `best`, whose window has to fill: 32 KB before counting. Of less than six times as much a sixth, since what is
    /// learnt takes a third of the time there; but this many bytes at least.
    static let sampleOfBest = (96 << 10, 32 << 10)
    static let leastOfBest = 24 << 10
    /// The bytes at the end of the sample on which the lazy parser is compared with literals and runs, which take so little time
    /// that a trial has to be short; and those before that it knows.
    static let lazySample = 4 << 10
    static let lazyWarmUp = 24 << 10
    /// The lazy parser instead of what the other trials have chosen, which is mostly far faster.
    static let lazy = 0.995
    /// The same on the short sample, which may mislead: masks and sparse doubles were larger.
    static let surely = 0.975
    /// Where it takes no more than so many times theirs on the short sample, a longer one tells.
    static let near = 1.01
    /// Bits a byte above which it need not: next to nothing repeats.
    static let nearlyNoise = 7.4
    /// The same for `fast`.
    static let lazyOfFast = 0.93
    /// A search that goes far along its chains, instead of a shorter one, in bytes of few values: flags of even odds took 1.18 of
    /// zlib's size.
    static let far = 0.97
    /// A search that goes half as far, instead of that.
    static let nearOfFewValues = 1.005
    /// Bits a byte by codes and runs below which it is tried: random flags take 1.5, since a block's end needs a code, too.
    static let fewValues = 2.0
    /// The same instead of the greedy and the optimal parser in records, where they look for matches at every byte: there they are
    /// slower.
    static let lazyOfBytes = 1.015
    /// A search that goes farther along its chains (``Lazy/farDepth``), instead of one that does not: repeated readings of a sensor
    /// and names out of thousands take .91; text and JSON .975, at two thirds of the speed.
    static let farther = 0.97
    /// A search that looks for no matches of three bytes, instead of one that does: of atoms of several bytes it takes a fourth of
    /// the time.
    static let haste = 0.99
    /// The same of bytes.
    static let hasteOfBytes = 0.996
    /// What is less than a search with care finds where it need not: no step far along a chain, no matches of three bytes.
    static let hardlyMore = 1.0005
    /// The same of strings of wide characters, without matches of three bytes: they take 1.5 times the speed, and there is room (dates
    /// take .97 of zlib's size).
    static let shortMatchesOfText = 1.01
    /// A search that makes fewer positions within matches known (``LazyParser/Options/isSparse``), in records and strings, and of atoms
    /// of several bytes, where there is room.
    static let sparse = 1.003
    static let sparseOfItems = 1.015
    /// A search of strings of wide characters that goes less far (``Lazy/depthOfText``): dates take 1.2 times the speed.
    static let nearOfText = 1.012
    /// A search of bytes in a hurry, instead of one with care: of pictures it takes three quarters of the time.
    static let hurry = 1.005
    /// Bits a byte of the lazy parser below which they are not tried in records, and longer contexts are.
    static let fewMatches = 2.5
    /// Bits a byte below which most is in long matches: the lazy parser is taken, and no search is tried.
    static let longMatches = 0.5
    /// The same below which nearly all is.
    static let nearlyOneMatch = 0.15
    /// The bytes up to which nothing but the lazy parser is tried, and runs of few values: trials would take longer than zlib takes
    /// for all.
    static let small = 64 << 10
    /// The bytes from which on variants of the lazy parser are tried, too: of less, each trial takes a tenth of the time.
    static let large = 256 << 10
    /// The lazy parser instead of literals and runs there.
    static let lazyOfSmall = 0.995
    /// Bits a byte below which runs of one byte are tried, too.
    static let fewBits = 0.5
    /// Runs instead of literals alone.
    static let runs = 0.998
    /// ``ElementRunParser`` instead of ``RunParser``: it takes half the time, and so may be larger by a thousandth.
    static let elementRuns = 1.001
    /// Where runs take less than this share of literals, no search is tried: it would cost more than it could gain.
    static let enoughRuns = 0.3
    /// The greedy parser instead of runs.
    static let greedy = 0.975
    /// The same for `fast`.
    static let greedyOfFast = 0.88
    /// The item parser is tried only if the greedy parser takes less than this share of runs.
    static let itemsNeedGain = 0.88
    /// The item parser instead of the greedy one.
    static let items = 0.98
    /// The same for `fast`.
    static let itemsOfFast = 0.91
    /// Where it takes less than this share of the greedy one, the optimal parser is not tried.
    static let manyItems = 0.93
    /// The optimal parser is tried only if the greedy parser takes less than this share of runs.
    static let optimalNeedsGain = 0.8
    /// The optimal parser instead of the greedy one.
    static let optimal = 0.994
    /// Of items of two bytes both bytes are searched only if matches that begin at the high byte gain less than this.
    static let optimalAtHighBytes = 0.985
    /// Bits a byte below which a region is little more than one run, and no search is tried.
    static let oneRun = 0.02
    /// The same below which nearly all is in matches as long as can be, and `best` takes what `default` does.
    static let oneMatch = 0.03
    /// The same where the distance is a long period, whose sample begins with what a match as long as can be does not have.
    static let onePeriod = 0.06
    /// Where the near-optimal encoder takes less than this share of what `default` takes for the same sample, it is not compared
    /// with that on the whole region, which takes a tenth to a quarter of the time. (On 85 kinds the two ratios differ by less than
    /// .003, but for tracks, where the sample promises more than is kept, and bases, for which codes are compared anyway.)
    static let surelyNearOptimal = 0.993
    /// The near-optimal encoder instead of codes and runs, at `best`.
    static let nearOptimal = 0.9998
    /// Bits a byte above which there is nothing but noise.
    static let noise = 7.98
  }

  /// ``HashTableMatchFinder``.
  enum HashTable {
    /// The most contexts.
    static let maxProbes = 8
    /// The bits of a hash: 16,384 positions of 16 bits, 32 KB a table, so that the tables of all contexts stay in the
    /// second-level cache.
    static let hashBits = 14
    /// Within a match of this many bytes no others are looked for: there is hardly a longer one.
    static let longMatch = 96
    /// The lengths of the contexts, the shortest first: from less than an item to more. Which of them are of use in a segment,
    /// and where, ``GreedyParser`` learns from a sample.
    static func contexts(atomSize: Int) -> [Int] {
      switch atomSize {
      case 8: [4, 6, 8, 11]
      case 4: [3, 4, 7, 12]
      case 2: [3, 5]
      default: [3, 4, 6, 10]
      }
    }
  }

  /// ``BinaryTreeMatchFinder``.
  enum BinaryTree {
    /// The bits of a hash: 2^18 trees for 2^15 positions. With half as many trees as positions, a position of another context
    /// is compared in vain at every other search, which took a third of the search in images.
    static let hashBits = 18
    /// The same for small inputs, at least.
    static let leastHashBits = 10
    /// The bits of a hash of three bytes. (With 16, of which more positions share a slot, tracks are .6% larger.)
    static let shortHashBits = 17
    /// The bytes by which it is told whether trees of three bytes are deeper than those of four, and by how many steps they must be.
    static let depthProbe = 2048
    static let deeper = 1.5 as Float
    /// Positions that are looked up together: what is found out about them is at hand when the trees are searched, where
    /// waiting for memory would cost most.
    static let batch = 256
    /// The most nodes of a descent. (With 32 where a match may begin at any byte rare flags take 1.09 times libdeflate -12's size,
    /// names 1.07.)
    static let depth = 100
    /// The same for small inputs, in whose trees hardly any descent goes so far.
    static let depthOfSmall = 300
    /// The share of the positions with a run below which small inputs are not searched for runs: the trees find those as any other matches,
    /// and positions without a match are passed over faster. (With .5 uuids are .3% larger.)
    static let rareRuns = 0.2
    /// The positions of which one is looked at for that.
    static let runStep = 5
    /// Within a run of this many bytes nothing else is looked for.
    static let longRun = 200
    /// The share of equal bytes from which on a byte of an item is taken for constant, so that matches are derived.
    static let constantShare = 0.99
  }

  /// ``MatchCache``: what the near-optimal encoder has in memory at once, 6 MB of matches and 4 of positions.
  enum MatchCache {
    /// The most positions: a MiB, of which each window's costs follow from the one before.
    static let maxPositions = 1 << 20
    /// The most matches: one and a half a position on average. Where there are more, the stretch ends sooner.
    static let maxMatches = 3 << 19
  }

  /// ``GreedyParser``.
  enum Greedy {
    /// As for ``HashTable``.
    static let hashBits = 14
    /// The bytes after which costs are updated.
    static let chunk = 1 << 15
    /// A match of this many bytes is taken at once.
    static let niceLength = 40
    /// Bits in favour of matches: else what is rare grows dearer, and so still rarer.
    static let biasBits = 0.5 as Float
    /// What a context has to save at each position where it is looked for, in 128ths of a bit: a sixth of a bit.
    static let minGain = 20
    /// The same for `fast`: half a bit.
    static let minGainOfFast = 64
  }

  /// ``ItemParser``.
  enum Items {
    /// Items that are parsed together, after which costs are updated.
    static let chunk = 1 << 13
    /// The bytes of these items, at most.
    static let chunkBytes = 1 << 16
    /// The bits of a hash.
    static let hashBits = 15
    /// The most candidates of an item.
    static let maxCandidates = 6
    /// A match of this many bytes is taken at once. To take what is found has its own codes fit it: codes of three letters take .92 of
    /// zlib's size at 7 times its speed (.98 at 3 times with 40), strings of seven bytes .91 (.97), small integers as doubles .98
    /// (1.00), and of eight bytes .94 as before at 1.7 times the speed. Of four bytes counts and categories were 3 to 4% larger.
    @inline(__always) static func niceLength(size: Int) -> Int { size == 4 ? 40 : 12 }
    /// Within a match that goes on for this many items nothing else is looked for.
    static let longMatch = 6
    /// A context is of no use where fewer than this share of items follow one like it in the sample.
    static let rareContext = 0.04
    /// One of more items is found as well where this share does.
    static let usualContext = 0.9
    /// One is more often in vain than not where fewer than this share do.
    static let doubtfulContext = 0.6
    /// Items are different from each other where fewer than this share repeat.
    static let leastRepeated = 0.5
  }

  /// ``LazyParser``.
  enum Lazy {
    /// The bits of a hash: more than positions in the window, since what only shares a hash is compared in vain. With 14 bits for
    /// three bytes, photographs were 0.9% larger.
    static let hashBits = 16
    /// The bytes of the context by which positions are chained, of items of one byte, of larger ones, and of those of eight (rounded
    /// doubles take .96 of zlib's size, 1.09 with 5).
    static let context = 5
    static let contextOfItems = 5
    static let contextOfWords = 6
    /// Another for bytes of which few are in matches (records of 20 bytes take 1.00, 1.014 with 5), and one that is tried where
    /// most are.
    static let shortContext = 4
    static let longContext = 8
    /// The most steps along a chain, and those of `fast`; a fourth of them where there is a match a byte before.
    static let depth = 24
    static let depthOfFast = 4
    /// The same where so many are worth their time, and where no more are.
    static let farDepth = 96
    static let nearDepth = 8
    /// The same in strings of wide characters, if that is enough.
    static let depthOfText = 16
    /// The same in flags and other bytes of few values, chained by the long context: one flag of 20 takes three quarters of the time
    /// that 96 steps along chains of five bytes take, and is smaller.
    static let depthOfFewValues = 64
    /// The same in text and programs: English takes 1.0045 of zlib's size, 1.007 with 24.
    static let depthOfProse = 40
    /// The same in arrays of up to ``Trials/small``: what other strategies would gain in items of few values. (24: 1.13 times
    /// zlib's size in flags as doubles, 1.10 in strings of a few words; 128: little smaller, and often slower than zlib.)
    static let depthOfSmall = 96
    static let depthOfSmallFast = 32
    /// The same where contexts are long, for items of one byte.
    static let depthOfLongContext = 32
    /// The bytes after which matches are counted: where there are fewer than one in so many bytes, positions are skipped that have
    /// no match of three bytes where it is looked for first, as with ``LazyParser/Options/isHasty``. Noise takes half the time.
    static let step = 1 << 10
    static let rareMatches = 32
    /// The same in arrays of no more bytes than this, which take no longer than zlib then.
    static let smallest = 4 << 10
    static let depthOfSmallest = 48
    /// Bits that a byte takes by itself below which matches of three bytes are not looked for in small arrays, since they gain
    /// nothing, and runs are tried.
    static let fewBits = 1.5
    /// The same below which matches of three bytes are not looked for, and nothing else is different: they take more bits there.
    static let someBits = 4.0
    /// The same from which on positions are passed over fast that have no match (``LazyParser/Options/skips``): among fewer values
    /// some contexts come again and again, and if two of them share a slot neither is found.
    static let manyBits = 3.5
    /// What a match of less than six bytes has to save, in 128ths of a bit: it hides longer ones. Text is .3% smaller.
    static let minGain: Int32 = 192
    /// A match of this many bytes is taken without looking further: the longest there is. (With 64 dates as strings take 1.02 of
    /// zlib's size instead of .97, strings that are mostly empty 1.14 instead of .98, and nothing is faster.)
    static let niceLength = DeflateAlphabet.maxMatch
    /// After a match of this many bytes the next position is not searched; the same for `fast`.
    static let longMatch = 64
    static let longMatchOfFast = 6
    /// Fewer bytes at the distance of the match before, which was as long as can be, are searched for as any others.
    static let runLength = 64
    /// The bytes after which costs are updated, and positions out of reach forgotten: less than a window, so that what has been
    /// forgotten is still out of reach by then.
    static let chunk = 3 << 13
    /// Where a chunk has no more sequences than this, to forget takes longer than what it saves.
    static let fewSequences = 256
    /// Where it has no more than this, to forget what is out of reach takes longer than what it saves: strings take .94 of the time.
    static let fewSearches = 1200
    /// Within a match of more bytes than this not every position is inserted; so many at its start, and so many at its end.
    static let sparse = (40, 8, 32)
    /// The same with ``LazyParser/Options/isSparse``. (With 4 at the start names take .93 of the time, and .2% more.)
    static let sparser = (16, 8, 4)
  }

  /// The choice of a lazy parser in haste (`SegmentEncoder+Haste.swift`).
  enum Haste {
    /// The share of zlib's bits that `fast` may take by the sample, which is right within 1%, mostly: a tenth more is its bound.
    static let share = 1.07
    /// A search, and whether it finds matches of three bytes.
    typealias Search = (context: Int, depth: Int, longMatch: Int, hasShortMatches: Bool)
    /// The searches that are tried, the fastest first; none looks at the next position. (With one of long contexts that does times as
    /// strings take 1.02 instead of 1.08 of zlib's size, and are no faster.)
    static let searches: [Search] = [
      (6, 1, 3, false), (5, 4, 3, false), (4, 4, 3, false), (4, 4, 3, true),
    ]
    /// The search where all of those take more than `tooMuch` times what they may, and this one less than a share of their bits
    /// (`farther`): names out of thousands take 1.09 of zlib's size instead of 1.46, at four fifths of the speed, and rows with one
    /// flag 1.09 instead of 1.31.
    static let farSearch: Search = (8, 32, 3, false)
    static let tooMuch = 1.1
    static let farther = 0.93
    /// The searches after which no more are tried if all take more than `near` times what they may: a search for matches of three
    /// bytes hardly gains more.
    static let enoughToTell = 3
    static let near = 1.05
  }

  /// ``ReferenceParser``: the parameters of zlib -6.
  enum Reference {
    /// The most steps along a chain.
    static let depth = 128
    /// A match of so many bytes is not looked beyond.
    static let niceLength = 128
    /// After one of so many bytes the next position is not searched.
    static let lazyLength = 16
    /// After one of so many bytes the next position is searched a fourth as far.
    static let goodLength = 8
    /// Matches of three bytes that are farther are not taken.
    static let farthestShort = 4096
  }

  /// ``OptimalParser``.
  enum Optimal {
    /// Bytes that are parsed together, after which costs are updated: half the window, so that costs follow the data.
    static let chunk = 1 << 14
  }

  /// ``MinimumCostPath``.
  enum MinimumCostPath {
    /// Of a match that is longer than this only the lengths in its last half of this are weighed: where so long a match is
    /// given up, it is near its end. All lengths have to be weighed up to about 64.
    static let longMatch = 128
  }

  /// ``CostModel``.
  enum Costs {
    /// The frequency that literals and lengths are given that do not occur.
    static let literalFloor = 0.4 as Float
    /// The frequency that distances are given that do not occur.
    static let distanceFloor = 0.3 as Float
    /// The share of the past that stays when costs are updated: it keeps a chance choice from locking in.
    static let memory = 0.6 as Float
    /// What is added to the frequencies of bytes in the beginning.
    static let initialFloor = 0.3 as Float
    /// By how much literals are dearer in the beginning than their frequencies say, since matches take a share of the code as well.
    static let withMatches = 1.5 as Float
    /// The bits that lengths and distances would take that do not occur, if they did now and then.
    static let rareLengthBits = 6
    static let rareDistanceBits = 4
    /// The bits of a length symbol in the beginning.
    static let initialLengthBits = 3
    /// The bits of a distance symbol in the beginning.
    static let initialDistanceBits = 5
    /// The bits of the item's own distance in the beginning.
    static let initialItemDistanceBits = 1
  }

  /// ``NearOptimalEncoder``.
  enum NearOptimal {
    /// Symbols that are counted together before blocks are merged: fine enough that blocks end where the data changes.
    static let chunkSymbols = 1024
    /// Positions that are parsed by the costs of those before. Costs that follow the data 64 KiB by 64 KiB give smaller results
    /// (series 0.4%, labels 0.3%) than those of a whole MiB.
    static let costWindow = 1 << 16
    /// The bytes of a small input from which on costs are learnt from half of it.
    static let wholeToLearn = 24 << 10
    /// The share of a block's bits that the costs of others may waste: where it is more, the block is parsed again by its own
    /// code. Where there is much to choose from a second parse is worth 0.1% even at a difference of 0.05%.
    static let waste = 0.0004 as Float
    /// The same where there is little to choose from: less than two matches at three positions.
    static let wasteOfLittle = 0.003 as Float
    /// The same in small inputs, of which about so many chunks are to be had, but of no fewer symbols: in the beginning, where there is
    /// little to refer to, lengths and distances differ from those that follow.
    static let chunksOfSmall = 12
    static let smallest = 4 << 10
    static let leastChunk = 128
    /// The rounds in which blocks of small inputs are parsed again that the costs did not fit, and the same where there are as many matches
    /// as bytes: strings and categories have many ways to be said.
    static let rounds = 2
    static let roundsOfMany = 4
    /// Where there is less than one match in so many bytes, small inputs are parsed once less before and after.
    static let fewMatches = 8
    /// Frequencies that unused lengths and distances are given in the beginning, as a share of the matches: what is dear is not
    /// used, and what is not used is dear.
    static let smoothing = 0.04 as Float
    /// How far literals begin with the same cost, whatever their frequency: where many bytes are zeros, which then cost next to nothing,
    /// few matches are chosen, and what is not chosen stays dear. (Of small inputs: sorted indices take 1.05 of libdeflate -12's size
    /// without. Of large ones whole doubles and tracks would be .5 to 1.6% larger.)
    static let evenness = 0.5 as Float
    /// How many times the bits that its symbols take by entropy a block's code takes at least where that has so few symbols that it is
    /// coarse, and costs by entropy mislead: such blocks are parsed by their codes in up to so many rounds.
    static let coarse = 1.03 as Float
    static let coarseRounds = 8
    /// The share of a block's bits that another parse by its codes must have gained for one more to be made.
    static let gain = 0.0015 as Float
    /// An offset within an item where fewer than one in this many symbols is a match that had to be searched for is not searched.
    static let rare = 800
    /// By how much a faster search may be larger in a sample.
    static let margin = 1.001
  }

  /// ``BlockSplitter`` and ``BlockMerger``.
  enum Blocks {
    /// Literals and matches of a chunk of sequences: what a block has at least.
    static let sequenceChunkSymbols = 16_384
    /// Literals without a match between them from which on they are counted in four tables.
    static let longStretch = 2048
    /// The bytes that ``ElementRunParser`` counts together.
    static let elementRunChunk = 1 << 16
    /// About the bytes of a block from which on it is joined by what codes take, not by entropy (``BlockSplitter``).
    static let exactPiece = 96 << 10
    /// The same for two blocks together in ``BlockMerger``. Blocks of 100 to 300 KB are best in noise.
    static let largeBlock = 200_000
    /// The bits of a block's header without the lengths of its codes, as ``BlockSplitter`` estimates them.
    static let headerBits = 80.0
    /// The same in ``BlockMerger``, where more is counted against many small blocks.
    static let mergerHeaderBits = 300 as Float
    /// The same in small inputs.
    static let mergerHeaderBitsOfSmall = 200 as Float
    /// The bits that a symbol's code length takes in the header, on average.
    static let bitsPerUsedSymbol = 2.1
  }
}
