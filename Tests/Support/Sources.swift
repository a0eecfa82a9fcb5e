public import ByteIO
import Synchronization

/// A source in memory that counts the bytes that are read of it.
public final class CountingSource: ByteSource {
  /// `counting`.
  public let name = "counting"
  private let base: MemorySource
  private let counter = Atomic<Int>(0)

  /// A source of these bytes.
  public init(_ bytes: [UInt8]) { base = MemorySource(bytes) }

  /// The number of bytes.
  public var byteCount: Int? { base.byteCount }
  /// Free.
  public var seekCost: SeekCost { .free }
  /// How many bytes have been read since the start or the last reset.
  public var bytesRead: Int { counter.load(ordering: .relaxed) }
  /// Begins to count anew.
  public func reset() { counter.store(0, ordering: .relaxed) }

  /// Reads and counts.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    let count = try unsafe base.read(into: buffer, at: offset)
    counter.wrappingAdd(count, ordering: .relaxed)
    return count
  }
}

/// A source that can be read forwards only and does not know its length, as a pipe.
public final class ForwardOnlySource: ByteSource {
  /// `pipe`.
  public let name = "pipe"
  private let base: MemorySource
  private let position = Atomic<Int>(0)

  /// A source of these bytes.
  public init(_ bytes: [UInt8]) { base = MemorySource(bytes) }

  /// `nil`, as of a pipe.
  public var byteCount: Int? { nil }
  /// As a pipe.
  public var seekCost: SeekCost { .impossible }

  /// Reads forwards; an offset before the last one's end is an error.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    guard offset >= position.load(ordering: .relaxed) else {
      throw FormatError(.badArgument, "read backwards", offset: offset)
    }
    let count = try unsafe base.read(into: buffer, at: offset)
    position.store(offset + count, ordering: .relaxed)
    return count
  }
}
