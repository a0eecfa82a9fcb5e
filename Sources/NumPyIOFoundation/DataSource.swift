public import ByteIO
public import Foundation

/// The bytes of a `Data`, which is shared, not copied.
public final class DataSource: ByteSource {
  /// How errors name the source.
  public let name: String
  private let data: Data

  /// A source over data.
  public init(_ data: Data, name: String = "data") {
    self.data = data
    self.name = name
  }

  /// The number of bytes.
  public var byteCount: Int? { data.count }
  /// Free: memory is read from anywhere.
  public var seekCost: SeekCost { .free }

  /// Copies bytes; fewer than the buffer holds only at the end. The offset counts from the first byte of a slice.
  ///
  /// - Throws: Nothing.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    guard offset >= 0, offset < data.count else { return 0 }
    let count = min(buffer.count, data.count - offset)
    // Safe: `count` bytes lie within both the data and the buffer.
    unsafe data.withUnsafeBytes { bytes in
      unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)]))
    }
    return count
  }

  /// Lends the bytes themselves.
  public func withBytesInMemory<Result>(_ body: (RawSpan) -> Result) -> Result? {
    // Safe: the span is used within the call only, which the closure's type guarantees.
    unsafe data.withUnsafeBytes { body(unsafe RawSpan(_unsafeBytes: $0)) }
  }
}
