internal import ArrayBytes
internal import ArrayDeflate
internal import ByteIO
internal import NDArrays
internal import ParallelLoops

extension ArrayStorage {
  /// What is read and at once used again is cut into parts that stay in a core's own cache.
  private static let cachedSize = 256 << 10

  /// Of what comes from a server, much is asked for at once.
  private static let fetchedSize = 64 << 20

  /// Fills the storage with a whole source of the same length, and computes the checksum of each part while the cache
  /// still holds it.
  func fill(checksumming source: any ByteSource) throws(FormatError) -> UInt32 {
    // What is inflated as one stream cannot be read side by side, and a server gives large parts in order faster.
    let size = source.seekCost == .free ? ArrayStorage.pieceSize : max(1, byteCount)
    let pieces = (byteCount + size - 1) / size
    let step = source.seekCost == .perRead ? ArrayStorage.fetchedSize : ArrayStorage.cachedSize
    let sums = try Parallel.map(pieces) { (piece: Int) throws(FormatError) -> UInt32 in
      var sum: UInt32 = 0
      var lower = piece * size
      let end = min(lower + size, self.byteCount)
      while lower < end {
        let upper = min(lower + step, end)
        // Safe: the bytes just read lie within the storage, which outlives the loop.
        sum = try unsafe CRC32.checksum(self.read(lower..<upper, of: source, from: 0), following: sum)
        lower = upper
      }
      return sum
    }
    return sums.indices.reduce(0) { CRC32.combine($0, sums[$1], secondCount: min(size, byteCount - $1 * size)) }
  }
}
