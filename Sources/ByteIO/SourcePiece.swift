/// A run of bytes of a source, and the memory that they are to fill.
@safe public struct SourcePiece: @unchecked Sendable {
  /// Where in the source the bytes begin.
  public let offset: Int
  private let base: UnsafeMutableRawPointer?
  /// How many bytes there are.
  public let count: Int

  /// Bytes for memory that the caller keeps alive, and away from everybody else, as long as the piece is used.
  public init(offset: Int, memory: UnsafeMutableRawBufferPointer) {
    self.offset = offset
    // Safe: only stored; the caller keeps the memory valid.
    unsafe base = memory.baseAddress
    count = memory.count
  }

  /// All of the memory.
  public var memory: UnsafeMutableRawBufferPointer {
    // Safe: what the piece was made of.
    unsafe UnsafeMutableRawBufferPointer(start: base, count: count)
  }

  /// The memory for the bytes at a range of offsets in the source, as far as they are the piece's.
  public func memory(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
    // Counted from the piece's start, without a sum that could overflow.
    let lower = min(max(range.lowerBound - offset, 0), count)
    let upper = min(max(range.upperBound - offset, lower), count)
    // Safe: a part of the memory.
    return unsafe UnsafeMutableRawBufferPointer(rebasing: memory[lower..<upper])
  }
}
