/// Bytes that can be read: a file here or on a server, a mapped file, memory, a stream, a member of an archive.
///
/// ```
///  0                                                    byteCount, or unknown (nil)
///  ├──────────────────────────────────────────────────────┤
///           ├─ read(into:at:) ─┤                            one range
///     ├──┤         ├───┤            ├─┤                     read(_:), several pieces at once
///
///                        seekCost     withBytesInMemory   mapped(_:)
///  MemorySource          free         yes
///  MappedFile            free         yes                 itself
///  FileSource            free                             a new MappedFile
///  a segmented member    perRead
///  a file on a server    perRead
///  a compressed stream   restart
///  a pipe                impossible
/// ```
///
/// Reads are by position, so that several threads may share a source. What else a source can do, and what a read
/// costs, it says by its capabilities: callers ask for those, never for a source's type. A new kind of source
/// needs ``name``, ``byteCount``, ``seekCost`` and ``read(into:at:)``; if its reads have a fixed
/// cost, ``read(_:)`` as well. All other capabilities have defaults.
public protocol ByteSource: AnyObject, Sendable {
  /// How errors name the source: the path as given, or "standard input".
  var name: String { get }

  /// How many bytes there are, or `nil` where only reading to the end will tell.
  var byteCount: Int? { get }

  /// How many bytes are stored for these, if that is known: of a stream that is inflated, those of the compressed file. This is what
  /// ``ByteProgress`` counts while the source is read from front to back.
  var storedByteCount: Int? { get }

  /// What it costs to read at a position other than the one where the last read ended.
  var seekCost: SeekCost { get }

  /// Fills the buffer from `offset` on; returns fewer bytes than the buffer holds only where the source ends.
  ///
  /// - Throws: ``FormatError`` with code `io` if the system fails, or if a stream is asked to go back.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int

  /// Reads as ``read(into:at:)`` does, for who knows that none of the reads that follow goes beyond `end`: a source that
  /// fetches ahead fetches no more than that.
  ///
  /// - Throws: As ``read(into:at:)``.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int, before end: Int
  ) throws(FormatError) -> Int

  /// Fills the memory of several pieces, which may be cheaper than one after the other: what they share is inflated or
  /// fetched once, and all cores may take part.
  ///
  /// - Throws: ``FormatError`` with code `truncated` if the source ends before a piece, and as above.
  func read(_ pieces: [SourcePiece]) throws(FormatError)

  /// Calls `body` with the source's bytes where they already are in memory; returns `nil` (without a call) where
  /// they are not.
  func withBytesInMemory<Result>(_ body: (RawSpan) -> Result) -> Result?

  /// The source's bytes, where all of them are in memory and stay at their address as long as the source lives.
  var residentBytes: ResidentBytes? { get }

  /// The source's bytes as a mapped file; `nil` where there is no file whose bytes they are.
  ///
  /// - Throws: ``FormatError`` if the system cannot map the file.
  func mapped(_ access: MappedFile.Access) throws(FormatError) -> MappedFile?

  /// Whether every byte that is read has been checked against a checksum that belongs to the source, so that the
  /// caller need not compute one.
  var verifiesItself: Bool { get }

  /// The offsets, ascending, between which bytes can only be fetched together; empty where there are none. Reads that
  /// begin and end at such offsets fetch nothing twice.
  var segmentOffsets: [Int] { get }

  /// Whether the bytes come from the process's standard input, whatever wraps it.
  var isStandardInput: Bool { get }

  /// Announces which parts will be read next, one by one, so that a source each of whose reads costs a round trip can
  /// fetch them together. Nothing else need follow.
  ///
  /// - Throws: As ``read(into:at:)``.
  func willRead(_ ranges: [Range<Int>]) throws(FormatError)

  /// Promises that no byte will be read again: a source that keeps what it has read for a second reading need not
  /// keep any more. From here on such a source may be unable to seek.
  func willBeReadOnce()
}

/// What it costs to read a source at a position other than the one where the last read ended.
public enum SeekCost: Int, Comparable, Sendable {
  /// No more than reading on: memory, a local file.
  case free
  /// Every read costs the same on top of its bytes, wherever it begins: a round trip to a server, a segment that has to
  /// be inflated. Pieces that are read together (``ByteSource/read(_:)``) share that cost.
  case perRead
  /// What lies between is read and dropped; going back means reading from the start again: a compressed stream.
  case restart
  /// The source can be read forwards only: a pipe. Going back is an error.
  case impossible

  /// Whether one cost is less than another.
  public static func < (left: SeekCost, right: SeekCost) -> Bool { left.rawValue < right.rawValue }
}

/// Bytes that stay where they are in memory, unchanged, as long as the source lives that they belong to.
@safe public struct ResidentBytes: @unchecked Sendable {
  /// The first byte.
  public let baseAddress: UnsafeRawPointer
  /// How many bytes there are.
  public let count: Int
  /// Whether the system brings the bytes in from a file, and may drop them again: then it costs no memory to keep
  /// the source for the sake of a few of them.
  public let isMapped: Bool

  /// Bytes at an address that the caller keeps valid.
  public init(baseAddress: UnsafeRawPointer, count: Int, isMapped: Bool) {
    // Safe: only stored; the caller promises that the bytes are valid.
    unsafe self.baseAddress = baseAddress
    self.count = count
    self.isMapped = isMapped
  }
}

extension ByteSource {
  /// Whether any position can be read at any time, at whatever cost.
  public var isSeekable: Bool { seekCost != .impossible }

  /// Whether the source should be read from front to back, and never in parts side by side.
  public var readsInOrder: Bool { seekCost >= .restart }

  /// By default, as many as there are.
  public var storedByteCount: Int? { byteCount }

  /// By default, as ``read(into:at:)``: nothing is fetched ahead.
  ///
  /// - Throws: As ``read(into:at:)``.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int, before end: Int
  ) throws(FormatError) -> Int {
    // Safe: the caller's buffer, handed on.
    try unsafe read(into: buffer, at: offset)
  }

  /// By default, bytes have no lasting address.
  public var residentBytes: ResidentBytes? { nil }

  /// By default, there is no file to map.
  ///
  /// - Throws: Nothing by default.
  public func mapped(_ access: MappedFile.Access) throws(FormatError) -> MappedFile? { nil }

  /// By default, false: checksums are the caller's.
  public var verifiesItself: Bool { false }

  /// By default, none.
  public var segmentOffsets: [Int] { [] }

  /// By default, false.
  public var isStandardInput: Bool { false }

  /// By default, nothing: reads cost no more than their bytes.
  ///
  /// - Throws: Nothing by default.
  public func willRead(_ ranges: [Range<Int>]) throws(FormatError) {}

  /// By default, nothing is kept.
  public func willBeReadOnce() {}

  /// By default, one piece after the other.
  ///
  /// - Throws: As ``read(into:at:)``.
  public func read(_ pieces: [SourcePiece]) throws(FormatError) {
    for piece in pieces {
      // Safe: each piece's own memory, which its maker keeps valid as long as the piece is used.
      let got = try unsafe read(into: piece.memory, at: piece.offset)
      guard got == piece.count else {
        throw .truncated("the bytes", expected: piece.count, found: got, at: piece.offset + got).at(file: name)
      }
    }
  }

  /// By default, the resident bytes, if there are any.
  public func withBytesInMemory<Result>(_ body: (RawSpan) -> Result) -> Result? {
    guard let bytes = residentBytes else { return nil }
    // Safe: the bytes are valid as long as the source, which lives to the end of the call; the span cannot leave it.
    return withExtendedLifetime(self) {
      unsafe body(RawSpan(_unsafeStart: bytes.baseAddress, byteCount: bytes.count))
    }
  }

  /// Reads up to `count` bytes from `offset` on; fewer only where the source ends. Memory is taken as the bytes
  /// arrive, never on the word of `count` alone.
  ///
  /// - Throws: As ``read(into:at:)``.
  public func readBytes(at offset: Int, upTo count: Int) throws(FormatError) -> [UInt8] {
    var bytes: [UInt8] = []
    var step = 1 << 16
    while bytes.count < count {
      let wanted = min(count - bytes.count, step)
      let known = bytes.count
      if known == 0 {
        bytes = [UInt8](repeating: 0, count: wanted)
      } else {
        bytes.append(contentsOf: repeatElement(0, count: wanted))
      }
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
    try unsafe bytes.withUnsafeMutableBufferPointer { (all) throws(FormatError) in
      // Safe: the part from `start` to the end lies within the array's own storage.
      try unsafe read(
        into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: all[start...])), at: offset)
    }
  }
}
