import ByteIO

/// The header in front of a member's data, compared with what the directory says.
struct LocalHeader {
  /// Where the data lies in the source.
  var data: Range<Int>
  /// The extra block.
  var extra: ExtraFields
  /// Whether the header has a zip64 field, which CPython writes for every member of an npz.
  var hasZip64: Bool

  /// Reads a member's header and checks it.
  ///
  /// - Throws: `malformed` if header and directory disagree in name, method, flags, checksum or sizes, or if the
  ///   data would reach beyond the member's boundary. With a data descriptor the header's checksum and sizes may be
  ///   zero, or all but the uncompressed size; the directory's are believed.
  ///
  /// - Parameter isLenient: Whether the directory is believed in all but the name, as by Python's `zipfile`.
  init(of member: ZipMember, in source: any ByteSource, isLenient: Bool = false) throws(FormatError) {
    try self.init(
      of: member, beginning: LocalHeader.beginning(of: member, and: 0, in: source), in: source, isLenient: isLenient)
  }

  /// The bytes from a member's header on, as far as header, extra block and so many bytes of data reach, usually.
  static func beginning(of member: ZipMember, and count: Int, in source: any ByteSource) throws(FormatError) -> [UInt8]
  {
    // A hundred bytes more bring the extra block along.
    let wanted = RecordSize.localHeader + member.nameBytes.count + 100 + count
    return try source.readBytes(at: member.headerOffset, upTo: min(wanted, member.boundary - member.headerOffset))
  }

  /// Reads the header of a member from its first bytes: see ``init(of:in:isLenient:)``.
  init(
    of member: ZipMember, beginning bytes: [UInt8], in source: any ByteSource, isLenient: Bool
  ) throws(FormatError) {
    let fixed = RecordSize.localHeader + member.nameBytes.count
    guard bytes.hasSignature(Signature.localHeader, at: 0) else {
      throw FormatError(.malformed, "there is no header where the directory points")
    }
    var reader = RecordReader(bytes.dropFirst(4))
    guard let _: UInt16 = reader.number(), let flags: UInt16 = reader.number(),
      let method: UInt16 = reader.number(),
      let _: UInt16 = reader.number(), let _: UInt16 = reader.number(), let crc: UInt32 = reader.number(),
      let compressed: UInt32 = reader.number(), let uncompressed: UInt32 = reader.number(),
      let nameSize: UInt16 = reader.number(), let extraSize: UInt16 = reader.number()
    else { throw LocalHeader.disagreement("length") }
    guard Int(nameSize) == member.nameBytes.count, let name = reader.take(Int(nameSize)),
      name.elementsEqual(member.nameBytes)
    else { throw LocalHeader.disagreement("name") }
    guard isLenient || method == member.method.rawValue else { throw LocalHeader.disagreement("method") }
    // The descriptor's bit counts as well: without it the sizes would have to be right here.
    let meaningful =
      Flags.encrypted | Flags.dataDescriptor | Flags.patched | Flags.strongEncryption | Flags.maskedHeaders
    guard isLenient || flags & meaningful == member.flags & meaningful else { throw LocalHeader.disagreement("flags") }

    let dataStart = try (member.headerOffset + fixed).checkedAdding(Int(extraSize), "place of a member")
    let dataEnd = try dataStart.checkedAdding(member.compressedSize, "place of a member")
    guard dataEnd <= member.boundary else {
      throw FormatError(.malformed, "the member's data reaches into what follows it")
    }
    data = dataStart..<dataEnd
    let block: [UInt8]
    if let near = reader.take(Int(extraSize)) {
      block = Array(near)
    } else {
      block = try source.readBytes(
        at: member.headerOffset + fixed, count: Int(extraSize), "a member's header")
    }
    guard !isLenient else {
      (extra, hasZip64) = ((try? ExtraFields(block[...])) ?? ExtraFields(), false)
      return
    }
    extra = try ExtraFields(block[...])
    let zip64 = try extra.only(ExtraFields.ID.zip64)
    hasZip64 = zip64 != nil
    let isPending = member.hasDataDescriptor && crc == 0
    let numbers = try LocalHeader.numbers(
      uncompressed: uncompressed, compressed: compressed, field: zip64, isPending: isPending)
    // libarchive (bsdtar, the tar of macOS and Windows) knows the uncompressed size beforehand, and writes it.
    if member.hasDataDescriptor, numbers.compressedSize == 0, crc == 0,
      numbers.uncompressedSize == 0 || numbers.uncompressedSize == UInt64(member.uncompressedSize)
    {
      return
    }
    guard crc == member.crc32 else { throw LocalHeader.disagreement("checksum") }
    guard numbers.uncompressedSize == UInt64(member.uncompressedSize),
      numbers.compressedSize == UInt64(member.compressedSize)
    else { throw LocalHeader.disagreement("sizes") }
  }

  private static func numbers(
    uncompressed: UInt32, compressed: UInt32, field: ArraySlice<UInt8>?, isPending: Bool
  ) throws(FormatError) -> Zip64Numbers {
    // Some writers that stream keep the header's 32-bit zeros and put zeros, or nothing, into the field.
    if isPending, uncompressed == 0, compressed == 0 {
      return try Zip64Numbers(uncompressed: 0, compressed: 0, offset: nil, field: nil)
    }
    return try Zip64Numbers(uncompressed: uncompressed, compressed: compressed, offset: nil, field: field)
  }

  private static func disagreement(_ what: String) -> FormatError {
    FormatError(.malformed, "the member's header and the directory disagree on its \(what)")
  }
}
