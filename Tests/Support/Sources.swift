public import ByteIO
import Synchronization

/// A source in memory that counts the bytes that are read of it.
public final class CountingSource: ByteSource {
  public let name = "counting"
  private let base: MemorySource
  private let counter = Atomic<Int>(0)

  public init(_ bytes: [UInt8]) { base = MemorySource(bytes) }

  public var byteCount: Int? { base.byteCount }
  public var isSeekable: Bool { true }
  public var bytesRead: Int { counter.load(ordering: .relaxed) }
  public func reset() { counter.store(0, ordering: .relaxed) }

  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    let count = try unsafe base.read(into: buffer, at: offset)
    counter.wrappingAdd(count, ordering: .relaxed)
    return count
  }
}

/// A source that can be read forwards only and does not know its length, as a pipe.
public final class ForwardOnlySource: ByteSource {
  public let name = "pipe"
  private let base: MemorySource
  private let position = Atomic<Int>(0)

  public init(_ bytes: [UInt8]) { base = MemorySource(bytes) }

  public var byteCount: Int? { nil }
  public var isSeekable: Bool { false }

  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    guard offset >= position.load(ordering: .relaxed) else {
      throw FormatError(.badArgument, "read backwards", offset: offset)
    }
    let count = try unsafe base.read(into: buffer, at: offset)
    position.store(offset + count, ordering: .relaxed)
    return count
  }
}
