internal import ReusedMemory
internal import PlatformC

/// The bytes that arrays share: on the heap, in a mapped file, or lent by another object.
///
/// Arrays that are slices of each other hold the same storage; a caller that wants to write and is not its only holder
/// copies first. That keeps a storage that several threads can see unchanged, which makes it `Sendable`.
@safe public final class ArrayStorage: @unchecked Sendable {
  /// How many bytes there are.
  public let byteCount: Int
  /// Whether the bytes may be written to, by an array that is the only holder.
  public let isWritable: Bool
  /// The first byte. Valid as long as the storage lives.
  @usableFromInline package let baseAddress: UnsafeMutableRawPointer
  /// What keeps lent bytes alive; `nil` if they are the storage's own.
  private let owner: AnyObject?

  /// The most bytes that a storage of its own can have: the machine's memory, but for what everything else needs. Systems
  /// refuse a block of all of it.
  package static var maxBytes: Int { BufferCache.physicalMemory / 8 * 7 }

  /// Checks, before anything is allocated, that the machine can hold that many bytes.
  ///
  /// - Throws: ``ArrayError`` with code `tooLarge`.
  package static func requireRoom(for byteCount: Int) throws(ArrayError) {
    guard byteCount <= maxBytes else {
      throw ArrayError(
        .tooLarge, "needs \(byteCount) bytes of memory, more than the \(maxBytes) that this machine can give")
    }
    if let shortage = BufferCache.shortage(of: byteCount) { throw ArrayError(.tooLarge, shortage) }
  }

  /// Storage of its own, with undefined content: the caller must fill it.
  package init(uninitializedByteCount count: Int) {
    byteCount = count
    isWritable = true
    owner = nil
    // Safe: given back in `deinit` only, with the same count.
    unsafe baseAddress = BufferCache.allocate(count)
  }

  /// Storage of its own, all bytes zero.
  public convenience init(zeroedByteCount count: Int) {
    self.init(uninitializedByteCount: count)
    // Safe: the storage has `count` bytes.
    unsafe memset(baseAddress, 0, count)
  }

  /// Bytes that belong to another object, such as a mapped file.
  ///
  /// - Parameters:
  ///   - baseAddress: The first byte; valid, and unchanged by others, as long as `owner` lives.
  ///   - byteCount: How many bytes.
  ///   - owner: What keeps the bytes alive; released with the storage.
  ///   - isWritable: Whether the bytes may be written to.
  @unsafe public init(
    borrowing baseAddress: UnsafeMutableRawPointer, byteCount: Int, owner: AnyObject, isWritable: Bool = false
  ) {
    // Safe: only stored; the caller promises that the bytes are valid as long as `owner` lives, which is held.
    unsafe self.baseAddress = baseAddress
    self.byteCount = byteCount
    self.owner = owner
    self.isWritable = isWritable
  }

  deinit {
    // Safe: allocated in `init`, and nobody holds an address longer than the storage.
    if owner == nil { unsafe BufferCache.release(baseAddress, byteCount) }
  }

  /// All bytes, without a copy, for as long as the storage lives.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      // Safe: the memory lives as long as `self`, on which the span depends.
      let span = unsafe RawSpan(_unsafeStart: baseAddress, byteCount: byteCount)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// All bytes, to be written to by the one that made this storage and has not shared it yet.
  package var mutableBuffer: UnsafeMutableRawBufferPointer {
    // Safe: the storage has this many bytes from its base on.
    unsafe UnsafeMutableRawBufferPointer(start: baseAddress, count: byteCount)
  }
}
