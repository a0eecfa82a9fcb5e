/// A stream whose first bytes have been looked at and are kept, so that a file's kind can be told before it is read.
package final class PeekableSource: ByteSource {
  /// How errors name the source.
  package let name: String
  private let prefix: [UInt8]
  private let rest: any ByteSource

  /// Reads up to `count` bytes of a source ahead. A source that can be read anywhere needs no such wrapper.
  package init(_ source: any ByteSource, keeping count: Int) throws(FormatError) {
    prefix = try source.readBytes(at: 0, upTo: count)
    name = source.name
    rest = source
  }

  /// The number of bytes with the prefix, if the rest's is known.
  package var byteCount: Int? { rest.byteCount }
  /// That of the rest.
  package var storedByteCount: Int? { rest.storedByteCount }
  /// That of the rest.
  package var seekCost: SeekCost { rest.seekCost }
  /// Whether the rest is.
  package var isStandardInput: Bool { rest.isStandardInput }
  /// Passes the promise on.
  package func willBeReadOnce() { rest.willBeReadOnce() }

  /// Copies from the prefix, then reads the rest.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    guard offset < prefix.count else { return try unsafe rest.read(into: buffer, at: offset) }
    let count = min(buffer.count, prefix.count - offset)
    // Safe: `count` bytes lie within both the prefix and the buffer.
    unsafe prefix.withUnsafeBytes { bytes in
      unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)]))
    }
    guard count < buffer.count else { return count }
    // Safe: the part of the caller's buffer after what the prefix has filled.
    return count
      + (try unsafe rest.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]), at: offset + count))
  }
}
