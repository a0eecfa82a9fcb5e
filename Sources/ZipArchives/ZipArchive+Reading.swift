internal import ArrayDeflate
public import ByteIO

/// Turns the compressed bytes of a member into its data: gets the source, where the compressed bytes lie in it, and
/// how many bytes must come out. It should stop, and throw, at more than those.
public typealias ZipDecoder = (any ByteSource, Range<Int>, Int) throws(FormatError) -> [UInt8]

extension ZipArchive {
  /// Whether headers stand where the directory says that members begin. Cost: a read for each.
  package func pointsToHeaders() throws(FormatError) -> Bool {
    for member in members {
      let bytes = try source.readBytes(at: member.headerOffset, upTo: 4)
      guard bytes.hasSignature(Signature.localHeader, at: 0) else { return false }
    }
    return true
  }

  /// A member's data, whole and checked.
  ///
  /// - Parameters:
  ///   - member: One of ``members``.
  ///   - decode: Called for a member that is not stored.
  /// - Throws: What ``dataRange(of:)`` throws; `corrupt` if length or checksum are not what the archive says.
  public func read(_ member: ZipMember, decoding decode: ZipDecoder? = nil) throws(FormatError) -> [UInt8] {
    let range = try dataRange(of: member)
    do throws(FormatError) {
      let bytes: [UInt8]
      if member.method == .stored {
        bytes = try source.readBytes(at: range.lowerBound, count: range.count, "the member")
      } else if let decode {
        bytes = try decode(source, range, member.uncompressedSize)
      } else {
        throw FormatError(.unsupported, "nothing here decodes \(member.method)")
      }
      try check(member, count: bytes.count, crc32: CRC32.of(bytes))
      return bytes
    } catch {
      throw located(error, member)
    }
  }

  /// A member's data as it is in the file, compressed or not.
  ///
  /// - Throws: ``FormatError`` with code `truncated` or `malformed` if the archive does not hold them.
  public func rawBytes(of member: ZipMember) throws(FormatError) -> [UInt8] {
    let range = try dataRange(of: member)
    do throws(FormatError) {
      return try source.readBytes(at: range.lowerBound, count: range.count, "the member")
    } catch {
      throw located(error, member)
    }
  }

  /// The data of a small member as it is in the file, fetched together with the header: one read, where
  /// ``rawBytes(of:)`` takes two.
  ///
  /// - Returns: Bytes, and where among them the data lies.
  package func rawBytesInOneRead(of member: ZipMember) throws(FormatError) -> (bytes: [UInt8], data: Range<Int>) {
    try validate(member)
    guard member.knownData == nil else {
      let bytes = try rawBytes(of: member)
      return (bytes, 0..<bytes.count)
    }
    do throws(FormatError) {
      let bytes = try LocalHeader.beginning(of: member, and: member.compressedSize, in: source)
      let header = try LocalHeader(of: member, beginning: bytes, in: source, isLenient: limits.isLenient)
      let data = header.data.lowerBound - member.headerOffset..<header.data.upperBound - member.headerOffset
      if data.upperBound <= bytes.count { return (bytes, data) }
    } catch {
      throw located(error, member)
    }
    let bytes = try rawBytes(of: member)
    return (bytes, 0..<bytes.count)
  }

  /// A stored member as a source of its own, so that a part of it can be read without the rest.
  ///
  /// Reads through it are not checked against the member's checksum.
  ///
  /// - Throws: `unsupported` if the member is compressed; else what ``dataRange(of:)`` throws.
  public func storedSource(of member: ZipMember) throws(FormatError) -> any ByteSource {
    guard member.method == .stored else {
      throw located(FormatError(.unsupported, "the member is compressed"), member)
    }
    return PartOfSource(source, try dataRange(of: member), name: "\(source.name):\(member.name)")
  }

  /// Compares what came out of a member with what the directory says.
  ///
  /// - Throws: `corrupt` if the length or the checksum differ.
  public func check(_ member: ZipMember, count: Int, crc32: UInt32) throws(FormatError) {
    guard count == member.uncompressedSize else {
      throw located(
        FormatError(.corrupt, "the member has \(count) bytes, the directory says \(member.uncompressedSize)"),
        member)
    }
    guard !member.hasChecksum || crc32 == member.crc32 else {
      throw located(FormatError(.corrupt, "the member's checksum is wrong: its bytes have changed"), member)
    }
  }

  /// Reads the data descriptor after a member that has one and compares it with the directory, which is believed in
  /// any other case; for a thorough check.
  ///
  /// - Throws: `malformed` if none of the descriptor's four forms tells what the directory tells.
  public func checkDataDescriptor(of member: ZipMember) throws(FormatError) {
    guard member.hasDataDescriptor, member.knownData == nil else { return }
    let end = try dataRange(of: member).upperBound
    let bytes = try source.readBytes(at: end, upTo: min(24, member.boundary - end))
    for isLong in [false, true] {
      var numbers: [UInt8] = []
      numbers.append(number: member.crc32)
      if isLong {
        numbers.append(number: UInt64(member.compressedSize))
        numbers.append(number: UInt64(member.uncompressedSize))
      } else {
        guard let compressed = UInt32(exactly: member.compressedSize),
          let uncompressed = UInt32(exactly: member.uncompressedSize)
        else { continue }
        numbers.append(number: compressed)
        numbers.append(number: uncompressed)
      }
      let signed =
        bytes.hasSignature(Signature.dataDescriptor, at: 0) && bytes.dropFirst(4).starts(with: numbers)
      if signed || bytes.starts(with: numbers) { return }
    }
    throw located(FormatError(.malformed, "the member's data descriptor and the directory disagree"), member)
  }
}

extension ZipArchive {
  /// Everything that is wrong or odd with the archive, without decoding any data: names that stand twice, members
  /// that cannot be read, data descriptors that disagree. Cost: a read or two for each member.
  ///
  /// - Returns: An error for each finding, in the directory's order; nothing if all is well.
  public func findings() -> [FormatError] {
    var findings: [FormatError] = ambiguousNames.map { name in
      FormatError(.ambiguous, "the archive has several members of this name", file: source.name, member: name)
    }
    for member in members {
      do throws(FormatError) {
        _ = try dataRange(of: member)
        try checkDataDescriptor(of: member)
      } catch {
        findings.append(error)
      }
    }
    return findings
  }
}
