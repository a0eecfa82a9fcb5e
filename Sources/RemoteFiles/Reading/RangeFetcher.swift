internal import ByteIO

/// Fetches parts of one version of a file, several at a time.
struct RangeFetcher {
  private let file: RemoteFile
  private let version: RemoteVersion
  private let client: HTTPClient
  /// Whether the server is asked to compare versions itself; not by those that refuse it.
  private var asksForTag = true

  /// The most bytes of one request.
  private static let partSize = 8 << 20
  /// Parts with less between them are fetched as one: that costs less than another request.
  private static let gap = 1 << 20

  init(_ file: RemoteFile, _ version: RemoteVersion, _ client: HTTPClient) {
    self.file = file
    self.version = version
    self.client = client
  }

  /// Ranges in order, joined where little lies between.
  static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
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
  mutating func fetch(_ pieces: [SourcePiece]) throws(FormatError) {
    let pieces = pieces.filter { $0.count > 0 }.sorted { $0.offset < $1.offset }
    guard !pieces.isEmpty else { return }
    let ranges = RangeFetcher.joined(pieces.map { $0.offset..<($0.offset + $0.count) }).flatMap(RangeFetcher.parts)
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
      try fetch(pieces)
    }
  }

  /// The bytes of ranges, which lie within the file.
  mutating func bytes(of ranges: [Range<Int>]) throws(FormatError) -> [[UInt8]] {
    var result: [[UInt8]] = []
    let total = ranges.reduce(0) { $0 + $1.count }
    var all = [UInt8](repeating: 0, count: total)
    // Safe: each piece is a part of the array of its own, which is used within the call only.
    try unsafe all.withUnsafeMutableBufferPointer { (bytes) throws(FormatError) in
      let memory = UnsafeMutableRawBufferPointer(bytes)
      var start = 0
      var pieces: [SourcePiece] = []
      for range in ranges {
        let part = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[start..<(start + range.count)])
        unsafe pieces.append(SourcePiece(offset: range.lowerBound, memory: part))
        start += range.count
      }
      try fetch(pieces)
    }
    guard ranges.count > 1 else { return [all] }
    var start = 0
    for range in ranges {
      result.append(Array(all[start..<(start + range.count)]))
      start += range.count
    }
    return result
  }

  private static func parts(_ range: Range<Int>) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: partSize).map {
      $0..<min($0 + partSize, range.upperBound)
    }
  }
}
