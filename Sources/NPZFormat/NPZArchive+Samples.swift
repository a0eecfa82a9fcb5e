internal import ArrayDeflate
package import ByteIO
internal import NPYFormat
internal import PlatformC
package import ZipArchives

/// Many small members that are all alike, as the samples of a training set are: what is known of one need not be read again.
extension NPZArchive {
  /// The most bytes of a member for which fetching it in one read is worth a copy.
  private static let largestSample = 256 << 10

  /// The bytes before the elements of a member's array.
  package func headerBytes(of member: ZipMember) throws(FormatError) -> [UInt8] {
    do throws(FormatError) {
      let contents = try contents(of: member)
      let header = try NPYFile(contents, limits: limits).header
      return try contents.readBytes(at: 0, count: header.byteCount, "the header")
    } catch { throw located(error, member) }
  }

  /// Reads the elements of a small member, checked against its checksum, if its header is the given one.
  ///
  /// - Parameter target: Memory for the elements.
  /// - Returns: False, and nothing that counts in the memory, for a member of another header or size, for one that is
  ///   large, and for one that is damaged, which ``array(_:)-(String)`` tells of.
  package func readSample(
    _ member: ZipMember, after header: [UInt8], into target: UnsafeMutableRawBufferPointer
  ) -> Bool {
    let count = header.count + target.count
    guard count == member.uncompressedSize, count <= NPZArchive.largestSample, !member.isCut,
      member.compressedSize <= NPZArchive.largestSample, zip.source.seekCost == .free,
      let (bytes, data) = try? zip.rawBytesInOneRead(of: member)
    else { return false }
    // Safe: the array's own bytes and the caller's memory, used within the call; as many are copied as the memory has.
    return unsafe bytes.withUnsafeBytes { bytes in
      let stored = unsafe UnsafeRawBufferPointer(rebasing: bytes[data])
      switch member.method {
      case .stored:
        return unsafe copy(stored, of: member, after: header, to: target)
      case .deflate:
        return unsafe withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) { inflated in
          guard (unsafe try? Inflate.inflate(stored, into: inflated)) != nil else { return false }
          return unsafe copy(UnsafeRawBufferPointer(inflated), of: member, after: header, to: target)
        }
      default: return false
      }
    }
  }

  /// Copies what follows the header in a member's content, if all of it is as it should be.
  private func copy(
    _ content: UnsafeRawBufferPointer, of member: ZipMember, after header: [UInt8],
    to target: UnsafeMutableRawBufferPointer
  ) -> Bool {
    // Safe: the caller's memory, used within the call.
    guard !member.hasChecksum || (unsafe CRC32.checksum(content)) == member.crc32 else { return false }
    return unsafe target.fill(from: content, after: header)
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Copies the bytes that follow a header, if they follow this one and are as many as there is room for.
  package func fill(from content: UnsafeRawBufferPointer, after header: [UInt8]) -> Bool {
    guard content.count == header.count + count else { return false }
    // Safe: the content begins with as many bytes as the header has, and ends with as many as this memory has.
    let isAlike = unsafe header.withUnsafeBytes { header in
      guard let start = header.baseAddress, let found = content.baseAddress else { return false }
      return unsafe memcmp(start, found, header.count) == 0
    }
    guard isAlike else { return false }
    unsafe copyMemory(from: UnsafeRawBufferPointer(rebasing: content[header.count...]))
    return true
  }
}
