import ByteIO

/// A member on its way into a file: all that its two headers hold.
struct MemberHeader {
  var nameBytes: [UInt8]
  var flags: UInt16
  var method: ZipMethod
  var dosTime: UInt16
  var dosDate: UInt16
  var versionMadeBy: UInt16
  var versionNeeded: UInt16
  var externalAttributes: UInt32
  var comment: [UInt8]
  /// Fields beside zip64's and the padding.
  var localExtra: [UInt8]
  var directoryExtra: [UInt8]
  /// Whether the local header has a zip64 field.
  var hasLocalZip64: Bool
  /// Where the local header begins.
  var offset: Int
  var padding: [UInt8] = []
  var contents = ZipContents(crc32: 0, compressedSize: 0, uncompressedSize: 0)

  /// The header of a new member, as CPython fills it in.
  init(_ entry: ZipEntry, offset: Int, hasLocalZip64: Bool) throws(FormatError) {
    nameBytes = Array(entry.name.utf8)
    guard !nameBytes.isEmpty, nameBytes.count <= 0xFFFF, !nameBytes.contains(0) else {
      throw FormatError(
        .badArgument, "a member's name has 1 to 65,535 bytes, none of them NUL", member: entry.name)
    }
    flags = nameBytes.allSatisfy { $0 < 0x80 } ? 0 : Flags.utf8
    if entry.method == .lzma { flags |= Flags.lzmaEndMarker }
    method = entry.method
    dosTime = entry.dosTime
    dosDate = entry.dosDate
    versionNeeded = max(entry.method.versionNeeded, hasLocalZip64 ? Zip64.version : 0)
    versionMadeBy = 3 << 8 | versionNeeded
    externalAttributes = entry.externalAttributes
    comment = entry.comment
    localExtra = entry.localExtra
    directoryExtra = entry.directoryExtra
    self.hasLocalZip64 = hasLocalZip64
    self.offset = offset
  }

  /// The header of a member that is copied from another archive, under its own or another name.
  init(copying member: ZipMember, local: LocalHeader, name: String?, offset: Int) throws(FormatError) {
    var entry = ZipEntry(name ?? "copy", method: member.method)
    entry.dosTime = member.dosTime
    entry.dosDate = member.dosDate
    entry.externalAttributes = member.externalAttributes
    entry.comment = member.comment
    let isLarge = member.compressedSize > Zip64.limit || member.uncompressedSize > Zip64.limit
    try self.init(entry, offset: offset, hasLocalZip64: local.hasZip64 || isLarge)
    // The descriptor is left out: its numbers are known now.
    flags = member.flags & ~Flags.dataDescriptor
    if name == nil {
      nameBytes = member.nameBytes
    } else {
      flags = flags & ~Flags.utf8 | (nameBytes.allSatisfy { $0 < 0x80 } ? 0 : Flags.utf8)
    }
    versionNeeded = max(versionNeeded, member.versionNeeded)
    versionMadeBy = max(versionNeeded, member.versionMadeBy & 0xFF) | member.versionMadeBy & 0xFF00
    var dropped = [ExtraFields.ID.zip64, ExtraFields.ID.alignment]
    if name != nil { dropped.append(ExtraFields.ID.unicodePath) }
    localExtra = local.extra.encoded(leavingOut: dropped)
    directoryExtra = try ExtraFields(member.extra[...]).encoded(leavingOut: dropped)
    contents = ZipContents(
      crc32: member.crc32, compressedSize: member.compressedSize, uncompressedSize: member.uncompressedSize)
  }

  /// How many bytes the local header takes.
  var localSize: Int {
    RecordSize.localHeader + nameBytes.count + (hasLocalZip64 ? 20 : 0) + localExtra.count + padding.count
  }

  /// Pads the extra block so that a byte of the data lies at a multiple of `alignment`. A field takes six bytes at
  /// least: its number, its length and the alignment.
  mutating func align(byte: Int, to alignment: Int) throws(FormatError) {
    guard (1...16_384).contains(alignment), alignment & (alignment - 1) == 0, byte >= 0 else {
      throw FormatError(.badArgument, "data is aligned to a power of two up to 16,384")
    }
    padding = []
    let place = try (offset + localSize).checkedAdding(byte, "place of a member")
    var missing = (alignment - place % alignment) % alignment
    guard missing > 0 else { return }
    while missing < 6 { missing += alignment }
    var content: [UInt8] = []
    content.append(number: UInt16(alignment))
    content += [UInt8](repeating: 0, count: missing - 6)
    padding = ZipEntry.extraField(ExtraFields.ID.alignment, content)
  }

  /// The local header.
  ///
  /// - Parameter isPending: Whether checksum and sizes are not known yet and zeros are written.
  func local(isPending: Bool) throws(FormatError) -> [UInt8] {
    let known = isPending ? ZipContents(crc32: 0, compressedSize: 0, uncompressedSize: 0) : contents
    var extra: [UInt8] = []
    if hasLocalZip64 {
      extra.append(number: ExtraFields.ID.zip64)
      extra.append(number: UInt16(16))
      extra.append(number: UInt64(known.uncompressedSize))
      extra.append(number: UInt64(known.compressedSize))
    }
    extra += localExtra + padding
    var header: [UInt8] = []
    header.append(number: Signature.localHeader)
    header.append(number: versionNeeded)
    appendCommon(to: &header, crc32: known.crc32)
    header.append(number: hasLocalZip64 ? .max : UInt32(clamping: known.compressedSize))
    header.append(number: hasLocalZip64 ? .max : UInt32(clamping: known.uncompressedSize))
    header.append(number: UInt16(nameBytes.count))
    header.append(number: try length(of: extra, "extra fields"))
    return header + nameBytes + extra
  }

  /// The entry in the directory.
  ///
  /// - Parameter prefix: How many bytes precede what offsets are counted from.
  func directoryEntry(prefix: Int) throws(FormatError) -> [UInt8] {
    let isLarge = contents.uncompressedSize > Zip64.limit || contents.compressedSize > Zip64.limit
    let isFar = offset - prefix > Zip64.limit
    var zip64: [UInt8] = []
    if isLarge {
      zip64.append(number: UInt64(contents.uncompressedSize))
      zip64.append(number: UInt64(contents.compressedSize))
    }
    if isFar { zip64.append(number: UInt64(offset - prefix)) }
    let extra = (zip64.isEmpty ? [] : ZipEntry.extraField(ExtraFields.ID.zip64, zip64)) + directoryExtra
    let version = zip64.isEmpty ? 0 : Zip64.version
    var entry: [UInt8] = []
    entry.append(number: Signature.directoryEntry)
    entry.append(number: max(versionMadeBy & 0xFF, version) | versionMadeBy & 0xFF00)
    entry.append(number: max(versionNeeded, version))
    appendCommon(to: &entry, crc32: contents.crc32)
    entry.append(number: isLarge ? .max : UInt32(clamping: contents.compressedSize))
    entry.append(number: isLarge ? .max : UInt32(clamping: contents.uncompressedSize))
    entry.append(number: UInt16(nameBytes.count))
    entry.append(number: try length(of: extra, "extra fields"))
    entry.append(number: try length(of: comment, "comment"))
    entry.append(number: UInt16(0))
    entry.append(number: UInt16(0))
    entry.append(number: externalAttributes)
    entry.append(number: isFar ? .max : UInt32(clamping: offset - prefix))
    return entry + nameBytes + extra + comment
  }

  /// What follows the data where the header could not hold it.
  var dataDescriptor: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(number: Signature.dataDescriptor)
    bytes.append(number: contents.crc32)
    bytes.append(number: UInt64(contents.compressedSize))
    bytes.append(number: UInt64(contents.uncompressedSize))
    return bytes
  }

  private func appendCommon(to header: inout [UInt8], crc32: UInt32) {
    header.append(number: flags)
    header.append(number: method.rawValue)
    header.append(number: dosTime)
    header.append(number: dosDate)
    header.append(number: crc32)
  }

  private func length(of bytes: [UInt8], _ what: String) throws(FormatError) -> UInt16 {
    guard let length = UInt16(exactly: bytes.count) else {
      throw FormatError(.badArgument, "a member's \(what) take at most 65,535 bytes")
    }
    return length
  }
}
