internal import ByteIO

/// Fetches parts of one version of a file, several at a time.
struct RangeFetcher {
  private let file: RemoteFile
  private let version: RemoteVersion
  private let client: HTTPClient
  /// Whether the server is asked to compare versions itself; not by those that refuse it.
  private var asksForTag = true
  /// What earlier processes have fetched, where the user keeps it.
  private var cache: BlockCache?

  /// The most bytes of one request.
  private static let partSize = 8 << 20
  /// Parts with less between them are fetched as one: that costs less than another request.
  private static let gap = 1 << 20
  /// The same where there are so many parts that requests for them are made side by side anyhow.
  static let smallGap = 1 << 18

  init(_ file: RemoteFile, _ version: RemoteVersion, _ client: HTTPClient) {
    self.file = file
    self.version = version
    self.client = client
    cache = BlockCache(of: file, version, client.options)
  }

  /// How errors call the file.
  var name: String { file.name }

  /// Whether what is fetched is not kept for later processes: only then may it be fetched bit by bit.
  var hasNoCache: Bool { cache == nil }

  /// A part of the file that is to be fetched into memory, and what is called with how many of its bytes have come.
  struct Part {
    let start: Int
    let bytes: FetchedBytes
    let whenReceived: (Int) -> Void
  }

  /// Fetches parts of at most some megabytes, several at a time, until there is no other and all have come.
  ///
  /// - Parameters:
  ///   - next: The next part, as far as it is known now; asked again as long as others are on their way.
  ///   - isStopped: Whether all that is on its way is to be given up.
  func fetch(next: () -> Part?, isStopped: () -> Bool) throws(FormatError) {
    let nextJob: () -> (any HTTPJob)? = {
      guard let part = next() else { return nil }
      let range = part.start..<(part.start + part.bytes.count)
      // Safe: the job holds the memory by its closure.
      let piece = unsafe SourcePiece(offset: part.start, memory: part.bytes.memory)
      let job = RangeJob(file, version, range, [piece], asksForTag: asksForTag)
      job.whenReceived = { count in
        part.whenReceived(count)
        extendLifetime(part.bytes)
      }
      return job
    }
    try client.perform([], next: nextJob, isStopped: isStopped)
  }

  /// Sees to it that what is kept for later processes does not become too large.
  mutating func trimCache() { cache?.trim() }

  /// Ranges in order, joined where little lies between.
  static func joined(_ ranges: [Range<Int>], gap: Int = gap) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, range.lowerBound - last.upperBound < gap {
        result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }

  /// Fills the memory of pieces, which lie within the file.
  mutating func fetch(_ pieces: [SourcePiece], gap: Int = gap) throws(FormatError) {
    guard cache != nil else { return try download(pieces, gap: gap) }
    let missing = takeFromCache(pieces)
    guard !missing.isEmpty else { return }
    // Whole blocks, so that the cache is not full of crumbs.
    let blocks = missing.map { piece in
      (piece.offset / RangeFetcher.blockSize * RangeFetcher.blockSize)..<min(
        version.byteCount,
        (piece.offset + piece.count + RangeFetcher.blockSize - 1) / RangeFetcher.blockSize * RangeFetcher.blockSize)
    }
    let parts = RangeFetcher.joined(blocks).flatMap(RangeFetcher.parts)
    // A few at a time, since they are in memory until they are written down.
    for start in stride(from: 0, to: parts.count, by: 4) {
      let group = Array(parts[start..<min(start + 4, parts.count)])
      for (range, bytes) in zip(group, try download(group)) {
        let bytes = bytes.array
        for piece in missing { RangeFetcher.copy(bytes, from: range.lowerBound, to: piece) }
        cache?.add(bytes, at: range.lowerBound)
      }
    }
  }

  /// The size of what is kept.
  private static let blockSize = 64 << 10

  /// Copies what is kept into pieces; returns the rest of them.
  private mutating func takeFromCache(_ pieces: [SourcePiece]) -> [SourcePiece] {
    var missing: [SourcePiece] = []
    var part: (start: Int, bytes: [UInt8]) = (0, [])
    for piece in pieces {
      var done = 0
      while done < piece.count {
        let place = piece.offset + done
        if !(part.start..<(part.start + part.bytes.count)).contains(place) {
          guard let found = cache?.part(at: place) else { break }
          part = found
        }
        RangeFetcher.copy(part.bytes, from: part.start, to: piece)
        done = min(piece.count, part.start + part.bytes.count - piece.offset)
      }
      guard done < piece.count else { continue }
      // Safe: the end of the piece's own memory.
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: piece.memory[done...])
      unsafe missing.append(SourcePiece(offset: piece.offset + done, memory: rest))
    }
    return missing
  }

  /// Copies those of some bytes that are a piece's.
  private static func copy(_ bytes: [UInt8], from start: Int, to piece: SourcePiece) {
    let common = (start..<(start + bytes.count)).clamped(to: piece.offset..<(piece.offset + piece.count))
    guard !common.isEmpty else { return }
    // Safe: the part lies within both the bytes and the piece.
    unsafe bytes.withUnsafeBytes { all in
      let part = unsafe UnsafeRawBufferPointer(rebasing: all[(common.lowerBound - start)..<(common.upperBound - start)])
      unsafe piece.memory(common).copyMemory(from: part)
    }
  }

  private mutating func download(_ pieces: [SourcePiece], gap: Int = gap) throws(FormatError) {
    let pieces = pieces.filter { $0.count > 0 }.sorted { $0.offset < $1.offset }
    guard !pieces.isEmpty else { return }
    let ranges = RangeFetcher.joined(pieces.map { $0.offset..<($0.offset + $0.count) }, gap: gap)
      .flatMap(RangeFetcher.parts)
    var first = 0
    var jobs: [RangeJob] = []
    for range in ranges {
      // Pieces that overlap begin in order, but may end in any.
      while first < pieces.count, pieces[first].offset + pieces[first].count <= range.lowerBound { first += 1 }
      let inside = pieces[first...].prefix { $0.offset < range.upperBound }
      jobs.append(RangeJob(file, version, range, Array(inside), asksForTag: asksForTag))
    }
    do throws(FormatError) { try client.perform(jobs) } catch {
      guard asksForTag, jobs.contains(where: \.isRefusedByTag) else { throw error }
      // The comparison of the tags of answers tells whether the file has changed, or the server refuses all such requests.
      asksForTag = false
      try download(pieces, gap: gap)
    }
  }

  /// The bytes of ranges, which lie within the file.
  ///
  /// - Parameter gap: Those with less between them are fetched as one.
  mutating func bytes(of ranges: [Range<Int>], gap: Int = gap) throws(FormatError) -> [FetchedBytes] {
    try filled(ranges) { (fetcher: inout RangeFetcher, pieces) throws(FormatError) in
      try fetcher.fetch(pieces, gap: gap)
    }
  }

  private mutating func download(_ ranges: [Range<Int>]) throws(FormatError) -> [FetchedBytes] {
    try filled(ranges) { (fetcher: inout RangeFetcher, pieces) throws(FormatError) in try fetcher.download(pieces) }
  }

  /// Memory for ranges, which `fill` fills.
  private mutating func filled(
    _ ranges: [Range<Int>], _ fill: (inout RangeFetcher, [SourcePiece]) throws(FormatError) -> Void
  ) throws(FormatError) -> [FetchedBytes] {
    let blocks = ranges.map { FetchedBytes(count: $0.count) }
    // Safe: the blocks outlive the call, which is all that uses their memory.
    let pieces = zip(ranges, blocks).map { unsafe SourcePiece(offset: $0.lowerBound, memory: $1.memory) }
    try fill(&self, pieces)
    extendLifetime(blocks)
    return blocks
  }

  private static func parts(_ range: Range<Int>) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: partSize).map {
      $0..<min($0 + partSize, range.upperBound)
    }
  }
}
