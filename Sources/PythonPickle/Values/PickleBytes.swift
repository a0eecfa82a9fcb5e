internal import ReusedMemory
internal import PlatformC

/// A Python `bytes` or `bytearray`; a reference, whose identity a pickle keeps.
///
/// Large ones that were read lie where reading put them, once: in a mapped file itself, in the array of bytes that was
/// read from, or in memory into which the file was read directly.
///
/// Small ones share memory, up to 16 KB, with others of the same pickle, which lives as long as any of them.
public struct PickleBytes: Sendable {
  let object: ByteObject

  /// What the bytes are known by as long as they live.
  package var identity: UInt { object.identity }

  /// The bytes of an object.
  @inline(__always)
  init(_ object: ByteObject) { self.object = object }

  private init(_ content: ByteBlock.Outside.Content, isShared: Bool, text: PickleString? = nil) {
    object = ByteObject(ByteBlock.Outside(content, text: text), isShared ? .isShared : [])
  }

  /// Bytes of an array, which is shared, not copied.
  ///
  /// - Parameter isShared: Whether the pickler treats them as the same object as equal ones, as Python does with
  ///   literals; without any byte Python has only one object in any case.
  public init(_ bytes: [UInt8], isShared: Bool = true) { self.init(.array(bytes), isShared: isShared || bytes.isEmpty) }

  init(_ bytes: [UInt8], text: PickleString) {
    self.init(.array(bytes), isShared: bytes.isEmpty, text: bytes.count == 1 ? text : nil)
  }

  /// Bytes that lie in memory of their own.
  public init(_ memory: PickleMemory) { self.init(.memory(memory), isShared: false) }

  /// A copy of bytes, which is an object of its own.
  init(copying bytes: UnsafeRawBufferPointer) {
    // Safe: the bytes are copied within the call.
    object = unsafe ByteObject(copying: bytes, [])
  }

  /// Another object with the same bytes.
  init(another bytes: PickleBytes) {
    if let content = bytes.content {
      self.init(content, isShared: false)
    } else {
      // Safe: the bytes are copied within the closure.
      self = unsafe bytes.withBytes { unsafe PickleBytes(copying: $0) }
    }
  }

  /// Whether equal bytes of this kind are one object to the pickler, as equal literals are in Python.
  var isShared: Bool { object.flags.contains(.isShared) }

  /// For a single byte that was read as the text it is written as before protocol 3: Python keeps only one string of
  /// each such character, so others may be the same.
  var text: PickleString? { object.outside?.text }

  /// Where the bytes lie, if not in the object itself.
  private var content: ByteBlock.Outside.Content? { object.outside?.content }

  /// Whether two are the same object.
  package static func === (left: PickleBytes, right: PickleBytes) -> Bool { left.object === right.object }

  /// How many bytes there are.
  public var count: Int {
    switch content {
    case nil: object.count
    case .array(let bytes)?: bytes.count
    case .memory(let memory)?: memory.count
    }
  }

  /// The memory that the bytes lie in, where they have some of their own: large bytes that were read.
  public var memory: PickleMemory? { if case .memory(let memory)? = content { memory } else { nil } }

  /// The bytes as an array, copied unless they were made of one.
  public var array: [UInt8] {
    switch content {
    // Safe: the bytes are copied within the closure.
    case nil: unsafe object.withBytes { unsafe Array($0) }
    case .array(let bytes)?: bytes
    case .memory(let memory)?: memory.array
    }
  }

  /// Calls `body` with the bytes, without a copy.
  ///
  /// - Throws: What `body` throws, and nothing else.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Safe: the bytes are lent for the duration of the call.
    switch content {
    case nil: return try unsafe object.withBytes(body)
    case .array(let bytes)?: return try unsafe bytes.span.bytes.withUnsafeBytes(body)
    case .memory(let memory)?: return try unsafe memory.withBytes(body)
    }
  }

  /// The first bytes, and whether these are all.
  func prefix(_ count: Int) -> (bytes: [UInt8], isWhole: Bool) {
    // Safe: what is kept of the bytes is copied.
    unsafe withBytes { all in unsafe (Array(all.prefix(count)), all.count <= count) }
  }

  func hasSameBytes(as other: PickleBytes) -> Bool {
    if object === other.object { return true }
    guard count == other.count else { return false }
    return unsafe withBytes { left in
      unsafe other.withBytes { right in
        guard let left = left.baseAddress, let right = right.baseAddress else { return true }
        // Safe: both hold `count` bytes.
        return unsafe memcmp(left, right, count) == 0
      }
    }
  }
}

/// Bytes at a fixed address: on the heap, aligned to 16 and from 64 bytes on to 64, or lent by another object such as a mapped file.
@safe public final class PickleMemory: @unchecked Sendable {
  /// How many bytes there are.
  public let count: Int
  /// The first byte; valid as long as this object lives. Nobody writes to it once the object is shared.
  public let baseAddress: UnsafeMutableRawPointer
  /// What keeps lent bytes alive; `nil` if the memory is its own.
  public let owner: AnyObject?

  /// Memory of its own with undefined content: the caller must fill it.
  package init(uninitializedCount count: Int) {
    self.count = count
    owner = nil
    // Safe: given back in `deinit` only, with the same count.
    unsafe baseAddress = BufferCache.allocate(count)
  }

  /// Bytes that belong to another object.
  ///
  /// - Parameters:
  ///   - baseAddress: The first byte; valid, and unchanged by anybody, as long as `owner` lives.
  ///   - count: How many bytes.
  ///   - owner: What keeps them alive.
  @unsafe public init(borrowing baseAddress: UnsafeMutableRawPointer, count: Int, owner: AnyObject) {
    // Safe: only stored; the caller promises that the bytes are valid as long as `owner` lives, which is held.
    unsafe self.baseAddress = baseAddress
    self.count = count
    self.owner = owner
  }

  /// Memory of its own with a copy of bytes.
  public convenience init(copying bytes: [UInt8]) {
    self.init(uninitializedCount: bytes.count)
    // Safe: the memory is new and has just this many bytes.
    unsafe UnsafeMutableRawBufferPointer(start: baseAddress, count: count).copyBytes(from: bytes)
  }

  deinit {
    // Safe: allocated in `init`; lent memory is its owner's to free.
    if owner == nil { unsafe BufferCache.release(baseAddress, count) }
  }

  /// The bytes as a Swift array, a copy; `withBytes` makes none.
  public var array: [UInt8] {
    // Safe: the bytes are copied within the closure.
    unsafe withBytes { unsafe Array($0) }
  }

  /// Calls `body` with the bytes.
  ///
  /// - Throws: What `body` throws, and nothing else.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Safe: the memory lives as long as `self`, which lives beyond the call.
    let result = try unsafe body(UnsafeRawBufferPointer(start: baseAddress, count: count))
    extendLifetime(self)
    return result
  }
}
