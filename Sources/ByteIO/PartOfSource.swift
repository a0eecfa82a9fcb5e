/// A part of another source.
package final class PartOfSource: ByteSource {
  package let name: String
  private let base: any ByteSource
  private let range: Range<Int>

  /// A part, under its own name or that of the whole.
  package init(_ base: any ByteSource, _ range: Range<Int>, name: String? = nil) {
    self.base = base
    self.range = range
    self.name = name ?? base.name
  }

  package var byteCount: Int? { range.count }
  package var seekCost: SeekCost { base.seekCost }

  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    // Safe: the caller's buffer, handed on.
    try unsafe read(into: buffer, at: offset, before: range.count)
  }

  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int, before end: Int
  ) throws(FormatError) -> Int {
    guard offset >= 0, offset < range.count else { return 0 }
    let count = min(buffer.count, range.count - offset)
    // Safe: the first `count` bytes of the caller's buffer.
    let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
    let bound = range.lowerBound + min(max(0, end), range.count)
    return try unsafe base.read(into: part, at: range.lowerBound + offset, before: bound)
  }

  package func read(_ pieces: [SourcePiece]) throws(FormatError) {
    for piece in pieces where piece.offset < 0 || piece.count > max(0, range.count - piece.offset) {
      let found = max(0, range.count - max(0, piece.offset))
      throw .truncated("the bytes", expected: piece.count, found: found, at: piece.offset + found).at(file: name)
    }
    // Safe: the pieces' own memory, for bytes of the base that lie within this source's part.
    try base.read(pieces.map { unsafe SourcePiece(offset: range.lowerBound + $0.offset, memory: $0.memory) })
  }

  package func willRead(_ ranges: [Range<Int>]) throws(FormatError) {
    let inside = ranges.map { $0.clamped(to: 0..<range.count) }
    try base.willRead(inside.map { (range.lowerBound + $0.lowerBound)..<(range.lowerBound + $0.upperBound) })
  }

  package func withBytesInMemory<Result>(_ body: (RawSpan) -> Result) -> Result? {
    base.withBytesInMemory { all in
      let lower = min(range.lowerBound, all.byteCount)
      return body(all.extracting(lower..<min(range.upperBound, all.byteCount)))
    }
  }
}
