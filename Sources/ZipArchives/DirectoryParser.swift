import ByteIO

/// Reads the central directory.
enum DirectoryParser {
  /// The members that a directory lists, each checked by itself.
  ///
  /// - Parameters:
  ///   - bytes: The whole directory.
  ///   - end: What the end record says of it.
  ///   - limits: What may be claimed.
  static func members(_ bytes: [UInt8], end: EndRecord, limits: ZipLimits) throws(FormatError) -> [ZipMember] {
    guard end.count <= limits.members else {
      throw FormatError(.limitExceeded, "the archive has \(end.count) members, more than \(limits.members)")
    }
    var members: [ZipMember] = []
    members.reserveCapacity(end.count)
    var reader = RecordReader(bytes)
    var total = 0
    while reader.remaining > 0 {
      let start = reader.position
      do throws(FormatError) {
        let member = try member(&reader, end: end, limits: limits)
        total = try total.checkedAdding(member.uncompressedSize, "total of the members' sizes")
        members.append(member)
      } catch {
        throw error.at(offset: end.directory.lowerBound + start)
      }
      guard total <= limits.totalBytes else {
        throw FormatError(.limitExceeded, "the members declare more than \(limits.totalBytes) bytes together")
      }
      guard members.count <= limits.members else {
        throw FormatError(.limitExceeded, "the archive has more than \(limits.members) members")
      }
    }
    let expected = end.countMayWrap ? members.count & 0xFFFF : members.count
    guard expected == end.count || limits.isLenient else {
      throw FormatError(
        .malformed, "the end record declares \(end.count) members, the directory lists \(members.count)",
        offset: end.position)
    }
    return members
  }

  private static func member(
    _ reader: inout RecordReader, end: EndRecord, limits: ZipLimits
  ) throws(FormatError) -> ZipMember {
    guard let signature: UInt32 = reader.number() else { throw cut() }
    guard signature == Signature.directoryEntry else {
      throw FormatError(.malformed, "an entry of the directory does not begin as one")
    }
    guard let madeBy: UInt16 = reader.number(), let needed: UInt16 = reader.number(),
      let flags: UInt16 = reader.number(), let method: UInt16 = reader.number(),
      let time: UInt16 = reader.number(), let date: UInt16 = reader.number(),
      let crc: UInt32 = reader.number(),
      let compressed: UInt32 = reader.number(), let uncompressed: UInt32 = reader.number(),
      let nameSize: UInt16 = reader.number(), let extraSize: UInt16 = reader.number(),
      let commentSize: UInt16 = reader.number(), let disk: UInt16 = reader.number(),
      let _: UInt16 = reader.number(), let attributes: UInt32 = reader.number(),
      let offset: UInt32 = reader.number()
    else { throw cut() }
    guard nameSize <= limits.nameBytes else {
      throw FormatError(
        .limitExceeded, "a member's name has \(nameSize) bytes, more than \(limits.nameBytes)")
    }
    guard let nameBytes = reader.take(Int(nameSize)), let extra = reader.take(Int(extraSize)),
      let comment = reader.take(Int(commentSize))
    else { throw cut() }
    guard disk == 0 || disk == .max || limits.isLenient else {
      throw FormatError(.unsupported, "the archive spans several files")
    }
    let fields = limits.isLenient ? (try? ExtraFields(extra)) ?? ExtraFields() : try ExtraFields(extra)
    let name = try MemberNames.decode(nameBytes, isUTF8: flags & Flags.utf8 != 0, extra: fields)
    do throws(FormatError) {
      let numbers = try Zip64Numbers(
        uncompressed: uncompressed, compressed: compressed, offset: offset,
        field: try fields.only(ExtraFields.ID.zip64))
      guard let uncompressedSize = Int(exactly: numbers.uncompressedSize),
        let compressedSize = Int(exactly: numbers.compressedSize), let relative = Int(exactly: numbers.offset)
      else { throw FormatError.overflow("size or place of a member") }
      let headerOffset = try relative.checkedAdding(end.prefix, "place of a member")
      // Of a stored member zipfile reads as many bytes as are stored.
      let isShort = limits.isLenient && ZipMethod(rawValue: method) == .stored
      return ZipMember(
        name: name, nameBytes: Array(nameBytes), method: ZipMethod(rawValue: method), flags: flags,
        crc32: crc, compressedSize: compressedSize,
        uncompressedSize: isShort ? min(compressedSize, uncompressedSize) : uncompressedSize,
        headerOffset: headerOffset,
        extra: Array(extra), comment: Array(comment), dosTime: time, dosDate: date, versionMadeBy: madeBy,
        versionNeeded: needed, externalAttributes: attributes,
        boundary: end.directory.lowerBound)
    } catch {
      throw error.at(member: name)
    }
  }

  /// Where the entry of each member lies in the directory's bytes: they follow each other.
  static func entryRanges(_ members: [ZipMember]) -> [Range<Int>] {
    var position = 0
    return members.map { member in
      let start = position
      position += RecordSize.directoryEntry + member.nameBytes.count + member.extra.count + member.comment.count
      return start..<position
    }
  }

  private static func cut() -> FormatError {
    FormatError(.malformed, "the directory ends within an entry")
  }

  /// Makes a member that would begin before the file, since bytes are missing between it and the directory, end where the next
  /// one begins: what it lacks is an error once it is asked for, and the others can be read.
  private static func fit(_ member: inout ZipMember, before next: Int) {
    guard member.headerOffset < 0 else { return }
    let room = next - RecordSize.localHeader - member.nameBytes.count
    guard room >= 0 else { return }
    member.headerOffset = 0
    member.compressedSize = min(member.compressedSize, room)
    if member.method == .stored { member.uncompressedSize = min(member.uncompressedSize, room) }
  }

  /// Gives each member its boundary: the next member's header, or the directory.
  ///
  /// - Throws: `malformed` if members overlap each other or the directory, going by the sizes that they declare:
  ///   a few bytes that represent many members are how an archive explodes.
  static func setBoundaries(
    of members: inout [ZipMember], directoryStart: Int, limits: ZipLimits
  ) throws(FormatError) {
    let order = members.indices.sorted { members[$0].headerOffset < members[$1].headerOffset }
    var next = directoryStart
    for index in order.reversed() {
      if limits.isLenient { fit(&members[index], before: next) }
      let member = members[index]
      let header = RecordSize.localHeader + member.nameBytes.count
      let (dataStart, overflow) = member.headerOffset.addingReportingOverflow(header)
      let (end, overflowAtEnd) = dataStart.addingReportingOverflow(member.compressedSize)
      guard !overflow, !overflowAtEnd, member.headerOffset >= 0, end <= next else {
        throw FormatError(
          .malformed,
          next == directoryStart
            ? "a member reaches into the directory" : "two members overlap, as in no honest archive",
          member: member.name, offset: member.headerOffset)
      }
      members[index].boundary = next
      next = member.headerOffset
    }
  }
}
