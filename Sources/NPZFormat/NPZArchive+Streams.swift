package import NPYFormat
internal import ArrayDeflate
package import ByteIO
internal import NDArrays
internal import Locks
internal import ParallelLoops
package import ZipArchives

extension NPZArchive {
  /// An array as a source of blocks. Reading all of it verifies the member's checksum, reading a part does not.
  ///
  /// - Throws: ``FormatError`` if there is no such member, it is not an array, or one of objects.
  package func blocks(_ name: String) throws(FormatError) -> StoredBlocks {
    let member = try member(name)
    do throws(FormatError) {
      // What is left of a member that is cut has no checksum.
      if member.isCut { return try StoredBlocks(file(of: member)) }
      return try StoredBlocks(
        NPYFile(contents(of: member), limits: limits, allowingTruncation: true),
        member: NPZArchive.withoutExtension(member.name),
        load: { () throws(FormatError) in try self.array(name) },
        open: { () throws(FormatError) in try self.openVerified(member) },
        check: { () throws(FormatError) in
          // From a server it would come twice.
          if self.zip.source.seekCost != .perRead { try self.verify(member) }
        })
    } catch {
      throw located(error, member)
    }
  }

  /// A member to be read from front to back, and what is checked after its last byte.
  private func openVerified(
    _ member: ZipMember
  ) throws(FormatError) -> (file: NPYFile, verify: () throws(FormatError) -> Void) {
    try prepareAll(of: [member])
    let contents = try contents(of: member)
    if contents.verifiesItself { return (try NPYFile(contents, limits: limits), {}) }
    let source = ChecksummedSource(contents)
    return (
      try NPYFile(source, limits: limits),
      { () throws(FormatError) in
        guard let crc32 = source.crc32(ofBytes: member.uncompressedSize) else { return try self.verify(member) }
        try self.zip.check(member, count: member.uncompressedSize, crc32: crc32)
      }
    )
  }

  /// Reads all bytes of a member, those behind its array as well, and holds them against its checksum: a header that is
  /// damaged may declare a smaller array.
  ///
  /// - Throws: ``FormatError`` with code `corrupt`. Nothing is said of a member that is cut, whose checksum is that of what is
  ///   lost, and of one that inflates to far more than a file's size justifies to be read.
  package func verify(_ member: ZipMember) throws(FormatError) {
    let contents = try contents(of: member)
    let size = member.uncompressedSize
    let isJustified = size <= NPZArchive.alwaysVerified || size / NPZArchive.mostInflation <= member.compressedSize
    guard !member.isCut, !contents.verifiesItself, isJustified else { return }
    guard contents.seekCost == .free else {
      return try verify(member, contents) { (_: [UInt8]) throws(FormatError) in }
    }
    let piece = NPZArchive.verifiedPiece
    let sums = try Parallel.map((size + piece - 1) / piece) { (number: Int) throws(FormatError) -> (UInt32, Int) in
      let bytes = try contents.readBytes(at: number * piece, upTo: Swift.min(piece, size - number * piece))
      return (NPZArchive.checksum(of: bytes, following: 0), bytes.count)
    }
    let crc32 = sums.reduce(UInt32(0)) { CRC32.combine($0, $1.0, secondCount: $1.1) }
    try zip.check(member, count: sums.reduce(0) { $0 + $1.1 }, crc32: crc32)
  }

  /// How many bytes a member may inflate to that is verified in any case, and how many times its size one may beyond.
  private static let (alwaysVerified, mostInflation) = (256 << 20, 200)
  /// How many bytes of a member are verified at once.
  private static let verifiedPiece = 1 << 20
}

/// A source that is read from front to back, and the checksum of what came.
private final class ChecksummedSource: ByteSource {
  private let source: any ByteSource
  private let state = Lock((position: 0, crc32: UInt32(0)))

  init(_ source: any ByteSource) { self.source = source }

  var name: String { source.name }
  var byteCount: Int? { source.byteCount }
  var storedByteCount: Int? { source.storedByteCount }
  /// Not to be read in parts side by side.
  var seekCost: SeekCost { .impossible }

  /// The checksum, if all bytes of that number have passed by, each once.
  func crc32(ofBytes count: Int) -> UInt32? {
    state.withLock { $0.position == count ? $0.crc32 : nil }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    let got = try unsafe source.read(into: buffer, at: offset)
    state.withLock { state in
      guard state.position == offset else { return }
      // Safe: this many bytes of the caller's buffer have just been written.
      let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<got])
      state.crc32 = unsafe ArrayDeflate.CRC32.checksum(bytes, following: state.crc32)
      state.position += got
    }
    return got
  }
}
