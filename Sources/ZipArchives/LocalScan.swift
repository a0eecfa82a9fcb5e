import ByteIO

/// Finds the members of an archive whose directory is lost, by the headers in front of them.
///
/// What they say of themselves is all there is: a member that the file's end cuts is marked so, and of several of one name,
/// as changes in place leave them, the last counts.
struct LocalScan {
  private let source: any ByteSource
  private let size: Int
  private let limits: ZipLimits
  private var members: [ZipMember] = []

  /// - Throws: `truncated` if there is no member, `limitExceeded` if there are too many.
  static func members(of source: any ByteSource, limits: ZipLimits) throws(FormatError) -> [ZipMember] {
    var scan = LocalScan(source, limits)
    var position = 0
    while let start = try scan.next(Signature.localHeader, from: position) {
      position = try scan.add(at: start) ?? start + 4
      guard scan.members.count <= limits.members else {
        throw FormatError(.limitExceeded, "the archive has more than \(limits.members) members", file: source.name)
      }
    }
    guard !scan.members.isEmpty else {
      throw FormatError(.truncated, "the file ends before its first member", file: source.name, offset: scan.size)
    }
    var last: [NameKey: Int] = [:]
    for (index, member) in scan.members.enumerated() { last[NameKey(member.name)] = index }
    return scan.members.enumerated().filter { last[NameKey($0.element.name)] == $0.offset }.map(\.element)
  }

  private init(_ source: any ByteSource, _ limits: ZipLimits) {
    self.source = source
    self.limits = limits
    size = source.byteCount ?? 0
  }

  /// Where a signature stands next.
  private func next(_ signature: UInt32, from start: Int, before end: Int? = nil) throws(FormatError) -> Int? {
    let end = min(end ?? size, size)
    var position = start
    while position < end {
      let bytes = try source.readBytes(at: position, upTo: min(1 << 20, end - position))
      if let index = bytes.firstIndex(of: signature) { return position + index }
      guard bytes.count > 3 else { return nil }
      position += bytes.count - 3
      if position + 3 >= end { return nil }
    }
    return nil
  }

  /// Adds the member whose header begins at an offset; returns where it ends, or `nil` if this is no header.
  private mutating func add(at start: Int) throws(FormatError) -> Int? {
    let bytes = try source.readBytes(at: start, upTo: RecordSize.localHeader)
    var reader = RecordReader(bytes.dropFirst(4))
    guard let _: UInt16 = reader.number(), let flags: UInt16 = reader.number(), let method: UInt16 = reader.number(),
      let time: UInt16 = reader.number(), let date: UInt16 = reader.number(), let crc: UInt32 = reader.number(),
      let compressed: UInt32 = reader.number(), let uncompressed: UInt32 = reader.number(),
      let nameSize: UInt16 = reader.number(), let extraSize: UInt16 = reader.number(), Int(nameSize) <= limits.nameBytes
    else { return nil }
    let rest = try source.readBytes(at: start + RecordSize.localHeader, upTo: Int(nameSize) + Int(extraSize))
    guard rest.count == Int(nameSize) + Int(extraSize), let fields = try? ExtraFields(rest[Int(nameSize)...]),
      let name = try? MemberNames.decode(rest[..<Int(nameSize)], isUTF8: flags & Flags.utf8 != 0, extra: fields),
      let numbers = try? Zip64Numbers(
        uncompressed: uncompressed, compressed: compressed, offset: nil, field: fields.only(ExtraFields.ID.zip64)),
      let declared = Int(exactly: numbers.compressedSize), let full = Int(exactly: numbers.uncompressedSize)
    else { return nil }
    var member = ZipMember(
      name: name, nameBytes: Array(rest[..<Int(nameSize)]), method: ZipMethod(rawValue: method), flags: flags,
      crc32: crc,
      compressedSize: declared, uncompressedSize: full, headerOffset: start, extra: [], comment: [], dosTime: time,
      dosDate: date, versionMadeBy: 0x314, versionNeeded: 20, externalAttributes: 0, boundary: size)
    let dataStart = start + RecordSize.localHeader + rest.count
    var end = dataStart.addingReportingOverflow(declared).partialValue
    if member.hasDataDescriptor, crc == 0, declared == 0 {
      end = try findEnd(of: &member, from: dataStart)
    } else if end > size || end < dataStart {
      (end, member.isCut) = (size, true)
    }
    member.hasChecksum = !member.isCut
    member.boundary = end
    member.compressedSize = end - dataStart
    if member.isCut, member.method == .stored { member.uncompressedSize = end - dataStart }
    member.knownData = dataStart..<end
    members.append(member)
    return end
  }

  /// The end of a member whose sizes follow it: where a descriptor tells the distance that lies before it.
  private func findEnd(of member: inout ZipMember, from start: Int) throws(FormatError) -> Int {
    var position = start
    while let place = try next(Signature.dataDescriptor, from: position) {
      let bytes = try source.readBytes(at: place, upTo: 24)
      for isLong in [true, false] {
        var reader = RecordReader(bytes.dropFirst(4))
        guard let crc: UInt32 = reader.number() else { continue }
        let sizes: (UInt64?, UInt64?) =
          isLong
          ? (reader.number(UInt64.self), reader.number(UInt64.self))
          : (reader.number(UInt32.self).map(UInt64.init), reader.number(UInt32.self).map(UInt64.init))
        guard sizes.0 == UInt64(place - start), let full = sizes.1.flatMap({ Int(exactly: $0) }) else { continue }
        (member.crc32, member.uncompressedSize) = (crc, full)
        return place
      }
      position = place + 4
    }
    // None: the next member begins where this one ends, or the file ends within it.
    member.isCut = true
    member.uncompressedSize = .max
    return try next(Signature.localHeader, from: start) ?? size
  }
}

extension [UInt8] {
  /// Where the first occurrence of a signature begins.
  fileprivate func firstIndex(of signature: UInt32) -> Int? {
    let first = UInt8(truncatingIfNeeded: signature)
    var index = 0
    while index + 4 <= count {
      if self[index] == first, hasSignature(signature, at: index) { return index }
      index += 1
    }
    return nil
  }
}
