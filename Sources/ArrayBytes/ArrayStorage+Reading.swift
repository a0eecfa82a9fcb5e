package import ByteIO
package import NDArrays
internal import ParallelLoops

extension ArrayStorage {
  /// Large reads are cut into pieces of this many bytes, which all cores read at once: what costs is not the read
  /// but the first touch of new memory.
  package static let pieceSize = 2 << 20

  func fill(from reader: inout ByteReader, start: Int) throws(FormatError) {
    let total = byteCount
    guard reader.source.seekCost == .free, total >= 2 * ArrayStorage.pieceSize else {
      // Safe: the storage is new, and the reader writes within the buffer only.
      let got = try unsafe reader.read(into: mutableBuffer)
      try ArrayStorage.check(got, of: total, start: start, reader)
      return
    }
    try readPieces(of: reader.source, from: start)
    try reader.skip(total)
  }

  private func readPieces(of source: any ByteSource, from start: Int) throws(FormatError) {
    let size = ArrayStorage.pieceSize
    try Parallel.forEach((byteCount + size - 1) / size) { (piece: Int) throws(FormatError) in
      // Safe: only the bytes in the storage count, which outlives the loop; each piece is a part of its own.
      _ = try unsafe self.read(piece * size..<min((piece + 1) * size, self.byteCount), of: source, from: start)
    }
  }

  /// Reads a part of the storage; its first byte lies at `start` in the source. Parts that do not overlap may be read side
  /// by side.
  package func read(
    _ range: Range<Int>, of source: any ByteSource, from start: Int
  ) throws(FormatError) -> UnsafeRawBufferPointer {
    // Safe: the part lies within the storage, which nobody else knows yet.
    let part = unsafe UnsafeMutableRawBufferPointer(rebasing: mutableBuffer[range])
    let got = try unsafe source.read(into: part, at: start + range.lowerBound)
    guard got == range.count else {
      let found = range.lowerBound + got
      throw FormatError.truncated("array data", expected: byteCount, found: found, at: start + found)
        .at(file: source.name)
    }
    return UnsafeRawBufferPointer(part)
  }

  /// Storage for the bytes of a file.
  ///
  /// - Throws: ``FormatError`` with code `limitExceeded` if there is no memory for them.
  package static func allocating(_ byteCount: Int, for name: String) throws(FormatError) -> ArrayStorage {
    try FormatError.wrapping(.limitExceeded, file: name) { () throws(ArrayError) in try requireRoom(for: byteCount) }
    return ArrayStorage(uninitializedByteCount: byteCount)
  }

  /// Storage that doubles for as long as a stream has more, so that a false length costs no memory.
  static func growing(
    to total: Int, from reader: inout ByteReader, start: Int
  ) throws(FormatError) -> ArrayStorage {
    var storage = ArrayStorage(uninitializedByteCount: min(total, 16 << 20))
    var filled = 0
    while true {
      // Safe: the part after what is filled lies within the storage, which nobody else knows yet.
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: storage.mutableBuffer[filled...])
      let got = try unsafe reader.read(into: rest)
      filled += got
      if filled < storage.byteCount || filled == total { break }
      let larger = try allocating(
        min(total, storage.byteCount > total / 2 ? total : filled * 2), for: reader.source.name)
      // Safe: the larger storage begins with room for all bytes of the smaller.
      unsafe larger.mutableBuffer.copyMemory(from: UnsafeRawBufferPointer(storage.mutableBuffer))
      storage = larger
    }
    try check(filled, of: total, start: start, reader)
    return storage
  }

  private static func check(_ got: Int, of total: Int, start: Int, _ reader: ByteReader) throws(FormatError) {
    guard got == total else {
      throw FormatError.truncated("array data", expected: total, found: got, at: start + got)
        .at(file: reader.source.name)
    }
  }
}
