internal import ArrayDeflate
import ByteIO

/// Finds the members of an archive whose directory is lost, by the headers in front of them.
///
/// What they say of themselves is all there is: a member that the file's end cuts is marked so, as is one that lost bytes, so
/// that the next member begins within what it claims; of several of one name, as changes in place leave them, the last counts.
struct LocalScan {
  private let source: any ByteSource
  private let size: Int
  private let limits: ZipLimits
  private var members: [ZipMember] = []
  private var descriptors: [Int: Descriptor]?
  private var checkedBytesLeft: Int

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
    checkedBytesLeft = size.multipliedReportingOverflow(by: 4).partialValue
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
    guard let (header, dataStart) = try header(at: start) else { return nil }
    var member = header
    var end = dataStart.addingReportingOverflow(member.compressedSize).partialValue
    if member.hasDataDescriptor, member.crc32 == 0, member.compressedSize == 0 {
      end = try findEnd(of: &member, from: dataStart)
    } else if end > size || end < dataStart {
      (end, member.isCut) = (try nextHeader(within: dataStart..<size) ?? size, true)
    } else if try !isFollowed(end), let next = try nextHeader(within: dataStart..<end),
      try !isWhole(member, dataStart..<end)
    {
      (end, member.isCut) = (next, true)
    }
    member.hasChecksum = !member.isCut
    member.boundary = end
    member.compressedSize = end - dataStart
    if member.isCut, member.method == .stored { member.uncompressedSize = end - dataStart }
    member.knownData = dataStart..<end
    members.append(member)
    return end
  }

  /// What a header at an offset says of its member, and where the data begin; `nil` if this is no header.
  private func header(at start: Int) throws(FormatError) -> (member: ZipMember, dataStart: Int)? {
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
    let member = ZipMember(
      name: name, nameBytes: Array(rest[..<Int(nameSize)]), method: ZipMethod(rawValue: method), flags: flags,
      crc32: crc,
      compressedSize: declared, uncompressedSize: full, headerOffset: start, extra: [], comment: [], dosTime: time,
      dosDate: date, versionMadeBy: 0x314, versionNeeded: 20, externalAttributes: 0, boundary: size)
    return (member, start + RecordSize.localHeader + rest.count)
  }

  /// Whether what may follow a member begins at an offset: another one, its own descriptor, the directory, or nothing.
  private func isFollowed(_ end: Int) throws(FormatError) -> Bool {
    let bytes = try source.readBytes(at: end, upTo: 4)
    return bytes.isEmpty
      || [Signature.localHeader, Signature.dataDescriptor, Signature.directoryEntry, Signature.end]
        .contains { bytes.hasSignature($0, at: 0) }
  }

  /// Where the next member begins within the bytes that one claims; `nil` if none does, or these are an archive themselves.
  private func nextHeader(within data: Range<Int>) throws(FormatError) -> Int? {
    guard try !source.readBytes(at: data.lowerBound, upTo: 4).hasSignature(Signature.localHeader, at: 0) else {
      return nil
    }
    var position = data.lowerBound
    // It may begin with the last of them.
    while let place = try next(Signature.localHeader, from: position, before: data.upperBound + 3) {
      if try header(at: place) != nil { return place }
      position = place + 4
    }
    return nil
  }

  /// Whether the bytes that a stored member claims are its own, by their checksum.
  ///
  /// No more than a few times the file is read for that: members that claim much may be many.
  private mutating func isWhole(_ member: ZipMember, _ data: Range<Int>) throws(FormatError) -> Bool {
    guard member.method == .stored, data.count <= checkedBytesLeft else { return false }
    checkedBytesLeft -= data.count
    var (position, sum) = (data.lowerBound, UInt32(0))
    while position < data.upperBound {
      let bytes = try source.readBytes(at: position, upTo: min(1 << 20, data.upperBound - position))
      guard !bytes.isEmpty else { break }
      let before = sum
      // Safe: the buffer is used within the call only.
      sum = unsafe bytes.withUnsafeBytes { unsafe CRC32.checksum($0, following: before) }
      position += bytes.count
    }
    return sum == member.crc32
  }

  /// The end of a member whose sizes follow it: where a descriptor tells the distance that lies before it.
  private mutating func findEnd(of member: inout ZipMember, from start: Int) throws(FormatError) -> Int {
    if descriptors == nil { descriptors = try allDescriptors(from: start) }
    if let descriptor = descriptors?[start] {
      (member.crc32, member.uncompressedSize) = (descriptor.crc32, descriptor.size)
      return descriptor.place
    }
    // None: the next member begins where this one ends, or the file ends within it.
    member.isCut = true
    member.uncompressedSize = .max
    return try next(Signature.localHeader, from: start) ?? size
  }

  /// What follows data whose sizes were not known before.
  private struct Descriptor {
    let place: Int
    let crc32: UInt32
    /// Of the data, inflated.
    let size: Int
  }

  /// All that may be descriptors from an offset on, the first of each, by where the data begin that they tell of: looked for
  /// once, as there may be as many members as descriptors.
  private func allDescriptors(from start: Int) throws(FormatError) -> [Int: Descriptor] {
    var found: [Int: Descriptor] = [:]
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
        guard let distance = sizes.0, distance <= UInt64(place - start),
          let full = sizes.1.flatMap({ Int(exactly: $0) })
        else { continue }
        let dataStart = place - Int(distance)
        if found[dataStart] == nil { found[dataStart] = Descriptor(place: place, crc32: crc, size: full) }
      }
      position = place + 4
    }
    return found
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
