/// Bytes that are in memory already.
public final class MemorySource: ByteSource {
  /// How errors name the source.
  public let name: String
  private let bytes: [UInt8]

  /// A source over the bytes of an array, which is shared, not copied.
  public init(_ bytes: [UInt8], name: String = "memory") {
    self.bytes = bytes
    self.name = name
  }

  /// The number of bytes.
  public var byteCount: Int? { bytes.count }
  /// Free: memory is read from anywhere.
  public var seekCost: SeekCost { .free }

  /// Copies bytes; fewer than the buffer holds only at the end.
  ///
  /// - Throws: Nothing.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    guard offset >= 0, offset < bytes.count else { return 0 }
    let count = min(buffer.count, bytes.count - offset)
    // Safe: `count` bytes lie within both the array and the buffer.
    unsafe bytes.withUnsafeBytes { all in
      unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[offset..<(offset + count)]))
    }
    return count
  }

  /// The bytes, unless there are none.
  public var residentBytes: ResidentBytes? {
    // Safe: the elements of an array that a class holds lie in a heap object of their own, which does not move; anybody
    // else who has the array copies it before writing, since this object holds it too.
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe bytes.baseAddress.map { unsafe ResidentBytes(baseAddress: $0, count: bytes.count, isMapped: false) }
    }
  }

  /// Lends the bytes themselves.
  public func withBytesInMemory<Result>(_ body: (RawSpan) -> Result) -> Result? {
    // Safe: the span is used within the call only, which the closure's type guarantees.
    unsafe bytes.withUnsafeBytes { body(unsafe RawSpan(_unsafeBytes: $0)) }
  }
}
