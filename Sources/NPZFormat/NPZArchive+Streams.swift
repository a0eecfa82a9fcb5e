package import NPYFormat
internal import ArrayDeflate
package import ByteIO
internal import NDArrays
internal import Locks
internal import ZipArchives

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
        open: { () throws(FormatError) in try self.openVerified(member) })
    } catch {
      throw located(error, member)
    }
  }

  /// A member to be read from front to back, and what is checked after its last byte.
  private func openVerified(
    _ member: ZipMember
  ) throws(FormatError) -> (file: NPYFile, verify: () throws(FormatError) -> Void) {
    let contents = try contents(of: member)
    if contents.verifiesItself { return (try NPYFile(contents, limits: limits), {}) }
    let source = ChecksummedSource(contents)
    return (
      try NPYFile(source, limits: limits),
      { () throws(FormatError) in
        // Bytes after the array are not read, as nowhere else: then there is nothing to compare.
        guard let crc32 = source.crc32(ofBytes: member.uncompressedSize) else { return }
        try self.zip.check(member, count: member.uncompressedSize, crc32: crc32)
      }
    )
  }
}

/// A source that is read from front to back, and the checksum of what came.
private final class ChecksummedSource: ByteSource {
  private let source: any ByteSource
  private let state = Lock((position: 0, crc32: UInt32(0)))

  init(_ source: any ByteSource) { self.source = source }

  var name: String { source.name }
  var byteCount: Int? { source.byteCount }
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
