/// Reads a source from front to back, with a buffer for small reads.
///
/// Works alike on files and streams. The position counts from the source's start; a source that can seek may be
/// read from anywhere on.
public struct ByteReader {
  /// Where the bytes come from.
  public let source: any ByteSource
  /// The offset of the next byte to be read.
  public private(set) var position: Int
  private var buffer: [UInt8] = []
  private var bufferStart = 0
  private var sourceEnded = false

  /// A reader that begins at an offset of the source.
  public init(_ source: any ByteSource, at offset: Int = 0) {
    self.source = source
    position = offset
  }

  /// How many bytes are left, or `nil` where the source does not know.
  public var remaining: Int? { source.byteCount.map { max(0, $0 - position) } }

  /// The next bytes, without moving on; fewer than `count` only where the source ends.
  ///
  /// - Throws: What the source throws.
  public mutating func peek(_ count: Int) throws(FormatError) -> ArraySlice<UInt8> {
    try fill(count)
    let start = position - bufferStart
    return buffer[start..<min(start + count, buffer.count)]
  }

  /// Whether no byte is left.
  ///
  /// - Throws: What the source throws.
  public mutating func isAtEnd() throws(FormatError) -> Bool { try peek(1).isEmpty }

  /// The next bytes; fewer than `count` only where the source ends.
  ///
  /// - Throws: What the source throws.
  public mutating func read(upTo count: Int) throws(FormatError) -> ArraySlice<UInt8> {
    let bytes = try peek(count)
    position += bytes.count
    return bytes
  }

  /// Exactly the next `count` bytes.
  ///
  /// - Throws: ``FormatError`` with code `truncated` if the source ends before.
  public mutating func read(_ count: Int, _ what: @autoclosure () -> String) throws(FormatError) -> ArraySlice<UInt8> {
    let bytes = try peek(count)
    guard bytes.count == count else {
      throw .truncated(what(), expected: count, found: bytes.count, at: position + bytes.count).at(file: source.name)
    }
    position += count
    return bytes
  }

  /// Fills a buffer with the next bytes, straight from the source where they are not buffered yet; returns how
  /// many, fewer than the buffer holds only where the source ends.
  ///
  /// - Throws: What the source throws.
  public mutating func read(into target: UnsafeMutableRawBufferPointer) throws(FormatError) -> Int {
    let start = position - bufferStart
    let buffered = max(0, min(buffer.count - start, target.count))
    if buffered > 0 {
      // Safe: `buffered` bytes lie within both the buffer and the target.
      unsafe buffer.withUnsafeBytes { bytes in
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + buffered)]))
      }
      position += buffered
    }
    guard buffered < target.count, !sourceEnded else { return buffered }
    let got = try unsafe source.read(
      into: UnsafeMutableRawBufferPointer(rebasing: target[buffered...]), at: position)
    position += got
    return buffered + got
  }

  /// Moves on without reading.
  ///
  /// - Throws: What the source throws.
  public mutating func skip(_ count: Int) throws(FormatError) {
    if source.isSeekable {
      position = try position.checkedAdding(count)
      return
    }
    var left = count
    while left > 0 {
      let got = try read(upTo: min(left, 1 << 16)).count
      if got == 0 { return }
      left -= got
    }
  }

  private mutating func fill(_ count: Int) throws(FormatError) {
    let start = position - bufferStart
    if start >= 0, start <= buffer.count {
      if buffer.count - start >= count || sourceEnded { return }
      buffer.removeFirst(start)
    } else {
      buffer.removeAll(keepingCapacity: true)
    }
    bufferStart = position
    let wanted = source.isSeekable ? max(count, 4096) : count
    let more = try source.readBytes(at: position + buffer.count, upTo: wanted - buffer.count)
    if more.count < wanted - buffer.count { sourceEnded = true }
    if buffer.isEmpty { buffer = more } else { buffer.append(contentsOf: more) }
  }
}
