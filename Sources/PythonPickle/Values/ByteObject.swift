internal import CNumPyIOKernels
internal import PlatformC

/// Bytes with an identity, behind a header: what a string and a `bytes` are.
///
/// Those that are read lie side by side in blocks (``ByteArena``), as an object for each would cost more than all else that is
/// done with a short string. A block lives as long as any of them does.
///
/// Unchecked: nothing changes once it is made, but for the memo's cell, which is touched by ``MemoCell`` only, and for
/// ``markShared()``.
struct ByteObject: @unchecked Sendable {
  /// What is known of the bytes.
  struct Flags: OptionSet {
    let rawValue: UInt64
    /// Equal ones are one object to the pickler, as equal literals are in Python.
    static let isShared = Flags(rawValue: 1)
    /// The bytes are no UTF-8, as they hold surrogates encoded like any other code point.
    static let hasLoneSurrogates = Flags(rawValue: 2)
    /// The bytes lie elsewhere: see ``ByteBlock/Header``.
    static let isOutside = Flags(rawValue: 4)
    fileprivate static let bitCount: UInt64 = 3
  }

  /// A word for the memo's cell, a word for the number of bytes above the flags; the bytes follow.
  fileprivate static let headerWords = 2

  private let block: ByteBlock
  /// The word of the block at which the header begins.
  private let place: UInt32

  @inline(__always)
  fileprivate init(_ block: ByteBlock, at place: Int) {
    self.block = block
    self.place = UInt32(truncatingIfNeeded: place)
  }

  /// How many words of a block bytes take.
  @inline(__always)
  fileprivate static func words(_ count: Int) -> Int { headerWords + (count + 7) >> 3 }

  /// A copy of bytes, in a block of its own.
  init(copying bytes: UnsafeRawBufferPointer, _ flags: Flags) {
    let block = ByteBlock.make(words: ByteObject.words(bytes.count))
    // Safe: the block has room for the header and the bytes.
    unsafe block.withUnsafeMutablePointerToElements { unsafe ByteObject.write(bytes, flags, to: $0) }
    self.init(block, at: 0)
  }

  /// Bytes that lie elsewhere.
  init(_ outside: ByteBlock.Outside, _ flags: Flags) {
    let block = ByteBlock.make(words: ByteObject.headerWords, outside)
    // Safe: the block has room for the header.
    unsafe block.withUnsafeMutablePointerToElements {
      unsafe ByteObject.write(UnsafeRawBufferPointer(start: nil, count: 0), flags.union(.isOutside), to: $0)
    }
    self.init(block, at: 0)
  }

  /// Writes the header and the bytes behind it, for which there is room.
  @inline(__always)
  fileprivate static func write(
    _ bytes: UnsafeRawBufferPointer, _ flags: Flags, to target: UnsafeMutablePointer<UInt64>
  ) {
    // Safe: the caller's target has room.
    unsafe target.initialize(to: 0)
    unsafe (target + 1).initialize(to: UInt64(bytes.count) << Flags.bitCount | flags.rawValue)
    guard let start = bytes.baseAddress else { return }
    let goal = unsafe UnsafeMutableRawPointer(target + headerWords)
    guard bytes.count >= 8, bytes.count <= 32 else {
      return unsafe goal.copyMemory(from: start, byteCount: bytes.count)
    }
    // Most are short, and words cost less than a call: the last ends where the bytes do.
    var offset = 0
    while offset < bytes.count - 8 {
      unsafe copyWord(start + offset, to: goal + offset)
      offset += 8
    }
    unsafe copyWord(start + (bytes.count - 8), to: goal + (bytes.count - 8))
  }

  @inline(__always)
  private static func copyWord(_ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
    // Safe: the caller has eight bytes at both.
    unsafe target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
  }

  /// Calls `body` with the header.
  @inline(__always)
  private func withHeader<Result>(_ body: (UnsafeMutablePointer<UInt64>) -> Result) -> Result {
    // Safe: the header is initialised, and lives as long as the block, which is held.
    unsafe block.withUnsafeMutablePointerToElements { unsafe body($0 + Int(place)) }
  }

  @inline(__always)
  var flags: Flags {
    // Safe: the header's second word.
    Flags(rawValue: unsafe withHeader { unsafe $0[1] } & (1 << Flags.bitCount - 1))
  }

  /// How many bytes there are behind the header.
  @inline(__always)
  var count: Int {
    // Safe: the header's second word.
    Int(unsafe withHeader { unsafe $0[1] } >> Flags.bitCount)
  }

  /// Where the bytes lie, and what else is known, of those that lie elsewhere.
  var outside: ByteBlock.Outside? { flags.contains(.isOutside) ? block.header : nil }

  /// Makes bytes that are being read the same object as equal literals.
  // Safe: the header's second word; nobody else has the object yet.
  func markShared() { unsafe withHeader { unsafe $0[1] |= Flags.isShared.rawValue } }

  /// Calls `body` with the bytes behind the header.
  @inline(__always)
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Safe: the bytes are initialised, and live as long as the block, which is held.
    let header = unsafe withHeader { unsafe $0 }
    let start = unsafe UnsafeRawPointer(header + ByteObject.headerWords)
    let result = try unsafe body(UnsafeRawBufferPointer(start: start, count: count))
    extendLifetime(block)
    return result
  }

  @inline(__always)
  func withMemoCell<Result>(_ body: (borrowing MemoCell) -> Result) -> Result {
    // Safe: the header's first word, which lives as long as the block.
    unsafe withHeader { unsafe body(MemoCell($0)) }
  }

  /// The header of an object that something else keeps alive: found without a reference of its own, as counting that costs more
  /// than a look.
  @inline(__always)
  @unsafe var unretainedHeader: UnsafeMutablePointer<UInt64> {
    // Safe: the caller keeps the block alive; its words begin at this offset (``ByteBlock/make(words:_:)``).
    unsafe (Unmanaged.passUnretained(block).toOpaque() + ByteBlock.firstWord).assumingMemoryBound(to: UInt64.self)
      + Int(place)
  }

  /// The place of an object that something else keeps alive in the memo of a pickler, if it is not found by its content.
  @inline(__always)
  @unsafe func unretainedPlace(for pickler: borrowing PicklerNumber) -> Int? {
    // Safe: the header lives as long as the object.
    let header = unsafe unretainedHeader
    return unsafe header[1] & Flags.isShared.rawValue == 0 ? MemoCell(header).place(for: pickler) : nil
  }

  /// What the object is known by as long as it lives: its address.
  // Safe: only compared.
  var identity: UInt { unsafe withHeader { UInt(bitPattern: $0) } }

  /// Whether two objects without bytes elsewhere, which something else keeps alive, hold the same.
  @inline(__always)
  @unsafe func unretainedIsSame(as other: ByteObject) -> Bool {
    // Safe: the caller keeps both alive; the bytes, as many in both, follow the headers.
    let (left, right) = unsafe (unretainedHeader, other.unretainedHeader)
    if unsafe left == right { return true }
    let count = unsafe left[1] >> Flags.bitCount
    guard unsafe count == right[1] >> Flags.bitCount else { return false }
    return unsafe memcmp(left + ByteObject.headerWords, right + ByteObject.headerWords, Int(count)) == 0
  }

  /// A hash of the bytes behind the header of an object that something else keeps alive.
  @inline(__always)
  @unsafe var unretainedContentHash: UInt64 {
    // Safe: the caller keeps the object alive; as many bytes as it says follow the header.
    let header = unsafe unretainedHeader
    let count = unsafe Int(header[1] >> Flags.bitCount)
    return unsafe ContentHash.of(UnsafeRawBufferPointer(start: header + ByteObject.headerWords, count: count))
  }

  /// What keeps the object alive.
  @inline(__always)
  var owner: ByteBlock { block }

  static func === (left: ByteObject, right: ByteObject) -> Bool {
    left.block === right.block && left.place == right.place
  }
}

/// A block of bytes that have an identity each.
final class ByteBlock: ManagedBuffer<ByteBlock.Outside?, UInt64> {
  /// Bytes that lie elsewhere, of an object that has the block for itself.
  final class Outside: Sendable {
    /// Where the bytes lie.
    enum Content: Sendable {
      case array([UInt8])
      case memory(PickleMemory)
    }
    let content: Content
    /// The text as which the bytes were read.
    let text: PickleString?

    init(_ content: Content, text: PickleString? = nil) {
      self.content = content
      self.text = text
    }
  }

  /// Where the words begin: behind what all objects have, two words, and the header.
  fileprivate static var firstWord: Int { 3 * MemoryLayout<UInt>.stride }

  fileprivate static func make(words: Int, _ outside: Outside? = nil) -> ByteBlock {
    let buffer = create(minimumCapacity: words) { _ in outside }
    // Safe: `create` makes an object of the class that it is asked of.
    let block = unsafe unsafeDowncast(buffer, to: ByteBlock.self)
    assert(
      unsafe block.withUnsafeMutablePointerToElements { UnsafeMutableRawPointer($0) }
        == Unmanaged.passUnretained(block).toOpaque() + firstWord)
    return block
  }
}

/// Where the strings and bytes of a pickle that is being read get their place.
@safe struct ByteArena: ~Copyable {
  /// The block that is being filled.
  private var block: Unmanaged<ByteBlock>?
  /// References to it that have been counted in advance, and not yet handed out; one of them is the arena's own.
  private var references: UInt32 = 0
  private var nextWord = 0
  private var wordCount = 0

  /// One string that is kept keeps no more than so many words of others.
  private static let largestBlock = 2048
  private static let smallestBlock = 64

  init() {}

  // Safe: as in `end`.
  deinit { unsafe ByteArena.end(block, references) }

  /// Gives back references that nobody has got.
  private static func end(_ block: Unmanaged<ByteBlock>?, _ references: UInt32) {
    // Safe: as many references have been counted, and nobody else has them.
    if let block = unsafe block { unsafe npyio_release(block.toOpaque(), references) }
  }

  /// A copy of bytes.
  @inline(__always)
  mutating func add(_ bytes: UnsafeRawBufferPointer, _ flags: ByteObject.Flags = []) -> ByteObject {
    let words = ByteObject.words(bytes.count)
    if wordCount - nextWord < words {
      // What takes much of a block has one of its own.
      if words > ByteArena.largestBlock / 8 { return unsafe ByteObject(copying: bytes, flags) }
      beginBlock(words)
    }
    guard let block = unsafe block else { return unsafe ByteObject(copying: bytes, flags) }
    let place = nextWord
    nextWord += words
    references -= 1
    // Safe: there is room behind the place. The reference has been counted, and is handed out once.
    unsafe block._withUnsafeGuaranteedRef { block in
      unsafe block.withUnsafeMutablePointerToElements { unsafe ByteObject.write(bytes, flags, to: $0 + place) }
    }
    return ByteObject(unsafe block.takeRetainedValue(), at: place)
  }

  @inline(never)
  private mutating func beginBlock(_ words: Int) {
    unsafe ByteArena.end(block, references)
    wordCount = max(words, min(ByteArena.largestBlock, max(ByteArena.smallestBlock, 2 * wordCount)))
    nextWord = 0
    let new = unsafe Unmanaged.passRetained(ByteBlock.make(words: wordCount))
    // As many as there can be objects, and the arena's own.
    references = UInt32(wordCount / ByteObject.headerWords) + 1
    // Safe: a live object; the arena's own reference has been counted.
    unsafe npyio_retain(new.toOpaque(), references - 1)
    unsafe block = new
  }
}
