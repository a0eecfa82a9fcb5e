/// Bytes that can be read: a file, a mapped file, memory, a stream.
///
/// Reads are by position, so that several threads may share a source; a source that can only be read forwards (a
/// pipe) says so by ``isSeekable`` and refuses other positions. A read may be costly: read what is needed, once.
public protocol ByteSource: AnyObject, Sendable {
  /// How errors name the source: the path as given, or "standard input".
  var name: String { get }

  /// How many bytes there are, or `nil` where only reading to the end will tell.
  var byteCount: Int? { get }

  /// Whether any position can be read at any time.
  var isSeekable: Bool { get }

  /// Fills the buffer from `offset` on; returns fewer bytes than the buffer holds only where the source ends.
  ///
  /// - Throws: ``FormatError`` with code `io` if the system fails, or if a stream is asked to go back.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int

  /// Fills the memory of several pieces, which may be cheaper than one after the other: what they share is inflated or
  /// fetched once, and all cores may take part.
  ///
  /// - Throws: ``FormatError`` with code `truncated` if the source ends before a piece, and as above.
  func read(_ pieces: [SourcePiece]) throws(FormatError)

  /// Calls `body` with the source's bytes where they already are in memory; returns `nil` (without a call) where
  /// they are not.
  func withBytesInMemory<Result>(_ body: (RawSpan) -> Result) -> Result?
}

extension ByteSource {
  /// By default, one piece after the other.
  public func read(_ pieces: [SourcePiece]) throws(FormatError) {
    for piece in pieces {
      let got = try unsafe read(into: piece.memory, at: piece.offset)
      guard got == piece.count else {
        throw .truncated("the bytes", expected: piece.count, found: got, at: piece.offset + got).at(file: name)
      }
    }
  }

  /// By default, bytes are not in memory.
  public func withBytesInMemory<Result>(_ body: (RawSpan) -> Result) -> Result? { nil }

  /// Reads up to `count` bytes from `offset` on; fewer only where the source ends. Memory is taken as the bytes
  /// arrive, never on the word of `count` alone.
  public func readBytes(at offset: Int, upTo count: Int) throws(FormatError) -> [UInt8] {
    var bytes: [UInt8] = []
    var step = 1 << 16
    while bytes.count < count {
      let wanted = min(count - bytes.count, step)
      let known = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: wanted))
      let got = try fill(&bytes, from: known, at: offset + known)
      if got < wanted {
        bytes.removeLast(wanted - got)
        break
      }
      step *= 4
    }
    return bytes
  }

  /// Reads exactly `count` bytes.
  ///
  /// - Throws: ``FormatError`` with code `truncated` if the source ends before.
  public func readBytes(at offset: Int, count: Int, _ what: @autoclosure () -> String) throws(FormatError) -> [UInt8] {
    let bytes = try readBytes(at: offset, upTo: count)
    guard bytes.count == count else {
      throw .truncated(what(), expected: count, found: bytes.count, at: offset + bytes.count).at(file: name)
    }
    return bytes
  }

  private func fill(_ bytes: inout [UInt8], from start: Int, at offset: Int) throws(FormatError) -> Int {
    let result: Result<Int, FormatError> = unsafe bytes.withUnsafeMutableBytes { all in
      // Safe: the part from `start` to the end lies within the array's own storage.
      let part = unsafe UnsafeMutableRawBufferPointer(rebasing: all[start...])
      do throws(FormatError) { return .success(try unsafe read(into: part, at: offset)) } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
